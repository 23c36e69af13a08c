"""Must show 7: what is taken back is gone for readers, in the right order, and reads withdrawn only then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from channels.contract import PartReceipt, Seen
from channels.sandbox.call import Do, Fault
from publisher.domain.errors import Reason, Refused
from publisher.workflow import desk, remove, withdraw
from publisher.workflow.deliver import claim
from publisher.workflow.gate import receipt_of
from publisher.workflow.reconcile import recover
from tests.world import PORTALS, SOCIAL, TITLE, World, fetch, item_file

SENTENCE = "停水期间在镇政府广场"
REASON = "停水取消，通告作废"
ALWAYS = 10_000
NO_PERMISSION = (
    '{"error":"Insufficient app permissions!","error_code":10014,"request":"/2/statuses/destroy.json"}'
)
DESTROY = "/2/statuses/destroy.json"


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """The module's world, every platform well, an hour after the test before."""
    shared_world.clock.forward(3600)
    yield shared_world
    for stage in shared_world.practice.stages.values():
        stage.faults.clear()
        stage.reader_open = True
    shared_world.practice.simulators["wechat"].press.job_s = 3
    shared_world.forget_all()


def order(world: World, item_id: str, who: str = "qin", **more: object) -> int:
    request = withdraw.WithdrawRequest(item_id, REASON, **more)  # type: ignore[arg-type]
    return int(world.do(who, withdraw.order_withdrawal, request))


def readable(world: World, item_id: str) -> set[str]:
    """The channels on which a reader still finds the words or, on Weibo, the link's text."""
    marks = dict.fromkeys(world.office.outlets.channels, SENTENCE) | {"weibo": TITLE[:8]}
    found = set()
    for channel, url in world.urls(item_id).items():
        page = fetch(url) if url else None
        if page is not None and marks[channel] in page.text:
            found.add(channel)
    return found


def listed(world: World, portal: str) -> str:
    """What the portal's column list shows."""
    return fetch(f"{world.office.options[portal].root_url}/tzgg/").text


def gone_everywhere(world: World, item_id: str) -> bool:
    return world.where(item_id).state == "withdrawn"


def entries_of(world: World, item_id: str, kind: str) -> list[str]:
    """Channels of the item's parts in the order in which entries of this kind were made."""
    by_part = {f"part:{part.id}": channel for channel, part in world.parts(item_id).items()}
    rows = world.rows("SELECT subject FROM log_entries WHERE kind = ? ORDER BY seq", kind)
    return [by_part[row["subject"]] for row in rows if row["subject"] in by_part]


def test_what_a_worker_sent_that_is_gone_since_is_taken_back_by_the_next_one(world: World) -> None:
    item_id, _ = world.out_everywhere()
    world.hand_over("the-next-one")
    order(world, item_id)
    world.until(lambda: gone_everywhere(world, item_id))
    assert readable(world, item_id) == set()


def test_a_withdrawn_item_is_gone_for_readers_on_every_channel(world: World) -> None:
    item_id, _ = world.out_everywhere()
    assert readable(world, item_id) == {*PORTALS, *SOCIAL}
    order(world, item_id)
    world.until(lambda: gone_everywhere(world, item_id))
    assert readable(world, item_id) == set()
    assert set(world.states(item_id).values()) == {"withdrawn"}
    assert all(TITLE not in listed(world, portal) for portal in PORTALS)
    assert "已被发布者删除" in fetch(world.urls(item_id)["wechat"]).text
    assert fetch(world.urls(item_id)["weibo"]).status == 404


def test_wechat_and_weibo_go_first_and_the_portals_last(world: World) -> None:
    item_id, _ = world.out_everywhere()
    order(world, item_id)
    world.turn(*SOCIAL)
    assert readable(world, item_id) == set(PORTALS)
    assert world.where(item_id).state == "withdrawing"
    world.until(lambda: gone_everywhere(world, item_id))
    assert set(entries_of(world, item_id, "system:part:withdrawn")[:2]) == set(SOCIAL)
    assert (
        entries_of(world, item_id, "system:part:withdrawing")[2:]
        == entries_of(world, item_id, "system:part:withdrawn")[2:]
    )


def test_the_request_log_shows_removal_then_a_look_that_finds_nothing_before_any_portal_changes(
    world: World,
) -> None:
    item_id, _ = world.out_everywhere()
    since = len(world.requests())
    order(world, item_id)
    world.until(lambda: gone_everywhere(world, item_id))
    lines = [line for line in world.requests() if line.number > since]
    first_portal = next(line.number for line in lines if line.platform in PORTALS)
    removals = [line for line in lines if line.creates]
    assert {line.path for line in removals} == {DESTROY, "/cgi-bin/freepublish/delete"}
    looks = [line for line in lines if line.platform in SOCIAL and line.method == "GET"]
    assert len(removals) == len(looks) == 2
    assert all(line.number < first_portal for line in (*removals, *looks))


@pytest.mark.parametrize(("channel", "path"), [("weibo", DESTROY), ("wechat", "freepublish/delete")])
def test_while_one_platform_does_not_answer_the_portals_stay_and_the_item_is_not_withdrawn(
    world: World, channel: str, path: str
) -> None:
    item_id, _ = world.out_everywhere()
    world.practice.stages[channel].script(Fault(path, Do.DROP_BEFORE, times=ALWAYS))
    order(world, item_id)
    world.pass_time(3600, step_s=1200)
    assert world.where(item_id).state == "withdrawing"
    assert readable(world, item_id) == {*PORTALS, channel}
    assert f"removal:{world.parts(item_id)[channel].id}" in world.alarm_words()
    world.practice.stages[channel].faults.clear()
    world.until(lambda: gone_everywhere(world, item_id), step_s=1200)
    assert readable(world, item_id) == set()
    assert "removal:" not in world.alarm_words()


def test_an_answer_lost_after_the_removal_is_settled_by_a_look(world: World) -> None:
    item_id, _ = world.out_everywhere()
    world.practice.stages["weibo"].script(Fault(DESTROY, Do.DROP_AFTER))
    order(world, item_id)
    world.until(lambda: gone_everywhere(world, item_id))
    assert fetch(world.urls(item_id)["weibo"]).status == 404


def test_a_platform_that_says_yes_and_still_shows_it_is_not_believed(world: World) -> None:
    item_id, _ = world.out_everywhere()
    said = '{"errcode":0,"errmsg":"ok"}'
    world.practice.stages["wechat"].script(Fault("freepublish/delete", Do.ANSWER, body=said))
    order(world, item_id)
    world.turn()
    assert world.states(item_id)["wechat"] == "withdrawing"
    assert readable(world, item_id) >= {"wechat", *PORTALS}
    world.until(lambda: gone_everywhere(world, item_id))
    assert readable(world, item_id) == set()


def test_while_the_reader_cannot_look_nothing_reads_withdrawn(world: World) -> None:
    item_id, _ = world.out_everywhere()
    world.practice.set_readers(open_to_readers=False)
    order(world, item_id)
    world.pass_time(600, step_s=300)
    assert "withdrawn" not in world.states(item_id).values()
    world.practice.set_readers(open_to_readers=True)
    world.until(lambda: gone_everywhere(world, item_id), step_s=300)


def test_a_leak_goes_from_all_channels_at_once_and_anyone_in_the_chain_may_report_it(world: World) -> None:
    item_id, _ = world.out_everywhere()
    world.practice.stages["weibo"].script(Fault(DESTROY, Do.DROP_BEFORE, times=ALWAYS))
    order(world, item_id, who="lu", leak=True)
    world.sweep()
    assert set(world.states(item_id).values()) == {"withdrawing"}
    world.turn()
    assert readable(world, item_id) == {"weibo"}, "the portals do not wait for Weibo"
    assert world.where(item_id).state == "withdrawing"


def test_a_leak_that_no_approver_confirms_within_the_hour_raises_an_alarm(world: World) -> None:
    item_id, _ = world.out_everywhere()
    number = order(world, item_id, who="lu", leak=True)
    world.pass_time(3500, step_s=700)
    assert f"leak:{number}:" not in world.alarm_words()
    world.pass_time(200, step_s=100)
    assert f"leak:{number}:" in world.alarm_words()
    assert world.where(item_id).state == "withdrawn", "the removal does not wait for the word"
    with pytest.raises(Refused):
        world.do("lu", withdraw.confirm_leak, withdraw.ConfirmLeakRequest(item_id))
    assert world.do("qin", withdraw.confirm_leak, withdraw.ConfirmLeakRequest(item_id)) == 1
    assert f"leak:{number}:" not in world.alarm_words()
    with pytest.raises(Refused):
        world.do("qin", withdraw.confirm_leak, withdraw.ConfirmLeakRequest(item_id))


def test_an_approvers_own_leak_order_needs_no_second_word(world: World) -> None:
    item_id, _ = world.out_everywhere()
    number = order(world, item_id, leak=True)
    world.pass_time(7200, step_s=1800)
    assert f"leak:{number}:" not in world.alarm_words()


# ---------------------------------------------------------------- by hand


def by_hand(world: World) -> str:
    """An item whose Weibo post the platform does not let us remove."""
    item_id, _ = world.out_everywhere()
    world.practice.stages["weibo"].script(
        Fault(DESTROY, Do.ANSWER, status=403, body=NO_PERMISSION, times=ALWAYS)
    )
    order(world, item_id)
    world.turn()
    return item_id


def confirm(world: World, item_id: str, who: str = "lu") -> None:
    part = world.parts(item_id)["weibo"]
    seen = world.office.outlets.channels["weibo"].see(receipt_of(part))
    world.do(who, remove.confirm_part_gone, remove.PartGoneRequest(part.id), seen=seen)


def test_where_the_platform_has_no_call_a_person_is_asked_and_the_portals_wait(world: World) -> None:
    item_id = by_hand(world)
    world.pass_time(600, step_s=300)
    assert world.states(item_id) == {
        "city-portal": "verified",
        "bureau-portal": "verified",
        "wechat": "withdrawn",
        "weibo": "withdraw_by_hand",
    }
    assert "请到微博后台手工撤下" in world.alarm_words()
    assert readable(world, item_id) == {*PORTALS, "weibo"}


def test_a_person_confirms_only_what_is_really_gone(world: World) -> None:
    item_id = by_hand(world)
    with pytest.raises(Refused) as caught:
        confirm(world, item_id)
    assert caught.value.reason is Reason.WRONG_STATE
    assert world.states(item_id)["weibo"] == "withdraw_by_hand"
    world.practice.stages["weibo"].reader_open = False
    with pytest.raises(Refused):
        confirm(world, item_id)
    world.practice.stages["weibo"].reader_open = True
    world.practice.simulators["weibo"].delete_by_hand(world.parts(item_id)["weibo"].remote_id)
    confirm(world, item_id)
    world.until(lambda: gone_everywhere(world, item_id))
    assert readable(world, item_id) == set()
    assert "removal:" not in world.alarm_words()


def test_what_cannot_be_removed_is_said_and_signed_by_the_approver(world: World) -> None:
    item_id = by_hand(world)
    part = world.parts(item_id)["weibo"]
    request = remove.UnremovableRequest(part.id, "平台拒绝删除，已书面联系")
    with pytest.raises(Refused):
        world.do("lu", remove.declare_unremovable, request)
    with pytest.raises(Refused):
        world.do("qin", remove.declare_unremovable, remove.UnremovableRequest(part.id, " "))
    world.do("qin", remove.declare_unremovable, request)
    world.until(lambda: gone_everywhere(world, item_id))
    assert world.states(item_id)["weibo"] == "unremovable", "it is never called withdrawn"
    assert readable(world, item_id) == {"weibo"}


# ---------------------------------------------------------------- not yet out


def test_postings_that_wait_are_cancelled_and_never_go_out(world: World) -> None:
    since = len(world.requests())
    item_id, _ = world.released()
    world.turn(*PORTALS)
    assert world.states(item_id)["weibo"] == "queued"
    order(world, item_id)
    world.until(lambda: gone_everywhere(world, item_id))
    assert {world.states(item_id)[name] for name in SOCIAL} == {"cancelled"}
    world.pass_time(3600, step_s=1800)
    assert [line for line in world.about_items(*SOCIAL) if line.number > since] == []


def test_a_job_that_the_platform_took_settles_first_and_is_then_removed(world: World) -> None:
    world.practice.simulators["wechat"].press.job_s = 100
    item_id, _ = world.released()
    world.turn()
    assert world.states(item_id)["wechat"] == "accepted"
    order(world, item_id)
    world.turn()
    assert world.where(item_id).state == "withdrawing"
    assert world.states(item_id)["wechat"] == "accepted"
    assert {world.states(item_id)[name] for name in PORTALS} == {"verified"}, "the portals wait"
    world.until(lambda: gone_everywhere(world, item_id))
    assert world.states(item_id)["wechat"] == "withdrawn"
    assert readable(world, item_id) == set()


@pytest.mark.parametrize(("fault", "end"), [(Do.DROP_AFTER, "withdrawn"), (Do.DROP_BEFORE, "cancelled")])
def test_an_unknown_outcome_settles_first(world: World, fault: Do, end: str) -> None:
    world.practice.stages["weibo"].script(Fault("statuses/share", fault))
    since = len(world.requests())
    item_id, _ = world.released()
    world.turn()
    assert world.states(item_id)["weibo"] == "unknown"
    order(world, item_id)
    world.turn()
    assert world.states(item_id)["weibo"] == "unknown"
    assert {world.states(item_id)[name] for name in PORTALS} == {"verified"}
    world.until(lambda: gone_everywhere(world, item_id), step_s=60)
    assert world.states(item_id)["weibo"] == end
    assert readable(world, item_id) == set()
    shared = [line for line in world.requests("weibo") if line.number > since and "share" in line.path]
    assert len(shared) == 1, "nothing is sent once the order is signed"


def test_a_posting_that_is_sending_settles_first(world: World) -> None:
    item_id, _ = world.released()
    world.turn(*PORTALS)
    taken = claim(world.office.store, world.office.outlets, "weibo")
    assert taken is not None
    order(world, item_id)
    world.turn(*PORTALS)
    assert world.states(item_id)["weibo"] == "sending"
    assert {world.states(item_id)[name] for name in PORTALS} == {"verified"}
    recover(world.office.store, world.office.outlets)  # the process that sent it has died
    world.until(lambda: gone_everywhere(world, item_id))
    assert world.states(item_id)["weibo"] == "cancelled"


# ---------------------------------------------------------------- one channel, one part


def test_one_withdrawn_part_is_gone_and_everything_else_stays(world: World) -> None:
    item_id, _ = world.out_everywhere()
    order(world, item_id, part_id=world.parts(item_id)["weibo"].id)
    world.until(lambda: world.states(item_id)["weibo"] == "withdrawn")
    assert readable(world, item_id) == {*PORTALS, "wechat"}
    assert world.where(item_id).state == "released"
    world.pass_time(600, step_s=300)
    assert readable(world, item_id) == {*PORTALS, "wechat"}


def test_one_withdrawn_channel_is_gone_and_everything_else_stays(world: World) -> None:
    item_id, _ = world.out_everywhere()
    order(world, item_id, channel="city-portal")
    world.until(lambda: world.states(item_id)["city-portal"] == "withdrawn")
    assert readable(world, item_id) == {"bureau-portal", *SOCIAL}
    assert world.where(item_id).state == "released"


def test_one_article_of_a_push_with_two_is_removed_and_the_other_stays(world: World) -> None:
    second_title = "关于石渡片区恢复供水的通告"
    second, revision_id = world.released(item_file(second_title, channels=[*PORTALS, "wechat"]))
    own = world.postings(second)["wechat"].id
    world.do("lu", desk.cancel_posting, desk.PostingRequest(own, "并入下一次推送"))
    first, _ = world.released(item_file(channels=[*PORTALS, "wechat"]))
    push = world.postings(first)["wechat"].id
    world.tamper(  # planning such a push is a later release's; the store holds it already
        "INSERT INTO posting_articles VALUES (?, 1, ?, ?)", push, second, revision_id
    )
    world.until(lambda: set(world.states(first).values()) == {"verified"})
    with world.office.store.read() as reading:
        parts = reading.parts.of_posting(push)
    assert [part.item_id for part in parts] == [first, second]
    order(world, second, part_id=parts[1].id)
    world.until(lambda: not isinstance(see(world, parts[1].url), Seen))
    world.turn()
    with world.office.store.read() as reading:
        states = [part.state.value for part in reading.parts.of_posting(push)]
    assert states == ["verified", "withdrawn"]
    assert SENTENCE in fetch(parts[0].url).text
    assert SENTENCE not in fetch(parts[1].url).text


def see(world: World, url: str) -> object:
    return world.office.outlets.channels["wechat"].see(PartReceipt("", url))


# ---------------------------------------------------------------- who, when, again


@pytest.mark.parametrize(
    ("who", "reason", "expected"),
    [
        ("lu", REASON, Reason.NOT_PERMITTED),
        ("shen", REASON, Reason.NOT_PERMITTED),
        ("an", REASON, Reason.NOT_PERMITTED),
        ("admin", REASON, Reason.NOT_PERMITTED),
        ("qin", " ", Reason.BAD_INPUT),
    ],
)
def test_only_the_approver_withdraws_and_only_with_a_reason(
    world: World, who: str, reason: str, expected: Reason
) -> None:
    item_id, _ = world.released()
    with pytest.raises(Refused) as caught:
        world.do(who, withdraw.order_withdrawal, withdraw.WithdrawRequest(item_id, reason))
    assert caught.value.reason is expected
    assert world.where(item_id).state == "released"
    assert (world.last_refusal()["actor"], world.last_refusal()["subject"]) == (who, f"item:{item_id}")


def test_ordering_again_is_refused_while_it_goes_on_and_after_it_is_done(world: World) -> None:
    item_id, _ = world.out_everywhere()
    order(world, item_id)
    with pytest.raises(Refused) as caught:
        order(world, item_id)
    assert caught.value.reason is Reason.WRONG_STATE
    world.until(lambda: gone_everywhere(world, item_id))
    since = len(world.requests())
    with pytest.raises(Refused) as caught:
        order(world, item_id)
    assert caught.value.reason is Reason.WRONG_STATE
    world.turn()
    assert len(world.requests()) == since


def test_what_is_not_released_cannot_be_withdrawn(world: World) -> None:
    item_id, _ = world.approved()
    with pytest.raises(Refused) as caught:
        order(world, item_id)
    assert "未下发的请撤回签发" in str(caught.value)


def test_the_order_and_each_removal_stand_in_the_log_on_behalf_of_who_signed(world: World) -> None:
    item_id, revision_id = world.out_everywhere()
    number = order(world, item_id)
    world.until(lambda: gone_everywhere(world, item_id))
    [signed] = world.rows(
        "SELECT actor, seq FROM log_entries WHERE kind = 'person:order:withdraw' AND subject = ?",
        f"item:{item_id}",
    )
    assert signed["actor"] == "qin"
    notes = world.rows("SELECT text FROM log_notes WHERE seq = ?", signed["seq"])
    assert [note["text"] for note in notes] == [REASON]
    assert sorted(entries_of(world, item_id, "system:part:withdrawn")) == sorted([*PORTALS, *SOCIAL])
    [end] = world.rows(
        "SELECT canonical FROM log_entries WHERE kind = 'system:revision:withdrawn' AND subject = ?",
        f"revision:{revision_id}",
    )
    assert '"on_behalf_of":"qin"' in end["canonical"]
    assert f'"order":"{number}"' in end["canonical"]


def test_what_comes_back_after_a_withdrawal_is_seen_and_removed_again(world: World) -> None:
    item_id, _ = world.out_everywhere()
    path = next(
        page
        for page in (world.home / "sites/city-portal/tzgg").glob("20*/*/*.html")
        if world.urls(item_id)["city-portal"].endswith(page.name)
    )
    kept = path.read_bytes()
    order(world, item_id)
    world.until(lambda: gone_everywhere(world, item_id))
    path.write_bytes(kept)  # the web server's folder was restored from last night's copy
    assert "city-portal" in readable(world, item_id)
    world.pass_time(2 * 86400, step_s=43200)
    assert readable(world, item_id) == set()
    assert "已撤下的内容又出现了" in " ".join(row["words"] for row in world.rows("SELECT words FROM alarms"))
