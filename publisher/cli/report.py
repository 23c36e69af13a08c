"""`publisher report`: the ledger 台账, for people and as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.command import Command
from publisher.cli.english import state_words
from publisher.cli.outfile import new_file
from publisher.cli.shell import Shell
from publisher.domain.clocks import BEIJING, business_day
from publisher.domain.errors import Reason, refuse
from publisher.domain.part import PART_LABELS
from publisher.domain.posting import POSTING_LABELS
from publisher.workflow.people_words import people_words
from publisher.workflow.sheets import COLUMNS, csv_pieces, for_people

if TYPE_CHECKING:
    from publisher.workflow.report import LedgerLine

STATES = {label: state for labels in (POSTING_LABELS, PART_LABELS) for state, label in labels.items()}
SHOWN = ("channel", "state", "out_at", "verified_at", "days_late")


def ledger(
    shell: Shell,
    since: Annotated[str, typer.Option("--from")] = "",
    until: Annotated[str, typer.Option("--to")] = "",
    csv: Annotated[Path | None, typer.Option("--csv")] = None,
) -> None:
    """Every posting planned from the first day to the last, both included; this year when no day is given."""
    from publisher.cli.tables import grouped
    from publisher.workflow.report import ledger as report

    with shell.reading() as (office, reading):
        today = business_day(office.now())
        first = _day("from", since) if since else date(today.year, 1, 1)
        last = _day("to", until) if until else today
        lines = list(report(reading, _midnight(first), _midnight(last + timedelta(days=1))))
        named = people_words(reading)
    if csv is not None:
        _write(csv, (for_people(line, named) for line in lines))
    document = {"from": first, "to": last, "lines": lines, "csv": csv}
    headings = [COLUMNS[name] for name in SHOWN]
    title = shell.say(f"台账 {first} 至 {last}", f"ledger from {first} to {last}")
    shell.show(document, lambda: grouped(headings, _by_item(lines, shell.lang), title=title, lang=shell.lang))


def _by_item(lines: Iterable[LedgerLine], lang: str) -> list[tuple[str, list[tuple[list[object], str]]]]:
    """The lines under index number and title of their item, items in the order of their first line."""
    groups: dict[str, list[tuple[list[object], str]]] = {}
    for line in lines:
        shown = replace(line, state=state_words(STATES.get(line.state, line.state), line.state, lang))
        row: list[object] = [getattr(shown, name) for name in SHOWN]
        groups.setdefault(f"{line.index_no}  {line.title}", []).append((row, ""))
    return list(groups.items())


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as why:
        raise refuse(
            Reason.BAD_INPUT,
            f"“{text}”不是日期",
            field=field,
            allowed="YYYY-MM-DD",
            english=f"{text} is not a date",
        ) from why


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING).astimezone(UTC)


def _write(path: Path, lines: Iterable[LedgerLine]) -> None:
    """Comma-separated, UTF-8 with the mark that spreadsheets look for. Never overwrites."""
    with new_file(path) as write:
        for piece in csv_pieces(lines):
            write(piece)


COMMANDS = (Command("report ledger", ledger),)
