"""What the account may do: asked at most once an hour while it may, remembered for all processes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from channels.contract import ChannelRefused, Ports
from channels.wechat.profile import PERMISSION_PROBE
from channels.wechat.wire import Wire

T = TypeVar("T")

MAY_PUBLISH, MAY_SEND = "may_publish", "may_send"
YES, NO = "yes", "no"
NO_RIGHT = "48001"
LASTS = timedelta(hours=1)


class Rights:
    """The rights of one account."""

    def __init__(self, wire: Wire, ports: Ports) -> None:
        """Nothing is asked before the first question."""
        self._wire, self._ports = wire, ports

    def may_publish(self) -> bool:
        """Whether articles may be published by a call. Asks the platform unless it said yes within the hour."""
        if self._known(MAY_PUBLISH) == YES:
            return True
        self._ports.meter.take(PERMISSION_PROBE)
        return self._asked(MAY_PUBLISH, "freepublish/batchget", {"offset": 0, "count": 1, "no_content": 1})

    def may_send(self) -> bool:
        """Whether followers may be sent to by a call."""
        if self._known(MAY_SEND) == YES:
            return True
        return self._asked(MAY_SEND, "message/mass/speed/get", {})

    def drafts_only(self) -> bool:
        """Whether the platform said within the hour that nothing may be published by a call; asks again after it."""
        known = self._ports.account.get(MAY_PUBLISH)
        if known is None or known.value != NO:
            return False
        return self._known(MAY_PUBLISH) == NO or not self.may_publish()

    def listed(self, look: Callable[[bool], T]) -> T:
        """Look through what is published, where the account may; the look is told whether it may.

        An account that turns out not to may is remembered, and looked at without the list.
        """
        if self.drafts_only():
            return look(False)
        try:
            return look(True)
        except ChannelRefused as why:
            if why.code != NO_RIGHT:
                raise
        self._note(MAY_PUBLISH, may=False)
        return look(False)

    def doubt(self) -> None:
        """The platform refused a publication: what it said before counts no more."""
        for name in (MAY_PUBLISH, MAY_SEND):
            known = self._ports.account.get(name)
            if known:
                self._ports.account.drop(name, expected_version=known.version)

    def _known(self, name: str) -> str:
        known = self._ports.account.get(name)
        fresh = known is not None and known.expires_at is not None and known.expires_at > self._ports.now()
        return known.value if known and fresh else ""

    def _asked(self, name: str, call: str, asked: dict[str, object]) -> bool:
        """Raises every refusal but the one that says that this interface is not the account's."""
        may = True
        try:
            self._wire.ask(call, asked)
        except ChannelRefused as why:
            if why.code != NO_RIGHT:
                raise
            may = False
        self._note(name, may=may)
        return may

    def _note(self, name: str, *, may: bool) -> None:
        known = self._ports.account.get(name)
        self._ports.account.put(
            name,
            YES if may else NO,
            expires_at=self._ports.now() + LASTS,
            expected_version=known.version if known else 0,
        )
