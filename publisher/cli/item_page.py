"""An item as its story, and the list of items: documents for programs, tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from publisher.cli.english import state_words
from publisher.cli.tables import facts, lines, table, whole
from publisher.domain.clocks import shown_minute
from publisher.workflow.content_words import (
    READING,
    ROLE_OF_FILE,
    content_pairs,
    file_kind_words,
    size_words,
)
from publisher.workflow.people_words import did

if TYPE_CHECKING:
    from rich.console import RenderableType

    from publisher.workflow.where import ChannelWhere, ItemWhere

WHOLE = ("渠道", "状态", "最近核验")
PRACTICE = ("全部是练习平台：内容没有公开，公众看不到", "practice platforms only: nothing is public")


def items_table(places: Sequence[ItemWhere], lang: str) -> RenderableType:
    """One line an item: never “published” while a channel is not. Practice is said once where all is practice."""
    channels = [c for place in places for c in place.channels]
    practice = bool(channels) and all(c.practice for c in channels)
    rows = [
        (
            p.item_id,
            p.title,
            _state(p, lang),
            "\n".join(_channel(c, lang, all_practice=practice) for c in p.channels),
        )
        for p in places
    ]
    title = PRACTICE[lang == "en"] if practice else ""
    return table(("编号", "标题", "状态", "各渠道"), rows, title=title, whole=("编号", "状态"), lang=lang)


def _state(place: ItemWhere, lang: str) -> str:
    words = state_words(place.state, place.words, lang)
    if lang == "en":
        return f"{words}{', held' if place.held else ''}{', overdue' if place.overdue else ''}"
    return f"{words}{'（超期）' if place.overdue else ''}"


def _channel(channel: ChannelWhere, lang: str, *, all_practice: bool) -> str:
    mark = "" if all_practice or not channel.practice else " (practice)" if lang == "en" else "（练习）"
    colon = ": " if lang == "en" else "："
    return f"{channel.label}{mark}{colon}{state_words(channel.state, channel.words, lang)}"


def item_page(document: Mapping[str, Any]) -> list[RenderableType]:
    """The page of one item, top to bottom."""
    head = facts(
        [
            ("编号", document["item_id"]),
            ("索引号", document["index_no"]),
            ("状态", document["words"]),
            ("现在", document["sentence"]),
            ("草稿", _draft_words(document["draft"])),
            ("排期", document["release_at"]),
            ("法定期限", f"{document['due_on']}{'（已超期）' if document['overdue'] else ''}"),
        ],
        title=document["title"],
    )
    rows = [
        (f"{c['label']}{'（练习）' if c['practice'] else ''}", c["words"], c["verified_at"], c["error"])
        for c in document["channels"]
    ]
    page = [head, table(("渠道", "状态", "最近核验", "问题"), rows, title="各渠道", whole=WHOLE)]
    page.append(whole({c["label"]: c["url"] for c in document["channels"]}))
    page += [
        content_facts(document["content"], document["labels"]),
        files_table(document["content"].get("files", ())),
    ]
    page += [_story(revision) for revision in document["revisions"]]
    if document["orders"]:
        page.append(lines([line for order in document["orders"] for line in _told(order)], title="撤下指令"))
    return [part for part in page if part != ""]


def _draft_words(draft: Mapping[str, Any] | None) -> str:
    return f"有打开的草稿（第 {draft['version']} 稿，{draft['updater']}）" if draft else ""


def content_facts(content: Mapping[str, Any], labels: Mapping[str, Any]) -> RenderableType:
    """The fields that are filled, in the order of the page, codes in words."""
    return facts(content_pairs(content, labels), title="字段")


def files_table(files: Iterable[Mapping[str, Any]]) -> RenderableType:
    """Files with what the screen did to each: a file that nothing read says so."""
    rows = [
        (
            ROLE_OF_FILE.get(f["role"], f["role"]),
            f["name"],
            file_kind_words(f["media_type"]),
            size_words(f["size"]),
            READING[f["reading"]],
        )
        for f in files
    ]
    return table(("用途", "文件", "类型", "大小", "预检"), rows, title="文件", whole=("用途", "大小", "预检"))


def _story(revision: Mapping[str, Any]) -> RenderableType:
    held = "，暂停中" if revision["held"] else ""
    urgent = "（紧急）" if revision["urgent"] else ""
    texts = [
        f"第 {revision['number']} 版{urgent}：{revision['words']}{held}",
        f"  {shown_minute(revision['submitted_at'])} {did(revision['drafted_by'], '送审')}",
        *(f"  {shown_minute(s['at'])} {did(s['signer'], s['words'])}" for s in revision["signatures"]),
    ]
    if revision["released_at"]:
        texts.append(f"  {shown_minute(revision['released_at'])} 下发")
    return lines([*texts, f"  摘要 {revision['digest']}"])


def _told(order: Mapping[str, Any]) -> list[str]:
    done = f"{shown_minute(order['closed_at'])} 办结" if order["closed_at"] else "办理中"
    return [
        f"  {order['id']} 号 {shown_minute(order['at'])} {order['signer']}：{order['scope_words']}，{done}",
        f"    理由：{order['reason']}",
    ]
