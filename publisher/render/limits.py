"""What a channel would refuse in a message, found when it is planned, with the same data the adapter uses."""

from __future__ import annotations

from channels.contract import ChannelMessage, ChannelProfile, Overrun, overruns
from publisher.domain.catalogue import ChannelPlan

LONGEST_URL = "https://" + "x" * 240
"""Stands in where a channel's settings do not say how long the portal's addresses get."""

POSTED_AT = "0000-00-00 00:00"


def expected_url(plan: ChannelPlan) -> str:
    """An address at least as long as any that will be filled in."""
    return plan.longest_url or LONGEST_URL


def limits(message: ChannelMessage, profile: ChannelProfile, plan: ChannelPlan) -> list[Overrun]:
    """Everything that the profile forbids, with the longest address in place; also slots it does not know."""
    filled = message.filled(
        {"portal_url": expected_url(plan), "posted_at": POSTED_AT, "corrected_at": POSTED_AT}
    )
    return [*overruns(profile, filled), *_unknown_slots(message, profile)]


def _unknown_slots(message: ChannelMessage, profile: ChannelProfile) -> list[Overrun]:
    names = {slot for article in message.articles for slot in article.slots()}
    unknown = sorted(name for name in names if name.partition(":")[0] not in profile.slots)
    return [Overrun("body", f"{profile.label}的模板里有不能填的空位：{name}") for name in unknown]
