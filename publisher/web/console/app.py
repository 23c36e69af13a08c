"""The console's application: sign-in, the workbench, and what every answer carries."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint

from publisher.domain.errors import Refused
from publisher.resources import resource
from publisher.web.console.access import (
    Elsewhere,
    check_form,
    check_origin,
    give_token,
    take_token,
    token_in,
)
from publisher.web.console.pages import Pages
from publisher.workflow.sessions import (
    Session,
    SignInRequest,
    form_token,
    session_of,
    sign_in,
    sign_out,
)
from publisher.workflow.workbench import workbench

if TYPE_CHECKING:
    from publisher.bootstrap import Office

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
STATIC = {"console.css": "text/css; charset=utf-8"}
TEXT_CHARS = 200
"""No account name or password is longer; more is not even looked at."""


class NotSignedIn(Exception):
    """The page needs a session and there is none."""


def console_app(office: Office, *, https: bool) -> FastAPI:
    """The application over an open office. `https` says whether readers come over HTTPS (cookies are bound to it)."""
    app = FastAPI(title="gongkai console", docs_url=None, redoc_url=None, openapi_url=None)
    practice = any(plan.practice for plan in office.store.bureau.channels.values())
    pages = Pages(office.store.bureau.name, practice=practice)
    app.add_middleware(BaseHTTPMiddleware, dispatch=_dressed)

    def session(request: Request) -> Session:
        found = session_of(office.store, office.now(), token_in(request, https=https))
        if found is None:
            raise NotSignedIn
        return found

    _add_sign_in(app, office, pages, https=https)
    _add_errors(app, pages)

    @app.get("/")
    def front(request: Request) -> Response:
        here, now = session(request), office.now()
        with office.store.read() as reading:
            bench = workbench(reading, now, here.actor.person)
        return HTMLResponse(
            pages.page(
                "workbench",
                bench=bench,
                now=now,
                person=here.actor.person,
                form=form_token(token_in(request, https=https)),
            )
        )

    @app.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in STATIC:
            raise HTTPException(404)
        content = resource("templates", "console", name).read_bytes()
        return Response(content, media_type=STATIC[name], headers={"Cache-Control": "max-age=600"})

    return app


def _add_sign_in(app: FastAPI, office: Office, pages: Pages, *, https: bool) -> None:
    @app.get("/login")
    def login() -> Response:
        return HTMLResponse(pages.page("login", given="", problem=None, now=office.now()))

    @app.post("/login")
    def enter(
        request: Request,
        name: Annotated[str, Form(max_length=TEXT_CHARS)] = "",
        password: Annotated[str, Form(max_length=TEXT_CHARS)] = "",
    ) -> Response:
        check_origin(request)
        agent = request.headers.get("user-agent", "")
        try:
            token = sign_in(
                office.store, office.now(), SignInRequest(name, password, _address(request), agent)
            )
        except Refused as why:
            (problem,) = why.problems
            return HTMLResponse(pages.page("login", given=name, problem=problem, now=office.now()), 403)
        response = RedirectResponse("/", 303)
        give_token(response, token, https=https)
        return response

    @app.post("/logout")
    def leave(request: Request, form: Annotated[str, Form(max_length=TEXT_CHARS)] = "") -> Response:
        token = token_in(request, https=https)
        check_form(request, token, form)
        sign_out(office.store, office.now(), token)
        response = RedirectResponse("/login", 303)
        take_token(response, https=https)
        return response


def _address(request: Request) -> str:
    """Where the request came from, as the connection says; "" when that is no address."""
    host = request.client.host if request.client else ""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def _add_errors(app: FastAPI, pages: Pages) -> None:
    def told(status: int, what: str, then: str) -> Callable[[Request, Any], Response]:
        def answer(_request: Request, _why: Any) -> Response:
            return HTMLResponse(pages.page("error", what=what, then=then), status)

        return answer

    def not_signed_in(_request: Request, _why: Any) -> Response:
        return RedirectResponse("/login", 303)

    def by_status(request: Request, why: Any) -> Response:
        if why.status_code == 405:
            return told(405, "这个地址不能这样打开。", "请从页面上的链接和按钮进入。")(request, why)
        return told(404, "没有这个页面。", "地址可能打错了，也可能内容已经移走。")(request, why)

    app.add_exception_handler(NotSignedIn, not_signed_in)
    app.add_exception_handler(
        Elsewhere,
        told(403, "这张表单不是从本系统的页面提交的，没有办理。", "请回到页面重新填写，再提交一次。"),
    )
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(
        RequestValidationError, told(400, "填写的内容不合要求，没有办理。", "请回到页面，按说明重新填写。")
    )
    app.add_exception_handler(
        Exception,
        told(500, "系统出了问题，没有办完。", "刚才填写的没有保存。请稍后再试；还是不行，请找系统管理员。"),
    )


async def _dressed(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
