"""The verbs of a channel."""

from __future__ import annotations

from typing import Protocol

from channels.contract.answers import (
    Accepted,
    FindResult,
    Health,
    NeedsHand,
    PartReceipt,
    PollResult,
    Receipt,
    SeeResult,
    Withdrawn,
)
from channels.contract.messages import ChannelMessage
from channels.contract.ports import Journal
from channels.contract.profile import ChannelProfile


class Channel(Protocol):
    """One configured account on one platform. Built by `channels.registry`; holds no state of a posting."""

    @property
    def profile(self) -> ChannelProfile:
        """What this kind of channel can do."""

    def probe(self) -> Health:
        """Check credentials, permissions and set-up, changing nothing. Raises a `ChannelError`."""

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt | Accepted | NeedsHand:
        """Walk the platform's steps through the journal. Slots of the profile may still stand for images.

        `NeedsHand`: everything that a call can do is done, nothing is out, and a person must finish it on the
        platform; `find` sees it afterwards.
        """

    def find(self, message: ChannelMessage, journal: Journal) -> FindResult:
        """After an unknown outcome: is it there? Changes nothing outside."""

    def poll(self, accepted: Accepted) -> PollResult:
        """Ask the platform about a job that it accepted. Metered."""

    def see(self, part: PartReceipt) -> SeeResult:
        """Look at one part as a reader would. Free, changes nothing, never raises for what it sees."""

    def amend(self, receipt: Receipt, message: ChannelMessage, journal: Journal) -> Receipt:
        """Correct in place, where `profile.amendable`."""

    def withdraw(self, part: PartReceipt, journal: Journal, *, reason: str = "") -> Withdrawn | NeedsHand:
        """Remove one part. Calling again is harmless. `reason` is public: shown where something stays in its place."""
