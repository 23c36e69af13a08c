"""`publisher alert`: alarms and who was told of them, and a test message to each target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.command import Command
from publisher.cli.english import state_words
from publisher.cli.exits import Exit
from publisher.cli.shell import Shell
from publisher.domain.alerting import LEVEL_LABELS, NotDelivered, family_of
from publisher.domain.clocks import shown_minute
from publisher.domain.errors import Reason, refuse

if TYPE_CHECKING:
    from publisher.bootstrap import Office
    from publisher.store.records import AlarmRecord
    from publisher.store.unit_of_work import Reading


def list_alarms(shell: Shell, every: Annotated[bool, typer.Option("--all")] = False) -> None:
    """Open alarms, newest first, each with the targets that took its message; closed ones too with `--all`."""
    from publisher.cli.tables import table

    with shell.reading() as (_office, reading):
        rows = [_line(reading, alarm) for alarm in reading.notices.alarms(open_only=not every)]
    shown = [
        (
            shown_minute(row["opened_at"]),
            state_words(row["level"], LEVEL_LABELS[row["level"]], shell.lang),
            row["words"],
            _told(shell, row["told"]),
            shown_minute(row["closed_at"]) if row["closed_at"] else shell.say("未解决", "open"),
        )
        for row in rows
    ]
    headings = ("时间", "级别", "说明", "已告知", "状态")
    shell.show(
        {"alarms": rows}, lambda: table(headings, shown, whole=("时间", "级别", "状态"), lang=shell.lang)
    )


def _line(reading: Reading, alarm: AlarmRecord) -> dict[str, Any]:
    from publisher.workflow.alerts import level_of

    told = [
        {"target": n.target, "event": n.event, "sent_at": n.sent_at, "attempts": n.attempts, "error": n.error}
        for n in reading.notices.of_thing(f"alarm:{alarm.id}")
    ]
    return {
        "cause": alarm.cause,
        "family": family_of(alarm.cause).label,
        "level": level_of(reading, alarm),
        "words": alarm.words,
        "opened_at": alarm.opened_at,
        "closed_at": alarm.closed_at,
        "told": told,
    }


def _told(shell: Shell, told: list[dict[str, Any]]) -> str:
    """The newest message to each target."""
    newest = {one["target"]: one for one in told}
    words = []
    for name, one in newest.items():
        if one["sent_at"]:
            words.append(f"{name} {shown_minute(one['sent_at'])[5:]}")
        else:
            words.append(f"{name} {one['error'] or shell.say('待发送', 'waiting')}")
    return "\n".join(words)


def send_test(shell: Shell, target: Annotated[str, typer.Argument(metavar="TARGET")] = "") -> None:
    """Send a test message to one target, or to each; exit 7 when one was not taken."""
    from publisher.cli.tables import table

    with shell.office() as office:
        names = [one.name for one in office.post.targets]
        if (target and target not in names) or not names:
            raise refuse(
                Reason.NOT_FOUND,
                f"没有告警目标“{target}”" if target else "还没有设置告警目标",
                field="target",
                allowed="、".join(names) or "在设置文件里写 [[alerts.targets]]",
                english="no such target",
            )
        title = f"公开发布 · {office.store.bureau.name}：试发"
        text = f"这是一条试发的消息，收到即表示告警送得到。{shown_minute(office.now())}"
        results = [_tried(office, name, title, text) for name in ([target] if target else names)]
    taken = {True: shell.say("已收下", "taken"), False: shell.say("没有收下", "not taken")}
    rows = [(one["target"], one["kind"], taken[one["ok"]], one["words"]) for one in results]
    headings = ("名称", "种类", "结论", "说明")
    shell.show({"targets": results}, lambda: table(headings, rows, whole=headings[:3], lang=shell.lang))
    if not all(r["ok"] for r in results):
        raise typer.Exit(int(Exit.FOUND_SOMETHING))


def _tried(office: Office, name: str, title: str, text: str) -> dict[str, Any]:
    words = ""
    try:
        office.post.send(name, title, text)
    except NotDelivered as why:
        words = why.words
    return {"target": name, "kind": office.messenger.label(name), "ok": not words, "words": words}


COMMANDS = (Command("alert list", list_alarms), Command("alert test", send_test))
