"""The life of a part 篇 (seeing): one literal table (design 3)."""

from __future__ import annotations

from enum import StrEnum

from publisher.domain.errors import IllegalTransition


class PartState(StrEnum):
    """What is known of one article that went out."""

    PUBLISHED = "published"
    VERIFIED = "verified"
    DIFFERS = "differs"
    MISSING = "missing"
    REPLACED = "replaced"
    LOST = "lost"
    WITHDRAWING = "withdrawing"
    WITHDRAW_BY_HAND = "withdraw_by_hand"
    WITHDRAWN = "withdrawn"
    UNREMOVABLE = "unremovable"


class PartEvent(StrEnum):
    """What can happen to a part."""

    MATCH = "match"
    DIFFER = "differ"
    VANISH = "vanish"
    CANNOT_SEE = "cannot_see"
    ACCEPT_DIFFERENCE = "accept_difference"
    ATTEST = "attest"
    REPLACE = "replace"
    WRITE_OFF = "write_off"
    WITHDRAW = "withdraw"
    CONFIRM_GONE = "confirm_gone"
    POSTPONE = "postpone"
    LOSE_ANSWER = "lose_answer"
    NEEDS_HAND = "needs_hand"
    REJECT = "reject"
    CANNOT_REMOVE = "cannot_remove"
    REAPPEAR = "reappear"


S, E = PartState, PartEvent

PART_LABELS = {
    S.PUBLISHED: "待核验",
    S.VERIFIED: "已核验",
    S.DIFFERS: "内容不符",
    S.MISSING: "已缺失",
    S.REPLACED: "已更正替换",
    S.LOST: "已注销",
    S.WITHDRAWING: "撤下中",
    S.WITHDRAW_BY_HAND: "待人工撤下",
    S.WITHDRAWN: "已撤下",
    S.UNREMOVABLE: "无法撤下",
}

PART_EVENT_LABELS = {
    E.MATCH: "相符",
    E.DIFFER: "不符",
    E.VANISH: "消失",
    E.CANNOT_SEE: "看不到",
    E.ACCEPT_DIFFERENCE: "认可差异",
    E.ATTEST: "人工证明",
    E.REPLACE: "被替换",
    E.WRITE_OFF: "注销",
    E.WITHDRAW: "撤下",
    E.CONFIRM_GONE: "确认已撤下",
    E.POSTPONE: "稍后再撤",
    E.LOSE_ANSWER: "没有答复",
    E.NEEDS_HAND: "转人工撤下",
    E.REJECT: "平台拒绝撤下",
    E.CANNOT_REMOVE: "声明无法撤下",
    E.REAPPEAR: "又出现",
}

CLOSED = frozenset({S.REPLACED, S.LOST, S.WITHDRAWN, S.UNREMOVABLE})
"""Nothing of it is out any more, or it is said and signed that it cannot be removed."""

PUBLIC = frozenset({S.PUBLISHED, S.VERIFIED, S.DIFFERS, S.MISSING})

PART_TABLE: dict[tuple[PartState, PartEvent], PartState] = {
    (S.PUBLISHED, E.MATCH): S.VERIFIED,
    (S.VERIFIED, E.MATCH): S.VERIFIED,
    (S.DIFFERS, E.MATCH): S.VERIFIED,
    (S.MISSING, E.MATCH): S.VERIFIED,
    (S.PUBLISHED, E.DIFFER): S.DIFFERS,
    (S.VERIFIED, E.DIFFER): S.DIFFERS,
    (S.DIFFERS, E.DIFFER): S.DIFFERS,
    (S.MISSING, E.DIFFER): S.DIFFERS,
    (S.PUBLISHED, E.VANISH): S.MISSING,
    (S.VERIFIED, E.VANISH): S.MISSING,
    (S.DIFFERS, E.VANISH): S.MISSING,
    (S.PUBLISHED, E.CANNOT_SEE): S.PUBLISHED,
    (S.VERIFIED, E.CANNOT_SEE): S.VERIFIED,
    (S.DIFFERS, E.CANNOT_SEE): S.DIFFERS,
    (S.MISSING, E.CANNOT_SEE): S.MISSING,
    (S.DIFFERS, E.ACCEPT_DIFFERENCE): S.VERIFIED,
    (S.PUBLISHED, E.ATTEST): S.VERIFIED,
    (S.PUBLISHED, E.REPLACE): S.REPLACED,
    (S.VERIFIED, E.REPLACE): S.REPLACED,
    (S.DIFFERS, E.REPLACE): S.REPLACED,
    (S.MISSING, E.REPLACE): S.REPLACED,  # a correction puts the page back at its address
    (S.MISSING, E.WRITE_OFF): S.LOST,
    (S.PUBLISHED, E.WITHDRAW): S.WITHDRAWING,
    (S.VERIFIED, E.WITHDRAW): S.WITHDRAWING,
    (S.DIFFERS, E.WITHDRAW): S.WITHDRAWING,
    (S.MISSING, E.WITHDRAW): S.WITHDRAWING,
    (S.WITHDRAWING, E.CONFIRM_GONE): S.WITHDRAWN,
    (S.WITHDRAWING, E.POSTPONE): S.WITHDRAWING,
    (S.WITHDRAWING, E.LOSE_ANSWER): S.WITHDRAWING,
    (S.WITHDRAWING, E.NEEDS_HAND): S.WITHDRAW_BY_HAND,
    (S.WITHDRAWING, E.REJECT): S.WITHDRAW_BY_HAND,
    (S.WITHDRAW_BY_HAND, E.CONFIRM_GONE): S.WITHDRAWN,
    (S.WITHDRAW_BY_HAND, E.CANNOT_REMOVE): S.UNREMOVABLE,
    (S.WITHDRAWN, E.REAPPEAR): S.WITHDRAWING,
}


def advance_part(state: PartState, event: PartEvent) -> PartState:
    """The state after `event`; raises `IllegalTransition` for a pair that is not in the table."""
    try:
        return PART_TABLE[state, event]
    except KeyError:
        raise IllegalTransition("part", state, event) from None
