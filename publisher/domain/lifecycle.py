"""The life of a revision 版本: one literal table of states and events (design 3)."""

from __future__ import annotations

from enum import StrEnum

from publisher.domain.errors import IllegalTransition


class RevisionState(StrEnum):
    """Where a revision stands. `held` is a mark beside the state, not a state."""

    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    REFERRED = "referred"
    CLEARED = "cleared"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RELEASED = "released"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"
    WITHHELD = "withheld"
    RETURNED = "returned"
    SUPERSEDED = "superseded"


class RevisionEvent(StrEnum):
    """What can happen to a revision."""

    PASS_CONTENT = "pass_content"
    CLEAR_SECRECY = "clear_secrecy"
    REFER_UP = "refer_up"
    SIGN_OFF = "sign_off"
    SIGN_OFF_URGENT = "sign_off_urgent"
    WITHHOLD = "withhold"
    RETURN = "return"
    RECALL = "recall"
    SCHEDULE = "schedule"
    RESCHEDULE = "reschedule"
    UNSCHEDULE = "unschedule"
    REVOKE = "revoke"
    SUPERSEDE = "supersede"
    RELEASE = "release"
    ORDER_WITHDRAWAL = "order_withdrawal"
    ALL_GONE = "all_gone"


S, E = RevisionState, RevisionEvent

REVISION_LABELS = {
    S.SUBMITTED: "待初审",
    S.REVIEWED: "待保密审查",
    S.REFERRED: "报请确定中",
    S.CLEARED: "待签发",
    S.APPROVED: "已签发",
    S.SCHEDULED: "已排期",
    S.RELEASED: "已下发",
    S.WITHDRAWING: "撤下中",
    S.WITHDRAWN: "已撤下",
    S.WITHHELD: "不予公开",
    S.RETURNED: "已退回",
    S.SUPERSEDED: "已被更正",
}

REVISION_EVENT_LABELS = {
    E.PASS_CONTENT: "初审通过",
    E.CLEAR_SECRECY: "保密审查通过",
    E.REFER_UP: "报请确定",
    E.SIGN_OFF: "签发",
    E.SIGN_OFF_URGENT: "紧急签发",
    E.WITHHOLD: "不予公开",
    E.RETURN: "退回",
    E.RECALL: "撤回送审",
    E.SCHEDULE: "排期",
    E.RESCHEDULE: "改期",
    E.UNSCHEDULE: "取消排期",
    E.REVOKE: "撤回签发",
    E.SUPERSEDE: "被取代",
    E.RELEASE: "下发",
    E.ORDER_WITHDRAWAL: "撤下",
    E.ALL_GONE: "全部撤下",
}

FINAL = frozenset({S.WITHDRAWN, S.WITHHELD, S.RETURNED, S.SUPERSEDED})
UNDER_WAY = frozenset({S.SUBMITTED, S.REVIEWED, S.REFERRED, S.CLEARED, S.APPROVED, S.SCHEDULED})
"""Not yet out and not ended: an item has at most one such revision."""

GIVING_BACK = frozenset({S.APPROVED, S.RETURNED, S.WITHHELD, S.SUPERSEDED})
"""Not about to be released: what was planned for it in the quota book is free again."""

REVISION_TABLE: dict[tuple[RevisionState, RevisionEvent], RevisionState] = {
    (S.SUBMITTED, E.PASS_CONTENT): S.REVIEWED,
    (S.REVIEWED, E.CLEAR_SECRECY): S.CLEARED,
    (S.REFERRED, E.CLEAR_SECRECY): S.CLEARED,
    (S.REVIEWED, E.REFER_UP): S.REFERRED,
    (S.CLEARED, E.SIGN_OFF): S.APPROVED,
    (S.SUBMITTED, E.SIGN_OFF_URGENT): S.APPROVED,
    (S.SUBMITTED, E.WITHHOLD): S.WITHHELD,
    (S.REVIEWED, E.WITHHOLD): S.WITHHELD,
    (S.REFERRED, E.WITHHOLD): S.WITHHELD,
    (S.CLEARED, E.WITHHOLD): S.WITHHELD,
    (S.APPROVED, E.WITHHOLD): S.WITHHELD,
    (S.SCHEDULED, E.WITHHOLD): S.WITHHELD,
    (S.SUBMITTED, E.RETURN): S.RETURNED,
    (S.REVIEWED, E.RETURN): S.RETURNED,
    (S.REFERRED, E.RETURN): S.RETURNED,
    (S.CLEARED, E.RETURN): S.RETURNED,
    (S.SUBMITTED, E.RECALL): S.RETURNED,
    (S.REVIEWED, E.RECALL): S.RETURNED,
    (S.REFERRED, E.RECALL): S.RETURNED,
    (S.CLEARED, E.RECALL): S.RETURNED,
    (S.APPROVED, E.SCHEDULE): S.SCHEDULED,
    (S.SCHEDULED, E.RESCHEDULE): S.SCHEDULED,
    (S.SCHEDULED, E.UNSCHEDULE): S.APPROVED,
    (S.APPROVED, E.REVOKE): S.RETURNED,
    (S.SCHEDULED, E.REVOKE): S.RETURNED,
    (S.SUBMITTED, E.SUPERSEDE): S.SUPERSEDED,
    (S.REVIEWED, E.SUPERSEDE): S.SUPERSEDED,
    (S.REFERRED, E.SUPERSEDE): S.SUPERSEDED,
    (S.CLEARED, E.SUPERSEDE): S.SUPERSEDED,
    (S.APPROVED, E.SUPERSEDE): S.SUPERSEDED,
    (S.SCHEDULED, E.SUPERSEDE): S.SUPERSEDED,
    (S.RELEASED, E.SUPERSEDE): S.SUPERSEDED,
    (S.SCHEDULED, E.RELEASE): S.RELEASED,
    (S.RELEASED, E.ORDER_WITHDRAWAL): S.WITHDRAWING,
    (S.WITHDRAWING, E.ALL_GONE): S.WITHDRAWN,
}


def advance_revision(state: RevisionState, event: RevisionEvent) -> RevisionState:
    """The state after `event`; raises `IllegalTransition` for a pair that is not in the table."""
    try:
        return REVISION_TABLE[state, event]
    except KeyError:
        raise IllegalTransition("revision", state, event) from None
