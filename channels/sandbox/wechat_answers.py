"""How the practice WeChat answers: status 200, its own content type, raw UTF-8; pages of lists."""

from __future__ import annotations

from typing import Any

from channels.sandbox.call import Reply
from channels.sandbox.wechat_gate import Refuse
from channels.sandbox.wechat_press import Fields

CONTENT_TYPE = "application/json; encoding=utf-8"


def reply(value: dict[str, Any], *, creates: bool = False) -> Reply:
    """A JSON answer. `creates` as in `Reply`."""
    return Reply.json(value, content_type=CONTENT_TYPE, creates=creates)


def done(*, creates: bool = True) -> Reply:
    """The answer to a call that has nothing to say."""
    return reply({"errcode": 0, "errmsg": "ok"}, creates=creates)


def window(body: Fields) -> tuple[int, int]:
    """Offset and count of a list's page; 40035 when they are out of range."""
    offset, count = body.get("offset", 0), body.get("count", 20)
    if not isinstance(offset, int) or not isinstance(count, int) or offset < 0 or not 1 <= count <= 20:
        raise Refuse(40035, "invalid parameter")
    return offset, count


def without(news: list[Fields], body: Fields) -> list[Fields]:
    """Articles as a list gives them: without their text when `no_content` asks for that."""
    if not body.get("no_content"):
        return news
    return [{name: value for name, value in article.items() if name != "content"} for article in news]
