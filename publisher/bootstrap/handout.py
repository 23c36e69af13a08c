"""Handing the log out as one archive: on record first, then signed, then written."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from publisher.logs import get_logger
from publisher.resources import resource
from publisher.workflow.handout import README, VERIFIER, Kit, write_handout
from publisher.workflow.seal import ExportRequest, record_export, sign_checkpoint

if TYPE_CHECKING:
    from publisher.bootstrap.office import Office
    from publisher.workflow.acts import Actor


def hand_out(office: Office, actor: Actor, purpose: str, file: BinaryIO) -> int:
    """Write the archive for an inspector into a seekable file; how many entries it holds.

    The act stands on record before anything is written, so the archive covers it. Raises `Refused` (recorded)
    without the right, and `OSError` when the file cannot be written.
    """
    office.perform(actor, record_export, ExportRequest(purpose))
    return pack_log(office, file)


def pack_log(office: Office, file: BinaryIO) -> int:
    """The archive alone, signed up to its last entry: for whoever has put the hand-out on record."""
    try:
        sign_checkpoint(office.store, office.now(), office.seal, force=True)
    except OSError as why:  # signed, but the anchor file is out of reach: the service says so every minute
        get_logger("console").warning("anchor not written", error=type(why).__name__)
    verifier = resource("auditor", VERIFIER).read_bytes()
    readme = resource("templates", "inspector", README).read_text(encoding="utf-8")
    with office.store.read() as reading:
        return write_handout(
            reading, office.now(), file, Kit(office.public_key, verifier, readme, office.home)
        )
