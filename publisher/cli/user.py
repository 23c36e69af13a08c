"""`publisher user`: named accounts and their roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.command import Command
from publisher.cli.english import state_words
from publisher.cli.proof import read_line
from publisher.cli.shell import Shell
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
    new_password: Annotated[bool, typer.Option("--new-password-stdin")] = False,
) -> None:
    """A new account; its token is shown once and nowhere kept."""
    from publisher.workflow.staff import AddUserRequest, add_user

    roles = tuple(
        word.strip() for text in role for word in text.replace("，", ",").split(",") if word.strip()
    )

    def request(_reading: Reading) -> AddUserRequest:
        return AddUserRequest(name, display, roles, password=read_line() if new_password else "")

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


COMMANDS = (
    Command("user add", add, acts=True),
    Command("user list", list_users),
    Command("user substitute", substitute, acts=True),
    Command("user contact", contact, acts=True),
)
