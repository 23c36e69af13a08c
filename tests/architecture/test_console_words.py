"""Every text of the console stands in its English table, and no table holds what no page says."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import extract_from_ast

import publisher.web.console as console
from publisher.domain.nudging import NUDGES
from publisher.web.console.english import ENGLISH

TEMPLATES = Path(__file__).parents[2] / "templates" / "console"


def said_in_templates() -> dict[str, str]:
    """Each translated text with a template that says it."""
    env = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        for _, _, text in extract_from_ast(env.parse(path.read_text("utf-8"))):
            first = text[0] if isinstance(text, tuple) else text
            assert isinstance(first, str), (path.name, text)
            found[first] = path.name
    return found


def said_in_code() -> Iterator[tuple[str, str]]:
    """What tables of the rooms say: each dict `DONE` or `SAID` of a module, and each reminder."""
    for info in pkgutil.walk_packages(console.__path__, f"{console.__name__}."):
        module = importlib.import_module(info.name)
        for name in ("DONE", "SAID"):
            for text in getattr(module, name, {}).values():
                yield text, info.name
    yield from ((nudge.what, "nudging") for nudge in NUDGES.values())


def test_every_text_has_its_english() -> None:
    said = {**said_in_templates(), **dict(said_in_code())}
    assert {text: place for text, place in said.items() if text not in ENGLISH} == {}


def test_a_place_in_the_chinese_is_a_place_in_the_english() -> None:
    def places(text: str) -> list[str]:
        return sorted(part.partition(")")[0] for part in text.split("%(")[1:])

    assert [text for text, words in ENGLISH.items() if places(text) != places(words)] == []
