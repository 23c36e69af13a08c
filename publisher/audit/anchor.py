"""Anchor files 锚点: checkpoints kept where the service cannot rewrite them.

One plain text file of signed notes, an empty line after each, so that it can be read, mailed and pasted.
The file is meant to live on another host or medium; it is only ever added to.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from publisher.audit.checkpoint import parse_checkpoint


def append_anchor(path: Path, checkpoint: str) -> None:
    """Adds one checkpoint and returns when it is on the disk; raises `OSError` or `NotACheckpoint`.

    A last record that a crash cut off is left as it is and shut off by an empty line. The same
    checkpoint twice in a row is written once.
    """
    parse_checkpoint(checkpoint)
    descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o644)
    with os.fdopen(descriptor, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        record = checkpoint.encode() + b"\n"
        file.seek(max(0, size - len(record) - 1))
        tail = file.read()
        if tail.endswith(b"\n" + record) or tail == record:
            return
        torn = b"" if not tail or tail.endswith(b"\n\n") else b"\n\n"
        file.write(torn + record)
        file.flush()
        os.fsync(file.fileno())


def read_anchors(path: Path) -> tuple[str, ...]:
    """All records of an anchor file in order, the unreadable ones too: `verify` judges them."""
    return tuple(split_anchors(path.read_bytes().decode("utf-8", "replace").split("\n")))


def split_anchors(lines: Iterable[str]) -> Iterator[str]:
    """Signed notes out of plain text: text, an empty line, signature lines. Line ends of any system.

    What does not follow that order comes out as a record of its own, which no parser takes.
    """
    text: list[str] = []
    signatures: list[str] = []
    closed = False
    for raw in lines:
        line = raw.rstrip("\r\n")
        if line.startswith("\u2014 "):
            signatures.append(line)
            continue
        if text and (signatures or (closed and line)):
            yield _note(text, signatures)
            text, signatures = [], []
        if line:
            text.append(line)
        closed = not line
    if text or signatures:
        yield _note(text, signatures)


def _note(text: list[str], signatures: list[str]) -> str:
    return "\n".join([*text, "", *signatures, ""])
