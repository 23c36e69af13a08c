"""The announced working calendar, from the package that carries it."""

from __future__ import annotations

from publisher.domain.clocks import WorkCalendar


def announced_calendar() -> WorkCalendar:
    """Holidays and make-up working days as far as they are announced. Costs one import, so only on use."""
    from chinese_calendar import constants

    exceptions = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
    years = [day.year for day in exceptions]
    return WorkCalendar(min(years), max(years), exceptions)
