"""Named accounts and the proofs that it is really they."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.people import Person, Role
from publisher.store import schema as t

FIRST_CODE = "first_code"


def token_digest(token: str) -> str:
    """How a token is kept: SHA-256 in hexadecimal. Tokens are long random texts, so no stretching is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """How an account is proved. `asked` is a change that waits for a second officer, None when there is none.

    `secret` and `recovery` belong to the second factor, which is in force from `second_at` on.
    """

    person: Person
    password_hash: str = field(repr=False)
    password_at: datetime | None
    one_time: bool
    old_hashes: tuple[str, ...] = field(repr=False)
    failed: int
    locked_until: datetime | None
    asked: dict[str, Any] | None
    secret: str = field(repr=False)
    second_at: datetime | None
    last_step: int
    recovery: tuple[str, ...] = field(repr=False)
    subject: str
    created_at: datetime
    has_token: bool


class People:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def add(
        self,
        person: Person,
        *,
        body: str,
        password_hash: str,
        token_hash: str,
        now: datetime,
        **more: Any,
    ) -> None:
        """A new account; `more` are further columns."""
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
                password_at=now if password_hash else None,
                unit=person.unit,
                **more,
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

    def account(self, name: str) -> AccountRecord | None:
        """How an account is proved."""
        row = self._c.execute(sa.select(t.people).where(t.people.c.name == name)).first()
        return None if row is None else self._account(row)

    def accounts(self) -> list[AccountRecord]:
        """Everybody, by name."""
        rows = self._c.execute(sa.select(t.people).order_by(t.people.c.name))
        return [self._account(row) for row in rows]

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

    def first_code(self) -> str:
        """The digest of the code for the first administrator; "" when there is none."""
        return self._c.execute(sa.select(t.meta.c.value).where(t.meta.c.name == FIRST_CODE)).scalar() or ""

    def keep_first_code(self, digest: str) -> None:
        """Keep it instead of the one before; "" for none."""
        m = t.meta
        if self._c.execute(sa.update(m).where(m.c.name == FIRST_CODE).values(value=digest)).rowcount == 0:
            self._c.execute(sa.insert(m).values(name=FIRST_CODE, value=digest))

    def by_subject(self, subject: str) -> Person | None:
        """The person whom an account elsewhere was bound to, active or not."""
        mine = t.people.c.subject == subject
        row = self._c.execute(sa.select(t.people).where(mine)).first() if subject else None
        return None if row is None else self._person(row)

    @classmethod
    def _account(cls, row: sa.Row[tuple[object, ...]]) -> AccountRecord:
        values: dict[str, Any] = dict(row._mapping)
        return AccountRecord(
            cls._person(row),
            values["password_hash"],
            values["password_at"],
            values["one_time"],
            tuple(values["old_hashes"]),
            values["failed"],
            values["locked_until"],
            values["asked"],
            values["secret"],
            values["second_at"],
            values["last_step"],
            tuple(values["recovery"]),
            values["subject"],
            values["created_at"],
            bool(values["token_hash"]),
        )

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
