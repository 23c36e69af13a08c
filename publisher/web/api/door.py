"""The door: who comes with which token, not too often, with no more than fits. Nothing is read before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publisher.logs import get_logger
from publisher.store.engine import StoreUnavailable
from publisher.web.api.pace import Pace
from publisher.web.api.problems import Turned, answer, turned
from publisher.workflow.tokens import Caller

JSON_BYTES = 8 * 1024 * 1024
FILE_BYTES = 104 * 1024 * 1024
"""A file has at most 100 MB; the form around it has some more."""
TOKEN_CHARS = 200
OPEN = frozenset({"/openapi.json"})
"""What needs no token: the description of the API, which names nothing of this installation."""


@dataclass(frozen=True)
class Door:
    """An ASGI application before the API. `find` is who comes with a token; it reads the store."""

    app: ASGIApp
    find: Callable[[str], Caller | None]
    pace: Pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, with the caller in the request's state, or answer why not."""
        if scope["type"] != "http":
            raise RuntimeError("only HTTP is spoken here")
        headers, path = Headers(scope=scope), _path(scope)
        try:
            if path not in OPEN:
                scope.setdefault("state", {})["caller"] = await self._caller(headers)
            limit = _check_body(scope["method"], path, headers)
        except Turned as why:
            await answer(headers, why)(scope, receive, send)
            return
        await self._enter(scope, _bounded(receive, limit), send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A fault ends here, with an answer: the application around this one must not lose it."""
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception as why:
            get_logger("api").error("fault", error=type(why).__name__, path=scope["path"])
            if begun:
                raise
            await answer(Headers(scope=scope), _fault())(scope, receive, send)

    async def _caller(self, headers: Headers) -> Caller:
        token = _token(headers)
        try:
            caller = await run_in_threadpool(self.find, token)
        except StoreUnavailable as why:
            raise turned("busy", why.words, why.english, retry_after="5") from why
        if caller is None:
            get_logger("api").warning("token refused")
            raise turned(
                "token-refused",
                "令牌不认得、已作废或已到期",
                "The token is unknown, revoked or past its day",
                www_authenticate='Bearer error="invalid_token"',
            )
        seconds = self.pace.wait(caller.token_id)
        if seconds:
            raise turned(
                "too-many",
                f"请求太密，{seconds} 秒后再来",
                f"Too many requests; try again in {seconds} s",
                retry_after=str(seconds),
            )
        return caller


def _fault() -> Turned:
    return turned(
        "fault",
        "系统出了问题，没有办完；做到哪一步不能确定，请先查看再决定",
        "A fault of the system; how far it came is not known: look before you repeat",
    )


def _path(scope: Scope) -> str:
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if root else path


def _token(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > TOKEN_CHARS or not token.isascii():
        raise turned(
            "no-token",
            "请带上 Authorization: Bearer 令牌",
            "Send Authorization: Bearer and a token",
            www_authenticate="Bearer",
        )
    return token


def _check_body(method: str, path: str, headers: Headers) -> int:
    """How many bytes the body may have. Turned away: another media type, or a length that is too great."""
    is_file = path.endswith("/files")
    limit = FILE_BYTES if is_file else JSON_BYTES
    length = headers.get("content-length", "")
    if (length and not (length.isascii() and length.isdecimal())) or (len(length) > 18):
        raise turned("malformed", "Content-Length 不是数字", "Content-Length is no number")
    if length and int(length) > limit:
        raise _too_large(limit)
    comes = length not in ("", "0") or "transfer-encoding" in headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    wanted = "multipart/form-data" if is_file else "application/json"
    if method in ("POST", "PUT") and comes and kind != wanted:
        raise turned("media-type", f"这里只收 {wanted}", f"Only {wanted} is taken here", field="Content-Type")
    return limit


def _too_large(limit: int) -> Turned:
    return turned(
        "too-large", f"请求超过 {limit // 1024 // 1024} MB", f"More than {limit // 1024 // 1024} MB"
    )


def _bounded(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)
        return message

    return bounded
