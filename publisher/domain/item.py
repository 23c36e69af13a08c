"""The item's content: fields, files, and the digest that identifies a revision."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from publisher.domain.catalogue import (
    DISCLOSURE_BASIS,
    PLACEMENTS,
    VALIDITY,
    WARNING_ELEMENTS,
    Bureau,
    DisclosureAttribute,
    is_subject_class,
)
from publisher.domain.correction import NOTE_LIMIT_CHARS
from publisher.domain.errors import Problem, Reason, Refused
from publisher.domain.identifiers import DOCUMENT_NUMBER, RevisionDigest

TITLE_LIMIT_CHARS = 120
TAG = re.compile(r"<[^>]*>")
IMAGE = re.compile(r"<img\b[^>]*>")
ALT = re.compile(r'\balt="\s*[^"\s]')


@dataclass(frozen=True, slots=True)
class ItemFile:
    """One stored file of an item. `role` is attachment, image or cover; `reading` says what the screen did.

    `digest` is the SHA-256 in hexadecimal, `size` in bytes, `width` and `height` pixels (0 = no image).
    """

    role: str
    digest: str
    name: str
    media_type: str
    size: int
    title: str = ""
    width: int = 0
    height: int = 0
    reading: str = "not_checked"


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that is reviewed, signed and published of one item (rules.md 16.4).

    `body` is HTML of our own small subset; images in it stand as `[[slot:image:<digest>]]`. `details` are
    the structured fields of the kind (the elements of a warning, from and to of a notice). `correction` 更正说明
    is public and says what this revision corrects; empty where it corrects nothing.
    """

    title: str
    kind: str
    body: str
    formed_on: date
    column: str
    channels: tuple[str, ...]
    summary: str = ""
    doc_no: str = ""
    issuing_body: str = ""
    responsible_body: str = ""
    content_source: str = ""
    subject_class: str = ""
    keywords: tuple[str, ...] = ()
    disclosure_attribute: str = DisclosureAttribute.PROACTIVE.value
    disclosure_basis: str = ""
    placement: str = "legal_content"
    validity: str = "有效"
    short_title: str = ""
    responsible_editor: str = ""
    reviewer: str = ""
    expires_on: date | None = None
    correction: str = ""
    details: tuple[tuple[str, str], ...] = ()
    files: tuple[ItemFile, ...] = ()

    def detail(self, name: str) -> str:
        """One structured field, or the empty text."""
        return dict(self.details).get(name, "")

    def attachments(self) -> tuple[ItemFile, ...]:
        """Files that readers download."""
        return tuple(file for file in self.files if file.role == "attachment")

    def images(self) -> tuple[ItemFile, ...]:
        """Pictures that stand in the text, in order."""
        return tuple(file for file in self.files if file.role == "image")

    def cover(self) -> ItemFile | None:
        """The cover picture, else the first picture, else None."""
        covers = [file for file in self.files if file.role == "cover"]
        return covers[0] if covers else next(iter(self.images()), None)


def content_to_json(content: Content) -> dict[str, Any]:
    """Plain JSON values, dates as ISO text."""
    value = asdict(content)
    value["formed_on"] = content.formed_on.isoformat()
    value["expires_on"] = content.expires_on.isoformat() if content.expires_on else None
    if not content.correction:
        del value["correction"]  # what was signed before there were corrections keeps its digest
    return value


def content_from_json(value: Mapping[str, Any]) -> Content:
    """The inverse of `content_to_json`."""
    plain = dict(value)
    plain["formed_on"] = date.fromisoformat(plain["formed_on"])
    plain["expires_on"] = date.fromisoformat(plain["expires_on"]) if plain["expires_on"] else None
    plain["channels"] = tuple(plain["channels"])
    plain["keywords"] = tuple(plain["keywords"])
    plain["details"] = tuple((name, text) for name, text in plain["details"])
    plain["files"] = tuple(ItemFile(**file) for file in plain["files"])
    return Content(**plain)


def revision_digest(
    content: Content, *, index_no: str, messages: Mapping[str, str], salt: bytes
) -> RevisionDigest:
    """The digest under which this content is signed; see `digest_of_stored`."""
    return digest_of_stored(content_to_json(content), index_no=index_no, messages=messages, salt=salt)


def digest_of_stored(
    content: Mapping[str, Any], *, index_no: str, messages: Mapping[str, str], salt: bytes
) -> RevisionDigest:
    """SHA-256 over the canonical form of all that is signed: content, index number, frozen messages, 16 random bytes.

    `content` is in its plain JSON values, `messages` maps a channel's name to its frozen message as text. The
    salt keeps a short text from being guessed from its digest. Raises `ValueError` when the salt is not 16 bytes.
    """
    if len(salt) != 16:
        raise ValueError("a revision's salt has 16 bytes")
    whole = {
        "v": 1,
        "content": content,
        "index_no": index_no,
        "messages": dict(messages),
        "salt": salt.hex(),
    }
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return RevisionDigest(hashlib.sha256(text.encode()).hexdigest())


def with_defaults(content: Content, bureau: Bureau, editor: str) -> Content:
    """Fields that the bureau or the kind knows, filled where they are empty. Nothing given is changed."""
    kind = bureau.kinds.get(content.kind)
    return replace(
        content,
        column=content.column or bureau.default_column,
        channels=content.channels or tuple(bureau.channels),
        responsible_body=content.responsible_body or bureau.name,
        issuing_body=content.issuing_body or bureau.name,
        content_source=content.content_source or bureau.name,
        subject_class=content.subject_class or bureau.default_subject,
        disclosure_basis=content.disclosure_basis or (kind.basis if kind else ""),
        responsible_editor=content.responsible_editor or editor,
        **_names(content, bureau),
    )


def with_names(content: Content, bureau: Bureau) -> Content:
    """The summary and the short title from the title where nobody wrote them."""
    return replace(content, **_names(content, bureau))


def _names(content: Content, bureau: Bureau) -> dict[str, Any]:
    return {
        "summary": content.summary or content.title[: bureau.summary_limit_chars],
        "short_title": content.short_title or content.title,
    }


def content_problems(content: Content, bureau: Bureau, today: date) -> list[Problem]:
    """Everything that keeps this content from being submitted, each with what is allowed. `today` is Beijing's."""
    return [
        *_text_problems(content, bureau),
        *_list_problems(content, bureau),
        *_date_problems(content, bureau, today),
    ]


def require_complete(content: Content, bureau: Bureau, today: date) -> None:
    """Refuse with every problem at once, or return."""
    problems = content_problems(content, bureau, today)
    if problems:
        raise Refused(Reason.BAD_INPUT, *problems)


def _is_blank(body: str) -> bool:
    return not html.unescape(TAG.sub("", body)).strip()


def _text_problems(content: Content, bureau: Bureau) -> list[Problem]:
    problems = []
    if not content.title.strip():
        problems.append(Problem("title", "标题为空", f"1 至 {TITLE_LIMIT_CHARS} 字", "title is empty"))
    if len(content.title) > TITLE_LIMIT_CHARS:
        problems.append(
            Problem(
                "title",
                f"标题 {len(content.title)} 字，太长",
                f"1 至 {TITLE_LIMIT_CHARS} 字",
                f"title has {len(content.title)} characters, at most {TITLE_LIMIT_CHARS}",
            )
        )
    if len(content.correction) > NOTE_LIMIT_CHARS:
        problems.append(
            Problem(
                "correction",
                f"更正说明 {len(content.correction)} 字，太长",
                f"1 至 {NOTE_LIMIT_CHARS} 字",
                f"correction note has {len(content.correction)} characters, at most {NOTE_LIMIT_CHARS}",
            )
        )
    longest = bureau.summary_limit_chars  # rules.md R6.05
    if len(content.summary) > longest:
        problems.append(
            Problem(
                "summary",
                f"内容概述 {len(content.summary)} 字，太长",
                f"至多 {longest} 字",
                f"summary has {len(content.summary)} characters, at most {longest}",
            )
        )
    if any(not ALT.search(image) for image in IMAGE.findall(content.body)):
        problems.append(
            Problem(
                "images", "正文里有图片没有说明", "写明图里是什么", "a picture in the text has no description"
            )
        )
    if _is_blank(content.body):
        problems.append(Problem("body", "正文为空", "至少一段文字", "body is empty"))
    if content.doc_no and not DOCUMENT_NUMBER.fullmatch(content.doc_no):
        problems.append(
            Problem(
                "doc_no", f"发文字号“{content.doc_no}”格式不对", "如 临水规〔2026〕3号", "bad document number"
            )
        )
    if not content.responsible_editor.strip():
        problems.append(
            Problem("responsible_editor", "没有责任编辑", "姓名", "responsible editor is missing")
        )
    return problems


def _list_problems(content: Content, bureau: Bureau) -> list[Problem]:
    problems = []

    def must(field: str, value: str, allowed: list[str], english: str) -> None:
        if value not in allowed:
            shown = f"“{value}”不在允许的范围内" if value else "没有填"
            problems.append(Problem(field, shown, "、".join(allowed) or "（未配置）", english))

    must("kind", content.kind, list(bureau.kinds), f"unknown kind {content.kind!r}")
    must("column", content.column, list(bureau.columns), f"unknown column {content.column!r}")
    must("disclosure_basis", content.disclosure_basis, list(DISCLOSURE_BASIS), "unknown disclosure basis")
    must("placement", content.placement, list(PLACEMENTS), "unknown placement")
    must("validity", content.validity, list(VALIDITY), "unknown validity")
    if content.disclosure_attribute != DisclosureAttribute.PROACTIVE.value:
        problems.append(
            Problem(
                "disclosure_attribute",
                f"公开属性是“{content.disclosure_attribute}”，不能进入发布队列",
                DisclosureAttribute.PROACTIVE.value,
                "only 主动公开 may be queued",
            )
        )
    if not is_subject_class(content.subject_class):
        problems.append(
            Problem(
                "subject_class",
                f"主题分类“{content.subject_class}”不存在",
                f"如 {bureau.default_subject}",
                f"unknown subject class {content.subject_class!r}",
            )
        )
    for name in content.channels:
        must("channels", name, list(bureau.channels), f"unknown channel {name!r}")
    if len(set(content.channels)) < len(content.channels):
        problems.append(Problem("channels", "同一渠道写了两次", "每个渠道一次", "a channel is named twice"))
    if not any(bureau.channels[name].portal for name in content.channels if name in bureau.channels):
        problems.append(
            Problem(
                "channels",
                "至少要有一个门户：门户网站是第一平台",
                "、".join(bureau.portals()),
                "a portal is needed",
            )
        )
    return problems


def _date_problems(content: Content, bureau: Bureau, today: date) -> list[Problem]:
    problems = []
    if content.formed_on > today:
        problems.append(
            Problem(
                "formed_on",
                f"成文日期 {content.formed_on} 在今天 {today} 之后",
                f"不晚于 {today}",
                f"formation date {content.formed_on} is in the future",
            )
        )
    if content.expires_on and content.expires_on <= content.formed_on:
        problems.append(
            Problem("expires_on", "失效日期不晚于成文日期", f"晚于 {content.formed_on}", "expires too early")
        )
    kind = bureau.kinds.get(content.kind)
    for name in kind.required_details if kind else ():
        if not content.detail(name).strip():
            label = WARNING_ELEMENTS.get(name, name)
            problems.append(
                Problem(f"details.{name}", f"缺少法定要素“{label}”", f"写明{label}", f"{name} is required")
            )
    return problems
