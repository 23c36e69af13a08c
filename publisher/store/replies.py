"""What was answered to a request that may come again, by person and key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from publisher.store import schema as t

R = t.replies.c


@dataclass(frozen=True, slots=True)
class ReplyRecord:
    """One request with a key. `status` is 0 until it was answered; `digest` tells the request from another one."""

    digest: str
    began_at: datetime
    status: int
    headers: dict[str, str]
    body: str


class Replies:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def get(self, person: str, key: str) -> ReplyRecord | None:
        """What is known under a key of this person."""
        query = sa.select(R.digest, R.began_at, R.status, R.headers, R.body)
        row = self._c.execute(query.where(R.person == person, R.key == key)).first()
        return None if row is None else ReplyRecord(*row)

    def begin(self, person: str, key: str, digest: str, now: datetime) -> None:
        """The request is being worked on."""
        self._c.execute(
            sa.insert(t.replies).values(person=person, key=key, digest=digest, began_at=now, headers={})
        )

    def settle(self, person: str, key: str, status: int, headers: dict[str, str], body: str) -> None:
        """It was answered so."""
        which = sa.and_(R.person == person, R.key == key)
        self._c.execute(sa.update(t.replies).where(which).values(status=status, headers=headers, body=body))

    def forget(self, person: str, key: str) -> None:
        """The key is free again."""
        self._c.execute(sa.delete(t.replies).where(R.person == person, R.key == key))

    def drop_before(self, then: datetime) -> int:
        """Forget what is older; how many."""
        return self._c.execute(sa.delete(t.replies).where(R.began_at < then)).rowcount
