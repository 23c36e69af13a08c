"""The log as a list: a line an entry under its day, what was noted on a line of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from publisher.domain.clocks import shown_minute
from publisher.workflow.log_words import SHORT_CHARS, brief, entry_words, subject_words

if TYPE_CHECKING:
    from rich.console import RenderableType

    from publisher.audit.entries import StoredEntry
    from publisher.store.unit_of_work import Reading


def entry_document(reading: Reading, stored: StoredEntry, named: Callable[[str], str]) -> dict[str, Any]:
    """One entry: its facts as they are sealed, and beside them the words of the list."""
    from publisher.audit.entries import parse_entry

    entry = parse_entry(stored.canonical)
    noted = reading.log.notes(stored.seq)
    notes = {note.name: "（已抹除）" if note.text is None else note.text for note in noted}
    behalf = f"，代{named(entry.on_behalf_of)}" if entry.on_behalf_of else ""
    return {
        **asdict(entry),
        "hash": stored.entry_hash,
        "notes": notes,
        "shown_at": shown_minute(datetime.fromisoformat(entry.at)),
        "who": f"{named(entry.actor)}{behalf}",
        "words": entry_words(entry.kind, entry.outcome, entry.facts),
        "subject_shown": subject_words(entry.subject, reading.bureau),
        "notes_shown": "\n".join(brief(text) for text in notes.values()),
    }


def entries_page(entries: Iterable[Mapping[str, Any]], lang: str) -> RenderableType:
    """The list. In English accounts, kinds and subjects stand as in the log."""
    from publisher.cli.tables import grouped

    def row(entry: Mapping[str, Any]) -> tuple[list[object], str]:
        told = _english(entry) if lang == "en" else [entry[n] for n in ("who", "words", "subject_shown")]
        return [entry["seq"], entry["shown_at"][11:], *told], entry["notes_shown"]

    days = groupby(entries, key=lambda entry: str(entry["shown_at"])[:10])
    groups = [(day, [row(entry) for entry in found]) for day, found in days]
    headings = ("序号", "时间", "人", "事项", "对象")
    return grouped(headings, groups, whole=("序号", "时间", "对象"), lang=lang)


def _english(entry: Mapping[str, Any]) -> list[object]:
    kind, colon, name = str(entry["subject"]).partition(":")
    behalf = f" for {entry['on_behalf_of']}" if entry["on_behalf_of"] else ""
    return [f"{entry['actor']}{behalf}", entry["kind"], f"{kind}{colon}{name[:SHORT_CHARS]}"]
