"""Tokens for programs: made by a person for oneself, shown once, kept as a digest, and ended by a click."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from publisher.domain.errors import Reason, Refused
from publisher.domain.people import PERMISSIONS, VIEWS, Act
from publisher.domain.scopes import SCOPES, Scope
from publisher.workflow.tokens import (
    MOST_TOKENS,
    MakeTokenRequest,
    RevokeTokenRequest,
    caller_of,
    make_token,
    revoke_token,
)
from tests.seats import seats
from tests.world import World

SIGNING = {
    *(Act.PASS_CONTENT, Act.CLEAR_SECRECY, Act.REFER_UP, Act.WITHHOLD, Act.SIGN_OFF, Act.SECOND_LOOK),
    *(Act.RETURN, Act.REVOKE, Act.RESUME, Act.OPEN_GATE, Act.ACCEPT_DIFFERENCE, Act.CONFIRM_LEAK),
    *(Act.ADD_USER, Act.CHANGE_USER, Act.DENY_POSTING, Act.CONFIRM_POSTING, Act.ATTEST_PART),
}


def test_every_scope_has_its_row_and_opens_what_the_tables_of_people_know() -> None:
    assert set(SCOPES) == set(Scope)
    for grant in SCOPES.values():
        assert grant.words
        assert grant.acts or grant.views
        assert grant.acts <= set(PERMISSIONS)
        assert grant.views <= set(VIEWS)


def test_no_scope_lets_a_program_sign_or_vouch_for_anything() -> None:
    assert frozenset().union(*(grant.acts for grant in SCOPES.values())) & SIGNING == set()


def test_a_new_token_is_shown_once_and_kept_nowhere(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor") as them:
        fields = {"name": "门户 同步", "scope": ["read:items", "submit"], "days": "30"}
        page = them["zhou"].post("/own/tokens", fields)
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
        token = re.findall(r"gongkai_[0-9a-f]{48}", page.text)
        assert len(token) == 1
        listed = them["zhou"].get("/own/tokens")
        assert token[0] not in listed
        assert "门户 同步" in listed
        assert "还没用过" in listed
    database = b"".join(path.read_bytes() for path in quiet_world.home.glob("gongkai.db*"))
    assert token[0].encode() not in database
    assert quiet_world.kinds()[-1] == "person:token:made"
    caller = caller_of(quiet_world.office.store, quiet_world.clock.now, token[0])
    assert caller is not None
    assert caller.scopes == {Scope.READ_ITEMS, Scope.SUBMIT}


def test_only_what_the_roles_allow_is_offered_and_more_is_refused(quiet_world: World) -> None:
    with seats(quiet_world, zhou="drafter") as them:
        page = them["zhou"].get("/own/tokens")
        assert 'value="write:drafts"' in page
        assert 'value="withdraw"' in page, "anybody in the chain may report a leak"
        assert 'value="deliver"' not in page
        refused = them["zhou"].refused("/own/tokens", {"name": "程序", "scope": "deliver", "days": "90"})
        assert "不在您的角色之内" in refused
        assert 'value="程序"' in refused, "what was written stays"
    assert quiet_world.last_refusal()["actor"] == "zhou"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "scope": "read:items", "days": "90"},
        {"name": "程" * 61, "scope": "read:items", "days": "90"},
        {"name": "a\x00b", "scope": "read:items", "days": "90"},
        {"name": "程序", "days": "90"},
        {"name": "程序", "scope": "everything", "days": "90"},
        {"name": "程序", "scope": "read:items", "days": "0"},
        {"name": "程序", "scope": "read:items", "days": "367"},
        {"name": "程序", "scope": "read:items", "days": "九十"},
    ],
)
def test_what_makes_no_token(quiet_world: World, fields: dict[str, str]) -> None:
    with seats(quiet_world, zhou="editor") as them:
        them["zhou"].refused("/own/tokens", fields, status=422)
    assert quiet_world.rows("SELECT id FROM api_tokens") == []


def test_a_revoked_token_is_worth_nothing_and_nobody_else_may_revoke_it(quiet_world: World) -> None:
    world, store = quiet_world, quiet_world.office.store
    made = make_token(store, world.clock.now, world.staff["lu"], MakeTokenRequest("程序", ("submit",)))
    assert caller_of(store, world.clock.now, made.token) is not None
    with seats(world, zhou="editor") as them:
        them["zhou"].refused(f"/own/tokens/{made.id}/revoke", status=404)
        assert caller_of(store, world.clock.now, made.token) is not None
    revoke_token(store, world.clock.now, world.staff["admin"], RevokeTokenRequest(made.id))
    assert caller_of(store, world.clock.now, made.token) is None
    assert world.kinds()[-1] == "person:token:revoked"


def test_a_token_ends_on_its_day_and_with_its_account(quiet_world: World) -> None:
    world, store = quiet_world, quiet_world.office.store
    made = make_token(store, world.clock.now, world.staff["lu"], MakeTokenRequest("程序", ("submit",), 1))
    assert caller_of(store, world.clock.now + timedelta(hours=23), made.token) is not None
    assert caller_of(store, world.clock.now + timedelta(hours=24), made.token) is None
    world.tamper("UPDATE people SET active = FALSE WHERE name = ?", "lu")
    assert caller_of(store, world.clock.now, made.token) is None


def test_nobody_gathers_tokens_without_end(quiet_world: World) -> None:
    world, store = quiet_world, quiet_world.office.store
    request = MakeTokenRequest("程序", ("submit",))
    for _ in range(MOST_TOKENS):
        make_token(store, world.clock.now, world.staff["lu"], request)
    with pytest.raises(Refused) as why:
        make_token(store, world.clock.now, world.staff["lu"], request)
    assert why.value.reason is Reason.WRONG_STATE


def test_no_token_stands_in_what_is_printed_of_it(quiet_world: World) -> None:
    world, store = quiet_world, quiet_world.office.store
    made = make_token(store, world.clock.now, world.staff["lu"], MakeTokenRequest("程序", ("submit",)))
    assert made.token not in repr(made)
