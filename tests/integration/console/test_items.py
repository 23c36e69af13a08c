"""Items in the console: the list, the search, and each item's story."""

from __future__ import annotations

import re

import pytest

from publisher.domain.lifecycle import RevisionState
from publisher.domain.posting import PostingState
from publisher.workflow.review import SignRequest, return_revision
from tests.seats import Seat, seats
from tests.world import World, item_file


def submitted(world: World) -> tuple[str, str]:
    item_id = world.draft()
    return item_id, world.submit(item_id).revision_id


def titles(page: str) -> list[str]:
    return re.findall(r'class="ttl" href="/items/[0-9a-f]+">([^<]+)<', page)


def test_the_list_shows_the_newest_first_with_each_channel_for_itself(quiet_world: World) -> None:
    world = quiet_world
    world.released(item_file(title="关于早先一件事的通告"))
    world.clock.forward(60)
    world.approved(item_file(title="关于后来一件事的通告"))
    with seats(world, zhou="editor") as at:
        page = at["zhou"].get("/items")
    assert titles(page) == ["关于后来一件事的通告", "关于早先一件事的通告"]
    assert "已签发" in page
    assert "待推送" in page or "等待" in page


def test_a_search_finds_title_index_number_and_address_and_one_hit_leads_there(world: World) -> None:
    item_id, _ = world.out_everywhere()
    place = world.where(item_id)
    with seats(world, zhou="editor") as at:
        for text in (place.title[3:7], place.index_no, item_id, place.channels[0].url):
            answer = at["zhou"].client.get("/items", params={"q": text})
            assert answer.headers.get("location") == f"/items/{item_id}", text
        assert "没有找到符合的条目" in at["zhou"].get("/items?q=没有这样的标题")
        assert titles(at["zhou"].get("/items?q=%25")) == [], "no wildcard"


def test_a_filter_by_state_shows_those_alone(quiet_world: World) -> None:
    world = quiet_world
    world.approved(item_file(title="关于已签发的通告"))
    world.released(item_file(title="关于已下发的通告"))
    with seats(world, zhou="editor") as at:
        assert titles(at["zhou"].get("/items?state=approved")) == ["关于已签发的通告"]
        assert titles(at["zhou"].get("/items?state=released")) == ["关于已下发的通告"]
        assert len(titles(at["zhou"].get("/items?state=nonsense"))) == 2


def test_fifty_stand_on_a_page_and_the_rest_on_the_next(quiet_world: World) -> None:
    world = quiet_world
    with world.office.store.write() as uow:
        for number in range(70):
            uow.items.add_item(
                id=f"{number:012x}", body="bureau", created_at=world.clock.now, created_by="lu"
            )
        uow.commit()
    with seats(world, zhou="editor") as at:
        first = at["zhou"].get("/items")
        after = re.search(r"after=([^\"&]+)", first)
        assert after
        second = at["zhou"].get(f"/items?after={after[1]}")
    ids = [re.findall(r'href="/items/([0-9a-f]{12})"', page) for page in (first, second)]
    assert (len(ids[0]), len(ids[1])) == (50, 20)
    assert not set(ids[0]) & set(ids[1])


@pytest.mark.parametrize("after", ["x", "1-", "9" * 40 + "-a", "nan-a", "-", "1e999-a"])
def test_a_place_in_the_list_that_is_none_means_the_beginning(quiet_world: World, after: str) -> None:
    quiet_world.approved()
    with seats(quiet_world, zhou="editor") as at:
        assert "/items/" in at["zhou"].get(f"/items?after={after}")


def test_the_story_tells_stations_channels_content_signatures_and_record(world: World) -> None:
    item_id, _ = world.out_everywhere()
    with seats(world, zhou="editor") as at:
        page = at["zhou"].get(f"/items/{item_id}")
    for words in (
        "登记",
        "三审",
        "已核验",
        "沈青禾",
        "秦知远",
        "初审通过",
        "签发",
        "石渡镇有关用水户",
        "公开页面",
    ):
        assert words in page
    assert page.count('class="done"') == 9, "the whole trip lies behind it"
    assert re.search(r"/audit/\d+", page)


def test_a_failed_channel_is_said_where_it_is_and_the_trip_stands_there(quiet_world: World) -> None:
    world = quiet_world
    item_id, _ = world.released(item_file(channels=["bureau-portal"]))
    (posting,) = world.postings(item_id).values()
    with world.office.store.write() as uow:
        uow.postings.change(
            posting.id, state=PostingState.FAILED, error={"words": "平台说标题太长", "sure": ""}
        )
        uow.commit()
    with seats(world, zhou="editor") as at:
        page = at["zhou"].get(f"/items/{item_id}")
    assert 'class="chrow hot"' in page
    assert "平台说标题太长" in page
    assert f"/postings/{posting.id}" in page


def test_what_the_page_offers_follows_the_state(quiet_world: World) -> None:
    world = quiet_world
    item_id, revision_id = submitted(world)
    with seats(world, zhou="editor", ye="auditor") as at:
        assert "去审签" in at["zhou"].get(f"/items/{item_id}")
        world.do("shen", return_revision, SignRequest(revision_id, opinion="日期写错了"))
        page = at["zhou"].get(f"/items/{item_id}")
        assert "继续修改" in page
        assert "日期写错了" in page
        assert "继续修改" not in at["ye"].get(f"/items/{item_id}"), "an auditor only reads"


def test_a_body_that_was_changed_in_the_database_shows_no_foreign_markup(quiet_world: World) -> None:
    world = quiet_world
    item_id, revision_id = submitted(world)
    with world.office.store.write() as uow:
        revision = uow.items.revision(revision_id)
        assert revision
        bad = (
            '<p>水</p><script>alert(1)</script><img src="https://elsewhere.example/x.png" onerror="alert(1)">'
        )
        uow.items.change_revision(revision_id, content={**revision.content, "body": bad})
        uow.commit()
    with seats(world, zhou="editor") as at:
        page = at["zhou"].get(f"/items/{item_id}")
    assert "alert(1)" not in page
    assert "elsewhere.example" not in page


def refused_everywhere(seat: Seat, item_id: str) -> None:
    for path in (f"/items/{item_id}", "/items/000000000000", "/items/..%2f..%2fetc"):
        assert "没有" in seat.get(path, 404)


def test_another_units_item_is_not_there(quiet_world: World) -> None:
    world = quiet_world
    item_id, _ = submitted(world)
    with seats(world, li="drafter") as at:
        with world.office.store.write() as uow:
            uow.people.change("li", unit="gongshui")
            uow.commit()
        assert titles(at["li"].get("/items")) == []
        refused_everywhere(at["li"], item_id)


@pytest.mark.parametrize("role", ["administrator", "security_administrator"])
def test_administrators_see_no_item(quiet_world: World, role: str) -> None:
    item_id, _ = submitted(quiet_world)
    with seats(quiet_world, guan=role) as at:
        assert "不能看“条目”" in at["guan"].get(f"/items/{item_id}", 403)
        assert 'href="/items"' not in at["guan"].get("/")
    assert quiet_world.last_refusal()["kind"] == "person:act:refused"


@pytest.mark.parametrize(
    "back",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:alert(1)",
        "/a\r\nX: y",
    ],
)
def test_the_language_switch_leads_nowhere_else(quiet_world: World, back: str) -> None:
    with seats(quiet_world, zhou="editor") as at:
        answer = at["zhou"].client.get("/language/en", params={"back": back})
    assert answer.headers["location"] == "/"


def test_an_older_revision_does_not_say_in_which_state_the_list_finds_an_item(quiet_world: World) -> None:
    world = quiet_world
    item_id, digest = submitted(world)
    with world.office.store.write() as uow:
        (first,) = uow.items.revisions(item_id)
        again = {name: getattr(first, name) for name in first.__slots__}
        uow.items.add_revision(**{**again, "id": "f" * 64, "number": 2, "state": RevisionState.REVIEWED})
        uow.items.change_revision(digest, state=RevisionState.SUPERSEDED)
        uow.commit()
    with seats(world, zhou="editor") as at:
        assert len(titles(at["zhou"].get("/items?state=reviewed"))) == 1
        assert titles(at["zhou"].get("/items?state=superseded")) == []


def test_a_title_of_any_length_can_be_kept_and_stands_shortened_in_lists(quiet_world: World) -> None:
    world = quiet_world
    with world.office.store.write() as uow:
        uow.items.add_item(id="0123456789ab", body="bureau", created_at=world.clock.now, created_by="lu")
        uow.items.add_draft(
            id="d1",
            item_id="0123456789ab",
            content={"title": "长" * 5000, "kind": "notice"},
            findings=[],
            updated_at=world.clock.now,
            updated_by="lu",
        )
        uow.commit()
    with world.office.store.read() as reading:
        item = reading.items.item("0123456789ab")
    assert item
    assert len(item.title) == 200
