"""The practice WeChat tells the product's own callback endpoint how a publication ended, in every mode."""

from __future__ import annotations

import pytest

from tests.callback_world import called
from tests.postman import AES_KEY, TOKEN
from tests.worlds import MakeWorld

MODES = {"plain": "plain", "compatible": "compatible", "encrypted": "safe"}


@pytest.mark.parametrize("mode", MODES)
def test_a_pushed_result_brings_a_posting_out(make_world: MakeWorld, mode: str) -> None:
    with called(make_world, mode) as here:
        sim = here.world.practice.simulators["wechat"]
        assert sim.callback.configure(here.postman.base, TOKEN, AES_KEY, MODES[mode])
        item_id = here.sent()
        here.world.clock.forward(4)
        sim.pump()
        assert [d.taken for d in sim.callback.deliveries] == [True]
        here.world.turn("wechat")
        assert here.world.states(item_id)["wechat"] == "verified"


def test_a_result_pushed_twice_and_before_the_answer_is_one_posting(make_world: MakeWorld) -> None:
    with called(make_world) as here:
        sim = here.world.practice.simulators["wechat"]
        assert sim.callback.configure(here.postman.base, TOKEN, AES_KEY, "safe")
        sim.callback.early = True
        sim.callback.mishaps.append("duplicate")
        item_id = here.sent()
        here.world.turn("wechat")
        assert here.world.states(item_id)["wechat"] == "verified"
        assert sim.press.public() == 1
        assert len(here.inbox()) in (1, 2)
        assert here.polls() == 0
