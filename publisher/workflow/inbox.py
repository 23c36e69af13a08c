"""The inbox 收件箱: what a platform tells by itself is kept first, answered, and matched to a posting later.

The event may come before our own submit is stored, twice, late, or say the opposite of what we know: states only
move forward, and what contradicts is looked at, never believed over what is public. An event whose signature does
not cover its text only makes us ask.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from channels.contract import CallbackFault, CallbackRefused, InboundEvent, Receiver
from publisher.domain.timing import CALLBACK_ALARM
from publisher.store.unit_of_work import Store

HOUR = timedelta(hours=1)
LONGEST_KEY = 120

__all__ = ["CallbackDesk", "CallbackRefused"]


@dataclass
class CallbackDesk:
    """Takes callbacks in for one process. `refused` counts what was turned away, by channel and fault.

    Several refusals within an hour raise one alarm: the token there and here differ, or somebody is trying.
    """

    store: Store
    receivers: Mapping[str, Receiver]
    refused: Counter[tuple[str, CallbackFault]] = field(default_factory=Counter)
    _recent: dict[str, deque[datetime]] = field(default_factory=dict)

    def greet(self, channel: str, query: Mapping[str, str], now: datetime) -> bytes:
        """The answer to the platform's question at a new address. Raises `KeyError` and `CallbackRefused`."""
        try:
            return self.receivers[channel].greet(query, now)
        except CallbackRefused as why:
            self._note(channel, why.fault, now)
            raise

    def take_in(
        self, channel: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> bytes:
        """Keep what came; the platform's answer, to be given only now that it is committed.

        Raises `KeyError` for a channel without callbacks, `CallbackRefused` when nothing is believed, and
        `StoreUnavailable` when it could not be kept: then the platform must try again.
        """
        receiver = self.receivers[channel]
        try:
            events = receiver.receive(query, headers, body, now)
        except CallbackRefused as why:
            self._note(channel, why.fault, now)
            raise
        if events:
            self._keep(channel, events, now)
        return receiver.answer

    def _keep(self, channel: str, events: tuple[InboundEvent, ...], now: datetime) -> None:
        with self.store.write() as uow:
            for event in events:
                key = event.event_key[:LONGEST_KEY]
                uow.inbox.receive(channel, key, kind=event.kind, raw=event.raw, sealed=event.sealed, now=now)
            if not self._lately(channel, now):
                uow.accounts.close_alarm(f"callback:{channel}", now)
            uow.commit()

    def _note(self, channel: str, fault: CallbackFault, now: datetime) -> None:
        self.refused[channel, fault] += 1
        lately = self._lately(channel, now)
        lately.append(now)
        if len(lately) != CALLBACK_ALARM:
            return
        with self.store.write() as uow:
            words = (
                f"{uow.bureau.label(channel)}的回调一小时内 {len(lately)} 次验证不过，请核对回调令牌和密钥"
            )
            uow.accounts.raise_alarm(f"callback:{channel}", words, now)
            uow.commit()

    def _lately(self, channel: str, now: datetime) -> deque[datetime]:
        lately = self._recent.setdefault(channel, deque(maxlen=4 * CALLBACK_ALARM))
        while lately and lately[0] < now - HOUR:
            lately.popleft()
        return lately
