"""Callbacks: what a platform tells by itself. Optional; results also come by asking.

Two ends, so that the public one can run alone: a `Receiver` is built from callback secrets only and turns a
request into events; a channel that `Hears` reads a kept event later, when somebody can tell whose job it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from channels.contract.answers import Receipt, StillRunning, TakenDown
from channels.contract.errors import Rejected


class CallbackFault(StrEnum):
    """Why a request to the callback address was refused."""

    SIGNATURE = "signature"
    STALE = "stale"
    REPLAYED = "replayed"
    UNREADABLE = "unreadable"


class CallbackRefused(Exception):
    """Nothing of this request is believed or kept. `words` hold no secret and nothing that the caller sent."""

    def __init__(self, fault: CallbackFault, words: str) -> None:
        """`fault` decides what is counted; `words` are for the running log, in Chinese."""
        super().__init__(words)
        self.fault, self.words = fault, words


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """One event as it is kept until it is matched.

    `event_key` is the same for a repeated delivery, at most 120 characters. `raw` is the event's own text, readable
    without any secret. `sealed` tells that the platform's signature covers `raw`, so that it may be believed; an event
    that is not sealed is only a reason to ask.
    """

    event_key: str
    kind: str
    raw: bytes
    sealed: bool


class Receiver(Protocol):
    """The public end of one account's callbacks. Knows no token, opens nothing."""

    @property
    def answer(self) -> bytes:
        """What the platform wants to hear when everything was kept."""

    def greet(self, query: Mapping[str, str], now: datetime) -> bytes:
        """The answer to the platform's first question at a new address. Raises `CallbackRefused`."""

    def receive(
        self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[InboundEvent, ...]:
        """The events of one request: none for what concerns no job. Raises `CallbackRefused`."""


JobOutcome = Receipt | StillRunning | TakenDown | Rejected


@dataclass(frozen=True, slots=True)
class JobNews:
    """What an event says about a job. `job_ids` are the names under which `Accepted` may know it."""

    job_ids: tuple[str, ...]
    outcome: JobOutcome


@runtime_checkable
class Hears(Protocol):
    """A channel that can read a kept event."""

    def told(self, event: InboundEvent) -> JobNews | None:
        """What the event says, or None when it concerns no job. Asks nobody."""
