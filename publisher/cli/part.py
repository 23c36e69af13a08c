"""`publisher part`: single articles that are out, and what people say about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import lookup
from publisher.cli.command import Command
from publisher.cli.posting import check_outlet
from publisher.cli.shell import Shell
from publisher.domain.part import CLOSED, PART_LABELS

if TYPE_CHECKING:
    from publisher.bootstrap import Office
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.verify import AcceptDifferenceRequest
    from publisher.workflow.withdraw import PartGoneRequest, UnremovableRequest

Part = Annotated[str, typer.Argument(metavar="PART")]
Why = Annotated[str, typer.Option("--reason")]


def list_parts(shell: Shell, everything: Annotated[bool, typer.Option("--all")] = False) -> None:
    """What is out, or should not be any more; with `--all` also what is closed."""
    from publisher.cli.tables import table

    with shell.reading() as (_office, reading):
        found = [p for p in reading.parts.all() if everything or p.state not in CLOSED]
        document = {"parts": found}
    rows = [(p.id, p.channel, PART_LABELS[p.state], "；".join(p.differences)) for p in found]
    shell.show(document, lambda: table(("篇", "渠道", "状态", "差异"), rows))


def accept(shell: Shell, part: Part, reason: Why) -> None:
    """认可差异, by the content reviewer."""
    from publisher.workflow.verify import AcceptDifferenceRequest, accept_difference

    def request(reading: Reading) -> AcceptDifferenceRequest:
        return AcceptDifferenceRequest(lookup.part(reading, part).id, reason)

    _, asked = shell.act(accept_difference, request)
    _done(shell, asked.part_id, "accept", "已认可差异", "the difference is accepted")


def gone(shell: Shell, part: Part) -> None:
    """人工撤下后确认: the product looks first, and believes only what a reader finds."""
    from publisher.workflow.gate import receipt_of
    from publisher.workflow.withdraw import PartGoneRequest, confirm_part_gone

    looked: dict[str, Any] = {}

    def request(reading: Reading) -> PartGoneRequest:
        record = lookup.part(reading, part)
        looked.update(channel=record.channel, receipt=receipt_of(record))
        return PartGoneRequest(record.id)

    def look(office: Office, _asked: object) -> dict[str, Any]:
        check_outlet(office, looked["channel"])
        return {"seen": office.outlets.channels[looked["channel"]].see(looked["receipt"])}

    _, asked = shell.act(confirm_part_gone, request, look)
    _done(shell, asked.part_id, "gone", "已看过，确认撤下", "looked at, it is gone")


def unremovable(shell: Shell, part: Part, reason: Why) -> None:
    """声明无法撤下, by the approver."""
    from publisher.workflow.withdraw import UnremovableRequest, declare_unremovable

    def request(reading: Reading) -> UnremovableRequest:
        return UnremovableRequest(lookup.part(reading, part).id, reason)

    _, asked = shell.act(declare_unremovable, request)
    _done(shell, asked.part_id, "unremovable", "已声明无法撤下", "declared unremovable")


def _done(shell: Shell, part_id: str, done: str, chinese: str, english: str) -> None:
    shell.show({"part": part_id, "done": done}, f"{shell.say(chinese, english)}  {part_id}")


COMMANDS = (
    Command("part list", list_parts),
    Command("part accept", accept, acts=True),
    Command("part gone", gone, acts=True),
    Command("part unremovable", unremovable, acts=True),
)
