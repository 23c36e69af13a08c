"""Every route × role × state against the table by hand: what is not given there is refused, and nothing changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from tests.rights.stage import Show, Stage, build
from tests.rights.table import (
    CHANNEL_STATES,
    FORMS,
    OPEN,
    PAGES,
    PART_STATES,
    POSTING_STATES,
    REVISION_STATES,
    ROLES,
    Form,
)
from tests.world import make_home, open_world

STATES = {
    "revision": REVISION_STATES[1:],
    "time": REVISION_STATES[1:],
    "item": REVISION_STATES,
    "posting": POSTING_STATES,
    "part": PART_STATES,
    "channel": CHANNEL_STATES,
}
NOT_THERE = {
    "/items/{item_id}/files/{digest}",
    "/items/{item_id}/compare",
    "/parts/{part_id}/evidence/{digest}",
}
"""Whoever may see such a page is told that there is no such file, or nothing to compare with."""
DONE, REFUSED = frozenset({303}), frozenset({400, 403, 404, 409, 422})


@pytest.fixture(scope="module")
def stage(template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("rights") / "stage"
    make_home(template[0], folder, {})
    world = open_world(folder, template[1])
    things = build(world)
    world.close()
    return Stage(folder, template[1], things)


@pytest.fixture(scope="module")
def show(stage: Stage) -> Iterator[Show]:
    """The copy on which nothing may change."""
    with stage.open() as opened:
        yield opened


def same(form: Form) -> tuple[str, str]:
    return form.path, repr(sorted(form.fields.items(), key=str))


GROUPS = [list(group) for _, group in groupby(sorted(FORMS, key=same), key=same)]


def key_of(show: Show, about: str, state: str) -> str:
    things = show.things
    return {
        "revision": things.revisions,
        "time": things.revisions,
        "item": things.items,
        "posting": things.postings,
        "part": things.parts,
        "channel": things.channels,
    }[about][state]


def path_of(show: Show, form: Form, state: str) -> str:
    """The address of a form for the thing in a state."""
    if form.about == "paper":
        digest, paper_id = show.things.papers["waiting"]
        return form.path.replace("{digest}", digest).replace("{paper_id}", paper_id)
    if form.about in STATES:
        return re.sub(r"\{[a-z_]+\}", key_of(show, form.about, state), form.path, count=1)
    return re.sub(r"\{[a-z_]+\}", {"person": "an", "area": "columns"}.get(form.about, "none"), form.path)


def send(show: Show, letter: str, form: Form, state: str) -> int:
    fields = dict(form.fields)
    if form.about in ("revision", "time", "posting", "part"):
        fields["shown"] = show.shown(form.about, key_of(show, form.about, state))
    return show.post(letter, path_of(show, form, state), fields)


def test_every_route_of_the_console_stands_in_the_table(show: Show) -> None:
    routes = {
        f"{method} {route.path}"
        for route in show.app.routes
        for method in getattr(route, "methods", ())
        if method != "HEAD" and not route.path.startswith("/api/")
    }
    pages = {f"GET {path}" for path in PAGES}
    named = {f"POST {form.path}" for form in FORMS}
    forms = {route for route in routes if route.startswith("POST") and route not in OPEN}
    assert {r for r in routes if r.startswith("GET")} - OPEN == pages
    for route in sorted(forms):
        shape = re.compile(re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(route)) + "$")
        assert any(shape.match(re.sub(r"\{[a-z_]+\}", "x", name)) for name in named), route


def page_address(show: Show, path: str) -> str:
    things = show.things
    digest, paper_id = things.papers["waiting"]
    item = things.items["draft"] if path.endswith(("/edit", "/discard")) else things.items["released"]
    if path.endswith("/correct"):
        item = things.items["released"]
    return (
        path.replace("{item_id}", item)
        .replace("/files/{digest}", f"/files/{'0' * 64}")
        .replace("/evidence/{digest}", f"/evidence/{'0' * 64}")
        .replace("{digest}", digest)
        .replace("{paper_id}", paper_id)
        .replace("{posting_id}", things.postings["failed"])
        .replace("{part_id}", things.parts["differs"])
        .replace("/channels/{name}", "/channels/wechat")
        .replace("/people/{name}", "/people/an")
        .replace("{area}", "columns")
        .replace("{seq}", "1")
        .replace("/audit/people/{name}", "/audit/people/an")
    )


@pytest.mark.parametrize("path", sorted(PAGES))
def test_a_page_is_seen_by_those_of_the_table_and_by_nobody_else(show: Show, path: str) -> None:
    address = page_address(show, path)
    found = {letter: show.get(letter, address) for letter in ROLES}
    seen = "".join(
        letter for letter, status in found.items() if status in ((200, 404) if path in NOT_THERE else (200,))
    )
    hidden = {status for letter, status in found.items() if letter not in PAGES[path]}
    assert seen == "".join(letter for letter in ROLES if letter in PAGES[path]), found
    assert hidden <= {403}, found


@pytest.mark.parametrize(
    "group", GROUPS, ids=lambda group: group[0].path + ("+leak" if "leak" in group[0].fields else "")
)
def test_a_form_is_refused_in_every_pair_of_role_and_state_that_the_table_does_not_give(
    show: Show, group: list[Form]
) -> None:
    before, first = show.everything(), group[0]
    wrong = []
    for state in STATES.get(first.about, ("",)):
        for letter in ROLES:
            given = any(
                letter in form.roles and (not form.states or state in form.states.split()) for form in group
            )
            if given:
                continue
            status = send(show, letter, first, state)
            if status not in REFUSED:
                wrong.append((letter, state, status))
    assert wrong == []
    assert show.everything() == before, "a refused act changed something"


PAIRS = [
    (form, letter, state)
    for form in FORMS
    if form.done
    for letter in form.roles
    for state in (form.states.split() if form.states else [""] if form.about == "paper" else [])
]


@pytest.mark.parametrize(
    "form", [form for form in FORMS if form.done and form.roles], ids=lambda form: f"{form.path}:{form.roles}"
)
def test_a_form_is_done_in_every_pair_of_role_and_state_that_the_table_gives(
    stage: Stage, form: Form
) -> None:
    refused = []
    for one, letter, state in PAIRS:
        if one is form:
            with stage.open() as show:
                status = send(show, letter, form, state)
            if status not in DONE:
                refused.append((letter, state, status))
    assert refused == []
