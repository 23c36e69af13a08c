"""The rooms about deliveries: postings, parts, taking back, strangers, the stop button."""

from __future__ import annotations

from fastapi import FastAPI

from publisher.web.console import parts, postings, stop, taking_back
from publisher.web.console.console import Console


def add(app: FastAPI, console: Console) -> None:
    """All their pages and forms."""
    for room in (postings, parts, stop, taking_back):
        room.add(app, console)
