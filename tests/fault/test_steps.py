"""The list of steps is whole."""

from __future__ import annotations

from typing import Any

from channels.contract import Kept
from publisher.workflow.journal import StoreJournal
from tests.fault.house import reopen
from tests.fault.killing import Scene, all_verified, all_withdrawn, order
from tests.fault.rest import serve_to_rest
from tests.fault.steps import PUBLISHING, WITHDRAWING, Step, plain_name, trip_of


def test_the_list_names_every_step_and_request_of_a_whole_trip_in_order(at: Scene) -> None:
    made: list[Step] = []

    class Recording(StoreJournal):
        def __init__(self, store: Any, posting_id: str, *, scope: str, **rest: Any) -> None:
            super().__init__(store, posting_id, scope=scope, **rest)
            with store.read() as reading:
                self._at = (reading.postings.get(posting_id).channel, trip_of(scope))

        def once(
            self, name: str, digest: str, call: Any, *, repeatable: bool = False, last: bool = False
        ) -> Kept:
            before = len(at.practice.log.lines)
            kept = super().once(name, digest, call, repeatable=repeatable, last=last)
            asked = [line.path for line in at.practice.log.lines[before:] if line.creates]
            made.append(Step(*self._at, plain_name(name), *asked))
            return kept

    office = reopen(at.home, at.clock, journal=Recording, http=at.http)
    serve_to_rest(office, at.clock)
    all_verified(at)
    order(at)
    serve_to_rest(office, at.clock)
    all_withdrawn(at)
    office.close()
    assert sorted(made, key=str) == sorted((*PUBLISHING, *WITHDRAWING), key=str)
