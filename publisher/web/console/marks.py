"""How each state looks and what it is called in English: one row a state, all of them on the help page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from publisher.domain.lifecycle import REVISION_LABELS, RevisionState
from publisher.domain.order import OrderState
from publisher.domain.part import PART_LABELS, PartState
from publisher.domain.posting import CHANNEL_LABELS, POSTING_LABELS, ChannelState, PostingState

R, S, P, C = RevisionState, PostingState, PartState, ChannelState


@dataclass(frozen=True, slots=True)
class Mark:
    """One state: colour class and glyph, its English word, what it means and what to do (Chinese; "" = nothing)."""

    colour: str
    glyph: str
    english: str
    meaning: str
    todo: str = ""


DRAFT = Mark("stone", "drafted", "Draft", "草稿，还没送审", "拟稿人送审")

MARKS: Mapping[type[StrEnum], Mapping[str, Mark]] = {  # machine → state → how it looks
    R: {
        R.SUBMITTED: Mark("azurite", "submitted", "In review", "等初审", "审核人签字或退回"),
        R.REVIEWED: Mark("azurite", "reviewed", "Secrecy review", "等保密审查", "保密审查人签字或退回"),
        R.REFERRED: Mark(
            "ochre",
            "referred",
            "Referred",
            "报给有权确定的机关了，等多久都不自动通过",
            "保密审查人收到答复后处理",
        ),
        R.CLEARED: Mark("azurite", "cleared", "Awaiting sign-off", "等签发", "签发人签字或退回"),
        R.APPROVED: Mark("malachite", "approved", "Approved", "签完了，还没有时间", "责任编辑排期"),
        R.SCHEDULED: Mark("malachite", "scheduled", "Scheduled", "到点、过门就下发"),
        R.RELEASED: Mark("malachite", "released", "Released", "交给推送了，各渠道各走各的"),
        R.RETURNED: Mark("ochre", "returned", "Returned", "退回来改，有理由", "拟稿人改成新版本再送"),
        R.WITHHELD: Mark("stone", "withheld", "Withheld", "不予公开，写明理由和依据"),
        R.SUPERSEDED: Mark("stone", "superseded", "Superseded", "有了更新的版本"),
        R.WITHDRAWING: Mark("stone", "withdrawing", "Withdrawing", "正在撤，还没看到全部消失"),
        R.WITHDRAWN: Mark("stone", "withdrawn", "Withdrawn", "公众已经看不到，回看过"),
    },
    S: {
        S.WAITING: Mark("stone", "waiting", "Waiting", "在等：门户、次数、时段或解冻"),
        S.QUEUED: Mark("stone", "queued", "Queued", "到点就发；推迟的写明到几点"),
        S.SENDING: Mark("azurite", "sending", "Sending", "正在和平台说话"),
        S.ACCEPTED: Mark("azurite", "accepted", "Accepted", "平台收下了，还没公开"),
        S.UNKNOWN: Mark(
            "violet",
            "unknown",
            "Unknown",
            "送出后没有答复。可能发出，可能没有。系统不重发",
            "去平台看一眼，按“已经发出”或“没有发出”",
        ),
        S.HELD: Mark(
            "ochre",
            "held",
            "Held",
            "误了时限，或有人叫停",
            "签发人决定继续，责任编辑可取消；误时的由责任编辑决定",
        ),
        S.BY_HAND: Mark(
            "ochre",
            "byhandpub",
            "Publish by hand",
            "平台不让代发，稿子已放好",
            "到平台后台点发布，回来贴链接",
        ),
        S.FAILED: Mark("cinnabar", "failed", "Failed", "平台拒收，没有发出", "改内容或改设置，再重推"),
        S.OUT: Mark("azurite", "published", "Out", "发出去了，以后看“篇”的状态"),
        S.CANCELLED: Mark("stone", "cancelled", "Cancelled", "没有发，以后也不发"),
    },
    P: {
        P.PUBLISHED: Mark("azurite", "published", "Published", "平台说公开了，我们还没回看"),
        P.VERIFIED: Mark(
            "malachite", "verified", "Verified", "公众看到的和签发的一致。写明怎么看的：读者、账号、人工证明"
        ),
        P.DIFFERS: Mark(
            "cinnabar", "differs", "Differs", "公众看到的和签发的不一样", "看对照：改正，或请审核人认可差异"
        ),
        P.MISSING: Mark("cinnabar", "missing", "Missing", "原来在，现在取不到了", "查原因，必要时撤下"),
        P.REPLACED: Mark("stone", "replaced", "Replaced", "同一位置换成了新版本"),
        P.LOST: Mark("stone", "lost", "Written off", "确认丢失，不再追"),
        P.WITHDRAWING: Mark("stone", "withdrawing", "Withdrawing", "正在撤，还没看到消失"),
        P.WITHDRAW_BY_HAND: Mark(
            "ochre", "byhand", "Withdraw by hand", "平台没有撤下接口", "到平台后台删除，回来确认"
        ),
        P.WITHDRAWN: Mark("stone", "withdrawn", "Withdrawn", "公众已经看不到，回看过"),
        P.UNREMOVABLE: Mark(
            "cinnabar", "unremovable", "Unremovable", "撤不下来，签发人已知晓并写明", "对外说明"
        ),
    },
    C: {
        C.OPEN: Mark("malachite", "verified", "Open", "正常，到点就发"),
        C.PAUSED: Mark(
            "cinnabar",
            "failed",
            "Paused",
            "平台拒绝了凭据或权限，或有人暂停",
            "改好设置后恢复；系统每 10 分钟试一次",
        ),
        C.FROZEN: Mark("ochre", "held", "Frozen", "有人叫停，什么都不发", "签发人解除"),
    },
    OrderState: {
        OrderState.OPEN: Mark("stone", "withdrawing", "Under way", "指令正在办理"),
        OrderState.FULFILLED: Mark("stone", "withdrawn", "Fulfilled", "指令已办结，每一处都回看过"),
    },
}

LABELS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    R: REVISION_LABELS,
    S: POSTING_LABELS,
    P: PART_LABELS,
    C: CHANNEL_LABELS,
    OrderState: {OrderState.OPEN: "办理中", OrderState.FULFILLED: "已办结"},
}
"""States of different machines have equal words (`open`, `withdrawn`): a table a machine."""

MACHINES: Mapping[str, type[StrEnum]] = {"revision": R, "posting": S, "part": P, "channel": C}


def mark_of(state: StrEnum) -> Mark:
    """How a state looks. Raises `KeyError` for a state that is in no table."""
    return MARKS[type(state)][state]


def label_of(state: StrEnum, lang: str) -> str:
    """A state in words, Chinese or English."""
    return mark_of(state).english if lang == "en" else LABELS[type(state)][state]


def state_of(machine: str, word: str) -> StrEnum:
    """The state of a machine by its word. Raises `KeyError` or `ValueError` for what is none."""
    return MACHINES[machine](word)
