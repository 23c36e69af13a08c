"""`publisher user`: named accounts and their roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.command import Command
from publisher.cli.english import state_words
from publisher.cli.proof import read_line
from publisher.cli.shell import Shell
from publisher.domain.clocks import shown_minute
from publisher.domain.people import ROLE_LABELS, Role

if TYPE_CHECKING:
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.staff import AddUserRequest


NOBODY = "none"


def add(
    shell: Shell,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    display: Annotated[str, typer.Option("--display")],
    role: Annotated[list[str], typer.Option("--role")],
    unit: Annotated[str, typer.Option("--unit")] = "",
    new_password: Annotated[bool, typer.Option("--new-password-stdin")] = False,
) -> None:
    """A new account; its token is shown once and nowhere kept."""
    from publisher.workflow.staff import AddUserRequest, add_user

    roles = tuple(
        word.strip() for text in role for word in text.replace("，", ",").split(",") if word.strip()
    )

    def request(_reading: Reading) -> AddUserRequest:
        return AddUserRequest(name, display, roles, read_line() if new_password else "", unit)

    token, _ = shell.act(add_user, request)
    shell.show(
        {"name": name, "display": display, "roles": roles, "token": token},
        shell.say(f"已新增 {display}（{name}）", f"added {display} ({name})"),
        f"{shell.say('令牌只显示这一次，请本人保存：', 'the token is shown once:')}{token}",
    )


def list_users(shell: Shell) -> None:
    """Everybody, by name."""
    from publisher.cli.tables import table

    with shell.reading() as (_office, reading):
        people = reading.people.all()
    document = {
        "people": [
            {
                "name": p.name,
                "display": p.display,
                "roles": sorted(p.roles),
                "active": p.active,
                "substitute": p.substitute,
                "contact": p.contact,
            }
            for p in people
        ]
    }
    rows = [
        (
            p.name,
            p.display,
            _roles(p.roles, shell.lang),
            shell.say("在用", "active") if p.active else shell.say("停用", "inactive"),
            p.substitute,
        )
        for p in people
    ]
    headings = ("账号", "姓名", "角色", "状态", "替补")
    shell.show(document, lambda: table(headings, rows, whole=("账号", "状态"), lang=shell.lang))


def _roles(roles: Iterable[Role], lang: str) -> str:
    words = [state_words(role, ROLE_LABELS[role], lang) for role in sorted(roles)]
    return (", " if lang == "en" else "、").join(words)


def substitute(
    shell: Shell,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    by: Annotated[str, typer.Option("--by")],
) -> None:
    """Who is asked too when this person does not act in time."""
    from publisher.workflow.staff import SubstituteRequest, name_substitute

    shell.act(name_substitute, lambda _reading: SubstituteRequest(name, "" if by == NOBODY else by))
    done = shell.say(f"{name} 的替补：{by}", f"substitute of {name}: {by}")
    shell.show({"name": name, "substitute": "" if by == NOBODY else by}, done)


def contact(
    shell: Shell,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    target: Annotated[str, typer.Option("--target")],
) -> None:
    """By which target of the settings this person is reached."""
    from publisher.workflow.staff import ContactRequest, set_contact

    given = "" if target == NOBODY else target
    shell.act(
        set_contact,
        lambda _reading: ContactRequest(name, given),
        lambda office, _request: {"targets": [one.name for one in office.post.targets]},
    )
    done = shell.say(f"{name} 的联系目标：{target}", f"contact of {name}: {target}")
    shell.show({"name": name, "target": given}, done)


def token(
    shell: Shell,
    name: Annotated[str, typer.Option("--name")],
    scope: Annotated[list[str], typer.Option("--scope")],
    days: Annotated[int, typer.Option("--days", min=1, max=366)] = 90,
) -> None:
    """A token for a program of one's own; shown once and nowhere kept."""
    from publisher.workflow.tokens import MakeTokenRequest, make_token

    words = tuple(w.strip() for text in scope for w in text.replace("，", ",").split(",") if w.strip())
    with shell.office() as office:
        actor = shell.actor(office)
        made = make_token(office.store, office.now(), actor, MakeTokenRequest(name, words, days))
    shell.show(
        {"id": made.id, "name": name, "scopes": words, "expires_at": made.expires_at, "token": made.token},
        shell.say(f"已建立接口令牌 {made.id}", f"token {made.id} is made"),
        f"{shell.say('令牌只显示这一次，请存到程序那里：', 'the token is shown once:')}{made.token}",
    )


def list_tokens(shell: Shell, name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """The tokens of one person, newest first."""
    from publisher.cli.tables import table
    from publisher.workflow.tokens import is_good

    with shell.reading() as (office, reading):
        found, now = reading.tokens.of(name), office.now()
    rows = [
        (
            one.id,
            one.name,
            " ".join(one.scopes),
            shell.say("可用", "good") if is_good(one, now) else shell.say("已失效", "ended"),
            shown_minute(one.expires_at),
            shown_minute(one.used_at) if one.used_at else "",
        )
        for one in found
    ]
    headings = ("编号", "程序", "权限", "状态", "到期", "最近使用")
    shell.show(
        {"tokens": [{**asdict(one), "good": is_good(one, now)} for one in found]},
        lambda: table(headings, rows, whole=("编号", "状态"), lang=shell.lang),
    )


def revoke_token(shell: Shell, token_id: Annotated[str, typer.Argument(metavar="TOKEN")]) -> None:
    """A token is worth nothing from now on."""
    from publisher.workflow.tokens import RevokeTokenRequest
    from publisher.workflow.tokens import revoke_token as revoke

    with shell.office() as office:
        actor = shell.actor(office)
        found = revoke(office.store, office.now(), actor, RevokeTokenRequest(token_id))
    done = shell.say("已作废", "revoked")
    shell.show({"id": found.id, "done": "revoke"}, f"{done}  {found.id}  {found.name}")


def password(shell: Shell) -> None:
    """One's own password: the new one is a line of standard input, after the line that proves who acts, if any."""
    from publisher.cli.proof import ask_password
    from publisher.workflow.passwords import ChangePasswordRequest, change_password
    from publisher.workflow.sessions import sign_out

    with shell.office() as office:
        actor = shell.actor(office, changing=True)
        new = read_line() if shell.password_stdin else ask_password(shell.say("新口令", "new password"))
        asked = ChangePasswordRequest(new or read_line(), proved=True)
        token = change_password(office.store, office.now(), actor, asked)
        sign_out(office.store, office.now(), token)
    done = shell.say(f"{shell.who} 的口令已改，所有登录已结束", f"password of {shell.who} changed")
    shell.show({"name": shell.who}, done)


def reset(shell: Shell, name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """A one-time password for somebody who forgot theirs; it is shown once."""
    from publisher.workflow.passwords import ResetPasswordRequest, reset_password

    made, _ = shell.act(reset_password, lambda _reading: ResetPasswordRequest(name))
    shell.show(
        {"name": name, "password": made},
        shell.say(f"{name} 的口令已重设，三天内有效，登录后要马上改", f"password of {name} was reset"),
        f"{shell.say('一次性口令只显示这一次：', 'the one-time password is shown once: ')}{made}",
    )


COMMANDS = (
    Command("user add", add, acts=True),
    Command("user list", list_users),
    Command("user substitute", substitute, acts=True),
    Command("user contact", contact, acts=True),
    Command("user token", token, acts=True),
    Command("user tokens", list_tokens),
    Command("user revoke-token", revoke_token, acts=True),
    Command("user password", password, acts=True),
    Command("user reset", reset, acts=True),
)
