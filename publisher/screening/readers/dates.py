"""Days and instants as people write them in headers and under documents. Nothing ambiguous is decided."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

BEIJING = "Asia/Shanghai"
YEARS = range(1949, 2101)
NUMERALS = dict(zip("〇○零一二三四五六七八九", "000123456789", strict=True))

SEPARATED = re.compile(r"([12][0-9]{3})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
WORDED = re.compile(r"([12][0-9]{3})年([0-9]{1,2})月([0-9]{1,2})[日号號]")
NUMERAL = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号號]"
)
BARE = re.compile(r"([12][0-9]{3})([0-9]{2,4})")
CLOCK = re.compile(r"([0-9]{1,2})(?::|时|時)([0-9]{2})(?::([0-9]{2})|分)?")


def read_day(words: str) -> date | None:
    """The day of `2026-11-20`, `2026/11/20`, `2026.11.20`, `2026年11月20日` or `二〇二六年十一月二十日`.

    None for any other form. Raises `ValueError` for a day that is not in the calendar (2026-02-30).
    """
    compact = "".join(words.split())
    if match := SEPARATED.fullmatch(compact):
        return date(int(match[1]), int(match[3]), int(match[4]))
    if match := WORDED.fullmatch(compact):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := NUMERAL.fullmatch(compact):
        year = int("".join(NUMERALS[c] for c in match[1]))
        return date(year, _small_number(match[2]), _small_number(match[3]))
    return None


def day_readings(words: str) -> tuple[date, ...]:
    """Every day that a line consisting of a date alone can mean, in order; empty when it is no date.

    Also reads digits whose 年月日 were lost (`2019312`): each split into month and day that the calendar
    and the years 1949 to 2100 allow is a reading, and more than one is a question for a person.
    """
    try:
        day = read_day(words)
    except ValueError:
        return ()
    if day:
        return (day,) if day.year in YEARS else ()
    match = BARE.fullmatch("".join(words.split()))
    if not match or int(match[1]) not in YEARS:
        return ()
    rest = match[2]
    splits = ((rest[:cut], rest[cut:]) for cut in (1, 2) if 1 <= len(rest) - cut <= 2)
    found = {day for month, number in splits if (day := _day(int(match[1]), int(month), int(number)))}
    return tuple(sorted(found))


def read_instant(words: str) -> datetime | None:
    """The instant (aware, UTC) of `2026-11-20 09:30` in Beijing time, with seconds or `+08:00` if written.

    None for any other form, a day alone included. Raises `ValueError` for impossible days or times.
    """
    text = words.strip()
    day_words, _, clock_words = text.replace("T", " ").replace("日", "日 ").partition(" ")
    day, clock = read_day(day_words), CLOCK.fullmatch(clock_words.strip())
    if day and clock:
        at = time(int(clock[1]), int(clock[2]), int(clock[3] or 0))
        return as_instant(datetime.combine(day, at))
    if day and clock_words.strip():
        return as_instant(datetime.fromisoformat(text))
    return None


def as_instant(moment: datetime) -> datetime:
    """The same moment, aware, UTC; without a zone it is Beijing time."""
    return in_beijing(moment).astimezone(UTC)


def in_beijing(moment: datetime) -> datetime:
    """The same moment, aware, in Beijing time; without a zone it is Beijing time already."""
    zone = ZoneInfo(BEIJING)
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def _small_number(numerals: str) -> int:
    """1 to 99 in Chinese: 十, 十一, 二十, 二十一."""
    tens, ten, ones = numerals.rpartition("十")
    if not ten:
        tens, ones = "零", numerals
    if len(tens) > 1 or len(ones) > 1 or "十" in tens + ones:
        raise ValueError("not a number below one hundred")
    return int(NUMERALS[tens or "一"]) * 10 + int(NUMERALS[ones or "零"])


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
