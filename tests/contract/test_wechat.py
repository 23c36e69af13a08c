"""WeChat keeps every promise of a channel, and its own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.contract import (
    Absent,
    Accepted,
    ChannelRefused,
    Found,
    Gone,
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
    StillRunning,
    TakenDown,
    Unavailable,
    Withdrawn,
)
from channels.reading import comparable
from channels.sandbox.call import Do, Fault
from tests.contract.channel_contract import HttpChannelContract
from tests.contract.rig import HttpRig, arrived, deliver, settled
from tests.contract.wechat_rig import PORTAL, World, says


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def rig(world: World) -> HttpRig:
    return world.rig()


class TestWeChat(HttpChannelContract):
    @pytest.fixture
    def rig(self, world: World) -> HttpRig:  # type: ignore[override]
        return world.rig()


class TestGroup(HttpChannelContract):
    """A push of three articles keeps the same promises; a withdrawal of all parts is three withdrawals."""

    @pytest.fixture
    def rig(self, world: World) -> HttpRig:  # type: ignore[override]
        rig = world.rig()
        rig.public_things = lambda: sum(
            1 for push in world.sim.press.newest() if not push.gone and not push.banned
        )

        def message(key: str, text: str = "", title: str = ""):  # type: ignore[no-untyped-def]
            three = world.group(key, 3)
            if not text:
                return three
            first = world.article(key, text, title or three.articles[0].title)
            return replace(three, articles=(first, *three.articles[1:]))

        rig.message = message
        return rig

    def test_what_was_published_is_out_and_is_one_thing(self, rig: HttpRig) -> None:  # type: ignore[override]
        receipt = deliver(rig, rig.message(key="k1"), rig.journal())
        assert rig.public_things() == 1
        assert [part.position for part in receipt.parts] == [0, 1, 2]
        assert len({part.url for part in receipt.parts}) == 3


# ---------------------------------------------------------------------------- what a reader sees


def test_the_reader_is_led_to_the_portal_page_without_our_key(rig: HttpRig) -> None:
    message = rig.message(key="k1")
    seen = rig.channel.see(deliver(rig, message, rig.journal()).parts[0])
    assert isinstance(seen, Seen)
    assert seen.links == (PORTAL,)
    assert seen.title == message.articles[0].title
    assert comparable(seen.text) == comparable(message.articles[0].text)
    assert [image.answers for image in seen.images] == [True]


def test_a_page_that_the_platform_banned_is_gone(rig: HttpRig, world: World) -> None:
    receipt = deliver(rig, rig.message(key="k1"), rig.journal())
    world.sim.press.ban(receipt.remote_id)
    assert rig.channel.see(receipt.parts[0]) == Gone("此内容因违规无法查看")


@pytest.mark.parametrize(
    "page", ["<title>验证</title><p>当前环境异常，完成验证后即可继续访问", "<p>参数错误"]
)
def test_a_page_without_the_article_that_is_no_tombstone_proves_nothing(rig: HttpRig, page: str) -> None:
    receipt = deliver(rig, rig.message(key="k1"), rig.journal())
    rig.stage.script(Fault("/s", Do.ANSWER, body=page, method="GET"))
    assert not isinstance(rig.channel.see(receipt.parts[0]), Gone | Seen)


def test_a_picture_that_does_not_load_is_seen_as_such(rig: HttpRig) -> None:
    receipt = deliver(rig, rig.message(key="k1"), rig.journal())
    rig.stage.script(Fault("/mmbiz", Do.ANSWER, status=404, body="no"))
    seen = rig.channel.see(receipt.parts[0])
    assert isinstance(seen, Seen)
    assert [image.answers for image in seen.images] == [False]


# ---------------------------------------------------------------------------- found again


def test_a_restored_database_that_knows_no_step_finds_what_is_out(rig: HttpRig) -> None:
    message = rig.message(key="k1")
    receipt = deliver(rig, message, rig.journal())
    found = rig.channel.find(message, rig.journal())
    assert found == Found(receipt)


def test_a_draft_still_in_the_box_after_a_lost_answer_is_left_to_a_person(rig: HttpRig) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    rig.stage.script(Fault("freepublish/submit", Do.DROP_BEFORE))
    with pytest.raises(OutcomeUnknown):
        rig.channel.publish(message, journal)
    waits = []
    for _ in range(9):
        result = rig.channel.find(message, journal)
        if isinstance(result, NeedsHand):
            break
        assert isinstance(result, NotYet)
        waits.append(result.again_after_s)
        rig.clock.advance(result.again_after_s)
    else:
        pytest.fail("nobody was asked")
    assert sum(waits) == pytest.approx(1800, abs=9)


def test_a_submit_that_the_quota_refused_is_absent(rig: HttpRig) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    rig.stage.script(Fault("freepublish/submit", Do.ANSWER, body=says(45009, "quota")))
    with pytest.raises(QuotaSpent):
        rig.channel.publish(message, journal)
    assert rig.channel.find(message, journal) == Absent()


def test_a_job_that_is_known_is_asked_and_not_looked_up(rig: HttpRig) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    accepted = rig.channel.publish(message, journal)
    found = rig.channel.find(message, journal)
    assert isinstance(found, Found)
    assert found.running
    assert found.job == accepted


def test_an_account_with_more_articles_than_a_look_reads_still_says_absent(
    rig: HttpRig, world: World
) -> None:
    for number in range(101):
        world.sim.press.pushes.append(old_push(world, number))
    message, journal = rig.message(key="k1"), rig.journal()
    rig.stage.script(Fault("draft/add", Do.ANSWER, body=says(-1, "system error")))
    with pytest.raises(Unavailable):
        rig.channel.publish(message, journal)
    before = rig.asked("freepublish/batchget")
    assert rig.channel.find(message, journal) == Absent()
    assert rig.asked("freepublish/batchget") - before == 1


def old_push(world: World, number: int):  # type: ignore[no-untyped-def]
    from channels.sandbox.wechat_press import Push

    article = {"title": "旧文", "content": "", "content_source_url": PORTAL, "thumb_path": "/mmbiz_png/x/0"}
    return Push(f"Ar{number}", number, [article], world.clock() - timedelta(days=9), number)


# ---------------------------------------------------------------------------- draft and read back


def test_a_draft_whose_answer_was_lost_is_adopted(rig: HttpRig, world: World) -> None:
    rig.stage.script(Fault("draft/add", Do.DROP_AFTER))
    deliver(rig, rig.message(key="k1"), rig.journal())
    assert rig.asked("draft/add") == 1
    assert world.sim.press.drafts == {}


@pytest.mark.parametrize(
    ("field", "stored"),
    [
        ("title", {"title": "别的标题"}),
        ("summary", {"digest": "别的摘要"}),
        ("author", {"author": "别人"}),
        ("link", {"content_source_url": ""}),
        ("body", {"content": "<p>只剩这一句</p><img data-src='x'>"}),
        ("images", {"content": "<p>没有图</p>"}),
    ],
)
def test_a_draft_that_says_something_else_is_never_published(
    rig: HttpRig, world: World, field: str, stored: dict[str, str]
) -> None:
    real = world.sim._draft_get

    def changed(call, body):  # type: ignore[no-untyped-def]
        answer = json.loads(real(call, body).body)
        answer["news_item"][0] |= stored
        return replace(real(call, body), body=json.dumps(answer).encode())

    world.sim._calls["draft/get"] = changed
    with pytest.raises(Rejected) as why:
        rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert why.value.field == field
    assert rig.asked("freepublish/submit") == 0


def test_an_outside_picture_that_wechat_drops_stops_the_publication(rig: HttpRig) -> None:
    message = rig.message(key="k1")
    article = message.articles[0]
    body = article.body.replace("</section>", '<img src="https://slj.example.gov.cn/a.jpg"></section>')
    with pytest.raises(Rejected) as why:
        rig.channel.publish(replace(message, articles=(replace(article, body=body),)), rig.journal())
    assert why.value.field == "images"
    assert rig.public_things() == 0


def test_a_draft_that_was_deleted_by_hand_is_made_again(rig: HttpRig, world: World) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    rig.stage.script(Fault("freepublish/submit", Do.ANSWER, body=says(53501, "too frequent")))
    with pytest.raises(RateLimited):
        rig.channel.publish(message, journal)
    world.sim.press.drafts.clear()
    rig.clock.advance(600)
    deliver(rig, message, journal)
    assert rig.asked("draft/add") == 2
    assert rig.public_things() == 1


def test_a_draft_that_was_published_in_the_console_is_adopted(rig: HttpRig, world: World) -> None:
    message, journal = rig.message(key="k1"), rig.journal()
    rig.stage.script(Fault("freepublish/submit", Do.ANSWER, body=says(48001, "api unauthorized")))
    with pytest.raises(ChannelRefused):
        rig.channel.publish(message, journal)
    (media_id,) = world.sim.press.drafts
    world.sim.press.submit(media_id)
    rig.clock.advance(600)
    assert isinstance(rig.channel.publish(message, journal), Receipt)
    assert rig.public_things() == 1


def test_a_draft_that_is_not_shown_yet_is_waited_for(rig: HttpRig, world: World) -> None:
    world.sim.press.shown_after_s = 20
    journal = rig.journal()
    with pytest.raises(Unavailable):
        rig.channel.publish(rig.message(key="k1"), journal)
    deliver(rig, rig.message(key="k1"), journal)
    assert rig.asked("draft/add") == 1


# ---------------------------------------------------------------------------- pictures


def test_the_same_picture_is_uploaded_once_an_account(rig: HttpRig) -> None:
    deliver(rig, rig.message(key="k1"), rig.journal())
    other = replace(rig.message(key="k1"), key="k2")
    deliver(rig, other, rig.journal())
    assert rig.asked("media/uploadimg") == 1
    assert rig.asked("material/add_material") == 1


def test_pictures_of_the_practice_platform_are_not_used_on_another(rig: HttpRig, world: World) -> None:
    deliver(rig, rig.message(key="k1"), rig.journal())
    world.stages["other.test"] = world.stage
    rig.build = lambda: world.channel(host="other.test")
    rig.restart()
    deliver(rig, replace(rig.message(key="k1"), key="k2"), rig.journal())
    assert rig.asked("media/uploadimg") == 2


def test_a_cover_whose_upload_answer_was_lost_is_found_by_its_name(rig: HttpRig) -> None:
    rig.stage.script(Fault("material/add_material", Do.DROP_AFTER))
    deliver(rig, rig.message(key="k1"), rig.journal())
    assert rig.asked("material/add_material") == 1


def test_a_cover_that_is_not_synced_yet_is_waited_for(rig: HttpRig, world: World) -> None:
    world.sim.library.sync_s = 20
    deliver(rig, rig.message(key="k1"), rig.journal())
    assert rig.asked("material/add_material") == 1


def test_a_cover_that_was_deleted_there_is_uploaded_once_more(rig: HttpRig, world: World) -> None:
    deliver(rig, rig.message(key="k1"), rig.journal())
    world.sim.library.pictures = [p for p in world.sim.library.pictures if not p.media_id]
    deliver(rig, replace(rig.message(key="k1"), key="k2"), rig.journal())
    assert rig.asked("material/add_material") == 2
    assert rig.public_things() == 2


def test_a_cover_that_stays_unknown_is_the_editors(rig: HttpRig) -> None:
    journal = rig.journal()
    rig.stage.script(Fault("draft/add", Do.ANSWER, body=says(40007, "invalid media_id"), times=99))
    with pytest.raises(Rejected) as why:
        deliver(rig, rig.message(key="k1"), journal)
    assert why.value.field == "cover"
    assert rig.asked("material/add_material") == 2


def test_a_picture_that_is_not_what_its_type_says_is_never_uploaded(rig: HttpRig, world: World) -> None:
    message = rig.message(key="k1")
    image = world.files.add("照片.jpg", b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/jpeg")
    body = message.articles[0].body.replace(message.articles[0].images[0].digest, image.digest)
    wrong = replace(message.articles[0], images=(image,), body=body)
    with pytest.raises(Rejected) as why:
        rig.channel.publish(replace(message, articles=(wrong,)), rig.journal())
    assert why.value.field == "images"
    assert rig.asked("media/uploadimg") == 0


# ---------------------------------------------------------------------------- refused before any request


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "题" * 33}, "title"),
        ({"author": "临澜市水利局办公室政务公开工作组值班室"}, "author"),
        ({"summary": "摘" * 129}, "summary"),
        ({"body": "<p> </p>"}, "body"),
        ({"body": "<p>[[slot:portal_url]]</p>"}, "body"),
        ({"body": f"<p>{'长' * 20_001}</p>"}, "body"),
        ({"title": "停水\x07通告"}, "title"),
        ({"link": ""}, "link"),
        ({"cover": None}, "cover"),
    ],
)
def test_what_wechat_would_refuse_is_refused_before_any_request(
    rig: HttpRig, change: dict[str, object], field: str
) -> None:
    message = rig.message(key="k1")
    wrong = replace(message, articles=(replace(message.articles[0], **change),))  # type: ignore[arg-type]
    with pytest.raises(Rejected) as why:
        rig.channel.publish(wrong, rig.journal())
    assert why.value.field == field
    assert rig.stage.log.lines == []


def test_nine_articles_are_refused_before_any_request(rig: HttpRig, world: World) -> None:
    with pytest.raises(Rejected) as why:
        rig.channel.publish(world.group("k1", 9), rig.journal())
    assert why.value.field == "parts"
    assert rig.stage.log.lines == []


def test_rare_characters_and_emoji_arrive_as_they_are(rig: HttpRig) -> None:
    receipt = deliver(rig, rig.message(key="k1", title="𠮷水路🚰“停水”——通告 <1>&2"), rig.journal())
    seen = rig.channel.see(receipt.parts[0])
    assert isinstance(seen, Seen)
    assert seen.title == "𠮷水路🚰“停水”——通告 <1>&2"


# ---------------------------------------------------------------------------- jobs


@pytest.mark.parametrize("status", [2, 3, 4])
def test_a_job_that_failed_is_rejected_and_nothing_is_out(rig: HttpRig, world: World, status: int) -> None:
    world.sim.press.outcome = status
    with pytest.raises(Rejected) as why:
        arrived(rig, rig.channel.publish(rig.message(key="k1"), rig.journal()))
    assert why.value.code == f"publish_status {status}"
    assert rig.public_things() == 0


@pytest.mark.parametrize("take_down", ["ban", "delete"])
def test_a_job_whose_articles_are_gone_was_taken_down(rig: HttpRig, world: World, take_down: str) -> None:
    accepted = rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert isinstance(accepted, Accepted)
    receipt = arrived(rig, accepted)
    if take_down == "ban":
        world.sim.press.ban(receipt.remote_id)
    else:
        world.sim.press.delete(receipt.remote_id, 0)
    assert isinstance(rig.channel.poll(accepted), TakenDown)


def test_a_job_that_the_platform_does_not_know_is_lost_track_of(rig: HttpRig) -> None:
    assert isinstance(rig.channel.poll(Accepted("2247599999")), LostTrack)


def test_a_job_number_may_come_as_text(rig: HttpRig, world: World) -> None:
    world.sim.text_ids = True
    deliver(rig, rig.message(key="k1"), rig.journal())
    assert rig.public_things() == 1


def test_a_long_job_is_asked_seven_times_in_nine_hours(rig: HttpRig, world: World) -> None:
    world.sim.press.job_s = 9 * 3600
    accepted = rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert isinstance(accepted, Accepted)
    waits = [accepted.poll_after_s]
    for _ in range(6):
        rig.restart()
        answer = rig.channel.poll(accepted)
        assert isinstance(answer, StillRunning)
        waits.append(answer.again_after_s)
    assert waits == [20, 40, 120, 420, 1200, 5400, 14_400]


# ---------------------------------------------------------------------------- what the platform says


def test_a_busy_platform_at_the_submit_is_an_unknown_outcome(rig: HttpRig) -> None:
    rig.stage.script(Fault("freepublish/submit", Do.ANSWER_AFTER, body=says(-1, "system error")))
    message, journal = rig.message(key="k1"), rig.journal()
    with pytest.raises(OutcomeUnknown):
        rig.channel.publish(message, journal)
    rig.settle()
    assert isinstance(settled(rig, message, journal), Found)


def test_a_spent_quota_is_open_again_after_midnight_in_beijing(rig: HttpRig, world: World) -> None:
    rig.stage.script(
        Fault("freepublish/submit", Do.ANSWER, body=says(45009, "reach max api daily quota limit"))
    )
    with pytest.raises(QuotaSpent) as why:
        rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert why.value.until.isoformat() == "2026-07-07T00:05:00+08:00"
    assert world.meter.until == {"freepublish/submit": why.value.until}


def test_an_address_that_is_not_listed_is_named(rig: HttpRig, world: World) -> None:
    world.sim.gate.whitelist = frozenset({"203.0.113.7"})
    with pytest.raises(ChannelRefused) as why:
        rig.channel.probe()
    assert "127.0.0.1" in why.value.words


def test_an_account_that_turns_out_uncertified_pauses_once_and_then_leaves_drafts_to_staff(
    rig: HttpRig, world: World
) -> None:
    world.sim.gate.kind = "uncertified"
    message, journal = rig.message(key="k1"), rig.journal()
    with pytest.raises(ChannelRefused) as why:
        rig.channel.publish(message, journal)
    assert "草稿" in why.value.words
    assert dict(rig.channel.probe().facts)["发布方式"] == "只存草稿，由人在公众号后台发表"
    assert isinstance(rig.channel.publish(message, journal), NeedsHand)
    assert isinstance(rig.channel.publish(rig.message(key="k2"), rig.journal()), NeedsHand)
    assert len(world.sim.press.drafts) == 2
    assert rig.asked("freepublish/submit") == 1


def test_the_right_to_publish_is_asked_once_an_hour(rig: HttpRig) -> None:
    for _ in range(7):
        rig.channel.probe()
        rig.clock.advance(600)
    assert rig.asked("freepublish/batchget") == 2


def test_a_lost_right_is_seen_by_the_next_probe_and_a_regained_one_within_the_hour(
    rig: HttpRig, world: World
) -> None:
    rig.channel.probe()
    world.sim.gate.kind = "uncertified"
    with pytest.raises(ChannelRefused):
        rig.channel.publish(rig.message(key="k1"), rig.journal())
    assert "草稿" in dict(rig.channel.probe().facts)["发布方式"]
    world.sim.gate.kind = "certified"
    assert "草稿" not in dict(rig.channel.probe().facts)["发布方式"]
    deliver(rig, rig.message(key="k2"), rig.journal())
    world.sim.gate.kind = "uncertified"
    with pytest.raises(ChannelRefused):
        rig.channel.publish(rig.message(key="k3"), rig.journal())
    rig.channel.probe()
    world.sim.gate.kind = "certified"
    rig.clock.advance(3601)
    deliver(rig, rig.message(key="k4"), rig.journal())


# ---------------------------------------------------------------------------- taking back


def test_one_article_of_a_push_is_withdrawn_and_the_others_stay(rig: HttpRig, world: World) -> None:
    journal = rig.journal()
    receipt = deliver(rig, world.group("k1", 8), journal)
    assert rig.channel.withdraw(receipt.parts[2], journal) == Withdrawn()
    gone = [isinstance(rig.channel.see(part), Gone) for part in receipt.parts]
    assert gone == [n == 2 for n in range(8)]


def test_an_article_known_by_its_address_only_is_withdrawn(rig: HttpRig) -> None:
    part = deliver(rig, rig.message(key="k1"), rig.journal()).parts[0]
    pasted = PartReceipt("", part.url.partition("#")[0])
    assert rig.channel.withdraw(pasted, rig.journal()) == Withdrawn()
    assert isinstance(rig.channel.see(part), Gone)


def test_an_article_that_no_list_knows_is_withdrawn_by_hand(rig: HttpRig) -> None:
    part = PartReceipt("", "https://mp.weixin.qq.com/s?__biz=x&mid=1&idx=1&sn=y")
    assert isinstance(rig.channel.withdraw(part, rig.journal()), NeedsHand)


def test_withdrawing_again_spends_nothing_of_ten_a_day(rig: HttpRig) -> None:
    journal = rig.journal()
    part = deliver(rig, rig.message(key="k1"), journal).parts[0]
    for _ in range(3):
        assert rig.channel.withdraw(part, journal) == Withdrawn()
    assert rig.asked("freepublish/delete") == 1


def test_what_reappears_is_deleted_again(rig: HttpRig, world: World) -> None:
    journal = rig.journal()
    part = deliver(rig, rig.message(key="k1"), journal).parts[0]
    rig.channel.withdraw(part, journal)
    world.sim.press.pushes[0].gone.clear()
    rig.channel.withdraw(part, journal)
    assert isinstance(rig.channel.see(part), Gone)


def test_a_correction_in_place_is_refused(rig: HttpRig) -> None:
    message = rig.message(key="k1")
    receipt = deliver(rig, message, rig.journal())
    with pytest.raises(Rejected):
        rig.channel.amend(receipt, message, rig.journal())
