"""我的账号: one's own password and sessions."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.passwords import KEPT, MIN_CHARS
from publisher.domain.people import View
from publisher.web.console.access import give_token
from publisher.web.console.console import Console, Visit, onward
from publisher.web.console.fields import Posted
from publisher.web.console.sign_in import address_of
from publisher.workflow.own import own_account
from publisher.workflow.passwords import ChangePasswordRequest, change_password
from publisher.workflow.sessions import end_own_sessions

DONE = {
    "password": "口令改好了。其他地方的登录都已结束。",
    "session": "那一处登录已结束。",
    "sessions": "其他地方的登录都已结束。",
}


def add(app: FastAPI, console: Console) -> None:
    """The page about oneself, the change of password, and ending one's sessions."""

    @app.get("/own")
    def own(request: Request) -> Response:
        visit = console.visit(request, View.OWN)
        return _page(console, visit)

    @app.get("/own/password")
    def password(request: Request) -> Response:
        return _password_page(console, console.visit(request, View.OWN))

    @app.post("/own/password")
    def change(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.OWN)
        agent = request.headers.get("user-agent", "")
        try:
            if fields.raw("new") != fields.raw("again"):
                raise refuse(
                    Reason.BAD_INPUT,
                    "两次填写的新口令不一样",
                    field="again",
                    allowed="两次填写同一个新口令",
                    english="the two new passwords differ",
                )
            asked = ChangePasswordRequest(
                fields.raw("new"), fields.raw("old"), address=address_of(request), agent=agent
            )
            token = change_password(console.office.store, visit.now, visit.actor, asked)
        except Refused as why:
            return _password_page(console, visit, why)
        response = onward("/own", "password")
        give_token(response, token, https=console.https)
        return response

    @app.post("/own/sessions/end")
    def end(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.OWN)
        one = fields["session"]
        end_own_sessions(console.office.store, visit.now, visit.actor, visit.session.id, one)
        return onward("/own", "session" if one else "sessions")


def _page(console: Console, visit: Visit) -> Response:
    with console.office.store.read() as reading:
        account = own_account(reading, visit.now, visit.person, console.office.settings.console.password_days)
    return console.show(visit, "own", account=account, done_words=DONE)


def _password_page(console: Console, visit: Visit, why: Refused | None = None) -> Response:
    return console.show(
        visit,
        "own_password",
        refused=why,
        forced=bool(console.first(visit.session, visit.now)),
        one_time=visit.session.one_time,
        least=MIN_CHARS,
        kept=KEPT,
    )
