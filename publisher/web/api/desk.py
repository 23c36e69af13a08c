"""What every room of the API shares: who asks, may they, acts in their name, and answers that are given once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from publisher.domain.errors import Reason, Refused
from publisher.domain.people import Act, Person, View, require
from publisher.domain.scopes import Scope, scope_for
from publisher.store.engine import CommitUnsure, StoreUnavailable
from publisher.web.api.problems import Turned, turned
from publisher.web.api.words import ID
from publisher.workflow.acts import Actor, note_refusal
from publisher.workflow.replies import Known, begin_reply, forget_reply, settle_reply
from publisher.workflow.sessions import enter_room
from publisher.workflow.tokens import Caller

if TYPE_CHECKING:
    from publisher.bootstrap import Office

T = TypeVar("T")
_NOT_PERMITTED = Reason.NOT_PERMITTED
KEPT_HEADERS = ("etag", "location")
UNCLEAR = -1
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="Your own name for this request. Sent again with the same key, it is done once and answered alike.",
    ),
]


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a program: in whose name, when, and with which key, "" where it has none."""

    request: Request
    caller: Caller
    now: datetime

    @property
    def actor(self) -> Actor:
        """In whose name."""
        return self.caller.actor

    @property
    def person(self) -> Person:
        """In whose name."""
        return self.caller.actor.person


@dataclass(frozen=True)
class Desk:
    """The API over an open office."""

    office: Office

    def call(self, request: Request, *wanted: Act | View) -> Call:
        """Whoever asks, where the token's scopes open what is wanted and a view is the person's to see.

        Raises `Turned` and `Refused`; both are on record. Whether an act is the person's is asked when it is done.
        """
        _check_query(request)
        caller: Caller = request.state.caller
        call = Call(request, caller, self.office.now())
        for one in wanted:
            self._check_scope(call, one)
            if isinstance(one, View):
                enter_room(self.office.store, call.now, call.actor, one)
        return call

    def _check_scope(self, call: Call, wanted: Act | View) -> None:
        scope: Scope = scope_for(wanted)
        if scope in call.caller.scopes:
            return
        way = turned(
            "scope-missing",
            f"这个令牌没有权限 {scope.value}",
            f"The token lacks the scope {scope.value}",
            field="scope",
            allowed=scope.value,
        )
        refused = Refused(_NOT_PERMITTED, *way.problems)
        note_refusal(self.office.store, call.now, call.actor, f"api_{wanted.value}", None, refused)
        raise way

    def may(self, call: Call, act: Act) -> None:
        """Refuse, on record, what the person may not do, before anything of it is looked up."""
        try:
            require(act, call.person)
        except Refused as why:
            note_refusal(self.office.store, call.now, call.actor, act.value, None, why)
            raise

    def perform(self, call: Call, use_case: Callable[..., T], request: object, **tools: Any) -> T:
        """Run a use case in this person's name; a refusal is on record and raised again."""
        return self.office.perform(call.actor, use_case, request, **tools)

    def once(self, call: Call, key: str | None, asked: object, do: Callable[[], Response]) -> Response:
        """Do a request once, however often it comes under its key. `asked` tells it from another one."""
        if key is None:
            return do()
        store, name = self.office.store, call.person.name
        kept = begin_reply(store, call.now, name, key, _digest(call.request, asked))
        if kept.known is Known.ANSWERED and kept.status > 0:
            headers = {**(kept.headers or {}), "Idempotent-Replayed": "true"}
            return Response(kept.body, kept.status, headers, media_type="application/json")
        if kept.known is not Known.NEW:
            raise _not_again(kept.known)
        try:
            response = do()
        except (Refused, Turned):
            forget_reply(store, name, key)
            raise
        except CommitUnsure:
            self._unclear(name, key)
            raise
        except StoreUnavailable:
            with suppress(StoreUnavailable):
                forget_reply(store, name, key)
            raise
        except Exception:
            self._unclear(name, key)
            raise
        told = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        with suppress(StoreUnavailable):  # it was done: that is said, whether or not it can be kept
            settle_reply(store, name, key, response.status_code, told, bytes(response.body).decode())
        return response

    def _unclear(self, name: str, key: str) -> None:
        with suppress(StoreUnavailable):
            settle_reply(self.office.store, name, key, UNCLEAR, {}, "")


def _check_query(request: Request) -> None:
    """A misspelt filter must not show everything: what an address does not know is refused."""
    route = request.scope["route"]
    known = {param.alias for param in route.dependant.query_params}
    strange = sorted(set(request.query_params) - known)
    if strange:
        raise turned(
            "bad-input",
            "没有这个查询参数",
            "There is no such query parameter",
            field=strange[0][:200],
            allowed=", ".join(sorted(known)),
        )


def said(model: BaseModel, status: int = 200, **headers: str) -> Response:
    """A document as the answer. `headers` have `_` for `-`."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Response(
        model.model_dump_json(by_alias=True),
        status,
        {**named, "Cache-Control": "no-store"},
        "application/json",
    )


def known_id(text: str) -> str:
    """An id as it may be asked for; what cannot be one is not there."""
    if not ID.fullmatch(text):
        raise turned("not-found", "没有这个编号", "There is no such id")
    return text


def address(request: Request, path: str) -> str:
    """Where a thing of the API is, below this host."""
    return f"{request.scope.get('root_path', '')}{path}"


def _digest(request: Request, asked: object) -> str:
    given = asked.model_dump() if isinstance(asked, BaseModel) else asked
    whole = [
        request.method,
        request.url.path,
        request.headers.get("if-match", ""),
        given,
    ]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _not_again(known: Known) -> Turned:
    if known is Known.OTHER:
        return turned(
            "key-reused",
            "这个 Idempotency-Key 用在了另一个请求上，这一次没有办理",
            "The key was used for another request; nothing was done",
            field="Idempotency-Key",
            allowed="每个请求自己的键 / a key of its own",
        )
    if known is Known.AT_WORK:
        return turned(
            "at-work",
            "同一个请求正在办理，过一会儿用同样的键再问",
            "The same request is being worked on; ask again with the same key",
            retry_after="2",
        )
    return turned(
        "outcome-unclear",
        "这个请求办到一半断了，办没办成不能断定。请先查看条目再决定，不要直接重发",
        "The request was broken off; whether it was done is not known. Look at the resource before you send another",
    )
