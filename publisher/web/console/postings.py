"""The postings: a board of what is on its way, and each posting with what only a person can say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import PERMISSIONS, Act, Role, View
from publisher.domain.posting import PostingEvent, PostingState
from publisher.store.board import BoardColumn
from publisher.web.console.console import Console, NotSignedIn, Visit, onward
from publisher.web.console.fields import Fields, Posted
from publisher.workflow import desk
from publisher.workflow.acts import note_refusal
from publisher.workflow.board import Window, board, card_page
from publisher.workflow.desk import PostingRequest
from publisher.workflow.first_look import look_before_confirm, look_before_denial
from publisher.workflow.outlets import Tampered
from publisher.workflow.posting_story import as_shown, posting_story
from publisher.workflow.settle_by_hand import (
    ConfirmRequest,
    DenyRequest,
    confirm_by_hand,
    deny_by_hand,
)

DONE = {
    "retry": "已放回队列，会重新推送。只推送这一个渠道，别的渠道不受影响。",
    "hold": "已暂停。这一条现在不会发出。",
    "resume": "已恢复，轮到它时发出。",
    "cancel": "已取消。这一条没有发出，以后也不会发出。",
    "open-gate": "已放行。这一条不再等门户核验。",
    "confirm": "取回那个页面核对过，和签发的内容一致，已按发出记下。",
    "denied": "已记下您的话。还要另一个人再看一眼并确认，现在什么都没有重发。",
    "again": "两个人都看过，确认没有发出，已放回队列，会再发一次。",
    "found": "系统刚才又查了一次，平台上有这一条，已按查到的记下，没有重发。",
}
COLUMNS: Mapping[BoardColumn, str] = {
    BoardColumn.WAITING: "等待和待推送",
    BoardColumn.SENDING: "推送中和已受理",
    BoardColumn.OUT: "已发出和已核验",
    BoardColumn.PERSON: "要人处理",
}
WINDOWS: Mapping[Window, str] = {Window.TODAY: "今天", Window.WEEK: "本周", Window.ALL: "全部未了"}
STATES: Mapping[PostingState, str] = {
    PostingState.WAITING: "还没有发出。条件齐了就自己发。",
    PostingState.QUEUED: "还没有发出。轮到它就发。",
    PostingState.SENDING: "正在和平台说话，结果马上就有。",
    PostingState.ACCEPTED: "平台收下了，还没有公开。系统每过一会儿去问一次。",
    PostingState.UNKNOWN: "可能发出了，也可能没有。系统不会自己重发，免得公众收到两遍。",
    PostingState.HELD: "没有发出。停在这里等人决定。",
    PostingState.BY_HAND: "平台不让程序代发，稿子已经放好，请人到平台后台点发布。",
    PostingState.FAILED: "没有发出，系统也不会自己再发。",
    PostingState.OUT: "已经发出。公众看到的对不对，看下面每一篇的核验。",
    PostingState.CANCELLED: "没有发出，以后也不会发出。",
}


@dataclass(frozen=True, slots=True)
class Hand:
    """One thing that a person may do with a posting: right, use case, the event that the state must allow."""

    name: str
    act: Act
    use_case: Callable[..., Any]
    event: PostingEvent | None
    words: str
    help: str
    reason: bool = False
    kind: str = ""


HANDS = (
    Hand(
        "retry",
        Act.RETRY_POSTING,
        desk.retry_posting,
        PostingEvent.REQUEUE,
        "重推这一个渠道",
        "内容和签字都不变。平台可能已经做了一半的，系统先查，查不到才再发。",
    ),
    Hand(
        "open-gate",
        Act.OPEN_GATE,
        desk.open_gate,
        None,
        "放行，不再等门户",
        "已经超过等门户的时限。门户的网址还没有时，仍然不会发。",
        reason=True,
    ),
    Hand(
        "resume",
        Act.RESUME_POSTING,
        desk.resume_posting,
        PostingEvent.RESUME,
        "恢复推送",
        "放回去等着，时限从现在重新算。",
    ),
    Hand(
        "hold", Act.HOLD_POSTING, desk.hold_posting, PostingEvent.HOLD, "暂停这一条", "没有恢复就不会发出。"
    ),
    Hand(
        "cancel",
        Act.CANCEL_POSTING,
        desk.cancel_posting,
        PostingEvent.CANCEL,
        "取消，不发了",
        "只取消这一个渠道。取消后不能恢复，要发须重新送审。",
        reason=True,
        kind="risk",
    ),
)
HAND_WORDS = {hand.name: hand for hand in HANDS}

STEPS: Mapping[str, str] = {
    "files": "存附件和图片",
    "history": "存历史版本页",
    "page": "存网页",
    "lists": "更新列表页",
    "names": "查网页有哪些文件",
    "content": "存内容",
    "receipt": "存回执",
    "draft": "建草稿",
    "submit": "提交发布",
    "mass": "群发",
    "mass-quota": "预留群发次数",
    "image": "上传图片",
    "cover": "上传封面",
    "share": "发布一条",
    "destroy": "删除一条",
    "withdraw": "撤下",
}
SAID = {
    **{f"column.{name}": words for name, words in COLUMNS.items()},
    **{f"window.{name}": words for name, words in WINDOWS.items()},
    **{f"state.{name}": words for name, words in STATES.items()},
    **{f"step.{name}": words for name, words in STEPS.items()},
    **{f"{hand.name}.words": hand.words for hand in HANDS},
    **{f"{hand.name}.help": hand.help for hand in HANDS},
}
"""Every text of these tables, for those who translate."""


def step_words(name: str) -> str:
    """A step in Chinese, by any part of its name that the table has; "" for a step that it does not know."""
    return next((STEPS[part] for part in reversed(name.split(":")) if part in STEPS), "")


def add(app: FastAPI, console: Console) -> None:
    """The board, its lists, and the page of one posting."""

    @app.get("/postings")
    def postings(
        request: Request, window: str = "today", channel: str = "", state: str = "", page: int = 1
    ) -> Response:
        visit = console.visit(request, View.POSTINGS)
        chosen, named = _window(window), _channel(console, channel)
        if not state:
            return console.show(visit, "postings", **_board(console, visit, chosen, named))
        column = next((one for one in BoardColumn if one == state), None)
        number = min(max(page, 1), 10_000)
        with console.office.store.read() as reading:
            cards = card_page(reading, visit.now, visit.person, chosen, named, column, number)
        labels = {name: plan.label for name, plan in console.office.store.bureau.channels.items()}
        values: dict[str, Any] = {"window": chosen, "channel": named, "labels": labels}
        return console.show(
            visit, "postings_list", cards=cards, column=column, COLUMNS=COLUMNS, WINDOWS=WINDOWS, **values
        )

    @app.get("/postings/board")
    def refreshed(request: Request, window: str = "today", channel: str = "") -> Response:
        try:
            visit = console.visit(request, View.POSTINGS, used=False)
        except NotSignedIn:
            return HTMLResponse("", headers={"HX-Redirect": "/login"})
        values = _board(console, visit, _window(window), _channel(console, channel))
        return console.part(visit, "postings_board", **values)

    @app.get("/postings/{posting_id}")
    def posting(request: Request, posting_id: str) -> Response:
        visit = console.visit(request, View.POSTINGS)
        return _page(console, visit, posting_id)

    _add_acts(app, console)


def _add_acts(app: FastAPI, console: Console) -> None:
    @app.post("/postings/{posting_id}/confirm")
    def confirm(request: Request, posting_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.POSTINGS)
        return console.act(
            visit,
            lambda: _confirm(console, visit, posting_id, fields),
            then=f"/postings/{posting_id}",
            done="confirm",
            again=lambda why: _page(console, visit, posting_id, why),
        )

    @app.post("/postings/{posting_id}/deny")
    def deny(request: Request, posting_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.POSTINGS)
        try:
            done = _deny(console, visit, posting_id, fields)
        except Refused as why:
            return _page(console, visit, posting_id, why)
        return onward(f"/postings/{posting_id}", done)

    @app.post("/postings/{posting_id}/{name}")
    def hand(request: Request, posting_id: str, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.POSTINGS)
        known = HAND_WORDS.get(name)
        if known is None:
            raise refuse(Reason.NOT_FOUND, "没有这种操作", field="state", english="no such act")
        act, asked = as_shown(known.use_case, fields["shown"]), PostingRequest(posting_id, fields["reason"])
        return console.act(
            visit,
            lambda: console.perform(visit, act, asked),
            then=f"/postings/{posting_id}",
            done=name,
            again=lambda why: _page(console, visit, posting_id, why),
        )


def _window(word: str) -> Window:
    return next((one for one in Window if one == word), Window.TODAY)


def _channel(console: Console, name: str) -> str:
    return name if name in console.office.store.bureau.channels else ""


def _board(console: Console, visit: Visit, window: Window, channel: str) -> dict[str, Any]:
    with console.office.store.read() as reading:
        shown = board(reading, visit.now, visit.person, window, channel)
    labels = {name: plan.label for name, plan in console.office.store.bureau.channels.items()}
    return {
        "board": shown,
        "labels": labels,
        "window": window,
        "channel": channel,
        "COLUMNS": COLUMNS,
        "WINDOWS": WINDOWS,
    }


def _page(console: Console, visit: Visit, posting_id: str, why: Refused | None = None) -> Response:
    """The posting as it is now, with the refusal above and what the person had written kept."""
    if why is not None and why.reason is Reason.NOT_FOUND:
        raise why
    office = console.office
    with office.store.read() as reading:
        story = posting_story(reading, visit.now, visit.person, posting_id, office.outlets)
    late_or_approver = story.late or Role.APPROVER in visit.person.roles
    hands = [
        hand for hand in HANDS if (story.gate_may_open if hand.event is None else hand.event in story.events)
    ]
    mine = {
        hand.name
        for hand in hands
        if visit.may(hand.act) and (hand.act is not Act.RESUME_POSTING or late_or_approver)
    }
    return console.show(
        visit,
        "posting",
        refused=why,
        story=story,
        hands=hands,
        mine=mine,
        step_words=step_words,
        PERMISSIONS=PERMISSIONS,
        DONE=DONE,
        STATES=STATES,
    )


def _confirm(console: Console, visit: Visit, posting_id: str, fields: Fields) -> None:
    asked, office = ConfirmRequest(posting_id, fields["url"], fields["remote_id"]), console.office
    with noted(console, visit, confirm_by_hand, asked):
        seen = look_before_confirm(office.store, office.outlets, visit.person, asked)
    try:
        console.perform(visit, as_shown(confirm_by_hand, fields["shown"]), asked, seen=seen)
    except Tampered as why:
        raise tampered() from why


def _deny(console: Console, visit: Visit, posting_id: str, fields: Fields) -> str:
    asked, office, ticked = DenyRequest(posting_id, fields["reason"]), console.office, "looked" in fields
    with noted(console, visit, deny_by_hand, asked):
        looked = look_before_denial(office.store, office.outlets, visit.person, asked, looked=ticked)
    if looked.found:
        return "found"
    again = console.perform(visit, as_shown(deny_by_hand, fields["shown"]), asked, looked=looked)
    return "again" if again else "denied"


@contextmanager
def noted(console: Console, visit: Visit, act: Callable[..., object], asked: object) -> Iterator[None]:
    """A refusal before the act's transaction is on record like one of the act itself."""
    try:
        yield
    except Refused as why:
        note_refusal(console.office.store, visit.now, visit.actor, act.__name__, asked, why)
        raise


def tampered() -> Refused:
    """What is stored is not what was signed: nothing can be compared, so nothing is believed."""
    return refuse(
        Reason.WRONG_STATE,
        "存储的内容与签发的内容不一致，没有办法核对",
        field="state",
        allowed="请系统管理员查存证",
        english="what is stored is not what was signed",
    )
