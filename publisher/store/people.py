"""Named accounts and the proofs that it is really they."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.people import Person, Role
from publisher.store import schema as t


def token_digest(token: str) -> str:
    """How a token is kept: SHA-256 in hexadecimal. Tokens are long random texts, so no stretching is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class People:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def add(self, person: Person, *, body: str, password_hash: str, token_hash: str, now: datetime) -> None:
        """A new account."""
        self._c.execute(
            sa.insert(t.people).values(
                name=person.name,
                body=body,
                display=person.display,
                roles=sorted(person.roles),
                active=person.active,
                password_hash=password_hash,
                token_hash=token_hash,
                created_at=now,
                unit=person.unit,
            )
        )

    def get(self, name: str) -> Person | None:
        """By account name."""
        row = self._c.execute(sa.select(t.people).where(t.people.c.name == name)).first()
        return None if row is None else self._person(row)

    def all(self) -> list[Person]:
        """Everybody, by name."""
        return [self._person(row) for row in self._c.execute(sa.select(t.people).order_by(t.people.c.name))]

    def with_role(self, role: Role) -> list[Person]:
        """Active people who hold a role."""
        return [person for person in self.all() if person.active and role in person.roles]

    def change(self, name: str, **values: Any) -> None:
        """Set columns of one account."""
        self._c.execute(sa.update(t.people).where(t.people.c.name == name).values(**values))

    def password_hash(self, name: str) -> str:
        """The stored hash, or the empty text."""
        return (
            self._c.execute(sa.select(t.people.c.password_hash).where(t.people.c.name == name)).scalar() or ""
        )

    def wrong_passwords(self, name: str) -> tuple[int, datetime | None]:
        """How many in a row, and until when the account is locked."""
        p = t.people.c
        row = self._c.execute(sa.select(p.failed, p.locked_until).where(p.name == name)).first()
        return (0, None) if row is None else (row.failed, row.locked_until)

    def by_token(self, token: str) -> Person | None:
        """The active person whom a token proves."""
        row = self._c.execute(sa.select(t.people).where(t.people.c.token_hash == token_digest(token))).first()
        return None if row is None or not row.active else self._person(row)

    @staticmethod
    def _person(row: sa.Row[tuple[object, ...]]) -> Person:
        values = row._mapping
        return Person(
            values["name"],
            values["display"],
            frozenset(map(Role, values["roles"])),
            values["active"],
            values["substitute"],
            values["contact"],
            values["unit"],
        )
