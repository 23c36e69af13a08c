"""The words of log entries, the same for the command line and the console."""

from __future__ import annotations

import re
from collections.abc import Mapping

from publisher.domain.catalogue import Bureau
from publisher.domain.events import ENTRY_KINDS
from publisher.domain.labels import field_label
from publisher.domain.people import ACT_LABELS

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


def entry_words(kind: str, outcome: str, facts: Mapping[str, str]) -> str:
    """What an entry says, in Chinese words."""
    words = ENTRY_KINDS.get(kind, kind)
    if kind == REFUSED_ACT:
        act = facts.get("act", "")
        return f"{words}：{ATTEMPTS.get(act, act)}"
    ended = OUTCOMES.get(outcome, outcome)
    return f"{words}（{ended}）" if ended else words


def subject_words(subject: str, bureau: Bureau) -> str:
    """What an entry is about, in Chinese words; long keys are cut to what people can compare."""
    kind, _, name = subject.partition(":")
    if kind == "channel":
        return f"{SUBJECTS[kind]} {bureau.label(name)}"
    short = name[:SHORT_CHARS] if kind in ("item", "revision", "posting", "part") else name
    return f"{SUBJECTS.get(kind, kind)} {short}".rstrip() if kind != "log" else SUBJECTS[kind]


def brief(text: str) -> str:
    """A note on one line, its fields by their Chinese names; links whole, the rest cut."""
    line = FIELD.sub(lambda m: field_label(m[1]), " ".join(text.split()))
    return line if "://" in line or len(line) <= BRIEF_CHARS else f"{line[:BRIEF_CHARS]}…"
