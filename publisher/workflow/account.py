"""The account and meter ports over the store: each call is its own short transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import datetime

from channels.contract import AccountValue, QuotaSpent
from publisher.domain.quota import CallQuota, window_at
from publisher.store.unit_of_work import Store

_SENT: ContextVar[str] = ContextVar("sent", default="")


@contextmanager
def sending(posting_id: str) -> Iterator[None]:
    """While this posting is being published: its sending calls spend the places that it reserved.

    An adapter asks the meter by the name of a call and knows nothing of the quota book. One thread publishes
    one posting at a time.
    """
    before = _SENT.set(posting_id)
    try:
        yield
    finally:
        _SENT.reset(before)


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
    """`channels.contract.Meter` for one channel, over the quota book."""

    def __init__(
        self, store: Store, channel: str, quotas: Sequence[CallQuota], now: Callable[[], datetime]
    ) -> None:
        """`quotas` are the limits in force; calls that they do not name are not counted."""
        self._store = store
        self._channel = channel
        self._quotas = quotas
        self._now = now

    def take(self, call: str) -> None:
        """Count one call before the request in each of its windows, or raise `QuotaSpent` and count nothing."""
        quotas = self._of(call)
        if not quotas:
            return
        now = self._now()
        with self._store.write() as uow:
            for quota in quotas:
                window = window_at(self._channel, quota, now)
                until = uow.quotas.take(window, now, posting_id=_SENT.get() if quota.sending else "")
                if until is not None:
                    raise QuotaSpent(f"{call} 的额度已用完，到时自动继续", until=until, code="quota")
            uow.commit()

    def spent(self, call: str, until: datetime) -> None:
        """The platform's own word overrides our count, in each window of the call."""
        now = self._now()
        with self._store.write() as uow:
            for quota in self._of(call):
                uow.quotas.block(window_at(self._channel, quota, now), until)
            uow.commit()

    def _of(self, call: str) -> list[CallQuota]:
        return [quota for quota in self._quotas if quota.call == call]
