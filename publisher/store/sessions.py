"""Signed-in sessions 登录, by the digest of their token; the token itself is nowhere kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from publisher.store import schema as t
from publisher.store.columns import UtcInstant
from publisher.store.people import token_digest


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session. `address` and `agent` are what the browser came with; `ended_at` is None while it is open.

    `stage` is what is still to be proved ("code" the second factor), "" when the person is in; `failed` how often
    that went wrong.
    """

    id: str
    person: str
    began_at: datetime
    seen_at: datetime
    address: str
    agent: str
    ended_at: datetime | None
    stage: str = ""
    failed: int = 0


class Sessions:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def begin(
        self, token: str, person: str, now: datetime, *, address: str, agent: str, stage: str = ""
    ) -> str:
        """A new session; its id."""
        key = token_digest(token)
        self._c.execute(
            sa.insert(t.sessions).values(
                id=key, person=person, began_at=now, seen_at=now, address=address, agent=agent, stage=stage
            )
        )
        return key

    def by_token(self, token: str, *, stage: str = "") -> SessionRecord | None:
        """The open session of a token that has come as far as `stage`."""
        s = t.sessions
        mine = (s.c.id == token_digest(token), s.c.ended_at.is_(None), s.c.stage == stage)
        row = self._c.execute(sa.select(s).where(*mine)).first()
        return None if row is None else SessionRecord(**row._mapping)

    def open_of(self, person: str) -> list[SessionRecord]:
        """The open sessions of a person, the last used first; those that ended by themselves may be among them."""
        s = t.sessions
        query = sa.select(s).where(s.c.person == person, s.c.ended_at.is_(None)).order_by(s.c.seen_at.desc())
        return [SessionRecord(**row._mapping) for row in self._c.execute(query)]

    def last_seen(self) -> dict[str, datetime]:
        """When each account was used last, of those that ever were."""
        s = t.sessions.c
        rows = self._c.execute(
            sa.select(s.person, sa.func.max(s.seen_at, type_=UtcInstant)).group_by(s.person)
        )
        return {row[0]: row[1] for row in rows}

    def fail(self, session_id: str) -> int:
        """One more wrong proof; how many there were."""
        s = t.sessions
        self._c.execute(sa.update(s).where(s.c.id == session_id).values(failed=s.c.failed + 1))
        return self._c.execute(sa.select(s.c.failed).where(s.c.id == session_id)).scalar() or 0

    def seen(self, session_id: str, now: datetime) -> None:
        """It was used."""
        self._c.execute(sa.update(t.sessions).where(t.sessions.c.id == session_id).values(seen_at=now))

    def end(self, session_id: str, now: datetime) -> bool:
        """It is over; False when it was over already."""
        s = t.sessions
        open_one = sa.update(s).where(s.c.id == session_id, s.c.ended_at.is_(None))
        return self._c.execute(open_one.values(ended_at=now)).rowcount == 1
