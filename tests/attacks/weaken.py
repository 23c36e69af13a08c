"""Weakened builds: the same application with exactly one defence taken out.

Our own functions are patched nowhere else. Here it is the point: an attack that fails tells something only if it
succeeds where its defence is missing. Each row names the defence; `weakened` takes it out for as long as it is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import jinja2
import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import Response
from markupsafe import Markup

from publisher.domain.item import ItemFile
from publisher.resources import resource
from publisher.web.console import access, app, console, editor, editor_files, limits, pages, sign_in
from publisher.workflow import sessions

Patch = pytest.MonkeyPatch
FIXED = bytes(range(32))
"""The session that an attacker chose for a victim."""


def _no_escaping(at: Patch) -> None:
    class Bare(jinja2.Environment):
        def __init__(self, **options: Any) -> None:
            super().__init__(**{**options, "autoescape": False})

    at.setattr(pages, "Environment", Bare)
    at.setattr(pages, "as_written", lambda text, _lang: Markup(str(text)))  # noqa: S704


def _no_escaping_of_marked_words(at: Patch) -> None:
    at.setattr(pages, "as_written", lambda text, _lang: Markup(str(text)))  # noqa: S704


def _words_are_templates(at: Patch) -> None:
    page = pages.Pages.page

    def twice(self: pages.Pages, name: str, *, lang: str, **values: Any) -> str:
        made = page(self, name, lang=lang, **values)
        return made.replace("{{7*7}}", jinja2.Template("{{7*7}}").render())

    at.setattr(pages.Pages, "page", twice)


def _no_policy(at: Patch) -> None:
    at.delitem(app.HEADERS, "Content-Security-Policy")


def _no_escaping_and_no_policy(at: Patch) -> None:
    _no_escaping(at)
    _no_policy(at)


def _any_link(at: Patch) -> None:
    source = pages._source

    def bare(name: str) -> str:
        return source(name).replace(
            '{% if url.lower().startswith(("https://", "http://")) %}', "{% if url %}"
        )

    at.setattr(pages, "_source", bare)


def _no_sanitiser(at: Patch) -> None:
    from publisher.workflow import edit

    at.setattr(edit, "clean", lambda text, *_: text)
    at.setattr(editor, "clean", lambda text, *_: text)


def _any_form(at: Patch) -> None:
    at.setattr(console, "check_form", lambda *_: None)


def _no_form_token(at: Patch) -> None:
    at.setattr(console, "check_form", lambda request, *_: access.check_origin(request))


def _no_origin_at_sign_in(at: Patch) -> None:
    at.setattr(sign_in, "check_origin", lambda _request: None)


def _a_page_that_acts(at: Patch) -> None:
    def add(made: FastAPI, office: console.Console) -> None:
        @made.get("/own/sessions/end")
        def end(request: Request) -> Response:
            visit = office.visit(request, console.View.OWN)
            sessions.end_own_sessions(office.office.store, visit.now, visit.actor, visit.session.id)
            return Response("")

    at.setattr(app, "ROOMS", (*app.ROOMS, add))


def _bare_cookie(at: Patch) -> None:
    at.setattr(
        sign_in,
        "give_token",
        lambda response, token, **_: response.set_cookie(access.PLAIN, token, samesite=None),
    )


def _session_kept_over_sign_in(at: Patch) -> None:
    from publisher.store.unit_of_work import UnitOfWork

    real = UnitOfWork.entropy
    at.setattr(UnitOfWork, "entropy", lambda self, size: FIXED if size == len(FIXED) else real(self, size))


def _sign_out_forgets_only_the_cookie(at: Patch) -> None:
    at.setattr(sign_in, "sign_out", lambda *_: None)


def _leads_anywhere(at: Patch) -> None:
    at.setattr(app, "own_path", lambda path: path)


def _no_lock(at: Patch) -> None:
    at.setattr(sessions, "locked_until", lambda _failed, _now: None)


def _no_limit_of_addresses(at: Patch) -> None:
    at.setattr(limits.Limits, "check_address", lambda *_: None)


def _no_limit_of_forms(at: Patch) -> None:
    at.setattr(limits.Limits, "take", lambda *_: None)


def _strangers_never_lock(at: Patch) -> None:
    at.setattr(sessions.Strangers, "put", lambda *_: None)


def _everybody_sees_every_room(at: Patch) -> None:
    at.setattr(console, "enter_room", lambda *_: None)


def _everybody_may(at: Patch) -> None:
    from publisher.workflow import freeze

    at.setattr(freeze, "require", lambda *_: None)


def _units_see_all(at: Patch) -> None:
    from publisher.workflow import sight

    at.setattr(sight, "sees", lambda *_: True)


def _static_opens_what_is_asked(at: Patch) -> None:
    shared = app._add_shared

    def add(made: FastAPI, office: console.Console) -> None:
        @made.get("/static/{name:path}")
        def static(name: str) -> Response:
            folder = Path(str(resource("templates", "console", "static")))
            if not (folder / name).is_file():
                raise HTTPException(404)
            return Response((folder / name).read_bytes())

        shared(made, office)

    at.setattr(app, "_add_shared", add)


def _files_are_what_they_say(at: Patch) -> None:
    def handed(stream: BinaryIO, _file: ItemFile) -> Response:
        with stream:
            data = stream.read()
        return Response(data, media_type="text/html" if b"<script" in data else None)

    at.setattr(editor_files, "_handed", handed)


def _names_as_they_come(at: Patch) -> None:
    from publisher.screening import filetypes

    at.setattr(filetypes, "check_name", lambda _name: None)
    at.setattr(editor_files, "quote", lambda name, **_: name.encode("ascii", "ignore").decode())


def _no_bombs(at: Patch) -> None:
    from publisher.screening import containers

    at.setattr(containers, "_is_bomb", lambda _part: False)


def _log_keeps_what_is_typed(at: Patch) -> None:
    check = sessions.check_proof

    def proof(store: Any, now: Any, name: str, *rest: Any, **more: Any) -> Any:
        with at.context() as inner:
            inner.setattr(sessions, "NO_ACCOUNT", name)
            return check(store, now, name, *rest, **more)

    at.setattr(sessions, "check_proof", proof)


def _requests_are_logged(at: Patch) -> None:
    import logging

    from publisher.web import serving

    class Talking(serving.uvicorn.Config):
        def __init__(self, made: Any, **options: Any) -> None:
            super().__init__(made, **{**options, "access_log": True, "log_level": logging.INFO})

    at.setattr(serving.uvicorn, "Config", Talking)


def _faults_are_told(at: Patch) -> None:
    at.setattr(app, "_add_errors", lambda *_: None)


def _bare_templates(at: Patch) -> None:
    from publisher.render import environment

    at.setattr(environment, "ImmutableSandboxedEnvironment", jinja2.Environment)


def _cells_as_they_come(at: Patch) -> None:
    from publisher.workflow import sheets

    at.setattr(sheets, "inert", lambda value: value)


def _any_address_is_looked_at(at: Patch) -> None:
    from channels.wechat import seeing

    at.setattr(seeing, "is_at", lambda *_: True)


WEAKENED: dict[str, Callable[[Patch], None]] = {
    "no escaping in pages": _no_escaping,
    "no escaping of marked words": _no_escaping_of_marked_words,
    "words are templates": _words_are_templates,
    "no content security policy": _no_policy,
    "no escaping and no policy": _no_escaping_and_no_policy,
    "any link": _any_link,
    "no sanitiser": _no_sanitiser,
    "forms from anywhere": _any_form,
    "no form token": _no_form_token,
    "sign-in from anywhere": _no_origin_at_sign_in,
    "a page that acts": _a_page_that_acts,
    "bare cookie": _bare_cookie,
    "session kept over sign-in": _session_kept_over_sign_in,
    "sign-out forgets only the cookie": _sign_out_forgets_only_the_cookie,
    "leads anywhere": _leads_anywhere,
    "no lock": _no_lock,
    "no limit of addresses": _no_limit_of_addresses,
    "no limit of forms": _no_limit_of_forms,
    "strangers never lock": _strangers_never_lock,
    "everybody sees every room": _everybody_sees_every_room,
    "everybody may": _everybody_may,
    "units see all": _units_see_all,
    "static opens what is asked": _static_opens_what_is_asked,
    "files are what they say": _files_are_what_they_say,
    "names as they come": _names_as_they_come,
    "no bombs": _no_bombs,
    "the log keeps what is typed": _log_keeps_what_is_typed,
    "requests are logged": _requests_are_logged,
    "faults are told": _faults_are_told,
    "bare templates": _bare_templates,
    "cells as they come": _cells_as_they_come,
    "any address is looked at": _any_address_is_looked_at,
}


@contextmanager
def weakened(name: str) -> Iterator[None]:
    """Within this, what is built lacks this one defence."""
    with pytest.MonkeyPatch.context() as at:
        WEAKENED[name](at)
        yield
