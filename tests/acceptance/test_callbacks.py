"""What WeChat tells by itself: early, once, twice, late, contradicting, forged. States only move forward."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from channels.sandbox.call import Do, Fault
from tests.callback_world import Called, called
from tests.postman import MODES, published
from tests.worlds import MakeWorld


@pytest.fixture
def here(make_world: MakeWorld) -> Iterator[Called]:
    with called(make_world) as made:
        yield made


def state(here: Called, item_id: str) -> str:
    return here.world.postings(item_id)["wechat"].state.value


@pytest.mark.parametrize("mode", MODES)
def test_a_told_result_brings_a_posting_out_in_every_mode(make_world: MakeWorld, mode: str) -> None:
    with called(make_world, mode) as here:
        item_id = here.sent()
        assert state(here, item_id) == "accepted"
        here.world.clock.forward(4)
        assert here.send(here.finished()) == 200
        here.world.turn("wechat")
        assert here.world.states(item_id)["wechat"] == "verified"
        asked = mode == "plain"  # nobody signed the text: it only made us ask
        assert here.polls() == asked
        assert [outcome for _, outcome in here.inbox()] == ["asked" if asked else "settled"]


def test_an_event_that_overtakes_our_own_submit_is_matched_once_the_submit_is_stored(here: Called) -> None:
    here.press.job_s = 0
    calls = here.world.practice.simulators["wechat"]._calls
    submit = calls["freepublish/submit"]

    def tells_before_it_answers(call, body):  # type: ignore[no-untyped-def]
        reply = submit(call, body)
        early.append(here.finished())
        query, raw = here.postman.request(early[-1], here.world.clock.now)
        assert here.office.desk.take_in("wechat", query, {}, raw, here.world.clock.now) == b"success"
        return reply

    early: list[str] = []
    calls["freepublish/submit"] = tells_before_it_answers
    item_id = here.sent()
    assert len(early) == 1
    assert here.world.states(item_id)["wechat"] == "verified"
    assert here.polls() == 0


def test_an_event_before_everything_waits_and_is_matched(here: Called) -> None:
    event = published(2_247_500_001, "Ar-early", ["http://127.0.0.1:9/s?mid=1"], here.world.clock.now)
    assert here.send(event) == 200
    here.world.turn("wechat")
    assert here.inbox() == [("publish:2247500001:0", "")]
    item_id = here.sent()
    here.world.pass_time(40, "wechat", step_s=5)
    assert here.inbox() == [("publish:2247500001:0", "settled")]
    assert here.world.postings(item_id)["wechat"].receipt["remote_id"] == "Ar-early"  # type: ignore[index]


def test_a_result_told_after_a_lost_answer_is_recognised_by_what_stands_at_its_address(here: Called) -> None:
    here.world.practice.stages["wechat"].script(Fault("freepublish/submit", Do.DROP_AFTER))
    item_id = here.sent()
    assert state(here, item_id) == "unknown"
    here.world.clock.forward(4)
    here.send(here.finished())
    here.world.turn("wechat")
    assert here.world.states(item_id)["wechat"] == "verified"
    assert "system:posting:found" in here.world.kinds()


def test_what_stands_at_another_address_is_not_taken_for_ours(here: Called) -> None:
    here.world.practice.stages["wechat"].script(Fault("freepublish/submit", Do.DROP_BEFORE))
    item_id = here.sent()
    assert state(here, item_id) == "unknown"
    portal = here.world.urls(item_id)["bureau-portal"]
    here.send(published(2_247_599_999, "ArOther", [portal], here.world.clock.now))
    here.world.turn("wechat")
    assert state(here, item_id) == "unknown"
    assert here.inbox() == [("publish:2247599999:0", "")]


def test_three_deliveries_are_kept_once(here: Called) -> None:
    item_id = here.sent()
    here.world.clock.forward(4)
    event = here.finished()
    assert [here.send(event) for _ in range(3)] == [200, 200, 200]
    here.world.turn("wechat")
    assert here.send(event) == 200
    here.world.turn("wechat")
    assert [outcome for _, outcome in here.inbox()] == ["settled"]
    assert here.world.kinds().count("system:posting:out") == 3  # two portals and WeChat
    assert here.world.states(item_id)["wechat"] == "verified"


def test_news_after_the_poll_changes_nothing(here: Called) -> None:
    item_id = here.sent()
    here.world.pass_time(60, "wechat", step_s=20)
    before = here.world.parts(item_id)["wechat"]
    here.send(here.finished())
    here.world.turn("wechat")
    assert here.world.parts(item_id)["wechat"] == before
    assert [outcome for _, outcome in here.inbox()] == ["late"]


def test_a_job_that_was_told_to_have_failed_fails_with_the_platforms_words(here: Called) -> None:
    item_id = here.sent()
    here.send(here.refused(4))
    here.world.turn("wechat")
    posting = here.world.postings(item_id)["wechat"]
    assert posting.state.value == "failed"
    assert posting.error is not None
    assert "审核" in posting.error["words"]
    assert here.polls() == 0


def test_a_failure_told_of_what_is_out_is_looked_at_and_not_believed(here: Called) -> None:
    item_id = here.sent()
    here.world.pass_time(60, "wechat", step_s=20)
    assert here.world.states(item_id)["wechat"] == "verified"
    here.send(here.refused(4))
    here.world.turn("wechat")
    assert here.world.states(item_id)["wechat"] == "verified"
    assert [outcome for _, outcome in here.inbox()] == ["contradicts"]
    assert "system:posting:contradicted" in here.world.kinds()
    assert "矛盾" in here.world.alarm_words()


def test_a_success_told_of_what_had_failed_is_found_before_anything_is_sent_again(here: Called) -> None:
    item_id = here.sent()
    here.world.clock.forward(4)
    finished = here.finished()
    here.send(here.refused(3))
    here.world.turn("wechat")
    assert state(here, item_id) == "failed"
    here.send(finished)
    here.world.turn("wechat")
    assert here.world.states(item_id)["wechat"] == "verified"
    assert here.press.public() == 1


def test_what_the_platform_took_down_is_out_and_missing_with_an_alarm(here: Called) -> None:
    item_id = here.sent()
    here.send(here.refused(6))
    here.world.turn("wechat")
    assert here.world.states(item_id)["wechat"] == "missing"
    assert "封禁" in here.world.alarm_words()


@pytest.mark.parametrize("how", ["ban", "delete"])
def test_what_is_taken_down_later_is_found_missing_by_the_next_look(here: Called, how: str) -> None:
    item_id = here.sent()
    here.world.pass_time(60, "wechat", step_s=20)
    push = here.press.pushes[-1]
    if how == "ban":
        here.press.ban(push.article_id)
    else:
        here.press.delete(push.article_id, 0)
    here.world.until(lambda: here.world.states(item_id)["wechat"] == "missing", "wechat", step_s=120)
    assert "不见了" in here.world.alarm_words()


def test_a_forged_success_under_a_plain_signature_is_only_a_reason_to_ask(make_world: MakeWorld) -> None:
    with called(make_world, "plain") as here:
        here.press.job_s = 600
        item_id = here.sent()
        forged = published(max(here.press.jobs), "ArForged", ["http://127.0.0.1:9/"], here.world.clock.now)
        assert here.send(forged) == 200
        here.world.turn("wechat")
        assert state(here, item_id) == "accepted"
        assert here.polls() == 1
        assert [outcome for _, outcome in here.inbox()] == ["asked"]


def test_an_event_that_is_nobodys_is_given_up_after_a_day(here: Called) -> None:
    here.send(published(2_247_599_999, "ArOther", ["http://127.0.0.1:9/"], here.world.clock.now))
    here.world.turn("wechat")
    here.world.pass_time(26 * 3600, "wechat", step_s=1800)
    assert here.inbox() == [("publish:2247599999:0", "nobody")]


def test_without_callbacks_a_handful_of_polls_brings_it_out(here: Called) -> None:
    here.press.job_s = 500
    item_id = here.sent()
    here.world.until(lambda: here.world.states(item_id)["wechat"] == "verified", "wechat", step_s=60)
    assert here.polls() == 4
