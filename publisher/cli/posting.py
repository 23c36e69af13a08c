"""`publisher posting`: single sendings, and what people decide about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import lookup
from publisher.cli.command import Command
from publisher.cli.english import state_words
from publisher.cli.shell import Shell
from publisher.domain.clocks import shown_minute
from publisher.domain.errors import Reason, refuse
from publisher.domain.part import PART_EVENT_LABELS, PART_LABELS
from publisher.domain.posting import POSTING_FINAL, PostingState

if TYPE_CHECKING:
    from publisher.bootstrap import Office
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.desk import PostingRequest

Posting = Annotated[str, typer.Argument(metavar="POSTING")]

RECENT = timedelta(days=30)
MOST = 100_000
STEP_STATES = {"done": "完成", "not_done": "没有做成", "open": "结果不明"}
LEVELS = {"public": "读者身份", "account": "账号接口", "attested": "人工证明", "": ""}
OUTCOMES = {"gone": "已消失", **{event.value: words for event, words in PART_EVENT_LABELS.items()}}

ACTS: dict[str, tuple[str, str, str]] = {  # command → use case in publisher.workflow.desk, words when done
    "posting retry": ("retry_posting", "将重新推送", "will be sent again"),
    "posting hold": ("hold_posting", "已暂停", "held"),
    "posting resume": ("resume_posting", "已恢复", "resumed"),
    "posting cancel": ("cancel_posting", "已取消", "cancelled"),
    "posting open-gate": ("open_gate", "已放行这一条", "the gate is open for this posting"),
}


def act(path: str) -> Callable[..., None]:
    """The command that does one thing with one posting."""
    name, chinese, english = ACTS[path]

    def run(shell: Shell, posting: Posting, reason: Annotated[str, typer.Option("--reason")] = "") -> None:
        from publisher.workflow import desk
        from publisher.workflow.desk import PostingRequest

        def request(reading: Reading) -> PostingRequest:
            return PostingRequest(lookup.posting(reading, posting).id, reason)

        _, asked = shell.act(getattr(desk, name), request)
        done = {"posting": asked.posting_id, "done": name}
        shell.show(done, f"{shell.say(chinese, english)}  {asked.posting_id}")

    return run


def list_postings(
    shell: Shell,
    everything: Annotated[bool, typer.Option("--all")] = False,
    channel: Annotated[str, typer.Option("--channel")] = "",
) -> None:
    """What is not finished, then what ended in the last 30 days, newest first; with `--all` whatever ended."""
    from publisher.cli.tables import table
    from publisher.workflow.documents import posting_lines

    with shell.reading() as (office, reading):
        named = lookup.channel(reading, channel) if channel else ""
        since = office.now() - RECENT
        ended = [p for p in reading.postings.all(MOST) if p.state in POSTING_FINAL]
        recent = [p for p in ended if everything or (p.out_at or p.created_at) >= since]
        found = [*reading.postings.unfinished(), *recent]
        rows = posting_lines(reading, [p for p in found if not named or p.channel == named])
    shown = [
        (
            r["posting"][:8],
            r["title"],
            r["label"],
            state_words(r["state"], r["words"], shell.lang),
            _remark(shell, r),
        )
        for r in rows
    ]
    headings = ("编号", "标题", "渠道", "状态", "说明")
    shell.show(
        {"postings": rows},
        lambda: table(headings, shown, whole=("编号", "渠道", "状态"), lang=shell.lang),
        _counted(shell, rows, len(ended) - len(recent)),
    )


def _remark(shell: Shell, row: dict[str, Any]) -> str:
    if row["state"] in POSTING_FINAL:
        return shown_minute(row["out_at"]) if row["out_at"] else ""
    return str(row["person_needed"] or row["waits_for"] or row["error"])


def _counted(shell: Shell, rows: list[dict[str, Any]], older: int) -> str:
    open_ones = sum(row["state"] not in POSTING_FINAL for row in rows)
    out = sum(row["state"] == PostingState.OUT for row in rows)
    words = shell.say(f"未完成 {open_ones} 条，已发出 {out} 条", f"{open_ones} not finished, {out} out")
    more = shell.say(f"；30 天以前的 {older} 条加 --all 查看", f"; {older} older ones with --all")
    return words + (more if older else "")


def show(shell: Shell, posting: Posting) -> None:
    """One posting with its steps, parts and proofs."""
    from publisher.workflow.documents import posting_document

    with shell.reading() as (_office, reading):
        record = lookup.posting(reading, posting)
        document = posting_document(reading, record)
    shell.show(document, lambda: _page(document))


def _page(document: dict[str, Any]) -> list[Any]:
    from publisher.cli.tables import facts, table, whole

    again = document["next_try_at"] or document["next_look_at"]
    head = facts(
        [
            ("编号", document["posting"]),
            ("条目", document["item"]),
            ("渠道", document["label"]),
            ("状态", document["words"]),
            ("说明", document["waits_for"] or document["error"]),
            ("请人决定", document["person_needed"]),
            ("已有一人确认未发出", document["denied_by"]),
            ("次数", document["attempts"] or ""),
            ("下次", shown_minute(again) if again else ""),
        ],
        title=document["title"],
    )
    steps = [
        (s["name"], STEP_STATES[s["state"]], s["calls"], shown_minute(s["started_at"]))
        for s in document["steps"]
    ]
    proofs = [
        (
            f"第 {part['position'] + 1} 篇",
            shown_minute(proof["at"]),
            LEVELS[proof["level"]],
            OUTCOMES[proof["outcome"]],
            "；".join(proof["differences"]),
        )
        for part in document["parts"]
        for proof in part["proofs"]
    ]
    return [
        head,
        table(("步骤", "结果", "次数", "开始"), steps, title="步骤", whole=("结果", "次数", "开始")),
        table(("篇", "时间", "怎么看的", "结果", "差异"), proofs, title="核验", whole=("篇", "时间")),
        whole({f"{p['id']}  {PART_LABELS[p['state']]}": p["url"] for p in document["parts"]}),
    ]


def confirm(
    shell: Shell,
    posting: Posting,
    url: Annotated[str, typer.Option("--url")],
    remote_id: Annotated[str, typer.Option("--remote-id")] = "",
) -> None:
    """Adopt what a person found, after the product has looked at the address itself."""
    from publisher.workflow.settle_by_hand import ConfirmRequest, confirm_by_hand, look_at_claimed

    named: dict[str, str] = {}

    def request(reading: Reading) -> ConfirmRequest:
        record = lookup.posting(reading, posting)
        named["channel"] = record.channel
        return ConfirmRequest(record.id, url, remote_id)

    def look(office: Office, asked: ConfirmRequest) -> dict[str, Any]:
        check_outlet(office, named["channel"])
        return {"seen": look_at_claimed(office.outlets, named["channel"], asked)}

    _, asked = shell.act(confirm_by_hand, request, look)
    done = shell.say("已看过并确认发出", "seen and confirmed")
    shell.show({"posting": asked.posting_id, "done": "confirm", "url": url}, f"{done}  {asked.posting_id}")


def check_outlet(office: Office, name: str) -> None:
    """Refuse a channel that the settings no longer name."""
    if name not in office.outlets.channels:
        raise refuse(
            Reason.NOT_FOUND,
            f"设置里没有渠道“{name}”了",
            field="channel",
            allowed="、".join(office.outlets.channels),
            english=f"channel {name} is not configured",
        )


def deny(shell: Shell, posting: Posting, reason: Annotated[str, typer.Option("--reason")] = "") -> None:
    """It is not out: the first of two people, or the second."""
    from publisher.workflow.settle_by_hand import DenyRequest, deny_by_hand, look_before_deny

    named: dict[str, str] = {}

    def request(reading: Reading) -> DenyRequest:
        record = lookup.posting(reading, posting)
        named["channel"] = record.channel
        return DenyRequest(record.id, reason)

    def look(office: Office, asked: DenyRequest) -> dict[str, Any]:
        check_outlet(office, named["channel"])
        return {"looked": look_before_deny(office.store, office.outlets, asked.posting_id)}

    again, asked = shell.act(deny_by_hand, request, look)
    words = (
        shell.say("两人确认未发出，将重新推送", "denied by two people, will be sent again")
        if again
        else shell.say("已记下，还要另一人再看一次并确认", "noted; a second person must look and deny")
    )
    shell.show({"posting": asked.posting_id, "queued_again": again}, f"{words}  {asked.posting_id}")


COMMANDS = (
    Command("posting list", list_postings),
    Command("posting show", show),
    Command("posting confirm", confirm, acts=True),
    Command("posting deny", deny, acts=True),
    *(Command(path, act(path), acts=True) for path in ACTS),
)
