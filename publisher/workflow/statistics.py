"""Statistics 统计: what was disclosed in a period, in time or late, by month, unit, kind and channel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from publisher.domain.clocks import BEIJING
from publisher.domain.order import OrderKind
from publisher.store.figures import ChannelCell, DisclosedCell, Scope
from publisher.store.unit_of_work import Reading


@dataclass(frozen=True, slots=True)
class Period:
    """Days in business time, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """When the first day begins, UTC."""
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        """When the day after the last begins, UTC."""
        return midnight(self.last + timedelta(days=1))

    def months(self) -> list[date]:
        """The first day of each month that the period touches, in order."""
        month, found = self.first.replace(day=1), []
        while month <= self.last:
            found.append(month)
            month = (month + timedelta(days=32)).replace(day=1)
        return found

    def year_before(self) -> Period:
        """The same days a year earlier; 29 February becomes the 28th."""
        return Period(_year_before(self.first), _year_before(self.last))


@dataclass(frozen=True, slots=True)
class Counted:
    """One row of a table: its name in the data and for people, items disclosed, how many of them late."""

    name: str
    label: str
    items: int
    late: int

    @property
    def in_time(self) -> int:
        """Not later than the last day of the limit."""
        return self.items - self.late


@dataclass(frozen=True, slots=True)
class Outlet:
    """One channel: postings out, how many of them were seen as approved, how many out after the limit."""

    name: str
    label: str
    out: int
    verified: int
    late: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of one period. `slowest_removal` in minutes, None where nothing was removed."""

    period: Period
    items: int
    late: int
    items_year_before: int
    months: tuple[tuple[date, int], ...]
    units: tuple[Counted, ...]
    kinds: tuple[Counted, ...]
    channels: tuple[Outlet, ...]
    corrections: int
    withdrawals: int
    slowest_removal: int | None

    @property
    def in_time(self) -> int:
        """Items whose first day out was not after their limit."""
        return self.items - self.late

    @property
    def out(self) -> int:
        """Postings that went out."""
        return sum(one.out for one in self.channels)

    @property
    def verified(self) -> int:
        """Of those, how many were seen as approved."""
        return sum(one.verified for one in self.channels)


def statistics(reading: Reading, period: Period, *, unit: str = "", channel: str = "") -> Statistics:
    """Count [first, last] of a period, for one unit or all, on one channel or all.

    An item counts once, on the first day it was out; its corrections do not count again. With a channel, its
    first day out there counts.
    """
    scope = Scope(period.since, period.until, unit, channel)
    months = period.months()
    cells = reading.figures.disclosed(scope, [midnight(month) for month in months[1:]])
    orders = reading.figures.orders(scope)
    before = period.year_before()
    per_month = Counter[int]()
    for cell in cells:
        per_month[cell.month] += cell.items
    return Statistics(
        period=period,
        items=sum(cell.items for cell in cells),
        late=sum(cell.items for cell in cells if cell.late),
        items_year_before=reading.figures.disclosed_in_all(Scope(before.since, before.until, unit, channel)),
        months=tuple((month, per_month[place]) for place, month in enumerate(months)),
        units=_counted(cells, lambda cell: cell.unit, lambda name: unit_label(reading, name)),
        kinds=_counted(cells, lambda cell: cell.kind, lambda name: kind_label(reading, name)),
        channels=_outlets(reading, reading.figures.channels(scope)),
        corrections=orders.get(OrderKind.CORRECT, 0),
        withdrawals=orders.get(OrderKind.WITHDRAW, 0),
        slowest_removal=max((_minutes(a, b) for a, b in reading.figures.removals(scope)), default=None),
    )


def unit_label(reading: Reading, unit: str) -> str:
    """A unit's name; that of the bureau itself for what no unit wrote."""
    return reading.bureau.units.get(unit, unit) or reading.bureau.name


def kind_label(reading: Reading, kind: str) -> str:
    """What people call a kind of items."""
    known = reading.bureau.kinds.get(kind)
    return known.label if known else kind


def midnight(day: date) -> datetime:
    """When a day of business time begins, UTC."""
    return datetime.combine(day, time(), BEIJING).astimezone(UTC)


def _counted(
    cells: Iterable[DisclosedCell], of: Callable[[DisclosedCell], str], label: Callable[[str], str]
) -> tuple[Counted, ...]:
    items, late = Counter[str](), Counter[str]()
    for cell in cells:
        items[of(cell)] += cell.items
        late[of(cell)] += cell.items if cell.late else 0
    ranked = sorted(items.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Counted(name, label(name), n, late[name]) for name, n in ranked)


def _outlets(reading: Reading, cells: Iterable[ChannelCell]) -> tuple[Outlet, ...]:
    found: Mapping[str, ChannelCell] = {cell.channel: cell for cell in cells}
    names = [name for name in reading.bureau.channels if name in found]
    names += sorted(set(found) - set(names))
    return tuple(
        Outlet(name, reading.bureau.label(name), found[name].out, found[name].verified, found[name].late)
        for name in names
    )


def _minutes(ordered_at: datetime, gone_at: datetime) -> int:
    return -(-int((gone_at - ordered_at).total_seconds()) // 60)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
