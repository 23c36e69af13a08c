"""An item as its story, and the list of items: documents for programs, tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from publisher.cli.labels import CONTENT
from publisher.cli.tables import facts, lines, table, whole
from publisher.domain.clocks import shown_minute
from publisher.domain.lifecycle import REVISION_LABELS
from publisher.domain.people import Act

if TYPE_CHECKING:
    from rich.console import RenderableType

    from publisher.store.records import ItemRecord, RevisionRecord
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.report import ItemWhere

ACT_LABELS = {
    Act.PASS_CONTENT: "初审通过",
    Act.CLEAR_SECRECY: "保密审查通过",
    Act.REFER_UP: "报请确定",
    Act.WITHHOLD: "不予公开",
    Act.SIGN_OFF: "签发",
    Act.SECOND_LOOK: "事后复核",
}
ROLE_OF_FILE = {"attachment": "附件", "image": "图片", "cover": "封面"}
READING = {"checked": "已检", "not_checked": "未检"}


def items_table(places: Iterable[ItemWhere]) -> RenderableType:
    """One line an item: never “published” while a channel is not."""
    rows = [
        (place.item_id, place.title, f"{place.words}{'（超期）' if place.overdue else ''}", _channels(place))
        for place in places
    ]
    return table(("编号", "标题", "状态", "各渠道"), rows)


def _channels(place: ItemWhere) -> str:
    return "\n".join(f"{c.label}：{c.words}{'（练习）' if c.practice else ''}" for c in place.channels)


def item_document(reading: Reading, item: ItemRecord, now: datetime) -> dict[str, Any]:
    """Everything about one item, plain values."""
    from publisher.workflow.report import where

    place = where(reading, item, now)
    draft = reading.items.open_draft(item.id)
    revisions = reading.items.revisions(item.id)
    content = revisions[-1].content if revisions else (draft.content if draft else {})
    if draft is not None:
        content = draft.content
    return {
        **asdict(place),
        "sentence": place.sentence,
        "draft": {"version": draft.version, "updated_by": draft.updated_by} if draft else None,
        "content": content,
        "revisions": [_revision(reading, revision) for revision in revisions],
        "parts": [asdict(part) for part in reading.parts.of_item(item.id)],
        "orders": [asdict(order) for order in reading.parts.orders(item.id)],
    }


def _revision(reading: Reading, revision: RevisionRecord) -> dict[str, Any]:
    return {
        "digest": revision.id,
        "number": revision.number,
        "state": revision.state.value,
        "words": REVISION_LABELS[revision.state],
        "held": revision.held,
        "urgent": revision.urgent,
        "drafter": revision.drafter,
        "submitted_at": revision.submitted_at,
        "release_at": revision.release_at,
        "released_at": revision.released_at,
        "signatures": [asdict(signature) for signature in reading.items.signatures(revision.id)],
    }


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
    page = [head, table(("渠道", "状态", "最近核验", "问题"), rows, title="各渠道")]
    page.append(whole({c["label"]: c["url"] for c in document["channels"]}))
    page += [content_facts(document["content"]), files_table(document["content"].get("files", ()))]
    page += [_story(revision) for revision in document["revisions"]]
    page.append(lines([_order(order) for order in document["orders"]], title="撤下指令"))
    return [part for part in page if part != ""]


def _draft_words(draft: Mapping[str, Any] | None) -> str:
    return f"有打开的草稿（第 {draft['version']} 稿，{draft['updated_by']}）" if draft else ""


def content_facts(content: Mapping[str, Any]) -> RenderableType:
    """The fields that are filled, in the order of the page."""
    pairs = [(label, _field(content.get(name))) for name, label in CONTENT.items()]
    pairs += [(name, value) for name, value in content.get("details", ())]
    return facts(pairs, title="字段")


def _field(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def files_table(files: Iterable[Mapping[str, Any]]) -> RenderableType:
    """Files with what the screen did to each: a file that nothing read says so."""
    rows = [
        (ROLE_OF_FILE.get(f["role"], f["role"]), f["name"], f["media_type"], f["size"], READING[f["reading"]])
        for f in files
    ]
    return table(("用途", "文件", "类型", "字节", "预检"), rows, title="文件")


def _story(revision: Mapping[str, Any]) -> RenderableType:
    held = "，暂停中" if revision["held"] else ""
    urgent = "（紧急）" if revision["urgent"] else ""
    texts = [
        f"第 {revision['number']} 版{urgent}：{revision['words']}{held}",
        f"  {shown_minute(revision['submitted_at'])} {revision['drafter']} 送审",
        *(
            f"  {shown_minute(s['at'])} {s['person']} {ACT_LABELS.get(s['act'], s['act'])}"
            for s in revision["signatures"]
        ),
    ]
    if revision["released_at"]:
        texts.append(f"  {shown_minute(revision['released_at'])} 下发")
    return lines([*texts, f"  摘要 {revision['digest']}"])


def _order(order: Mapping[str, Any]) -> str:
    scope = order["part_id"] or order["channel"] or "全部渠道"
    done = f"，{shown_minute(order['closed_at'])} 办结" if order["closed_at"] else "，办理中"
    return f"  {order['id']} 号 {shown_minute(order['at'])} {order['signed_by']}：{scope}，{order['reason']}{done}"
