"""A person's word that something is out names an address: no channel looks anywhere but at its own pages."""

from __future__ import annotations

import socket

import pytest

from channels.contract import CannotSee, Gone
from publisher.workflow.settle_by_hand import ConfirmRequest, look_at_claimed
from tests.world import PORTALS, SOCIAL, World


@pytest.mark.parametrize("channel", [*PORTALS, *SOCIAL])
def test_no_service_beside_us_is_asked_for_an_address_that_somebody_claims(
    quiet_world: World, channel: str
) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        for remote_id in ("", "x", "../../gongkai.toml"):
            asked = ConfirmRequest("none", f"http://127.0.0.1:{port}/admin", remote_id)
            seen = look_at_claimed(quiet_world.office.outlets, channel, asked)
            assert isinstance(seen, CannotSee | Gone)
        with pytest.raises(TimeoutError):
            listener.accept()
