"""Schedule 排期: only an approved revision gets a time; a time on anything else cannot be set, so never fires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from publisher.domain.clocks import shown_minute
from publisher.domain.errors import Reason, refuse
from publisher.domain.lifecycle import RevisionEvent, RevisionState, advance_revision
from publisher.domain.people import Act, require
from publisher.store.records import RevisionRecord
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow.acts import Actor
from publisher.workflow.planning import plan, scheduled_wishes

EARLIEST = timedelta(minutes=5)
LATEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class ScheduleRequest:
    """When to release. `release_at` is aware; None means now."""

    revision_id: str
    release_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnscheduleRequest:
    """Take the time off again."""

    revision_id: str


def schedule(uow: UnitOfWork, now: datetime, actor: Actor, request: ScheduleRequest) -> datetime:
    """Set or move the time of an approved revision, with its places in the quota book. Returns the instant.

    Refused for a time more than 5 minutes past or more than a year ahead, and for any state but approved
    and scheduled.
    """
    require(Act.SCHEDULE, actor.person)
    revision = _revision(uow, request.revision_id)
    at = request.release_at or now
    if not now - EARLIEST <= at <= now + LATEST:
        raise refuse(
            Reason.BAD_INPUT,
            f"发布时间 {shown_minute(at)} 不合适",
            field="release_at",
            allowed=f"{shown_minute(now)} 至一年以内（北京时间）",
            english="the time must lie between now and a year ahead",
        )
    moved = revision.state is RevisionState.SCHEDULED
    event = RevisionEvent.RESCHEDULE if moved else RevisionEvent.SCHEDULE
    state = advance_revision(revision.state, event)
    uow.items.change_revision(revision.id, state=state, release_at=at)
    for wish in scheduled_wishes(uow, revision, at):
        plan(uow, now, wish)
    _record(uow, now, actor, revision, f"person:revision:{event}", at)
    uow.commit()
    return at


def unschedule(uow: UnitOfWork, now: datetime, actor: Actor, request: UnscheduleRequest) -> None:
    """Back to approved; the signatures stay, the places in the quota book are free again."""
    require(Act.UNSCHEDULE, actor.person)
    revision = _revision(uow, request.revision_id)
    state = advance_revision(revision.state, RevisionEvent.UNSCHEDULE)
    uow.items.change_revision(revision.id, state=state, release_at=None)
    _record(uow, now, actor, revision, "person:revision:unschedule", None)
    uow.commit()


def _revision(uow: UnitOfWork, revision_id: str) -> RevisionRecord:
    revision = uow.items.revision(revision_id)
    if revision is None:
        raise refuse(Reason.NOT_FOUND, "没有这个版本", field="revision", english="no such revision")
    return revision


def _record(
    uow: UnitOfWork, now: datetime, actor: Actor, revision: RevisionRecord, kind: str, at: datetime | None
) -> None:
    uow.record(
        now,
        kind,
        actor.name,
        f"revision:{revision.id}",
        os_user=actor.os_user,
        digests={"revision": revision.id},
        facts={"item": revision.item_id, "release_at": at.isoformat(timespec="seconds") if at else ""},
    )
