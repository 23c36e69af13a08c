"""Tokens of programs, by the digest; the token itself is nowhere kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.store import schema as t
from publisher.store.people import token_digest


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token that a person made for a program. `scopes` are words; the times are aware, None where it has not been."""

    id: str
    person: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


T = t.api_tokens.c
COLUMNS = (T.id, T.person, T.name, T.scopes, T.created_at, T.expires_at, T.used_at, T.revoked_at)


class Tokens:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def add(
        self,
        token_id: str,
        token: str,
        *,
        person: str,
        name: str,
        scopes: Collection[str],
        now: datetime,
        expires_at: datetime,
    ) -> None:
        """A new token, kept as its digest."""
        self._c.execute(
            sa.insert(t.api_tokens).values(
                id=token_id,
                digest=token_digest(token),
                person=person,
                name=name,
                scopes=sorted(scopes),
                created_at=now,
                expires_at=expires_at,
            )
        )

    def by_token(self, token: str) -> TokenRecord | None:
        """Whatever is known under a token, also when it has ended."""
        return self._one(T.digest == token_digest(token))

    def get(self, token_id: str) -> TokenRecord | None:
        """By id."""
        return self._one(T.id == token_id)

    def of(self, person: str) -> list[TokenRecord]:
        """All tokens of one person, newest first."""
        query = sa.select(*COLUMNS).where(T.person == person).order_by(T.created_at.desc(), T.id)
        return [_record(row._mapping) for row in self._c.execute(query)]

    def used(self, token_id: str, now: datetime) -> None:
        """It was used."""
        self._c.execute(sa.update(t.api_tokens).where(T.id == token_id).values(used_at=now))

    def revoke(self, token_id: str, now: datetime) -> bool:
        """It is worth nothing from now on; False when it was so already."""
        query = sa.update(t.api_tokens).where(T.id == token_id, T.revoked_at.is_(None))
        return self._c.execute(query.values(revoked_at=now)).rowcount == 1

    def _one(self, which: sa.ColumnElement[bool]) -> TokenRecord | None:
        row = self._c.execute(sa.select(*COLUMNS).where(which)).first()
        return None if row is None else _record(row._mapping)


def _record(row: Mapping[Any, Any]) -> TokenRecord:
    values: dict[str, Any] = dict(row)
    return TokenRecord(**{**values, "scopes": tuple(values["scopes"])})
