"""An item file: an optional TOML header between two lines `+++`, then the text. `docs/specs/item-file.md`.

A plain text without a header is an item too: what it says about itself is read from its places and listed,
so that a person checks it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from publisher.screening.problems import Problem, Refused
from publisher.screening.readers.entries import (
    AttachmentEntry,
    ImageEntry,
    match_images,
    read_attachments,
    read_images,
)
from publisher.screening.readers.header import FENCE, KEYS, TITLE_LIMIT, WrongValue, one_line, parse_header
from publisher.screening.readers.inference import (
    Inference,
    Question,
    Remark,
    infer_day,
    infer_kind,
    infer_source,
    posted_day,
)
from publisher.screening.readers.text import ALLOWED, Decoded, TextRefused, decode

LARGEST_BYTES = 4 * 1024 * 1024
OTHER_FILES = frozenset(
    {"doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "pdf", "ofd", "rtf", "zip", "jpg", "png"}
)


class ItemFileRefused(Refused):
    """Nothing was read in. `problems` lists all that is wrong with the file, not only the first."""


@dataclass(frozen=True, slots=True)
class ItemFile:
    """What an item file holds. `header` has the typed values of all keys but the title, inferred ones included.

    Types: text `str`; `formed_on`, `expires_on` `date`; `release_at` aware UTC; `keywords`, `channels` tuples;
    `fields` a mapping (instants in it aware, Beijing). A key that is neither written nor inferred is absent.
    `questions` are values that the text leaves open and nobody guessed.
    """

    title: str
    body: str
    header: Mapping[str, object]
    inferred: tuple[Inference, ...]
    warnings: tuple[Remark, ...]
    attachments: tuple[AttachmentEntry, ...]
    images: tuple[ImageEntry, ...]
    questions: tuple[Question, ...] = ()
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class _Parts:
    header: str
    first_header_line: int
    rest: str


def read_item_file(data: bytes, *, name: str, today: date | None = None) -> ItemFile:
    """Read an item file, whole. `name` is the file's own name; `today` (Beijing) refuses later formation dates.

    Raises `ItemFileRefused` with every problem found. The body is the whole text after the header, or the
    whole text but its title line where the title was read from it; only outer blank lines are removed.
    """
    source = _text_of(data, name)
    parts = _split(source.text)
    parsed = parse_header(parts.header, first_line=parts.first_header_line)
    problems = list(parsed.problems)
    values = dict(parsed.values)
    attachments = read_attachments(parsed.lists.get("attachments", []), problems)
    images = read_images(parsed.lists.get("images", []), problems)

    inferred: list[Inference] = []
    title, body = _title_and_body(values, parts.rest, inferred, problems)
    if not _visible(body):
        problems.append(Problem("body", "正文是空的。", "标题之后请写正文。", "the body is empty"))
    questions, warnings = _complete(values, title, body, inferred)
    warnings += match_images(body, images, values.get("cover"), problems)
    problems += _future(values.get("formed_on"), today)
    if problems:
        raise ItemFileRefused(*problems)
    lists = (tuple(inferred), tuple(warnings), attachments, images, tuple(questions))
    return ItemFile(title, body, values, *lists, encoding=source.encoding)


def _text_of(data: bytes, name: str) -> Decoded:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in OTHER_FILES:
        raise _refused("file", f".{ending} 不是条目文件。", ALLOWED, f".{ending} is no item file")
    if not data:
        raise _refused("file", "文件是空的（0 字节）。", "请选有内容的文件。", "empty file, 0 bytes")
    if len(data) > LARGEST_BYTES:
        allowed = "条目文件上限 4 MB；图片和长表请作为附件。"
        raise _refused("file", f"文件有 {len(data)} 字节，太大。", allowed, f"{len(data)} bytes, too large")
    try:
        return decode(data)
    except TextRefused as error:
        raise ItemFileRefused(*error.problems) from error


def _split(text: str) -> _Parts:
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    fence = lines[first].strip()
    if fence != FENCE:
        if unicodedata.normalize("NFKC", fence) == FENCE:
            raise _refused("header", "表头分隔行用了全角加号。", f"请用半角的 {FENCE}。", "full-width fence")
        return _Parts("", 1, text)
    for number in range(first + 1, len(lines)):
        if lines[number].strip() == FENCE:
            header, rest = lines[first + 1 : number], lines[number + 1 :]
            return _Parts("\n".join(header), first + 2, "\n".join(rest))
    raise _refused(
        "header", "表头没有结束行。", f"请在表头之后单独写一行 {FENCE}。", "the header is not closed"
    )


def _title_and_body(
    values: dict[str, object], rest: str, inferred: list[Inference], problems: list[Problem]
) -> tuple[str, str]:
    lines = rest.split("\n")
    if "title" in values:
        return str(values.pop("title")), _without_outer_blanks(lines)
    if any(problem.field == "title" for problem in problems):
        return "", _without_outer_blanks(lines)
    first = next((number for number, line in enumerate(lines) if _visible(line)), None)
    if first is None:
        problems.append(Problem("title", "没有标题。", KEYS["title"].allowed_zh, "no title"))
        return "", ""
    try:
        title = one_line(lines[first], TITLE_LIMIT)
    except WrongValue as wrong:
        reason = f"标题（正文第一行）{wrong.reason_zh}"
        problems.append(Problem("title", reason, KEYS["title"].allowed_zh, f"first line: {wrong.reason_en}"))
        return "", _without_outer_blanks(lines[first + 1 :])
    inferred.append(Inference("title", title, "正文第一行"))
    return title, _without_outer_blanks(lines[first + 1 :])


def _complete(
    values: dict[str, object], title: str, body: str, inferred: list[Inference]
) -> tuple[list[Question], list[Remark]]:
    """Add to `values` what the text says about itself and the header did not."""
    questions: list[Question] = []
    warnings: list[Remark] = []
    for field, guess in (
        ("formed_on", infer_day(body)),
        ("kind", infer_kind(title)),
        ("content_source", infer_source(body)),
    ):
        if field in values or guess is None:
            continue
        if isinstance(guess, Question):
            questions.append(guess)
        else:
            values[field] = guess.value
            inferred.append(guess)
    formed, posted = values.get("formed_on"), posted_day(body)
    if isinstance(formed, date) and posted and formed > posted:
        warnings.append(Remark("formed_on", f"成文日期 {formed} 晚于正文写的发布时间 {posted}，请核对。"))
    return questions, warnings


def _future(formed: object, today: date | None) -> list[Problem]:
    if today is None or not isinstance(formed, date) or formed <= today:
        return []
    reason = f"成文日期 {formed} 晚于今天（{today}）。"
    return [Problem("formed_on", reason, "请写不晚于今天的日期。", f"{formed} is in the future")]


def _without_outer_blanks(lines: list[str]) -> str:
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[filled[0] : filled[-1] + 1]) if filled else ""


def _visible(text: str) -> bool:
    return any(not c.isspace() and unicodedata.category(c) not in {"Cf", "Mn", "Me"} for c in text)


def _refused(field: str, reason_zh: str, allowed_zh: str, reason_en: str) -> ItemFileRefused:
    return ItemFileRefused(Problem(field, reason_zh, allowed_zh, reason_en))
