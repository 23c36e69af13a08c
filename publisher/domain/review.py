"""Signatures on a revision and who may give the next one. The chain is data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publisher.domain.errors import Reason, refuse
from publisher.domain.people import ACT_LABELS, Act, Person, require


@dataclass(frozen=True, slots=True)
class Signature:
    """One act of review by one person on one digest. `at` is aware, UTC."""

    act: Act
    person: str
    digest: str
    at: datetime
    on_behalf_of: str = ""

    @property
    def people(self) -> frozenset[str]:
        """Whose signature it is: who gave it, and for whom."""
        return frozenset({self.person, self.on_behalf_of} - {""})


@dataclass(frozen=True, slots=True)
class Chain:
    """Which signatures a revision needs, in order, and which of them one person must not give together."""

    name: str
    steps: tuple[Act, ...]
    apart: frozenset[frozenset[Act]]


def _apart(*pairs: tuple[Act, Act]) -> frozenset[frozenset[Act]]:
    return frozenset(frozenset(pair) for pair in pairs)


STEPS = (Act.PASS_CONTENT, Act.CLEAR_SECRECY, Act.SIGN_OFF)
APPROVER_APART = _apart(  # the approver signs nothing else, not even the second look at an urgent sign-off
    (Act.SIGN_OFF, Act.PASS_CONTENT),
    (Act.SIGN_OFF, Act.CLEAR_SECRECY),
    (Act.SIGN_OFF, Act.REFER_UP),
    (Act.SIGN_OFF, Act.SECOND_LOOK),
)
REVIEWERS_APART = _apart((Act.PASS_CONTENT, Act.CLEAR_SECRECY), (Act.PASS_CONTENT, Act.REFER_UP))

CHAINS = {  # design 3
    "small": Chain("small", STEPS, APPROVER_APART),
    "full": Chain("full", STEPS, APPROVER_APART | REVIEWERS_APART),
}

REVIEW_ACTS = frozenset(
    {Act.PASS_CONTENT, Act.CLEAR_SECRECY, Act.REFER_UP, Act.WITHHOLD, Act.SIGN_OFF, Act.SECOND_LOOK}
)


class Check(StrEnum):
    """The five checks 五关 that a reviewer goes through."""

    POLITICS = "politics"
    LAW = "law"
    POLICY = "policy"
    SECRECY = "secrecy"
    LANGUAGE = "language"


CHECK_LABELS = {
    Check.POLITICS: "政治关",
    Check.LAW: "法律关",
    Check.POLICY: "政策关",
    Check.SECRECY: "保密关",
    Check.LANGUAGE: "文字关",
}

CHECKS: dict[
    Act, tuple[Check, ...]
] = {  # which a signature stands for; the approver signs on the reviewers' word
    Act.PASS_CONTENT: (Check.POLITICS, Check.LAW, Check.POLICY, Check.LANGUAGE),
    Act.CLEAR_SECRECY: (Check.SECRECY,),
    Act.SECOND_LOOK: (Check.POLITICS, Check.LAW, Check.POLICY, Check.SECRECY, Check.LANGUAGE),
}


WITHHOLD_REASONS = {  # code → its words, and where they stand: 政府信息公开条例 art. 14-16
    "state_secret": ("国家秘密", "条例第十四条"),
    "forbidden": ("法律、行政法规禁止公开", "条例第十四条"),
    "safety": ("可能危及国家安全、公共安全、经济安全、社会稳定", "条例第十四条"),
    "trade_secret": ("商业秘密", "条例第十五条"),
    "privacy": ("个人隐私", "条例第十五条"),
    "internal": ("内部事务信息", "条例第十六条"),
    "process": ("过程性信息", "条例第十六条"),
    "case_file": ("行政执法案卷信息", "条例第十六条"),
}


def require_checks(act: Act, ticked: Iterable[str]) -> None:
    """Refuse a signature whose checks were not all ticked; names those that are missing."""
    given = set(ticked)
    missing = [check for check in CHECKS.get(act, ()) if check not in given]
    if missing:
        raise refuse(
            Reason.BAD_INPUT,
            f"还没有核过：{'、'.join(CHECK_LABELS[check] for check in missing)}",
            field="checks",
            allowed="逐项核过、勾上再签；核不过的请退回并写明理由",
            english=f"checks not ticked: {', '.join(missing)}",
        )


def check_signer(chain: Chain, act: Act, person: Person, drafter: str, given: Sequence[Signature]) -> None:
    """Refuse unless this person may give this act of review now.

    The drafter signs nothing on their own revision, and nobody signs for them or in their name; who stands in
    counts as both. Acts that the chain holds apart are given by
    different people. `given` are the signatures on the same digest so far.
    """
    require(act, person)
    mine = {person.name, person.behalf} - {""}
    if drafter in mine:
        raise refuse(
            Reason.NOT_PERMITTED,
            "拟稿人不能审核、审查或签发自己拟的稿件",
            field="actor",
            allowed="由另一人办理",
            english="nobody signs their own draft",
        )
    for signature in given:
        if signature.people & mine and frozenset({signature.act, act}) in chain.apart:
            raise refuse(
                Reason.NOT_PERMITTED,
                f"{person.display}已对本版本{ACT_LABELS[signature.act]}，不能再{ACT_LABELS[act]}",
                field="actor",
                allowed="由另一人办理",
                english=f"{signature.act.value} and {act.value} must be given by different people",
            )


def complete(chain: Chain, digest: str, given: Sequence[Signature]) -> bool:
    """Whether every step of the chain stands on exactly this digest."""
    have = {signature.act for signature in given if signature.digest == digest}
    return have.issuperset(chain.steps)


def lawful(chain: Chain, digest: str, drafter: str, given: Sequence[Signature]) -> bool:
    """Whether the signatures on this digest are by people who might give them: asked again before a release,
    because a database can be changed behind the rules that let a person sign."""
    mine = [signature for signature in given if signature.digest == digest]
    if any(drafter in signature.people for signature in mine):
        return False
    acts: dict[str, set[Act]] = {}
    for signature in mine:
        for name in signature.people:
            acts.setdefault(name, set()).add(signature.act)
    return not any(pair <= held for held in acts.values() for pair in chain.apart)
