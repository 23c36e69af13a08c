"""Withdrawal goes to the accounts first and to the portals last, and a leak goes everywhere at once."""

from __future__ import annotations

import pytest

from publisher.domain.order import OrderKind, OrderScope, OrderState, may_remove_now
from publisher.domain.part import PartState

CLOSED = ["replaced", "lost", "withdrawn", "unremovable"]
OPEN = ["published", "verified", "differs", "missing", "withdrawing", "withdraw_by_hand"]


@pytest.mark.parametrize("other", OPEN)
def test_a_portal_waits_while_anything_else_may_still_point_at_it(other: str) -> None:
    others = [PartState.WITHDRAWN, PartState(other)]
    assert not may_remove_now(is_portal=True, leak=False, others=others)


@pytest.mark.parametrize("other", CLOSED)
def test_a_portals_turn_comes_when_everything_else_is_closed(other: str) -> None:
    assert may_remove_now(is_portal=True, leak=False, others=[PartState(other)])


def test_a_portal_with_nothing_beside_it_need_not_wait() -> None:
    assert may_remove_now(is_portal=True, leak=False, others=[])


@pytest.mark.parametrize("other", OPEN)
def test_an_account_waits_for_nobody(other: str) -> None:
    assert may_remove_now(is_portal=False, leak=False, others=[PartState(other)])


@pytest.mark.parametrize("is_portal", [True, False])
@pytest.mark.parametrize("other", OPEN)
def test_a_leak_is_removed_everywhere_at_once(is_portal: bool, other: str) -> None:
    assert may_remove_now(is_portal=is_portal, leak=True, others=[PartState(other)])


def test_every_state_of_a_part_was_tried() -> None:
    assert set(CLOSED + OPEN) == set(PartState)


def test_orders_withdraw_correct_or_expunge_an_item_a_channel_or_a_part() -> None:
    assert set(OrderKind) == {"withdraw", "correct", "expunge"}
    assert set(OrderScope) == {"item", "channel", "part"}
    assert set(OrderState) == {"open", "fulfilled"}
