"""The audit log's tables: append under the writer's lock, read back, checkpoints."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.audit.chain import Head, Sealed
from publisher.audit.entries import StoredEntry, StoredNote
from publisher.store import schema as t
from publisher.store.log_search import LogQuery, channel_of, search
from publisher.store.prepared import Prepared

E = t.log_entries.c
HEAD = sa.select(E.seq, E.entry_hash, E.at).order_by(E.seq.desc()).limit(1)
STREAMED = {"yield_per": 1000}
"""A long log is read piece by piece, also from a server."""
ADD_NOTE = sa.insert(t.log_notes)
before = t.log_entries.alias("before")
ADD_ENTRY = Prepared(
    sa.insert(t.log_entries).from_select(
        [column.name for column in E],
        sa.select(*(sa.bindparam(column.name, type_=column.type) for column in E)).where(
            sa.func.coalesce(sa.select(sa.func.max(before.c.seq)).scalar_subquery(), 0)
            == sa.bindparam("last"),
            sa.or_(
                sa.bindparam("last") == 0,
                sa.exists().where(
                    before.c.seq == sa.bindparam("last"), before.c.entry_hash == sa.bindparam("prev_hash")
                ),
            ),
        ),
    )
)
"""An entry after the one that it was sealed after, or nothing when that is not the last."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry as people read it: its words, not its proof."""

    seq: int
    at: datetime
    kind: str
    subject: str
    actor: str
    notes: Mapping[str, str]


class Log:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def head(self, log_id: str) -> Head:
        """Where the log ends."""
        row = self._c.execute(HEAD).first()
        if row is None:
            return Head(log_id)
        return Head(log_id, row.seq, row.entry_hash, row.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))

    def append(self, sealed: Sealed) -> bool:
        """One sealed entry with its notes. False, and nothing is written, when the log ends elsewhere."""
        entry = sealed.entry
        row = {
            "seq": entry.seq,
            "canonical": sealed.canonical.decode(),
            "entry_hash": sealed.entry_hash,
            "prev_hash": sealed.prev_hash,
            "at": datetime.fromisoformat(entry.at),
            "kind": entry.kind,
            "subject": entry.subject,
            "actor": entry.actor,
            "channel": channel_of(entry),
            "outcome": entry.outcome,
            "last": entry.seq - 1,
        }
        if ADD_ENTRY.changed(self._c, row) == 0:
            return False
        for note in sealed.stored_notes:
            values = {"seq": note.seq, "name": note.name, "salt": note.salt, "text": note.text}
            self._c.execute(ADD_NOTE, values)
        return True

    def entries(
        self, *, first: int = 1, subject: str = "", kind: str = "", limit: int = 0
    ) -> Iterator[StoredEntry]:
        """Stored entries in order of their number."""
        e = t.log_entries.c
        query = sa.select(e.seq, e.canonical, e.entry_hash, e.prev_hash).where(e.seq >= first).order_by(e.seq)
        if subject:
            query = query.where(e.subject == subject)
        if kind:
            query = query.where(e.kind == kind)
        if limit:
            query = query.limit(limit)
        for row in self._c.execute(query, execution_options=STREAMED):
            yield StoredEntry(row.seq, row.canonical, row.entry_hash, row.prev_hash)

    def newest(self, count: int) -> list[StoredEntry]:
        """The last `count` entries, oldest of them first."""
        e = t.log_entries.c
        query = sa.select(e.seq, e.canonical, e.entry_hash, e.prev_hash).order_by(e.seq.desc()).limit(count)
        rows = [
            StoredEntry(row.seq, row.canonical, row.entry_hash, row.prev_hash)
            for row in self._c.execute(query)
        ]
        return rows[::-1]

    def story(self, subjects: Collection[str], limit: int) -> list[LogLine]:
        """What was recorded of these subjects, newest first, with the notes that are not erased."""
        e, n = t.log_entries.c, t.log_notes.c
        query = sa.select(e.seq, e.at, e.kind, e.subject, e.actor).where(e.subject.in_(subjects))
        rows = self._c.execute(query.order_by(e.seq.desc()).limit(limit)).all()
        notes: dict[int, dict[str, str]] = {}
        wanted = sa.select(n.seq, n.name, n.text).where(
            n.seq.in_([row.seq for row in rows]), n.text.is_not(None)
        )
        for seq, name, text in self._c.execute(wanted):
            notes.setdefault(seq, {})[name] = text
        return [LogLine(*row, notes.get(row.seq, {})) for row in rows]

    def newest_of(self, subjects: Collection[str], kind: str) -> list[StoredEntry]:
        """The newest entry of one kind about each of these subjects, in order of their number."""
        e = t.log_entries.c
        newest = (
            sa.select(sa.func.max(e.seq)).where(e.subject.in_(subjects), e.kind == kind).group_by(e.subject)
        )
        query = sa.select(e.seq, e.canonical, e.entry_hash, e.prev_hash).where(e.seq.in_(newest))
        return _stored(self._c.execute(query.order_by(e.seq)))

    def newest_about(self, subject: str, count: int) -> list[StoredEntry]:
        """The last `count` entries about one subject, newest first."""
        e = t.log_entries.c
        query = sa.select(e.seq, e.canonical, e.entry_hash, e.prev_hash).where(e.subject == subject)
        return _stored(self._c.execute(query.order_by(e.seq.desc()).limit(count)))

    def notes_of(self, seqs: Collection[int]) -> dict[int, dict[str, str | None]]:
        """The notes of these entries by number and name; None in the place of erased words."""
        n = t.log_notes.c
        found: dict[int, dict[str, str | None]] = {}
        for row in self._c.execute(sa.select(n.seq, n.name, n.text).where(n.seq.in_(seqs))):
            found.setdefault(row.seq, {})[row.name] = row.text
        return found

    def entry(self, seq: int) -> StoredEntry | None:
        """One stored entry by its number."""
        row = self._c.execute(
            sa.select(E.seq, E.canonical, E.entry_hash, E.prev_hash).where(E.seq == seq)
        ).first()
        return None if row is None else StoredEntry(*row)

    def search(self, wanted: LogQuery) -> list[StoredEntry]:
        """A page of what is wanted, newest first."""
        return search(self._c, wanted)

    def stored_notes(self, seqs: Collection[int]) -> list[StoredNote]:
        """Notes of these entries, in order."""
        n = t.log_notes.c
        query = sa.select(n.seq, n.name, n.salt, n.text).where(n.seq.in_(seqs)).order_by(n.seq, n.name)
        return [StoredNote(*row) for row in self._c.execute(query)] if seqs else []

    def notes(self, seq: int | None = None) -> Iterator[StoredNote]:
        """Notes of one entry, or all in order."""
        n = t.log_notes.c
        query = sa.select(n.seq, n.name, n.salt, n.text).order_by(n.seq, n.name)
        if seq is not None:
            query = query.where(n.seq == seq)
        for row in self._c.execute(query, execution_options=STREAMED):
            yield StoredNote(row.seq, row.name, row.salt, row.text)

    def erase_note(self, seq: int, name: str) -> None:
        """Words and salt go; the row and the entry's digest of it stay. The caller records the erasing."""
        n = t.log_notes.c
        self._c.execute(sa.update(t.log_notes).where(n.seq == seq, n.name == name).values(text=None, salt=""))

    def hashes(self) -> list[str]:
        """Every entry hash in order, hexadecimal."""
        return list(
            self._c.execute(sa.select(t.log_entries.c.entry_hash).order_by(t.log_entries.c.seq)).scalars()
        )

    def add_checkpoint(self, size: int, note: str, at: datetime) -> None:
        """Keep a signed checkpoint; one a size."""
        self._c.execute(sa.insert(t.log_checkpoints).values(size=size, note=note, at=at))

    def checkpoints(self) -> list[str]:
        """Signed notes, smallest size first."""
        c = t.log_checkpoints.c
        return list(self._c.execute(sa.select(c.note).order_by(c.size)).scalars())

    def last_checkpoint(self) -> str:
        """The newest signed note; "" when there is none."""
        c = t.log_checkpoints.c
        return self._c.execute(sa.select(c.note).order_by(c.size.desc()).limit(1)).scalar() or ""

    def signed_at(self, size: int) -> datetime | None:
        """When the checkpoint of this size was signed."""
        c = t.log_checkpoints.c
        return self._c.execute(sa.select(c.at).where(c.size == size)).scalar()

    def newest_checkpoint(self) -> tuple[int, datetime] | None:
        """Size and time of the newest checkpoint."""
        c = t.log_checkpoints.c
        row = self._c.execute(sa.select(c.size, c.at).order_by(c.size.desc()).limit(1)).first()
        return None if row is None else (row.size, row.at)


def _stored(rows: Iterable[Any]) -> list[StoredEntry]:
    return [StoredEntry(row.seq, row.canonical, row.entry_hash, row.prev_hash) for row in rows]
