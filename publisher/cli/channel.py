"""`publisher channel`: the configured channels, whether they answer, and pausing them by hand."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import lookup
from publisher.cli.command import Command
from publisher.cli.english import state_words
from publisher.cli.posting import check_outlet
from publisher.cli.shell import Shell
from publisher.domain.clocks import local, shown_minute
from publisher.domain.errors import Reason, refuse
from publisher.domain.posting import CHANNEL_LABELS

if TYPE_CHECKING:
    from publisher.store.unit_of_work import Reading
    from publisher.workflow.desk import ChannelRequest
    from publisher.workflow.freeze import FreezeRequest
    from publisher.workflow.quota_report import QuotaLine

Name = Annotated[str, typer.Argument(metavar="CHANNEL")]
MaybeName = Annotated[str, typer.Argument(metavar="CHANNEL")]
Why = Annotated[str, typer.Option("--reason")]
All = Annotated[bool, typer.Option("--all")]
UrgentToo = Annotated[bool, typer.Option("--urgent-too")]


def list_channels(shell: Shell) -> None:
    """All configured channels: the portals first in the trip, and what each is waiting for."""
    from publisher.cli.tables import table

    with shell.reading() as (_office, reading):
        rows = [_line(reading, name) for name in reading.bureau.channels]
    shown = [
        (
            row["name"],
            f"{row['label']}{shell.say('（练习）', ' (practice)') if row['practice'] else ''}",
            row["kind"],
            shell.say("门户，先发", "first") if row["portal"] else shell.say("随门户", "then"),
            state_words(row["state"] or "unknown here", row["words"], shell.lang),
            row["reason"],
        )
        for row in rows
    ]
    headings = ("名称", "渠道", "种类", "次序", "状态", "原因")
    shell.show({"channels": rows}, lambda: table(headings, shown, whole=headings[:-1], lang=shell.lang))


def _line(reading: Reading, name: str) -> dict[str, Any]:
    record = reading.accounts.channel(name)
    return {
        **asdict(reading.bureau.channels[name]),
        "state": record.state if record else "",
        "words": CHANNEL_LABELS[record.state] if record else "未登记",
        "reason": record.reason if record else "",
        "since": record.since if record else None,
        "next_probe_at": record.next_probe_at if record else None,
    }


def probe(shell: Shell, channel: Name) -> None:
    """Ask the platform whether account, permissions and set-up are right. Changes nothing; exit 7 when refused."""
    from publisher.cli.tables import facts

    with shell.office() as office:
        with office.store.read() as reading:
            name = lookup.channel(reading, channel)
        check_outlet(office, name)
        health = office.outlets.channels[name].probe()
        at = office.now()
    document = {"channel": name, "ok": True, "facts": dict(health.facts), "at": at}
    title = f"{name} {shell.say('探测通过', 'answers')} {shown_minute(at)}"
    shell.show(document, lambda: facts(health.facts, title=title))


def pause(shell: Shell, channel: Name, reason: Why) -> None:
    """暂停渠道."""
    from publisher.workflow.desk import ChannelRequest, pause_by_hand

    def request(reading: Reading) -> ChannelRequest:
        return ChannelRequest(lookup.channel(reading, channel), reason)

    _, asked = shell.act(pause_by_hand, request)
    done = shell.say("已暂停", "paused")
    shell.show({"channel": asked.channel, "done": "pause"}, f"{done}  {asked.channel}")


def resume(shell: Shell, channel: Name, reason: Why = "") -> None:
    """恢复渠道."""
    from publisher.workflow.desk import ChannelRequest, reopen_by_hand

    def request(reading: Reading) -> ChannelRequest:
        return ChannelRequest(lookup.channel(reading, channel), reason)

    _, asked = shell.act(reopen_by_hand, request)
    done = shell.say("已恢复", "open again")
    shell.show({"channel": asked.channel, "done": "resume"}, f"{done}  {asked.channel}")


def quota(shell: Shell, channel: MaybeName = "") -> None:
    """The quota book: what of each call is used, what is planned, what the platform has closed."""
    from publisher.cli.tables import grouped
    from publisher.workflow.quota_report import quota_book

    with shell.reading() as (office, reading):
        name = lookup.channel(reading, channel) if channel else ""
        book = quota_book(reading, office.now(), name)
        labels = {one: reading.bureau.label(one) for one in reading.bureau.channels}
    groups: dict[str, list[tuple[tuple[object, ...], str]]] = {}
    for line in book:
        groups.setdefault(labels[line.channel], []).append((_cells(shell, line), ""))
    headings = ("接口", "时段", "上限", "已用", "已排", "可用", "平台限到")
    document = {"quotas": [asdict(line) for line in book]}
    shell.show(document, lambda: grouped(headings, groups.items(), whole=headings, lang=shell.lang))


def _cells(shell: Shell, line: QuotaLine) -> tuple[object, ...]:
    closed = f"{local(line.closed_until):%m-%d %H:%M}" if line.closed_until else ""
    name = f"{line.call}{shell.say('（发布）', ' (sends)') if line.sending else ''}"
    return name, _window(line), line.limit, line.used, line.reserved, line.free, closed


def _window(line: QuotaLine) -> str:
    form = {"hour": "%m-%d %H", "day": "%m-%d", "month": "%Y-%m"}[line.period]
    return local(line.window_start).strftime(form)


def stop(
    shell: Shell, reason: Why, channel: MaybeName = "", everything: All = False, urgent_too: UrgentToo = False
) -> None:
    """冻结渠道."""
    from publisher.workflow.freeze import FreezeRequest, freeze

    def request(reading: Reading) -> FreezeRequest:
        return FreezeRequest(_one_or_all(reading, channel, everything), reason, urgent_too)

    _, asked = shell.act(freeze, request)
    done = shell.say("已冻结", "frozen")
    shell.show(
        {"channel": asked.channel or "all", "done": "freeze", "urgent_too": asked.urgent_too},
        f"{done}  {asked.channel or shell.say('全部渠道', 'all channels')}",
    )


def lift(shell: Shell, channel: MaybeName = "", everything: All = False, reason: Why = "") -> None:
    """解除冻结."""
    from publisher.workflow.freeze import FreezeRequest, unfreeze

    def request(reading: Reading) -> FreezeRequest:
        return FreezeRequest(_one_or_all(reading, channel, everything), reason)

    _, asked = shell.act(unfreeze, request)
    done = shell.say("已解除冻结", "no longer frozen")
    shell.show(
        {"channel": asked.channel or "all", "done": "unfreeze"},
        f"{done}  {asked.channel or shell.say('全部渠道', 'all channels')}",
    )


def _one_or_all(reading: Reading, channel: str, everything: bool) -> str:
    if bool(channel) == everything:
        raise refuse(
            Reason.BAD_INPUT,
            "写明一个渠道，或者用 --all 指全部渠道",
            field="channel",
            allowed="、".join(reading.bureau.channels),
            english="name one channel, or --all",
        )
    return lookup.channel(reading, channel) if channel else ""


COMMANDS = (
    Command("channel list", list_channels),
    Command("channel probe", probe),
    Command("channel pause", pause, acts=True),
    Command("channel resume", resume, acts=True),
    Command("channel quota", quota),
    Command("channel freeze", stop, acts=True),
    Command("channel unfreeze", lift, acts=True),
)
