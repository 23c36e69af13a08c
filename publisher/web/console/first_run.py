"""The first administrator: a page that is there only while nobody can come in."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from publisher.domain.errors import Reason, Refused, refuse
from publisher.web.console.access import check_origin, give_token
from publisher.web.console.console import STATUS, Console
from publisher.web.console.sign_in import address_of
from publisher.workflow.first_run import FirstRunRequest, make_first, nobody_can_enter

Text = Annotated[str, Form(max_length=200)]


def add(app: FastAPI, console: Console) -> None:
    """The page and its form; 404 as soon as somebody can sign in."""
    store = console.office.store

    def check() -> None:
        with store.read() as reading:
            if not nobody_can_enter(reading):
                raise HTTPException(404)

    def page(request: Request, name: str = "", display: str = "", why: Refused | None = None) -> Response:
        lang = console.language(request)
        text = console.pages.page(
            "first_run", lang=lang, refused=why, account=name, display=display, path="/first-run"
        )
        return HTMLResponse(text, STATUS[why.reason] if why else 200)

    @app.get("/first-run")
    def first(request: Request) -> Response:
        check()
        return page(request)

    @app.post("/first-run")
    def make(
        request: Request,
        code: Text = "",
        name: Text = "",
        display: Text = "",
        password: Text = "",
        again: Text = "",
    ) -> Response:
        check_origin(request)
        check()
        now, address = console.office.now(), address_of(request)
        console.limits.check_address(address, now)
        try:
            if password != again:
                raise refuse(
                    Reason.BAD_INPUT,
                    "两次填写的新口令不一样",
                    field="again",
                    allowed="两次填写同一个新口令",
                    english="the two new passwords differ",
                )
            agent = request.headers.get("user-agent", "")
            asked = FirstRunRequest(code, name, display, password)
            entered = make_first(store, now, asked, address=address, agent=agent)
        except Refused as why:
            console.limits.wrong(address, now)
            return page(request, name, display, why)
        response = RedirectResponse("/", 303)
        give_token(response, entered.token, https=console.https)
        return response
