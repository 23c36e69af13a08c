"""`publisher item schedule`, `unschedule`, `withdraw`: when an item goes out, and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli import lookup
from publisher.cli.command import Command
from publisher.cli.shell import Shell
from publisher.domain.clocks import read_instant, shown_minute
from publisher.domain.errors import Reason, refuse

if TYPE_CHECKING:
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.schedule import ScheduleRequest
    from publisher.workflow.withdraw import WithdrawRequest

Id = Annotated[str, typer.Argument(metavar="ID")]


def schedule(shell: Shell, item: Id, at: Annotated[str, typer.Option("--at")] = "now") -> None:
    """排期 of an approved revision."""
    from publisher.workflow.schedule import ScheduleRequest
    from publisher.workflow.schedule import schedule as use_case

    def request(reading: Reading) -> ScheduleRequest:
        return ScheduleRequest(lookup.revision(reading, item).id, _instant(at))

    instant, asked = shell.act(use_case, request)
    document = {"revision": asked.revision_id, "release_at": instant}
    words = shell.say(
        f"已排期：{shown_minute(instant)}（北京时间）", f"scheduled for {shown_minute(instant)} Beijing time"
    )
    shell.show(document, words, f"{shell.say('版本摘要', 'digest')} {asked.revision_id}")


def _instant(text: str) -> datetime | None:
    if text.strip() == "now":
        return None
    try:
        return read_instant(text)
    except ValueError as why:
        raise refuse(
            Reason.BAD_INPUT,
            f"“{text}”不是时间",
            field="release_at",
            allowed="now，或 2026-11-26 09:00（北京时间）",
            english="not an instant",
        ) from why


def unschedule(shell: Shell, item: Id) -> None:
    """取消排期."""
    from publisher.workflow.schedule import UnscheduleRequest
    from publisher.workflow.schedule import unschedule as use_case

    _, asked = shell.act(use_case, lambda reading: UnscheduleRequest(lookup.revision(reading, item).id))
    done = shell.say("已取消排期", "unscheduled")
    shell.show({"revision": asked.revision_id, "done": "unschedule"}, f"{done}  {asked.revision_id}")


def withdraw(
    shell: Shell,
    item: Id,
    reason: Annotated[str, typer.Option("--reason")],
    channel: Annotated[str, typer.Option("--channel")] = "",
    part: Annotated[str, typer.Option("--part")] = "",
    leak: Annotated[bool, typer.Option("--leak")] = False,
) -> None:
    """撤下 as one order."""
    from publisher.workflow.withdraw import WithdrawRequest, order_withdrawal

    def request(reading: Reading) -> WithdrawRequest:
        owner = lookup.item(reading, item).id
        part_id = lookup.part(reading, part).id if part else ""
        named = lookup.channel(reading, channel) if channel else ""
        return WithdrawRequest(owner, reason, channel=named, part_id=part_id, leak=leak)

    order, asked = shell.act(order_withdrawal, request)
    document = {
        "order": order,
        "item": asked.item_id,
        "channel": asked.channel,
        "part": asked.part_id,
        "leak": leak,
    }
    words = shell.say(
        f"撤下指令 {order} 号已签发，各渠道逐一办理", f"order {order} is signed; the channels carry it out"
    )
    shell.show(document, words)


def confirm_leak(
    shell: Shell, item: Id, opinion: Annotated[str, typer.Option("--opinion", "--reason")] = ""
) -> None:
    """确认泄露撤下, by the approver."""
    from publisher.workflow.withdraw import ConfirmLeakRequest
    from publisher.workflow.withdraw import confirm_leak as use_case

    done, asked = shell.act(
        use_case, lambda reading: ConfirmLeakRequest(lookup.item(reading, item).id, opinion)
    )
    words = shell.say(f"已确认 {done} 道泄露撤下指令", f"{done} leak orders confirmed")
    shell.show({"item": asked.item_id, "confirmed": done}, words)


COMMANDS = (
    Command("item schedule", schedule, acts=True),
    Command("item unschedule", unschedule, acts=True),
    Command("item withdraw", withdraw, acts=True),
    Command("item confirm-leak", confirm_leak, acts=True),
)
