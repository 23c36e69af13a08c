"""Seal 存证: signed checkpoints over the log, anchors outside the database, export and verification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from publisher.audit.anchor import append_anchor, read_anchors
from publisher.audit.checkpoint import make_checkpoint
from publisher.audit.entries import StoredEntry, StoredNote
from publisher.audit.export import write_export
from publisher.audit.keys import PublicKey, Signer
from publisher.audit.tree import leaf_hash, root
from publisher.audit.verdict import Verdict
from publisher.audit.verify import verify
from publisher.domain.people import Act, require
from publisher.store.unit_of_work import Reading, Store, UnitOfWork
from publisher.workflow.acts import Actor

AT_MOST_EVERY = timedelta(minutes=1)


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
    rows: list[StoredEntry | StoredNote] = [*reading.log.entries(), *reading.log.notes()]
    return verify(rows, checkpoints=reading.log.checkpoints(), anchors=anchors, public_key=public_key)


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
