"""Seal 存证: signed checkpoints over the log, anchors outside the database, export and verification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from publisher.audit.anchor import append_anchor, read_anchors
from publisher.audit.checkpoint import make_checkpoint
from publisher.audit.entries import StoredEntry, StoredNote
from publisher.audit.export import write_export
from publisher.audit.keys import PublicKey, Signer
from publisher.audit.tree import leaf_hash, root
from publisher.audit.verdict import Reason as Finding
from publisher.audit.verdict import Verdict
from publisher.audit.verify import verify
from publisher.domain.item import digest_of_stored
from publisher.domain.people import Act, require
from publisher.store.unit_of_work import Reading, Store, UnitOfWork
from publisher.workflow.acts import Actor

AT_MOST_EVERY = timedelta(minutes=1)
SIGNATURES = frozenset(
    {
        Finding.CHECKPOINT_UNREADABLE,
        Finding.CHECKPOINT_FORGED,
        Finding.CHECKPOINT_UNKNOWN_KEY,
        Finding.CHECKPOINT_OTHER_LOG,
    }
)
ANCHORS = frozenset({Finding.CUT_TAIL, Finding.REWRITTEN, Finding.UNDECLARED_LOSS})
CHAIN = frozenset(Finding) - SIGNATURES - ANCHORS
"""Which of the checks a finding belongs to."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Who signs, and the file outside the database that gets every checkpoint (None = no anchor)."""

    signer: Signer
    anchor: Path | None = None


def sign_checkpoint(store: Store, now: datetime, seal: Seal, *, force: bool = False) -> str | None:
    """Sign the log as it stands and anchor it, at most once a minute; None when nothing is new or not due.

    Writes no entry. A checkpoint of the same size is not signed twice. With nothing to sign, no lock is taken
    and no hash is read.
    """
    with store.read() as reading:
        if not _is_due(reading, now, force=force):
            return None
    with store.write() as uow:
        if not _is_due(uow, now, force=force):
            return None  # another process signed meanwhile
        hashes = uow.log.hashes()
        tree = root([leaf_hash(bytes.fromhex(h)) for h in hashes])
        note = make_checkpoint(store.log_id, len(hashes), tree, seal.signer)
        uow.log.add_checkpoint(len(hashes), note, now)
        uow.commit()
    if seal.anchor is not None:
        append_anchor(seal.anchor, note)
    return note


def _is_due(reading: Reading, now: datetime, *, force: bool) -> bool:
    newest, size = reading.log.newest_checkpoint(), reading.log.head(reading.log_id).size
    if newest is None or size == newest[0]:
        return newest is None and size > 0
    return force or now - newest[1] >= AT_MOST_EVERY


def verify_log(
    reading: Reading, *, public_key: PublicKey | None, anchor: Path | None = None, extra: tuple[str, ...] = ()
) -> Verdict:
    """Check the log in the database against its own checkpoints, the anchor file and checkpoints held elsewhere."""
    anchors = (*(read_anchors(anchor) if anchor is not None and anchor.exists() else ()), *extra)
    rows: Iterator[StoredEntry | StoredNote] = chain(reading.log.entries(), reading.log.notes())
    return verify(rows, checkpoints=reading.log.checkpoints(), anchors=anchors, public_key=public_key)


@dataclass(frozen=True, slots=True)
class Contents:
    """Whether what was signed is what is stored: how many contents fit their digest, which do not, and how many were
    erased by two people, of which only the digest is left."""

    fit: int
    erased: int
    changed: tuple[str, ...]


def verify_contents(reading: Reading) -> Contents:
    """Compute the digest of every submitted content again."""
    fit, erased, changed = 0, 0, []
    for digest, index_no, content, messages, salt in reading.items.signed_contents():
        if not salt:
            erased += 1
        elif _digest(content, index_no, messages, salt) == digest:
            fit += 1
        else:
            changed.append(digest)
    return Contents(fit, erased, tuple(changed))


def _digest(content: dict[str, Any], index_no: str, messages: dict[str, str], salt: str) -> str:
    try:
        return digest_of_stored(content, index_no=index_no, messages=messages, salt=bytes.fromhex(salt))
    except (ValueError, TypeError):
        return ""


@dataclass(frozen=True, slots=True)
class Integrity:
    """What was computed of the log at one moment. `size` is up to where it was signed, at `signed_at`."""

    at: datetime
    verdict: Verdict
    contents: Contents
    checkpoints: int
    size: int
    signed_at: datetime | None

    @property
    def ok(self) -> bool:
        """Whether nothing at all was found."""
        return self.verdict.ok and not self.contents.changed

    @property
    def chain_ok(self) -> bool:
        """Whether the entries follow each other and their notes fit."""
        return not any(problem.reason in CHAIN for problem in self.verdict.problems)

    @property
    def signatures_ok(self) -> bool:
        """Whether every checkpoint is one, and signed with the key."""
        return not any(problem.reason in SIGNATURES for problem in self.verdict.problems)

    @property
    def anchors_ok(self) -> bool:
        """Whether the log holds what checkpoints and anchors say it once held."""
        return not any(problem.reason in ANCHORS for problem in self.verdict.problems)


def integrity(reading: Reading, now: datetime, *, public_key: PublicKey, anchor: Path | None) -> Integrity:
    """Compute everything that can be: chain, signatures, anchors, signed contents. Takes seconds on a long log."""
    newest = reading.log.newest_checkpoint()
    return Integrity(
        now,
        verify_log(reading, public_key=public_key, anchor=anchor),
        verify_contents(reading),
        len(reading.log.checkpoints()),
        newest[0] if newest else 0,
        newest[1] if newest else None,
    )


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Hand the log out. Recorded, because notes carry words of people."""

    purpose: str = ""


def record_export(uow: UnitOfWork, now: datetime, actor: Actor, request: ExportRequest) -> None:
    """Put the hand-out on record, before it is made: the export then covers its own entry."""
    require(Act.EXPORT_LOG, actor.person)
    uow.record(
        now,
        "person:log:exported",
        actor.name,
        "log",
        os_user=actor.os_user,
        notes={"purpose": request.purpose},
    )
    uow.commit()


def export_lines(reading: Reading, now: datetime) -> Iterator[str]:
    """The log, its notes and checkpoints as lines of the export file (`docs/specs/audit-log.md`)."""
    head = reading.log.head(reading.log_id)
    yield from write_export(
        head, reading.log.entries(), reading.log.notes(), reading.log.checkpoints(), exported_at=now
    )
