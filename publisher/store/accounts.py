"""Channels, their account values, freezes and alarms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.posting import ChannelState
from publisher.store import schema as t
from publisher.store.records import AlarmRecord, ChannelRecord, FreezeRecord, one_or_none, records

C, A = t.channels.c, t.alarms.c
CHANNEL = sa.select(t.channels).where(C.name == sa.bindparam("key"))
CHANGE_CHANNEL = sa.update(t.channels).where(C.name == sa.bindparam("key"))
CLOSE_ALARMS = sa.update(t.alarms).where(
    A.cause.in_(sa.bindparam("causes", expanding=True)), A.closed_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class KeptValue:
    """A value of an account with its version."""

    value: str
    expires_at: datetime | None
    version: int


class Accounts:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def ensure_channel(self, name: str, *, body: str, kind: str, now: datetime) -> None:
        """Make a configured channel known, open."""
        if self.channel(name) is None:
            self._c.execute(
                sa.insert(t.channels).values(
                    name=name, body=body, kind=kind, state=ChannelState.OPEN, since=now
                )
            )

    def channel(self, name: str) -> ChannelRecord | None:
        """By name."""
        return one_or_none(ChannelRecord, self._c.execute(CHANNEL, {"key": name}))

    def channels(self) -> list[ChannelRecord]:
        """All known channels."""
        return records(ChannelRecord, self._c.execute(sa.select(t.channels).order_by(t.channels.c.name)))

    def change_channel(self, name: str, **values: Any) -> None:
        """Set columns of one channel."""
        self._c.execute(CHANGE_CHANNEL, {"key": name, **values})

    def freeze(self, channel: str = "") -> FreezeRecord | None:
        """The freeze that stands for one channel, or for all of them (""); None when there is none."""
        f = t.freezes.c
        query = sa.select(t.freezes).where(f.channel == channel, f.lifted_at.is_(None))
        return one_or_none(FreezeRecord, self._c.execute(query))

    def freezes(self) -> list[FreezeRecord]:
        """Every freeze that stands, oldest first; that of all channels has "" for a name."""
        f = t.freezes.c
        query = sa.select(t.freezes).where(f.lifted_at.is_(None)).order_by(f.id)
        return records(FreezeRecord, self._c.execute(query))

    def begin_freeze(
        self, channel: str, *, urgent_too: bool, reason: str, person: str, now: datetime
    ) -> None:
        """One freeze stands for a channel at a time."""
        values = {"channel": channel, "urgent_too": urgent_too, "reason": reason}
        self._c.execute(sa.insert(t.freezes).values(frozen_by=person, since=now, **values))

    def lift_freeze(self, channel: str, *, person: str, now: datetime) -> bool:
        """End the standing freeze; False when there is none."""
        f = t.freezes.c
        lifted = self._c.execute(
            sa.update(t.freezes)
            .where(f.channel == channel, f.lifted_at.is_(None))
            .values(lifted_at=now, lifted_by=person)
        )
        return lifted.rowcount == 1

    def value(self, account: str, name: str) -> KeptValue | None:
        """A value, expired or not."""
        v = t.account_values.c
        row = self._c.execute(
            sa.select(v.value, v.expires_at, v.version).where(v.account == account, v.name == name)
        ).first()
        return None if row is None else KeptValue(row.value, row.expires_at, row.version)

    def put_value(
        self, account: str, name: str, value: str, *, expires_at: datetime | None, expected_version: int
    ) -> bool:
        """Compare and set; False when the stored version is another."""
        v = t.account_values.c
        if expected_version == 0:
            if self.value(account, name) is not None:
                return False
            self._c.execute(
                sa.insert(t.account_values).values(
                    account=account, name=name, value=value, expires_at=expires_at, version=1
                )
            )
            return True
        changed = self._c.execute(
            sa.update(t.account_values)
            .where(v.account == account, v.name == name, v.version == expected_version)
            .values(value=value, expires_at=expires_at, version=expected_version + 1)
        )
        return changed.rowcount == 1

    def keep_value(self, account: str, name: str, value: str, *, until: datetime | None) -> None:
        """Set, whatever stood there: for values that only this transaction's kind of work writes."""
        seen = self.value(account, name)
        version = seen.version if seen else 0
        self.put_value(account, name, value, expires_at=until, expected_version=version)

    def is_over(self, account: str, name: str, now: datetime) -> bool:
        """Whether a value's time has come, or there is none yet."""
        kept = self.value(account, name)
        return kept is None or kept.expires_at is None or kept.expires_at <= now

    def drop_value(self, account: str, name: str, *, expected_version: int) -> bool:
        """Expire a value if its version is the expected one. The version stays, so that numbers never return."""
        v = t.account_values.c
        changed = self._c.execute(
            sa.update(t.account_values)
            .where(v.account == account, v.name == name, v.version == expected_version)
            .values(value="", version=expected_version + 1)
        )
        return changed.rowcount == 1

    def raise_alarm(self, cause: str, words: str, now: datetime) -> bool:
        """Open an alarm; False when one with this cause is open already."""
        a = t.alarms.c
        if self._c.execute(sa.select(a.id).where(a.cause == cause, a.closed_at.is_(None))).first():
            return False
        self._c.execute(sa.insert(t.alarms).values(cause=cause, words=words, opened_at=now))
        return True

    def close_alarm(self, cause: str, now: datetime) -> bool:
        """Close the open alarm of a cause; False when none is open."""
        return self.close_alarms((cause,), now)

    def close_alarms(self, causes: Sequence[str], now: datetime) -> bool:
        """Close the open alarms of these causes; False when none is open."""
        return self._c.execute(CLOSE_ALARMS, {"causes": causes, "closed_at": now}).rowcount > 0

    def erase_alarms(self, subjects: Iterable[str], words: str) -> None:
        """Put `words` in the place of what every alarm about one of these ids says, and its messages to people."""
        a, n = t.alarms.c, t.notices.c
        for subject in subjects:
            match = a.cause.contains(subject, autoescape=True)
            self._c.execute(sa.update(t.alarms).where(match).values(words=words))
            about = sa.select(a.id).where(match)
            self._c.execute(sa.update(t.notices).where(n.alarm_id.in_(about)).values(words=words))

    def open_alarms(self) -> list[AlarmRecord]:
        """Alarms that nobody and nothing has closed."""
        query = sa.select(t.alarms).where(t.alarms.c.closed_at.is_(None)).order_by(t.alarms.c.opened_at)
        return records(AlarmRecord, self._c.execute(query))
