"""When to try, look and ask again. Every number of design 4 that is not a channel's own stands here."""

from __future__ import annotations

from datetime import datetime, timedelta

RETRY_S = (30, 120, 600, 1800, 7200, 21600)
"""Waits after a failed attempt: 30 s, 2 min, 10 min, 30 min, 2 h, then every 6 h."""

VERIFY_S = (0, 600, 86400)
"""Looks after publishing: at once, after 10 minutes, after 24 hours."""

CANNOT_SEE_S = (5, 15, 60, 300, 600)
"""Waits after a look that failed by itself."""

WITHDRAW_S = (5, 30, 120, 600, 1800)
"""Waits between tries to remove a part."""

REMOVALS_ALARM = 3
"""After so many tries to remove a part a person is told."""

REAPPEAR_S = 86400
"""One more look after a removal, in case a restored site or a cache shows it again."""

HAND_LOOK_S = (300, 600, 1800, 3600, 7200, 21600)
"""Waits between looks for what a person was asked to publish by hand; the platforms ration such looks."""

MATCH_S = (5, 25, 90, 480, 3000, 18000, 64800)
"""Waits between tries to match a callback to a posting; about a day in all, then it is nobody's."""

CALLBACK_ALARM = 5
"""So many refused callbacks within an hour raise an alarm."""

LEASE_S = 180
RENEW_S = 20
ABSENT_APART_S = 60
"""Two looks that find nothing must be this far apart before absence is believed."""

STRANGERS_S = 10_800
STRANGERS_BACK = timedelta(days=2)
"""An account's list of what it published is looked through this often, and this far back."""

DENY_LOOK = timedelta(minutes=5)
"""A person's "it is not there" counts only so long after a look of ours that found nothing."""

PROBE_S = 600
"""A paused channel is probed this often."""

GATE_LOOK_S = 60
"""After the gate's page could not be seen at the moment of sending, try again after this."""

CANNOT_SEE_ALARM = 3
"""So many failed looks in a row raise an alarm."""

CATCH_UP_AFTER = timedelta(minutes=15)
"""So long after its time a posting counts as overdue: what is overdue goes out a channel's gap apart, no burst."""

CONSENT_ASKED_S = 1800
"""So long after a person was given the address of consent its answer is taken."""

CONSENT_LOOK_S = 86400
CONSENT_RETRY_S = 3600
"""A consent is asked about once a day, again after an hour when the platform could not tell."""

CONSENT_WARN_DAYS = (7, 3, 1)
"""So many days before a consent ends a person is warned; the last one stands until it is renewed."""

SECOND_LOOK_H = 12

LEAK_CONFIRM_H = 1
"""The approver confirms a leak that somebody else reported within this many hours."""


def _nth(waits: tuple[int, ...], count: int) -> timedelta:
    return timedelta(seconds=waits[min(count, len(waits)) - 1])


def next_attempt(attempts: int, now: datetime) -> datetime:
    """When to try a posting again after `attempts` finished attempts (1 after the first failure)."""
    return now + _nth(RETRY_S, attempts)


def next_verification(looks: int, out_at: datetime) -> datetime | None:
    """When the part is looked at next after `looks` matching looks, or None when the plan is done."""
    return out_at + timedelta(seconds=VERIFY_S[looks]) if looks < len(VERIFY_S) else None


def next_sight(failed: int, now: datetime) -> datetime:
    """When to look again after `failed` looks in a row could not see."""
    return now + _nth(CANNOT_SEE_S, failed)


def next_hand_look(looks: int, now: datetime) -> datetime:
    """When to look again for a posting by hand after `looks` looks that did not find it."""
    return now + _nth(HAND_LOOK_S, looks + 1)


def next_match(tries: int, now: datetime) -> datetime | None:
    """When to try to match a callback again after `tries` tries, or None when it is nobody's."""
    return now + timedelta(seconds=MATCH_S[tries - 1]) if tries <= len(MATCH_S) else None


def next_removal(tries: int, now: datetime) -> datetime:
    """When to try to remove a part again after `tries` tries."""
    return now + _nth(WITHDRAW_S, tries)


def absence_counts_from(started_at: datetime, call_timeout_s: int, settle_s: int) -> datetime:
    """The first instant at which a look that finds nothing may be believed."""
    return started_at + timedelta(seconds=call_timeout_s + settle_s)


def next_look(looks_s: tuple[int, ...], looks: int, unknown_since: datetime) -> datetime | None:
    """When to look for a posting whose outcome is unknown, or None after the last planned look."""
    return unknown_since + timedelta(seconds=looks_s[looks]) if looks < len(looks_s) else None


def consent_warning(ends_at: datetime, now: datetime) -> int | None:
    """Which of the warning days has come for a consent that ends then; None when it is farther away."""
    return min((d for d in CONSENT_WARN_DAYS if now >= ends_at - timedelta(days=d)), default=None)


def next_consent_look(ends_at: datetime | None, now: datetime) -> datetime:
    """When to ask about a consent again: in a day, at the next warning, or at its end, whichever comes first."""
    moments = [ends_at - timedelta(days=days) for days in (*CONSENT_WARN_DAYS, 0)] if ends_at else []
    return min([now + timedelta(seconds=CONSENT_LOOK_S), *(moment for moment in moments if moment > now)])
