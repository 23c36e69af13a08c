"""Steps: one row a call that changes something outside, its intent committed before, its end after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.store import schema as t
from publisher.store.prepared import Prepared
from publisher.store.records import StepRow, one_or_none, record, records
from publisher.store.workers import LEFT_S

P, S = t.postings.c, t.steps.c
THIS_STEP = sa.and_(
    S.posting_id == sa.bindparam("key"), S.scope == sa.bindparam("within"), S.name == sa.bindparam("called")
)
STEP = sa.select(t.steps).where(THIS_STEP)
UNDER = (
    sa.select(P.fence.label("claimed"), t.steps)
    .select_from(t.postings)
    .outerjoin(
        t.steps,
        sa.and_(S.posting_id == P.id, S.scope == sa.bindparam("within"), S.name == sa.bindparam("called")),
    )
    .where(P.id == sa.bindparam("key"))
)
STEPS = sa.select(t.steps).where(S.posting_id == sa.bindparam("key")).order_by(S.started_at)
STEPS_WITHIN = STEPS.where(S.scope == sa.bindparam("within"))
STEP_KEY = {"posting_id": "key", "scope": "within", "name": "called"}
FIRST_STEP = sa.insert(t.steps).from_select(
    [column.name for column in t.steps.c],
    sa.select(*(sa.bindparam(STEP_KEY.get(c.name, c.name), type_=c.type) for c in t.steps.c))
    .select_from(t.postings)
    .where(P.id == sa.bindparam("key"), P.fence == sa.bindparam("fence"), ~sa.exists().where(THIS_STEP)),
)
FIRST_STEP_LEFT_S = {
    name: Prepared(FIRST_STEP.returning(left.label("left_s"))) for name, left in LEFT_S.items()
}
AGAIN = sa.update(t.steps).where(THIS_STEP).values(calls=S.calls + 1)
END_STEP = sa.update(t.steps).where(THIS_STEP)
ENDED = ("state", "ended_at", "result")
END_OWN_STEP = Prepared(
    END_STEP.where(sa.exists().where(P.id == sa.bindparam("key"), P.fence == sa.bindparam("claimed"))), ENDED
)


class Steps:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def last_removal(self, channel: str) -> datetime | None:
        """When the newest step that removes something on this channel was begun."""
        s, p = t.steps.c, t.postings.c
        query = (
            sa.select(s.started_at)
            .join(t.postings, p.id == s.posting_id)
            .where(p.channel == channel, s.scope.startswith("withdraw:"))
            .order_by(s.started_at.desc())
            .limit(1)
        )
        found: datetime | None = self._c.execute(query).scalar()
        return found

    def of(self, posting_id: str, scope: str = "") -> list[StepRow]:
        """Steps of a posting, oldest first; one scope, or all."""
        query = STEPS_WITHIN if scope else STEPS
        return records(StepRow, self._c.execute(query, {"key": posting_id, "within": scope}))

    def get(self, posting_id: str, scope: str, name: str) -> StepRow | None:
        """One step."""
        key = {"key": posting_id, "within": scope, "called": name}
        return one_or_none(StepRow, self._c.execute(STEP, key))

    def under(self, posting_id: str, scope: str, name: str) -> tuple[int, StepRow | None]:
        """The posting's fencing number and one step; (-1, None) when there is no such posting."""
        row = self._c.execute(UNDER, {"key": posting_id, "within": scope, "called": name}).first()
        if row is None:
            return -1, None
        return row.claimed, record(StepRow, row) if row.posting_id else None

    def begin_first(
        self,
        posting_id: str,
        scope: str,
        name: str,
        *,
        digest: str,
        repeatable: bool,
        fence: int,
        worker: str,
        now: datetime,
    ) -> float | None:
        """Write the intent of a step that has never begun, while the posting has this fencing number.

        Seconds that the worker's lease still holds; None when nothing was written.
        """
        values = _intent(posting_id, scope, name, digest=digest, repeatable=repeatable, fence=fence, now=now)
        row = {**values, "calls": 1, "result": {}, "ended_at": None, "worker": worker}
        left: list[list[float]] = FIRST_STEP_LEFT_S[self._c.dialect.name].rows(self._c, row)
        return left[0][0] if left else None

    def begin_again(
        self,
        posting_id: str,
        scope: str,
        name: str,
        *,
        digest: str,
        repeatable: bool,
        fence: int,
        now: datetime,
    ) -> None:
        """Write the intent of a step that is called again."""
        values = _intent(posting_id, scope, name, digest=digest, repeatable=repeatable, fence=fence, now=now)
        self._c.execute(AGAIN, {**values, "ended_at": None})

    def end(
        self,
        posting_id: str,
        scope: str,
        name: str,
        *,
        state: str,
        now: datetime,
        result: dict[str, str] | None = None,
        fence: int | None = None,
    ) -> bool:
        """Write the end of a step. With `fence` only while the posting still has that number; False when not."""
        values = {"state": state, "ended_at": now, "result": result or {}}
        key = {"key": posting_id, "within": scope, "called": name}
        if fence is None:
            return self._c.execute(END_STEP, {**key, **values}).rowcount == 1
        return END_OWN_STEP.changed(self._c, {**key, **values, "claimed": fence}) == 1

    def forget(self, posting_id: str, scope: str, name: str) -> None:
        """Drop a repeatable step whose result died outside."""
        s = t.steps.c
        self._c.execute(
            sa.delete(t.steps).where(
                s.posting_id == posting_id, s.scope == scope, s.name == name, s.repeatable.is_(True)
            )
        )


def _intent(
    posting_id: str, scope: str, name: str, *, digest: str, repeatable: bool, fence: int, now: datetime
) -> dict[str, Any]:
    return {
        "key": posting_id,
        "within": scope,
        "called": name,
        "digest": digest,
        "state": "open",
        "repeatable": repeatable,
        "fence": fence,
        "started_at": now,
    }
