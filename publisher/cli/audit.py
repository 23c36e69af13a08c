"""`publisher audit`: the log as a list, its export, its verification, its checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.command import Command
from publisher.cli.errors import Failed, usage
from publisher.cli.exits import Exit
from publisher.cli.labels import system_words
from publisher.cli.outfile import new_archive, new_file
from publisher.cli.shell import Shell, noted
from publisher.domain.errors import Reason, Refused, refuse

if TYPE_CHECKING:
    from publisher.audit.keys import PublicKey
    from publisher.audit.verdict import Verdict

Out = Annotated[Path, typer.Argument(metavar="FILE")]


def list_entries(
    shell: Shell,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 50,
    subject: Annotated[str, typer.Option("--subject")] = "",
    kind: Annotated[str, typer.Option("--kind")] = "",
) -> None:
    """The newest entries, oldest of them first, with their notes."""
    from publisher.cli.audit_page import entries_page, entry_document
    from publisher.workflow.people_words import people_words

    with shell.reading() as (_office, reading):
        if subject or kind:
            entries = list(reading.log.entries(subject=subject, kind=kind))[-limit:]
        else:
            entries = reading.log.newest(limit)
        named = people_words(reading)
        found = [entry_document(reading, stored, named) for stored in entries]
    shell.show({"entries": found}, lambda: entries_page(found, shell.lang))


def export(
    shell: Shell,
    file: Out,
    purpose: Annotated[str, typer.Option("--purpose")] = "",
    zipped: Annotated[bool, typer.Option("--zip")] = False,
) -> None:
    """Hand the log out: the act is on record first, so the export covers it. Never overwrites a file."""
    from publisher.workflow.seal import ExportRequest, record_export

    with shell.office() as office:
        actor = shell.actor(office)
        with noted(office, actor, record_export.__name__):
            _write(
                office, file, lambda: _record(office, actor, record_export, ExportRequest(purpose)), zipped
            )
    shell.show({"file": file, "done": "export"}, f"{shell.say('已导出', 'exported')}  {file}")


def _write(office: Any, file: Path, on_record: Callable[[], None], zipped: bool) -> None:
    """The archive for an inspector, or the lines of the log alone."""
    from publisher.workflow.seal import export_lines

    if zipped:
        from publisher.bootstrap import pack_log

        with new_archive(file) as archive:
            on_record()
            pack_log(office, archive)
        return
    with new_file(file) as write:
        on_record()
        with office.store.read() as reading:
            for line in export_lines(reading, office.now()):
                write(line)


def _record(office: Any, actor: Any, use_case: Any, request: Any) -> None:
    with office.store.write() as uow:
        use_case(uow, office.now(), actor, request)


def verify(
    shell: Shell,
    file: Annotated[Path | None, typer.Option("--file")] = None,
    key: Annotated[Path | None, typer.Option("--key")] = None,
    anchor: Annotated[list[Path] | None, typer.Option("--anchor")] = None,
) -> None:
    """Is the log whole? Of this home, or of an export. Exit 7 when something is found."""
    if key is not None and file is None:
        raise Failed(usage("--key 与 --file 一起用", "--key goes with --file"))
    anchors = tuple(text for path in anchor or () for text in _anchors(path))
    verdict = _of_home(shell, anchors) if file is None else _of_file(file, _keys(key), anchors)
    document = {**asdict(verdict), "ok": verdict.ok, "words": verdict.words}
    shell.show(document, lambda: _page(verdict))
    if not verdict.ok:
        raise typer.Exit(int(Exit.FOUND_SOMETHING))


def _of_home(shell: Shell, anchors: tuple[str, ...]) -> Verdict:
    from publisher.workflow.seal import verify_log

    with shell.reading() as (office, reading):
        return verify_log(reading, public_key=office.public_key, anchor=office.seal.anchor, extra=anchors)


def _of_file(path: Path, keys: tuple[PublicKey, ...] | None, anchors: tuple[str, ...]) -> Verdict:
    from publisher.audit.export import read_export
    from publisher.audit.verify import verify as check

    try:
        with path.open("rb") as lines:
            return check(read_export(lines), anchors=anchors, public_key=keys)
    except OSError as why:
        raise _unreadable("file", path, why) from why


def _keys(path: Path | None) -> tuple[PublicKey, ...] | None:
    from publisher.audit.keys import NotAKey, parse_public_keys

    if path is None:
        return None
    try:
        return parse_public_keys(path.read_text(encoding="utf-8").splitlines())
    except OSError as why:
        raise _unreadable("key", path, why) from why
    except (NotAKey, UnicodeDecodeError) as why:
        raise refuse(Reason.BAD_INPUT, f"公钥文件“{path}”读不懂", field="key", allowed="公钥文件") from why


def _anchors(path: Path) -> tuple[str, ...]:
    from publisher.audit.anchor import read_anchors

    try:
        return read_anchors(path)
    except OSError as why:
        raise _unreadable("anchor", path, why) from why


def _unreadable(field: str, path: Path, why: OSError) -> Refused:
    words = f"打不开“{path}”：{system_words(why)}"
    return refuse(Reason.BAD_INPUT, words, field=field, allowed="可读的文件", english=f"cannot read {path}")


def _page(verdict: Verdict) -> Any:
    from publisher.cli.tables import lines

    mark = "✓" if verdict.ok else "✗"
    proved = [f"检查点证明到第 {verdict.covered} 条，锚点证明到第 {verdict.anchored} 条。"]
    span = verdict.interval
    interval = [f"改写发生在第 {span[0] + 1} 条到第 {span[1]} 条之间。"] if span else []
    erased = [f"第 {e.seq} 条的附注“{e.name}”已按规定抹除。" for e in verdict.erased]
    return lines([f"{mark} {verdict.words}", *interval, *proved, *erased, *verdict.notices])


def checkpoint(shell: Shell) -> None:
    """Sign the log as it stands, now, and anchor it; the newest checkpoint where it covers everything already."""
    from publisher.workflow.seal import sign_checkpoint

    with shell.office() as office:
        signed = sign_checkpoint(office.store, office.now(), office.seal, force=True)
        with office.store.read() as reading:
            note = signed or reading.log.checkpoints()[-1]
        anchored = office.seal.anchor is not None
    shell.show({"checkpoint": note, "new": signed is not None, "anchored": anchored}, note.rstrip("\n"))


COMMANDS = (
    Command("audit list", list_entries),
    Command("audit export", export, acts=True),
    Command("audit verify", verify),
    Command("audit checkpoint", checkpoint),
)
