"""Synthetic logs, made with fixed salts and a fixed key so that every byte is known."""

import hashlib
import importlib.util
import json
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from publisher.audit.canonical import encode
from publisher.audit.chain import Head, Sealed, entry_hash, seal
from publisher.audit.checkpoint import make_checkpoint
from publisher.audit.entries import EntryDraft, Outcome, StoredEntry, StoredNote
from publisher.audit.export import write_export
from publisher.audit.keys import KeyFileSigner, public_key_of
from publisher.audit.tree import Frontier, leaf_hash

ROOT = Path(__file__).resolve().parents[3]
AUDITOR = ROOT / "deploy" / "auditor" / "verify_gongkai_log.py"
LOG = "slj.example.gov.cn/audit/0011223344556677"
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
SIGNER = KeyFileSigner(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"test key").digest()))
OTHER_SIGNER = KeyFileSigner(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"other key").digest()))
KEY = public_key_of(SIGNER, LOG)


def salt(seq: int, place: int = 0) -> bytes:
    """Sixteen known bytes, different for every note."""
    return hashlib.sha256(f"salt {seq} {place}".encode()).digest()[:16]


def load_auditor() -> ModuleType:
    """The one-file verifier as a module."""
    name = "verify_gongkai_log"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, AUDITOR)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@dataclass
class Log:
    """A log as the store keeps it; tests tamper with its rows."""

    head: Head = field(default_factory=lambda: Head(LOG))
    entries: list[StoredEntry] = field(default_factory=list)
    notes: list[StoredNote] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)

    def add(self, draft: EntryDraft, *, at: datetime | None = None, log_id: str | None = None) -> Sealed:
        """Appends one entry."""
        seq = self.head.size + 1
        salts = [salt(seq, place) for place in range(len(draft.notes))]
        sealed = seal(self.head, draft, at=at or NOW + timedelta(seconds=seq), salts=salts, log_id=log_id)
        self.head = sealed.head
        self.entries.append(sealed.stored)
        self.notes.extend(sealed.stored_notes)
        return sealed

    def checkpoint(self, size: int | None = None) -> str:
        """A signed checkpoint over the first `size` entries as they stand now."""
        count = len(self.entries) if size is None else size
        frontier = Frontier()
        for row in self.entries[:count]:
            frontier = frontier.added(leaf_hash(bytes.fromhex(row.entry_hash)))
        return make_checkpoint(self.head.log_id, count, frontier.root(), SIGNER)

    def recompute(self, start: int = 1, end: int | None = None) -> None:
        """What a forger does: hashes of entries `start` to `end` made to fit again."""
        for index in range(start - 1, len(self.entries) if end is None else end):
            previous = self.entries[index - 1].entry_hash if index else "0" * 64
            row = self.entries[index]
            own = entry_hash(previous, row.canonical.encode())
            self.entries[index] = replace(row, prev_hash=previous, entry_hash=own)
        if end is None and self.entries:
            self.head = replace(self.head, size=len(self.entries), entry_hash=self.entries[-1].entry_hash)

    def edit(self, seq: int, **changes: object) -> None:
        """Changes fields of one entry's canonical text and nothing else."""
        document = json.loads(self.entries[seq - 1].canonical) | changes
        self.entries[seq - 1] = replace(self.entries[seq - 1], canonical=encode(document).decode())

    def export(self, path: Path) -> Path:
        """Writes the export of the rows as they stand."""
        lines = write_export(self.head, self.entries, self.notes, self.checkpoints, exported_at=NOW)
        path.write_text("".join(lines), "utf-8")
        return path


def draft(number: int) -> EntryDraft:
    """One of a few kinds of entries; every third has a note, every fifth is a refusal."""
    return EntryDraft(
        kind="item:revision:signed" if number % 5 else "item:revision:sign_refused",
        actor="lu.fujuzhang",
        subject=f"item:{number:04}",
        os_user="gongkai",
        outcome=Outcome.DONE if number % 5 else Outcome.REFUSED,
        digests={"revision": hashlib.sha256(str(number).encode()).hexdigest()},
        facts={"state": "approved"},
        notes={"reason": f"第{number}条的意见\n第二行"} if number % 3 == 0 else {},
    )


def make_log(size: int = 20, checkpoints: tuple[int, ...] = (5, 10, 15)) -> Log:
    """A good log of `size` entries with its own checkpoints."""
    log = Log()
    for number in range(1, size + 1):
        log.add(draft(number))
        if number in checkpoints:
            log.checkpoints.append(log.checkpoint())
    return log
