"""What stands in the log: the draft a use case records, the note beside it, the entry that is chained."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum

from publisher.audit.canonical import decode, encode

VERSION = 1
SALT_BYTES = 16
NOTE_TAG = b"gongkai audit note v1\n"
NOTE_MAX_CHARS = 20_000

SYSTEM = "system"
"""The actor of what the service does by itself; `on_behalf_of` names the person who ordered it."""
NOBODY = "nobody"
"""The actor of an attempt by someone who did not prove who they are; a fact may say what was claimed."""

EPOCH_BEGUN = "log:epoch:begun"
NOTE_ERASED = "log:note:erased"
KEY_CHANGED = "log:key:changed"
"""Reserved kinds; verifiers understand the first two. Sources other than `log` are free."""

_KIND = re.compile(r"[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*){2}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")
_NAMES = "字母、数字和 _ . : -，最多 100 个字符"
_DIGEST = re.compile(r"([0-9a-f]{2}){8,64}")
_FACT = re.compile(r"[\x21-\x7e]{0,200}")
_LOG_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,127}")
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_WHO = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff]{0,200}")
_HASH = re.compile(r"[0-9a-f]{64}")


class NotAnEntry(ValueError):
    """The values cannot stand in the log; the message names the field and what is allowed."""


class Outcome(StrEnum):
    """Whether the act was done. A refusal is an entry too: who tried, and why not."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """What a use case records; checked when it is made, so that the append itself cannot fail on it.

    `kind` is `source:subject:action` in the past tense. `facts` are machine values (states, channel,
    platform code): printable ASCII without spaces, at most 200 characters; `fact_value` makes one of
    anything. Words that people wrote, titles, file names and links go into `notes` and can be erased.
    `body` names the public body when one installation serves several. Raises `NotAnEntry`.
    """

    kind: str
    actor: str
    subject: str = ""
    on_behalf_of: str = ""
    os_user: str = ""
    outcome: Outcome = Outcome.DONE
    body: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what the format has no place for."""
        check_fields(self)
        for name, text in self.notes.items():
            _check(len(text) <= NOTE_MAX_CHARS, f"附注 {name}", f"最多 {NOTE_MAX_CHARS} 字的文字")
            _check(_encodable(text), f"附注 {name}", "可以写成 UTF-8 的文字")


@dataclass(frozen=True, slots=True)
class Note:
    """Words beside an entry. The entry holds `digest()`; text and salt can be erased together."""

    name: str
    text: str
    salt: bytes

    def digest(self) -> str:
        """SHA-256 over tag, salt, name, 0x00 and text, in hexadecimal."""
        return note_digest(self.name, self.text, self.salt)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry 存证记录. `at` is UTC in microseconds; `notes` maps each note's name to its digest."""

    log_id: str
    seq: int
    at: str
    kind: str
    actor: str
    subject: str
    on_behalf_of: str
    os_user: str
    outcome: str
    body: str
    digests: Mapping[str, str]
    facts: Mapping[str, str]
    notes: Mapping[str, str]
    v: int = VERSION

    def canonical(self) -> bytes:
        """The bytes that are hashed."""
        return encode({name: getattr(self, name) for name in ENTRY_FIELDS})


ENTRY_FIELDS = tuple(sorted(part.name for part in fields(Entry)))


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One row of the log's table: canonical text and the two hashes in lower-case hexadecimal."""

    seq: int
    canonical: str
    entry_hash: str
    prev_hash: str


@dataclass(frozen=True, slots=True)
class StoredNote:
    """One row of the notes' table. Erased: `text` is None and `salt` (hexadecimal) is empty."""

    seq: int
    name: str
    salt: str
    text: str | None

    def erased(self) -> StoredNote:
        """The row after erasing. The salt goes too: with it, a short text could be guessed again."""
        return replace(self, text=None, salt="")


def note_digest(name: str, text: str, salt: bytes) -> str:
    """What the entry holds of a note. Without the salt the text cannot be guessed from it."""
    return hashlib.sha256(NOTE_TAG + salt + name.encode() + b"\x00" + text.encode()).hexdigest()


def fact_value(text: str) -> str:
    """The text itself where a fact may carry it, else `sha256:` and its digest.

    For values that a platform chose, so that an odd one cannot stop the record of what happened.
    """
    if _FACT.fullmatch(text):
        return text
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def erasing_draft(
    note: StoredNote, *, actor: str, confirmed_by: str, os_user: str = "", reason: str = ""
) -> EntryDraft:
    """The entry that must stand in the log when a note is erased: which one, and by which two people."""
    return EntryDraft(
        kind=NOTE_ERASED,
        actor=actor,
        os_user=os_user,
        subject=f"entry:{note.seq}",
        facts={"entry": str(note.seq), "note": note.name, "confirmed_by": fact_value(confirmed_by)},
        notes={"reason": reason} if reason else {},
    )


def time_text(moment: datetime) -> str:
    """An aware time as UTC text of fixed width, so that text order is time order."""
    if moment.tzinfo is None:
        raise NotAnEntry("时间：必须带时区")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_entry(text: str) -> Entry:
    """The entry behind canonical text. Raises `NotAnEntry` or `NotCanonical` (both `ValueError`).

    Version 1 has exactly the fields of `Entry`. A later version may add fields and change all but
    `v log_id seq at kind digests facts notes`; what is not understood is left out here.
    """
    document = decode(text)
    version = document.get("v")
    _check(type(version) is int and version >= 1, "v", "1 或更大的整数")
    if version == VERSION:
        _check(set(document) == set(ENTRY_FIELDS), "字段", "版本 1 的 14 个字段，不多不少")
    entry = Entry(**{name: document.get(name, "") for name in ENTRY_FIELDS})  # type: ignore[arg-type]
    _check(type(entry.seq) is int and 0 < entry.seq < 2**53, "seq", "正整数")
    _check(_matches(_LOG_ID, entry.log_id), "log_id", "字母、数字和 . / _ -，最多 128 个字符")
    _check(_matches(_AT, entry.at) and _is_time(entry.at), "at", "UTC 时间，精确到微秒")
    _check_mapping("notes", entry.notes, _HASH, "64 位小写十六进制")
    check_fields(entry, core_only=version != VERSION)
    return entry


_OUTCOMES = tuple(Outcome)


def check_log_id(log_id: str) -> str:
    """The log id itself, when it may also be a checkpoint's origin and a key's name."""
    _check(_matches(_LOG_ID, log_id), "log_id", "字母、数字和 . / _ -，最多 128 个字符")
    return log_id


def check_fields(values: EntryDraft | Entry, *, core_only: bool = False) -> None:
    """The rules that drafts and entries share. Raises `NotAnEntry`."""
    _check(_matches(_KIND, values.kind), "kind", "来源:对象:动作，小写字母、数字、_ 和 -")
    _check_mapping("digests", values.digests, _DIGEST, "16 到 128 位小写十六进制")
    _check_mapping("facts", values.facts, _FACT, "最多 200 个不含空格的 ASCII 字符；文字请放进附注")
    _check(all(_matches(_NAME, name) for name in values.notes), "notes 的名称", _NAMES)
    if core_only:
        return
    for name in ("actor", "subject", "on_behalf_of", "os_user", "body"):
        _check(_matches(_WHO, getattr(values, name)), name, "最多 200 个字符，不含空格和控制字符")
    _check(values.actor != "", "actor", f"人的账号、{SYSTEM} 或 {NOBODY}")
    _check(values.outcome in _OUTCOMES, "outcome", "、".join(Outcome))


def _check_mapping(field_name: str, mapping: object, pattern: re.Pattern[str], allowed: str) -> None:
    _check(isinstance(mapping, Mapping), field_name, "名称到文字的对照")
    for name, value in mapping.items():  # type: ignore[attr-defined]
        _check(_matches(_NAME, name), f"{field_name} 的名称", _NAMES)
        _check(_matches(pattern, value), f"{field_name}.{name}", allowed)


def _check(holds: bool, name: str, allowed: str) -> None:
    if not holds:
        raise NotAnEntry(f"{name}：只能是{allowed}")


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _encodable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
