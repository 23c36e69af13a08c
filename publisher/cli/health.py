"""`publisher health`: ready or not, for a watchdog; and the same at `/readyz` beside the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import typer

from publisher.cli.command import Command
from publisher.cli.exits import Exit
from publisher.cli.shell import Shell

if TYPE_CHECKING:
    from publisher.bootstrap import Office


def show_health(shell: Shell) -> None:
    """Ready (0) or not (7), and why. Looks at what is due, not at processes."""
    from publisher.bootstrap import health_of

    told = health_of(shell.folder())
    state = shell.say("正常", "ready") if told.ready else shell.say("有问题", "not ready")
    words = [
        state,
        *told.reasons,
        shell.say(
            f"服务 {told.services} 个，未解决的告警 {told.open_alarms} 条（紧急 {told.urgent_alarms} 条）",
            f"services {told.services}, open alarms {told.open_alarms} (urgent {told.urgent_alarms})",
        ),
    ]
    shell.show(told.document(), "\n".join(words))
    if not told.ready:
        raise typer.Exit(int(Exit.FOUND_SOMETHING))


@contextmanager
def beside_service(office: Office) -> Iterator[Mapping[str, str]]:
    """What is served beside the service: callbacks, `/readyz` and the console, each where the settings say so."""
    from publisher.bootstrap import health_in
    from publisher.cli.callbacks import beside_service as callbacks

    with ExitStack() as stack:
        places = dict(stack.enter_context(callbacks(office)))
        part = office.settings.health
        if part.port:
            from publisher.web.health import health_app
            from publisher.web.serving import served

            app = health_app(lambda: health_in(office))
            places["readyz"] = stack.enter_context(served(app, part.host, part.port)) + "/readyz"
        console = office.settings.console
        if console.port:
            from publisher.web.console.app import console_app
            from publisher.web.serving import served

            pages = console_app(office, https=console.https)
            places["console"] = stack.enter_context(served(pages, console.host, console.port)) + "/"
        yield places


COMMANDS = (Command("health", show_health),)
