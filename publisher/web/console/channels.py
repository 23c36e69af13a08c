"""Channels 渠道: how each is, trying a connection, stopping and opening it, consent to use its account."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.bootstrap import account_facts, call_titles, kinds_of_channels, profile_limits, wanted_by
from publisher.domain.errors import Refused
from publisher.domain.people import View
from publisher.web.console.console import Console, Visit, onward
from publisher.web.console.fields import Posted
from publisher.workflow.channel_sheet import channel_rows, channel_sheet
from publisher.workflow.consent import (
    ConsentRequest,
    ask_consent,
    consent_of,
    end_consent,
    exchange,
    take_consent,
)
from publisher.workflow.desk import ChannelRequest, pause_by_hand, reopen_by_hand
from publisher.workflow.freeze import FreezeRequest, freeze, unfreeze
from publisher.workflow.probe import (
    ADVICE,
    ProbeRequest,
    Trouble,
    begin_probe,
    end_probe,
    run_probe,
    trouble_of,
)

DONE = {
    "well": "试过了，账号、权限和设置都好。没有发出任何内容。",
    "ill": "试过了，没有通过：下面写着是什么不对、怎么办。没有发出任何内容。",
    "paused": "已暂停这个渠道。排队的内容留着，恢复以后再发。",
    "resumed": "已恢复这个渠道。",
    "frozen": "已冻结这个渠道。什么都不发，直到签发人解除。",
    "unfrozen": "已解除冻结。",
    "authorised": "已授权。",
}
STOPS = {
    "pause": (pause_by_hand, ChannelRequest, "paused"),
    "resume": (reopen_by_hand, ChannelRequest, "resumed"),
    "freeze": (freeze, FreezeRequest, "frozen"),
    "unfreeze": (unfreeze, FreezeRequest, "unfrozen"),
}
"""What a person does to one channel: the use case, its request, and what the page says afterwards."""

PERIODS = {"hour": "每小时", "day": "每天", "month": "每月"}
CALLS = (  # the titles of the counted calls of the kinds of channels
    *(
        "传正文图片",
        "传封面",
        "建草稿",
        "看草稿",
        "列草稿",
        "提交发布",
        "查发布结果",
        "删除文章",
        "列已发布的",
    ),
    *("强制换令牌", "试权限", "群发各项", "群发", "发微博", "查看", "删除", "试连接"),
)
SAID = {
    **PERIODS,
    **{f"advice:{kind.__name__}": words for kind, words in ADVICE.items()},
    **{f"{kind}.{one.key}": one.title for kind in kinds_of_channels() for one in wanted_by(kind)},
    **{f"{kind}.{one.key}:": one.help for kind in kinds_of_channels() for one in wanted_by(kind) if one.help},
    **{f"limit:{word}": word for word in ("标题", "正文", "摘要", "作者", "链接")},
    **{f"unit:{word}": word for word in ("字", "字节", "字（微博计数）", "个")},
    **{f"call:{word}": word for word in CALLS},
    **{f"rule:{word}": word for word in ("原址更正", "另发更正", "撤旧发新", "不更正")},
}
"""Words of tables elsewhere that stand on these pages."""


def add(app: FastAPI, console: Console) -> None:
    """All channels, one channel, and what is done to one."""

    @app.get("/channels")
    def every(request: Request) -> Response:
        visit = console.visit(request, View.CHANNELS)
        with console.office.store.read() as reading:
            rows = channel_rows(reading, visit.now)
        return console.show(visit, "channels", rows=rows, done_words=DONE)

    @app.get("/channels/{name}")
    def one(request: Request, name: str) -> Response:
        return _sheet(console, console.visit(request, View.CHANNELS), name)

    @app.post("/channels/{name}/probe")
    def probe(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.CHANNELS)
        outlets, asked = console.office.outlets, ProbeRequest(name)
        console.perform(visit, begin_probe, asked, outlets=outlets)
        result = run_probe(outlets, name)
        console.perform(visit, end_probe, asked, result=result)
        return onward(f"/channels/{name}", "ill" if trouble_of(result) else "well")

    @app.post("/channels/{name}/authorise")
    def ask(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.CHANNELS)
        return _again(console, visit, name, lambda: _address(console, visit, name))

    @app.post("/channels/{name}/authorise/answer")
    def answer(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.CHANNELS)
        return _again(console, visit, name, lambda: _take(console, visit, name))

    @app.post("/channels/{name}/{act}")
    def stop(request: Request, name: str, act: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.CHANNELS)
        if act not in STOPS:
            return _sheet(console, visit, name)
        use_case, asked, done = STOPS[act]
        return console.act(
            visit,
            lambda: console.perform(visit, use_case, asked(name, fields["reason"])),  # type: ignore[arg-type]
            then=f"/channels/{name}",
            done=done,
            again=lambda why: _sheet(console, visit, name, refused=why),
        )


def _again(console: Console, visit: Visit, name: str, do: Callable[[], Response]) -> Response:
    try:
        return do()
    except Refused as why:
        return _sheet(console, visit, name, refused=why, asking="answer" in visit.given)


def _address(console: Console, visit: Visit, name: str) -> Response:
    outlets = console.office.outlets
    address = console.perform(visit, ask_consent, ConsentRequest(name), outlets=outlets)
    return _sheet(console, visit, name, address=address, asking=True)


def _take(console: Console, visit: Visit, name: str) -> Response:
    """Take the answer (commit), exchange it with nothing open, put the end on record."""
    request = ConsentRequest(name, visit.given["answer"])
    code = console.perform(visit, take_consent, request)
    result = exchange(console.office.outlets, name, code)
    console.perform(visit, end_consent, ConsentRequest(name), result=result)
    trouble = trouble_of(result)
    return (
        _sheet(console, visit, name, failed=trouble) if trouble else onward(f"/channels/{name}", "authorised")
    )


def _sheet(
    console: Console,
    visit: Visit,
    name: str,
    *,
    refused: Refused | None = None,
    address: str = "",
    asking: bool = False,
    failed: Trouble | None = None,
) -> Response:
    """One channel's page. `asking`: an answer to a consent is waited for, at `address` where it was just given."""
    office = console.office
    with office.store.read() as reading:
        sheet = channel_sheet(reading, visit.now, name)
    return console.show(
        visit,
        "channel",
        sheet=sheet,
        row=sheet.row,
        facts=account_facts(office, name),
        profile=office.profiles[name],
        limits=profile_limits(office.profiles[name]),
        consent=consent_of(office.outlets, name),
        takes_consent=hasattr(office.outlets.channels[name], "consent_address"),
        asking=asking,
        address=address,
        failed=failed,
        periods=PERIODS,
        calls=call_titles(office, name),
        done_words=DONE,
        refused=refused,
    )
