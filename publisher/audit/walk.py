"""One pass over the rows of a log: each entry's own hash, its place, its link, its fields, its notes.

The rules that name the first bad entry stand in `docs/specs/audit-log.md`, section 9, in this order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from publisher.audit.chain import NO_HASH, entry_hash
from publisher.audit.entries import (
    EPOCH_BEGUN,
    NOTE_ERASED,
    VERSION,
    Entry,
    StoredEntry,
    StoredNote,
    note_digest,
    parse_entry,
)
from publisher.audit.verdict import ErasedNote, Loss, Problem, Reason

MOST_PROBLEMS = 200
"""Enough to see the kind of damage; the first bad entry is always among them."""


@dataclass(slots=True)
class Epoch:
    """Entries `first` and following carry this log id; `loss` is what the restore before it said it lost."""

    log_id: str
    first: int
    lost_size: int = 0
    lost_root: str = ""


@dataclass(slots=True)
class Notes:
    """Pairs what entries claim of their notes with the notes' rows, in whatever order they come."""

    problems: list[Problem] = field(default_factory=list)
    _claims: dict[tuple[int, str], str] = field(default_factory=dict)
    _loose: dict[tuple[int, str], StoredNote] = field(default_factory=dict)
    _erased: list[tuple[int, str]] = field(default_factory=list)
    _orders: dict[tuple[str, str], int] = field(default_factory=dict)

    def claim(self, entry: Entry) -> None:
        """Takes what an entry says about its notes."""
        for name, digest in entry.notes.items():
            row = self._loose.pop((entry.seq, name), None)
            if row is None:
                self._claims[entry.seq, name] = digest
            else:
                self._compare(row, digest)

    def order(self, entry: Entry) -> None:
        """Takes what an entry says about a note that was erased."""
        if entry.kind == NOTE_ERASED:
            self._orders[entry.facts.get("entry", ""), entry.facts.get("note", "")] = entry.seq

    def take(self, row: StoredNote) -> None:
        """Takes one note's row."""
        digest = self._claims.pop((row.seq, row.name), None)
        if digest is None:
            self._loose[row.seq, row.name] = row
        else:
            self._compare(row, digest)

    def finish(self, before: float) -> tuple[ErasedNote, ...]:
        """What was erased; whatever found no partner becomes a problem. Entries from `before` on are left out."""
        for seq, name in self._claims:
            self._found(Reason.NOTE_MISSING, seq, name)
        for seq, name in self._loose:
            self._found(Reason.NOTE_MISMATCH, seq, name)
        erased = []
        for seq, name in sorted(self._erased):
            order = self._orders.get((str(seq), name), 0)
            erased.append(ErasedNote(seq, name, order if order > seq else None))
            if order <= seq:
                self._found(Reason.NOTE_ERASED_SILENTLY, seq, name)
        self.problems = [problem for problem in self.problems if problem.seq < before]
        return tuple(note for note in erased if note.seq < before)

    def _compare(self, row: StoredNote, digest: str) -> None:
        if row.text is None:
            self._erased.append((row.seq, row.name))
            return
        try:
            same = note_digest(row.name, row.text, bytes.fromhex(row.salt)) == digest
        except ValueError:
            same = False
        if not same:
            self._found(Reason.NOTE_MISMATCH, row.seq, row.name)

    def _found(self, reason: Reason, seq: int, name: str) -> None:
        self.problems.append(Problem(reason, seq, detail=name))


@dataclass(slots=True)
class Walk:
    """What is known after the rows so far. `leaves` holds the hashes of the good entries, 32 bytes each.

    `longest_known` is the largest size that anyone has witnessed; a shorter log was cut.
    """

    problems: list[Problem] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)
    epochs: list[Epoch] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    leaves: bytearray = field(default_factory=bytearray)
    entries: int = 0
    newer: int = 0
    last_hash: str = NO_HASH
    broken: bool = False
    longest_known: int = 0
    _last_at: str = ""
    _gap: Problem | None = None
    _mixed_logs: bool = False
    _break_at: float = inf

    @property
    def place(self) -> int:
        """The sequence number that the next good entry must have."""
        return len(self.leaves) // 32 + 1

    @property
    def log_id(self) -> str:
        """The log id of the newest epoch so far ("" before the first entry)."""
        return self.epochs[-1].log_id if self.epochs else ""

    def take(self, row: StoredEntry) -> None:
        """Takes the next entry's row."""
        self.entries += 1
        try:
            entry, why = parse_entry(row.canonical), ""
        except ValueError as error:
            entry, why = None, str(error)
        seq = row.seq if entry is None else entry.seq
        if not self.broken:
            self._place(row, entry, seq, why)
        elif self._gap is not None and seq == self._gap.seq:
            self._gap = Problem(Reason.REORDERED, seq)
        if entry is not None:
            self.notes.order(entry)
            if not self.broken:
                self.notes.claim(entry)

    def finish(self) -> tuple[ErasedNote, ...]:
        """Closes the pass: an open gap is decided, the notes are settled. Gives the erased notes."""
        if self._gap is not None:
            self._found(self._gap)
        erased = self.notes.finish(self._break_at)
        self.problems.extend(self.notes.problems[:MOST_PROBLEMS])
        return erased

    def _place(self, row: StoredEntry, entry: Entry | None, seq: int, why: str) -> None:
        own, place = _own_hash(row), self.place
        if own != row.entry_hash:
            self._break(Problem(Reason.CHANGED, place), open_gap=seq != place)
        elif seq != place:
            missing = Problem(Reason.MISSING, place, seq - 1)
            self._break(missing if seq > place else Problem(Reason.REORDERED, place), open_gap=True)
        elif row.seq != place:
            self._break(Problem(Reason.REORDERED, place))
        elif row.prev_hash != self.last_hash:
            self._break(Problem(Reason.CHANGED, max(place - 1, 1)))
            del self.leaves[-32:]
        else:
            self._content(row, entry, place, why)
            self.leaves += bytes.fromhex(own)
            self.last_hash = own

    def _break(self, problem: Problem, *, open_gap: bool = False) -> None:
        """No entry from here on can be placed; an open gap waits for the entry that belongs there."""
        self.broken, self._break_at = True, problem.seq
        if open_gap:
            self._gap = problem
        else:
            self._found(problem)

    def _content(self, row: StoredEntry, entry: Entry | None, place: int, why: str) -> None:
        if entry is None:
            self._found(Problem(Reason.MALFORMED, place, detail=why))
            return
        self.newer += entry.v != VERSION
        if not self._belongs(row, entry) and not self._mixed_logs:
            self._mixed_logs = True
            self._found(Problem(Reason.WRONG_LOG, place))
        if entry.at < self._last_at:
            self._found(Problem(Reason.TIME_FALLING, place))
        self._last_at = entry.at

    def _belongs(self, row: StoredEntry, entry: Entry) -> bool:
        """Whether the entry carries the log id of its epoch, or begins a new one by the rules."""
        if entry.seq == 1:
            self.epochs.append(Epoch(entry.log_id, 1))
            return "old_log" not in entry.facts
        if entry.kind != EPOCH_BEGUN:
            return entry.log_id == self.log_id
        lawful = (
            entry.facts.get("old_log") == self.log_id
            and entry.facts.get("old_size") == str(entry.seq - 1)
            and entry.digests.get("old_head") == row.prev_hash
            and entry.log_id not in {epoch.log_id for epoch in self.epochs}
        )
        lost = entry.facts.get("lost_size", "")
        lost_size = int(lost) if lost.isdecimal() and len(lost) < 16 else 0
        if lost_size >= entry.seq:
            self.losses.append(Loss(self.log_id, entry.seq, lost_size))
        self.epochs.append(Epoch(entry.log_id, entry.seq, lost_size, entry.digests.get("lost_root", "")))
        return lawful

    def _found(self, problem: Problem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


def _own_hash(row: StoredEntry) -> str:
    """The hash that the row's own text and link give; "" when its link is no hash."""
    try:
        if len(row.prev_hash) != 64:
            return ""
        return entry_hash(row.prev_hash, row.canonical.encode())
    except ValueError:
        return ""
