"""`publisher part`: single articles that are out, and what people say about them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import lookup
from publisher.cli.command import Command
from publisher.cli.english import state_words
from publisher.cli.posting import check_outlet
from publisher.cli.shell import Shell
from publisher.domain.clocks import shown_minute
from publisher.domain.part import CLOSED, PART_LABELS

if TYPE_CHECKING:
    from publisher.bootstrap import Office
    from publisher.store.records import PartRecord
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.remove import PartGoneRequest, UnremovableRequest
    from publisher.workflow.verify import AcceptDifferenceRequest

Part = Annotated[str, typer.Argument(metavar="PART")]
Why = Annotated[str, typer.Option("--reason")]
SHORT_CHARS = 8


def list_parts(shell: Shell, everything: Annotated[bool, typer.Option("--all")] = False) -> None:
    """What is out, or should not be any more; with `--all` also what is closed."""
    from publisher.cli.tables import table

    with shell.reading() as (_office, reading):
        found = [p for p in reading.parts.all() if everything or p.state not in CLOSED]
        document = {"parts": [_line(reading, p) for p in found]}
    rows = [
        (
            _short(p["id"]),
            p["title"],
            p["label"],
            state_words(p["state"], p["words"], shell.lang),
            "；".join(p["differences"]),
        )
        for p in document["parts"]
    ]
    headings = ("篇", "标题", "渠道", "状态", "差异")
    shell.show(document, lambda: table(headings, rows, whole=("篇", "状态"), lang=shell.lang))


def _line(reading: Reading, part: PartRecord) -> dict[str, Any]:
    revision = reading.items.revision(part.revision_id)
    return {
        **asdict(part),
        "title": revision.content["title"] if revision else "",
        "label": reading.bureau.label(part.channel),
        "words": PART_LABELS[part.state],
    }


def _short(part_id: str) -> str:
    """As much of a part's id as names it."""
    posting, colon, position = part_id.partition(":")
    return f"{posting[:SHORT_CHARS]}{colon}{position}"


def compare(shell: Shell, part: Part) -> None:
    """对照: the approved content beside what the last differing look saw."""
    from publisher.cli.tables import table
    from publisher.workflow.compare import side_by_side

    with shell.reading() as (_office, reading):
        record = lookup.part(reading, part)
        found = side_by_side(reading, record)
    if found is None:
        shell.show({"part": record.id, "sides": []}, shell.say("没有看到过不同", "no look ever differed"))
        return
    rows = [("" if s.same else "≠", s.what, s.approved, s.seen) for s in found.sides]
    headings = ("", "项", "批准的", f"{shown_minute(found.at)} 看到的")
    document = {"part": record.id, "at": found.at, "sides": [asdict(side) for side in found.sides]}
    shell.show(document, lambda: table(headings, rows, whole=("", "项"), lang=shell.lang))


def accept(shell: Shell, part: Part, reason: Why) -> None:
    """认可差异, by the content reviewer."""
    from publisher.workflow.verify import AcceptDifferenceRequest, accept_difference

    def request(reading: Reading) -> AcceptDifferenceRequest:
        return AcceptDifferenceRequest(lookup.part(reading, part).id, reason)

    _, asked = shell.act(accept_difference, request)
    _done(shell, asked.part_id, "accept", "已认可差异", "the difference is accepted")


def attest(
    shell: Shell, part: Part, reason: Why, evidence: Annotated[Path, typer.Option("--evidence")]
) -> None:
    """人工证明 with a picture, by the editor, where no reader's address leads to the part."""
    from publisher.workflow.attest import EVIDENCE, AttestRequest
    from publisher.workflow.attest import attest as use_case
    from publisher.workflow.incoming import IncomingFile

    def request(reading: Reading) -> AttestRequest:
        picture = IncomingFile(EVIDENCE, evidence.name, lambda: evidence.open("rb"))
        return AttestRequest(lookup.part(reading, part).id, reason, picture)

    _, asked = shell.act(use_case, request, lambda office, _: {"outlets": office.outlets})
    _done(shell, asked.part_id, "attest", "已证明并留下图片", "attested, the picture is kept")


def gone(shell: Shell, part: Part) -> None:
    """人工撤下后确认: the product looks first, and believes only what a reader finds."""
    from publisher.workflow.gate import receipt_of
    from publisher.workflow.remove import PartGoneRequest, confirm_part_gone

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
    from publisher.workflow.remove import UnremovableRequest, declare_unremovable

    def request(reading: Reading) -> UnremovableRequest:
        return UnremovableRequest(lookup.part(reading, part).id, reason)

    _, asked = shell.act(declare_unremovable, request)
    _done(shell, asked.part_id, "unremovable", "已声明无法撤下", "declared unremovable")


def _done(shell: Shell, part_id: str, done: str, chinese: str, english: str) -> None:
    shell.show({"part": part_id, "done": done}, f"{shell.say(chinese, english)}  {part_id}")


COMMANDS = (
    Command("part list", list_parts),
    Command("part compare", compare),
    Command("part accept", accept, acts=True),
    Command("part attest", attest, acts=True),
    Command("part gone", gone, acts=True),
    Command("part unremovable", unremovable, acts=True),
)
