"""wechatpy 2.0.0a26 on the practice WeChat: material, drafts, publishing, mass sending, a dead token."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import WeChatAtWork
from tests.clients.stand import run

TITLE = "关于石渡片区临时停水的通告"
PROGRAM = "use_wechatpy.py"


@pytest.fixture
def values(cover: str) -> dict[str, str]:
    return {"cover": cover, "title": TITLE, "content": "<p>定于22时停水，请提前储水。</p>"}


def test_material_is_added_listed_fetched_and_deleted(wechat: WeChatAtWork, values: dict[str, str]) -> None:
    seen = run(PROGRAM, wechat.base, "material", values)
    assert seen["made"]["url"].startswith(wechat.base)
    assert (seen["count"], seen["name"], seen["left"]) == (1, "cover.jpg", 0)
    assert seen["bytes"] == len(Path(values["cover"]).read_bytes())


def test_a_draft_is_added_read_updated_listed_and_deleted(
    wechat: WeChatAtWork, values: dict[str, str]
) -> None:
    seen = run(PROGRAM, wechat.base, "draft", values)
    assert seen == {"kept": TITLE, "listed": f"{TITLE}（改）", "count": 1, "left": 0}


def test_what_it_publishes_is_read_by_readers_until_it_deletes_it(
    wechat: WeChatAtWork, values: dict[str, str]
) -> None:
    seen = run(PROGRAM, wechat.base, "publish", values)
    assert (seen["state"]["publish_status"], seen["title"], seen["total"]) == (0, TITLE, 1)
    assert "定于22时停水，请提前储水。" in wechat.reader(seen["url"]).text
    assert wechat.reader().text.count(TITLE) == 1
    assert run(PROGRAM, wechat.base, "remove", seen["state"])["errcode"] == 0
    assert "该内容已被发布者删除" in wechat.reader(seen["url"]).text


def test_what_it_sends_to_everybody_is_read_by_readers_and_not_listed_as_published(
    wechat: WeChatAtWork, values: dict[str, str]
) -> None:
    wechat.sim.mass.too_soon_s = 0
    seen = run(PROGRAM, wechat.base, "mass", values)
    assert seen["sent"]["msg_id"] > 2**31
    assert seen["sent"]["msg_data_id"]
    assert (seen["state"]["msg_status"], seen["again"]) == ("SEND_SUCCESS", 45065)
    assert wechat.reader().text.count(TITLE) == 1
    assert run(PROGRAM, wechat.base, "publish", {**values, "title": "另一篇"})["total"] == 1
    assert run(PROGRAM, wechat.base, "unsend", seen["sent"])["errcode"] == 0
    assert TITLE not in wechat.reader().text


def test_it_gets_a_new_token_when_its_own_died_on_the_way(
    wechat: WeChatAtWork, values: dict[str, str]
) -> None:
    wechat.sim.gate.life_s = 100
    play = wechat.sim.play
    dead: list[str] = []

    def once_dead(call):  # type: ignore[no-untyped-def]
        if call.path.endswith("draft/count") and not dead:
            wechat.sim.gate.revoke()
            dead.append(call.path)
        return play(call)

    wechat.stage.play = once_dead
    assert run(PROGRAM, wechat.base, "draft", values)["left"] == 0
    assert dead
    assert [line.path for line in wechat.stage.log.lines].count("/cgi-bin/token") == 2
