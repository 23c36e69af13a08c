"""`publisher callbacks`: the address that platforms call, as a process of its own or inside the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from publisher.cli.command import Command
from publisher.cli.shell import Shell

if TYPE_CHECKING:
    from publisher.bootstrap import Office


def serve(shell: Shell) -> None:
    """Take callbacks in until a signal. Opens the database and the callback secrets, nothing else."""
    from publisher.bootstrap import open_callbacks, wait_for_stop
    from publisher.logs import configure, get_logger
    from publisher.web.callbacks import callback_app
    from publisher.web.serving import served

    office = open_callbacks(shell.folder())
    try:
        configure(office.secrets)
        app = callback_app(office.desk, office.clock, get_logger("callbacks"))
        with served(app, office.host, office.port) as base:
            places = {name: f"{base}/callbacks/{name}" for name in office.desk.receivers}
            head = shell.say("回调已开始接收，按 Ctrl-C 停止", "taking callbacks in; Ctrl-C stops")
            shell.show({"ready": True, "places": places}, head, *places.values())
            wait_for_stop()
    finally:
        office.close()


@contextmanager
def beside_service(office: Office) -> Iterator[Mapping[str, str]]:
    """The same address inside the service, where the settings say so; yields where it is."""
    from publisher.bootstrap import desk_over
    from publisher.logs import configure, get_logger

    if not office.settings.callbacks.in_service:
        yield {}
        return
    from publisher.web.callbacks import callback_app
    from publisher.web.serving import served

    desk, secrets = desk_over(office.home, office.settings, office.store)
    configure((*office.secrets, *secrets))
    part = office.settings.callbacks
    with served(callback_app(desk, office.clock, get_logger("callbacks")), part.host, part.port) as base:
        yield {f"callbacks {name}": f"{base}/callbacks/{name}" for name in desk.receivers}


COMMANDS = (Command("callbacks serve", serve),)
