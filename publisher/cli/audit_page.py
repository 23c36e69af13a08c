"""The log as a list: a line an entry under its day, what was noted on a line of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from publisher.domain.clocks import shown_minute
from publisher.domain.events import ENTRY_KINDS
from publisher.domain.labels import field_label
from publisher.domain.people import ACT_LABELS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from publisher.audit.entries import StoredEntry
    from publisher.store.unit_of_work import Reading

REFUSED_ACT = "person:act:refused"
OUTCOMES = {"done": "", "refused": "被拒绝", "failed": "失败", "unknown": "结果不明"}
ATTEMPTS: dict[str, str] = {  # what was refused: a use case, where its name is not the act's
    **{act.value: words for act, words in ACT_LABELS.items()},
    "save_draft": "保存草稿",
    "discard_draft": "废弃草稿",
    "sign_off_urgent": "紧急签发",
    "return_revision": "退回",
    "confirm_by_hand": "确认已发出",
    "deny_by_hand": "确认未发出",
    "confirm_part_gone": "确认已撤下",
    "attest": "人工证明",
    "explain_stranger": "说明来历",
    "pause_by_hand": "暂停渠道",
    "reopen_by_hand": "恢复渠道",
    "record_export": "导出存证",
    "begin_probe": "试连接",
    "end_probe": "试连接",
    "restore_rules": "恢复旧的设置",
    "prove": "确认身份",
}
SUBJECTS = {
    "item": "条目",
    "revision": "版本",
    "posting": "推送",
    "part": "篇",
    "channel": "渠道",
    "user": "人员",
    "key": "密钥",
    "note": "附注",
    "log": "日志",
    "daemon": "服务",
    "settings": "设置",
}
SHORT_CHARS = 8
BRIEF_CHARS = 120
FIELD = re.compile(r"(?:^|(?<=；))([a-z_]+)(?=：)")


def entry_document(reading: Reading, stored: StoredEntry, named: Callable[[str], str]) -> dict[str, Any]:
    """One entry: its facts as they are sealed, and beside them the words of the list."""
    from publisher.audit.entries import parse_entry

    entry = parse_entry(stored.canonical)
    noted = reading.log.notes(stored.seq)
    notes = {note.name: "（已抹除）" if note.text is None else note.text for note in noted}
    behalf = f"，代{named(entry.on_behalf_of)}" if entry.on_behalf_of else ""
    return {
        **asdict(entry),
        "hash": stored.entry_hash,
        "notes": notes,
        "shown_at": shown_minute(datetime.fromisoformat(entry.at)),
        "who": f"{named(entry.actor)}{behalf}",
        "words": _words(entry.kind, entry.outcome, entry.facts),
        "subject_shown": _subject(entry.subject, reading),
        "notes_shown": "\n".join(_brief(text) for text in notes.values()),
    }


def _words(kind: str, outcome: str, facts: Mapping[str, str]) -> str:
    words = ENTRY_KINDS.get(kind, kind)
    if kind == REFUSED_ACT:
        act = facts.get("act", "")
        return f"{words}：{ATTEMPTS.get(act, act)}"
    ended = OUTCOMES.get(outcome, outcome)
    return f"{words}（{ended}）" if ended else words


def _subject(subject: str, reading: Reading) -> str:
    kind, _, name = subject.partition(":")
    if kind == "channel":
        return f"{SUBJECTS[kind]} {reading.bureau.label(name)}"
    short = name[:SHORT_CHARS] if kind in ("item", "revision", "posting", "part") else name
    return f"{SUBJECTS.get(kind, kind)} {short}".rstrip() if kind != "log" else SUBJECTS[kind]


def _brief(text: str) -> str:
    line = FIELD.sub(lambda m: field_label(m[1]), " ".join(text.split()))
    return line if "://" in line or len(line) <= BRIEF_CHARS else f"{line[:BRIEF_CHARS]}…"


def entries_page(entries: Iterable[Mapping[str, Any]], lang: str) -> RenderableType:
    """The list. In English accounts, kinds and subjects stand as in the log."""
    from publisher.cli.tables import grouped

    def row(entry: Mapping[str, Any]) -> tuple[list[object], str]:
        told = _english(entry) if lang == "en" else [entry[n] for n in ("who", "words", "subject_shown")]
        return [entry["seq"], entry["shown_at"][11:], *told], entry["notes_shown"]

    days = groupby(entries, key=lambda entry: str(entry["shown_at"])[:10])
    groups = [(day, [row(entry) for entry in found]) for day, found in days]
    headings = ("序号", "时间", "人", "事项", "对象")
    return grouped(headings, groups, whole=("序号", "时间", "对象"), lang=lang)


def _english(entry: Mapping[str, Any]) -> list[object]:
    kind, colon, name = str(entry["subject"]).partition(":")
    behalf = f" for {entry['on_behalf_of']}" if entry["on_behalf_of"] else ""
    return [f"{entry['actor']}{behalf}", entry["kind"], f"{kind}{colon}{name[:SHORT_CHARS]}"]
