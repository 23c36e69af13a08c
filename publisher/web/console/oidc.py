"""Signing in with an account elsewhere: OpenID Connect, authorization code with PKCE. The only home of authlib."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import View
from publisher.web.console.access import give_token
from publisher.web.console.console import Console
from publisher.web.console.fields import Posted
from publisher.web.console.people import person_page
from publisher.web.console.sign_in import address_of
from publisher.workflow.oidc import BindRequest, bind_subject, enter_by_subject

PENDING = "gongkai-oidc"
WAITS = timedelta(minutes=10)
MOST = 1000
TIMEOUT_S = 10
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
SCOPE = "openid"


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-in that is under way elsewhere. It belongs to one browser and serves once."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    browser: str = field(repr=False)
    at: datetime


@dataclass
class Provider:
    """The issuer of the settings. Its own description is read at the first sign-in and kept."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    asked: dict[str, Asked] = field(default_factory=dict, repr=False)
    known: dict[str, Any] = field(default_factory=dict, repr=False)
    lock: Lock = field(default_factory=Lock, repr=False)

    def client(self, back: str) -> Any:
        """A client of the issuer that sends people back to `back`."""
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            self.client_id,
            self.secret,
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )

    def metadata(self, client: Any) -> dict[str, Any]:
        """What the issuer says of itself. Refused when it is somebody else."""
        if not self.known:
            address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            found = client.request("GET", address, withhold_token=True).json()
            if found.get("issuer") != self.issuer:
                raise _failed()
            self.known.update(found)
        return self.known

    def begin(self, back: str, now: datetime) -> tuple[str, str, str]:
        """Where the browser goes, the state, and what its cookie holds."""
        with self.client(back) as client:
            known = self.metadata(client)
            asked = Asked(
                secrets.token_urlsafe(32), secrets.token_urlsafe(48), secrets.token_urlsafe(32), now
            )
            address, state = client.create_authorization_url(
                known["authorization_endpoint"], nonce=asked.nonce, code_verifier=asked.verifier
            )
        with self.lock:
            self.asked[state] = asked
            while len(self.asked) > MOST:
                self.asked.pop(next(iter(self.asked)))
        return str(address), str(state), asked.browser

    def finish(self, back: str, now: datetime, state: str, code: str, browser: str, issuer: str) -> str:
        """The subject that the issuer has proved. Raises `Refused` for whatever does not fit together."""
        from authlib.jose import JsonWebKey, JsonWebToken

        with self.lock:
            asked = self.asked.pop(state, None)
        fits = asked is not None and now - asked.at < WAITS and secrets.compare_digest(asked.browser, browser)
        if asked is None or not fits or not code or (issuer and issuer != self.issuer):
            raise _failed()
        with self.client(back) as client:
            known = self.metadata(client)
            token = client.fetch_token(known["token_endpoint"], code=code, code_verifier=asked.verifier)
            keys = JsonWebKey.import_key_set(
                client.request("GET", known["jwks_uri"], withhold_token=True).json()
            )
        wanted = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True, "value": asked.nonce},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        claims = JsonWebToken(ALGORITHMS).decode(token["id_token"], keys, claims_options=wanted)
        claims.validate(leeway=60)
        return str(claims["sub"])


def _failed() -> Refused:
    return refuse(
        Reason.NOT_PROVED,
        "统一身份登录没有办成",
        field="account",
        allowed="再试一次，或用账号和口令登录",
        english="signing in elsewhere did not work",
    )


def add(app: FastAPI, console: Console) -> None:
    """The way there and back, and binding; nothing where the settings name no issuer."""
    part = console.office.settings.console.oidc
    if part is None:
        return
    secret = (console.office.home / part.client_secret_file).read_text("utf-8").strip()
    provider = Provider(part.issuer, part.client_id, secret)

    def back(request: Request) -> str:
        return f"{'https' if console.https else 'http'}://{request.headers.get('host', '')}/oidc/callback"

    def page(request: Request, why: Refused) -> Response:
        text = console.pages.page(
            "login",
            lang=console.language(request),
            given="",
            refused=why,
            path="/login",
            elsewhere=part.label,
        )
        return HTMLResponse(text, 403)

    @app.get("/oidc/login")
    def go(request: Request) -> Response:
        try:
            address, _, browser = provider.begin(back(request), console.office.now())
        except Exception as why:  # noqa: BLE001 whatever the network or the issuer did: nobody is signed in
            return page(request, why if isinstance(why, Refused) else _failed())
        response = RedirectResponse(address, 303)
        response.set_cookie(
            PENDING,
            browser,
            path="/oidc",
            max_age=600,
            secure=console.https,
            httponly=True,
            samesite="lax",
        )
        return response

    @app.get("/oidc/callback")
    def come(request: Request, state: str = "", code: str = "", iss: str = "") -> Response:
        office, now = console.office, console.office.now()
        try:
            browser = request.cookies.get(PENDING, "")
            subject = provider.finish(back(request), now, state, code, browser, iss)
            entered = enter_by_subject(
                office.store,
                now,
                part.issuer,
                subject,
                address=address_of(request),
                agent=request.headers.get("user-agent", ""),
            )
        except Exception as why:  # noqa: BLE001 as above
            return page(request, why if isinstance(why, Refused) else _failed())
        onward = "/login/code" if entered.stage else "/"
        text = console.pages.page("oidc_back", lang=console.language(request), path="/login", onward=onward)
        response = HTMLResponse(text)
        give_token(response, entered.token, https=console.https)
        response.delete_cookie(PENDING, path="/oidc")
        return response

    @app.post("/people/{name}/bind")
    def bind(request: Request, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.PEOPLE)
        asked = BindRequest(name, part.issuer, fields["subject"])
        return console.act(
            visit,
            lambda: console.perform(visit, bind_subject, asked),
            then=f"/people/{name}",
            done="bound",
            again=lambda why: person_page(console, visit, name, None, why),
        )
