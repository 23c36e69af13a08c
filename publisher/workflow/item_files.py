"""Item files and plain texts as drafts: what the reader found, turned into a request, with what a person must check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from publisher.domain.catalogue import PLACEMENTS
from publisher.domain.clocks import business_day, shown_minute
from publisher.domain.errors import Problem, Reason, Refused
from publisher.domain.item import Content, ItemFile
from publisher.render.body import from_text
from publisher.screening.findings import hard
from publisher.screening.problems import Refused as ScreeningRefused
from publisher.screening.readers.item_file import ItemFile as ReadFile
from publisher.screening.readers.item_file import read_item_file
from publisher.screening.screen import screen_text
from publisher.workflow.incoming import IncomingFile
from publisher.workflow.intake import DraftRequest
from publisher.workflow.screen import as_refused, refuse_hard

TEXT_FIELDS = (
    "doc_no",
    "issuing_body",
    "responsible_body",
    "content_source",
    "subject_class",
    "summary",
    "disclosure_basis",
    "validity",
    "short_title",
    "responsible_editor",
)

PLACEMENT_WORDS = {label: name for name, label in PLACEMENTS.items()}


@dataclass(frozen=True, slots=True)
class ReadDraft:
    """A draft ready to be saved, what was inferred or is odd (shown to a person), and the wished release time."""

    request: DraftRequest
    remarks: tuple[str, ...]
    release_at: datetime | None


def draft_from_file(
    data: bytes,
    *,
    name: str,
    now: datetime,
    open_beside: Callable[[str], BinaryIO],
    given: Mapping[str, Any],
    item_id: str = "",
) -> ReadDraft:
    """Read an item file. `open_beside` opens a file named in it; `given` are fields that a person set beside it.

    Raises `Refused` with every problem: the file's own, and questions that it leaves open. A text with a
    mark of secrecy is refused here, before anything of it is kept.
    """
    today = business_day(now)
    try:
        read = read_item_file(data, name=name, today=today)
    except ScreeningRefused as why:
        raise as_refused(why) from why
    refuse_hard(hard(screen_text(f"{read.title}\n{read.body}", today=today)))
    values = {**read.header, **{k: v for k, v in given.items() if v not in (None, "", ())}}
    _refuse_questions(read, values)
    content = _content(read, values)
    request = DraftRequest(
        content=content,
        make_body=lambda files: from_text(read.body, _images(files)),
        files=_files(read, values, open_beside),
        item_id=item_id,
    )
    return ReadDraft(request, _remarks(read), values.get("release_at"))


def _images(files: Mapping[str, ItemFile]) -> dict[str, ItemFile]:
    return {key: file for key, file in files.items() if file.role == "image"}


def _refuse_questions(read: ReadFile, values: Mapping[str, Any]) -> None:
    problems = [
        Problem(q.field, q.words_zh, "、".join(map(str, q.candidates)), f"{q.field} is ambiguous")
        for q in read.questions
        if q.field not in values
    ]
    answered = {q.field for q in read.questions}
    if "formed_on" not in values and "formed_on" not in answered:
        problems.append(
            Problem("formed_on", "没有成文日期", "YYYY-MM-DD，如 --formed-on 2026-11-20", "no formation date")
        )
    if problems:
        raise Refused(Reason.BAD_INPUT, *problems)


def _content(read: ReadFile, values: Mapping[str, Any]) -> Content:
    formed_on = values["formed_on"]
    expires_on = values.get("expires_on")
    placement = str(values.get("placement") or "legal_content")
    return Content(
        title=str(values.get("title") or read.title),
        kind=str(values.get("kind") or "notice"),
        body="",
        formed_on=formed_on if isinstance(formed_on, date) else date.fromisoformat(str(formed_on)),
        column=str(values.get("column") or ""),
        channels=tuple(values.get("channels") or ()),
        keywords=tuple(values.get("keywords") or ()),
        disclosure_attribute=str(values.get("disclosure_attribute") or "主动公开"),
        placement=PLACEMENT_WORDS.get(placement, placement),
        expires_on=expires_on if isinstance(expires_on, date) else None,
        details=tuple((str(k), _shown(v)) for k, v in dict(values.get("fields") or {}).items()),
        **_texts(values),
    )


def _texts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(values[name]) for name in TEXT_FIELDS if values.get(name)}


def _shown(value: object) -> str:
    return shown_minute(value) if isinstance(value, datetime) else str(value)


def _files(
    read: ReadFile, values: Mapping[str, Any], open_beside: Callable[[str], BinaryIO]
) -> tuple[IncomingFile, ...]:
    def incoming(role: str, path: str, title: str) -> IncomingFile:
        return IncomingFile(role, path.rpartition("/")[2], lambda: open_beside(path), title, key=path)

    files = [incoming("attachment", a.file, a.title) for a in read.attachments]
    cover = str(values.get("cover") or "")
    for image in read.images:
        used = f"({image.file})" in read.body
        if used:
            files.append(incoming("image", image.file, image.alt))
        if image.file == cover:
            only = IncomingFile(
                "cover",
                image.file.rpartition("/")[2],
                _opener(open_beside, cover),
                image.alt,
                key=f"cover:{cover}",
            )
            files.append(only)
    return tuple(files)


def _opener(open_beside: Callable[[str], BinaryIO], path: str) -> Callable[[], BinaryIO]:
    return lambda: open_beside(path)


def _remarks(read: ReadFile) -> tuple[str, ...]:
    inferred = [f"{i.field} = {i.value}（取自{i.from_zh}，请核对）" for i in read.inferred]
    return (*inferred, *(w.words_zh for w in read.warnings))
