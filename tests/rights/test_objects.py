"""What is another body's is not there: every page and form that names one of its things, tried by a unit's drafter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rights.stage import Show, Stage, build, letter_name
from tests.rights.table import FORMS, PAGES, Form
from tests.rights.test_rights import page_address, path_of, send
from tests.world import make_home, open_world

OURS = re.compile(r"\{(item_id|digest|posting_id|part_id|paper_id)\}")
ABOUT = ("revision", "time", "item", "posting", "part", "paper")


@pytest.fixture(scope="module")
def show(template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """The stage, on which the drafter D and the editor E work for a subordinate unit."""
    folder = tmp_path_factory.mktemp("objects") / "stage"
    make_home(template[0], folder, {})
    world = open_world(folder, template[1])
    things = build(world)
    with world.office.store.write() as uow:
        for letter in "DE":
            uow.people.change(letter_name(letter), unit="gongshui")
        uow.commit()
    world.close()
    with Stage(folder, template[1], things).open() as opened:
        yield opened


@pytest.mark.parametrize("path", sorted(path for path in PAGES if OURS.search(path)))
def test_a_page_about_another_bodys_thing_is_not_there(show: Show, path: str) -> None:
    assert {show.get(letter, page_address(show, path)) for letter in "DE"} == {404}


@pytest.mark.parametrize("form", [f for f in FORMS if f.about in ABOUT], ids=lambda f: f"{f.path}:{f.roles}")
def test_a_form_about_another_bodys_thing_does_nothing(show: Show, form: Form) -> None:
    before = show.everything()
    state = {
        "revision": "submitted",
        "time": "approved",
        "item": "released",
        "posting": "failed",
        "part": "withdraw_by_hand",
    }.get(form.about, "")
    found = {letter: send(show, letter, form, state) for letter in "DE"}
    assert set(found.values()) <= {403, 404}, (path_of(show, form, state), found)
    assert show.everything() == before


def test_lists_and_searches_show_a_unit_nothing_of_others_and_all_of_its_own(show: Show) -> None:
    world = show.world
    client, _ = show.client("D")
    for path in ("/items", "/items?q=通告", "/review", "/postings", "/calendar", "/"):
        page = client.get(path).text
        assert "状态是" not in page, path
        assert "推送 failed" not in page, path
    with world.office.store.write() as uow:
        uow.items.add_item(
            id="0a0b0c0d0e0f",
            body="bureau",
            created_at=world.clock.now,
            created_by=letter_name("D"),
            unit="gongshui",
            title="供水站自己的通告",
        )
        uow.commit()
    assert "/items/0a0b0c0d0e0f" in client.get("/items").text


@pytest.mark.parametrize("key", ["000000000000", "../../etc/passwd", "%2e%2e", "1 OR 1=1", "0" * 64])
@pytest.mark.parametrize("base", ["/items/", "/review/", "/postings/", "/parts/"])
def test_a_guessed_id_leads_nowhere(show: Show, base: str, key: str) -> None:
    assert show.get("C", base + key) in (404, 405)
