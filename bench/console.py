"""How long each page of the console takes with a long history beside a hundredth of it, and how often it asks."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.history import fill_history
from bench.office import seconds
from publisher.store.unit_of_work import Store
from tests.seats import Seat, seats
from tests.world import World, make_template, open_world

STAFF = {"zhou": "editor", "shi": "content_reviewer", "ji": "auditor", "guan": "administrator"}
PAGES = (  # who asks, and for what
    *(("zhou", "/"), ("shi", "/"), ("guan", "/"), ("zhou", "/items"), ("zhou", "/items?q=柳湾")),
    *(("zhou", "/items?q=-{last}"), ("zhou", "/items?q=没有这个词")),
    *(("zhou", "/items?state=released"), ("zhou", "/items?state=submitted"), ("zhou", "/items?state=draft")),
    *(
        ("zhou", "/items?after={after}"),
        ("shi", "/review"),
        ("zhou", "/calendar"),
        ("zhou", "/calendar?week=2026-W48"),
    ),
    *(("zhou", "/calendar?view=list"), ("zhou", "/postings"), ("zhou", "/postings?window=week")),
    *(("zhou", "/postings?window=all"), ("zhou", "/postings?window=week&state=out")),
    *(("zhou", "/strangers"), ("zhou", "/channels"), ("guan", "/people"), ("ji", "/audit")),
    *(("ji", "/audit?q=柳湾"), ("ji", "/audit?q=-{last}"), ("ji", "/audit?kind=system:posting:out")),
    *(("ji", "/audit?who=lu"), ("zhou", "/reports/ledger"), ("zhou", "/reports/withheld")),
    *(("zhou", "/reports/withdrawn"), ("zhou", "/reports")),
)


@dataclass(frozen=True, slots=True)
class PageFigures:
    """One page: median seconds and statements, with few and with many."""

    who: str
    path: str
    few: float
    many: float
    asked_few: int
    asked_many: int

    @property
    def ratio(self) -> float:
        """How many times as long it takes with many."""
        return self.many / self.few


@dataclass(frozen=True, slots=True)
class _Served:
    seats: dict[str, Seat]
    asked: Callable[[], int]
    words: dict[str, str]


def console_figures(few: int, many: int, *, tries: int = 7) -> list[PageFigures]:
    """Every list page over both sizes in turn, so that what else the machine does meets both."""
    with ExitStack() as stack:
        both = [stack.enter_context(_console(count)) for count in (few, many)]
        found = []
        for who, path in PAGES:
            took: list[list[float]] = [[], []]
            counts = [0, 0]
            for turn in range(tries + 1):  # the first one warms up
                for place, one in enumerate(both):
                    before, wanted = one.asked(), path.format_map(one.words)
                    spent = seconds(partial(one.seats[who].get, wanted))
                    counts[place] = one.asked() - before
                    took[place] += [spent] if turn else []
            found.append(PageFigures(who, path, *map(statistics.median, took), *counts))
        return found


def printed(figures: Sequence[PageFigures], few: int, many: int) -> str:
    """A line a page."""
    lines = [f"console, {few:,} items beside {many:,} (five postings and ten entries each), SQLite"]
    lines += [
        f"  {one.who:5s} {one.path:42s} {one.few * 1000:7.1f} ms {one.many * 1000:8.1f} ms   "
        f"times {one.ratio:5.2f}   statements {one.asked_few}/{one.asked_many}"
        for one in figures
    ]
    return "\n".join(lines)


@contextmanager
def _console(items: int) -> Iterator[_Served]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder) / "home"
        world = open_world(home, make_template(home))
        stack.callback(world.close)
        fill_history(world.office.store, items, world.clock())
        opened = stack.enter_context(seats(world, **STAFF))
        yield _Served(opened, _counter(world.office.store), _words(world, items))


def _words(world: World, items: int) -> dict[str, str]:
    with world.office.store.read() as reading:
        newest = reading.items.all_items(50)
    last = newest[-1]
    return {"last": f"{max(items - 70, 0):05d}"[:4], "after": f"{last.created_at.timestamp():.6f}-{last.id}"}


def _counter(store: Store) -> Callable[[], int]:
    """How many statements the store's connections have been asked so far."""
    count = [0]

    def one(*_: Any) -> None:
        count[0] += 1

    for engine in (store.engine, store.reader):
        sa.event.listen(engine, "before_cursor_execute", one)
    return lambda: count[0]
