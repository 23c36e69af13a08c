"""The console's application: its rooms, what every answer carries, and what an error looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint

from publisher.domain.errors import Reason, Refused
from publisher.resources import resource
from publisher.store.engine import CommitUnsure, StoreUnavailable
from publisher.web.api.app import api_app
from publisher.web.console.access import Elsewhere
from publisher.web.console.console import LANGUAGE, STATUS, Console, First, NotSignedIn
from publisher.web.console.limits import TooMany
from publisher.web.console.pages import LANGS, Pages
from publisher.web.console.rooms import ROOMS

if TYPE_CHECKING:
    from publisher.bootstrap import Office

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
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
STATIC = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


def console_app(office: Office, *, https: bool) -> FastAPI:
    """The application over an open office. `https` says whether readers come over HTTPS (cookies are bound to it)."""
    app = FastAPI(title="gongkai console", docs_url=None, redoc_url=None, openapi_url=None)
    labels = [plan.label for plan in office.store.bureau.channels.values()]
    practice = any(plan.practice for plan in office.store.bureau.channels.values())
    console = Console(office, Pages(office.store.bureau.name, labels, practice=practice), https)
    app.add_middleware(BaseHTTPMiddleware, dispatch=_dressed)
    _add_errors(app, console)
    _add_shared(app, console)
    for add in ROOMS:
        add(app, console)
    app.mount("/api/v1", api_app(office))
    return app


def _add_shared(app: FastAPI, console: Console) -> None:
    @app.get("/static/{name}")
    def static(name: str) -> Response:
        shipped = {file.name: file for file in resource("templates", "console", "static").iterdir()}
        media_type = STATIC.get(f".{name.rpartition('.')[2]}")
        if name not in shipped or media_type is None:
            raise HTTPException(404)
        return Response(
            shipped[name].read_bytes(), media_type=media_type, headers={"Cache-Control": "max-age=600"}
        )

    @app.get("/language/{lang}")
    def language(lang: str, back: str = "/") -> Response:
        if lang not in LANGS:
            raise HTTPException(404)
        response = RedirectResponse(own_path(back), 303)
        response.set_cookie(
            LANGUAGE, lang, max_age=31_536_000, secure=console.https, httponly=True, samesite="lax"
        )
        return response


def own_path(path: str) -> str:
    """A path of this site; "/" for whatever would lead elsewhere."""
    parts = urlsplit(path)
    ours = (
        not parts.scheme and not parts.netloc and path.startswith("/") and not path.startswith(("//", "/\\"))
    )
    return path if ours and path.isprintable() and "\\" not in path else "/"


def _add_errors(app: FastAPI, console: Console) -> None:
    def told(status: int, what: str, then: str) -> Callable[[Request, Any], Response]:
        def answer(request: Request, why: Any) -> Response:
            lang = console.language(request)
            problems = why if isinstance(why, Refused) else None
            return HTMLResponse(
                console.pages.page(
                    "error", lang=lang, what=what, then=then, refused=problems, path=request.url.path
                ),
                status,
            )

        return answer

    def not_signed_in(_request: Request, _why: Any) -> Response:
        return RedirectResponse("/login", 303)

    def by_status(request: Request, why: Any) -> Response:
        if why.status_code == 405:
            return told(405, "这个地址不能这样打开。", "请从页面上的链接和按钮进入。")(request, why)
        if why.status_code == 400:
            return told(400, "填写的内容不合要求，没有办理。", "请回到页面，按说明重新填写。")(request, why)
        return told(404, "没有这个页面。", "地址可能打错了，也可能内容已经移走。")(request, why)

    def refused(request: Request, why: Any) -> Response:
        if why.reason is Reason.NOT_FOUND:
            return told(404, "没有找到。", "地址可能打错了，也可能内容已经移走。")(request, why)
        return told(STATUS[why.reason], "没有办理。", "什么都没有改变，也没有发出任何内容。")(request, why)

    def first(_request: Request, why: Any) -> Response:
        return RedirectResponse(why.path, 303)

    app.add_exception_handler(NotSignedIn, not_signed_in)
    app.add_exception_handler(First, first)
    app.add_exception_handler(
        TooMany,
        told(429, "试得太多或太快，这一次没有办理。", "请过 15 分钟再试；要是不是您试的，请告诉系统管理员。"),
    )
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(
        Elsewhere,
        told(403, "这张表单不是从本系统的页面提交的，没有办理。", "请回到页面重新填写，再提交一次。"),
    )
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(
        RequestValidationError, told(400, "填写的内容不合要求，没有办理。", "请回到页面，按说明重新填写。")
    )
    app.add_exception_handler(
        StoreUnavailable,
        told(
            503,
            "数据库没有答复，这一次没有办。",
            "什么都没有保存，也没有因此发出任何内容。请过一会儿再试；还是不行，"
            "请系统管理员看数据库服务是否在运行、磁盘是否写满。",
        ),
    )
    app.add_exception_handler(
        CommitUnsure,
        told(
            503,
            "数据库在保存的时候断开了，不能确定办成没有。",
            "请先打开有关页面看一看，没有办成再办一次。一直打不开，请系统管理员看数据库服务是否在运行。",
        ),
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
