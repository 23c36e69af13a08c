"""Each entry's hash covers the one before. The caller holds the append lock and the head."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from publisher.audit.entries import (
    EPOCH_BEGUN,
    SALT_BYTES,
    Entry,
    EntryDraft,
    NotAnEntry,
    Note,
    Outcome,
    StoredEntry,
    StoredNote,
    check_log_id,
    time_text,
)

ENTRY_TAG = b"gongkai audit entry v1\n"
NO_HASH = "0" * 64
"""What stands before the first entry."""
CLOCK = "clock"
"""The fact that `seal` adds when the clock was behind the head: what the clock said."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends: its id, how many entries, the last entry's hash and time ("" when empty)."""

    log_id: str
    size: int = 0
    entry_hash: str = NO_HASH
    at: str = ""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One entry, ready to be stored in the transaction of the change it records."""

    entry: Entry
    canonical: bytes
    entry_hash: str
    prev_hash: str
    notes: tuple[Note, ...]

    @property
    def head(self) -> Head:
        """The head after this entry."""
        return Head(self.entry.log_id, self.entry.seq, self.entry_hash, self.entry.at)

    @property
    def stored(self) -> StoredEntry:
        """The row for the log's table."""
        return StoredEntry(self.entry.seq, self.canonical.decode(), self.entry_hash, self.prev_hash)

    @property
    def stored_notes(self) -> tuple[StoredNote, ...]:
        """The rows for the notes' table."""
        return tuple(StoredNote(self.entry.seq, n.name, n.salt.hex(), n.text) for n in self.notes)


def entry_hash(prev_hash: str, canonical: bytes) -> str:
    """SHA-256 over tag, the 32 bytes of the hash before, and the canonical bytes, in hexadecimal."""
    return hashlib.sha256(ENTRY_TAG + bytes.fromhex(prev_hash) + canonical).hexdigest()


def seal(
    previous: Head, draft: EntryDraft, *, at: datetime, salts: Iterable[bytes] = (), log_id: str | None = None
) -> Sealed:
    """The next entry after `previous`: sequence head + 1, time never falling.

    `at` is the business clock (aware). When it is behind the head, the entry takes the head's time
    and the fact `clock` keeps what the clock said. `salts` gives 16 random bytes for each note, in the
    order of the notes' names. `log_id` begins a new epoch and goes only with an `epoch_draft`.
    Raises `NotAnEntry`; nothing is changed then.
    """
    if (log_id is not None) != (draft.kind == EPOCH_BEGUN):
        raise NotAnEntry("新的存证编号只能由 log:epoch:begun 一条开始")
    if log_id == previous.log_id and previous.size:
        raise NotAnEntry("存证编号：新的一段要用从未用过的编号")
    notes = _notes(draft, salts)
    clock = time_text(at)
    late = clock < previous.at
    entry = Entry(
        log_id=check_log_id(previous.log_id if log_id is None else log_id),
        seq=previous.size + 1,
        at=previous.at if late else clock,
        kind=draft.kind,
        actor=draft.actor,
        subject=draft.subject,
        on_behalf_of=draft.on_behalf_of,
        os_user=draft.os_user,
        outcome=Outcome(draft.outcome).value,
        body=draft.body,
        digests=dict(draft.digests),
        facts={**draft.facts, CLOCK: clock} if late else dict(draft.facts),
        notes={note.name: note.digest() for note in notes},
    )
    canonical = entry.canonical()
    return Sealed(entry, canonical, entry_hash(previous.entry_hash, canonical), previous.entry_hash, notes)


def epoch_draft(
    previous: Head,
    *,
    actor: str,
    os_user: str = "",
    lost_size: int = 0,
    lost_root: str = "",
    reason: str = "",
) -> EntryDraft:
    """The entry that opens a log, or that goes on after a restore and says what was lost.

    After a restore, `previous` is the head that the backup holds, and `lost_size` and `lost_root`
    (hexadecimal) come from the newest checkpoint known outside: entries `previous.size + 1` to
    `lost_size` existed and are gone. Seal it with a log id that was never used before.
    """
    facts: dict[str, str] = {}
    digests: dict[str, str] = {}
    if previous.size:
        facts = {"old_log": previous.log_id, "old_size": str(previous.size)}
        digests = {"old_head": previous.entry_hash}
    if lost_size > previous.size:
        facts["lost_size"] = str(lost_size)
        if lost_root:
            digests["lost_root"] = lost_root
    return EntryDraft(
        kind=EPOCH_BEGUN,
        actor=actor,
        os_user=os_user,
        subject="log:epoch",
        digests=digests,
        facts=facts,
        notes={"reason": reason} if reason else {},
    )


def new_log_id(name: str, random_bytes: bytes) -> str:
    """A log id that is also a checkpoint's origin: the body's name, a slash, 16 hexadecimal digits."""
    if len(random_bytes) != 8:
        raise NotAnEntry("存证编号需要 8 个随机字节")
    return check_log_id(f"{name}/{random_bytes.hex()}")


def _notes(draft: EntryDraft, salts: Iterable[bytes]) -> tuple[Note, ...]:
    names = sorted(draft.notes)
    given = [bytes(salt) for _, salt in zip(names, salts, strict=False)]
    if len(given) < len(names) or any(len(salt) != SALT_BYTES for salt in given):
        raise NotAnEntry(f"附注：每条需要 {SALT_BYTES} 个随机字节")
    if len(set(given)) < len(given):
        raise NotAnEntry("附注：随机字节不能重复")
    return tuple(Note(name, draft.notes[name], salt) for name, salt in zip(names, given, strict=True))
