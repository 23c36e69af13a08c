"""The announced working calendar: from the package that carries it, and from a file of the home folder."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from publisher.domain.clocks import WorkCalendar
from publisher.domain.errors import Problem
from publisher.settings import SettingsRefused

FILE_NAME = "holidays.toml"
"""Holidays 放假 and make-up working days 调休上班 of years that the package does not know yet."""

LONGEST = 366


def announced_calendar(home: Path | None = None, changed: Mapping[str, Any] | None = None) -> WorkCalendar:
    """Holidays and make-up working days as far as they are announced. Costs one import, so only on use.

    `<home>/holidays.toml` adds years; those of `changed`, written in the console in the same form, go before the
    file's. Raises `SettingsRefused` for years with faults.
    """
    from chinese_calendar import constants

    exceptions = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
    years = [day.year for day in exceptions]
    first, last = min(years), max(years)
    rows = years_in(home)
    if changed:
        written = {row.get("year") for row in changed["years"]}
        rows = [*(row for row in rows if row.get("year") not in written), *changed["years"]]
    if rows:
        for year, days in _years(rows, first, last).items():
            exceptions |= days
            last = max(last, year)
    return WorkCalendar(first, last, exceptions)


def years_in(home: Path | None) -> list[dict[str, Any]]:
    """The years of the home folder's file as they stand there; none without a file."""
    if home is None or not (home / FILE_NAME).exists():
        return []
    path = home / FILE_NAME
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as why:
        raise SettingsRefused(Problem(FILE_NAME, f"读不懂：{why}", "TOML 格式", "not TOML")) from why
    rows = raw.get("years")
    if not isinstance(rows, list) or not rows or set(raw) != {"years"}:
        raise SettingsRefused(Problem(FILE_NAME, "没有年份", "[[years]]，每年一段", "needs [[years]]"))
    return rows


def _years(rows: Sequence[Mapping[str, Any]], first: int, last: int) -> dict[int, dict[date, bool]]:
    """The years, each with its exceptions; years follow one another without a gap."""
    problems: list[Problem] = []
    years: dict[int, dict[date, bool]] = {}
    for at, row in enumerate(rows, 1):
        place = f"{FILE_NAME}：第 {at} 段"
        year = row.get("year")
        if not isinstance(year, int) or year in years or not first <= year <= last + len(rows):
            problems.append(_problem(place, "年份不对", f"{first} 至 {last + len(rows)}，每年一段"))
            continue
        if not row.get("source") or set(row) - {"year", "source", "holidays", "workdays"}:
            problems.append(_problem(place, "要写明依据", "year、source、holidays、workdays"))
        years[year] = _days(place, year, row, problems)
    missing = [year for year in range(last + 1, max(years, default=last)) if year not in years]
    if missing:
        problems.append(_problem(FILE_NAME, f"缺 {missing[0]} 年", "年份要连续"))
    if problems:
        raise SettingsRefused(*problems)
    return dict(sorted(years.items()))


def _days(place: str, year: int, row: Mapping[str, Any], problems: list[Problem]) -> dict[date, bool]:
    """The exceptions of one year; a fault is added to `problems`."""
    days: dict[date, bool] = {}
    for key, works in (("holidays", False), ("workdays", True)):
        for text in row.get(key, ()):
            listed = list(_span(str(text)))
            if not listed or any(day.year != year for day in listed):
                why, allowed = f"“{text}”不是 {year} 年的日期", f"{year}-10-01/{year}-10-07"
                problems.append(_problem(f"{place} {key}", why, allowed))
            for day in listed:
                if day in days:
                    problems.append(_problem(f"{place} {key}", f"{day} 写了两次", "每天只写一次"))
                if works and day.weekday() < 5:
                    problems.append(
                        _problem(f"{place} {key}", f"{day} 本来就是工作日", "调休上班的周六、周日")
                    )
                days[day] = works
    if False not in days.values():
        problems.append(_problem(f"{place} holidays", "没有放假的日子", "国务院办公厅通知里的各个假期"))
    return days


def _span(text: str) -> Iterable[date]:
    first, _, last = text.partition("/")
    try:
        begin, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError:
        return ()
    if not 0 <= (end - begin).days < LONGEST:
        return ()
    return tuple(date.fromordinal(day) for day in range(begin.toordinal(), end.toordinal() + 1))


def _problem(place: str, why: str, allowed: str) -> Problem:
    return Problem(place, why, allowed, f"{place}: cannot be used")
