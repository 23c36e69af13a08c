SHELL := /bin/bash -euo pipefail
PYTHON ?= python3
BIN := .venv/bin
# so that a module is compiled once, not by each of the processes that demo and tests start
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group build
CLIENTS := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate tests/setup/clients.in --override tests/setup/clients-without.txt

# what runs on both databases: the trip, taking back, correcting, the quota book, a process killed at each step of a
# removal, and one that stands still past its lease
ON_POSTGRESQL := tests/acceptance/test_portal_first.py tests/acceptance/test_withdrawal.py \
  tests/acceptance/test_correction.py tests/integration/test_quota_book.py tests/fault/test_kill_withdrawing.py tests/fault/test_frozen.py

.PHONY: demo test test-all chaos locks check lock bench week screenshots debian

demo: .venv/runtime.ok
	@$(BIN)/publisher demo $(if $(ONCE),--once)

test: debian .venv/dev.ok .clients/ok
	GONGKAI_TEST_DATABASE=postgresql $(BIN)/pytest -n 2 --dist loadfile -m "not long" $(ON_POSTGRESQL)
	$(BIN)/pytest -n 2 --dist loadfile -m "not long"

test-all: test
	GONGKAI_TEST_DATABASE=postgresql $(BIN)/pytest -n 2 --dist loadfile -m long $(ON_POSTGRESQL)
	$(BIN)/pytest -n 2 --dist loadfile -m long
	$(MAKE) chaos locks

chaos: .venv/dev.ok
	@$(BIN)/python -m tests.chaos $(CHAOS)

locks: .venv/dev.ok
	@$(BIN)/python -m tests.chaos.locks $(LOCKS)

check: .venv/dev.ok
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

week: .venv/dev.ok
	@$(BIN)/pytest -q -n 0 -s tests/acceptance/test_week.py

screenshots: debian .venv/dev.ok
	@$(BIN)/python -m tests.browser.gallery screenshots

bench: .venv/dev.ok
	@$(BIN)/python -m bench

lock: .venv/dev.ok
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock
	$(CLIENTS) -o requirements-clients.lock

.venv/python.ok:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 以上 / needs Python 3.11 or newer: make PYTHON=…" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "缺少 venv / missing, run: sudo apt-get install -y python3-venv" >&2; exit 2; }
	@echo "准备运行环境（只做一次）/ setting up, once …"
	@$(PYTHON) -m venv --clear .venv && touch $@

.venv/runtime.ok: .venv/python.ok requirements.lock pyproject.toml hatch_build.py
	@$(PIP) install --only-binary :all: --require-hashes -r requirements.lock
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@$(PIP) check > /dev/null && touch $@

.venv/dev.ok: .venv/runtime.ok requirements-dev.lock
	@$(PIP) install --only-binary :all: --require-hashes -r requirements-dev.lock && touch $@

# other people's clients of the platforms, for tests only, in a folder of their own
# what the tests need of the system, before anything is fetched with it
debian:
	@tests/setup/debian.sh

.clients/ok: .venv/dev.ok requirements-clients.lock tests/setup/clients.py tests/setup/identity/package-lock.json | debian
	@$(BIN)/python tests/setup/clients.py .clients && touch $@
