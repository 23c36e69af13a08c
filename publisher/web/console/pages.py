"""Pages from templates: words, shapes and colours of every state, and times as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from publisher.domain.clocks import local
from publisher.domain.posting import ChannelState, PostingState
from publisher.resources import resource

WEEKDAYS = "一二三四五六日"

MARKS: Mapping[PostingState | ChannelState, tuple[str, str]] = {  # state → colour, shape
    PostingState.WAITING: ("stone", "waiting"),
    PostingState.QUEUED: ("stone", "queued"),
    PostingState.SENDING: ("azurite", "sending"),
    PostingState.ACCEPTED: ("azurite", "accepted"),
    PostingState.UNKNOWN: ("violet", "unknown"),
    PostingState.HELD: ("ochre", "held"),
    PostingState.BY_HAND: ("ochre", "byhandpub"),
    PostingState.FAILED: ("cinnabar", "failed"),
    PostingState.OUT: ("azurite", "published"),
    PostingState.CANCELLED: ("stone", "cancelled"),
    ChannelState.OPEN: ("malachite", "verified"),
    ChannelState.PAUSED: ("cinnabar", "failed"),
    ChannelState.FROZEN: ("ochre", "held"),
}


def day(instant: datetime) -> str:
    """`11月24日 星期二` in business time."""
    here = local(instant)
    return f"{here.month}月{here.day}日 星期{WEEKDAYS[here.weekday()]}"


def moment(instant: datetime, now: datetime) -> str:
    """`15:06` today, `11-23 16:40` this year, with the year before."""
    here, today = local(instant), local(now)
    if here.date() == today.date():
        return f"{here:%H:%M}"
    return f"{here:%m-%d %H:%M}" if here.year == today.year else f"{here:%Y-%m-%d %H:%M}"


class Pages:
    """The console's templates, filled. What a template names and is not given is an error, never an empty place."""

    def __init__(self, body_name: str, *, practice: bool) -> None:
        """`body_name` stands on each page; `practice` marks each page when a channel is a practice platform."""
        self._env = Environment(
            loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._env.globals.update(body_name=body_name, practice=practice, day=day, moment=moment, marks=MARKS)

    def page(self, name: str, **values: Any) -> str:
        """HTML text of `templates/console/<name>.html`."""
        return self._env.get_template(f"{name}.html").render(**values)


def _source(name: str) -> str:
    return resource("templates", "console", name).read_text("utf-8")
