"""Who asks: the session behind the cookie, and whether a form came from our own page."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from fastapi import Request, Response

from publisher.workflow.sessions import form_token

PLAIN, SECURE = "gongkai", "__Host-gongkai"
"""The cookie's name without and with HTTPS; browsers take the second only over HTTPS and for the whole host."""


class Elsewhere(Exception):
    """The form was not sent by a page of ours. Nothing was done."""


def token_in(request: Request, *, https: bool) -> str:
    """The session token that the browser sent, or ""."""
    return request.cookies.get(SECURE if https else PLAIN, "")


def give_token(response: Response, token: str, *, https: bool) -> None:
    """Let the browser keep a token until it is closed: no script reads it, no other site's request carries it."""
    response.set_cookie(
        SECURE if https else PLAIN, token, path="/", secure=https, httponly=True, samesite="strict"
    )


def take_token(response: Response, *, https: bool) -> None:
    """Let the browser forget it."""
    response.delete_cookie(
        SECURE if https else PLAIN, path="/", secure=https, httponly=True, samesite="strict"
    )


def check_origin(request: Request) -> None:
    """Raises `Elsewhere` unless the browser says that the form came from this very host."""
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    if site not in ("", "same-origin", "none"):
        raise Elsewhere
    if origin and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Elsewhere
    if not site and not origin:
        raise Elsewhere


def check_form(request: Request, session_token: str, given: str) -> None:
    """The same, and that the form carries what this session's pages put into it."""
    check_origin(request)
    if not hmac.compare_digest(given.encode(), form_token(session_token).encode()):
        raise Elsewhere
