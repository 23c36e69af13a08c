"""Pages from templates, in Chinese and English: words, shapes and colours of states, times as people read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from publisher.domain.clocks import local
from publisher.domain.errors import Problem, Refused
from publisher.domain.labels import field_label
from publisher.domain.people import ACT_LABELS, ROLE_LABELS, VIEW_LABELS
from publisher.resources import resource
from publisher.web.console.english import ENGLISH
from publisher.web.console.marks import DRAFT, label_of, mark_of

LANGS = ("zh", "en")
WEEKDAYS = "一二三四五六日"
CHINESE = re.compile(r"[㐀-鿿]")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def day(instant: datetime | date, lang: str = "zh") -> str:
    """`11月24日 星期二` in business time; `Tue 24 Nov` in English."""
    here = local(instant) if isinstance(instant, datetime) else instant
    if lang == "en":
        return f"{DAYS[here.weekday()]} {here.day} {MONTHS[here.month - 1]}"
    return f"{here.month}月{here.day}日 星期{WEEKDAYS[here.weekday()]}"


def moment(instant: datetime, now: datetime) -> str:
    """`15:06` today, `11-23 16:40` this year, with the year before."""
    here, today = local(instant), local(now)
    if here.date() == today.date():
        return f"{here:%H:%M}"
    return f"{here:%m-%d %H:%M}" if here.year == today.year else f"{here:%Y-%m-%d %H:%M}"


def second(instant: datetime, now: datetime) -> str:
    """The same with seconds, for logs and steps."""
    return f"{moment(instant, now)}:{local(instant):%S}"


def digits(number: int) -> str:
    """48,213."""
    return f"{number:,}"


def short(digest: str) -> str:
    """The two ends of a digest: `7f3a 91c2 … e04b`."""
    return f"{digest[:4]} {digest[4:8]} … {digest[-4:]}" if len(digest) > 16 else digest


def channel_marks(labels: Iterable[str]) -> dict[str, str]:
    """One character of each name, the first that no name before it has; its first where none is left."""
    marks: dict[str, str] = {}
    for label in labels:
        free = (char for char in label if char not in marks.values())
        marks[label] = next(free, label[:1])
    return marks


def english(chinese: str) -> str:
    """The English of a text of ours; the Chinese itself where the table has none (a test finds those)."""
    return ENGLISH.get(chinese, chinese)


def many(one: str, several: str, number: int) -> str:
    """Plural forms are not used: the tables say `item(s)` where it matters."""
    return english(one if number == 1 else several)


class Pages:
    """The console's templates, filled. What a template names and is not given is an error, never an empty place."""

    def __init__(self, body_name: str, labels: Iterable[str], *, practice: bool) -> None:
        """`body_name` stands on each page; `practice` marks each page when a channel is a practice platform.

        `labels` are the channels' names: each gets one character of its own as its mark.
        """
        marks = channel_marks(labels)
        self._envs = {lang: _environment(lang, body_name, marks, practice=practice) for lang in LANGS}

    def page(self, name: str, *, lang: str, **values: Any) -> str:
        """HTML text of `templates/console/<name>.html` in `zh` or `en`."""
        return self._envs[lang].get_template(f"{name}.html").render(**values)


def _environment(lang: str, body_name: str, marks: Mapping[str, str], *, practice: bool) -> Environment:
    env = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    said: Callable[[str], str] = english if lang == "en" else str
    env.install_gettext_callables(  # type: ignore[attr-defined]
        said, many if lang == "en" else (lambda one, _several, _number: one), newstyle=True
    )
    env.globals.update(
        body_name=body_name,
        practice=practice,
        lang=lang,
        day=lambda instant: day(instant, lang),
        moment=moment,
        second=second,
        digits=digits,
        short=short,
        mark=mark_of,
        draft_mark=DRAFT,
        chinese=lambda state: label_of(state, "zh"),
        label=lambda state: label_of(state, lang),
        said=lambda chinese: said(str(chinese)),
        zh=lambda text: as_written(text, lang),
        field_label=lambda name: said(field_label(name)),
        problems=lambda why: problem_lines(why, lang),
        role_label=lambda role: _word(ROLE_LABELS, role, lang),
        act_label=lambda act: _word(ACT_LABELS, act, lang),
        view_label=lambda view: _word(VIEW_LABELS, view, lang).capitalize(),
        channel_mark=lambda label: marks.get(label, label[:1]),
    )
    return env


def as_written(text: object, lang: str) -> Markup:
    """Words of people, platforms and the record, as they are; on an English page marked as Chinese where they are."""
    words = str(text)
    if lang == "en" and CHINESE.search(words):
        return Markup('<span lang="zh-CN">{}</span>').format(words)
    return escape(words)


def _word(labels: Mapping[Any, str], word: StrEnum, lang: str) -> str:
    return word.value.replace("_", " ") if lang == "en" else labels[word]


def problem_lines(why: Refused | Problem, lang: str) -> list[tuple[str, str]]:
    """What was refused and what is allowed, a pair a problem; in English the problem's own English words."""
    problems = why.problems if isinstance(why, Refused) else (why,)
    if lang == "en":
        return [(p.english or p.why, "" if CHINESE.search(p.allowed) else p.allowed) for p in problems]
    return [
        (f"{field_label(p.field)}：{p.why}" if p.field and p.field != "actor" else p.why, p.allowed)
        for p in problems
    ]


def _source(name: str) -> str:
    return resource("templates", "console", name).read_text("utf-8")
