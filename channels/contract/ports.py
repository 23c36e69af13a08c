"""What the publisher hands to an adapter: journal, account, meter, files, pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Protocol

Kept = dict[str, str]
"""Result of a step, kept with it: short texts only (ids, addresses), never a secret."""


class StepState(StrEnum):
    """End of a step: `done`, `not_done` (may be called again), `open` (nobody knows)."""

    DONE = "done"
    NOT_DONE = "not_done"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step as the journal holds it. Instants are aware, UTC."""

    name: str
    digest: str
    state: StepState
    repeatable: bool
    started_at: datetime
    result: Kept = field(default_factory=dict)


class Journal(Protocol):
    """The posting's own memory. Every call that changes something outside goes through `once`."""

    @property
    def now(self) -> datetime:
        """Business time, aware, UTC."""

    def once(
        self,
        name: str,
        digest: str,
        call: Callable[[], Kept],
        *,
        repeatable: bool = False,
        last: bool = False,
    ) -> Kept:
        """Make `call` at most once and keep what it returns.

        Commits the intent, calls with nothing open, commits the end. A step that is *done* returns its
        kept result and is not called; with another `digest` it raises `StepChanged`. `Unavailable`,
        `Rejected` and `ChannelRefused` end it *not done*: it may be called again; after a `Rejected` that may
        have come too late, a step that can't be repeated is so for this journal only, and for everybody else
        once a look has confirmed it. Anything else leaves it *open*. An open repeatable step is called again;
        an open step that is not raises `OutcomeUnknown` without calling.

        `last` says that the adapter asks nothing more and returns: the end is committed together with what
        became of the posting.
        """

    def forget(self, name: str, why: str) -> None:
        """Drop the kept result of a repeatable step whose result died outside (a draft deleted by hand)."""

    def step(self, name: str) -> StepRecord | None:
        """The record of one step, or None when it was never begun."""


@dataclass(frozen=True, slots=True)
class AccountValue:
    """A value shared by all users of an account (token, upload address). `version` grows with each change."""

    value: str
    expires_at: datetime | None
    version: int


class Account(Protocol):
    """Values of one platform account, shared over threads and processes, encrypted or not as the store does."""

    def get(self, name: str) -> AccountValue | None:
        """The value with its version, expired or not, or None."""

    def put(self, name: str, value: str, *, expires_at: datetime | None, expected_version: int) -> bool:
        """Replace only if the stored version is `expected_version` (0 = none yet). False when it is not."""

    def drop(self, name: str, *, expected_version: int) -> bool:
        """Remove only if the stored version is `expected_version`."""

    def single_flight(self, name: str) -> AbstractContextManager[None]:
        """While held, nobody else holds the same name of this account: check again after entering."""


class Meter(Protocol):
    """Counts calls against the account's quotas, before the request."""

    def take(self, call: str) -> None:
        """Count one call; raises `QuotaSpent` instead when the window is used up."""

    def spent(self, call: str, until: datetime) -> None:
        """The platform itself said that this call's quota is used up until `until`; believe it."""


class Files(Protocol):
    """The bytes behind a `FileRef`."""

    def open(self, digest: str) -> BinaryIO:
        """A readable binary stream; the caller closes it. Raises `FileNotFoundError`."""


class Pages(Protocol):
    """Fills one of the product's page templates (lists, tombstones) for adapters that write pages."""

    def __call__(self, template: str, values: Mapping[str, object]) -> str:
        """HTML text of `templates/<template>` with `values`."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What the publisher hands to an adapter when it is built. `now` gives business time, aware, UTC."""

    account: Account
    meter: Meter
    files: Files
    pages: Pages
    now: Callable[[], datetime]
