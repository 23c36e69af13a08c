"""What only people can settle: "it is there", "it is not", and what no reader's address leads to."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from channels.sandbox.call import Do, Fault
from channels.weibo.wire import base62
from publisher.domain.errors import Refused
from publisher.workflow import attest, settle_by_hand
from publisher.workflow.attest import EVIDENCE, AttestRequest
from publisher.workflow.incoming import IncomingFile
from publisher.workflow.settle_by_hand import ConfirmRequest, DenyRequest, LookedFor
from tests.world import World, item_file
from tests.worlds import MakeWorld

CHANNELS = ["bureau-portal", "weibo"]
SHARE, LIST = "statuses/share", "user_timeline"
MASS = {'appid = "wx0000000000000001"': 'appid = "wx0000000000000001"\npublish_mode = "mass"'}


def posts(world: World) -> int:
    return len(world.practice.simulators["weibo"].public_posts())


def unknown(world: World, do: Do) -> str:
    """A posting to Weibo whose answer was lost, on a platform whose list does not answer: its item."""
    stage = world.practice.stages["weibo"]
    stage.script(Fault(SHARE, do), Fault(LIST, Do.ANSWER, status=502, body="<html>", times=999))
    item_id, _ = world.released(item_file(channels=CHANNELS))
    world.until(lambda: world.states(item_id).get("weibo") == "unknown")
    return item_id


def asked_of_people(world: World, item_id: str) -> str:
    """Let every look pass in vain; the posting."""
    world.until(lambda: bool(world.postings(item_id)["weibo"].person_needed), step_s=120)
    return world.postings(item_id)["weibo"].id


def list_answers_again(world: World) -> None:
    world.practice.stages["weibo"].faults.clear()


def deny(world: World, who: str, posting_id: str) -> bool:
    """As the command does: look, then say so."""
    looked = settle_by_hand.look_before_deny(world.office.store, world.office.outlets, posting_id)
    return say_no(world, who, posting_id, looked)


def say_no(world: World, who: str, posting_id: str, looked: LookedFor) -> bool:
    request = DenyRequest(posting_id, "账号主页上没有")
    return bool(world.do(who, settle_by_hand.deny_by_hand, request, looked=looked))


def words_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return str(refused.value)


# ---------------------------------------------------------------------------- it is not there


def test_two_people_deny_after_a_fresh_look_each_and_it_goes_out_once(world: World) -> None:
    item_id = unknown(world, Do.DROP_BEFORE)
    posting = asked_of_people(world, item_id)
    list_answers_again(world)
    assert deny(world, "lu", posting) is False
    with pytest.raises(Refused):
        deny(world, "lu", posting)
    assert deny(world, "qin", posting) is True
    world.until(lambda: world.states(item_id)["weibo"] == "verified")
    assert posts(world) == 1


def test_nobody_denies_while_the_platform_cannot_be_looked_at(world: World) -> None:
    posting = asked_of_people(world, unknown(world, Do.DROP_BEFORE))
    with pytest.raises(Refused) as refused:
        deny(world, "lu", posting)
    assert "没能查看平台" in words_of(refused)


def test_what_the_look_before_a_denial_finds_is_adopted(world: World) -> None:
    item_id = unknown(world, Do.DROP_AFTER)
    posting = asked_of_people(world, item_id)
    list_answers_again(world)
    with pytest.raises(Refused) as refused:
        deny(world, "lu", posting)
    assert "已按发出记下" in words_of(refused)
    world.turn("weibo")
    assert world.states(item_id)["weibo"] == "verified"
    assert posts(world) == 1


def test_nobody_denies_before_absence_can_be_believed_or_on_an_old_look(world: World) -> None:
    item_id = unknown(world, Do.DROP_BEFORE)
    list_answers_again(world)
    posting = world.postings(item_id)["weibo"].id
    with pytest.raises(Refused) as early:
        deny(world, "lu", posting)
    assert "可能还在处理" in words_of(early)
    old = LookedFor(world.clock.now - timedelta(minutes=6), world.clock.now - timedelta(hours=1))
    with pytest.raises(Refused) as late:
        say_no(world, "lu", posting, old)
    assert "过时" in words_of(late)


@pytest.mark.long
def test_one_denial_does_not_outlive_the_doubt_that_it_answered(world: World) -> None:
    item_id = unknown(world, Do.DROP_BEFORE)
    posting = asked_of_people(world, item_id)
    list_answers_again(world)
    deny(world, "lu", posting)
    deny(world, "qin", posting)
    world.practice.stages["weibo"].script(
        Fault(SHARE, Do.DROP_BEFORE), Fault(LIST, Do.ANSWER, status=502, body="<html>", times=999)
    )
    world.until(lambda: world.states(item_id)["weibo"] == "unknown")
    assert world.postings(item_id)["weibo"].denied_by == ""


# ---------------------------------------------------------------------------- it is there


def confirm(world: World, posting: str, url: str) -> None:
    request = ConfirmRequest(posting, url)
    seen = settle_by_hand.look_at_claimed(world.office.outlets, "weibo", request)
    world.do("lu", settle_by_hand.confirm_by_hand, request, seen=seen)


def test_a_link_is_believed_only_when_the_signed_words_stand_there_and_it_is_nobody_elses(
    world: World,
) -> None:
    other, _ = world.out_everywhere(item_file("关于柳湾村供水管道检修的通告", channels=CHANNELS))
    posting = asked_of_people(world, unknown(world, Do.DROP_AFTER))
    with pytest.raises(Refused) as refused:
        confirm(world, posting, world.urls(other)["weibo"])
    assert "不是批准的内容" in words_of(refused)
    (mine,) = [p for p in world.practice.simulators["weibo"].public_posts() if "石渡" in p.written]
    url = world.urls(other)["weibo"].rpartition("/")[0] + f"/{base62(str(mine.number))}"
    world.tamper("UPDATE parts SET url = ? WHERE channel = 'weibo'", url)
    with pytest.raises(Refused) as taken:
        confirm(world, posting, url)
    assert "另一条推送" in words_of(taken)
    world.tamper("UPDATE parts SET url = 'x' WHERE channel = 'weibo'")
    confirm(world, posting, url)
    assert world.kinds()[-1] == "person:posting:confirm"


# ---------------------------------------------------------------------------- no reader's address


def picture() -> IncomingFile:
    made = io.BytesIO()
    Image.new("RGB", (320, 640), "white").save(made, "PNG")
    return IncomingFile(EVIDENCE, "群发记录.png", lambda: io.BytesIO(made.getvalue()))


@pytest.fixture
def sent_to_all(make_world: MakeWorld) -> tuple[World, str]:
    """A mass sending of an account without callbacks: out, and nobody told its address."""
    world = make_world(settings=MASS)
    item_id, _ = world.released(item_file(channels=["bureau-portal", "wechat"]))
    world.until(lambda: bool(world.parts(item_id).get("wechat")))
    world.pass_time(600, "wechat")
    return world, item_id


def test_what_has_no_address_is_attested_with_a_picture_and_its_alarm_ends(
    sent_to_all: tuple[World, str],
) -> None:
    world, item_id = sent_to_all
    part = world.parts(item_id)["wechat"]
    assert (part.url, part.state) == ("", "published")
    assert any(alarm.cause == f"unseen:{part.id}" for alarm in world.alarms())
    with pytest.raises(Refused):
        attested(world, part.id, reason=" ")
    attested(world, part.id)
    assert world.states(item_id)["wechat"] == "verified"
    assert world.parts(item_id)["wechat"].level == "attested"
    assert world.alarms() == []
    (proof,) = world.rows("SELECT level, seen_digest FROM proofs WHERE outcome = 'attest'")
    assert proof["level"] == "attested"
    with world.office.store.blobs.open(proof["seen_digest"]) as kept:
        assert kept.read(4) == b"\x89PNG"


def test_what_a_reader_can_see_is_never_attested(sent_to_all: tuple[World, str]) -> None:
    world, item_id = sent_to_all
    with pytest.raises(Refused) as refused:
        attested(world, world.parts(item_id)["bureau-portal"].id)
    assert "读者看得到" in words_of(refused)


@pytest.mark.long
def test_a_text_file_is_no_evidence(sent_to_all: tuple[World, str], tmp_path: Path) -> None:
    world, item_id = sent_to_all
    note = tmp_path / "说明.txt"
    note.write_text("我看到了", encoding="utf-8")
    with pytest.raises(Refused):
        attested(
            world,
            world.parts(item_id)["wechat"].id,
            evidence=IncomingFile(EVIDENCE, note.name, lambda: note.open("rb")),
        )


def attested(
    world: World, part_id: str, *, reason: str = "公众号后台发表记录", evidence: IncomingFile | None = None
) -> None:
    request = AttestRequest(part_id, reason, evidence or picture())
    world.do("lu", attest.attest, request, outlets=world.office.outlets)
