"""`/readyz`: 200 while everything that is due is being done, else 503 with the reasons. Names no item."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from publisher.workflow.health import Health


def document(told: Health) -> dict[str, object]:
    """Health as JSON has it: instants in ISO 8601."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in told.document().items()
    }


def health_app(look: Callable[[], Health]) -> Starlette:
    """The application; `look` says how it is and raises nothing."""

    async def readyz(_request: Request) -> JSONResponse:
        told = await run_in_threadpool(look)
        return JSONResponse(document(told), 200 if told.ready else 503)

    return Starlette(routes=[Route("/readyz", readyz)])
