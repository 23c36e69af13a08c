"""The API as an application: its rooms behind the door, and every error in one form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from publisher.domain.errors import Problem, Refused
from publisher.store.engine import CommitUnsure, StoreUnavailable
from publisher.web.api import drafts, items, postings, record, revisions
from publisher.web.api.desk import Desk
from publisher.web.api.door import Door
from publisher.web.api.openapi import describe
from publisher.web.api.pace import Pace
from publisher.web.api.problems import KINDS, Turned, answer, of_refusal, turned
from publisher.workflow.tokens import Caller, caller_of

if TYPE_CHECKING:
    from publisher.bootstrap import Office

VERSION = "1"
ROOMS: tuple[Callable[[FastAPI, Desk], None], ...] = (
    *(items.add, drafts.add, revisions.add, postings.add, record.add),
)
MOST_FAULTS = 40
WORDS = {  # how the checks of requests are told; what is not here is "not as described"
    "missing": ("缺少这一项", "This is missing"),
    "extra_forbidden": ("没有这一项", "There is no such field"),
    "string_too_long": ("太长", "Too long"),
    "string_too_short": ("太短", "Too short"),
    "too_long": ("太多", "Too many"),
    "string_unicode": ("含有不能用的字符", "Contains what is no character"),
    "string_pattern_mismatch": ("写法不对，或含有控制字符", "Not in this form, or with control characters"),
    "literal_error": ("不在可选之内", "Not one of what is possible"),
    "enum": ("不在可选之内", "Not one of what is possible"),
}


def api_app(office: Office, *, pace: Pace | None = None) -> FastAPI:
    """The application over an open office, to be mounted. `pace` is how fast each token may ask."""
    app = FastAPI(title="gongkai", version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False)
    desk = Desk(office)

    def find(token: str) -> Caller | None:
        return caller_of(office.store, office.now(), token)

    app.add_middleware(Door, find=find, pace=pace or Pace())
    _add_errors(app)
    for add in ROOMS:
        add(app, desk)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    return describe(app, "公开 Gongkai", VERSION)


def _add_errors(app: FastAPI) -> None:
    def by_turned(request: Request, why: Any) -> Response:
        return answer(request.headers, why)

    def by_refusal(request: Request, why: Any) -> Response:
        return answer(request.headers, of_refusal(why))

    def by_store(request: Request, why: Any) -> Response:
        if isinstance(why, CommitUnsure):
            return answer(request.headers, turned("outcome-unclear", why.words, why.english))
        return answer(request.headers, turned("busy", why.words, why.english, retry_after="5"))

    def by_check(request: Request, why: Any) -> Response:
        return answer(request.headers, of_check(why))

    def by_status(request: Request, why: Any) -> Response:
        return answer(request.headers, _of_status(app, request, why.status_code))

    app.add_exception_handler(Turned, by_turned)
    app.add_exception_handler(Refused, by_refusal)
    app.add_exception_handler(StoreUnavailable, by_store)
    app.add_exception_handler(RequestValidationError, by_check)
    app.add_exception_handler(HTTPException, by_status)


def of_check(why: RequestValidationError) -> Turned:
    """What the description of the API does not allow, in the form of every other refusal. Quotes nothing of it."""
    faults = why.errors()[:MOST_FAULTS]
    if any(fault["type"] == "json_invalid" for fault in faults):
        return turned("malformed", "不是 JSON", "This is no JSON", field="body")
    return Turned("bad-input", tuple(_problem(fault) for fault in faults))


def _problem(fault: Any) -> Problem:
    chinese, english = WORDS.get(fault["type"], ("不合要求", "Not as described"))
    allowed = fault.get("ctx", {}).get("expected", "")
    place = [str(step) for step in fault["loc"] if isinstance(step, int | str)]
    named = place[1:] if len(place) > 1 else place
    return Problem(".".join(step for step in named)[:200], chinese, str(allowed)[:500], english)


def _of_status(app: FastAPI, request: Request, status: int) -> Turned:
    if status == 405:
        allowed = ", ".join(sorted(_methods(app, request)))
        why = turned(
            "method", "这个地址不能这样用", "The method has no meaning here", allowed=allowed, allow=allowed
        )
        return why
    if status == 404:
        return turned("not-found", "没有这个地址", "There is nothing at this address")
    if status == 413:
        return turned("too-large", "请求太大", "The request is too large")
    kinds = [name for name, kind in KINDS.items() if kind.status == status]
    return turned("malformed", "请求读不懂", "The request cannot be read") if not kinds else Turned(kinds[0])


def _methods(app: FastAPI, request: Request) -> Iterable[str]:
    """Every method that has a meaning at the address of a request."""
    for route in app.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            yield from getattr(route, "methods", None) or ()
