"""`publisher channel strangers` and `explain`: what stands on a platform and was not sent by us."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli import lookup
from publisher.cli.command import Command
from publisher.cli.shell import Shell
from publisher.domain.clocks import shown_minute

if TYPE_CHECKING:
    from publisher.store.records import StrangerRecord
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.strangers import ExplainRequest

Name = Annotated[str, typer.Argument(metavar="CHANNEL")]


def list_strangers(
    shell: Shell, channel: Name = "", everything: Annotated[bool, typer.Option("--all")] = False
) -> None:
    """What nobody has explained yet, newest first; with `--all` what was explained too."""
    from publisher.cli.tables import table

    with shell.reading() as (_office, reading):
        name = lookup.channel(reading, channel) if channel else ""
        found = [s for s in reading.strangers.all(name) if everything or s.explained_at is None]
        labels = {one: reading.bureau.label(one) for one in reading.bureau.channels}
    rows = [
        (s.remote_id, labels.get(s.channel, s.channel), shown_minute(s.posted_at), s.words, _told(shell, s))
        for s in found
    ]
    headings = ("编号", "渠道", "发布时间", "内容", "来历")
    document = {"strangers": [asdict(s) for s in found]}
    shell.show(document, lambda: table(headings, rows, whole=("编号", "渠道"), lang=shell.lang))


def _told(shell: Shell, stranger: StrangerRecord) -> str:
    if stranger.explained_at is None:
        return shell.say("没有说明", "not explained")
    return f"{stranger.explained_by} {shown_minute(stranger.explained_at)}"


def explain(
    shell: Shell,
    channel: Name,
    remote_id: Annotated[str, typer.Option("--remote-id")],
    reason: Annotated[str, typer.Option("--reason")],
) -> None:
    """说明来历, by editor or approver."""
    from publisher.workflow.strangers import ExplainRequest, explain_stranger

    def request(reading: Reading) -> ExplainRequest:
        return ExplainRequest(lookup.channel(reading, channel), remote_id, reason)

    _, asked = shell.act(explain_stranger, request)
    document = {"channel": asked.channel, "remote_id": asked.remote_id, "done": "explain"}
    shell.show(document, shell.say("已记下来历，告警解除", "noted, the alarm has ended"))


COMMANDS = (
    Command("channel strangers", list_strangers),
    Command("channel explain", explain, acts=True),
)
