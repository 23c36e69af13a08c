"""The account and meter ports over the store: each call is its own short transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from channels.contract import AccountValue, Quota, QuotaSpent
from publisher.domain.quota import window_end, window_start
from publisher.store.unit_of_work import Store


class StoreAccount:
    """`channels.contract.Account` for one channel."""

    def __init__(self, store: Store, channel: str) -> None:
        """Values live under the channel's name."""
        self._store = store
        self._channel = channel

    def get(self, name: str) -> AccountValue | None:
        """The value with its version, expired or not; None when there is none or it was dropped."""
        with self._store.read() as reading:
            kept = reading.accounts.value(self._channel, name)
        if kept is None or not kept.value:
            return None
        return AccountValue(kept.value, kept.expires_at, kept.version)

    def put(self, name: str, value: str, *, expires_at: datetime | None, expected_version: int) -> bool:
        """Compare and set. A dropped value counts as none yet; its row stays, so that no version comes twice."""
        with self._store.write() as uow:
            dropped = uow.accounts.value(self._channel, name) if expected_version == 0 else None
            if dropped is not None and not dropped.value:
                expected_version = dropped.version
            done = uow.accounts.put_value(
                self._channel, name, value, expires_at=expires_at, expected_version=expected_version
            )
            uow.commit()
        return done

    def drop(self, name: str, *, expected_version: int) -> bool:
        """Forget the value if the version is the expected one."""
        with self._store.write() as uow:
            done = uow.accounts.drop_value(self._channel, name, expected_version=expected_version)
            uow.commit()
        return done

    def single_flight(self, name: str) -> AbstractContextManager[None]:
        """One holder over threads and processes."""
        return self._store.single_flight(self._channel, name)


class StoreMeter:
    """`channels.contract.Meter` for one channel: the quota book's counters."""

    def __init__(
        self, store: Store, channel: str, quotas: Sequence[Quota], now: Callable[[], datetime]
    ) -> None:
        """`quotas` come from the profile; calls that it does not name are not counted."""
        self._store = store
        self._channel = channel
        self._quotas = {quota.call: quota for quota in quotas}
        self._now = now

    def take(self, call: str) -> None:
        """Count one call before the request, or raise `QuotaSpent`."""
        quota = self._quotas.get(call)
        if quota is None:
            return
        now = self._now()
        with self._store.write() as uow:
            until = uow.accounts.take(
                self._channel,
                call,
                window_start=window_start(quota.window, now),
                window_end=window_end(quota.window, now),
                maximum=quota.limit,
                sending=quota.sending,
                now=now,
            )
            uow.commit()
        if until is not None:
            raise QuotaSpent(f"{call} 的额度已用完，到时自动继续", until=until, code="quota")

    def spent(self, call: str, until: datetime) -> None:
        """The platform's own word overrides our count."""
        quota = self._quotas.get(call)
        if quota is None:
            return
        now = self._now()
        with self._store.write() as uow:
            uow.accounts.block(
                self._channel,
                call,
                window_start=window_start(quota.window, now),
                window_end=window_end(quota.window, now),
                maximum=quota.limit,
                sending=quota.sending,
                until=until,
            )
            uow.commit()
