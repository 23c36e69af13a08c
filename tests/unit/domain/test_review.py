"""Signatures: who may give the next one, and when a revision has all of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from publisher.domain.errors import Reason, Refused
from publisher.domain.people import Act, Person, Role
from publisher.domain.review import CHAINS, REVIEW_ACTS, Chain, Signature, check_signer, complete

DIGEST = "d" * 64
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SMALL, FULL = CHAINS["small"], CHAINS["full"]
BOTH = pytest.mark.parametrize("chain", [SMALL, FULL], ids=["small", "full"])
THREE_STEPS = (Act.PASS_CONTENT, Act.CLEAR_SECRECY, Act.SIGN_OFF)


def signed(act: Act, person: Person, digest: str = DIGEST) -> Signature:
    return Signature(act, person.name, digest, AT)


def may(chain: Chain, act: Act, person: Person, drafter: Person, *given: Signature) -> bool:
    try:
        check_signer(chain, act, person, drafter.name, given)
    except Refused as refusal:
        return refusal.reason is not Reason.NOT_PERMITTED
    return True


@BOTH
@pytest.mark.parametrize("act", sorted(REVIEW_ACTS))
def test_nobody_reviews_or_signs_their_own_draft(chain: Chain, act: Act, do_it_all: Person) -> None:
    with pytest.raises(Refused, match="拟稿人不能审核、审查或签发自己拟的稿件"):
        check_signer(chain, act, do_it_all, do_it_all.name, ())


@BOTH
def test_the_acts_of_review_need_their_role(
    chain: Chain, drafter: Person, reviewer: Person, approver: Person
) -> None:
    assert not may(chain, Act.SIGN_OFF, reviewer, drafter)
    assert not may(chain, Act.PASS_CONTENT, approver, drafter)
    assert not may(chain, Act.CLEAR_SECRECY, approver, drafter)


@BOTH
@pytest.mark.parametrize("other", [Act.PASS_CONTENT, Act.CLEAR_SECRECY, Act.REFER_UP, Act.SECOND_LOOK])
def test_the_approver_signs_nothing_else(
    chain: Chain, other: Act, drafter: Person, do_it_all: Person
) -> None:
    assert not may(chain, Act.SIGN_OFF, do_it_all, drafter, signed(other, do_it_all))
    assert not may(chain, other, do_it_all, drafter, signed(Act.SIGN_OFF, do_it_all))


def test_in_the_small_chain_content_and_secrecy_may_be_one_person(drafter: Person, reviewer: Person) -> None:
    assert may(SMALL, Act.CLEAR_SECRECY, reviewer, drafter, signed(Act.PASS_CONTENT, reviewer))


def test_in_the_full_chain_content_and_secrecy_are_two_people(drafter: Person, reviewer: Person) -> None:
    assert not may(FULL, Act.CLEAR_SECRECY, reviewer, drafter, signed(Act.PASS_CONTENT, reviewer))
    assert not may(FULL, Act.REFER_UP, reviewer, drafter, signed(Act.PASS_CONTENT, reviewer))
    assert not may(FULL, Act.PASS_CONTENT, reviewer, drafter, signed(Act.CLEAR_SECRECY, reviewer))


def people_needed(chain: Chain, drafter: Person, staff: list[Person]) -> bool:
    """Whether this staff, each trying each step in order, brings a revision through."""
    given: list[Signature] = []
    for act in THREE_STEPS:
        signer = next((p for p in staff if may(chain, act, p, drafter, *given)), None)
        if signer is None:
            return False
        given.append(signed(act, signer))
    return complete(chain, DIGEST, given)


def everyone(count: int) -> list[Person]:
    return [
        Person(f"ren{n}", f"人{n}", frozenset(set(Role) - {Role.ADMINISTRATOR, Role.AUDITOR}))
        for n in range(count)
    ]


def test_three_people_suffice_in_the_small_chain_and_two_do_not() -> None:
    assert people_needed(SMALL, everyone(3)[0], everyone(3))
    assert not people_needed(SMALL, everyone(2)[0], everyone(2))


def test_four_people_suffice_in_the_full_chain_and_three_do_not() -> None:
    assert people_needed(FULL, everyone(4)[0], everyone(4))
    assert not people_needed(FULL, everyone(3)[0], everyone(3))


@BOTH
def test_a_revision_is_complete_with_three_signatures_and_never_with_two(
    chain: Chain, reviewer: Person, approver: Person
) -> None:
    signers = {Act.PASS_CONTENT: reviewer, Act.CLEAR_SECRECY: reviewer, Act.SIGN_OFF: approver}
    given = [signed(act, person) for act, person in signers.items()]
    assert complete(chain, DIGEST, given)
    for missing in range(3):
        assert not complete(chain, DIGEST, given[:missing] + given[missing + 1 :])


@BOTH
def test_a_signature_on_another_digest_counts_for_nothing(
    chain: Chain, reviewer: Person, approver: Person
) -> None:
    given = [
        signed(Act.PASS_CONTENT, reviewer),
        signed(Act.CLEAR_SECRECY, reviewer, digest="e" * 64),
        signed(Act.SIGN_OFF, approver),
    ]
    assert not complete(chain, DIGEST, given)


def test_a_refusal_names_both_acts_and_that_another_person_may(drafter: Person, do_it_all: Person) -> None:
    with pytest.raises(Refused) as refusal:
        check_signer(SMALL, Act.SIGN_OFF, do_it_all, drafter.name, [signed(Act.PASS_CONTENT, do_it_all)])
    problem = refusal.value.problems[0]
    assert "初审" in problem.why
    assert "签发" in problem.why
    assert problem.allowed == "由另一人办理"


def test_there_are_two_chains_and_the_code_names_them() -> None:
    assert {name: chain.name for name, chain in CHAINS.items()} == {"small": "small", "full": "full"}
    assert all(chain.steps == THREE_STEPS for chain in CHAINS.values())
