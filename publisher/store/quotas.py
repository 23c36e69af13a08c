"""The quota book 额度簿: what of each window is used, what planned postings keep, what the platform said.

A window is one row, and each change of it is one statement that also asks whether there is room: two daemons
cannot both take the last call. Reservations are rows beside it; `reserved` counts those that are not used.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.posting import PostingState
from publisher.domain.quota import QuotaWindow
from publisher.store import schema as t
from publisher.store.records import QuotaRecord, ReservationRecord, one_or_none, records


def insert_into(connection: sa.Connection, table: sa.Table) -> Any:
    """An INSERT that may say what to do on a conflict, in the words of this database; the other's stay unloaded."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


FREE = (
    sa.delete(t.reservations)
    .where(t.reservations.c.used_at.is_(None))
    .returning(*(t.reservations.c[name] for name in ("account", "call", "period", "window_start")))
)
FREE_OF_POSTING = FREE.where(t.reservations.c.posting_id == sa.bindparam("key"))
FREE_OF_REVISION = FREE.where(t.reservations.c.revision_id == sa.bindparam("key"))


class Quotas:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    # ------------------------------------------------------------------ calls

    def take(self, window: QuotaWindow, now: datetime, *, posting_id: str = "") -> datetime | None:
        """Count one call, or say until when there is no room.

        A sending call of `posting_id` spends the place that the posting reserved; any other call takes only
        what nobody reserved.
        """
        self._open(window)
        q = t.quotas.c
        mine = bool(posting_id) and self._use(window, now, posting_id)
        room = q.used < window.quota.maximum if mine else q.used + q.reserved < window.quota.maximum
        taken = self._c.execute(
            sa.update(t.quotas)
            .where(_is(window), room, _not_blocked(now))
            .values(used=q.used + 1, reserved=q.reserved - int(mine), maximum=window.quota.maximum)
        )
        return None if taken.rowcount == 1 else self._until(window, now)

    def block(self, window: QuotaWindow, until: datetime) -> None:
        """The platform's own word: nothing more of this call until then."""
        self._open(window)
        self._c.execute(sa.update(t.quotas).where(_is(window)).values(blocked_until=until))

    def windows(self, now: datetime, account: str = "") -> list[QuotaRecord]:
        """Every window that is not over, by account and call."""
        q = t.quotas.c
        query = sa.select(t.quotas).where(sa.or_(q.window_end > now, q.blocked_until > now))
        if account:
            query = query.where(q.account == account)
        return records(QuotaRecord, self._c.execute(query.order_by(q.account, q.call, q.window_start)))

    def window(self, window: QuotaWindow) -> QuotaRecord | None:
        """One window as it stands; None before its first call or reservation."""
        return one_or_none(QuotaRecord, self._c.execute(sa.select(t.quotas).where(_is(window))))

    # ------------------------------------------------------------------ reservations

    def reserve(
        self, window: QuotaWindow, posting_id: str, *, revision_id: str, at: datetime, urgent: bool, why: str
    ) -> datetime | None:
        """Keep one call for a posting that holds no place of this quota, or say until when there is no room."""
        self._open(window)
        q = t.quotas.c
        kept = self._c.execute(
            sa.update(t.quotas)
            .where(_is(window), q.used + q.reserved < window.quota.maximum, _not_blocked(at))
            .values(reserved=q.reserved + 1, maximum=window.quota.maximum)
        )
        if kept.rowcount == 0:
            return self._until(window, at)
        values = {
            "account": window.account,
            "revision_id": revision_id,
            "window_start": window.start,
            "window_end": window.end,
            "planned_at": at,
            "urgent": urgent,
            "used_at": None,
            "why": why,
        }
        row = {"posting_id": posting_id, "call": window.quota.call, "period": window.quota.period, **values}
        insert = insert_into(self._c, t.reservations).values(**row)
        keys = ("posting_id", "call", "period")
        self._c.execute(insert.on_conflict_do_update(index_elements=keys, set_=values))
        return None

    def free(self, posting_id: str = "", *, revision_id: str = "") -> int:
        """Give back what a posting, or everything planned of a revision, reserved and did not use."""
        query = FREE_OF_POSTING if posting_id else FREE_OF_REVISION
        freed = self._c.execute(query, {"key": posting_id or revision_id}).all()
        for row in freed:
            self._give_back(row.account, row.call, row.period, row.window_start)
        return len(freed)

    def reservations(self, posting_ids: Collection[str] = (), account: str = "") -> list[ReservationRecord]:
        """Places not used yet, soonest first; of these postings or of one account, else all."""
        r = t.reservations.c
        query = sa.select(t.reservations).where(r.used_at.is_(None)).order_by(r.planned_at, r.posting_id)
        if posting_ids:
            query = query.where(r.posting_id.in_(posting_ids))
        if account:
            query = query.where(r.account == account)
        return records(ReservationRecord, self._c.execute(query))

    def replaceable(self, window: QuotaWindow) -> str:
        """Who gives way to an urgent posting: the last planned that is neither urgent nor being sent; "" if none."""
        r, p = t.reservations.c, t.postings.c
        sending = sa.exists().where(p.id == r.posting_id, p.state == PostingState.SENDING)
        query = (
            sa.select(r.posting_id)
            .where(
                r.account == window.account,
                r.call == window.quota.call,
                r.period == window.quota.period,
                r.window_start == window.start,
                r.used_at.is_(None),
                r.urgent.is_(False),
                ~sending,
            )
            .order_by(r.planned_at.desc(), r.posting_id.desc())
            .limit(1)
        )
        return str(self._c.execute(query).scalar() or "")

    # ------------------------------------------------------------------ rows

    def _open(self, window: QuotaWindow) -> None:
        """The window's row, made when it is the first time."""
        insert = insert_into(self._c, t.quotas).values(
            account=window.account,
            call=window.quota.call,
            period=window.quota.period,
            window_start=window.start,
            window_end=window.end,
            used=0,
            reserved=0,
            maximum=window.quota.maximum,
            sending=window.quota.sending,
        )
        self._c.execute(insert.on_conflict_do_nothing())

    def _use(self, window: QuotaWindow, now: datetime, posting_id: str) -> bool:
        """The posting's place becomes used; True when it was kept in this very window."""
        r = t.reservations.c
        row = self._c.execute(
            sa.update(t.reservations)
            .where(
                r.posting_id == posting_id,
                r.call == window.quota.call,
                r.period == window.quota.period,
                r.used_at.is_(None),
            )
            .values(used_at=now)
            .returning(r.window_start)
        ).first()
        if row is None:
            return False
        if row.window_start != window.start:
            self._give_back(window.account, window.quota.call, window.quota.period, row.window_start)
            return False
        return True

    def _give_back(self, account: str, call: str, period: str, start: datetime) -> None:
        q = t.quotas.c
        self._c.execute(
            sa.update(t.quotas)
            .where(q.account == account, q.call == call, q.period == period, q.window_start == start)
            .values(reserved=q.reserved - 1)
        )

    def _until(self, window: QuotaWindow, at: datetime) -> datetime:
        row = self.window(window)
        blocked = row.blocked_until if row else None
        return blocked if blocked and blocked > at else window.end


def _is(window: QuotaWindow) -> sa.ColumnElement[bool]:
    q = t.quotas.c
    return sa.and_(
        q.account == window.account,
        q.call == window.quota.call,
        q.period == window.quota.period,
        q.window_start == window.start,
    )


def _not_blocked(at: datetime) -> sa.ColumnElement[bool]:
    q = t.quotas.c
    return sa.or_(q.blocked_until.is_(None), q.blocked_until <= at)
