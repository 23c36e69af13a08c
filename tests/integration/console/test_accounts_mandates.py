"""Standing in: the substitute acts in the absent person's roles, both names are on record, and nobody signs twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from publisher.domain.errors import Reason, Refused
from publisher.workflow.mandates import EndMandateRequest, MandateRequest, end_mandate, give_mandate
from publisher.workflow.review import SignRequest, clear_secrecy, pass_content, sign_off
from publisher.workflow.staff import AddUserRequest, add_user
from tests.seats import PASSWORD, employ, seats
from tests.world import World


def mandate(world: World, person: str, substitute: str, *roles: str, days: int = 7) -> MandateRequest:
    now = world.clock.now
    return MandateRequest(person, substitute, roles, now, now + timedelta(days=days), "出差")


def prove(world: World, name: str) -> None:
    """As they are now, with what they may do for others."""
    world.staff[name] = world.office.prove(name, password=PASSWORD)


def cleared(world: World, who: str = "lu") -> str:
    revision_id = world.submit(world.draft(who=who), who=who).revision_id
    world.do("shen", pass_content, SignRequest(revision_id))
    world.do("shen", clear_secrecy, SignRequest(revision_id))
    return revision_id


def signatures(world: World, revision_id: str) -> list[tuple[str, str, str]]:
    rows = world.rows(
        "SELECT act, person, on_behalf_of FROM signatures WHERE revision_id = ? ORDER BY id", revision_id
    )
    return [(row["act"], row["person"], row["on_behalf_of"]) for row in rows]


def test_who_stands_in_signs_and_both_names_are_on_record(quiet_world: World) -> None:
    world = quiet_world
    employ(world, "zhou", "editor")
    revision_id = cleared(world)
    prove(world, "zhou")
    with pytest.raises(Refused):
        world.do("zhou", sign_off, SignRequest(revision_id))
    world.do("admin", give_mandate, mandate(world, "qin", "zhou", "approver"))
    prove(world, "zhou")
    world.do("zhou", sign_off, SignRequest(revision_id))
    assert signatures(world, revision_id)[-1] == ("sign_off", "zhou", "qin")
    entry = world.rows("SELECT canonical FROM log_entries ORDER BY seq DESC LIMIT 1")[0]["canonical"]
    assert '"on_behalf_of":"qin"' in entry
    assert '"actor":"zhou"' in entry


def test_it_begins_and_ends_by_itself_and_may_be_ended_before(quiet_world: World) -> None:
    world = quiet_world
    employ(world, "zhou", "editor")
    revision_id = cleared(world)
    key = world.do("admin", give_mandate, mandate(world, "qin", "zhou", "approver"))
    world.clock.forward(8 * 86_400)
    prove(world, "zhou")
    with pytest.raises(Refused):
        world.do("zhou", sign_off, SignRequest(revision_id))
    key = world.do("admin", give_mandate, mandate(world, "qin", "zhou", "approver"))
    world.do("admin", end_mandate, EndMandateRequest(key))
    prove(world, "zhou")
    with pytest.raises(Refused):
        world.do("zhou", sign_off, SignRequest(revision_id))


@pytest.mark.parametrize("drafter", ["zhou", "lu"], ids=["their own", "of whom they stand in for"])
def test_a_draft_is_not_signed_by_who_drafted_it_in_either_name(quiet_world: World, drafter: str) -> None:
    world = quiet_world
    employ(world, "zhou", "editor")
    world.do("admin", add_user, AddUserRequest("mo", "莫某", ("approver", "drafter"), password=PASSWORD))
    for name in ("zhou", "mo"):
        prove(world, name)
    whose = "mo" if drafter == "lu" else "zhou"
    revision_id = cleared(world, whose)
    world.do("admin", give_mandate, mandate(world, "mo", "zhou", "approver"))
    prove(world, "zhou")
    with pytest.raises(Refused) as refused:
        world.do("zhou", sign_off, SignRequest(revision_id))
    assert "自己拟的稿件" in str(refused.value)


def test_what_one_person_may_not_sign_together_two_may_not_by_standing_in(quiet_world: World) -> None:
    world = quiet_world
    employ(world, "yu", "content_reviewer", display="于某")
    prove(world, "yu")
    revision_id = world.submit(world.draft(), reviewer="yu").revision_id
    world.do("yu", pass_content, SignRequest(revision_id))
    world.do("shen", clear_secrecy, SignRequest(revision_id))
    world.do("admin", give_mandate, mandate(world, "qin", "yu", "approver"))
    prove(world, "yu")
    with pytest.raises(Refused) as refused:
        world.do("yu", sign_off, SignRequest(revision_id))
    assert refused.value.reason is Reason.NOT_PERMITTED


@pytest.mark.parametrize(
    ("person", "substitute", "roles"),
    [
        ("qin", "lu", ("secrecy_reviewer",)),
        ("qin", "an", ("approver",)),
        ("an", "lu", ("auditor",)),
        ("qin", "qin", ("approver",)),
        ("qin", "lu", ()),
    ],
    ids=["a role they lack", "to an auditor", "of an auditor", "to oneself", "nothing"],
)
def test_what_cannot_be_lent_is_refused(
    quiet_world: World, person: str, substitute: str, roles: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        quiet_world.do("admin", give_mandate, mandate(quiet_world, person, substitute, *roles))
    assert refused.value.reason is Reason.BAD_INPUT


def test_the_page_of_a_person_gives_and_ends_it(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        fields = {"by": "lu", "lend": "approver", "why": "出差", "since": "2026-11-24", "until": "2026-11-30"}
        page = at["guan"].done("/people/qin/mandates", fields)
        assert "代办已定下" in page
        (row,) = quiet_world.rows("SELECT id FROM mandates")
        assert "代办已结束" in at["guan"].done(f"/people/qin/mandates/{row['id']}/end")
        at["guan"].refused("/people/qin/mandates", fields | {"until": "下周"}, 422)
