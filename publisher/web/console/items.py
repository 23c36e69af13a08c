"""Items: the list with its search, and each item's story."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from publisher.domain.lifecycle import RevisionState
from publisher.domain.people import View
from publisher.web.console.console import Console
from publisher.workflow.item_list import DRAFTS, item_page
from publisher.workflow.sight import item_for
from publisher.workflow.story import story

TEXT_CHARS = 200
DONE = {
    "saved": "草稿已保存。",
    "submitted": "已送审。内容和各渠道的成稿已经固定，改一个字就是新版本。",
    "discarded": "草稿已废弃。",
    "withdraw": "撤下指令已记录，各渠道按次序办理，每一处都回看到消失为止。",
    "leak": "泄露撤下已记录，各渠道同时办理。请签发人在 1 小时内确认。",
    "confirm_leak": "已确认泄露撤下。",
    "expunge": "抹除指令已记录，还要另一人确认。",
    "confirm_expunge": "已确认抹除。",
    "held": "已暂停。",
    "resumed": "已解除暂停。",
    "recalled": "已撤回送审。",
    "revoked": "已撤回签发。",
    "signed": "已签字。",
    "returned": "已退回。",
    "scheduled": "已排期。",
}
MORE = (
    ("reports", View.REPORTS, "/reports"),
    ("audit", View.AUDIT, "/audit"),
    ("items", View.ITEMS, "/items"),
    ("channels", View.CHANNELS, "/channels"),
    ("settings", View.SETTINGS, "/settings"),
    ("people", View.PEOPLE, "/people"),
    ("own", View.OWN, "/own"),
    ("help", View.HELP, "/help"),
)


def add(app: FastAPI, console: Console) -> None:
    """The list and the story; and, for phones, the rooms that have no tab."""

    @app.get("/items")
    def listed(request: Request, q: str = "", state: str = "", after: str = "") -> Response:
        visit = console.visit(request, View.ITEMS)
        text = q.strip()[:TEXT_CHARS]
        with console.office.store.read() as reading:
            page = item_page(reading, visit.now, visit.person, text=text, state=state, after=after)
        if text and len(page.places) == 1 and not after:
            return RedirectResponse(f"/items/{page.places[0].item_id}", 303)
        states = [DRAFTS, *(s.value for s in RevisionState)]
        return console.show(
            visit,
            "items",
            page=page,
            q=text,
            state=state if state in states else "",
            states=list(RevisionState),
            done_words=DONE,
        )

    @app.get("/items/{item_id}")
    def told(request: Request, item_id: str) -> Response:
        visit = console.visit(request, View.ITEMS)
        with console.office.store.read() as reading:
            found = story(reading, item_for(reading, visit.person, item_id), visit.now)
        return console.show(visit, "item", story=found, done_words=DONE)

    @app.get("/more")
    def more(request: Request) -> Response:
        visit = console.visit(request, View.HELP)
        rooms = [(view, path) for _, view, path in MORE if visit.sees(view)]
        return console.show(visit, "more", rooms=rooms)
