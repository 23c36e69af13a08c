"""Help inside: every state with its shape, every code of the platforms, what the words mean."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.bootstrap import platform_codes
from publisher.domain.lifecycle import RevisionState
from publisher.domain.part import PartState
from publisher.domain.people import View
from publisher.domain.posting import ChannelState, PostingState
from publisher.web.console.console import Console
from publisher.web.console.marks import DRAFT, MARKS

TABLES = (
    ("推送：发的过程", "每个渠道、每次各有一个", PostingState),
    ("篇：公众看到的", "一组图文里每篇各有一个", PartState),
    ("版本：审签的过程", "改一个字就是新版本；“暂停”是旁边的一个记号，不是状态", RevisionState),
    ("渠道", "每个账号一个", ChannelState),
)
MEANS = {  # error class → is it out, what comes next
    "Unavailable": ("没有发出", "稍后自动再试，直到超过时限"),
    "RateLimited": ("没有发出", "平台说的时间一到自动再试"),
    "QuotaSpent": ("没有发出", "次数恢复后自动再试"),
    "Rejected": ("没有发出", "改了内容再发；系统不会原样再试"),
    "ChannelRefused": ("没有发出", "渠道暂停，改好账号设置后恢复"),
    "CredentialsRefused": ("没有发出", "渠道暂停，换好凭据后恢复"),
    "OutcomeUnknown": ("可能已发出", "先去查找；查不出来请人看一眼，绝不盲目再发"),
}
SAID = {
    **{f"table {n}": words for n, (words, _, _) in enumerate(TABLES)},
    **{f"about {n}": words for n, (_, words, _) in enumerate(TABLES)},
    **{
        f"meaning {machine} {state}": mark.meaning
        for machine in MARKS
        for state, mark in MARKS[machine].items()
    },
    **{
        f"todo {machine} {state}": mark.todo
        for machine in MARKS
        for state, mark in MARKS[machine].items()
        if mark.todo
    },
    **{f"out {name}": out for name, (out, _) in MEANS.items()},
    **{f"next {name}": then for name, (_, then) in MEANS.items()},
    "draft": DRAFT.meaning,
    "draft todo": DRAFT.todo,
}


def add(app: FastAPI, console: Console) -> None:
    """The help pages."""

    @app.get("/help")
    def states(request: Request) -> Response:
        visit = console.visit(request, View.HELP)
        tables = [(words, about, list(machine)) for words, about, machine in TABLES]
        return console.show(visit, "help", tables=tables)

    @app.get("/help/codes")
    def codes(request: Request) -> Response:
        visit = console.visit(request, View.HELP)
        return console.show(visit, "help-codes", platforms=platform_codes(), means=MEANS)
