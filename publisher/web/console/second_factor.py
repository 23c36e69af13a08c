"""The second factor at the console: setting it up, the second half of a sign-in, switching it off."""

from __future__ import annotations

import io
from typing import Annotated

from fastapi import FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from publisher.domain.errors import Refused
from publisher.domain.people import View
from publisher.web.console.access import check_origin, give_token, take_token, token_in
from publisher.web.console.console import Console, Visit, onward
from publisher.web.console.fields import Posted
from publisher.web.console.people import person_page
from publisher.web.console.sign_in import address_of
from publisher.workflow.personnel import PersonRequest
from publisher.workflow.second_factor import (
    Enrolment,
    begin_second_factor,
    confirm_second_factor,
    drop_second_factor,
    finish_sign_in,
    half_way,
    stop_second_factor,
)

DONE = {"off": "动态码已停用。"}


def add(app: FastAPI, console: Console) -> None:
    """Its pages and forms."""
    _add_own(app, console)
    _add_sign_in(app, console)

    @app.post("/people/{name}/second-factor")
    def drop(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.PEOPLE)
        return console.act(
            visit,
            lambda: console.perform(visit, drop_second_factor, PersonRequest(name)),
            then=f"/people/{name}",
            done="ended",
            again=lambda why: person_page(console, visit, name, None, why),
        )


def _add_own(app: FastAPI, console: Console) -> None:
    office = console.office

    def page(
        visit: Visit,
        *,
        enrolment: Enrolment | None = None,
        codes: tuple[str, ...] = (),
        why: Refused | None = None,
    ) -> Response:
        with office.store.read() as reading:
            account = reading.people.account(visit.person.name)
        return console.show(
            visit,
            "own_second",
            refused=why,
            account=account,
            enrolment=enrolment,
            picture=qr(enrolment.address) if enrolment else "",
            codes=codes,
            rule=office.settings.console.second_factor,
            done_words=DONE,
        )

    @app.get("/own/second-factor")
    def own(request: Request) -> Response:
        return page(console.visit(request, View.OWN))

    @app.post("/own/second-factor")
    def step(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.OWN)
        try:
            if fields["do"] == "begin" and office.settings.console.second_factor != "off":
                made = begin_second_factor(
                    office.store, visit.now, visit.actor, office.vault, office.store.bureau.name
                )
                return page(visit, enrolment=made)
            if fields["do"] == "confirm":
                codes = confirm_second_factor(
                    office.store, visit.now, visit.actor, office.vault, fields["code"]
                )
                return page(visit, codes=codes)
            if fields["do"] == "stop" and office.settings.console.second_factor != "required":
                stop_second_factor(office.store, visit.now, visit.actor, fields.raw("old"))
                return onward("/own/second-factor", "off")
        except Refused as why:
            return page(visit, why=why)
        return page(visit)


def _add_sign_in(app: FastAPI, console: Console) -> None:
    def page(request: Request, why: Refused | None = None) -> Response:
        text = console.pages.page("login_code", lang=console.language(request), refused=why, path="/login")
        return HTMLResponse(text, 403 if why else 200)

    @app.get("/login/code")
    def ask(request: Request) -> Response:
        waits = half_way(console.office.store, console.office.now(), token_in(request, https=console.https))
        return page(request) if waits else RedirectResponse("/login", 303)

    @app.post("/login/code")
    def take(request: Request, code: Annotated[str, Form(max_length=40)] = "") -> Response:
        check_origin(request)
        office, now, address = console.office, console.office.now(), address_of(request)
        console.limits.check_address(address, now)
        token = token_in(request, https=console.https)
        agent = request.headers.get("user-agent", "")
        try:
            entered = finish_sign_in(
                office.store, now, office.vault, token, code, address=address, agent=agent
            )
        except Refused as why:
            console.limits.wrong(address, now)
            answer = page(request, why)
            if not half_way(office.store, now, token):
                take_token(answer, https=console.https)
            return answer
        response = RedirectResponse("/", 303)
        give_token(response, entered.token, https=console.https)
        return response


def qr(address: str) -> Markup:
    """The address as a picture that a phone reads: SVG without script or style."""
    import segno

    out = io.BytesIO()
    made = segno.make(address, error="m")
    made.save(out, kind="svg", scale=5, xmldecl=False, svgns=False, svgclass=None, lineclass=None, border=4)
    return Markup(out.getvalue().decode())  # noqa: S704 our own drawing of squares
