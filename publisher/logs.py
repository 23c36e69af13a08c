"""How the service writes its running log: one JSON line an event, secrets blotted out."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog


def configure(secrets: Iterable[str] = (), *, level: int = logging.INFO) -> None:
    """Set the form of all log lines. Every given secret is replaced wherever it would stand."""
    known = tuple(sorted({s for s in secrets if len(s) >= 6}, key=len, reverse=True))

    def blot(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            if isinstance(value, str):
                for secret in known:
                    value = value.replace(secret, "***")
                event[key] = value
        return event

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            blot,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> Any:
    """A logger that names its part of the product."""
    return structlog.get_logger(part=name)
