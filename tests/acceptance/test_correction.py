"""Must show 5, correction: the page says something else at the same address, and shows both versions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from channels.sandbox.call import Do, Fault
from publisher.domain.errors import Reason, Refused
from publisher.workflow import correct, review, schedule, withdraw
from publisher.workflow.correct import CorrectRequest
from tests.world import PORTALS, SOCIAL, TEXT, TITLE, World, fetch, item_file

NOTE = "停水结束时间由“次日6时”改为“次日8时”"
NEW_TEXT = TEXT.replace("至次日6时", "至次日8时")
OLD, NEW = "次日6时对石渡镇", "次日8时对石渡镇"


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """The module's world, every platform well, an hour after the test before."""
    shared_world.clock.forward(3600)
    yield shared_world
    for stage in shared_world.practice.stages.values():
        stage.faults.clear()
        stage.reader_open = True
    shared_world.forget_all()


def open_correction(world: World, item_id: str, text: str = NEW_TEXT, **changes: object) -> str:
    request = CorrectRequest(item_id, NOTE, changes=changes, text=text)
    world.do("lu", correct.open_correction, request)
    return world.submit(item_id).revision_id


def corrected(world: World, item_id: str, **changes: object) -> str:
    """The correction, signed and released; the platforms have not been asked yet."""
    revision_id = open_correction(world, item_id, **changes)
    world.sign(revision_id)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    world.sweep()
    return revision_id


def done(world: World, item_id: str) -> bool:
    rows = world.rows("SELECT state FROM orders WHERE item_id = ? AND kind = 'correct'", item_id)
    settled = {"verified", "withdrawn"}
    return {row["state"] for row in rows} == {"fulfilled"} and set(world.states(item_id).values()) <= settled


def parts_on(world: World, item_id: str, channel: str) -> list[str]:
    rows = world.rows(
        "SELECT state FROM parts WHERE item_id = ? AND channel = ? ORDER BY out_at", item_id, channel
    )
    return [row["state"] for row in rows]


def history_of(url: str) -> str:
    return url.removesuffix(".html") + ".history.html"


def test_a_corrected_page_keeps_its_address_and_its_day_and_says_what_was_corrected(world: World) -> None:
    item_id, _ = world.out_everywhere()
    before = world.urls(item_id)
    posted = world.postings(item_id)["city-portal"].slots["posted_at"]
    corrected(world, item_id)
    world.until(lambda: done(world, item_id))
    for portal in PORTALS:
        assert world.urls(item_id)[portal] == before[portal]
        page = fetch(before[portal])
        assert NEW in page.text
        assert OLD not in page.text
        assert NOTE in page.text
        assert f"发布时间：{posted}" in page.text
        assert history_of(before[portal]) in page.links
        assert parts_on(world, item_id, portal) == ["replaced", "verified"]
    assert "system:part:replaced" in world.kinds()


def test_the_history_page_shows_both_versions_with_title_and_time(world: World) -> None:
    item_id, first = world.out_everywhere()
    posted = world.postings(item_id)["city-portal"].slots["posted_at"]
    world.clock.forward(600)
    corrected(world, item_id, title="关于石渡片区临时停水时间的通告")
    world.until(lambda: done(world, item_id))
    page = fetch(history_of(world.urls(item_id)["city-portal"]))
    again = world.postings(item_id)["city-portal"].slots["corrected_at"]
    assert page.status == 200
    assert "第2版（现行）：关于石渡片区临时停水时间的通告" in page.text
    assert f"{again} 更正：{NOTE}" in page.text
    assert f"第1版（已被更正）：{TITLE}" in page.text
    assert f"{posted} 首次发布" in page.text
    assert first in page.text
    assert OLD in page.text
    assert posted != again


def test_the_portals_are_corrected_first_then_each_account_by_its_rule(world: World) -> None:
    item_id, _ = world.out_everywhere()
    old = world.urls(item_id)
    since = len(world.requests())
    corrected(world, item_id)
    world.until(lambda: done(world, item_id))
    assert "已被发布者删除" in fetch(old["wechat"]).text, "replace: the old article is deleted"
    new = world.urls(item_id)
    assert new["wechat"] != old["wechat"]
    article = fetch(new["wechat"]).text
    assert "【更正】" in article
    assert NOTE in article
    assert NEW in article
    assert parts_on(world, item_id, "wechat") == ["withdrawn", "verified"]
    assert fetch(old["weibo"]).status == 200, "post: the old post stays beside the correction"
    post = fetch(new["weibo"]).text
    assert "【更正】" in post
    assert NOTE[:10] in post
    assert parts_on(world, item_id, "weibo") == ["verified", "verified"]
    creating = [line.path for line in world.requests(*SOCIAL) if line.number > since and line.creates]
    assert creating.index("/cgi-bin/freepublish/delete") < creating.index("/cgi-bin/freepublish/submit")
    assert creating.count("/2/statuses/share.json") == 1


def test_while_it_is_under_way_the_words_say_so(world: World) -> None:
    item_id, _ = world.out_everywhere()
    revision_id = open_correction(world, item_id)
    assert world.where(item_id).words == "更正稿待初审"
    assert set(world.states(item_id).values()) == {"verified"}
    world.sign(revision_id)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    world.sweep()
    assert world.where(item_id).words == "更正中"
    sentence = world.where(item_id).sentence
    assert "旧版本已核验" in sentence
    assert "更正" in sentence
    world.until(lambda: done(world, item_id))
    assert world.where(item_id).words == "已下发"


def test_the_log_has_every_step_of_a_correction(world: World) -> None:
    item_id, first = world.out_everywhere()
    since = world.rows("SELECT max(seq) AS n FROM log_entries")[0]["n"]
    second = corrected(world, item_id)
    world.until(lambda: done(world, item_id))
    rows = world.rows("SELECT kind, subject FROM log_entries WHERE seq > ?", since)
    pairs = [(row["kind"], row["subject"]) for row in rows]
    for wanted in (
        ("person:draft:correction_opened", f"item:{item_id}"),
        ("person:revision:submitted", f"revision:{second}"),
        ("person:revision:sign_off", f"revision:{second}"),
        ("system:revision:released", f"revision:{second}"),
        ("system:revision:superseded", f"revision:{first}"),
        ("system:order:corrected", f"item:{item_id}"),
        ("system:order:fulfilled", f"item:{item_id}"),
    ):
        assert pairs.count(wanted) == 1, wanted
    assert [kind for kind, _ in pairs].count("system:part:replaced") == len(PORTALS)


def test_a_correction_is_made_once_and_starts_nothing_again(world: World) -> None:
    item_id, _ = world.out_everywhere()
    corrected(world, item_id)
    world.until(lambda: done(world, item_id))
    counts, since = world.counts(), len(world.requests())
    world.pass_time(2 * 86400, step_s=7200)
    assert world.counts() == counts
    assert [line for line in world.requests() if line.number > since and line.creates] == []
    part = world.parts(item_id)["city-portal"]
    page = world.home / "sites/city-portal" / f"{part.remote_id}.html"
    page.write_text(page.read_text("utf-8").replace("8时", "9时"), "utf-8")
    with world.office.store.write() as uow:
        uow.parts.change(part.id, next_look_at=world.clock.now)
        uow.commit()
    world.turn("city-portal")
    assert world.states(item_id)["city-portal"] == "differs"
    world.pass_time(3600, step_s=600)
    assert world.counts() == counts, "a difference is told to people, it corrects nothing by itself"


def test_corrected_twice_the_history_shows_three_versions_at_one_address(world: World) -> None:
    item_id, _ = world.out_everywhere()
    url = world.urls(item_id)["bureau-portal"]
    corrected(world, item_id)
    world.until(lambda: done(world, item_id))
    corrected(world, item_id, title="关于石渡片区停水时间再次调整的通告")
    world.until(lambda: done(world, item_id))
    assert world.urls(item_id)["bureau-portal"] == url
    page = fetch(history_of(url))
    assert all(f"第{number}版" in page.text for number in (1, 2, 3))
    assert parts_on(world, item_id, "bureau-portal") == ["replaced", "replaced", "verified"]


# ---------------------------------------------------------------- what may not be


def test_what_is_out_is_not_changed_without_a_public_note(world: World) -> None:
    item_id, _ = world.out_everywhere()
    world.draft(item_file(text=NEW_TEXT), item_id=item_id)
    with pytest.raises(Refused) as caught:
        world.submit(item_id)
    assert caught.value.reason is Reason.WRONG_STATE
    assert "item correct" in str(caught.value)


def test_a_correction_needs_something_that_is_out_and_a_note(world: World) -> None:
    item_id = world.draft()
    with pytest.raises(Refused):
        world.do("lu", correct.open_correction, CorrectRequest(item_id, NOTE))
    out, _ = world.out_everywhere(item_file("关于石渡片区供水的通告"))
    with pytest.raises(Refused):
        world.do("lu", correct.open_correction, CorrectRequest(out, " "))
    with pytest.raises(Refused):
        world.do("qin", correct.open_correction, CorrectRequest(out, NOTE))
    world.do("lu", correct.open_correction, CorrectRequest(out, NOTE))
    with pytest.raises(Refused):
        world.do("lu", correct.open_correction, CorrectRequest(out, NOTE))


def test_new_content_for_the_open_correction_stays_that_correction(world: World) -> None:
    item_id, _ = world.out_everywhere()
    world.do("lu", correct.open_correction, CorrectRequest(item_id, NOTE))
    world.draft(item_file(text=NEW_TEXT), item_id=item_id)
    revision_id = world.submit(item_id).revision_id
    assert world.revision(revision_id).content["correction"] == NOTE


def test_a_returned_correction_leaves_the_item_as_it_was(world: World) -> None:
    item_id, first = world.out_everywhere()
    revision_id = open_correction(world, item_id)
    world.do("shen", review.return_revision, review.SignRequest(revision_id, opinion="时间仍不对"))
    assert world.where(item_id).state == "released"
    assert world.revision(first).state == "released"
    again = world.submit(item_id).revision_id
    assert world.revision(again).content["correction"] == NOTE


def test_a_withdrawal_overtakes_a_correction_under_way(world: World) -> None:
    item_id, _ = world.out_everywhere()
    revision_id = open_correction(world, item_id)
    world.sign(revision_id)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    world.do("qin", withdraw.order_withdrawal, withdraw.WithdrawRequest(item_id, "通告作废"))
    world.until(lambda: world.states(item_id)["bureau-portal"] == "withdrawn")
    assert world.revision(revision_id).held
    world.do("qin", review.resume, review.SignRequest(revision_id))
    world.sweep()
    assert world.revision(revision_id).held
    assert "被更正的版本已经不在公开状态" in world.alarm_words()
    for portal in PORTALS:
        assert NEW not in fetch(world.urls(item_id)[portal]).text


def test_a_withdrawn_correction_takes_the_page_its_history_and_every_post(world: World) -> None:
    item_id, _ = world.out_everywhere()
    old_post = world.urls(item_id)["weibo"]
    corrected(world, item_id)
    world.until(lambda: done(world, item_id))
    urls = world.urls(item_id)
    world.do("qin", withdraw.order_withdrawal, withdraw.WithdrawRequest(item_id, "通告作废"))
    world.until(lambda: world.where(item_id).state == "withdrawn")
    for portal in PORTALS:
        assert "此信息已撤下" in fetch(urls[portal]).text
        assert fetch(history_of(urls[portal])).status == 404
    assert fetch(old_post).status == 404
    assert fetch(urls["weibo"]).status == 404


# ---------------------------------------------------------------- while something is not settled


def test_what_the_old_revision_still_has_on_its_way_settles_first(world: World) -> None:
    world.practice.stages["weibo"].script(Fault("statuses/share", Do.DROP_AFTER))
    item_id, _ = world.released()
    world.turn()
    assert world.states(item_id)["weibo"] == "unknown"
    corrected(world, item_id)
    world.turn()
    assert len(world.rows("SELECT id FROM postings WHERE item_id = ? AND channel = 'weibo'", item_id)) == 1
    world.until(lambda: done(world, item_id), step_s=60)
    assert parts_on(world, item_id, "weibo") == ["verified", "verified"]


def test_what_never_went_out_is_cancelled_and_the_correction_goes_instead(world: World) -> None:
    item_id, _ = world.released()
    world.turn(*PORTALS)
    corrected(world, item_id)
    world.until(lambda: done(world, item_id))
    rows = world.rows("SELECT state FROM postings WHERE item_id = ? AND channel = 'weibo'", item_id)
    assert sorted(row["state"] for row in rows) == ["cancelled", "out"]
    assert NOTE in fetch(world.urls(item_id)["wechat"]).text


def test_an_old_article_that_only_a_person_can_delete_does_not_hold_the_correction_back(world: World) -> None:
    item_id, _ = world.out_everywhere()
    refused = '{"errcode":48001,"errmsg":"api unauthorized"}'
    world.practice.stages["wechat"].script(Fault("freepublish/delete", Do.ANSWER, body=refused, times=100))
    corrected(world, item_id)
    world.until(lambda: parts_on(world, item_id, "wechat")[-1] == "verified", step_s=60)
    assert parts_on(world, item_id, "wechat")[0] in ("withdrawing", "withdraw_by_hand")
    assert world.where(item_id).words == "更正中"


def test_a_channel_that_the_correction_leaves_out_is_taken_back(world: World) -> None:
    item_id, _ = world.out_everywhere()
    post = world.urls(item_id)["weibo"]
    corrected(world, item_id, channels=(*PORTALS, "wechat"))
    world.until(lambda: done(world, item_id))
    assert fetch(post).status == 404
    assert parts_on(world, item_id, "weibo") == ["withdrawn"]


WARNING = {
    "hazard": "洪水",
    "level": "三级",
    "colour": "黄色",
    "starts_at": "2026-11-24 10:00",
    "area": "石渡河沿岸",
    "watch_for": "注意防范",
    "measures": "转移低洼处人员",
    "issuer": "临澜市水利局",
    "issued_at": "2026-11-24 09:30",
}


def test_an_urgent_item_is_corrected_on_the_urgent_path(world: World) -> None:
    lists = "[fields]\n" + "\n".join(f"{name} = '{value}'" for name, value in WARNING.items())
    text = "石渡河水位上涨，请注意防范。\n"
    data = item_file("石渡河洪水黄色预警", text, lists, kind="warning", formed_on="2026-11-24")
    item_id = world.draft(data)
    sign_urgently(world, item_id)
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})
    changes = {"fields": {"area": "石渡河、柳湾沿岸"}}
    world.do("lu", correct.open_correction, CorrectRequest(item_id, "影响范围更正", changes=changes))
    sign_urgently(world, item_id)
    world.until(lambda: done(world, item_id))
    assert "石渡河、柳湾沿岸" in fetch(world.urls(item_id)["city-portal"]).text
    assert "石渡河沿岸" in fetch(history_of(world.urls(item_id)["city-portal"])).text


def sign_urgently(world: World, item_id: str) -> None:
    revision_id = world.submit(item_id, urgent=True).revision_id
    world.do("qin", review.sign_off_urgent, review.SignRequest(revision_id, reference="常审2026-1"))
    world.sweep()
