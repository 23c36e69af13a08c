"""`publisher item`: items from files or by hand, their drafts, and their way to a time and back."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import drafting, lookup
from publisher.cli.command import Command
from publisher.cli.errors import Explained, Failed, explain, tell, usage
from publisher.cli.shell import Shell, noted
from publisher.domain.clocks import shown_minute
from publisher.domain.errors import Reason, Refused, refuse
from publisher.workflow.content_words import remark_words

if TYPE_CHECKING:
    from publisher.bootstrap import Office
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.acts import Actor
    from publisher.workflow.item_files import ReadDraft

Id = Annotated[str, typer.Argument(metavar="ID")]


def import_files(
    shell: Shell,
    files: Annotated[list[Path], typer.Argument(metavar="FILE")],
    fields: Mapping[str, Any],
    replaces: Annotated[str, typer.Option("--item")] = "",
) -> None:
    """Each file is one act: the good ones are kept, each refused one is told and on record."""
    if replaces and len(files) > 1:
        raise Failed(usage("--item 一次只替换一份草稿", "--item replaces one draft at a time"))
    kept: list[dict[str, Any]] = []
    faults: list[Explained] = []
    with shell.office() as office:
        actor = shell.actor(office)
        for path in files:
            try:
                kept.append(_import(office, actor, path, fields, replaces))
            except Refused as why:
                if len(files) == 1:
                    raise
                faults.append(explain(why))
                _tell_of(shell, path, faults[-1])
    shell.show({"drafts": kept, "refused": len(faults)}, *(_kept_words(shell, draft) for draft in kept))
    if faults:
        raise typer.Exit(int(faults[0].exit))


def _import(
    office: Office, actor: Actor, path: Path, fields: Mapping[str, Any], replaces: str
) -> dict[str, Any]:
    from publisher.workflow.intake import save_draft

    with noted(office, actor, save_draft.__name__):
        with office.store.read() as reading:
            item_id = lookup.item(reading, replaces).id if replaces else ""
        read = drafting.from_file(path, office.now(), fields, item_id)
    return _save(office, actor, read, path.name)


def _save(office: Office, actor: Actor, read: ReadDraft, name: str) -> dict[str, Any]:
    from publisher.workflow.intake import save_draft

    item_id = office.perform(actor, save_draft, read.request)
    wish = shown_minute(read.release_at) if read.release_at else ""
    remarks = [
        *read.remarks,
        *([f"稿件希望的发布时间是 {wish}，签发后用 item schedule 排期"] if wish else []),
    ]
    return {"item": item_id, "file": name, "title": read.request.content.title, "check": remarks}


def _tell_of(shell: Shell, path: Path, why: Explained) -> None:
    if not shell.as_json:
        sys.stderr.write(f"{path.name}\n")
    tell(why, lang=shell.lang, json=shell.as_json)


def _kept_words(shell: Shell, draft: Mapping[str, Any]) -> Any:
    from publisher.cli.tables import lines

    head = shell.say("已存为草稿", "kept as a draft")
    check = [
        f"  {shell.say('请核对：', 'to be checked: ')}{remark_words(remark)}" for remark in draft["check"]
    ]
    return lines([f"{head}  {draft['item']}  {draft['title']}", *check])


def new_item(
    shell: Shell,
    fields: Mapping[str, Any],
    body: Annotated[str, typer.Option("--body")],
    attach: Annotated[list[Path] | None, typer.Option("--attach")] = None,
    image: Annotated[list[Path] | None, typer.Option("--image")] = None,
    cover: Annotated[Path | None, typer.Option("--cover")] = None,
) -> None:
    """A draft from options and a text file, or `-` for standard input."""
    if body == "-" and shell.password_stdin:
        raise Failed(
            usage("正文和口令不能都从标准输入读", "body and password cannot both come from standard input")
        )
    from publisher.workflow.intake import save_draft

    files = [("image", p) for p in image or ()] + [("attachment", p) for p in attach or ()]
    files += [("cover", cover)] if cover else []
    with shell.office() as office:
        actor = shell.actor(office)
        with noted(office, actor, save_draft.__name__):
            data = sys.stdin.buffer.read() if body == "-" else drafting.read_bytes(Path(body))
            read = drafting.from_parts(data, office.now(), fields, files)
        draft = _save(office, actor, read, body)
    shell.show(draft, lambda: _kept_words(shell, draft))


def show(shell: Shell, item: Id) -> None:
    """The item as its story: where it is, its fields, its revisions with signatures, its channels."""
    from publisher.cli.item_page import item_page
    from publisher.workflow.documents import item_document

    with shell.reading() as (office, reading):
        document = item_document(reading, lookup.item(reading, item), office.now())
    shell.show(document, lambda: item_page(document))


def list_items(shell: Shell, state: Annotated[str, typer.Option("--state")] = "") -> None:
    """All items, newest first."""
    from publisher.cli.item_page import items_table
    from publisher.workflow.where import places

    with shell.reading() as (office, reading):
        found = places(reading, reading.items.all_items(), office.now())
    wanted = [place for place in found if not state or state.replace(" ", "_") in (place.state, place.words)]
    document = {"items": [{**_plain(place), "sentence": place.sentence} for place in wanted]}
    shell.show(document, lambda: items_table(wanted, shell.lang))


def _plain(value: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(value)


def submit(
    shell: Shell,
    item: Id,
    urgent: Annotated[bool, typer.Option("--urgent")] = False,
    reviewer: Annotated[str, typer.Option("--reviewer")] = "",
    answer: Annotated[list[str] | None, typer.Option("--answer")] = None,
) -> None:
    """送审."""
    from publisher.cli.tables import lines
    from publisher.workflow.submit import SubmitRequest
    from publisher.workflow.submit import submit as use_case

    def request(reading: Reading) -> SubmitRequest:
        answers = dict(_answer(text) for text in answer or ())
        return SubmitRequest(lookup.item(reading, item).id, urgent=urgent, reviewer=reviewer, answers=answers)

    def tools(office: Office, _request: object) -> dict[str, Any]:
        return {"renderer": office.renderer, "profiles": office.profiles}

    made, asked = shell.act(use_case, request, tools)
    document = {"item": asked.item_id, **_plain(made)}
    warnings = [f"  提示：{words}" for words in made.warnings]
    head = shell.say("已送审", "submitted")
    texts = [f"{head}  索引号 {made.index_no}", *warnings]
    shell.show(document, lambda: lines(texts), f"{shell.say('版本摘要', 'digest')} {made.revision_id}")


def _answer(text: str) -> tuple[str, str]:
    rule, equals, why = text.partition("=")
    if not equals or not why.strip():
        raise refuse(
            Reason.BAD_INPUT,
            f"“{text}”不是 规则=理由",
            field="answer",
            allowed="如 --answer INT-DRAFT=已核对为正式稿",
            english="an answer is written RULE=reason",
        )
    return rule.strip(), why.strip()


def discard(shell: Shell, item: Id) -> None:
    """废弃 the open draft."""
    from publisher.workflow.intake import DiscardRequest, discard_draft

    _, asked = shell.act(discard_draft, lambda reading: DiscardRequest(lookup.item(reading, item).id))
    shell.show({"item": asked.item_id, "done": "discard"}, shell.say("草稿已废弃", "the draft is discarded"))


COMMANDS = (
    Command("item import", import_files, acts=True, fields=True),
    Command("item new", new_item, acts=True, fields=True),
    Command("item list", list_items),
    Command("item show", show),
    Command("item submit", submit, acts=True),
    Command("item discard", discard, acts=True),
)
