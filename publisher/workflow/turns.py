"""Turns: of several workers one keeps a channel, looks at what is out there, asks about jobs, removes and probes.

Sending is anybody's: there the claim decides. Looking twice at the same time would spend rationed calls twice.
"""

from __future__ import annotations

from publisher.store.unit_of_work import Reading, Store
from publisher.workflow.outlets import Outlets


def has_turn(store: Store, outlets: Outlets, channel_name: str) -> bool:
    """Whether this worker keeps the channel; takes it when its keeper no longer lives."""
    with store.read() as reading:
        keeper = _keeper(reading, channel_name)
        if keeper == outlets.worker:
            return True
        if keeper and reading.workers.lives(keeper):
            return False
    with store.write() as uow:
        keeper = _keeper(uow, channel_name)
        if keeper and keeper != outlets.worker and uow.workers.lives(keeper):
            return False
        uow.accounts.change_channel(channel_name, keeper=outlets.worker)
        uow.commit()
    return True


def _keeper(reading: Reading, channel_name: str) -> str:
    channel = reading.accounts.channel(channel_name)
    return channel.keeper if channel else ""
