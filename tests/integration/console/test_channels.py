"""Channels at the console: what is shown and what never is, trying a connection, stopping, opening, consent."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa

from publisher.domain.posting import ChannelState
from publisher.workflow.outcome import pause_channel
from tests.integration.test_consent import allow
from tests.seats import seats
from tests.world import World

SECRETS = ("secrets/wechat.secret", "secrets/weibo.secret", "secrets/weibo.token")
ADDRESS = re.compile(r'href="(http://[^"]*/oauth2/authorize[^"]*)"')


def state_of(world: World, name: str) -> ChannelState:
    with world.office.store.read() as reading:
        record = reading.accounts.channel(name)
    assert record
    return record.state


def test_every_channel_is_listed_with_its_state(quiet_world: World) -> None:
    with seats(quiet_world, bian="editor") as at:
        page = at["bian"].get("/channels")
    for label in ("市政府门户网站", "局门户网站", "微信公众号", "微博"):
        assert label in page
    assert page.count("正常") >= 4


@pytest.mark.parametrize(
    "path", ["/channels", "/channels/wechat", "/channels/weibo", "/channels/bureau-portal"]
)
def test_no_page_shows_a_secret(quiet_world: World, path: str) -> None:
    with seats(quiet_world, guan="administrator") as at:
        page = at["guan"].get(path)
    for name in SECRETS:
        assert (quiet_world.home / name).read_text().strip() not in page


def test_a_secret_is_only_said_to_be_set_and_where(quiet_world: World) -> None:
    with seats(quiet_world, bian="editor") as at:
        page = at["bian"].get("/channels/wechat")
    assert "已设置" in page
    assert "secrets/wechat.secret" in page


def test_what_is_no_channel_is_not_found(quiet_world: World) -> None:
    with seats(quiet_world, bian="editor") as at:
        at["bian"].get("/channels/fax", 404)
        assert at["bian"].post("/channels/fax/probe").status_code == 404


def test_trying_a_connection_says_that_all_is_well_and_who_tried(world: World) -> None:
    with seats(world, bian="editor") as at:
        page = at["bian"].done("/channels/bureau-portal/probe")
    assert "试过了，账号、权限和设置都好" in page
    assert "首页：" in page
    assert world.kinds()[-1] == "person:channel:probed"


def test_trying_a_connection_that_is_down_says_what_to_do(quiet_world: World) -> None:
    with seats(quiet_world, bian="editor") as at:
        page = at["bian"].done("/channels/wechat/probe")
    assert "没有通过" in page
    assert "没有连上：先看本机能不能上网" in page
    assert state_of(quiet_world, "wechat") is ChannelState.OPEN


def test_a_channel_that_its_platform_refused_opens_when_it_is_tried_and_well(world: World) -> None:
    with world.office.store.write() as uow:
        pause_channel(uow, world.clock.now, "bureau-portal", "门户打不开")
        uow.commit()
    with seats(world, bian="editor") as at:
        at["bian"].done("/channels/bureau-portal/probe")
    assert state_of(world, "bureau-portal") is ChannelState.OPEN


def test_what_a_person_paused_stays_paused_however_well_it_answers(world: World) -> None:
    with seats(world, bian="editor") as at:
        at["bian"].done("/channels/bureau-portal/pause", {"reason": "机房停电"})
        at["bian"].done("/channels/bureau-portal/probe")
    assert state_of(world, "bureau-portal") is ChannelState.PAUSED


def test_only_who_may_tries_a_connection(world: World) -> None:
    with seats(world, mei="content_reviewer") as at:
        page = at["mei"].get("/channels/wechat")
        assert "/channels/wechat/probe" not in page
        assert "试连接由责任编辑、签发人或系统管理员办理" in page
        at["mei"].refused("/channels/wechat/probe")
    assert world.kinds()[-1] == "person:act:refused"


def test_a_channel_is_paused_and_resumed_with_the_reason_on_its_page(quiet_world: World) -> None:
    with seats(quiet_world, bian="editor") as at:
        page = at["bian"].done("/channels/weibo/pause", {"reason": "平台维护到晚上"})
        assert "平台维护到晚上" in page
        assert state_of(quiet_world, "weibo") is ChannelState.PAUSED
        page = at["bian"].done("/channels/weibo/resume", {"reason": "维护完了"})
    assert "已恢复这个渠道" in page
    assert state_of(quiet_world, "weibo") is ChannelState.OPEN


def test_a_drafter_freezes_and_only_the_approver_lifts_it(quiet_world: World) -> None:
    with seats(quiet_world, tao="drafter", yue="approver") as at:
        at["tao"].done("/channels/weibo/freeze", {"reason": "发错了账号"})
        assert "冻结由签发人解除" in at["tao"].get("/channels/weibo")
        at["tao"].refused("/channels/weibo/unfreeze", {"reason": "好了"})
        assert state_of(quiet_world, "weibo") is ChannelState.FROZEN
        at["yue"].done("/channels/weibo/unfreeze", {"reason": "查清了"})
    assert state_of(quiet_world, "weibo") is ChannelState.OPEN


def test_a_freeze_without_a_reason_is_refused(quiet_world: World) -> None:
    with seats(quiet_world, tao="drafter") as at:
        page = at["tao"].refused("/channels/weibo/freeze", {"reason": ""}, 422)
    assert "冻结要写明理由" in page


def test_an_account_is_authorised_in_two_steps(world: World) -> None:
    with seats(world, guan="administrator") as at:
        asked = at["guan"].post("/channels/weibo/authorise")
        assert asked.status_code == 200
        found = ADDRESS.search(asked.text)
        assert found
        back = allow(unescape(found[1]))
        page = at["guan"].done("/channels/weibo/authorise/answer", {"answer": back})
    assert "已授权" in page
    assert "还剩" in page


def test_a_wrong_answer_keeps_the_form_and_says_why(world: World) -> None:
    with seats(world, guan="administrator") as at:
        page = at["guan"].refused("/channels/weibo/authorise/answer", {"answer": "码"}, 422)
    assert "没有在等的授权" in page
    assert 'name="answer"' in page


def test_an_auditor_reads_and_changes_nothing(quiet_world: World) -> None:
    with seats(quiet_world, cha="auditor") as at:
        page = at["cha"].get("/channels/wechat")
        assert "/channels/wechat/pause" not in page
        at["cha"].refused("/channels/wechat/pause", {"reason": "试试"})
    assert state_of(quiet_world, "wechat") is ChannelState.OPEN


def test_who_administers_security_does_not_see_channels(quiet_world: World) -> None:
    with seats(quiet_world, bao="security_administrator") as at:
        at["bao"].get("/channels", 403)


def test_a_page_asks_the_database_as_often_however_long_its_history(quiet_world: World) -> None:
    asked: list[str] = []
    engine = quiet_world.office.store.reader
    sa.event.listen(engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    with seats(quiet_world, bian="editor") as at:
        at["bian"].get("/channels/weibo")
        asked.clear()
        at["bian"].get("/channels/weibo")
        before = len(asked)
        for _ in range(4):
            at["bian"].done("/channels/weibo/pause", {"reason": "维护"})
            at["bian"].done("/channels/weibo/resume", {"reason": "好了"})
        asked.clear()
        at["bian"].get("/channels/weibo")
    assert len(asked) == before
