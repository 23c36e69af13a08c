"""Tokens for programs: the person's own, made and revoked here; a new one is shown on the page that made it, once."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.domain.errors import Refused
from publisher.domain.people import View
from publisher.domain.scopes import LONGEST, SCOPES, USUAL_DAYS, Scope, within_roles
from publisher.web.console.console import Console, Visit
from publisher.web.console.fields import Fields, Posted
from publisher.workflow.tokens import (
    MadeToken,
    MakeTokenRequest,
    RevokeTokenRequest,
    is_good,
    make_token,
    revoke_token,
)

DONE = {"revoked": "令牌已作废，用它的程序从现在起进不来。"}
SAID = {f"scope {scope}": grant.words for scope, grant in SCOPES.items()}
DAYS = (30, 90, 180, LONGEST.days)


def add(app: FastAPI, console: Console) -> None:
    """The list of one's tokens, the form for a new one, and revoking."""

    def page(
        visit: Visit, given: Fields, *, made: MadeToken | None = None, refused: Refused | None = None
    ) -> Response:
        with console.office.store.read() as reading:
            tokens = reading.tokens.of(visit.person.name)
        return console.show(
            visit,
            "own_tokens",
            refused=refused,
            made=made,
            given=given,
            tokens=tokens,
            good=lambda token: is_good(token, visit.now),
            offered=[(s, SCOPES[s].words) for s in Scope if within_roles(s, visit.person)],
            days=DAYS,
            usual=USUAL_DAYS,
            done_words=DONE,
        )

    @app.get("/own/tokens")
    def own_tokens(request: Request) -> Response:
        return page(console.visit(request, View.OWN), Fields())

    @app.post("/own/tokens")
    def new_token(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.OWN)
        days = fields["days"]
        asked = MakeTokenRequest(
            fields["name"], fields.all("scope"), int(days) if days.isdecimal() and len(days) < 5 else 0
        )
        try:
            made = make_token(console.office.store, visit.now, visit.actor, asked)
        except Refused as why:
            return page(visit, fields, refused=why)
        return page(visit, Fields(), made=made)

    @app.post("/own/tokens/{token_id}/revoke")
    def revoke(request: Request, token_id: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.OWN)
        return console.act(
            visit,
            lambda: revoke_token(
                console.office.store, visit.now, visit.actor, RevokeTokenRequest(token_id[:40])
            ),
            then="/own/tokens",
            done="revoked",
            again=lambda why: page(visit, Fields(), refused=why),
        )
