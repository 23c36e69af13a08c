"""Must show 6: every public function and command is walked; none leads past the signatures."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain, combinations
from typing import Any

import pytest

import publisher.workflow
from channels.contract import Gone, Unavailable
from publisher.cli.commands import every_command
from publisher.domain.errors import IllegalTransition, Reason, Refused
from publisher.domain.item import content_from_json
from publisher.domain.lifecycle import RevisionState
from publisher.domain.people import Person, Role
from publisher.domain.review import CHAINS, complete
from publisher.store.postings import Due
from publisher.store.unit_of_work import UnitOfWork
from publisher.workflow import (
    consent,
    correct,
    desk,
    edit,
    expunge,
    intake,
    mandates,
    oidc,
    paper,
    passwords,
    personnel,
    probe,
    release,
    remove,
    review,
    rules,
    schedule,
    sessions,
    settle_by_hand,
    staff,
    submit,
    verify,
    withdraw,
)
from publisher.workflow.acts import Actor
from publisher.workflow.deliver import claim
from publisher.workflow.journal import PUBLISH
from publisher.workflow.seal import ExportRequest
from tests.acceptance import way_tables as tables
from tests.world import START, World, fetch, incoming, item_file
from tests.worlds import MakeWorld

CHAIN_ROLES = (Role.DRAFTER, Role.EDITOR, Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER)
COMBINATIONS = [
    frozenset(roles)
    for roles in chain.from_iterable(
        combinations(CHAIN_ROLES, count) for count in range(len(CHAIN_ROLES) + 1)
    )
]
APART = [
    frozenset({Role.ADMINISTRATOR}),
    frozenset({Role.AUDITOR}),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
]


def public_functions() -> dict[str, Callable[..., Any]]:
    found = {}
    for info in pkgutil.iter_modules(publisher.workflow.__path__):
        module = importlib.import_module(f"publisher.workflow.{info.name}")
        for name, value in vars(module).items():
            if inspect.isfunction(value) and not name.startswith("_") and value.__module__ == module.__name__:
                found[f"{info.name}.{name}"] = value
    return found


# ---------------------------------------------------------------- the tables are whole


def test_every_public_function_of_the_workflow_has_its_class() -> None:
    classes = [set(tables.ACTS), tables.SYSTEM, tables.PIECES, tables.READING]
    assert set(public_functions()) == set().union(*classes)
    assert sum(map(len, classes)) == len(public_functions()), "each function stands in one class"


def test_whatever_takes_an_actor_is_an_act_of_the_table() -> None:
    wants = {
        name
        for name, function in public_functions().items()
        if list(inspect.signature(function).parameters)[:4] == ["uow", "now", "actor", "request"]
    }
    assert wants == set(tables.ACTS)


def test_every_command_has_its_acts() -> None:
    assert {command.path for command in every_command()} == set(tables.COMMANDS)
    for command in every_command():
        assert command.acts is bool(tables.COMMANDS[command.path]), command.path


def test_no_command_writes_but_through_its_acts() -> None:
    functions = public_functions()
    by_name = {function.__name__: name for name, function in functions.items()}
    for command in every_command():
        source = inspect.getsource(inspect.getmodule(command.run))  # type: ignore[arg-type]
        assert "uow." not in source, f"{command.path} changes the store itself"
        named = {
            by_name[word]
            for word in command.run.__code__.co_names
            if word in by_name and by_name[word] in tables.ACTS
        }
        assert named <= set(tables.COMMANDS[command.path]), command.path


# ---------------------------------------------------------------- every act, state and role


class Done(Exception):
    """The act went through up to its commit."""


class Probe(UnitOfWork):
    """A unit of work that shows what would be committed and never commits."""

    def commit(self) -> None:
        raise Done


Attempt = Callable[..., Iterator[UnitOfWork | Refused]]


@pytest.fixture
def attempt(shared_world: World) -> Iterator[Attempt]:
    """Tries an act without keeping it: yields what it would have left, or the refusal."""
    store = shared_world.office.store
    with store.engine.connect() as connection:

        def act(
            use_case: Callable[..., Any], person: Person, request: object, **tools: Any
        ) -> Iterator[UnitOfWork | Refused]:
            connection.begin()
            uow = Probe(store, connection)
            try:
                use_case(uow, shared_world.clock.now, Actor(person), request, **tools)
                raise AssertionError(f"{use_case.__name__} ended without a commit")
            except Done:
                yield uow
            except IllegalTransition:
                yield Refused(Reason.WRONG_STATE)
            except Refused as why:
                yield why
            finally:
                connection.rollback()

        yield act


@pytest.fixture(scope="module")
def revisions(shared_world: World) -> dict[str, tuple[str, str]]:
    """One revision in each state, driven there by real acts: state → (item, revision)."""
    world = shared_world
    sign = review.SignRequest

    def submitted(**more: Any) -> tuple[str, str]:
        item_id = world.draft(item_file(kind="clarification" if more.get("urgent") else "notice"))
        return item_id, world.submit(item_id, **more).revision_id

    def upto(*acts: tuple[str, Callable[..., Any], Any]) -> tuple[str, str]:
        item_id, revision_id = submitted()
        for who, act, request in acts:
            world.do(who, act, request(revision_id))
        return item_id, revision_id

    passed = ("shen", review.pass_content, sign)
    cleared = ("shen", review.clear_secrecy, sign)
    referred = ("shen", review.refer_up, lambda r: sign(r, reference="市保密局"))
    signed = ("qin", review.sign_off, sign)
    later = world.clock.now + timedelta(days=2)
    planned = ("lu", schedule.schedule, lambda r: schedule.ScheduleRequest(r, later))
    made = {
        "submitted": submitted(),
        "urgent": submitted(urgent=True),
        "reviewed": upto(passed),
        "referred": upto(passed, referred),
        "cleared": upto(passed, cleared),
        "approved": upto(passed, cleared, signed),
        "scheduled": upto(passed, cleared, signed, planned),
        "returned": upto(("shen", review.return_revision, lambda r: sign(r, "改标题"))),
        "withheld": upto(("shen", review.withhold, lambda r: sign(r, "商业秘密", "条例第十五条"))),
        "superseded": upto(passed, cleared, signed),
        "released": world.released(),
        "withdrawing": world.released(),
        "withdrawn": world.released(),
        "second look": submitted(urgent=True),
    }
    world.submit(world.draft(item_id=made["superseded"][0]))
    order = withdraw.WithdrawRequest
    world.do("qin", withdraw.order_withdrawal, order(made["withdrawn"][0], "测试"))
    world.sweep()
    world.do("qin", withdraw.order_withdrawal, order(made["withdrawing"][0], "测试"))
    world.do("qin", review.sign_off_urgent, sign(made["second look"][1], reference="常设2026-1"))
    for state, (_, revision_id) in made.items():
        wanted = {"urgent": "submitted", "second look": "scheduled"}.get(state, state)
        assert world.revision(revision_id).state == wanted, state
    return made


REQUESTS: dict[str, Callable[[str, str, datetime], object]] = {
    **{
        name: lambda _item, revision, _now: review.SignRequest(revision, "意见", "依据")
        for name in tables.ACTS
        if name.startswith("review.")
    },
    "schedule.schedule": lambda _item, revision, now: schedule.ScheduleRequest(revision, now),
    "schedule.unschedule": lambda _item, revision, _now: schedule.UnscheduleRequest(revision),
    "withdraw.order_withdrawal": lambda item, _revision, _now: withdraw.WithdrawRequest(item, "理由"),
}
MAY_FOLLOW = {  # act → the states from which it may go through at all (design 3)
    "review.pass_content": {"submitted", "urgent"},
    "review.clear_secrecy": {"reviewed", "referred"},
    "review.refer_up": {"reviewed"},
    "review.withhold": {"submitted", "urgent", "reviewed", "referred", "cleared", "approved", "scheduled"}
    | {"second look"},
    "review.sign_off": {"cleared"},
    "review.sign_off_urgent": {"urgent"},
    "review.second_look": {"second look"},
    "review.return_revision": {"submitted", "urgent", "reviewed", "referred", "cleared"},
    "review.recall": {"submitted", "urgent", "reviewed", "referred", "cleared"},
    "review.revoke": {"approved", "scheduled", "second look"},
    "review.hold": {"submitted", "urgent", "reviewed", "referred", "cleared", "approved", "scheduled"}
    | {"second look", "released", "withdrawing"},
    "review.resume": set(),
    "schedule.schedule": {"approved", "scheduled", "second look"},
    "schedule.unschedule": {"scheduled", "second look"},
    "withdraw.order_withdrawal": {"released"},
}


def check_left(uow: UnitOfWork, revision_id: str, before: str, act: str) -> None:
    """What must hold of a revision after any act that went through."""
    left = uow.items.revision(revision_id)
    assert left is not None
    given = uow.items.signatures(revision_id)
    assert left.drafter not in {signature.person for signature in given}
    if left.release_at is not None:
        assert left.state in ("scheduled", "released", "withdrawing", "withdrawn"), (act, before)
    if left.state in ("approved", "scheduled", "released") and not left.urgent:
        assert complete(CHAINS["small"], revision_id, given), (act, before)


@pytest.mark.parametrize("act", REQUESTS)
def test_no_act_in_any_state_by_any_combination_of_roles_leads_round_the_chain(
    act: str, shared_world: World, revisions: dict[str, tuple[str, str]], attempt: Attempt
) -> None:
    use_case = public_functions()[act]
    went_through = set()
    for state, (item_id, revision_id) in revisions.items():
        request = REQUESTS[act](item_id, revision_id, shared_world.clock.now)
        shown = shared_world.revision(revision_id).content[
            "reviewer"
        ]  # only who stands on the page may pass it
        for roles in (*COMBINATIONS, *APART):
            for name in ("lu", "tian"):
                person = Person(name, shown, roles)
                for end in attempt(use_case, person, request):
                    if isinstance(end, Refused):
                        continue
                    assert {role.value for role in roles} & tables.ACTS[act], (state, roles)
                    assert name != "lu" or act not in tables.SIGNING, f"the drafter did {act} in {state}"
                    check_left(end, revision_id, state, act)
                    went_through.add(state)
    assert went_through <= MAY_FOLLOW[act]
    assert went_through == MAY_FOLLOW[act], "an act that nobody may ever do is a wall, not a door"


@pytest.mark.parametrize("act", sorted(set(tables.ACTS) - set(REQUESTS)))
def test_every_other_act_asks_for_its_role_first(act: str, shared_world: World, attempt: Attempt) -> None:
    requests: dict[str, object] = {
        "intake.save_draft": intake.DraftRequest(None, lambda _files: ""),  # type: ignore[arg-type]
        "edit.start_draft": edit.StartRequest("", None),  # type: ignore[arg-type]
        "edit.edit_draft": edit.EditRequest("none", "", 0, None),  # type: ignore[arg-type]
        "edit.reopen_draft": edit.ReopenRequest("none"),
        "intake.discard_draft": intake.DiscardRequest("none"),
        "submit.submit": submit.SubmitRequest("none"),
        "paper.enter_paper": paper.EnterPaperRequest(
            "none", "sign_off", "qin", date(2026, 11, 24), incoming("扫描.pdf", b"%PDF-1.4")
        ),
        "paper.confirm_paper": paper.SettlePaperRequest("none", "none"),
        "paper.refuse_paper": paper.SettlePaperRequest("none", "none"),
        "expunge.order_expunge": expunge.ExpungeRequest("none", "理由"),
        "expunge.confirm_expunge": expunge.ConfirmExpungeRequest("none"),
        "correct.open_correction": correct.CorrectRequest("none", "说明"),
        "remove.confirm_part_gone": remove.PartGoneRequest("none"),
        "remove.declare_unremovable": remove.UnremovableRequest("none", "理由"),
        "verify.accept_difference": verify.AcceptDifferenceRequest("none", "理由"),
        "settle_by_hand.confirm_by_hand": settle_by_hand.ConfirmRequest("none", "http://127.0.0.1/"),
        "settle_by_hand.deny_by_hand": settle_by_hand.DenyRequest("none"),
        "desk.pause_by_hand": desk.ChannelRequest("none"),
        "desk.reopen_by_hand": desk.ChannelRequest("none"),
        "consent.ask_consent": consent.ConsentRequest("none"),
        "consent.end_consent": consent.ConsentRequest("none"),
        "probe.begin_probe": probe.ProbeRequest("none"),
        "rules.change_rules": rules.ChangeRequest("bureau", {}, "理由", 0),
        "rules.restore_rules": rules.RestoreRequest("bureau", 0, "理由", 0),
        "probe.end_probe": probe.ProbeRequest("none"),
        "staff.add_user": staff.AddUserRequest("x", "", ()),
        "staff.name_substitute": staff.SubstituteRequest("x", ""),
        "staff.set_contact": staff.ContactRequest("x", ""),
        "personnel.open_account": personnel.OpenAccountRequest("x", "", ()),
        "personnel.change_person": personnel.ChangePersonRequest("x", "", ()),
        "personnel.deactivate_person": personnel.LeaveRequest("x"),
        "personnel.reactivate_person": personnel.PersonRequest("x"),
        "second_factor.drop_second_factor": personnel.PersonRequest("x"),
        "mandates.give_mandate": mandates.MandateRequest("x", "y", (), START, START, ""),
        "mandates.end_mandate": mandates.EndMandateRequest("x"),
        "oidc.bind_subject": oidc.BindRequest("x", "https://id.example.gov.cn"),
        "personnel.unlock_person": personnel.PersonRequest("x"),
        "personnel.confirm_person": personnel.ConfirmRequest("x", agree=True),
        "passwords.reset_password": passwords.ResetPasswordRequest("x"),
        "sessions.end_all_sessions": sessions.EndSessionsRequest("x"),
        "seal.record_export": ExportRequest(),
    }
    tools: dict[str, Any] = {
        "submit.submit": shared_world.office.submit_tools(),
        "consent.ask_consent": {"outlets": shared_world.office.outlets},
        "consent.end_consent": {"result": Unavailable("连不上")},
        "rules.change_rules": {"check": lambda _: None},
        "rules.restore_rules": {"check": lambda _: None},
        "probe.begin_probe": {"outlets": shared_world.office.outlets},
        "probe.end_probe": {"result": Unavailable("连不上")},
    }.get(act, {})
    if act in ("remove.confirm_part_gone", "settle_by_hand.confirm_by_hand"):
        tools = {"seen": Gone()}
    if act == "settle_by_hand.deny_by_hand":
        tools = {"looked": settle_by_hand.LookedFor(shared_world.clock.now, shared_world.clock.now)}
    if act == "attest.attest":
        tools = {"outlets": shared_world.office.outlets}
    if act == "staff.set_contact":
        tools = {"targets": ()}
    request = requests.get(act, desk.PostingRequest("none", "理由"))
    for roles in (*COMBINATIONS, *APART):
        if {role.value for role in roles} & tables.ACTS[act]:
            continue
        for end in attempt(public_functions()[act], Person("tian", "田某", roles), request, **tools):
            assert isinstance(end, Refused), roles
            assert end.reason is Reason.NOT_PERMITTED, roles


def test_an_account_that_was_closed_may_do_nothing(
    shared_world: World, revisions: dict[str, tuple[str, str]], attempt: Attempt
) -> None:
    left = Person("tian", "沈青禾", frozenset(CHAIN_ROLES), active=False)
    for act, make in REQUESTS.items():
        for item_id, revision_id in revisions.values():
            request = make(item_id, revision_id, shared_world.clock.now)
            for end in attempt(public_functions()[act], left, request):
                assert isinstance(end, Refused), act


# ---------------------------------------------------------------- the chain


def add(world: World, name: str, display: str, *roles: str) -> None:
    token = world.do("admin", staff.add_user, staff.AddUserRequest(name, display, roles))
    world.staff[name] = world.office.prove(name, token=token)


def refused(world: World, who: str, act: Callable[..., Any], request: object) -> Refused:
    with pytest.raises(Refused) as caught:
        world.do(who, act, request)
    entry = world.last_refusal()
    assert entry["actor"] == who
    assert f'"act":"{act.__name__}"' in entry["canonical"]
    return caught.value


def test_a_drafter_who_also_holds_every_reviewing_role_signs_nothing_of_their_own(quiet_world: World) -> None:
    world = quiet_world
    add(world, "bai", "白某", "drafter", "content_reviewer", "secrecy_reviewer", "approver")
    item_id = world.draft(who="bai")
    revision_id = world.submit(item_id, who="bai").revision_id
    request = review.SignRequest(revision_id, "意见", "依据")
    for before, act in (
        (None, review.pass_content),
        ("shen", review.clear_secrecy),
        ("shen", review.sign_off),
    ):
        if before:
            done = {review.clear_secrecy: review.pass_content, review.sign_off: review.clear_secrecy}[act]
            world.do(before, done, review.SignRequest(revision_id))
        assert refused(world, "bai", act, request).reason is Reason.NOT_PERMITTED
    world.do("qin", review.sign_off, review.SignRequest(revision_id))


def test_in_the_small_chain_one_person_may_review_both_and_the_approver_nothing_else(
    quiet_world: World,
) -> None:
    world = quiet_world
    add(world, "mo", "莫某", "content_reviewer", "secrecy_reviewer", "approver")
    item_id = world.draft()
    revision_id = world.submit(item_id, reviewer="mo").revision_id
    request = review.SignRequest(revision_id)
    world.do("mo", review.pass_content, request)
    world.do("mo", review.clear_secrecy, request)
    assert refused(world, "mo", review.sign_off, request).reason is Reason.NOT_PERMITTED
    world.do("qin", review.sign_off, request)


def test_in_the_full_chain_all_are_different(make_world: MakeWorld) -> None:
    world = make_world(practising=False, settings={'chain = "small"': 'chain = "full"'})
    add(world, "mo", "莫某", "secrecy_reviewer", "approver")
    revision_id = world.submit(world.draft()).revision_id
    request = review.SignRequest(revision_id)
    world.do("shen", review.pass_content, request)
    assert refused(world, "shen", review.clear_secrecy, request).reason is Reason.NOT_PERMITTED
    world.do("mo", review.clear_secrecy, request)
    assert refused(world, "mo", review.sign_off, request).reason is Reason.NOT_PERMITTED
    world.do("qin", review.sign_off, request)


def test_the_reviewer_whose_name_the_page_shows_is_the_one_who_passes_it(quiet_world: World) -> None:
    world = quiet_world
    add(world, "mo", "莫某", "content_reviewer")
    revision_id = world.submit(world.draft(), reviewer="shen").revision_id
    assert "沈青禾" in str(refused(world, "mo", review.pass_content, review.SignRequest(revision_id)))


@pytest.mark.parametrize("name", ["", "abc", "0" * 64])
def test_a_signature_names_the_whole_digest_that_was_seen(quiet_world: World, name: str) -> None:
    revision_id = quiet_world.submit(quiet_world.draft()).revision_id
    for wanted in (name, revision_id[:12]):
        why = refused(quiet_world, "shen", review.pass_content, review.SignRequest(wanted))
        assert why.reason is Reason.NOT_FOUND


# ---------------------------------------------------------------- release


def never_released(world: World, revision_id: str, *, days: float = 400) -> None:
    """However long one waits, it does not go out."""
    for _ in range(2):
        world.clock.now += timedelta(days=days / 2)
        world.sweep()
    assert world.revision(revision_id).state != "released"
    assert world.rows("SELECT id FROM postings WHERE revision_id = ?", revision_id) == []


UNAPPROVED = ("submitted", "urgent", "reviewed", "referred", "cleared", "approved")
STRAY = "UPDATE revisions SET release_at = ? WHERE id = ?"
ENDED = ("returned", "withheld", "superseded", "withdrawn")


def test_a_stray_time_on_an_unapproved_or_ended_revision_never_fires(
    shared_world: World, revisions: dict[str, tuple[str, str]]
) -> None:
    world = shared_world
    states = (*UNAPPROVED, *ENDED)
    second_look = revisions["second look"][1]
    planned = "SELECT id FROM postings WHERE revision_id = ?"
    before = [len(world.rows(planned, revisions[state][1])) for state in states]
    world.tamper("UPDATE revisions SET held = TRUE WHERE id = ?", second_look)
    for state in states:
        world.tamper(STRAY, "2026-01-01T00:00:00.000000Z", revisions[state][1])
    world.sweep()
    wanted = [{"urgent": "submitted"}.get(state, state) for state in states]
    assert [world.revision(revisions[state][1]).state for state in states] == wanted
    assert [len(world.rows(planned, revisions[state][1])) for state in states] == before
    for state in states:
        world.tamper(STRAY, None, revisions[state][1])
    world.tamper("UPDATE revisions SET held = FALSE WHERE id = ?", second_look)


@pytest.mark.parametrize("forged", ["scheduled", "approved"])
@pytest.mark.parametrize("signed", [0, 1, 2])
def test_a_state_forged_in_the_database_is_held_for_want_of_signatures(
    quiet_world: World, forged: str, signed: int
) -> None:
    world = quiet_world
    revision_id = world.submit(world.draft()).revision_id
    for act in (review.pass_content, review.clear_secrecy)[:signed]:
        world.do("shen", act, review.SignRequest(revision_id))
    world.tamper("UPDATE revisions SET state = ? WHERE id = ?", forged, revision_id)
    if forged == "approved":
        world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    else:
        world.tamper(STRAY, "2026-01-01T00:00:00.000000Z", revision_id)
    world.sweep()
    assert world.revision(revision_id).held
    assert "签署不全" in world.alarm_words()
    never_released(world, revision_id)


FORGED_SIGNATURES = {
    "one is gone": "DELETE FROM signatures WHERE act = 'clear_secrecy'",
    "all are gone": "DELETE FROM signatures",
    "one is on another digest": "UPDATE signatures SET digest = hex(zeroblob(32)) WHERE act = 'sign_off'",
    "one is another act": "UPDATE signatures SET act = 'refer_up' WHERE act = 'pass_content'",
    "one is the drafter's": "UPDATE signatures SET person = 'lu' WHERE act = 'sign_off'",
    "the approver's is the reviewer's": "UPDATE signatures SET person = 'shen' WHERE act = 'sign_off'",
}


@pytest.mark.parametrize("how", FORGED_SIGNATURES)
def test_without_the_whole_chain_on_the_digest_nothing_is_released(quiet_world: World, how: str) -> None:
    world = quiet_world
    _, revision_id = world.approved()
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    world.tamper(FORGED_SIGNATURES[how])
    world.sweep()
    assert world.revision(revision_id).held
    assert "签署不全" in world.alarm_words()
    never_released(world, revision_id, days=2)


@pytest.mark.parametrize("state", [s for s in UNAPPROVED if s != "approved"] + [*ENDED, "released"])
def test_no_time_can_be_set_on_what_is_not_approved(
    shared_world: World, revisions: dict[str, tuple[str, str]], state: str
) -> None:
    before = shared_world.revision(revisions[state][1])
    request = schedule.ScheduleRequest(revisions[state][1])
    assert refused(shared_world, "lu", schedule.schedule, request).reason is Reason.WRONG_STATE
    assert shared_world.revision(revisions[state][1]) == before


@pytest.mark.parametrize("state", [*UNAPPROVED, "scheduled", *ENDED])
def test_a_posting_planned_for_what_is_not_released_is_never_claimed(
    shared_world: World, revisions: dict[str, tuple[str, str]], state: str
) -> None:
    world, store = shared_world, shared_world.office.store
    with store.engine.connect() as connection:
        connection.begin()
        uow = Probe(store, connection)
        revision = uow.items.revision(revisions[state][1])
        assert revision is not None
        content = content_from_json(revision.content)
        key = release.plan_posting(uow, world.clock.now, revision, content, "weibo", occasion=7)
        uow.postings.change(key, state="queued")
        then, due = world.clock.now + timedelta(days=9), Due(key, 0, "{}", begun=False, articles=[])
        assert uow.postings.next_due("weibo", then, PUBLISH) is None
        assert uow.postings.claim(due, "weibo", then, "test", {}) is None
        uow.items.change_revision(revision.id, state=RevisionState.RELEASED, held=False)
        assert uow.postings.claim(due, "weibo", then, "test", {}) is not None, "nothing else was in the way"
        connection.rollback()


def test_returned_and_superseded_revisions_never_go_out_and_the_new_one_does(quiet_world: World) -> None:
    world = quiet_world
    item_id, old = world.approved()
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(old, world.clock.now + timedelta(hours=1)))
    world.draft(item_file("关于石渡片区临时停水的更正通告"), item_id=item_id)
    new = world.submit(item_id).revision_id
    assert world.revision(old).state == "superseded"
    assert world.revision(old).release_at is None
    never_released(world, old, days=2)
    assert world.revision(new).state == "submitted", "no signature is carried over"
    returned = world.submit(world.draft()).revision_id
    world.do("shen", review.return_revision, review.SignRequest(returned, "改标题"))
    for act in (review.pass_content, review.clear_secrecy):
        refused(world, "shen", act, review.SignRequest(returned))
    never_released(world, returned, days=2)


def test_editing_the_draft_after_the_signatures_changes_nothing_of_what_is_released(
    quiet_world: World,
) -> None:
    world = quiet_world
    item_id, revision_id = world.approved()
    before = world.revision(revision_id)
    world.draft(item_file("另一个标题", "另一段正文。"), item_id=item_id)
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    world.sweep()
    after = world.revision(revision_id)
    assert after.state == "released"
    assert (after.content, after.messages) == (before.content, before.messages)


# ---------------------------------------------------------------- changed bytes


CHANGED = {
    "a field": "UPDATE revisions SET content = replace(content, '\"notice\"', '\"news\"')",
    "the title": "UPDATE revisions SET content = json_set(content, '$.title', '另一个标题')",
    "the message of a portal": "UPDATE revisions SET messages = replace(messages, 'bureau', 'burea')",
    "the message of Weibo": "UPDATE revisions SET messages = json_set(messages, '$.weibo', '{}')",
    "the random bytes": "UPDATE revisions SET salt = '00000000000000000000000000000000'",
    "the channels": "UPDATE revisions SET content = json_set(content, '$.channels', json_array('weibo'))",
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_byte_changed_before_the_release_is_held_with_an_alarm(quiet_world: World, what: str) -> None:
    world = quiet_world
    _, revision_id = world.approved()
    before = world.rows("SELECT content, messages, salt FROM revisions")[0]
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    world.tamper(CHANGED[what])
    assert tuple(world.rows("SELECT content, messages, salt FROM revisions")[0]) != tuple(before)
    world.sweep()
    assert world.revision(revision_id).held
    assert "存储的内容与签发的内容不一致" in world.alarm_words()
    assert world.kinds()[-1] == "system:revision:held"
    never_released(world, revision_id, days=2)


def test_another_index_number_is_another_content(quiet_world: World) -> None:
    world = quiet_world
    _, revision_id = world.approved()
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    world.tamper("UPDATE items SET index_no = '99000123-4/2026-09999'")
    world.sweep()
    assert world.revision(revision_id).held


@pytest.mark.parametrize("what", CHANGED)
def test_a_byte_changed_after_the_release_is_never_sent(quiet_world: World, what: str) -> None:
    world = quiet_world
    item_id, revision_id = world.released()
    world.tamper(CHANGED[what])
    world.turn()
    world.pass_time(7200, step_s=3600)
    assert not any(site.exists() for site in (world.home / "sites/bureau-portal").glob("tzgg/20*"))
    assert "out" not in {posting.state for posting in world.postings(item_id).values()}
    assert world.revision(revision_id).held
    assert "存储的内容与签发的内容不一致" in world.alarm_words()


def test_an_attachment_changed_on_the_disk_is_never_sent(quiet_world: World) -> None:
    world = quiet_world
    lists = "[[attachments]]\nfile = '停水范围.txt'"
    item_id, revision_id = world.released(
        item_file(lists=lists), files={"停水范围.txt": "石渡镇镇区\n".encode()}
    )
    [blob] = [path for path in (world.home / "blobs").rglob("*") if path.is_file()]
    blob.write_bytes("柳湾村全村\n".encode())
    world.turn()
    world.pass_time(7200, step_s=3600)
    assert not list((world.home / "sites/bureau-portal").glob("tzgg/20*/*/*.html"))
    assert "out" not in {posting.state for posting in world.postings(item_id).values()}
    assert world.revision(revision_id).held
    assert "tampered:" in world.alarm_words()


# ---------------------------------------------------------------- held


def test_what_is_held_is_neither_released_nor_claimed_until_the_approver_lifts_it(world: World) -> None:
    item_id, revision_id = world.approved()
    world.do("lu", schedule.schedule, schedule.ScheduleRequest(revision_id))
    world.do("shen", review.hold, review.SignRequest(revision_id, "核对数字"))
    world.pass_time(600, step_s=300)
    assert world.revision(revision_id).state == "scheduled"
    for who in ("lu", "shen"):
        refused(world, who, review.resume, review.SignRequest(revision_id))
    world.do("qin", review.resume, review.SignRequest(revision_id))
    world.sweep()
    assert world.revision(revision_id).state == "released"
    world.do("lu", review.hold, review.SignRequest(revision_id, "再等等"))
    world.pass_time(600, step_s=300)
    assert claim(world.office.store, world.office.outlets, "bureau-portal") is None
    assert [r for r in world.requests() if "get_token_info" not in r.path] == []
    world.do("qin", review.resume, review.SignRequest(revision_id))
    world.until(lambda: set(world.states(item_id).values()) == {"verified"})
    assert fetch(world.urls(item_id)["bureau-portal"]).status == 200


def test_a_held_posting_is_not_claimed_while_the_others_go(world: World) -> None:
    item_id, _ = world.released()
    weibo = world.postings(item_id)["weibo"].id
    world.do("shen", desk.hold_posting, desk.PostingRequest(weibo, "措辞"))
    world.until(lambda: world.states(item_id)["wechat"] == "verified")
    assert world.states(item_id)["weibo"] == "held"
    assert [r for r in world.requests("weibo") if "get_token_info" not in r.path] == []
