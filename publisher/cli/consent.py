"""`publisher channel show` and `authorise`: what is known of a channel, and a person's consent to use its account."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli import lookup
from publisher.cli.command import Command
from publisher.cli.posting import check_outlet
from publisher.cli.proof import read_line
from publisher.cli.shell import Shell, noted
from publisher.domain.clocks import shown_minute
from publisher.domain.posting import CHANNEL_LABELS

if TYPE_CHECKING:
    from publisher.bootstrap import Office
    from publisher.workflow.acts import Actor
    from publisher.workflow.consent import ConsentRequest

Name = Annotated[str, typer.Argument(metavar="CHANNEL")]
STDIN = "-"


def show(shell: Shell, channel: Name) -> None:
    """One channel: its state and why, and until when its account is open to us. Asks no platform."""
    from publisher.cli.tables import facts
    from publisher.workflow.consent import consent_of

    with shell.reading() as (office, reading):
        name = lookup.channel(reading, channel)
        record, plan = reading.accounts.channel(name), reading.bureau.channels[name]
        postings = [p for p in reading.postings.unfinished() if p.channel == name]
        known = consent_of(office.outlets, name)
        now = office.now()
    until = known.expires_at if known else None
    document: dict[str, Any] = {
        "channel": name,
        "label": plan.label,
        "kind": plan.kind,
        "practice": plan.practice,
        "state": record.state if record else "",
        "words": CHANNEL_LABELS[record.state] if record else "未登记",
        "reason": record.reason if record else "",
        "since": record.since if record else None,
        "next_probe_at": record.next_probe_at if record else None,
        "unfinished": len(postings),
        "consent": None
        if known is None
        else {
            "account": known.account,
            "until": until,
            "days_left": (until - now).days if until else None,
        },
    }
    shell.show(document, lambda: facts(_rows(document), title=plan.label))


def _rows(document: dict[str, Any]) -> list[tuple[str, object]]:
    consent, since, again = document["consent"], document["since"], document["next_probe_at"]
    return [
        ("名称", document["channel"]),
        ("种类", document["kind"] + ("（练习）" if document["practice"] else "")),
        ("状态", document["words"]),
        ("原因", document["reason"]),
        ("从", shown_minute(since) if since else ""),
        ("下次探测", shown_minute(again) if again else ""),
        ("未完成推送", document["unfinished"]),
        ("授权账号", consent["account"] if consent else ""),
        ("授权到期", _until(consent) if consent else ""),
    ]


def _until(consent: dict[str, Any]) -> str:
    if consent["until"] is None:
        return "还没有问过平台"
    left = consent["days_left"]
    return f"{shown_minute(consent['until'])}（{f'剩 {left} 天' if left >= 0 else '已到期'}）"


def authorise(shell: Shell, channel: Name, answer: Annotated[str, typer.Option("--answer")] = "") -> None:
    """授权: show the address, then take the answer. Without a terminal the answer comes in a second call."""
    with shell.office() as office:
        actor = shell.actor(office)
        name = _named(office, actor, channel)
        if not answer:
            address = _ask(office, actor, name)
            told = shell.say(
                "请用发布账号登录，打开这个网址并点“授权”：", "Sign in as the account and allow:"
            )
            if shell.as_json or not sys.stdin.isatty():
                shell.show({"channel": name, "address": address, "authorised": False}, f"{told}\n{address}")
                return
            shell.show({}, f"{told}\n{address}")
            answer = typer.prompt(shell.say("授权后浏览器地址栏里的整个网址", "The address it came back to"))
        result = _give(office, actor, name, read_line() if answer == STDIN else answer)
    until = shown_minute(result.expires_at) if result.expires_at else ""
    document = {
        "channel": name,
        "authorised": True,
        "account": result.account,
        "until": result.expires_at,
    }
    shell.show(document, shell.say(f"已授权，有效到 {until}", f"authorised until {until}"))


def _named(office: Office, actor: Actor, text: str) -> str:
    from publisher.workflow.consent import ask_consent, authorisable

    with noted(office, actor, ask_consent.__name__):
        with office.store.read() as reading:
            name = lookup.channel(reading, text)
        check_outlet(office, name)
        authorisable(office.outlets, name)
    return name


def _ask(office: Office, actor: Actor, name: str) -> str:
    from publisher.workflow.consent import ConsentRequest, ask_consent

    return office.perform(actor, ask_consent, ConsentRequest(name), outlets=office.outlets)


def _give(office: Office, actor: Actor, name: str, answer: str) -> Any:
    """Take the answer (commit), exchange it with nothing open, put the end on record; a platform's error is raised."""
    from publisher.workflow.consent import ConsentRequest, end_consent, exchange, take_consent

    request: ConsentRequest = ConsentRequest(name, answer)
    code = office.perform(actor, take_consent, request)
    result = exchange(office.outlets, name, code)
    ended = office.perform(actor, end_consent, ConsentRequest(name), result=result)
    if isinstance(ended, Exception):
        raise ended
    return ended


COMMANDS = (
    Command("channel show", show),
    Command("channel authorise", authorise, acts=True),
)
