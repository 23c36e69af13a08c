"""The record 存证 as people read it: a page of entries, one entry with its proof, what one person did. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from publisher.audit.chain import entry_hash
from publisher.audit.checkpoint import NotACheckpoint, Signature, parse_checkpoint
from publisher.audit.entries import Entry, StoredEntry, StoredNote, note_digest, parse_entry
from publisher.audit.keys import PublicKey
from publisher.audit.tree import inclusion_proof, leaf_hash, verify_inclusion
from publisher.domain.clocks import business_day
from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Person
from publisher.store.log_search import LogQuery, channel_of
from publisher.store.subjects import Named
from publisher.store.unit_of_work import Reading
from publisher.workflow.log_words import ATTEMPTS, brief, entry_words, subject_words
from publisher.workflow.people_words import people_words

PAGE = 50


@dataclass(frozen=True, slots=True)
class About:
    """What an entry is about: an item's version in words, or the subject itself; `path` leads there ("": nowhere)."""

    words: str
    path: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class NoteLine:
    """Words beside an entry; `text` is None when they were erased. `holds` is whether they fit their digest."""

    name: str
    text: str | None
    digest: str = ""
    holds: bool = True

    @property
    def short(self) -> str:
        """On one line."""
        return "" if self.text is None else brief(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry for people. `account` is the actor's, "" where no page says what they did."""

    seq: int
    at: datetime
    who: str
    account: str
    kind: str
    words: str
    attempt: str
    outcome: str
    about: About
    channel: str
    practice: bool
    notes: tuple[NoteLine, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of entries, newest first; `newer` and `older` are where the pages beside it begin (0: there is none)."""

    lines: tuple[Line, ...]
    newer: int
    older: int
    meant: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. `text` is an item's number or title; days are in business time, both included."""

    text: str = ""
    query: LogQuery = field(default_factory=LogQuery)


def log_lines(reading: Reading, person: Person, wanted: Wanted) -> Lines:
    """A page of what is wanted that this person sees. A unit sees what is about its own items and what they did."""
    query = replace(wanted.query, unit=person.unit, own=person.name, limit=PAGE + 1)
    meant = None
    if wanted.text:
        items = reading.subjects.find(wanted.text, person.unit)
        query, meant = replace(query, items=items), len(items)
    found = reading.log.search(query) if meant != 0 else []
    more = len(found) > PAGE
    upwards = query.after > 0
    shown = (found[1:] if upwards else found[:PAGE]) if more else found
    newer = bool(shown) and (more if upwards else query.before > 0)
    older = bool(shown) and (upwards or more)
    return Lines(lines_of(reading, shown), shown[0].seq if newer else 0, shown[-1].seq if older else 0, meant)


def lines_of(reading: Reading, stored: Sequence[StoredEntry]) -> tuple[Line, ...]:
    """Entries for people, in the same order; a constant number of questions however many. Asks nothing of rights."""
    entries = [parsed(row) for row in stored]
    named = people_words(reading)
    accounts = {one.name for one in reading.people.all()}
    subjects = reading.subjects.named([entry.subject for entry in entries])
    notes: dict[int, list[StoredNote]] = {}
    for note in reading.log.stored_notes([entry.seq for entry in entries]):
        notes.setdefault(note.seq, []).append(note)
    return tuple(
        _line(reading, entry, named, accounts, subjects, notes.get(entry.seq, [])) for entry in entries
    )


def parsed(row: StoredEntry) -> Entry:
    """The entry of a row; what cannot be read any more is shown as such, the verification names it."""
    try:
        return parse_entry(row.canonical)
    except ValueError:
        return Entry(
            "", row.seq, "1970-01-01T00:00:00.000000Z", "", "", "", "", "", "unknown", "", {}, {}, {}
        )


def _line(
    reading: Reading,
    entry: Entry,
    named: Callable[[str], str],
    accounts: set[str],
    subjects: dict[str, Named],
    notes: Sequence[StoredNote],
) -> Line:
    channel = channel_of(entry)
    plan = reading.bureau.channels.get(channel)
    behalf = f"，代{named(entry.on_behalf_of)}" if entry.on_behalf_of else ""
    act = entry.facts.get("act", "")
    return Line(
        entry.seq,
        datetime.fromisoformat(entry.at),
        f"{named(entry.actor)}{behalf}",
        next((one for one in (entry.actor, entry.on_behalf_of) if one in accounts), ""),
        entry.kind,
        entry_words(entry.kind, entry.outcome, entry.facts) if entry.kind else "这一条读不出来",
        ATTEMPTS.get(act, act),
        entry.outcome,
        _about(reading, entry.subject, subjects.get(entry.subject)),
        reading.bureau.label(channel) if channel and channel != "all" else "",
        plan.practice if plan else False,
        tuple(_note(entry, note) for note in notes),
    )


def _about(reading: Reading, subject: str, known: Named | None) -> About:
    kind, _, key = subject.partition(":")
    if known is not None:
        number = known.index_no or "未编号"
        words = f"{number}，第 {known.number} 版" if known.number else number
        path = {"posting": f"/postings/{key}", "part": f"/parts/{key}"}.get(kind, f"/items/{known.item_id}")
        return About(words, path, known.title)
    paths = {
        "channel": f"/channels/{key}" if key in reading.bureau.channels else "",
        "user": f"/audit/people/{key}",
    }
    if kind == "entry" and key.isdecimal():
        return About(f"第 {key} 条", f"/audit/{key}")
    return About(subject_words(subject, reading.bureau), paths.get(kind, ""))


def _note(entry: Entry, note: StoredNote) -> NoteLine:
    digest = entry.notes.get(note.name, "")
    if note.text is None:
        return NoteLine(note.name, None, digest)
    try:
        holds = note_digest(note.name, note.text, bytes.fromhex(note.salt)) == digest
    except ValueError:
        holds = False
    return NoteLine(note.name, note.text, digest, holds)


# ------------------------------------------------------------------------------- one entry


@dataclass(frozen=True, slots=True)
class Proof:
    """How an entry stands in the newest signed tree. `size` is 0 while no signature covers the entry yet; `path` are
    the hashes beside it, nearest first, in hexadecimal; `signature` is what a look at it with the key said."""

    size: int
    at: datetime | None
    root: str
    path: tuple[str, ...]
    included: bool
    signature: str


@dataclass(frozen=True, slots=True)
class Whole:
    """One entry whole: its line, its fields, its hashes, and the verdicts computed now.

    `chained` is whether its text and the hash before give its hash, and the entry before has that hash.
    """

    line: Line
    entry: Entry
    canonical: str
    entry_hash: str
    prev_hash: str
    chained: bool
    proof: Proof
    has_next: bool


def whole_entry(reading: Reading, person: Person, seq: int, key: PublicKey | None) -> Whole:
    """One entry with its proof. Raises `Refused` (not found) when there is none that this person sees."""
    query = LogQuery(unit=person.unit, own=person.name, before=seq + 1, after=seq - 1, limit=1)
    found = reading.log.search(query) if 0 < seq < 2**53 else []
    if not found:
        raise refuse(Reason.NOT_FOUND, f"没有第 {seq} 条", field="seq", english=f"no entry {seq}")
    row = found[0]
    return Whole(
        lines_of(reading, found)[0],
        parsed(row),
        row.canonical,
        row.entry_hash,
        row.prev_hash,
        _chained(reading, row),
        _proof(reading, row, key),
        reading.log.head(reading.log_id).size > seq,
    )


def _chained(reading: Reading, row: StoredEntry) -> bool:
    before = reading.log.entry(row.seq - 1) if row.seq > 1 else None
    if (before.entry_hash if before else "0" * 64) != row.prev_hash:
        return False
    try:
        return entry_hash(row.prev_hash, row.canonical.encode()) == row.entry_hash
    except ValueError:
        return False


def _proof(reading: Reading, row: StoredEntry, key: PublicKey | None) -> Proof:
    """The path from the entry to the root of the newest checkpoint, and whether they meet."""
    try:
        checkpoint, signed = parse_checkpoint(reading.log.last_checkpoint())
    except NotACheckpoint:
        return Proof(0, None, "", (), included=False, signature="")
    hashes = reading.log.hashes()[: checkpoint.size]
    if row.seq > len(hashes):
        return Proof(0, None, "", (), included=False, signature="")
    leaves = [leaf_hash(bytes.fromhex(one)) for one in hashes]
    path = inclusion_proof(leaves, row.seq - 1)
    leaf = leaf_hash(bytes.fromhex(row.entry_hash))
    included = verify_inclusion(leaf, row.seq - 1, checkpoint.size, path, checkpoint.root)
    signature = signed.check([key]).value if key else Signature.UNKNOWN_KEY.value
    at = reading.log.signed_at(checkpoint.size)
    return Proof(
        checkpoint.size, at, checkpoint.root.hex(), tuple(p.hex() for p in path), included, signature
    )


# ------------------------------------------------------------------------------- one person


@dataclass(frozen=True, slots=True)
class Day:
    """What one person did on one day of business time, newest first."""

    on: date
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Deeds:
    """What one person did, by day. `known` is whether there is such an account now."""

    name: str
    shown: str
    known: bool
    days: tuple[Day, ...]
    newer: int
    older: int


def deeds_of(reading: Reading, person: Person, name: str, query: LogQuery) -> Deeds:
    """Everything one account did, refusals and sessions included. Raises `Refused` where nothing says who that is."""
    page = log_lines(reading, person, Wanted(query=replace(query, actor=name)))
    account = reading.people.get(name)
    if not page.lines and (account is None or person.unit not in ("", account.unit)):
        raise refuse(Reason.NOT_FOUND, f"没有账号：{name}", field="name", english=f"no account {name}")
    days: dict[date, list[Line]] = {}
    for line in page.lines:
        days.setdefault(business_day(line.at), []).append(line)
    return Deeds(
        name,
        people_words(reading)(name),
        account is not None,
        tuple(Day(on, tuple(lines)) for on, lines in days.items()),
        page.newer,
        page.older,
    )
