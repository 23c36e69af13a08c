"""Who may do what: the whole table of permissions is walked against the design, act by act and role by role."""

from __future__ import annotations

import pytest

from publisher.domain.errors import Reason, Refused
from publisher.domain.people import (
    CHAIN_ROLES,
    PERMISSIONS,
    ROLE_LABELS,
    Act,
    Person,
    Role,
    check_roles,
    require,
)

CHAIN = "drafter editor content_reviewer secrecy_reviewer approver disclosure_office"
DESIGN = {  # design 3, by whom
    "draft": "drafter editor",
    "submit": "drafter editor",
    "submit_urgent": "drafter editor",
    "discard": "drafter editor",
    "correct": "drafter editor",
    "order_expunge": "secrecy_reviewer approver",
    "confirm_expunge": "secrecy_reviewer approver",
    "recall": "drafter editor",
    "pass_content": "content_reviewer",
    "clear_secrecy": "secrecy_reviewer",
    "refer_up": "secrecy_reviewer",
    "withhold": "secrecy_reviewer",
    "sign_off": "approver",
    "return": "content_reviewer secrecy_reviewer approver",
    "revoke": "approver",
    "second_look": "content_reviewer secrecy_reviewer",
    "enter_paper": "drafter editor disclosure_office",
    "confirm_paper": "editor content_reviewer secrecy_reviewer disclosure_office",
    "schedule": "editor",
    "unschedule": "editor",
    "hold": CHAIN,
    "resume": "approver",
    "order_withdrawal": "approver",
    "report_leak": CHAIN,
    "confirm_leak": "approver",
    "retry_posting": "editor",
    "hold_posting": CHAIN,
    "resume_posting": "editor approver",
    "confirm_posting": "editor",
    "attest_part": "editor",
    "explain_stranger": "editor approver",
    "deny_posting": "editor content_reviewer secrecy_reviewer approver",
    "cancel_posting": "editor",
    "open_gate": "approver",
    "accept_difference": "content_reviewer",
    "confirm_gone": "editor",
    "declare_unremovable": "approver",
    "pause_channel": "editor approver administrator",
    "resume_channel": "editor approver administrator",
    "freeze_channel": f"{CHAIN} administrator",
    "unfreeze_channel": "approver",
    "authorise_channel": "editor approver administrator",
    "probe_channel": "editor approver administrator",
    "change_settings": "administrator",
    "change_rules": "editor approver administrator",
    "add_user": "administrator",
    "change_user": "administrator",
    "confirm_user": "security_administrator",
    "reset_password": "administrator security_administrator",
    "unlock_user": "administrator security_administrator",
    "end_sessions": "administrator security_administrator",
    "give_mandate": "administrator security_administrator",
    "read_log": f"{CHAIN} administrator security_administrator auditor",
    "export_log": "auditor administrator",
}
NOT_PUBLISHING = {
    *("pause_channel", "resume_channel", "freeze_channel", "authorise_channel", "probe_channel"),
    *("change_settings", "change_rules"),
    *("add_user", "change_user", "read_log", "export_log"),
    *("confirm_user", "reset_password", "unlock_user", "end_sessions", "give_mandate"),
}
PAIRS = [(act, role) for act in Act for role in Role]


def somebody(*roles: Role, active: bool = True) -> Person:
    return Person("mouren", "某人", frozenset(roles), active)


@pytest.mark.parametrize(("act", "role"), PAIRS, ids=[f"{role}-{act}" for act, role in PAIRS])
def test_a_role_may_do_what_the_design_gives_it_and_nothing_else(act: Act, role: Role) -> None:
    if role.value in DESIGN[act.value].split():
        require(act, somebody(role))
    else:
        with pytest.raises(Refused) as refusal:
            require(act, somebody(role))
        assert refusal.value.reason is Reason.NOT_PERMITTED


def test_every_act_stands_in_the_table_with_somebody_who_may() -> None:
    assert set(PERMISSIONS) == set(Act)
    assert {act.value for act in Act} == set(DESIGN)
    assert [act for act, roles in PERMISSIONS.items() if not roles] == []


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR])
def test_administrators_and_auditors_have_no_part_in_publishing(role: Role) -> None:
    allowed = {act.value for act, roles in PERMISSIONS.items() if role in roles}
    assert allowed <= NOT_PUBLISHING


def test_an_auditor_only_reads() -> None:
    assert {act for act, roles in PERMISSIONS.items() if Role.AUDITOR in roles} == {
        Act.READ_LOG,
        Act.EXPORT_LOG,
    }


@pytest.mark.parametrize("act", sorted(Act))
def test_a_person_who_has_left_may_do_nothing(act: Act) -> None:
    with pytest.raises(Refused):
        require(act, somebody(*Role, active=False))


def test_a_refusal_names_the_person_the_act_and_who_may_instead() -> None:
    with pytest.raises(Refused) as refusal:
        require(Act.SIGN_OFF, somebody(Role.EDITOR))
    problem = refusal.value.problems[0]
    assert problem.sentence() == "actor：某人（mouren）无权签发。允许：签发人"
    assert problem.english == "mouren may not sign_off; allowed roles: approver"


@pytest.mark.parametrize("chain_role", sorted(CHAIN_ROLES))
@pytest.mark.parametrize("other", [Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR])
def test_publishing_and_administering_never_meet_in_one_account(chain_role: Role, other: Role) -> None:
    with pytest.raises(Refused) as refusal:
        check_roles([chain_role, other])
    assert refusal.value.problems[0].field == "roles"


def test_one_person_may_hold_several_roles_of_the_chain() -> None:
    assert check_roles([Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER]) == {
        Role.CONTENT_REVIEWER,
        Role.SECRECY_REVIEWER,
    }


def test_an_account_without_a_role_is_refused() -> None:
    with pytest.raises(Refused, match="至少要有一个角色"):
        check_roles([])


def test_every_role_has_its_chinese_name() -> None:
    assert {ROLE_LABELS[role] for role in Role} == {
        "拟稿人",
        "责任编辑",
        "审核人",
        "保密审查人",
        "签发人",
        "政务公开机构",
        "系统管理员",
        "安全管理员",
        "审计员",
    }
