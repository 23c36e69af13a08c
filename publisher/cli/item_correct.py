"""`publisher item correct`: a draft that corrects what is out, with its public note."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import drafting, lookup
from publisher.cli.command import Command
from publisher.cli.errors import Failed, usage
from publisher.cli.shell import Shell

if TYPE_CHECKING:
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.correct import CorrectRequest

Id = Annotated[str, typer.Argument(metavar="ID")]


def correct(
    shell: Shell,
    item: Id,
    fields: Mapping[str, Any],
    note: Annotated[str, typer.Option("--note")],
    body: Annotated[str, typer.Option("--body")] = "",
) -> None:
    """更正: what the fields and the text do not name stays as it was released."""
    from publisher.workflow.correct import CorrectRequest, open_correction

    if body == "-" and shell.password_stdin:
        raise Failed(
            usage("正文和口令不能都从标准输入读", "body and password cannot both come from standard input")
        )

    def request(reading: Reading) -> CorrectRequest:
        found = lookup.item(reading, item)
        changes = drafting.given_values(fields)
        return CorrectRequest(found.id, note, changes=changes, text=_text(body))

    draft, asked = shell.act(open_correction, request)
    document = {"item": asked.item_id, "draft": draft, "note": note}
    words = shell.say(
        f"更正稿已打开，送审、签发、下发后接替公开的版本  {asked.item_id}",
        f"a correction is open; reviewed and released it takes the old one's place  {asked.item_id}",
    )
    shell.show(document, words)


def _text(body: str) -> str:
    if not body:
        return ""
    data = sys.stdin.buffer.read() if body == "-" else drafting.read_bytes(Path(body))
    return drafting.text_of(data)


COMMANDS = (Command("item correct", correct, acts=True, fields=True),)
