"""The journal an adapter walks through: intent before each call, end after it, both committed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from channels.contract import (
    ChannelRefused,
    Kept,
    OutcomeUnknown,
    Rejected,
    StepChanged,
    StepRecord,
    StepState,
    Unavailable,
)
from publisher.store.records import StepRow
from publisher.store.unit_of_work import Store, UnitOfWork

PUBLISH = "publish"
"""The scope of the steps that bring a posting out."""


class LeaseLost(Exception):
    """Another worker has taken the posting over; this one sends nothing more."""


def withdraw_scope(part_id: str, order_id: int, returned: int = 0) -> str:
    """The scope of the steps that remove one part under one order, anew each time that it was gone before."""
    return f"withdraw:{part_id}:{order_id}{f':{returned}' if returned else ''}"


class StoreJournal:
    """`channels.contract.Journal` over the store. One posting, one scope, one fencing number."""

    def __init__(
        self,
        store: Store,
        posting_id: str,
        *,
        fence: int,
        scope: str,
        worker: str,
        now: Callable[[], datetime],
    ) -> None:
        """`fence` is the number of the claim this journal belongs to, `worker` who walks through it."""
        self._store = store
        self._posting_id = posting_id
        self._fence = fence
        self._scope = scope
        self._worker = worker
        self._now = now
        self._ending: tuple[str, Kept] | None = None
        self._refused: set[str] = set()

    @property
    def now(self) -> datetime:
        """Business time, aware, UTC."""
        return self._now()

    def once(
        self,
        name: str,
        digest: str,
        call: Callable[[], Kept],
        *,
        repeatable: bool = False,
        last: bool = False,
    ) -> Kept:
        """As the contract says. Raises `LeaseLost` before the call when the claim is no longer ours.

        The end of a `last` step is kept until `end_last` writes it. Should this process die before, the step is
        open, as if the answer had been lost. So is a step that must not be repeated after a refusal which may
        have come too late, until a look has confirmed that nothing is out: only this journal calls it not done.
        """
        self.end_now()
        done = self._begin(name, digest, repeatable=repeatable)
        if done is not None:
            return done
        try:
            result = call()
        except (Unavailable, Rejected, ChannelRefused) as why:
            if isinstance(why, Rejected) and not (repeatable or why.before_execution):
                self._refused.add(name)
            else:
                self._end(name, StepState.NOT_DONE)
            raise
        if last:
            self._ending = name, result
        else:
            self._end(name, StepState.DONE, result)
        return result

    def end_last(self, uow: UnitOfWork) -> None:
        """Write the end of the last step, in the transaction that says what became of the posting.

        The caller has seen in this transaction that the claim is ours.
        """
        if self._ending is not None:
            self._write_end(uow, self._ending[0], StepState.DONE, self._ending[1])
            self._ending = None

    def end_refused(self, uow: UnitOfWork) -> None:
        """What was refused is surely not out: say so in the transaction that settles it."""
        for name in sorted(self._refused):
            self._write_end(uow, name, StepState.NOT_DONE, None)
        self._refused.clear()

    def end_now(self) -> None:
        """Write the end of a step that was called the last one, before anything else."""
        if self._ending is not None:
            (name, result), self._ending = self._ending, None
            self._end(name, StepState.DONE, result)

    def forget(self, name: str, why: str) -> None:
        """Drop a repeatable step whose result died outside; nothing happens when there is none."""
        self.end_now()
        if self.step(name) is None:
            return
        with self._store.write() as uow:
            uow.steps.forget(self._posting_id, self._scope, name)
            uow.record(
                self.now,
                "system:step:forgotten",
                "system",
                f"posting:{self._posting_id}",
                facts={"step": name, "forgotten": "yes"},
                notes={"why": why},
            )
            uow.commit()

    def step(self, name: str) -> StepRecord | None:
        """The record of one step."""
        self.end_now()
        with self._store.glance() as reading:
            row = reading.steps.get(self._posting_id, self._scope, name)
        if row is None:
            return None
        state = StepState.NOT_DONE if name in self._refused else StepState(row.state)
        return StepRecord(row.name, row.digest, state, row.repeatable, row.started_at, dict(row.result))

    def _begin(self, name: str, digest: str, *, repeatable: bool) -> Kept | None:
        """What a done step gave; else None with the intent committed under a lease that still holds when the
        call begins, which is the next thing."""
        checked = elapsed()
        with self._store.write() as uow:
            left = uow.steps.begin_first(
                self._posting_id,
                self._scope,
                name,
                digest=digest,
                repeatable=repeatable,
                fence=self._fence,
                worker=self._worker,
                now=self.now,
            )
            if left is None:
                done, left = self._begin_again(uow, name, digest, repeatable=repeatable)
                if done is not None:
                    return done
            if left <= 0:
                raise LeaseLost(self._posting_id)
            uow.commit()
        if elapsed() - checked >= left:
            raise LeaseLost(self._posting_id)  # we stood still meanwhile: the step stays open, others look
        return None

    def _begin_again(
        self, uow: UnitOfWork, name: str, digest: str, *, repeatable: bool
    ) -> tuple[Kept | None, float]:
        """What a done step gave, or its intent is written anew; and how long the lease still holds, in seconds."""
        fence, before = uow.steps.under(self._posting_id, self._scope, name)
        done = _kept(before, digest)
        if done is None:
            if fence != self._fence or before is None:
                raise LeaseLost(self._posting_id)
            uow.steps.begin_again(
                self._posting_id,
                self._scope,
                name,
                digest=digest,
                repeatable=repeatable,
                fence=self._fence,
                now=self.now,
            )
        return done, uow.workers.remaining_s(self._worker)

    def _end(self, name: str, state: StepState, result: Kept | None = None) -> None:
        with self._store.write() as uow:
            ours = self._write_end(uow, name, state, result)
            uow.commit()
        if not ours:
            raise LeaseLost(self._posting_id)

    def _write_end(self, uow: UnitOfWork, name: str, state: StepState, result: Kept | None) -> bool:
        return uow.steps.end(
            self._posting_id,
            self._scope,
            name,
            state=state,
            now=self.now,
            result=dict(result or {}),
            fence=self._fence,
        )


def _kept(step: StepRow | None, digest: str) -> Kept | None:
    """The result of a done step; None when it may be called (again). Raises when it may not."""
    if step is None or step.state == StepState.NOT_DONE:
        return None
    if step.state == StepState.DONE:
        if step.digest != digest:
            raise StepChanged(f"步骤 {step.name} 已经完成，内容却不同", code="step_changed")
        return dict(step.result)
    if not step.repeatable:
        raise OutcomeUnknown(f"步骤 {step.name} 已经发出过，结果不明", code="open_step")
    return None


def elapsed() -> float:
    """Seconds on a clock that nobody sets and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
