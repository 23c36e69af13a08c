"""Orders 指令: signed wishes about what should be out, and the sequence in which parts are removed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from publisher.domain.part import CLOSED, PartState


class OrderKind(StrEnum):
    """What an order asks for."""

    WITHDRAW = "withdraw"
    CORRECT = "correct"
    EXPUNGE = "expunge"


class OrderScope(StrEnum):
    """How far an order reaches."""

    ITEM = "item"
    CHANNEL = "channel"
    PART = "part"


class OrderState(StrEnum):
    """Open until each part it names is closed."""

    OPEN = "open"
    FULFILLED = "fulfilled"


def may_remove_now(*, is_portal: bool, leak: bool, others: Iterable[PartState]) -> bool:
    """Whether a part's turn has come: WeChat and Weibo first, portals last; a leak all at once (R12.03).

    `others` are the states of the parts on channels that are not portals.
    """
    return leak or not is_portal or all(state in CLOSED for state in others)
