"""The address that platforms call: `/callbacks/<channel>`. Kept and committed first, answered afterwards.

Small enough to stand in a network of its own: it needs the database and the callback secrets, no key and no token.
Nothing of a request is logged but its channel and what was wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from publisher.workflow.inbox import CallbackDesk, CallbackRefused

MAX_BYTES = 65_536
"""Largest request body; an event of eight articles takes less than a tenth of it."""


class TooLarge(Exception):
    """The body is longer than any event. Its rest was not read."""


def callback_app(desk: CallbackDesk, clock: Callable[[], datetime], logger: Any) -> Starlette:
    """The application. `clock` gives business time; `logger` gets one line a refusal, without what was sent."""

    async def endpoint(request: Request) -> Response:
        channel = request.path_params["channel"]
        if channel not in desk.receivers:
            return Response(status_code=404)
        try:
            answer = await _answer(desk, request, channel, clock())
        except CallbackRefused as why:
            logger.warning("callback refused", channel=channel, fault=why.fault.value, words=why.words)
            return Response(status_code=403)
        except TooLarge:
            logger.warning("callback refused", channel=channel, fault="too_large")
            return Response(status_code=413)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as why:  # noqa: BLE001 - not kept, whatever it was: the platform shall try again
            logger.warning("callback not kept", channel=channel, error=type(why).__name__)
            return Response(status_code=503)
        return Response(answer, media_type="text/plain")

    return Starlette(routes=[Route("/callbacks/{channel}", endpoint, methods=["GET", "POST"])])


async def _answer(desk: CallbackDesk, request: Request, channel: str, now: datetime) -> bytes:
    query = dict(request.query_params)
    if request.method != "POST":
        return await run_in_threadpool(desk.greet, channel, query, now)
    body = await _body(request)
    return await run_in_threadpool(desk.take_in, channel, query, dict(request.headers), body, now)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLarge
    return bytes(body)
