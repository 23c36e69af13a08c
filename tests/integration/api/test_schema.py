"""The API keeps to its own description whatever is sent: no fault of the system, no answer that is not described."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from publisher.bootstrap import Office
from publisher.web.api.app import api_app
from publisher.web.api.pace import Pace
from publisher.web.serving import served
from publisher.workflow.schedule import ScheduleRequest, schedule
from publisher.workflow.staff import AddUserRequest, add_user
from tests.integration.api.program import token_of
from tests.world import World

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
EXAMPLES = 10
WITH_TEXTS = 25
"""Addresses that take whole texts are tried more often."""


def operations() -> list[tuple[str, str]]:
    """(method, path) of everything that the API describes."""
    paths = api_app(cast("Office", None)).openapi()["paths"]
    return [(method, path) for path, found in paths.items() for method in found]


@dataclass
class Served:
    """The API over a practice world, without a limit on pace; `known` are ids of things that are there."""

    world: World
    schema: Any
    headers: Mapping[str, str]
    known: Mapping[str, list[str]]

    def really(self, case: Case, which: int) -> None:
        """Let a request be about things that are there: what changes a draft gets a new one."""
        for name in case.path_parameters:
            there = self.known[name]
            case.path_parameters[name] = there[which % len(there)]
        if (
            case.method in ("POST", "PUT")
            and "item_id" in case.path_parameters
            and "withdraw" not in case.path
        ):
            case.path_parameters["item_id"] = self.world.draft()
            case.headers.pop("If-Match", None)
            case.headers["If-Match"] = "*"


@pytest.fixture(scope="module")
def api(shared_world: World) -> Iterator[Served]:
    world = shared_world
    item_id, digest = world.released()
    _, approved = world.approved()
    world.do("lu", schedule, ScheduleRequest(approved))
    opened = world.draft()
    postings = [posting.id for posting in world.postings(item_id).values()]
    world.until(lambda: world.states(item_id)["bureau-portal"] == "verified")
    parts = [part.id for part in world.parts(item_id).values()]
    app = api_app(world.office, pace=Pace(per_minute=1e9, burst=10**9))
    roles = ("drafter", "editor", "approver", "disclosure_office")
    world.staff["wu"] = world.office.prove(
        "wu", token=world.do("admin", add_user, AddUserRequest("wu", "吴某", roles))
    )
    headers = {"Authorization": f"Bearer {token_of(world, 'wu')}"}
    with served(app, "127.0.0.1", 0) as base:
        schema = schemathesis.openapi.from_url(f"{base}/openapi.json")
        yield Served(
            world,
            schema,
            headers,
            {
                "item_id": [opened, item_id],
                "digest": [approved, digest],
                "posting_id": postings,
                "part_id": parts,
                "seq": ["1", "2"],
            },
        )


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize(("method", "path"), operations(), ids=lambda word: str(word))
def test_every_answer_is_as_described(api: Served, method: str, path: str, mode: GenerationMode) -> None:
    operation = api.schema[path][method]
    if mode is GenerationMode.NEGATIVE and not (list(operation.iter_parameters()) or operation.body):
        return
    strategy = operation.as_strategy(generation_mode=mode)
    count = WITH_TEXTS if method in ("post", "put") else EXAMPLES

    @seed(20261124)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, real=st.booleans(), which=st.integers(0, 7))
    def holds(case: Case, real: bool, which: int) -> None:
        if real and mode is GenerationMode.POSITIVE:
            api.really(case, which)
        answer = case.call(headers=dict(api.headers))
        case.validate_response(answer, checks=CHECKS)

    holds()
