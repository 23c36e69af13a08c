"""A person's consent, where a platform asks for one: an optional verb of a channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to, without any secret: whose account it is, and until when (aware, UTC).

    `expires_at` is None while nobody has asked the platform.
    """

    account: str
    expires_at: datetime | None


@runtime_checkable
class Authorisable(Protocol):
    """A channel whose account a person must open to us in a browser, again and again."""

    def consent_address(self, state: str) -> str:
        """Where that person says yes. `state` comes back with the answer. Asks nothing of the platform.

        Raises `ChannelRefused` when the set-up lacks what the address needs.
        """

    def authorise(self, code: str) -> Consent:
        """Exchange the code of an answer, once, and keep what it gives with the account.

        Raises `CredentialsRefused` (the code is not taken), `ChannelRefused` (another account or app; nothing
        is kept), `Unavailable` (nothing was sent; the code is still good), `OutcomeUnknown` (no answer: the
        code is used up, a person must consent again).
        """

    def consent(self) -> Consent | None:
        """What is known of the consent without asking the platform; None when there is none."""

    def check_consent(self) -> Consent:
        """Ask the platform whose consent it is and until when; metered. Raises like `probe`."""
