"""Turning a practice platform while it runs: by programs in JSON, by trainers on a page without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from channels.http import open_client
from channels.sandbox import wechat_board, weibo_board
from channels.sandbox.backstage import Backstage
from channels.sandbox.board import Board, Kind
from channels.sandbox.stage import InProcess, Stage
from tests.contract.wechat_rig import World
from tests.unit.channels.sandbox_caller import BASE, Caller
from tests.unit.channels.test_weibo_sim import Platform, code

PANEL = "/__stage__/panel"


@dataclass
class Trainer:
    """A person with a browser that runs no scripts."""

    board: Board
    stage: Stage
    http: httpx.Client
    base: str

    def page(self) -> str:
        return self.http.get(self.base + PANEL).text

    def form(self, part: str, **fields: object) -> httpx.Response:
        content = urlencode({name: str(value) for name, value in fields.items()})
        return self.http.post(f"{self.base}{PANEL}/{part}", content=content)

    def turn(self, **values: Any) -> httpx.Response:
        return self.http.post(f"{self.base}/__stage__/knobs", json=values)

    def set(self, name: str, value: Any) -> httpx.Response:
        return self.turn(**{name: value})

    def do(self, act: str, target: str = "") -> httpx.Response:
        return self.http.post(f"{self.base}/__stage__/acts", json={"act": act, "target": target})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


@pytest.fixture
def trainer(world: World) -> Trainer:
    board = wechat_board.board(world.sim)
    world.stage.backstage = Backstage(world.stage, board).play
    return Trainer(board, world.stage, open_client(transport=InProcess(world.stages)), BASE)


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def weibo(platform: Platform) -> Trainer:
    board = weibo_board.board(platform.sim)
    platform.stage.backstage = Backstage(platform.stage, board).play
    return Trainer(board, platform.stage, platform.http, "http://weibo.test")


def test_every_knob_can_be_read_and_set_to_what_it_is(trainer: Trainer, weibo: Trainer) -> None:
    for one in (trainer, weibo):
        values = one.http.get(f"{one.base}/__stage__/knobs").json()
        assert set(values) == {knob.name for knob in one.board.knobs}
        open_values = {k.name: values[k.name] for k in one.board.knobs if k.kind is not Kind.SECRET}
        assert one.turn(**open_values).json() == values


def test_a_bad_value_changes_nothing_and_says_what_is_allowed(trainer: Trainer, world: World) -> None:
    answer = trainer.turn(**{"press.job_s": 9, "press.outcome": 7})
    assert (answer.status_code, answer.json()) == (
        400,
        {"refused": "接下来的发布结果：只能是 成功、原创声明失败、常规失败、平台审核不通过"},
    )
    assert world.sim.press.job_s == 3
    assert trainer.set("press.limits.title", -1).json() == {"refused": "标题上限：0 到 1000"}
    assert trainer.set("nothing", 1).status_code == 400


@pytest.mark.parametrize(("unit", "fits", "over"), [("chars", 32, 33), ("bytes", 10, 11), ("half", 16, 17)])
def test_a_title_is_measured_in_the_unit_that_was_set(
    trainer: Trainer, caller: Caller, unit: str, fits: int, over: int
) -> None:
    trainer.set("press.limits.title_unit", unit)
    caller.draft(title="题" * fits)
    assert caller.ask("draft/add", {"articles": [caller.article(title="题" * over)]})["errcode"] == 45003


def test_outcomes_quotas_rights_and_addresses_are_turned_by_programs(
    trainer: Trainer, caller: Caller, world: World
) -> None:
    trainer.turn(**{"press.outcome": 4, "press.job_s": 0, "gate.daily.freepublish/get": 1})
    job = caller.ask("freepublish/submit", {"media_id": caller.draft()})["publish_id"]
    assert caller.ask("freepublish/get", {"publish_id": job})["publish_status"] == 4
    assert caller.ask("freepublish/get", {"publish_id": job})["errcode"] == 45009
    trainer.set("gate.kind", "uncertified")
    assert caller.ask("freepublish/submit", {"media_id": "x"})["errcode"] == 48001
    trainer.set("gate.whitelist", "203.0.113.7 203.0.113.8")
    assert caller.stable()["errcode"] == 40164
    trainer.set("gate.whitelist", "")
    assert "access_token" in caller.stable()
    trainer.do("revoke")
    assert caller.ask("draft/get", {"media_id": "x"})["errcode"] == 40001


def test_a_secret_is_set_and_never_shown(trainer: Trainer, world: World) -> None:
    trainer.set("callback.token", "hush-hush-hush")
    assert world.sim.callback.token == "hush-hush-hush"
    trainer.set("callback.token", "")
    assert world.sim.callback.token == "hush-hush-hush"
    assert trainer.http.get(f"{BASE}/__stage__/knobs").json()["callback.token"] == "***"
    assert "hush-hush-hush" not in trainer.page()


def test_a_trainer_arranges_a_fault_and_sees_it_wait_and_happen(trainer: Trainer, caller: Caller) -> None:
    fault = {"do": "code", "chosen": "draft/add", "path": "", "times": 2, "skip": 0, "seconds": 0}
    moved = trainer.form("fault", **fault, code=45009, at="fault")
    assert (moved.status_code, moved.headers["location"]) == (303, f"{PANEL}#fault")
    assert "不执行，另作答复，还有 2 次" in trainer.page()
    assert caller.ask("draft/add", {"articles": [caller.article()]})["errcode"] == 45009
    page = trainer.page()
    assert "还有 1 次" in page
    assert page.count("不执行，另作答复") == 2
    trainer.form("clear")
    assert "没有等着发生的故障" in trainer.page()


@pytest.mark.parametrize(
    ("kind", "made"),
    [("drop_before", 0), ("drop_after", 1), ("gateway", 0), ("gateway_after", 1), ("truncate", 1)],
)
def test_each_kind_of_fault_executes_or_not_as_it_says(
    trainer: Trainer, caller: Caller, world: World, kind: str, made: int
) -> None:
    article = caller.article()
    trainer.form("fault", do=kind, chosen="draft/add", times=1)
    with pytest.raises((httpx.RemoteProtocolError, ValueError)):
        caller.ask("draft/add", {"articles": [article]})
    assert len(world.sim.press.drafts) == made


def test_a_trainer_moves_the_clock_and_the_page_says_so(trainer: Trainer, world: World) -> None:
    before = world.stage.now()
    for minutes in (10, 60, 1440):
        trainer.form("clock", minutes=minutes)
    assert (world.stage.now() - before).total_seconds() == 60 * 1510
    assert "比实际快 1 天 1 小时 10 分钟" in trainer.page()
    trainer.form("clock", minutes=0, **{"from": "zero"})
    assert world.stage.now() == before


def test_a_trainer_stops_and_opens_the_readers_view(trainer: Trainer, caller: Caller) -> None:
    trainer.form("reader", open=0)
    assert caller.http.get(f"{BASE}/reader").status_code == 503
    trainer.form("reader", open=1)
    assert caller.http.get(f"{BASE}/reader").status_code == 200


def test_a_trainer_publishes_deletes_and_bans_by_hand(trainer: Trainer, caller: Caller, world: World) -> None:
    media_id = caller.draft()
    assert trainer.form("act", act="draft_publish", target=media_id).status_code == 303
    assert "停水通告" in caller.page()
    (push,) = world.sim.press.pushes
    trainer.form("act", act="push_ban", target=push.article_id)
    assert "此内容因违规无法查看" in caller.page()
    again = trainer.form("act", act="draft_publish", target=media_id)
    assert again.status_code == 400
    assert "没有改动：平台不接受：40007" in again.text


def test_a_trainer_plays_the_administrator(trainer: Trainer, caller: Caller, world: World) -> None:
    trainer.form("knobs", **{"mass.confirm": "True"})
    number = caller.send_all(caller.draft())["msg_id"]
    assert f"群发任务 {number}" in trainer.page()
    trainer.form("act", act="mass_no", target=number)
    assert caller.mass_state(number) == "SEND_FAIL"


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ("fault", {"do": "code", "path": ""}),
        ("fault", {"do": "nothing", "path": "/s"}),
        ("fault", {"do": "code", "path": "/s", "times": "two"}),
        ("clock", {"minutes": "x"}),
        ("act", {"act": "nothing"}),
        ("knobs", {"press.job_s": "<b>"}),
        ("nothing", {}),
    ],
)
def test_a_wrong_form_is_answered_with_the_page_and_a_reason(
    trainer: Trainer, part: str, fields: dict[str, object]
) -> None:
    answer = trainer.form(part, **fields)
    assert answer.status_code == 400
    assert "没有改动：" in answer.text
    assert "<b>" not in answer.text.partition('role="alert"')[2].partition("</p>")[0]


def test_what_others_wrote_is_text_on_the_panel(trainer: Trainer, caller: Caller) -> None:
    caller.draft(title="<script>x</script>")
    caller.page("/<img>?q=1")
    page = trainer.page()
    assert "<script" not in page
    assert "<img" not in page


def test_weibo_rights_rates_and_consents_are_turned(weibo: Trainer, platform: Platform) -> None:
    weibo.set("knobs.rates.user_day", 1)
    platform.share()
    assert code(platform.share("别的 https://slj.example.gov.cn/b")) == 10023
    weibo.do("clear_counts")
    weibo.set("world.app.safe_domains", "other.example")
    assert code(platform.share()) == 10017
    weibo.set("world.app.audited", False)
    assert code(platform.share()) == 21321
    weibo.turn(**{"world.app.audited": True, "knobs.rates.user_day": 100})
    weibo.do("expire", "9000000001")
    assert code(platform.share()) == 21327
    platform.token = platform.sim.grant("9000000001")
    weibo.do("revoke", "9000000001")
    assert code(platform.share()) == 21316
    weibo.do("post", "9000000001")
    assert len(platform.sim.public_posts()) == 2
    assert "手工发的一条" in weibo.page()


def test_a_fault_on_weibo_answers_in_weibos_form(weibo: Trainer, platform: Platform) -> None:
    weibo.form("fault", do="code_after", chosen="/2/statuses/share.json", times=1, code=10001)
    assert code(platform.share()) == 10001
    assert len(platform.sim.public_posts()) == 1
