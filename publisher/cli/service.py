"""`publisher init`, `run`, `daemon` and `doctor`: setting up a home, serving it, and asking how it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from publisher.cli.command import Command
from publisher.cli.english import check_name
from publisher.cli.exits import Exit
from publisher.cli.shell import Shell

LEVELS = {"ok": ("正常", "ok"), "warn": ("注意", "attention"), "bad": ("有问题", "bad")}


def init(
    shell: Shell,
    admin: Annotated[str, typer.Option("--admin")],
    body_name: Annotated[str, typer.Option("--body-name")],
    admin_display: Annotated[str, typer.Option("--admin-display")] = "",
    practice: Annotated[bool, typer.Option("--practice/--no-practice")] = True,
    database: Annotated[str, typer.Option("--database")] = "",
    password_file: Annotated[Path | None, typer.Option("--password-file")] = None,
) -> None:
    """A new home: settings, database, signing key and the administrator, whose token is shown once."""
    from publisher.bootstrap import create_home
    from publisher.settings import DatabasePart, checked

    part = {"url": database, "password_file": password_file.resolve() if password_file else None}
    made = create_home(
        shell.folder(),
        admin=admin,
        admin_display=admin_display or admin,
        body_name=body_name,
        practice=practice,
        database=checked(DatabasePart, part, "database") if database else None,
    )
    document = {
        "home": made.home,
        "config": made.config,
        "admin": admin,
        "token": made.admin_token,
        "public_key": made.public_key,
    }
    shell.show(
        document,
        shell.say(f"已建立 {made.home}", f"set up {made.home}"),
        shell.say(f"设置文件 {made.config}", f"settings {made.config}"),
        f"{shell.say('管理员令牌只显示这一次，请保存：', 'token of the administrator, shown once:')}{made.admin_token}",
    )


def run(shell: Shell) -> None:
    """Everything in one process: the service, and the practice platforms where the settings name them."""
    _serve(shell, with_sandbox=True)


def daemon(shell: Shell) -> None:
    """The service alone."""
    _serve(shell, with_sandbox=False)


def _serve(shell: Shell, *, with_sandbox: bool) -> None:
    from publisher.bootstrap import run_service
    from publisher.cli.health import beside_service

    def ready(places: Mapping[str, str]) -> None:
        from publisher.cli.tables import whole

        code = first_code(shell.folder()) if "console" in places else ""
        if code:
            places = {**places, "first-run": f"{places['console']}first-run  {code}"}
        head = shell.say("服务已启动，按 Ctrl-C 停止", "serving; Ctrl-C stops")
        shell.show({"ready": True, "places": dict(places)}, head, whole(places))

    code = run_service(shell.folder(), with_sandbox=with_sandbox, on_ready=ready, beside=beside_service)
    if code:
        raise typer.Exit(code)


def first_code(home: Path) -> str:
    """A code for the first administrator, while nobody can sign in; "" later."""
    from publisher.bootstrap import open_office
    from publisher.workflow.first_run import new_first_code

    office = open_office(home)
    try:
        return new_first_code(office.store)
    finally:
        office.close()


def doctor(shell: Shell) -> None:
    """What is well, what needs a look, what is wrong. Exit 7 when something is wrong."""
    from publisher.bootstrap import diagnose
    from publisher.cli.tables import table

    with shell.office() as office:
        checks = list(diagnose(office))
    bad = any(check.level == "bad" for check in checks)
    rows: list[tuple[Any, ...]] = [
        (shell.say(*LEVELS[c.level]), check_name(c.name, shell.lang), c.words) for c in checks
    ]
    headings = ("结论", "检查", "说明")
    shell.show(
        {"ok": not bad, "checks": checks},
        lambda: table(headings, rows, whole=headings[:2], lang=shell.lang),
    )
    if bad:
        raise typer.Exit(int(Exit.FOUND_SOMETHING))


COMMANDS = (
    Command("init", init),
    Command("run", run),
    Command("daemon", daemon),
    Command("doctor", doctor),
)
