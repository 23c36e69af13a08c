"""The page of the API: its example is typed, and it names every address, scope and problem that there is."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from typing import cast

import pytest

from publisher.bootstrap import Office
from publisher.domain.scopes import SCOPES
from publisher.web.api.app import api_app
from publisher.web.api.problems import KINDS
from publisher.web.console.app import console_app
from publisher.web.serving import served
from tests.docs.pages import Told, console, missing, rows, section, text_of
from tests.integration.api.program import token_of
from tests.world import World

PAGE = "docs/specs/api.md"
EXAMPLE = console(PAGE)
KEPT = {"item": "ITEM", "revision_id": "REVISION"}
"""What the page calls a value of an answer in the commands that follow."""


def typed(world: World) -> Iterator[tuple[Told, str]]:
    """Each command with what it printed; people sign after the first refusal, as the page says."""
    with served(console_app(world.office, https=False), "127.0.0.1", 0) as base:
        said: dict[str, str] = {"API": f"{base}/api/v1", "TOKEN": token_of(world, "lu")}
        for told in EXAMPLE:
            printed = _run(told.command, said)
            yield told, printed
            answer: Mapping[str, object] = json.loads(printed)
            said |= {name: str(answer[key]) for key, name in KEPT.items() if key in answer}
            if answer.get("status") == 409:
                world.sign(said["REVISION"])


def _run(command: str, said: Mapping[str, str]) -> str:
    path = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    ran = subprocess.run(
        ["bash", "-c", command], env={**path, **said}, capture_output=True, text=True, check=True, timeout=60
    )
    return ran.stdout


def test_the_example_is_typed_as_it_stands_and_answers_what_the_page_shows(quiet_world: World) -> None:
    lost = {told.place: missing(told.output, printed) for told, printed in typed(quiet_world)}
    assert len(lost) == len(EXAMPLE) > 5
    assert {place: lines for place, lines in lost.items() if lines} == {}


def test_the_page_names_every_address_with_its_scope() -> None:
    paths = api_app(cast("Office", None)).openapi()["paths"]
    described = {
        f"{method.upper()} {path}": " ".join(operation["security"][0]["token"])
        for path, found in paths.items()
        for method, operation in found.items()
        if "security" in operation
    }
    told = {name: cells[0].strip("`") for name, cells in rows(section(text_of(PAGE), "## Addresses")).items()}
    assert told == {**described, "GET /health": "any token"}


def test_the_page_names_every_scope_with_its_words() -> None:
    told = {name: cells[0] for name, cells in rows(text_of(PAGE)).items() if name in set(SCOPES)}
    assert told == {scope.value: grant.words for scope, grant in SCOPES.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_names_every_problem_with_its_status(kind: str) -> None:
    assert rows(section(text_of(PAGE), "## Problems"))[kind][0] == str(KINDS[kind].status)
