"""Differences 差异 between two contents of one item: fields, words of the text, files."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from channels.reading import plain
from publisher.domain.catalogue import Bureau
from publisher.domain.errors import Reason, refuse
from publisher.domain.labels import CONTENT
from publisher.domain.people import Person
from publisher.store.unit_of_work import Reading
from publisher.workflow.content_words import ROLE_OF_FILE, content_labels, detail_label
from publisher.workflow.sight import item_for

DRAFT = "draft"
"""Names the open draft where a version is asked for."""

PICTURE = re.compile(r"<img\b[^>]*>")
ALT = re.compile(r'\balt="([^"]*)"')
TOKEN = re.compile(r"[0-9A-Za-z]+(?:[.,:/-][0-9A-Za-z]+)*|\s+|.", re.DOTALL)
SENTENCE = re.compile(r"[^。；！？，、]+[。；！？，、]?|[。；！？，、]")
LONGEST_BY_TOKEN = 1500
"""A longer paragraph is compared by clauses: comparing by characters grows with the square of the length."""
ALIKE = 0.35
"""Below this likeness two paragraphs are told as one gone and one new, not as one changed."""
LONGEST_EXACT = 2000
"""Texts with more paragraphs are compared with the quicker, coarser match."""
MOST_PAIRS = 4000
"""More paragraphs in a row that all differ are a text written anew."""


class Op(StrEnum):
    """What became of a run of words, a paragraph or a file."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that are in both, only in the new or only in the old. Never `CHANGED`."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or table row with its runs in reading order."""

    op: Op
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs: its name, its Chinese label, and its words as runs."""

    name: str
    label: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that came, went, or has another title or place (`CHANGED`; `was` is what it was)."""

    op: Op
    role: str
    name: str
    title: str
    digest: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs. `body` holds the whole text, same paragraphs too; `fields` and `files` only changes."""

    fields: tuple[FieldChange, ...]
    body: tuple[Block, ...]
    files: tuple[FileChange, ...]

    @property
    def text_changed(self) -> bool:
        """Whether any word of the text differs."""
        return any(block.op is not Op.SAME for block in self.body)

    @property
    def any(self) -> bool:
        """Whether anything differs at all."""
        return bool(self.fields or self.files or self.text_changed)


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two that are compared: the open draft (`number` 0), or a revision by number and digest."""

    number: int
    digest: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Differences:
    """Two versions of an item and what differs. `versions` are all that may be chosen, oldest first."""

    item_id: str
    title: str
    old: Version
    new: Version
    versions: tuple[Version, ...]
    changes: Changes


def changes(old: Mapping[str, Any], new: Mapping[str, Any], bureau: Bureau | None = None) -> Changes:
    """What differs between two contents in their plain JSON form. With `bureau`, codes stand in its words."""
    return Changes(
        tuple(_fields(old, new, bureau)),
        tuple(_blocks(_lines(old.get("body", "")), _lines(new.get("body", "")))),
        tuple(_files(old.get("files", ()), new.get("files", ()))),
    )


def differences_between(
    reading: Reading, person: Person, item_id: str, old: str = "", new: str = ""
) -> Differences:
    """Two versions of an item side by side. `old`, `new`: a number, a digest, `draft`, or "" for the usual choice.

    Usual: the newest (the open draft, else the last revision) against the one before. Raises `Refused` (not
    found) for an item or version that this person does not see, or where there are not two.
    """
    record = item_for(reading, person, item_id)
    draft = reading.items.open_draft(record.id)
    versions = [Version(r.number, r.id, r.content) for r in reading.items.revisions(record.id)]
    if draft is not None:
        versions.append(Version(0, DRAFT, draft.content))
    if len(versions) < 2:
        raise refuse(
            Reason.NOT_FOUND, "只有一个版本，没有可以对照的", field="revision", english="only one version"
        )
    later = _chosen(versions, new, versions[-1])
    at = versions.index(later)
    earlier = _chosen(versions, old, versions[at - 1] if at else versions[1])
    told = changes(earlier.content, later.content, reading.bureau)
    return Differences(record.id, record.title, earlier, later, tuple(versions), told)


def _chosen(versions: Sequence[Version], wanted: str, usual: Version) -> Version:
    if not wanted:
        return usual
    found = next((v for v in versions if wanted in (v.digest, str(v.number) if v.number else DRAFT)), None)
    if found is None:
        raise refuse(Reason.NOT_FOUND, f"没有这个版本：{wanted}", field="revision", english="no such version")
    return found


def _fields(old: Mapping[str, Any], new: Mapping[str, Any], bureau: Bureau | None) -> Iterator[FieldChange]:
    before, after = _words(old, bureau), _words(new, bureau)
    for name in {**before, **after}:
        was, now = before.get(name, ""), after.get(name, "")
        if was != now and not (name == "reviewer" and not now):  # chosen at the submit, not yet in a draft
            label = CONTENT.get(name) or detail_label(name.removeprefix("details."), str(new.get("kind", "")))
            yield FieldChange(name, label, tuple(_runs(was, now)))


def _words(content: Mapping[str, Any], bureau: Bureau | None) -> dict[str, str]:
    labels = content_labels(content, bureau, str) if bureau else {}
    words = {}
    for name in CONTENT:
        value = labels.get(name) or content.get(name) or ""
        words[name] = "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return words | {f"details.{name}": str(text) for name, text in content.get("details", ())}


def _lines(body: str) -> list[str]:
    return [line for line in plain(PICTURE.sub(_picture, body)).split("\n") if line.strip()]


def _picture(found: re.Match[str]) -> str:
    alt = ALT.search(found[0])
    return f"<p>〔图片：{alt[1]}〕</p>" if alt and html.unescape(alt[1]).strip() else "<p>〔图片〕</p>"


def _blocks(left: list[str], right: list[str]) -> Iterator[Block]:
    quick = max(len(left), len(right)) > LONGEST_EXACT
    match = SequenceMatcher(None, left, right, autojunk=quick)
    for tag, a, b, c, d in match.get_opcodes():
        if tag == "equal":
            yield from (Block(Op.SAME, (Run(Op.SAME, line),)) for line in left[a:b])
        else:
            yield from _changed(left[a:b], right[c:d])


def _changed(left: list[str], right: list[str]) -> Iterator[Block]:
    """Each new paragraph beside the first old one that is like it; what is like nothing stands alone."""
    if len(left) * len(right) > MOST_PAIRS:
        yield from (Block(Op.REMOVED, (Run(Op.REMOVED, old),)) for old in left)
        yield from (Block(Op.ADDED, (Run(Op.ADDED, line),)) for line in right)
        return
    for line in right:
        at = next((n for n, old in enumerate(left) if _alike(old, line)), None)
        if at is None:
            yield Block(Op.ADDED, (Run(Op.ADDED, line),))
            continue
        yield from (Block(Op.REMOVED, (Run(Op.REMOVED, old),)) for old in left[:at])
        yield Block(Op.CHANGED, tuple(_runs(left[at], line)))
        left = left[at + 1 :]
    yield from (Block(Op.REMOVED, (Run(Op.REMOVED, old),)) for old in left)


def _alike(old: str, new: str) -> bool:
    match = SequenceMatcher(None, old, new, autojunk=False)
    if match.real_quick_ratio() < ALIKE or match.quick_ratio() < ALIKE:
        return False
    return max(len(old), len(new)) > LONGEST_BY_TOKEN or match.ratio() >= ALIKE


def _runs(old: str, new: str) -> Iterator[Run]:
    """By characters, numbers and words whole; long texts by clauses."""
    pattern = SENTENCE if max(len(old), len(new)) > LONGEST_BY_TOKEN else TOKEN
    left, right = pattern.findall(old), pattern.findall(new)
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Run(Op.SAME, "".join(left[a:b]))
            continue
        if b > a:
            yield Run(Op.REMOVED, "".join(left[a:b]))
        if d > c:
            yield Run(Op.ADDED, "".join(right[c:d]))


def _files(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[FileChange]:
    before = {(f["role"], f["digest"]): f for f in old}
    after = {(f["role"], f["digest"]): f for f in new}
    for key, file in after.items():
        was = before.get(key)
        if was is None:
            yield _file(Op.ADDED, file)
        elif (was["title"], was["name"]) != (file["title"], file["name"]):
            yield _file(Op.CHANGED, file, was["title"] if was["title"] != file["title"] else was["name"])
    yield from (_file(Op.REMOVED, file) for key, file in before.items() if key not in after)


def _file(op: Op, file: Mapping[str, Any], was: str = "") -> FileChange:
    role = ROLE_OF_FILE.get(file["role"], file["role"])
    return FileChange(op, role, file["name"], file["title"], file["digest"], was)
