"""Must show 5 and build point 6, withdrawal: expiry, attachments, pace and budget, coming back, time to removal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from channels.sandbox.call import Do, Fault
from publisher.bootstrap.plan import _channel_options
from publisher.domain.errors import Refused
from publisher.settings import read_settings
from publisher.workflow import intake, review, schedule, withdraw
from publisher.workflow.report import ledger
from publisher.workflow.settle_by_hand import ConfirmRequest, look_at_claimed
from tests.world import PORTALS, SOCIAL, World, fetch, item_file

REASON = "停水取消，通告作废"
DESTROY = "/2/statuses/destroy.json"
OUT_OF_RATE = (
    '{"error":"User requests out of rate limit!","error_code":10023,"request":"/2/statuses/destroy.json"}'
)
FILE = b"%PDF-1.4\n" + b"synthetic" * 40
ATTACHED = "[[attachments]]\nfile = '范围.pdf'"


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """The module's world, every platform well, the next morning."""
    morning = shared_world.clock.now.replace(hour=2, minute=0)
    shared_world.clock.now = morning
    shared_world.clock.forward(86400)
    for token in shared_world.practice.simulators["weibo"].world.tokens.values():
        token.created_at = shared_world.clock.now
    yield shared_world
    for stage in shared_world.practice.stages.values():
        stage.faults.clear()
        stage.reader_open = True
    shared_world.forget_all()


def order(world: World, item_id: str, **more: object) -> int:
    request = withdraw.WithdrawRequest(item_id, REASON, **more)  # type: ignore[arg-type]
    return int(world.do("qin", withdraw.order_withdrawal, request))


def gone(world: World, item_id: str) -> bool:
    return world.where(item_id).state == "withdrawn"


def with_file(world: World, **header: object) -> tuple[str, dict[str, str]]:
    """An item with an attachment, out on both portals; the attachment's own address on each portal."""
    data = item_file(lists=ATTACHED, channels=PORTALS, **header)
    item_id, _ = world.out_everywhere(data, files={"范围.pdf": FILE})
    return item_id, {portal: file_of(world.urls(item_id)[portal]) for portal in PORTALS}


def file_of(url: str) -> str:
    link = next(link for link in fetch(url).links if link.startswith("files/"))
    return f"{url.rpartition('/')[0]}/{link}"


# ---------------------------------------------------------------- expiry


def in_three_days(world: World) -> date:
    return world.clock.now.date() + timedelta(days=3)


def test_on_its_day_of_expiry_an_item_is_withdrawn_once_for_its_approver(world: World) -> None:
    day = in_three_days(world)
    item_id, revision_id = world.out_everywhere(item_file(expires_on=day.isoformat()))
    world.clock.now = datetime(day.year, day.month, day.day, tzinfo=UTC)  # 8 in the morning in Beijing
    world.clock.forward(-8 * 3600 - 60)
    world.turn()
    assert world.where(item_id).state == "released", "not a minute before midnight in Beijing"
    world.clock.forward(60)
    world.until(lambda: gone(world, item_id))
    [entry] = world.rows(
        "SELECT actor, canonical FROM log_entries WHERE kind = 'system:order:expired' AND subject = ?",
        f"item:{item_id}",
    )
    assert entry["actor"] == "system"
    assert '"on_behalf_of":"qin"' in entry["canonical"]
    assert revision_id in entry["canonical"]
    assert f"到期下线日期 {day}" in fetch(world.urls(item_id)["city-portal"]).text
    world.pass_time(2 * 86400, step_s=43200)
    assert len(world.rows("SELECT id FROM orders WHERE item_id = ?", item_id)) == 1


def test_a_day_of_expiry_that_is_past_does_not_block_a_later_edit(world: World) -> None:
    """H-8"""
    day = in_three_days(world)
    item_id, _ = world.out_everywhere(item_file(expires_on=day.isoformat(), channels=PORTALS))
    world.clock.now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    world.until(lambda: gone(world, item_id))
    again = world.submit(item_id).revision_id
    assert world.revision(again).content["expires_on"] is None
    world.sign(again)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(again))
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})


def test_a_day_of_expiry_that_a_drafter_sets_too_early_is_refused_by_name(world: World) -> None:
    item_id = world.draft(item_file(expires_on="2026-11-21"))
    with pytest.raises(Refused) as caught:
        world.submit(item_id)
    assert [problem.field for problem in caught.value.problems] == ["expires_on"]


def test_what_expires_before_its_release_is_held_and_not_sent(world: World) -> None:
    day = in_three_days(world)
    item_id, revision_id = world.approved(item_file(expires_on=day.isoformat()))
    world.clock.now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    world.turn()
    assert world.revision(revision_id).held
    assert "已经过了" in world.alarm_words()
    assert world.postings(item_id) == {}


# ---------------------------------------------------------------- attachments


def test_attachments_are_gone_from_their_own_addresses_before_anything_reads_withdrawn(world: World) -> None:
    item_id, files = with_file(world)
    assert all(fetch(url).raw == FILE for url in files.values())
    cached = Fault(
        files["city-portal"].rpartition("/")[2], Do.ANSWER, status=200, body="old copy", times=1000
    )
    world.practice.stages["city-portal"].script(cached)
    order(world, item_id)
    world.pass_time(1800, step_s=300)
    assert world.states(item_id)["city-portal"] == "withdrawing"
    assert world.states(item_id)["bureau-portal"] == "withdrawn"
    assert world.where(item_id).state == "withdrawing"
    assert "附件或历史页还能打开" in world.alarm_words()
    world.practice.stages["city-portal"].faults.clear()
    world.until(lambda: gone(world, item_id), step_s=300)
    assert {fetch(url).status for url in files.values()} == {404}


def test_an_attachment_that_another_page_uses_stays_and_the_withdrawal_ends(world: World) -> None:
    item_id, files = with_file(world)
    other, _ = with_file(world, title="关于石渡片区停水范围的通告")
    order(world, item_id)
    world.until(lambda: gone(world, item_id))
    assert {fetch(url).status for url in files.values()} == {200}
    order(world, other)
    world.until(lambda: gone(world, other))
    assert {fetch(url).status for url in files.values()} == {404}


def test_an_attachment_that_comes_back_is_seen_and_removed_again(world: World) -> None:
    item_id, files = with_file(world)
    order(world, item_id)
    world.until(lambda: gone(world, item_id))
    path = world.home / "sites/city-portal" / files["city-portal"].split("/", 3)[3]
    path.write_bytes(FILE)
    assert fetch(files["city-portal"]).status == 200
    world.pass_time(86400, step_s=43200)
    assert "system:part:reappeared" in world.kinds()
    assert "又出现了" in " ".join(row["words"] for row in world.rows("SELECT words FROM alarms"))


def test_no_attachment_can_be_fetched_before_its_item_is_out(world: World) -> None:
    """H-3"""
    own = FILE + b"not out with any other item"
    _, revision_id = world.approved(item_file(lists=ATTACHED, channels=PORTALS), files={"范围.pdf": own})
    digest = world.revision(revision_id).content["files"][0]["digest"]
    world.turn()
    for portal in PORTALS:
        assert list((world.home / "sites" / portal).rglob(f"{digest}*")) == []


# ---------------------------------------------------------------- drafts and revisions beside a withdrawal


def test_withdrawn_with_an_open_draft_nothing_is_left_and_the_draft_stays(world: World) -> None:
    """H-2"""
    item_id, files = with_file(world)
    world.draft(item_file("关于石渡片区停水安排调整的通告"), item_id=item_id)
    order(world, item_id)
    world.until(lambda: gone(world, item_id))
    assert {fetch(url).status for url in files.values()} == {404}
    with world.office.store.read() as reading:
        assert reading.items.open_draft(item_id) is not None


def test_discarding_a_new_draft_of_a_withdrawn_item_keeps_the_files_for_the_next(world: World) -> None:
    """H-1"""
    item_id, _ = with_file(world, title="关于石渡片区检修安排的通告")
    order(world, item_id)
    world.until(lambda: gone(world, item_id))
    world.draft(item_file("关于石渡片区停水安排调整的通告"), item_id=item_id)
    world.do("lu", intake.discard_draft, intake.DiscardRequest(item_id))
    again = world.submit(item_id).revision_id
    world.sign(again)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(again))
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})
    assert fetch(file_of(world.urls(item_id)["city-portal"])).raw == FILE


def test_blanks_around_an_address_are_no_part_of_it(world: World) -> None:
    """H-5"""
    item_id, _ = world.out_everywhere(item_file(channels=PORTALS))
    url = world.urls(item_id)["city-portal"]
    remote = world.parts(item_id)["city-portal"].remote_id
    seen = look_at_claimed(world.office.outlets, "city-portal", ConfirmRequest("x", f" {url} ", f" {remote}"))
    assert getattr(seen, "title", "") != ""
    path = world.home / "gongkai.toml"
    kept = path.read_text("utf-8")
    root = world.office.options["city-portal"].root_url
    path.write_text(kept.replace(f'"{root}', f'" {root}', 1), "utf-8")
    options, _ = _channel_options(world.home, read_settings(world.home))
    path.write_text(kept, "utf-8")
    assert options["city-portal"].root_url == root


def test_a_release_that_fails_keeps_its_time(world: World) -> None:
    """H-6"""
    item_id, revision_id = world.approved(item_file(channels=PORTALS))
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    planned = world.revision(revision_id).release_at
    salt = world.revision(revision_id).salt
    world.tamper("UPDATE revisions SET salt = ? WHERE id = ?", "00" * 16, revision_id)
    world.sweep()
    assert world.revision(revision_id).held
    assert world.revision(revision_id).release_at == planned
    world.tamper("UPDATE revisions SET salt = ? WHERE id = ?", salt, revision_id)
    world.do("qin", review.resume, review.SignRequest(revision_id))
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})


@pytest.mark.parametrize("content", ["{}", '{"title": "", "disclosure_attribute": "主动公开"}'])
def test_an_item_whose_content_was_taken_away_does_not_stop_the_sweep(world: World, content: str) -> None:
    """H-7"""
    _, poisoned = world.approved(item_file("关于旧通告的通告"))
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(poisoned))
    world.tamper("UPDATE revisions SET content = ? WHERE id = ?", content, poisoned)
    item_id, _ = world.released(item_file(channels=PORTALS))
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})
    assert world.revision(poisoned).held
    world.tamper("DELETE FROM signatures WHERE revision_id = ?", poisoned)
    world.tamper("DELETE FROM revisions WHERE id = ?", poisoned)


# ---------------------------------------------------------------- pace, budget, coming back


def test_removals_on_one_account_are_never_a_burst_and_a_leak_goes_first(world: World) -> None:
    titles = ["关于石渡甲片停水的通告", "关于石渡乙片停水的通告", "关于石渡丙片停水的通告"]
    on = ["city-portal", "weibo"]
    items = [world.out_everywhere(item_file(title, channels=on))[0] for title in titles]
    since = len(world.requests())
    for item_id in items[:2]:
        order(world, item_id)
    order(world, items[2], leak=True)
    world.turn()
    assert world.states(items[2])["weibo"] == "withdrawn"
    assert [world.states(item_id)["weibo"] for item_id in items[:2]] == ["withdrawing"] * 2
    times = []
    while not all(gone(world, item_id) for item_id in items):
        world.clock.forward(5)
        before = len(removals(world, since))
        world.turn()
        times += [world.clock.now] * (len(removals(world, since)) - before)
    assert len(removals(world, since)) == 3
    assert (times[-1] - times[0]).total_seconds() >= 20


def removals(world: World, since: int) -> list[object]:
    return [line for line in world.requests("weibo") if line.number > since and line.path == DESTROY]


def test_a_spent_budget_of_removals_is_told_at_once_and_goes_on_by_itself(world: World) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=[*PORTALS, "weibo"]))
    world.practice.stages["weibo"].script(Fault(DESTROY, Do.ANSWER, status=403, body=OUT_OF_RATE))
    order(world, item_id)
    world.turn()
    assert world.states(item_id)["weibo"] == "withdrawing"
    assert "撤下次数已用完" in world.alarm_words()
    assert {world.states(item_id)[name] for name in PORTALS} == {"verified"}
    world.until(lambda: gone(world, item_id), step_s=1800, most_s=2 * 86400)
    assert "撤下次数已用完" not in world.alarm_words()


@pytest.mark.parametrize("channel", SOCIAL)
def test_what_a_platform_shows_again_is_removed_again(world: World, channel: str) -> None:
    item_id, _ = world.out_everywhere(item_file(channels=["city-portal", channel]))
    url = world.urls(item_id)[channel]
    order(world, item_id)
    world.until(lambda: gone(world, item_id))
    simulator = world.practice.simulators[channel]
    if channel == "weibo":
        simulator.world.post(world.parts(item_id)["weibo"].remote_id).deleted = False
    else:
        for push in simulator.press.pushes:
            push.gone.clear()
    world.pass_time(86400 + 3600, step_s=45000)
    assert "system:part:reappeared" in world.kinds()
    world.until(lambda: world.states(item_id)[channel] == "withdrawn", step_s=600)
    assert fetch(url).status == 404 or "已被发布者删除" in fetch(url).text


def test_the_ledger_says_how_long_a_removal_took(world: World) -> None:
    item_id, _ = world.out_everywhere()
    world.clock.forward(600)
    order(world, item_id)
    world.practice.stages["weibo"].script(Fault(DESTROY, Do.DROP_BEFORE, times=2))
    world.until(lambda: gone(world, item_id))
    with world.office.store.read() as reading:
        lines = ledger(reading, datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
        index_no = reading.items.item(item_id).index_no  # type: ignore[union-attr]
    mine = [line for line in lines if line.index_no == index_no]
    assert len(mine) == 4
    for line in mine:
        assert line.withdrawal_ordered_at <= line.gone_at
        assert line.removal_minutes is not None
    assert max(line.removal_minutes or 0 for line in mine) >= 1
