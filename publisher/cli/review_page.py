"""A revision as the reviewer must see it: fields, findings, files, signatures, and each channel's frozen message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from publisher.cli.item_page import content_facts, files_table
from publisher.cli.tables import facts, lines, table
from publisher.domain.clocks import shown_minute
from publisher.workflow.content_words import finding_place
from publisher.workflow.people_words import did

if TYPE_CHECKING:
    from rich.console import RenderableType


SLOT = re.compile(r"\[\[slot:([a-z_]+)\]\]")
SLOTS = {"portal_url": "〔门户网址，发出时填入〕"}


def review_page(document: Mapping[str, Any]) -> list[RenderableType]:
    """The page, top to bottom; the digest stands whole, in a line of its own."""
    provisional = "（暂定）" if document["due_provisional"] else ""
    head = facts(
        [
            ("索引号", document["index_no"]),
            ("版本", f"第 {document['number']} 版{'（紧急）' if document['urgent'] else ''}"),
            ("状态", f"{document['words']}{'（暂停）' if document['held'] else ''}"),
            ("拟稿人", f"{document['drafted_by']} {shown_minute(document['submitted_at'])} 送审"),
            ("法定期限", f"{document['due_on']}{provisional}"),
        ],
        title=document["content"]["title"],
    )
    signed = [f"  {shown_minute(s['at'])} {did(s['signer'], s['words'])}" for s in document["signatures"]]
    return [
        head,
        f"版本摘要 {document['revision']}",
        content_facts(document["content"], document["labels"]),
        findings_table(document["findings"], document["content"]["kind"]),
        files_table(document["content"]["files"]),
        lines(signed or ["  还没有"], title="签署"),
        *(part for message in document["messages"] for part in _message_page(message)),
    ]


def findings_table(findings: Iterable[Mapping[str, Any]], kind: str) -> RenderableType:
    """What the first screen found, with the answers given."""
    rows = [
        (
            f["rule"],
            f["level"],
            f"{finding_place(f['place'], kind)} 第 {f['line']} 行",
            f["advice_zh"],
            f["answer"] or "（未答）",
        )
        for f in findings
    ]
    return table(("规则", "级别", "位置", "建议", "答复"), rows, title="预检发现", whole=("规则", "级别"))


def _filled_later(text: str) -> str:
    """Places that are filled when it goes out, in words."""
    return SLOT.sub(lambda m: SLOTS.get(m[1], m[0]), text)


def _message_page(message: Mapping[str, Any]) -> list[RenderableType]:
    practice = "（练习）" if message["practice"] else ""
    return [
        facts(
            [
                ("标题", a["title"]),
                ("摘要", a["summary"]),
                ("作者", a["author"]),
                ("正文", _filled_later(a["text"])),
                ("链接", _filled_later(a["link"])),
                ("封面", a["cover"]),
                ("图片", "、".join(a["images"])),
                ("附件", "、".join(a["attachments"])),
            ],
            title=f"将发到 {message['label']}{practice}",
        )
        for a in message["articles"]
    ]
