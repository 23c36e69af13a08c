"""Signing in and out."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from publisher.domain.errors import Refused
from publisher.web.console.access import check_form, check_origin, give_token, take_token, token_in
from publisher.web.console.console import Console
from publisher.workflow.sessions import SignInRequest, sign_in, sign_out

TEXT_CHARS = 200
"""No account name or password is longer; more is not even looked at."""
Text = Annotated[str, Form(max_length=TEXT_CHARS)]


def add(app: FastAPI, console: Console) -> None:
    """The sign-in page, its form, and the sign-out."""

    part = console.office.settings.console.oidc
    elsewhere = part.label if part else ""

    def page(request: Request, *, given: str = "", why: Refused | None = None) -> Response:
        lang = console.language(request)
        text = console.pages.page(
            "login", lang=lang, given=given, refused=why, path="/login", elsewhere=elsewhere
        )
        return HTMLResponse(text, 403 if why else 200)

    @app.get("/login")
    def login(request: Request) -> Response:
        return page(request)

    @app.post("/login")
    def enter(request: Request, name: Text = "", password: Text = "") -> Response:
        check_origin(request)
        address = address_of(request)
        console.limits.check_address(address, console.office.now())
        office, agent = console.office, request.headers.get("user-agent", "")
        try:
            asked = SignInRequest(name, password, address, agent)
            entered = sign_in(office.store, office.now(), asked, console.strangers)
        except Refused as why:
            console.limits.wrong(address, office.now())
            return page(request, given=name, why=why)
        response = RedirectResponse("/login/code" if entered.stage else "/", 303)
        give_token(response, entered.token, https=console.https)
        return response

    @app.post("/logout")
    def leave(request: Request, form: Text = "") -> Response:
        token = token_in(request, https=console.https)
        check_form(request, token, form)
        sign_out(console.office.store, console.office.now(), token)
        response = RedirectResponse("/login", 303)
        take_token(response, https=console.https)
        return response


def address_of(request: Request) -> str:
    """Where the request came from, as the connection says; "" when that is no address."""
    host = request.client.host if request.client else ""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""
