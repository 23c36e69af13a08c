"""What the API says of itself: every status, header and problem of every address, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from publisher.domain.people import Act, View
from publisher.domain.scopes import SCOPES, scope_for
from publisher.web.api.problems import KINDS, MEDIA_TYPE, ProblemDocument

ALWAYS = (
    "malformed",
    "bad-input",
    "no-token",
    "token-refused",
    "scope-missing",
    "not-permitted",
    "too-many",
    "fault",
    "busy",
)
BODY = ("too-large", "media-type")
ONCE = ("at-work", "outcome-unclear", "key-reused")
HEADERS: Mapping[int, Mapping[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string"}, "required": True}},
    429: {
        "Retry-After": {
            "description": "in how many seconds one may ask again",
            "schema": {"type": "string", "pattern": "^[0-9]+$"},
            "required": True,
        }
    },
    409: {
        "Retry-After": {
            "description": "where the same request is being worked on: in how many seconds to ask again",
            "schema": {"type": "string", "pattern": "^[0-9]+$"},
        }
    },
    503: {
        "Retry-After": {
            "description": "in how many seconds one may ask again",
            "schema": {"type": "string", "pattern": "^[0-9]+$"},
        }
    },
}
ETAG = {
    "ETag": {
        "description": "the draft's version, for If-Match",
        "schema": {"type": "string", "pattern": '^"[0-9a-z-]+"$'},
    }
}
LOCATION = {"Location": {"description": "where the new thing is", "schema": {"type": "string"}}}
REPLAYED = {
    "Idempotent-Replayed": {
        "description": "`true` where this is the kept answer of an earlier request with the same key",
        "schema": {"type": "string", "enum": ["true"]},
    }
}


def told(*kinds: str, ok: int = 200, headers: Mapping[str, Any] | None = None) -> dict[int | str, Any]:
    """The answers of one address for FastAPI: the problems it may give, and the headers of its good answer."""
    answers: dict[int | str, Any] = {}
    for kind in (*ALWAYS, *kinds):
        status = KINDS[kind].status
        before = answers.get(status, {}).get("description", "")
        answers[status] = {
            "description": f"{before}, {kind}" if before else kind,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        if status in HEADERS:
            answers[status]["headers"] = dict(HEADERS[status])
    if headers:
        answers[ok] = {"headers": dict(headers)}
    return answers


def needs(*wanted: Act | View) -> dict[str, Any]:
    """What the description says of the scopes of an address."""
    return {"security": [{"token": sorted({scope_for(one).value for one in wanted})}]}


def describe(app: FastAPI, title: str, version: str) -> dict[str, Any]:
    """The document at `/openapi.json`."""
    document = get_openapi(
        title=title,
        version=version,
        openapi_version="3.1.0",
        routes=app.routes,
        summary="Items, postings, the log and the ledger of one public body, for its own programs.",
        servers=app.servers or None,
    )
    parts = document.setdefault("components", {})
    schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    parts.setdefault("schemas", {}).update(schema.pop("$defs", {}))
    parts["schemas"]["Problem"] = schema
    scopes = "; ".join(f"`{scope}` {grant.words}" for scope, grant in SCOPES.items())
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": f"Scopes: {scopes}"}
    }
    document["security"] = [{"token": []}]
    return document
