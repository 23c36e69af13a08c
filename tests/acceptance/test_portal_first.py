"""Must show 3: nothing is made on WeChat or Weibo before a reader found the approved page on the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from channels.sandbox.call import Do, Fault, Logged
from channels.sandbox.portal import PortalSite
from channels.sandbox.stage import served
from publisher.domain.errors import Reason, Refused
from publisher.workflow import desk
from tests.databases import ON_SERVER
from tests.world import PORTALS, SOCIAL, TEXT, World, chinese_runs, fetch, item_file, stand_in_order
from tests.worlds import MakeWorld

ALWAYS = 10_000
LINKED = "bureau-portal"
HOUR = 3600
NOT_SERVED = {  # the portals' hosts refuse the connection: nothing listens there
    f'practice = true\nfolder = "sites/{name}"': f'practice = false\nfolder = "sites/{name}"'
    for name in PORTALS
}


def breaks(do: Do, **values: object) -> Callable[[World, str], None]:
    """A portal whose web server misbehaves for every request from now on."""

    def apply(world: World, portal: str) -> None:
        world.practice.stages[portal].script(Fault("/tzgg/", do, times=ALWAYS, **values))  # type: ignore[arg-type]

    return apply


def rewrites(change: Callable[[str], str]) -> Callable[[World, str], None]:
    """A portal on which somebody changed the page itself."""

    def apply(world: World, portal: str) -> None:
        for page in pages(world, portal):
            page.write_text(change(page.read_text("utf-8")), "utf-8")

    return apply


def pages(world: World, portal: str) -> list[Path]:
    return list((world.home / "sites" / portal / "tzgg").glob("20*/*/*.html"))


OTHER_PAGE = "<!DOCTYPE html><title>维护中</title><p>网站维护中，请稍后再来。</p>"
OTHER_ITEM = '<!DOCTYPE html><meta name="ArticleTitle" content="别的"><div id="article-body">别的内容。</div>'

BROKEN: dict[str, Callable[[World, str], None]] = {
    "answers 503": breaks(Do.ANSWER, status=503, body=OTHER_PAGE),
    "answers 404": breaks(Do.ANSWER, status=404, body=OTHER_PAGE),
    "answers 302 to a login": breaks(Do.ANSWER, status=302),
    "is slower than the time-out": breaks(Do.DELAY_BEFORE, seconds=0.5),
    "cuts the connection": breaks(Do.DROP_BEFORE),
    "sends half of the page": breaks(Do.TRUNCATE),
    "serves a maintenance page": breaks(Do.ANSWER, status=200, body=OTHER_PAGE),
    "serves another item": breaks(Do.ANSWER, status=200, body=OTHER_ITEM),
}
BROKEN_LATER = {
    **BROKEN,
    "has one changed digit": rewrites(lambda html: html.replace("11月28日", "11月29日")),
    "lost a paragraph": rewrites(lambda html: html.replace("停水期间在镇政府广场", "")),
    "has the page removed": lambda world, portal: [page.unlink() for page in pages(world, portal)] and None,
}


@pytest.fixture(scope="module")
def place(shared_world: World) -> World:
    return shared_world


@pytest.fixture
def world(place: World) -> Iterator[World]:
    """The module's world with its portals mended, an hour after the test before."""
    place.clock.forward(HOUR)
    yield place
    for name in PORTALS:
        place.practice.stages[name].faults.clear()
    place.forget_all()


def lines_since(world: World, since: int, *platforms: str) -> list[Logged]:
    """What was asked of the platforms since that concerns an item."""
    return [line for line in world.about_items(*platforms) if line.number > since]


def seen_first(world: World, item_id: str, since: int, portal: str = LINKED) -> list[Logged]:
    """Every creating request to WeChat and Weibo, each after a look that found the approved page."""
    path = urlsplit(world.urls(item_id)[portal]).path
    created = [line for line in lines_since(world, since, *SOCIAL) if line.creates]
    for line in created:
        looks = [
            look
            for look in lines_since(world, since, portal)
            if (look.method, look.path) == ("GET", path) and look.number < line.number
        ]
        assert looks, f"nobody looked at {path} before {line}"
        assert (looks[-1].status, looks[-1].fault) == (200, ""), f"the last look before {line} failed"
        text = world.practice.log.bodies[looks[-1].digest].decode()
        assert stand_in_order(chinese_runs(TEXT), text) == ""
    return created


def portals_verified(world: World, item_id: str) -> bool:
    return {world.states(item_id)[name] for name in PORTALS} == {"verified"}


def test_each_creating_request_follows_a_look_at_the_approved_page(world: World) -> None:
    since = len(world.requests())
    item_id, _ = world.out_everywhere()
    created = seen_first(world, item_id, since)
    assert {line.path for line in created if line.platform == "weibo"} == {"/2/statuses/share.json"}
    assert {line.path.rpartition("/")[2] for line in created if line.platform == "wechat"} == {
        "add_material",
        "add",
        "submit",
    }


def test_wechat_and_weibo_carry_the_address_that_was_looked_at(world: World) -> None:
    item_id, _ = world.out_everywhere()
    url = world.urls(item_id)[LINKED]
    assert [p.slots["portal_url"] for n, p in world.postings(item_id).items() if n in SOCIAL] == [url, url]


@pytest.mark.parametrize("trouble", [name for name in BROKEN if "slower" not in name])
def test_while_the_portal_is_broken_nothing_goes_to_wechat_or_weibo(world: World, trouble: str) -> None:
    since = len(world.requests())
    for name in PORTALS:
        BROKEN[trouble](world, name)
    item_id, _ = world.released()
    world.turn()
    world.pass_time(HOUR, step_s=1800)
    assert lines_since(world, since, *SOCIAL) == []
    assert {world.states(item_id)[name] for name in SOCIAL} == {"waiting"}
    for name in PORTALS:
        world.practice.stages[name].faults.clear()
    world.until(lambda: set(world.states(item_id).values()) == {"verified"}, step_s=600)
    assert seen_first(world, item_id, since)


@pytest.mark.parametrize("portal", PORTALS)
@pytest.mark.parametrize(
    "trouble",
    [
        # which database it is makes no difference to what a page looks like: there one of them is enough
        pytest.param(name, marks=pytest.mark.long if ON_SERVER and name != "answers 404" else ())
        for name in BROKEN_LATER
        if "slower" not in name
    ],
)
def test_a_portal_that_breaks_after_it_was_verified_stops_the_others(
    world: World, trouble: str, portal: str
) -> None:
    item_id, _ = world.released()
    world.until(lambda: portals_verified(world, item_id), *PORTALS, step_s=1)
    assert {world.states(item_id)[name] for name in SOCIAL} == {"queued"}, "ready to go at once"
    before, page = len(world.requests()), pages(world, portal)
    kept = {path: path.read_bytes() for path in page}
    BROKEN_LATER[trouble](world, portal)
    for name in SOCIAL:
        world.serve(name)
    world.pass_time(HOUR, step_s=1800)
    assert [line for line in lines_since(world, before, *SOCIAL) if line.creates] == []
    assert {world.states(item_id)[name] for name in SOCIAL} <= {"queued", "waiting"}
    world.practice.stages[portal].faults.clear()
    for path, content in kept.items():
        path.write_bytes(content)
    world.until(lambda: set(world.states(item_id).values()) == {"verified"}, step_s=600)
    assert seen_first(world, item_id, before)


def test_a_second_attempt_looks_at_the_portal_again(world: World) -> None:
    item_id, _ = world.released()
    world.until(lambda: portals_verified(world, item_id), *PORTALS, step_s=1)
    busy = '{"errcode":-1,"errmsg":"system error"}'
    world.practice.stages["wechat"].script(
        Fault("draft/get", Do.ANSWER, body=busy, times=3),
        Fault("draft/batchget", Do.ANSWER, body=busy, times=3),
    )
    world.serve("wechat")
    world.practice.stages["wechat"].faults.clear()
    assert world.postings(item_id)["wechat"].state == "queued"
    since = len(world.requests())
    BROKEN["serves another item"](world, LINKED)
    world.pass_time(HOUR, step_s=1800)
    assert [line for line in lines_since(world, since, "wechat") if line.creates] == []


@contextmanager
def web_server(world: World, portal: str) -> Iterator[None]:
    """The portal's web server, for as long as the block."""
    option = world.office.options[portal]
    site = PortalSite(option.folder, name=portal, log=world.practice.log)
    with served(site.stage, urlsplit(option.base_url).port or 0):
        yield


def test_a_refused_connection_before_or_after_the_first_look_stops_the_others(make_world: MakeWorld) -> None:
    world = make_world(settings=NOT_SERVED)
    item_id, _ = world.released()
    world.turn()
    world.pass_time(HOUR, step_s=1800)
    assert lines_since(world, 0) == []
    with web_server(world, "city-portal"), web_server(world, LINKED):
        world.until(lambda: portals_verified(world, item_id), *PORTALS, step_s=600)
    world.turn()
    world.pass_time(HOUR, step_s=1800)
    assert lines_since(world, 0, *SOCIAL) == []
    with web_server(world, "city-portal"), web_server(world, LINKED):
        world.until(lambda: set(world.states(item_id).values()) == {"verified"}, step_s=600)
        assert seen_first(world, item_id, 0)


def test_a_portal_slower_than_the_time_out_stops_the_others(make_world: MakeWorld) -> None:
    world = make_world(timeout_s=0.2)
    verified, _ = world.released()
    world.until(lambda: portals_verified(world, verified), *PORTALS, step_s=1)
    for name in PORTALS:
        BROKEN["is slower than the time-out"](world, name)
    unseen, _ = world.released(item_file("关于石渡片区恢复供水的通告"))
    world.turn()
    assert lines_since(world, 0, *SOCIAL) == []
    for name in PORTALS:
        world.practice.stages[name].faults.clear()
    for item_id in (verified, unseen):
        world.until(lambda item_id=item_id: set(world.states(item_id).values()) == {"verified"}, step_s=60)


# ---------------------------------------------------------------- any and all


def test_the_gate_of_an_ordinary_kind_is_all_portals(world: World) -> None:
    since = len(world.requests())
    BROKEN["answers 503"](world, "city-portal")
    item_id, _ = world.released(item_file(kind="notice"))
    world.pass_time(HOUR, step_s=1800)
    assert world.states(item_id)[LINKED] == "verified"
    assert lines_since(world, since, *SOCIAL) == []
    words = next(c.words for c in world.where(item_id).channels if c.channel == "weibo")
    assert "等待门户核验：市政府门户网站" in words


@pytest.mark.parametrize(("down", "up"), [PORTALS, PORTALS[::-1]])
def test_the_gate_of_an_urgent_kind_is_any_portal_and_its_address_is_carried(
    world: World, down: str, up: str
) -> None:
    since = len(world.requests())
    BROKEN["answers 503"](world, down)
    item_id, _ = world.released(item_file(kind="clarification"))
    world.until(lambda: {world.states(item_id)[n] for n in SOCIAL} == {"verified"})
    assert world.states(item_id)[down] == "published"
    assert seen_first(world, item_id, since, up)
    assert any(world.urls(item_id)[up] in link for link in fetch(world.urls(item_id)["wechat"]).links)


def test_the_gate_is_the_portals_that_the_item_names(world: World) -> None:
    BROKEN["answers 503"](world, LINKED)
    item_id, _ = world.released(item_file(channels=["city-portal", "weibo"]))
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})
    assert world.postings(item_id)["weibo"].slots["portal_url"] == world.urls(item_id)["city-portal"]


# ---------------------------------------------------------------- past the limit


def stuck(world: World) -> tuple[str, str]:
    """An item whose Weibo posting waits for a portal past the gate's limit: (item, posting)."""
    BROKEN["answers 503"](world, "city-portal")
    item_id, _ = world.released()
    world.pass_time(4 * HOUR + 600, step_s=2 * HOUR)
    return item_id, world.postings(item_id)["weibo"].id


def test_a_gate_shut_past_its_limit_raises_one_alarm_a_posting(world: World) -> None:
    item_id, posting_id = stuck(world)
    alarms = [alarm for alarm in world.alarms() if alarm.cause == f"gate:{posting_id}"]
    assert len(alarms) == 1
    assert "微博等待门户超过时限" in alarms[0].words
    assert world.states(item_id)["weibo"] == "waiting"


def test_the_approver_opens_the_gate_for_one_posting_with_a_reason(world: World) -> None:
    item_id, posting_id = stuck(world)
    since = len(world.requests())
    world.do("qin", desk.open_gate, desk.PostingRequest(posting_id, "市门户停机检修，先发微博"))
    world.until(lambda: world.states(item_id)["weibo"] == "verified")
    assert world.states(item_id)["wechat"] == "waiting", "the other posting waits on"
    assert [line.path for line in lines_since(world, since, "weibo") if line.creates] == [
        "/2/statuses/share.json"
    ]
    assert world.postings(item_id)["weibo"].slots["portal_url"] == world.urls(item_id)[LINKED]
    assert f"gate:{posting_id}" not in world.alarm_words()
    [entry] = world.rows(
        "SELECT actor, seq FROM log_entries WHERE kind = 'person:gate:opened' AND subject = ?",
        f"posting:{posting_id}",
    )
    notes = world.rows("SELECT name, text FROM log_notes WHERE seq = ?", entry["seq"])
    assert entry["actor"] == "qin"
    assert [(n["name"], n["text"]) for n in notes] == [("reason", "市门户停机检修，先发微博")]


def test_nobody_else_opens_the_gate_and_not_without_a_reason(world: World) -> None:
    item_id, posting_id = stuck(world)
    for who, reason, expected in (
        ("lu", "急", Reason.NOT_PERMITTED),
        ("shen", "急", Reason.NOT_PERMITTED),
        ("an", "急", Reason.NOT_PERMITTED),
        ("qin", " ", Reason.BAD_INPUT),
    ):
        with pytest.raises(Refused) as caught:
            world.do(who, desk.open_gate, desk.PostingRequest(posting_id, reason))
        assert caught.value.reason is expected
    world.turn()
    assert world.states(item_id)["weibo"] == "waiting"


def test_the_gate_is_not_opened_before_its_limit(world: World) -> None:
    BROKEN["answers 503"](world, "city-portal")
    item_id, _ = world.released()
    world.turn()
    with pytest.raises(Refused) as caught:
        world.do("qin", desk.open_gate, desk.PostingRequest(world.postings(item_id)["weibo"].id, "急"))
    assert caught.value.reason is Reason.WRONG_STATE


def test_an_opened_gate_sends_nothing_while_no_portal_has_an_address(world: World) -> None:
    since = len(world.requests())
    for name in PORTALS:
        BROKEN["answers 503"](world, name)
    item_id, _ = world.released()
    world.pass_time(4 * HOUR + 600, step_s=2 * HOUR)
    world.do("qin", desk.open_gate, desk.PostingRequest(world.postings(item_id)["weibo"].id, "急"))
    world.pass_time(HOUR, step_s=1800)
    assert lines_since(world, since, *SOCIAL) == []
