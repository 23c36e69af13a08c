"""Rendered messages, word for word. `GOLDEN=write` before the command writes them anew; look at the difference then.

Of the portal's page only what the message says about it is kept here: the page itself belongs to the portal.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from publisher.render.limits import limits
from tests.unit.render.conftest import PLANS, PROFILES, Render
from tests.unit.render.items import ITEMS

FOLDER = Path(__file__).parents[2] / "golden" / "render"
WRITE = "GOLDEN"


def compare(path: Path, text: str) -> None:
    if os.environ.get(WRITE) == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("channel", PLANS)
@pytest.mark.parametrize("name", ITEMS)
def test_a_message_is_the_one_that_was_looked_at(render: Render, name: str, channel: str) -> None:
    message = render(ITEMS[name], channel)
    value = asdict(message.articles[0])
    body = value.pop("body")
    compare(FOLDER / f"{name}.{channel}.json", json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    if channel != "portal":
        ending = "txt" if channel == "weibo" else "html"
        compare(FOLDER / f"{name}.{channel}.{ending}", body + "\n")
    assert limits(message, PROFILES[channel], PLANS[channel]) == []
