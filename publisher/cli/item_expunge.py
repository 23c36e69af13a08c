"""`publisher item expunge`: erase what must not be kept, by two people."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli import lookup
from publisher.cli.command import Command
from publisher.cli.errors import Failed, usage
from publisher.cli.shell import Shell

if TYPE_CHECKING:
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.expunge import ConfirmExpungeRequest, ExpungeRequest

Id = Annotated[str, typer.Argument(metavar="ID")]


def expunge(
    shell: Shell,
    item: Id,
    reason: Annotated[str, typer.Option("--reason")] = "",
    confirm: Annotated[bool, typer.Option("--confirm")] = False,
) -> None:
    """抹除: the first person orders it with a reason, the second confirms it; then it is erased."""
    if confirm and reason:
        raise Failed(usage("确认时不写理由", "no reason goes with --confirm"))
    if confirm:
        _confirm(shell, item)
    else:
        _order(shell, item, reason)


def _order(shell: Shell, item: str, reason: str) -> None:
    from publisher.workflow.expunge import ExpungeRequest, order_expunge

    def request(reading: Reading) -> ExpungeRequest:
        return ExpungeRequest(lookup.item(reading, item).id, reason)

    order, asked = shell.act(order_expunge, request)
    words = shell.say(
        f"抹除指令 {order} 号，等另一人用 item expunge --confirm 确认，现在什么都没有抹除",
        f"order {order}: a second person confirms with item expunge --confirm; nothing is erased yet",
    )
    shell.show({"order": order, "item": asked.item_id, "confirmed": False}, words)


def _confirm(shell: Shell, item: str) -> None:
    from publisher.workflow.expunge import ConfirmExpungeRequest, confirm_expunge

    def request(reading: Reading) -> ConfirmExpungeRequest:
        return ConfirmExpungeRequest(lookup.item(reading, item).id)

    done, asked = shell.act(confirm_expunge, request)
    words = shell.say(
        f"已抹除：文稿 {done.texts} 份、附注 {done.notes} 条、文件 {done.files} 个。备份和导出里的要另行处理",
        f"erased: {done.texts} texts, {done.notes} notes, {done.files} files. Backups and exports are not reached",
    )
    shell.show({"item": asked.item_id, "confirmed": True, **asdict(done)}, words)


COMMANDS = (Command("item expunge", expunge, acts=True),)
