"""The export for an inspector: downloaded at the page, unpacked, verified by plain Python as its README says."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from publisher.domain.spreadsheets import cell as inert
from publisher.workflow import handout
from publisher.workflow.handout import COLUMNS
from tests.seats import Seat, seats
from tests.world import World, item_file

NAMES = {
    *("entries.jsonl", "checkpoints.txt", "public-key.txt", "verify_gongkai_log.py"),
    *("ledger.csv", "ledger.html", "README.txt"),
}
FORMULA = "=HYPERLINK(1)的通告"


def unpacked(seat: Seat, folder: Path) -> Path:
    answer = seat.post("/audit/export", {"purpose": "年度检查"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert re.fullmatch(
        r'attachment; filename="gongkai-audit-\d{8}-\d{6}\.zip"', answer.headers["content-disposition"]
    )
    assert int(answer.headers["content-length"]) == len(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def as_the_readme_says(folder: Path) -> tuple[int, str]:
    """Run the one command of README.txt, with Python cut off from everything installed here."""
    readme = (folder / "README.txt").read_text(encoding="utf-8-sig")
    commands = {line.strip() for line in readme.splitlines() if line.strip().startswith("python3 verify")}
    (command,) = commands
    done = subprocess.run(
        [sys.executable, "-I", "-S", *command.split()[1:]],
        cwd=folder,
        env={"LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode() + done.stderr.decode()


@pytest.fixture
def folder(quiet_world: World, tmp_path: Path) -> Path:
    """An export unpacked in a clean folder; one title is a formula."""
    quiet_world.approved()
    quiet_world.draft(item_file(title=FORMULA))
    with seats(quiet_world, ye="auditor") as at:
        return unpacked(at["ye"], tmp_path / "clean")


def test_an_inspector_checks_the_export_with_plain_python_and_its_readme(
    quiet_world: World, folder: Path
) -> None:
    assert {path.name for path in folder.iterdir()} == NAMES
    exported = quiet_world.rows("SELECT seq FROM log_entries WHERE kind = 'person:log:exported'")[0]["seq"]
    code, said = as_the_readme_says(folder)
    assert code == 0, said
    assert f"记录完整，到第 {exported} 条" in said, "the export covers its own entry"
    assert f"检查点证明到第 {exported} 条" in said
    assert "年度检查" in (folder / "entries.jsonl").read_text(encoding="utf-8")


def test_one_changed_byte_is_found_and_the_entry_named(folder: Path) -> None:
    path = folder / "entries.jsonl"
    lines = path.read_bytes().split(b"\n")
    at = next(n for n, line in enumerate(lines) if b'"type":"entry","seq":5,' in line)
    changed = lines[at].replace(b'\\"outcome\\":\\"done\\"', b'\\"outcome\\":\\"dune\\"')
    assert changed != lines[at]
    path.write_bytes(b"\n".join([*lines[:at], changed, *lines[at + 1 :]]))
    code, said = as_the_readme_says(folder)
    assert code == 1
    assert "✗ 第 5 条被改动过" in said


def test_a_tail_that_was_removed_with_care_is_found_against_the_checkpoint(folder: Path) -> None:
    path = folder / "entries.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    newest = max(row["seq"] for row in rows if row["type"] == "entry")
    kept = [row for row in rows if row.get("seq") != newest and row["type"] != "checkpoint"]
    entries = [row for row in kept if row["type"] == "entry"]
    kept[0] |= {"size": newest - 1, "head": entries[-1]["hash"]}
    notes = len([row for row in kept if row["type"] == "note"])
    kept[-1] |= {"entries": len(entries), "notes": notes, "checkpoints": 0}
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), encoding="utf-8")
    code, said = as_the_readme_says(folder)
    assert code == 1
    assert f"✗ 尾部被截：第 {newest} 到 {newest} 条曾经存在" in said
    assert "读不懂" not in said, "nothing else gives it away"


def test_the_ledger_opens_in_a_spreadsheet_and_computes_nothing(folder: Path) -> None:
    raw = (folder / "ledger.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [int(row[0]) for row in rows[1:]] == list(range(1, len(rows)))
    assert any(f"'{FORMULA}" in row for row in rows), "the formula is a word"
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_every_sign_that_begins_a_formula_gets_an_apostrophe(sign: str) -> None:
    assert inert(f"{sign}1+1") == f"'{sign}1+1"
    assert inert(f"1{sign}1") == f"1{sign}1"


def test_the_page_of_the_ledger_runs_nothing(folder: Path) -> None:
    page = (folder / "ledger.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("<tr>") > 5
    assert "=HYPERLINK(1)的通告" in page


def test_who_may_not_export_is_told_who_can_and_an_attempt_is_on_record(quiet_world: World) -> None:
    with seats(quiet_world, xie="drafter editor", ye="auditor") as at:
        page = at["xie"].get("/audit")
        assert "您的岗位不能导出" in page
        assert 'action="/audit/export"' not in page
        assert 'action="/audit/export"' in at["ye"].get("/audit")
        at["xie"].refused("/audit/export", {"purpose": "看看"}, 403)
    refused = quiet_world.rows("SELECT canonical FROM log_entries WHERE kind = 'person:act:refused'")
    assert any("record_export" in row["canonical"] or "export_log" in row["canonical"] for row in refused)
    assert not quiet_world.rows("SELECT 1 FROM log_entries WHERE kind = 'person:log:exported'")


def test_a_log_longer_than_a_piece_is_written_in_order(
    quiet_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handout, "AT_ONCE", 3)
    quiet_world.approved()
    with seats(quiet_world, ye="auditor") as at:
        folder = unpacked(at["ye"], tmp_path / "clean")
    rows = list(csv.reader(io.StringIO((folder / "ledger.csv").read_text(encoding="utf-8-sig"), newline="")))
    assert [int(row[0]) for row in rows[1:]] == list(range(1, len(rows)))
    assert as_the_readme_says(folder)[0] == 0


def test_the_verifier_asks_for_no_python_newer_than_its_readme_says(folder: Path) -> None:
    source = (folder / "verify_gongkai_log.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 9))
    named = [k.arg for call in ast.walk(tree) if isinstance(call, ast.Call) for k in call.keywords]
    assert "strict" not in named, "zip(strict=) came with Python 3.10"
