"""Who may do what: roles, the review chain, and one table of permissions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from publisher.domain.errors import Reason, refuse


class Role(StrEnum):
    """A person's task. One person may hold several; the chain says which may meet on one revision."""

    DRAFTER = "drafter"
    EDITOR = "editor"
    CONTENT_REVIEWER = "content_reviewer"
    SECRECY_REVIEWER = "secrecy_reviewer"
    APPROVER = "approver"
    DISCLOSURE_OFFICE = "disclosure_office"
    ADMINISTRATOR = "administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDITOR = "auditor"


ROLE_LABELS = {
    Role.DRAFTER: "拟稿人",
    Role.EDITOR: "责任编辑",
    Role.CONTENT_REVIEWER: "审核人",
    Role.SECRECY_REVIEWER: "保密审查人",
    Role.APPROVER: "签发人",
    Role.DISCLOSURE_OFFICE: "政务公开机构",
    Role.ADMINISTRATOR: "系统管理员",
    Role.SECURITY_ADMINISTRATOR: "安全管理员",
    Role.AUDITOR: "审计员",
}

CHAIN_ROLES = frozenset(
    {
        Role.DRAFTER,
        Role.EDITOR,
        Role.CONTENT_REVIEWER,
        Role.SECRECY_REVIEWER,
        Role.APPROVER,
        Role.DISCLOSURE_OFFICE,
    }
)
"""Who takes part in disclosure. The disclosure office (条例 art. 4) signs nothing, but may stop everything."""

APART = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})
"""三员: they never publish (design 3), and no two of them are one person; none is held with a role of the chain."""


@dataclass(frozen=True, slots=True)
class Person:
    """A named account. `name` logs in and stands in the log; `display` is shown on pages.

    `substitute` is the account that is asked when they do not act; `contact` the target where they are reached.
    `unit` is the subordinate body they work for, "" the bureau itself: it sees its own items and no others.
    `behalf` is the account for whom this person acts just now. `mandates` are those they may act for, with the roles,
    their own under ""; `roles` then holds all of them.
    """

    name: str
    display: str
    roles: frozenset[Role]
    active: bool = True
    substitute: str = ""
    contact: str = ""
    unit: str = ""
    behalf: str = ""
    mandates: tuple[tuple[str, frozenset[Role]], ...] = ()


UNIT_ROLES = frozenset({Role.DRAFTER, Role.EDITOR})
"""What people of a subordinate unit may be: the unit submits, the bureau reviews, signs and administers."""


class Act(StrEnum):
    """Everything a person can do. The word in the log and in the table below."""

    DRAFT = "draft"
    SUBMIT = "submit"
    SUBMIT_URGENT = "submit_urgent"
    DISCARD = "discard"
    CORRECT = "correct"
    RECALL = "recall"
    PASS_CONTENT = "pass_content"
    CLEAR_SECRECY = "clear_secrecy"
    REFER_UP = "refer_up"
    WITHHOLD = "withhold"
    SIGN_OFF = "sign_off"
    RETURN = "return"
    REVOKE = "revoke"
    SECOND_LOOK = "second_look"
    ENTER_PAPER = "enter_paper"
    CONFIRM_PAPER = "confirm_paper"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    HOLD = "hold"
    RESUME = "resume"
    ORDER_WITHDRAWAL = "order_withdrawal"
    REPORT_LEAK = "report_leak"
    CONFIRM_LEAK = "confirm_leak"
    ORDER_EXPUNGE = "order_expunge"
    CONFIRM_EXPUNGE = "confirm_expunge"
    RETRY_POSTING = "retry_posting"
    HOLD_POSTING = "hold_posting"
    RESUME_POSTING = "resume_posting"
    CONFIRM_POSTING = "confirm_posting"
    ATTEST_PART = "attest_part"
    EXPLAIN_STRANGER = "explain_stranger"
    DENY_POSTING = "deny_posting"
    CANCEL_POSTING = "cancel_posting"
    OPEN_GATE = "open_gate"
    ACCEPT_DIFFERENCE = "accept_difference"
    CONFIRM_GONE = "confirm_gone"
    DECLARE_UNREMOVABLE = "declare_unremovable"
    PAUSE_CHANNEL = "pause_channel"
    RESUME_CHANNEL = "resume_channel"
    FREEZE_CHANNEL = "freeze_channel"
    UNFREEZE_CHANNEL = "unfreeze_channel"
    AUTHORISE_CHANNEL = "authorise_channel"
    PROBE_CHANNEL = "probe_channel"
    CHANGE_SETTINGS = "change_settings"
    CHANGE_RULES = "change_rules"
    ADD_USER = "add_user"
    CHANGE_USER = "change_user"
    CONFIRM_USER = "confirm_user"
    RESET_PASSWORD = "reset_password"
    UNLOCK_USER = "unlock_user"
    END_SESSIONS = "end_sessions"
    GIVE_MANDATE = "give_mandate"
    READ_LOG = "read_log"
    EXPORT_LOG = "export_log"


ACT_LABELS = {
    Act.DRAFT: "拟稿",
    Act.SUBMIT: "送审",
    Act.SUBMIT_URGENT: "紧急送审",
    Act.DISCARD: "废弃草稿",
    Act.CORRECT: "更正",
    Act.RECALL: "撤回送审",
    Act.PASS_CONTENT: "初审",
    Act.CLEAR_SECRECY: "保密审查",
    Act.REFER_UP: "报请确定",
    Act.WITHHOLD: "决定不予公开",
    Act.SIGN_OFF: "签发",
    Act.RETURN: "退回",
    Act.REVOKE: "撤回签发",
    Act.SECOND_LOOK: "事后复核",
    Act.ENTER_PAPER: "录入纸质签字",
    Act.CONFIRM_PAPER: "确认纸质签字",
    Act.SCHEDULE: "排期",
    Act.UNSCHEDULE: "取消排期",
    Act.HOLD: "暂停",
    Act.RESUME: "解除暂停",
    Act.ORDER_WITHDRAWAL: "下令撤下",
    Act.REPORT_LEAK: "报告泄露并撤下",
    Act.CONFIRM_LEAK: "确认泄露撤下",
    Act.ORDER_EXPUNGE: "下令抹除",
    Act.CONFIRM_EXPUNGE: "确认抹除",
    Act.RETRY_POSTING: "重新推送",
    Act.HOLD_POSTING: "暂停推送",
    Act.RESUME_POSTING: "恢复推送",
    Act.CONFIRM_POSTING: "确认已发出",
    Act.ATTEST_PART: "人工证明",
    Act.EXPLAIN_STRANGER: "说明来历",
    Act.DENY_POSTING: "确认未发出",
    Act.CANCEL_POSTING: "取消推送",
    Act.OPEN_GATE: "放行门户先行",
    Act.ACCEPT_DIFFERENCE: "认可差异",
    Act.CONFIRM_GONE: "确认已撤下",
    Act.DECLARE_UNREMOVABLE: "声明无法撤下",
    Act.PAUSE_CHANNEL: "暂停渠道",
    Act.RESUME_CHANNEL: "恢复渠道",
    Act.FREEZE_CHANNEL: "冻结渠道",
    Act.UNFREEZE_CHANNEL: "解除冻结",
    Act.AUTHORISE_CHANNEL: "授权渠道",
    Act.PROBE_CHANNEL: "试连接",
    Act.CHANGE_SETTINGS: "改系统设置",
    Act.CHANGE_RULES: "改发布规矩",
    Act.ADD_USER: "新增人员",
    Act.CHANGE_USER: "修改人员",
    Act.CONFIRM_USER: "确认人员变动",
    Act.RESET_PASSWORD: "重设口令",
    Act.UNLOCK_USER: "解锁账号",
    Act.END_SESSIONS: "结束他人的登录",
    Act.GIVE_MANDATE: "指定代办",
    Act.READ_LOG: "查看存证",
    Act.EXPORT_LOG: "导出存证",
}

ANY_IN_CHAIN = CHAIN_ROLES
OFFICERS = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR})
"""Acts of security: the system administrator's only while nobody is security administrator."""

PERMISSIONS: dict[Act, frozenset[Role]] = {  # design 3
    Act.DRAFT: frozenset({Role.DRAFTER, Role.EDITOR}),
    Act.SUBMIT: frozenset({Role.DRAFTER, Role.EDITOR}),
    Act.SUBMIT_URGENT: frozenset({Role.DRAFTER, Role.EDITOR}),
    Act.DISCARD: frozenset({Role.DRAFTER, Role.EDITOR}),
    Act.CORRECT: frozenset({Role.DRAFTER, Role.EDITOR}),
    Act.RECALL: frozenset({Role.DRAFTER, Role.EDITOR}),
    Act.PASS_CONTENT: frozenset({Role.CONTENT_REVIEWER}),
    Act.CLEAR_SECRECY: frozenset({Role.SECRECY_REVIEWER}),
    Act.REFER_UP: frozenset({Role.SECRECY_REVIEWER}),
    Act.WITHHOLD: frozenset({Role.SECRECY_REVIEWER}),
    Act.SIGN_OFF: frozenset({Role.APPROVER}),
    Act.RETURN: frozenset({Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER}),
    Act.REVOKE: frozenset({Role.APPROVER}),
    Act.SECOND_LOOK: frozenset({Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER}),
    Act.ENTER_PAPER: frozenset({Role.DRAFTER, Role.EDITOR, Role.DISCLOSURE_OFFICE}),
    Act.CONFIRM_PAPER: frozenset(
        {Role.EDITOR, Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER, Role.DISCLOSURE_OFFICE}
    ),
    Act.SCHEDULE: frozenset({Role.EDITOR}),
    Act.UNSCHEDULE: frozenset({Role.EDITOR}),
    Act.HOLD: ANY_IN_CHAIN,
    Act.RESUME: frozenset({Role.APPROVER}),
    Act.ORDER_WITHDRAWAL: frozenset({Role.APPROVER}),
    Act.REPORT_LEAK: ANY_IN_CHAIN,
    Act.CONFIRM_LEAK: frozenset({Role.APPROVER}),
    Act.ORDER_EXPUNGE: frozenset({Role.SECRECY_REVIEWER, Role.APPROVER}),
    Act.CONFIRM_EXPUNGE: frozenset({Role.SECRECY_REVIEWER, Role.APPROVER}),
    Act.RETRY_POSTING: frozenset({Role.EDITOR}),
    Act.HOLD_POSTING: ANY_IN_CHAIN,
    Act.RESUME_POSTING: frozenset({Role.EDITOR, Role.APPROVER}),
    Act.CONFIRM_POSTING: frozenset({Role.EDITOR}),
    Act.ATTEST_PART: frozenset({Role.EDITOR}),
    Act.EXPLAIN_STRANGER: frozenset({Role.EDITOR, Role.APPROVER}),
    Act.DENY_POSTING: frozenset({Role.EDITOR, Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER}),
    Act.CANCEL_POSTING: frozenset({Role.EDITOR}),
    Act.OPEN_GATE: frozenset({Role.APPROVER}),
    Act.ACCEPT_DIFFERENCE: frozenset({Role.CONTENT_REVIEWER}),
    Act.CONFIRM_GONE: frozenset({Role.EDITOR}),
    Act.DECLARE_UNREMOVABLE: frozenset({Role.APPROVER}),
    Act.PAUSE_CHANNEL: frozenset({Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR}),
    Act.RESUME_CHANNEL: frozenset({Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR}),
    Act.FREEZE_CHANNEL: ANY_IN_CHAIN | {Role.ADMINISTRATOR},
    Act.UNFREEZE_CHANNEL: frozenset({Role.APPROVER}),
    Act.AUTHORISE_CHANNEL: frozenset({Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR}),
    Act.PROBE_CHANNEL: frozenset({Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR}),
    Act.CHANGE_SETTINGS: frozenset({Role.ADMINISTRATOR}),
    Act.CHANGE_RULES: frozenset({Role.EDITOR, Role.APPROVER, Role.ADMINISTRATOR}),
    Act.ADD_USER: frozenset({Role.ADMINISTRATOR}),
    Act.CHANGE_USER: frozenset({Role.ADMINISTRATOR}),
    Act.CONFIRM_USER: frozenset({Role.SECURITY_ADMINISTRATOR}),
    Act.RESET_PASSWORD: OFFICERS,
    Act.UNLOCK_USER: OFFICERS,
    Act.END_SESSIONS: OFFICERS,
    Act.GIVE_MANDATE: OFFICERS,
    Act.READ_LOG: frozenset(Role),
    Act.EXPORT_LOG: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
}


class View(StrEnum):
    """A room of the console; what one sees there."""

    WORKBENCH = "workbench"
    ITEMS = "items"
    REVIEW = "review"
    CALENDAR = "calendar"
    POSTINGS = "postings"
    STOP = "stop"
    REPORTS = "reports"
    AUDIT = "audit"
    CHANNELS = "channels"
    SETTINGS = "settings"
    PEOPLE = "people"
    OWN = "own"
    HELP = "help"


VIEW_LABELS = {
    View.WORKBENCH: "工作台",
    View.ITEMS: "条目",
    View.REVIEW: "审签",
    View.CALENDAR: "排期",
    View.POSTINGS: "推送",
    View.STOP: "叫停",
    View.REPORTS: "台账",
    View.AUDIT: "存证",
    View.CHANNELS: "渠道",
    View.SETTINGS: "设置",
    View.PEOPLE: "人员",
    View.OWN: "我的账号",
    View.HELP: "帮助",
}

READERS = CHAIN_ROLES | {Role.AUDITOR}
"""Who sees what is not public yet. Administrators keep the machine running and see no draft."""

VIEWS: dict[View, frozenset[Role]] = {
    View.WORKBENCH: frozenset(Role),
    View.ITEMS: READERS,
    View.REVIEW: READERS,
    View.CALENDAR: READERS,
    View.POSTINGS: READERS,
    View.STOP: PERMISSIONS[Act.FREEZE_CHANNEL],
    View.REPORTS: READERS,
    View.AUDIT: frozenset(Role),
    View.CHANNELS: frozenset(Role) - {Role.SECURITY_ADMINISTRATOR},
    View.SETTINGS: frozenset(Role) - {Role.DRAFTER},
    View.PEOPLE: frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR}),
    View.OWN: frozenset(Role),
    View.HELP: frozenset(Role),
}


def with_mandates(person: Person, mandates: Iterable[tuple[str, frozenset[Role]]]) -> Person:
    """The person who may also act for others, in these roles of theirs."""
    held = tuple((name, roles) for name, roles in mandates if roles)
    if not held:
        return person
    every = person.roles.union(*(roles for _, roles in held))
    return replace(person, roles=every, mandates=(("", person.roles), *held))


def capacities(person: Person) -> tuple[Person, ...]:
    """As whom a person may try an act, in this order: in their own roles, then for each whose mandate they hold."""
    if not person.mandates:
        return (person,)
    return tuple(replace(person, roles=r, behalf=n, mandates=()) for n, r in person.mandates)


def may(act: Act, person: Person) -> bool:
    """Whether the table gives this act to the person, whatever the state of the thing."""
    return person.active and bool(person.roles & PERMISSIONS[act])


def may_view(view: View, person: Person) -> bool:
    """Whether the table shows this room of the console to the person."""
    return person.active and bool(person.roles & VIEWS[view])


def require_view(view: View, person: Person) -> None:
    """Refuse unless the table shows this room to the person."""
    if not may_view(view, person):
        names = "、".join(ROLE_LABELS[role] for role in sorted(VIEWS[view]))
        raise refuse(
            Reason.NOT_PERMITTED,
            f"{person.display}（{person.name}）不能看“{VIEW_LABELS[view]}”",
            field="actor",
            allowed=names,
            english=f"{person.name} may not see {view.value}; allowed roles: {', '.join(sorted(VIEWS[view]))}",
        )


def require(act: Act, person: Person) -> None:
    """Refuse unless the person is active and holds a role that the table gives this act."""
    allowed = PERMISSIONS[act]
    if not person.active or not person.roles & allowed:
        names = "、".join(ROLE_LABELS[role] for role in sorted(allowed))
        raise refuse(
            Reason.NOT_PERMITTED,
            f"{person.display}（{person.name}）无权{ACT_LABELS[act]}",
            field="actor",
            allowed=names,
            english=f"{person.name} may not {act.value}; allowed roles: {', '.join(sorted(allowed))}",
        )


def check_unit(unit: str, roles: Iterable[Role], units: Collection[str]) -> None:
    """Refuse a unit that the settings do not name, and roles that a unit's people cannot have."""
    if not unit:
        return
    if unit not in units:
        raise refuse(
            Reason.BAD_INPUT,
            f"设置里没有单位“{unit}”",
            field="unit",
            allowed="、".join(units) or "先在设置里写 [[units]]",
            english="no such unit",
        )
    if set(roles) - UNIT_ROLES:
        raise refuse(
            Reason.BAD_INPUT,
            "下属单位的人只能拟稿和编辑，审核、审查、签发和管理由本局办",
            field="roles",
            allowed="、".join(ROLE_LABELS[role] for role in sorted(UNIT_ROLES)),
            english="people of a unit draft and edit only",
        )


def check_roles(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles of one account; refused when publishing and administering meet in one person."""
    held = frozenset(roles)
    if len(held & APART) > 1:
        raise refuse(
            Reason.BAD_INPUT,
            "系统管理员、安全管理员、审计员要由三个人分别担任",
            field="roles",
            allowed="三者之中只选一个",
            english="system administrator, security administrator and auditor are three people",
        )
    if not held:
        raise refuse(Reason.BAD_INPUT, "至少要有一个角色", field="roles", allowed="、".join(Role))
    if held & APART and held & CHAIN_ROLES:
        raise refuse(
            Reason.BAD_INPUT,
            "管理员和审计员不参与发布，不能同时担任审签链上的角色",
            field="roles",
            allowed="只选管理、审计角色，或只选审签链上的角色",
            english="administrators and auditors never publish",
        )
    return held
