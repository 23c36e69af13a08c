"""What a program may be allowed: scopes of its token, each a few views and acts of the person it works for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from publisher.domain.errors import Reason, refuse
from publisher.domain.people import Act, Person, View, may, may_view


class Scope(StrEnum):
    """One thing that a token may be for."""

    READ_ITEMS = "read:items"
    READ_POSTINGS = "read:postings"
    READ_CHANNELS = "read:channels"
    READ_LOG = "read:log"
    READ_REPORTS = "read:reports"
    WRITE_DRAFTS = "write:drafts"
    SUBMIT = "submit"
    SCHEDULE = "schedule"
    HOLD = "hold"
    DELIVER = "deliver"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a scope opens, where the person may do it too. `words` are for people."""

    words: str
    views: frozenset[View] = frozenset()
    acts: frozenset[Act] = frozenset()


SCOPES: dict[Scope, Grant] = {
    Scope.READ_ITEMS: Grant("查看条目、版本和草稿", frozenset({View.ITEMS})),
    Scope.READ_POSTINGS: Grant("查看推送和各篇", frozenset({View.POSTINGS})),
    Scope.READ_CHANNELS: Grant("查看渠道", frozenset({View.CHANNELS})),
    Scope.READ_LOG: Grant("查看存证记录", frozenset({View.AUDIT})),
    Scope.READ_REPORTS: Grant("查看台账", frozenset({View.REPORTS})),
    Scope.WRITE_DRAFTS: Grant("新建、修改、废弃草稿，上传文件", acts=frozenset({Act.DRAFT, Act.DISCARD})),
    Scope.SUBMIT: Grant("送审", acts=frozenset({Act.SUBMIT, Act.SUBMIT_URGENT})),
    Scope.SCHEDULE: Grant("排期、取消排期", acts=frozenset({Act.SCHEDULE, Act.UNSCHEDULE})),
    Scope.HOLD: Grant("暂停版本和推送", acts=frozenset({Act.HOLD, Act.HOLD_POSTING})),
    Scope.DELIVER: Grant(
        "重新推送、恢复推送、取消推送",
        acts=frozenset({Act.RETRY_POSTING, Act.RESUME_POSTING, Act.CANCEL_POSTING}),
    ),
    Scope.WITHDRAW: Grant("下令撤下", acts=frozenset({Act.ORDER_WITHDRAWAL, Act.REPORT_LEAK})),
}
"""No scope holds an act of review or one that takes a stop away: a signature is a person's, given in a session."""

LONGEST = timedelta(days=366)
USUAL_DAYS = 90
"""How long a token lives when nobody says otherwise."""


def scopes_of(words: Iterable[str]) -> frozenset[Scope]:
    """Scopes by their words. Refused for none, and for a word that is no scope."""
    known = {scope.value: scope for scope in Scope}
    given = frozenset(words)
    strange = sorted(given - set(known))
    if strange or not given:
        why = f"没有权限“{'、'.join(strange)}”" if strange else "至少要选一项权限"
        raise refuse(
            Reason.BAD_INPUT, why, field="scopes", allowed="、".join(known), english="name known scopes"
        )
    return frozenset(known[word] for word in given)


def within_roles(scope: Scope, person: Person) -> bool:
    """Whether any of what the scope opens is this person's at all."""
    grant = SCOPES[scope]
    return any(may(act, person) for act in grant.acts) or any(may_view(v, person) for v in grant.views)


def scope_for(wanted: Act | View) -> Scope:
    """The scope that opens an act or a view. Raises `LookupError` for what no token is offered."""
    for scope, grant in SCOPES.items():
        if wanted in grant.acts if isinstance(wanted, Act) else wanted in grant.views:
            return scope
    raise LookupError(wanted)
