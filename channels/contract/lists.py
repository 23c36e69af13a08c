"""What a platform says that an account has published: an optional verb of a channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing in the account's own list, `at` (aware) as the platform dates it.

    `remote_id` and `url` are those that a `PartReceipt` of it would have. `words` tell a person what it is; where
    the platform shows the message's key, `key` is that key, else "" and `words` are its whole text without links.
    """

    remote_id: str
    url: str
    words: str
    at: datetime
    key: str = ""


@runtime_checkable
class Lists(Protocol):
    """A channel whose account has a list of what it published, by whomever."""

    def published(self, since: datetime) -> tuple[Listed, ...]:
        """What was published after `since`, newest first, as far as the list reaches; metered as reading.

        Empty for an account that may not ask. Raises as `find` does.
        """
