"""The life of a posting 推送 (sending) and of a channel 渠道: literal tables (design 3)."""

from __future__ import annotations

from enum import StrEnum

from publisher.domain.errors import IllegalTransition


class PostingState(StrEnum):
    """Where one sending to one channel stands."""

    WAITING = "waiting"
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    HELD = "held"
    BY_HAND = "by_hand"
    FAILED = "failed"
    OUT = "out"
    CANCELLED = "cancelled"


class PostingEvent(StrEnum):
    """What can happen to a posting."""

    READY = "ready"
    UNREADY = "unready"
    LATE = "late"
    HOLD = "hold"
    RESUME = "resume"
    CANCEL = "cancel"
    CLAIM = "claim"
    PUBLISH = "publish"
    ACCEPT = "accept"
    POSTPONE = "postpone"
    REFUSE_CHANNEL = "refuse_channel"
    REJECT = "reject"
    NEED_HAND = "need_hand"
    LOSE_ANSWER = "lose_answer"
    LOSE_LEASE_OPEN = "lose_lease_open"
    LOSE_LEASE = "lose_lease"
    LOOK_AGAIN = "look_again"
    FOUND = "found"
    FOUND_RUNNING = "found_running"
    SURELY_ABSENT = "surely_absent"
    DENY_BY_HAND = "deny_by_hand"
    CONFIRM_BY_HAND = "confirm_by_hand"
    APPEAR = "appear"
    REFUSE_LATER = "refuse_later"
    LOSE_TRACK = "lose_track"
    REQUEUE = "requeue"
    DOUBT = "doubt"


S, E = PostingState, PostingEvent

POSTING_LABELS = {
    S.WAITING: "等待",
    S.QUEUED: "待推送",
    S.SENDING: "推送中",
    S.ACCEPTED: "平台已受理",
    S.UNKNOWN: "结果不明",
    S.HELD: "待人工",
    S.BY_HAND: "待人工发布",
    S.FAILED: "失败",
    S.OUT: "已发出",
    S.CANCELLED: "已取消",
}

POSTING_EVENT_LABELS = {
    E.READY: "就绪",
    E.UNREADY: "退回等待",
    E.LATE: "超过时限",
    E.HOLD: "暂停",
    E.RESUME: "恢复",
    E.CANCEL: "取消",
    E.CLAIM: "开始推送",
    E.PUBLISH: "发出",
    E.ACCEPT: "受理",
    E.POSTPONE: "稍后再试",
    E.REFUSE_CHANNEL: "渠道拒绝",
    E.REJECT: "拒收",
    E.NEED_HAND: "转人工",
    E.LOSE_ANSWER: "没有答复",
    E.LOSE_LEASE_OPEN: "中断且结果不明",
    E.LOSE_LEASE: "中断",
    E.LOOK_AGAIN: "再查找",
    E.FOUND: "查到",
    E.FOUND_RUNNING: "查到正在处理",
    E.SURELY_ABSENT: "确认未发出",
    E.DENY_BY_HAND: "人工确认未发出",
    E.CONFIRM_BY_HAND: "人工确认已发出",
    E.APPEAR: "平台发出",
    E.REFUSE_LATER: "平台后来拒绝",
    E.LOSE_TRACK: "平台查无此任务",
    E.REQUEUE: "重新推送",
    E.DOUBT: "存疑",
}

POSTING_FINAL = frozenset({S.OUT, S.CANCELLED})

RESERVING = frozenset({S.WAITING, S.QUEUED, S.SENDING})
"""States in which a posting may still make its sending call and keeps its place in the quota book."""

POSTING_ALARMS = ("late", "gate", "unknown", "person", "failed")
"""What can be wrong with a posting; over as soon as it is out or cancelled."""

POSTING_TABLE: dict[tuple[PostingState, PostingEvent], PostingState] = {
    (S.WAITING, E.READY): S.QUEUED,
    (S.QUEUED, E.UNREADY): S.WAITING,
    (S.WAITING, E.LATE): S.HELD,
    (S.QUEUED, E.LATE): S.HELD,
    (S.WAITING, E.HOLD): S.HELD,
    (S.QUEUED, E.HOLD): S.HELD,
    (S.FAILED, E.HOLD): S.HELD,
    (S.HELD, E.RESUME): S.WAITING,
    (S.WAITING, E.CANCEL): S.CANCELLED,
    (S.QUEUED, E.CANCEL): S.CANCELLED,
    (S.HELD, E.CANCEL): S.CANCELLED,
    (S.FAILED, E.CANCEL): S.CANCELLED,
    (S.BY_HAND, E.CANCEL): S.CANCELLED,
    (S.QUEUED, E.CLAIM): S.SENDING,
    (S.SENDING, E.PUBLISH): S.OUT,
    (S.SENDING, E.ACCEPT): S.ACCEPTED,
    (S.SENDING, E.POSTPONE): S.QUEUED,
    (S.SENDING, E.REFUSE_CHANNEL): S.WAITING,
    (S.SENDING, E.REJECT): S.FAILED,
    (S.SENDING, E.NEED_HAND): S.BY_HAND,
    (S.SENDING, E.LOSE_ANSWER): S.UNKNOWN,
    (S.SENDING, E.LOSE_LEASE_OPEN): S.UNKNOWN,
    (S.SENDING, E.LOSE_LEASE): S.QUEUED,
    (S.UNKNOWN, E.LOOK_AGAIN): S.UNKNOWN,
    (S.UNKNOWN, E.FOUND): S.OUT,
    (S.UNKNOWN, E.FOUND_RUNNING): S.ACCEPTED,
    (S.UNKNOWN, E.SURELY_ABSENT): S.QUEUED,
    (S.UNKNOWN, E.DENY_BY_HAND): S.QUEUED,
    (S.UNKNOWN, E.CONFIRM_BY_HAND): S.OUT,
    (S.ACCEPTED, E.CONFIRM_BY_HAND): S.OUT,
    (S.BY_HAND, E.CONFIRM_BY_HAND): S.OUT,
    (S.BY_HAND, E.FOUND): S.OUT,
    (S.ACCEPTED, E.APPEAR): S.OUT,
    (S.ACCEPTED, E.REFUSE_LATER): S.FAILED,
    (S.ACCEPTED, E.LOSE_TRACK): S.UNKNOWN,
    (S.FAILED, E.REQUEUE): S.QUEUED,
    (S.WAITING, E.DOUBT): S.UNKNOWN,
    (S.QUEUED, E.DOUBT): S.UNKNOWN,
    (S.HELD, E.DOUBT): S.UNKNOWN,
    (S.FAILED, E.DOUBT): S.UNKNOWN,
    (S.ACCEPTED, E.DOUBT): S.UNKNOWN,
}


def advance_posting(state: PostingState, event: PostingEvent) -> PostingState:
    """The state after `event`; raises `IllegalTransition` for a pair that is not in the table."""
    try:
        return POSTING_TABLE[state, event]
    except KeyError:
        raise IllegalTransition("posting", state, event) from None


class ChannelState(StrEnum):
    """Whether a channel takes postings."""

    OPEN = "open"
    PAUSED = "paused"
    FROZEN = "frozen"


class ChannelEvent(StrEnum):
    """What can happen to a channel."""

    REFUSE_CHANNEL = "refuse_channel"
    PAUSE = "pause"
    PROBE_SUCCEEDS = "probe_succeeds"
    REOPEN = "reopen"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"


C, V = ChannelState, ChannelEvent

CHANNEL_LABELS = {C.OPEN: "正常", C.PAUSED: "已暂停", C.FROZEN: "已冻结"}

CHANNEL_EVENT_LABELS = {
    V.REFUSE_CHANNEL: "平台拒绝",
    V.PAUSE: "暂停",
    V.PROBE_SUCCEEDS: "探测恢复",
    V.REOPEN: "恢复",
    V.FREEZE: "冻结",
    V.UNFREEZE: "解除冻结",
}

CHANNEL_TABLE: dict[tuple[ChannelState, ChannelEvent], ChannelState] = {
    (C.OPEN, V.REFUSE_CHANNEL): C.PAUSED,
    (C.OPEN, V.PAUSE): C.PAUSED,
    (C.PAUSED, V.PROBE_SUCCEEDS): C.OPEN,
    (C.PAUSED, V.REOPEN): C.OPEN,
    (C.OPEN, V.FREEZE): C.FROZEN,
    (C.PAUSED, V.FREEZE): C.FROZEN,  # a person's stop must hold when the platform comes back by itself
    (C.FROZEN, V.UNFREEZE): C.OPEN,
}


def advance_channel(state: ChannelState, event: ChannelEvent) -> ChannelState:
    """The state after `event`; raises `IllegalTransition` for a pair that is not in the table."""
    try:
        return CHANNEL_TABLE[state, event]
    except KeyError:
        raise IllegalTransition("channel", state, event) from None
