"""What every room of the console shares: who asks, may they, the page in their language, acts and refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from publisher.domain.errors import Reason, Refused
from publisher.domain.passwords import too_old
from publisher.domain.people import Act, Person, View, may, may_view
from publisher.web.console.access import check_form, token_in
from publisher.web.console.fields import Fields
from publisher.web.console.limits import Limits
from publisher.web.console.pages import LANGS, Pages
from publisher.workflow.frame import frame_of
from publisher.workflow.sessions import Session, Strangers, enter_room, form_token, session_of

if TYPE_CHECKING:
    from publisher.bootstrap import Office
    from publisher.workflow.acts import Actor

T = TypeVar("T")

LANGUAGE = "gongkai-lang"
STATUS: Mapping[Reason, int] = {
    Reason.BAD_INPUT: 422,
    Reason.NOT_FOUND: 404,
    Reason.NOT_PERMITTED: 403,
    Reason.NOT_PROVED: 403,
    Reason.WRONG_STATE: 409,
    Reason.BUSY: 503,
    Reason.SCREENED: 422,
}
"""How a refusal is answered over HTTP."""


class NotSignedIn(Exception):
    """The page needs a session and there is none."""


class First(Exception):
    """Something of this person's account comes first; `path` is the page where it is done."""

    def __init__(self, path: str) -> None:
        """The only page that is shown until then."""
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Visit:
    """One signed-in request: who, when, in which language, on which page, and what the last act said."""

    session: Session
    view: View
    now: datetime
    form: str
    lang: str
    path: str
    done: str = ""
    given: Fields = field(default_factory=Fields)

    @property
    def actor(self) -> Actor:
        """Who asks, as use cases want it."""
        return self.session.actor

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.session.actor.person

    def may(self, act: Act) -> bool:
        """Whether the table gives the act to this person; whether the thing's state allows it is asked when done."""
        return may(act, self.person)

    def sees(self, view: View) -> bool:
        """Whether this person sees a room."""
        return may_view(view, self.person)


@dataclass(frozen=True)
class Console:
    """The console over an open office. `https` says whether readers come over HTTPS."""

    office: Office
    pages: Pages
    https: bool
    strangers: Strangers = field(default_factory=Strangers, repr=False)
    limits: Limits = field(default_factory=Limits, repr=False)

    def language(self, request: Request) -> str:
        """`zh` unless this browser chose English."""
        chosen = request.cookies.get(LANGUAGE, "")
        return chosen if chosen in LANGS else "zh"

    def visit(self, request: Request, view: View, *, used: bool = True, act: Act | None = None) -> Visit:
        """Whoever asks for a page of a room. Raises `NotSignedIn`, `First` where a password must be changed before
        anything else, and `Refused` (recorded) when the room is not theirs, or the page serves an `act` that is not.

        With `used` False the page asked by itself, and the session's idle time runs on.
        """
        token = token_in(request, https=self.https)
        self.office.take_up()
        now = self.office.now()
        found = session_of(self.office.store, now, token, used=used)
        if found is None:
            raise NotSignedIn
        first = self.first(found, now)
        if first and request.url.path != first:
            raise First(first)
        enter_room(self.office.store, now, found.actor, view, act)
        return Visit(
            found,
            view,
            now,
            form_token(token),
            self.language(request),
            request.url.path,
            request.query_params.get("done", ""),
        )

    def first(self, session: Session, now: datetime) -> str:
        """The page that this person must see to before any other; "" when there is none."""
        rules = self.office.settings.console
        if session.one_time or too_old(session.password_at, now, rules.password_days):
            return "/own/password"
        if rules.second_factor == "required" and not session.second_factor:
            return "/own/second-factor"
        return ""

    def post(self, request: Request, fields: Fields, view: View, *, act: Act | None = None) -> Visit:
        """Whoever sends a form: as `visit`, and the form must have come from a page of this session."""
        found = self.visit(request, view, act=act)
        self.limits.take(found.session.id)
        check_form(request, token_in(request, https=self.https), fields["form"])
        return Visit(found.session, view, found.now, found.form, found.lang, found.path, "", fields)

    def show(
        self, visit: Visit, name: str, *, status: int = 200, refused: Refused | None = None, **values: Any
    ) -> HTMLResponse:
        """A page of the frame. `refused` stands above it with its own status."""
        with self.office.store.read() as reading:
            frame = frame_of(reading, visit.person)
        text = self.pages.page(
            name,
            lang=visit.lang,
            visit=visit,
            now=visit.now,
            frame=frame,
            refused=refused,
            View=View,
            Act=Act,
            **values,
        )
        return HTMLResponse(text, STATUS[refused.reason] if refused else status)

    def part(self, visit: Visit, name: str, **values: Any) -> HTMLResponse:
        """A piece of a page, for what is filled in while somebody writes."""
        return HTMLResponse(self.pages.page(name, lang=visit.lang, visit=visit, now=visit.now, **values))

    def act(
        self,
        visit: Visit,
        do: Callable[[], T],
        *,
        then: str | Callable[[T], str],
        done: str,
        again: Callable[[Refused], Response],
    ) -> Response:
        """Do something a person asked for: then on to the page that shows it, or the same page with the refusal."""
        try:
            result = do()
        except Refused as why:
            return again(why)
        return onward(then(result) if callable(then) else then, done)

    def perform(self, visit: Visit, use_case: Callable[..., T], request: object, **tools: Any) -> T:
        """Run a use case as this person; a refusal is on record and raised again."""
        return self.office.perform(visit.actor, use_case, request, **tools)


def onward(path: str, done: str = "") -> Response:
    """On to another page of ours, which says what was done (`done` is a key of the page's own words)."""
    mark = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{mark}{urlencode({'done': done})}" if done else path, 303)
