"""Adapters as they must not be: they call again without asking what became of the first call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from channels.contract import Accepted, Channel, ChannelMessage, Journal, Kept, Receipt, StepRecord, StepState
from publisher.bootstrap import Office


class Forgetful:
    """A journal as a careless adapter uses it: an open step counts as never begun, and every step as repeatable."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def once(
        self,
        name: str,
        digest: str,
        call: Callable[[], Kept],
        *,
        repeatable: bool = False,
        last: bool = False,
    ) -> Kept:
        return self._journal.once(name, digest, call, repeatable=True, last=last)

    def step(self, name: str) -> StepRecord | None:
        record = self._journal.step(name)
        return None if record is not None and record.state is StepState.OPEN else record


class Blind:
    """An adapter that retries blindly; all else is the real one."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt | Accepted:
        return self._channel.publish(message, Forgetful(journal))  # type: ignore[arg-type]


def _honest(office: Office) -> None:
    """Nothing is changed."""


def _blind(office: Office) -> None:
    channels = {name: Blind(channel) for name, channel in office.outlets.channels.items()}
    office.outlets = replace(office.outlets, channels=channels)  # type: ignore[arg-type]


BLIND: Mapping[str, Callable[[Office], None]] = {"": _honest, "blind": _blind}
