"""What the Weibo channel does where the platform is peculiar: looking up, second chances, budgets, withdrawal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.contract import (
    Absent,
    Accepted,
    CannotSee,
    ChannelRefused,
    CredentialsRefused,
    Found,
    Gone,
    Health,
    LostTrack,
    NeedsHand,
    NotYet,
    OutcomeUnknown,
    PartReceipt,
    QuotaSpent,
    RateLimited,
    Receipt,
    Rejected,
    Seen,
    StepState,
    Unavailable,
    Withdrawn,
)
from channels.sandbox.call import Do, Fault
from channels.sandbox.weibo import App, Knobs
from tests.contract.fakes import MemoryJournal
from tests.unit.channels.weibo_desk import (
    DOMAIN,
    KEY,
    LINK,
    OTHER,
    PNG,
    SECRET,
    UID,
    Desk,
    open_desk,
    text_of,
)

NOTICE = text_of("【停水通告】石渡镇镇区停水，请提前储水。全文")


@pytest.fixture
def desk() -> Desk:
    return open_desk()


def refusal(code: int | str, words: str = "x") -> str:
    return json.dumps({"error": words, "error_code": code})


def answer(
    desk: Desk, code: int | str, words: str = "x", *, path: str = "statuses/share", times: int = 1
) -> None:
    desk.stage.script(Fault(path, Do.ANSWER, status=400, body=refusal(code, words), times=times))


# ---------------------------------------------------------------------- sending


def test_the_receipt_names_the_public_address(desk: Desk):
    receipt = desk.channel.publish(NOTICE, desk.journal)
    assert receipt == Receipt(
        "5000000000000001", (PartReceipt("5000000000000001", f"http://weibo.test/{UID}/O00000001"),)
    )
    assert desk.journal.begun == ["share"]


def test_the_token_travels_in_no_address(desk: Desk):
    desk.channel.publish(NOTICE, desk.journal)
    assert [line.query for line in desk.stage.log.lines] == [""]


def test_a_code_is_read_as_string_and_whatever_the_status(desk: Desk):
    desk.stage.script(Fault("share", Do.ANSWER, status=200, body=refusal("21327", "expired_token")))
    with pytest.raises(CredentialsRefused):
        desk.channel.publish(NOTICE, desk.journal)


def test_an_answer_without_a_number_is_an_unknown_outcome(desk: Desk):
    desk.stage.script(Fault("share", Do.ANSWER, body='{"text":"ok"}'))
    with pytest.raises(OutcomeUnknown):
        desk.channel.publish(NOTICE, desk.journal)


def test_a_missing_domain_is_given_one_second_chance_after_a_minute(desk: Desk):
    answer(desk, 10017, "text not find domain!", times=2)
    with pytest.raises(RateLimited) as first:
        desk.channel.publish(NOTICE, desk.journal)
    assert first.value.until == desk.clock() + timedelta(seconds=60)
    desk.clock.advance(60)
    with pytest.raises(Rejected):
        desk.channel.publish(NOTICE, desk.journal)
    assert desk.asked("share") == 2


def test_an_intermittent_refusal_of_the_domain_does_not_lose_the_post():
    desk = open_desk(knobs=Knobs(false_domains=1))
    with pytest.raises(RateLimited):
        desk.channel.publish(NOTICE, desk.journal)
    desk.clock.advance(60)
    assert isinstance(desk.channel.publish(NOTICE, desk.journal), Receipt)


def test_an_app_without_a_domain_is_not_the_items_fault():
    desk = open_desk(app=App(KEY, SECRET, UID))
    with pytest.raises(ChannelRefused, match="安全域名"):
        desk.channel.publish(NOTICE, desk.journal)


def test_a_picture_arrives_with_every_byte(desk: Desk):
    image = desk.files.add("停水范围.png", PNG, "image/png")
    article = replace(NOTICE.articles[0], images=(image,))
    desk.channel.publish(replace(NOTICE, articles=(article,)), desk.journal)
    assert desk.sim.public_posts()[0].picture == PNG


def test_a_webp_called_jpg_is_refused_before_any_request(desk: Desk):
    image = desk.files.add("a.jpg", b"RIFF\0\0\0\0WEBPVP8 ", "image/jpeg")
    article = replace(NOTICE.articles[0], images=(image,))
    with pytest.raises(Rejected, match="内容不是") as why:
        desk.channel.publish(replace(NOTICE, articles=(article,)), desk.journal)
    assert why.value.before_execution
    assert desk.stage.log.lines == []


def test_marks_and_ampersands_arrive_as_they_were_written(desk: Desk):
    words = "【通告】（第3号）〔2026〕A&B <水位> +5% “引号” 𠮷"
    part = desk.publish(words)
    seen = desk.channel.see(part)
    assert isinstance(seen, Seen)
    assert seen.text == words
    assert seen.links == (LINK,)


# ---------------------------------------------------------------------- looking up


def test_a_lost_answer_is_found_by_its_words(desk: Desk):
    desk.lose_answer(NOTICE)
    found = desk.channel.find(NOTICE, desk.journal)
    assert isinstance(found, Found)
    assert found.receipt
    assert found.receipt.remote_id == "5000000000000001"


def test_a_post_that_was_never_made_is_absent(desk: Desk):
    desk.lose_answer(NOTICE, Do.DROP_BEFORE)
    assert desk.channel.find(NOTICE, desk.journal) == Absent()


def test_the_same_words_from_before_the_attempt_prove_nothing(desk: Desk):
    desk.publish(NOTICE.articles[0].text)
    desk.clock.advance(3700)
    desk.lose_answer(NOTICE, Do.DROP_BEFORE)
    assert desk.channel.find(NOTICE, desk.journal) == Absent()


def test_the_same_words_with_a_picture_are_another_post(desk: Desk):
    image = desk.files.add("a.png", PNG, "image/png")
    with_picture = replace(NOTICE, articles=(replace(NOTICE.articles[0], images=(image,)),))
    desk.lose_answer(with_picture, Do.DROP_BEFORE)
    desk.publish(NOTICE.articles[0].text)
    assert desk.channel.find(with_picture, desk.journal) == Absent()


def test_five_newer_posts_hide_it_and_a_person_is_asked(desk: Desk):
    desk.lose_answer(NOTICE)
    for number in range(5):
        desk.clock.advance(60)
        desk.sim.post_by_hand(UID, f"今天水位平稳{number}")
        desk.publish(f"今天雨量{number}")
    result = desk.channel.find(NOTICE, desk.journal)
    assert isinstance(result, NeedsHand)


def test_peoples_own_posts_do_not_make_a_short_list_look_complete():
    desk = open_desk(knobs=Knobs(filter_after_limit=True))
    desk.lose_answer(NOTICE)
    for number in range(5):
        desk.clock.advance(60)
        desk.sim.post_by_hand(UID, f"今天水位平稳{number}")
    assert isinstance(desk.channel.find(NOTICE, desk.journal), NeedsHand)


def test_one_list_is_enough_when_it_goes_back_before_the_attempt(desk: Desk):
    desk.publish("昨天的通告")
    desk.clock.advance(3700)
    desk.lose_answer(NOTICE, Do.DROP_BEFORE)
    assert desk.channel.find(NOTICE, desk.journal) == Absent()
    assert desk.asked("user_timeline") == 1


def test_an_unreadable_list_says_nothing(desk: Desk):
    desk.lose_answer(NOTICE)
    desk.stage.script(Fault("user_timeline", Do.ANSWER, body='{"total_number":0}'))
    with pytest.raises(Unavailable):
        desk.channel.find(NOTICE, desk.journal)


@pytest.mark.parametrize("code", [20019, 20111])
def test_a_repeat_refusal_alone_is_no_success_and_ends_with_a_person(desk: Desk, code: int):
    answer(desk, code, "repeat content!")
    with pytest.raises(OutcomeUnknown):
        desk.channel.publish(NOTICE, desk.journal)
    assert isinstance(desk.channel.find(NOTICE, desk.journal), NotYet)
    desk.clock.advance(481)
    assert isinstance(desk.channel.find(NOTICE, desk.journal), NeedsHand)


def test_a_repeat_refusal_shows_the_person_the_older_post_of_the_same_words(desk: Desk):
    part = desk.publish(NOTICE.articles[0].text)
    desk.clock.advance(1800)
    with pytest.raises(OutcomeUnknown):
        desk.channel.publish(NOTICE, desk.journal)
    desk.clock.advance(481)
    result = desk.channel.find(NOTICE, desk.journal)
    assert isinstance(result, NeedsHand)
    assert part.url in result.words


def test_a_late_first_attempt_is_adopted_when_the_second_is_called_a_repeat(desk: Desk):
    desk.sim.knobs.lag_s = 1200
    desk.lose_answer(NOTICE)
    desk.clock.advance(540)
    assert desk.channel.find(NOTICE, desk.journal) == Absent()
    desk.journal.deny()
    with pytest.raises(OutcomeUnknown):
        desk.channel.publish(NOTICE, desk.journal)
    desk.sim.knobs.lag_s = 0
    assert isinstance(desk.channel.find(NOTICE, desk.journal), Found)
    assert len(desk.sim.public_posts()) == 1


def test_posted_but_slow_is_looked_up_and_never_sent_again():
    desk = open_desk(knobs=Knobs(slow_posts=1, lag_s=120))
    with pytest.raises(OutcomeUnknown):
        desk.channel.publish(NOTICE, desk.journal)
    assert isinstance(desk.channel.find(NOTICE, desk.journal), NotYet)
    desk.clock.advance(120)
    assert isinstance(desk.channel.find(NOTICE, desk.journal), Found)


def test_two_unlisted_codes_in_a_row_end_with_a_person(desk: Desk):
    answer(desk, 29999, times=2)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            desk.channel.publish(NOTICE, desk.journal)
        desk.clock.advance(481)
        last = desk.channel.find(NOTICE, desk.journal)
        desk.journal.deny()
    assert isinstance(last, NeedsHand)


def test_what_may_be_out_is_not_checked_again(desk: Desk):
    desk.channel.publish(NOTICE, desk.journal)
    desk.channel._settings = desk.channel._settings.model_copy(update={"safe_domain": "moved.example.gov.cn"})
    assert isinstance(desk.channel.publish(NOTICE, desk.journal), Receipt)


# ---------------------------------------------------------------------- seeing


def test_a_reader_sees_words_real_links_and_pictures(desk: Desk):
    image = desk.files.add("a.png", PNG, "image/png")
    receipt = desk.channel.publish(
        replace(NOTICE, articles=(replace(NOTICE.articles[0], images=(image,)),)), desk.journal
    )
    assert isinstance(receipt, Receipt)
    seen = desk.channel.see(receipt.parts[0])
    assert isinstance(seen, Seen)
    assert seen.text == NOTICE.articles[0].text
    assert seen.links == (LINK,)
    assert [picture.answers for picture in seen.images] == [True]
    assert len(seen.snapshot_digest) == 64
    assert dict(desk.meter.taken) == {"statuses/share": 1}, "a reader's look is no call"


def test_a_picture_that_does_not_answer_is_seen_as_broken(desk: Desk):
    image = desk.files.add("a.png", PNG, "image/png")
    receipt = desk.channel.publish(
        replace(NOTICE, articles=(replace(NOTICE.articles[0], images=(image,)),)), desk.journal
    )
    assert isinstance(receipt, Receipt)
    desk.stage.script(Fault("/pic/", Do.ANSWER, status=404, body="<html>"))
    seen = desk.channel.see(receipt.parts[0])
    assert isinstance(seen, Seen)
    assert [picture.answers for picture in seen.images] == [False]


@pytest.mark.parametrize(
    ("status", "body"),
    [(302, ""), (403, "<html>"), (500, "<html>"), (200, "<html><title>登录</title>请登录")],
)
def test_a_login_wall_or_a_broken_page_is_never_gone(desk: Desk, status: int, body: str):
    part = desk.publish("【通告】")
    desk.stage.script(Fault(f"/{UID}/", Do.ANSWER, status=status, body=body, times=2))
    assert isinstance(desk.channel.see(part), CannotSee)


def test_words_about_deletion_in_a_post_do_not_make_it_gone(desk: Desk):
    part = desk.publish("【说明】此微博已被作者删除的传言不实。")
    assert isinstance(desk.channel.see(part), Seen)


def test_what_a_person_deleted_is_gone(desk: Desk):
    part = desk.publish("【通告】")
    desk.sim.delete_by_hand(part.remote_id)
    assert isinstance(desk.channel.see(part), Gone)


# ---------------------------------------------------------------------- taking back


def test_withdrawing_what_is_gone_already_is_done(desk: Desk):
    part = desk.publish("【通告】")
    desk.sim.delete_by_hand(part.remote_id)
    assert desk.channel.withdraw(part, desk.journal) == Withdrawn()


def test_a_withdrawal_without_an_answer_is_simply_asked_again(desk: Desk):
    part = desk.publish("【通告】")
    desk.stage.script(Fault("destroy", Do.DROP_AFTER))
    with pytest.raises(OutcomeUnknown):
        desk.channel.withdraw(part, desk.journal)
    assert desk.channel.withdraw(part, desk.journal) == Withdrawn()


def test_without_the_permission_to_delete_a_person_is_asked(desk: Desk):
    part = desk.publish("【通告】")
    answer(desk, 10014, path="destroy")
    result = desk.channel.withdraw(part, desk.journal)
    assert isinstance(result, NeedsHand)
    assert part.url in result.words


def test_a_spent_budget_does_not_hold_up_a_withdrawal(desk: Desk):
    part = desk.publish("【通告】")
    for call in ("reading", "statuses/share"):
        desk.meter.spent(call, desk.clock() + timedelta(hours=9))
    assert desk.channel.withdraw(part, desk.journal) == Withdrawn()


def test_a_post_cannot_be_mended_in_place(desk: Desk):
    with pytest.raises(Rejected) as why:
        desk.channel.amend(Receipt("1", ()), NOTICE, desk.journal)
    assert why.value.before_execution
    assert isinstance(desk.channel.poll(Accepted("1")), LostTrack)


# ---------------------------------------------------------------------- budget and consent


def test_every_call_is_counted_before_it_is_made(desk: Desk):
    desk.channel.publish(NOTICE, desk.journal)
    desk.channel.probe()
    assert dict(desk.meter.taken) == {"statuses/share": 1, "reading": 2, "probe": 1}


@pytest.mark.parametrize("code", [10022, 10023, 10024])
def test_a_limit_closes_the_call_that_the_answer_names_and_no_other(desk: Desk, code: int):
    named = f'{{"error":"out of limit","error_code":{code},"request":"/2/statuses/share.json"}}'
    desk.stage.script(Fault("get_uid", Do.ANSWER, status=403, body=named))
    with pytest.raises(QuotaSpent) as why:
        desk.channel.probe()
    assert desk.meter.until == {"statuses/share": why.value.until}


def test_a_limit_that_names_no_call_closes_the_one_that_was_made(desk: Desk):
    desk.stage.script(Fault("get_uid", Do.ANSWER, status=403, body='{"error":"x","error_code":10023}'))
    with pytest.raises(QuotaSpent):
        desk.channel.probe()
    assert set(desk.meter.until) == {"reading"}
    assert isinstance(desk.channel.publish(NOTICE, desk.journal), Receipt)


def test_the_quotas_leave_ten_of_a_hundred_calls_and_looks_take_none_of_postings(desk: Desk):
    each = {quota.call: quota.limit for quota in desk.channel.profile.quotas if quota.call != "probe"}
    assert each == {"statuses/share": 20, "reading": 60, "statuses/destroy": 10}


def test_the_platforms_own_word_closes_the_budget(desk: Desk):
    answer(desk, 10023)
    with pytest.raises(QuotaSpent) as first:
        desk.channel.publish(NOTICE, desk.journal)
    assert desk.meter.until == {"statuses/share": first.value.until}
    desk.meter.open()
    desk.clock.at = first.value.until
    answer(desk, 10023)
    with pytest.raises(QuotaSpent) as second:
        desk.channel.publish(NOTICE, desk.journal)
    assert second.value.until.hour == 16, "the hour did not help, so the next day in Beijing"


def test_a_limit_on_posting_does_not_stop_looking(desk: Desk):
    answer(desk, 20016)
    with pytest.raises(RateLimited):
        desk.channel.publish(NOTICE, desk.journal)
    assert list(desk.meter.until) == ["statuses/share"]


def test_the_probe_tells_whose_the_token_is_and_how_long_it_lives(desk: Desk):
    health = desk.channel.probe()
    assert isinstance(health, Health)
    assert dict(health.facts)["账号"] == UID
    assert "剩 1824 天" in dict(health.facts)["授权到期"]


def test_an_expired_consent_needs_a_person_and_no_second_try(desk: Desk):
    desk.sim.grant(UID)
    for act in (desk.channel.probe, lambda: desk.channel.publish(NOTICE, desk.journal)):
        with pytest.raises(CredentialsRefused):
            act()
    assert desk.asked("share") == 1


def test_a_consent_of_another_account_is_refused():
    desk = open_desk()
    desk.account.put("token", desk.sim.grant(OTHER), expires_at=None, expected_version=0)
    with pytest.raises(ChannelRefused, match=OTHER):
        desk.channel.probe()


def test_a_stored_token_is_used_before_the_settings_and_is_not_sent_after_its_end(desk: Desk):
    desk.account.put(
        "token", desk.sim.grant(UID), expires_at=desk.clock() + timedelta(days=1), expected_version=0
    )
    desk.channel.publish(NOTICE, desk.journal)
    desk.clock.advance(86_400)
    with pytest.raises(CredentialsRefused):
        desk.channel.publish(NOTICE, MemoryJournal(desk.clock))
    assert desk.asked("share") == 1


def test_without_any_consent_nothing_is_sent_and_nothing_counted():
    desk = open_desk(granted=False)
    with pytest.raises(CredentialsRefused):
        desk.channel.publish(NOTICE, desk.journal)
    assert desk.stage.log.lines == []
    assert not desk.meter.taken
    assert desk.journal.steps["share"].state is StepState.NOT_DONE


def test_the_domain_is_the_portals_own(desk: Desk):
    assert dict(desk.channel.probe().facts)["安全域名"] == DOMAIN
