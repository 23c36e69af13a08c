"""A frozen message comes back exactly, and the same message freezes to the same text."""

from __future__ import annotations

import json

import pytest

from channels.contract import Article, ChannelMessage, FileRef
from publisher.render.freeze import freeze, thaw
from tests.unit.render.conftest import PLANS, Render
from tests.unit.render.items import ITEMS

FILE = FileRef("ab" * 32, "𠮷 附件.pdf", "application/pdf", 7, "标题", 1, 2)
FULL = Article(
    "题",
    "<p>文\u2028\u200b</p>",
    "文",
    "摘",
    "者",
    "链",
    FILE,
    (FILE, FILE),
    (FILE,),
    (("a", "1"), ("a", "2")),
)


@pytest.mark.parametrize(
    "message",
    [ChannelMessage("", ()), ChannelMessage("k-1", (FULL, Article("", "", "")))],
    ids=["empty", "full"],
)
def test_a_message_comes_back_as_it_was(message: ChannelMessage) -> None:
    assert thaw(freeze(message)) == message


@pytest.mark.parametrize("channel", PLANS)
@pytest.mark.parametrize("name", ITEMS)
def test_rendered_messages_come_back_as_they_were(render: Render, name: str, channel: str) -> None:
    message = render(ITEMS[name], channel)
    assert thaw(freeze(message)) == message
    assert freeze(thaw(freeze(message))) == freeze(message)


def test_characters_stand_as_they_are() -> None:
    assert "𠮷" in freeze(ChannelMessage("", (FULL,)))


def test_another_form_is_not_guessed() -> None:
    value = {**json.loads(freeze(ChannelMessage("", ()))), "v": 2}
    with pytest.raises(ValueError, match="form 2"):
        thaw(json.dumps(value))
