"""`publisher review`: what is to be reviewed, as it will go out, and the acts of review on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import lookup
from publisher.cli.command import Command
from publisher.cli.english import state_words
from publisher.cli.shell import Shell
from publisher.domain.lifecycle import REVISION_LABELS
from publisher.workflow.people_words import people_words

if TYPE_CHECKING:
    from publisher.store.records import RevisionRecord
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.review import SignRequest

Revision = Annotated[str, typer.Argument(metavar="REVISION")]
Opinion = Annotated[str, typer.Option("--opinion", "--reason")]
Reference = Annotated[str, typer.Option("--reference")]

ACTS: dict[str, tuple[str, str, str]] = {  # command → use case in publisher.workflow.review, words when done
    "review pass": ("pass_content", "初审通过", "content passed"),
    "review clear": ("clear_secrecy", "保密审查通过", "secrecy cleared"),
    "review refer": ("refer_up", "已报请确定", "referred to the authority"),
    "review withhold": ("withhold", "不予公开，已登记", "withheld and registered"),
    "review sign": ("sign_off", "已签发", "signed off"),
    "review urgent": ("sign_off_urgent", "已紧急签发并立即下发", "signed off as urgent, released at once"),
    "review return": ("return_revision", "已退回", "returned"),
    "review revoke": ("revoke", "已撤回签发", "sign-off revoked"),
    "review second-look": ("second_look", "已事后复核", "second look done"),
    "item hold": ("hold", "已暂停", "held"),
    "item resume": ("resume", "已解除暂停", "resumed"),
    "item recall": ("recall", "已撤回送审", "recalled"),
}


def act(path: str) -> Callable[..., None]:
    """The command that gives one signature or mark on one revision and prints the digest it stands on."""
    name, chinese, english = ACTS[path]

    def run(shell: Shell, revision: Revision, opinion: Opinion = "", reference: Reference = "") -> None:
        from publisher.workflow import review
        from publisher.workflow.review import SignRequest

        def request(reading: Reading) -> SignRequest:
            return SignRequest(lookup.revision(reading, revision).id, opinion=opinion, reference=reference)

        _, asked = shell.act(getattr(review, name), request)
        document = {"done": name, "revision": asked.revision_id, "by": shell.who}
        words = f"{shell.say(chinese, english)}  {shell.say('版本摘要', 'digest')} {asked.revision_id}"
        shell.show(document, words)

    return run


def show(shell: Shell, revision: Revision) -> None:
    """Everything that a signature on this revision covers."""
    from publisher.cli.review_page import review_page
    from publisher.workflow.documents import revision_document

    with shell.reading() as (_office, reading):
        document = revision_document(reading, lookup.revision(reading, revision))
    shell.show(document, lambda: review_page(document))


def list_waiting(shell: Shell) -> None:
    """Revisions on their way to a release, and whose turn each is."""
    from publisher.cli.tables import table
    from publisher.domain.lifecycle import UNDER_WAY

    with shell.reading() as (_office, reading):
        named = people_words(reading)
        found = [_line(revision, named) for revision in reading.items.in_state(*sorted(UNDER_WAY))]
    rows = [
        (
            r["revision"][:12],
            r["title"],
            state_words(r["state"], r["words"], shell.lang),
            r["drafted_by"],
            r["reviewed_by"],
        )
        for r in found
    ]
    headings = ("版本", "标题", "状态", "拟稿人", "审核人")
    shell.show({"revisions": found}, lambda: table(headings, rows, whole=("版本", "状态"), lang=shell.lang))


def _line(revision: RevisionRecord, named: Callable[[str], str]) -> dict[str, Any]:
    return {
        "revision": revision.id,
        "item": revision.item_id,
        "title": revision.content["title"],
        "state": revision.state,
        "words": f"{REVISION_LABELS[revision.state]}{'（暂停）' if revision.held else ''}",
        "held": revision.held,
        "urgent": revision.urgent,
        "drafter": revision.drafter,
        "drafted_by": named(revision.drafter),
        "reviewer": revision.content["reviewer"],
        "reviewed_by": named(revision.content["reviewer"]),
        "due_on": revision.due_on,
    }


COMMANDS = (
    Command("review list", list_waiting),
    Command("review show", show),
    *(Command(path, act(path), acts=True) for path in ACTS),
)
