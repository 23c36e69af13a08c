"""Instants as staff write them, and as they stand in official texts. Beijing time throughout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

CHINESE = re.compile(
    r"(?:(\d{4})年)?\s*(\d{1,2})月\s*(\d{1,2})日\s*(?:(\d{1,2})时(?:(\d{1,2})分)?|(\d{1,2}):(\d{2}))"
)
LEAP_YEAR = 2024  # stands in where no year is written, so that 29 February is a day


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and time of Beijing. `year` is 0 where none is written."""

    year: int
    month: int
    day: int
    hour: int
    minute: int


def moment(text: str) -> Moment | None:
    """Reads `2026-07-08 14:00`, `2026-07-08T06:00Z`, `2026年7月8日14时`, `7月8日14:05`; None for anything else.

    A date without a time is no instant.
    """
    text = text.strip()
    found = CHINESE.fullmatch(text)
    if found:
        year, month, day, hour, minute, hour2, minute2 = (int(part or 0) for part in found.groups())
        made = Moment(year, month, day, hour or hour2, minute or minute2)
        return made if _exists(made) else None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) <= len("2026-07-08"):
        return None
    value = value.astimezone(ZoneInfo("Asia/Shanghai")) if value.tzinfo else value
    return Moment(value.year, value.month, value.day, value.hour, value.minute)


def _exists(made: Moment) -> bool:
    try:
        datetime(made.year or LEAP_YEAR, made.month, made.day, made.hour, made.minute)  # noqa: DTZ001 - only a check
    except ValueError:
        return False
    return True


def stamp(made: Moment) -> str:
    """07月08日14时00分, as the first line of a warning has it (rules.md 16.10)."""
    return f"{made.month:02}月{made.day:02}日{made.hour:02}时{made.minute:02}分"


def spoken(made: Moment) -> str:
    """7月8日18时, with minutes only where there are some."""
    minutes = f"{made.minute:02}分" if made.minute else ""
    return f"{made.month}月{made.day}日{made.hour}时{minutes}"


def clock(made: Moment) -> str:
    """7月8日22:00."""
    return f"{made.month}月{made.day}日{made.hour}:{made.minute:02}"


def with_year(made: Moment, words: str) -> str:
    """The words with the year before them, where one is known."""
    return f"{made.year}年{words}" if made.year else words
