"""The rooms about deliveries: postings, parts, taking back, strangers, the stop button."""

from __future__ import annotations

from fastapi import FastAPI

from publisher.web.console import postings
from publisher.web.console.console import Console


def add(app: FastAPI, console: Console) -> None:
    """All their pages and forms."""
    postings.add(app, console)
