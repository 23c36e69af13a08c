"""The account and meter ports over the store: each call is its own short transaction."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from channels.contract import AccountValue, QuotaSpent
from publisher.domain.quota import CallQuota, window_at
from publisher.store.records import PostingRecord
from publisher.store.unit_of_work import Store, UnitOfWork
from publisher.workflow.journal import LeaseLost, elapsed


@dataclass(frozen=True, slots=True)
class _Sent:
    """The posting that this thread publishes, under which claim, as which worker."""

    posting_id: str
    fence: int
    worker: str


_SENT: ContextVar[_Sent | None] = ContextVar("sent", default=None)


@contextmanager
def sending(posting: PostingRecord, worker: str) -> Iterator[None]:
    """While this posting is being published: its sending calls spend the places that it reserved, and are made
    only while its claim is ours.

    An adapter asks the meter by the name of a call and knows nothing of the quota book. One thread publishes
    one posting at a time.
    """
    before = _SENT.set(_Sent(posting.id, posting.fence, worker))
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


def _left_s(uow: UnitOfWork, sent: _Sent | None) -> float:
    """Seconds that the claim still holds; raises `LeaseLost` when it does not."""
    if sent is None:
        return math.inf
    posting, left = uow.postings.get(sent.posting_id), uow.workers.remaining_s(sent.worker)
    if posting is None or posting.fence != sent.fence or left <= 0:
        raise LeaseLost(sent.posting_id)
    return left


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
        """Count one call before the request in each of its windows, or raise `QuotaSpent` and count nothing.

        The request comes next, after whatever the adapter had to wait for (a token, say): a sending call looks
        at the lease once more and raises `LeaseLost` when the posting is somebody else's by now.
        """
        quotas = self._of(call)
        if not quotas:
            return
        sent = _SENT.get() if any(quota.sending for quota in quotas) else None
        now, checked = self._now(), elapsed()
        with self._store.write() as uow:
            left = _left_s(uow, sent)
            for quota in quotas:
                window = window_at(self._channel, quota, now)
                mine = sent.posting_id if sent and quota.sending else ""
                until = uow.quotas.take(window, now, posting_id=mine)
                if until is not None:
                    raise QuotaSpent(f"{call} 的额度已用完，到时自动继续", until=until, code="quota")
            uow.commit()
        if sent and elapsed() - checked >= left:
            raise LeaseLost(sent.posting_id)

    def spent(self, call: str, until: datetime) -> None:
        """The platform's own word overrides our count, in each window of the call."""
        now = self._now()
        with self._store.write() as uow:
            for quota in self._of(call):
                uow.quotas.block(window_at(self._channel, quota, now), until)
            uow.commit()

    def _of(self, call: str) -> list[CallQuota]:
        return [quota for quota in self._quotas if quota.call == call]
