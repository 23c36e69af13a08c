"""Taking back, correcting and erasing an item: each says first what will happen, channel by channel."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.domain.correction import CorrectionRule
from publisher.domain.errors import Reason, Refused
from publisher.domain.people import PERMISSIONS, Act, View
from publisher.web.console.console import Console, Visit
from publisher.web.console.fields import Posted
from publisher.workflow.correct import CorrectRequest, open_correction
from publisher.workflow.expunge import ConfirmExpungeRequest, ExpungeRequest, confirm_expunge, order_expunge
from publisher.workflow.taking_back import Way, correction_plan, expunge_view, withdrawal_plan
from publisher.workflow.withdraw import (
    ConfirmLeakRequest,
    WithdrawRequest,
    confirm_leak,
    order_withdrawal,
)

DONE = {
    "ordered": "撤下指令已签发，各渠道正在办。每一处都回看过、确实没有了，才算撤下。",
    "confirmed": "已确认泄露撤下。",
    "erasing": "抹除指令已下，等另一个人确认。现在什么都没有抹除。",
    "erased": "已抹除。备份、导出里的要另行处理。",
}
WAYS = {
    Way.CANCEL: "马上取消。还没有发，不再发。",
    Way.SETTLE: "先等它有结果，再撤。在这以前不能断定公众看不看得到。",
    Way.REMOVE: "由系统删除，再回看到没有为止。",
    Way.BY_HAND: "平台没有撤下的接口，请人到平台后台删除，回来确认。",
    Way.GOING: "已经在撤，还没有看到它消失。",
    Way.HAND: "等人到平台后台删除。",
    Way.GONE: "没有公开着的内容，不用办。",
}
RULES = {
    CorrectionRule.AMEND: "在原来的网址上改正，页面上写明更正说明。网址不变。",
    CorrectionRule.POST: "旧的留着，另发一条更正，写明更正说明。",
    CorrectionRule.REPLACE: "撤下旧的，另发新的，写明更正说明。网址会变。",
    CorrectionRule.NONE: "这个渠道不更正，旧的仍然在。要撤下须另下指令。",
}
SAID = {
    **{f"way.{way}": words for way, words in WAYS.items()},
    **{f"rule.{rule}": words for rule, words in RULES.items()},
}


def add(app: FastAPI, console: Console) -> None:
    """The pages that say what will happen, and their forms."""

    @app.get("/items/{item_id}/withdraw")
    def asked(request: Request, item_id: str, channel: str = "", part: str = "", leak: str = "") -> Response:
        visit = console.visit(request, View.POSTINGS)
        return _withdraw(console, visit, WithdrawRequest(item_id, "", channel, part, bool(leak)))

    @app.post("/items/{item_id}/withdraw")
    def ordered(request: Request, item_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.POSTINGS)
        order = WithdrawRequest(
            item_id, fields["reason"], fields["channel"], fields["part"], leak="leak" in fields
        )
        return console.act(
            visit,
            lambda: console.perform(visit, order_withdrawal, order),
            then=f"/items/{item_id}/withdraw",
            done="ordered",
            again=lambda why: _withdraw(console, visit, order, why),
        )

    @app.post("/items/{item_id}/confirm-leak")
    def confirmed(request: Request, item_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.POSTINGS)
        wish = ConfirmLeakRequest(item_id, fields["reason"])
        return console.act(
            visit,
            lambda: console.perform(visit, confirm_leak, wish),
            then=f"/items/{item_id}/withdraw",
            done="confirmed",
            again=lambda why: _withdraw(console, visit, WithdrawRequest(item_id, ""), why),
        )

    _add_correction(app, console)
    _add_expunge(app, console)


def _add_correction(app: FastAPI, console: Console) -> None:
    @app.get("/items/{item_id}/correct")
    def correct(request: Request, item_id: str) -> Response:
        return _correct(console, console.visit(request, View.POSTINGS, act=Act.CORRECT), item_id)

    @app.post("/items/{item_id}/correct")
    def opened(request: Request, item_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.POSTINGS)
        return console.act(
            visit,
            lambda: console.perform(visit, open_correction, CorrectRequest(item_id, fields["note"])),
            then=f"/items/{item_id}/edit",
            done="",
            again=lambda why: _correct(console, visit, item_id, why),
        )


def _add_expunge(app: FastAPI, console: Console) -> None:
    @app.get("/items/{item_id}/expunge")
    def expunge(request: Request, item_id: str) -> Response:
        return _expunge(console, console.visit(request, View.POSTINGS), item_id)

    @app.post("/items/{item_id}/expunge")
    def erasing(request: Request, item_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.POSTINGS)
        return console.act(
            visit,
            lambda: console.perform(visit, order_expunge, ExpungeRequest(item_id, fields["reason"])),
            then=f"/items/{item_id}/expunge",
            done="erasing",
            again=lambda why: _expunge(console, visit, item_id, why),
        )

    @app.post("/items/{item_id}/expunge/confirm")
    def erased(request: Request, item_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.POSTINGS)
        return console.act(
            visit,
            lambda: console.perform(visit, confirm_expunge, ConfirmExpungeRequest(item_id)),
            then=f"/items/{item_id}/expunge",
            done="erased",
            again=lambda why: _expunge(console, visit, item_id, why),
        )


def _withdraw(console: Console, visit: Visit, wish: WithdrawRequest, why: Refused | None = None) -> Response:
    if why is not None and why.reason is Reason.NOT_FOUND:
        raise why
    office = console.office
    with office.store.read() as reading:
        plan = withdrawal_plan(reading, visit.now, visit.person, office.outlets, wish)
    labels = {name: one.label for name, one in office.store.bureau.channels.items()}
    return console.show(
        visit,
        "withdraw",
        refused=why,
        plan=plan,
        labels=labels,
        DONE=DONE,
        WAYS=WAYS,
        PERMISSIONS=PERMISSIONS,
    )


def _correct(console: Console, visit: Visit, item_id: str, why: Refused | None = None) -> Response:
    if why is not None and why.reason is Reason.NOT_FOUND:
        raise why
    with console.office.store.read() as reading:
        plan = correction_plan(reading, visit.person, item_id)
    return console.show(visit, "correct", refused=why, plan=plan, RULES=RULES, PERMISSIONS=PERMISSIONS)


def _expunge(console: Console, visit: Visit, item_id: str, why: Refused | None = None) -> Response:
    if why is not None and why.reason is Reason.NOT_FOUND:
        raise why
    with console.office.store.read() as reading:
        view = expunge_view(reading, visit.person, item_id)
    return console.show(visit, "expunge", refused=why, view=view, DONE=DONE, PERMISSIONS=PERMISSIONS)
