"""What the front page is told when the installation itself is not well."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from publisher.bootstrap import Space, warnings_for_front
from publisher.store.engine import StoreUnavailable
from publisher.workflow.desk import ChannelRequest, pause_by_hand
from tests.world import World
from tests.worlds import MakeWorld

GB = 1024**3


def roomy(_home: Path) -> Space:
    return Space(500 * GB, 1000 * GB)


def causes(world: World) -> list[str]:
    return [one.cause for one in warnings_for_front(world.office, roomy)]


def test_a_service_that_does_not_run_is_said(quiet_world: World) -> None:
    assert causes(quiet_world) == []
    quiet_world.joined.close()
    assert causes(quiet_world) == ["service"]


def test_a_channel_that_is_down_is_said_with_its_reason(quiet_world: World) -> None:
    quiet_world.do("lu", pause_by_hand, ChannelRequest("weibo", "平台维护"))
    found = [one for one in warnings_for_front(quiet_world.office, roomy) if one.cause == "channel:weibo"]
    assert [one.words for one in found] == ["微博已暂停，那里什么都不发：平台维护"]


def test_a_database_that_does_not_answer_is_said_and_not_raised(
    quiet_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise StoreUnavailable("数据库没有答复", "the database does not answer")

    monkeypatch.setattr(quiet_world.office.store, "read", away)
    assert causes(quiet_world) == ["database"]


@pytest.mark.parametrize(
    ("free", "total", "low"),
    [(500 * GB, 1000 * GB, False), (3 * GB, 1000 * GB, False), (GB, 1000 * GB, True), (GB, 10 * GB, False)],
)
def test_a_disk_is_nearly_full_when_both_share_and_room_are_small(free: int, total: int, low: bool) -> None:
    assert Space(free, total).low is low


def test_a_full_disk_is_the_worst(quiet_world: World) -> None:
    office = quiet_world.office
    found = {one.cause: one for one in warnings_for_front(office, lambda _: Space(GB // 10, 40 * GB))}
    assert found["disk"].bad
    assert "剩 0.1 GB，共 40.0 GB" in found["disk"].words


def test_real_channels_without_an_anchor_elsewhere_are_warned_of(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    def settings(anchor: Path) -> Mapping[str, str]:
        return {"practice = true": "practice = false", "anchor = ": f'anchor = "{anchor}" # '}

    beside = make_world(practising=False, settings={"practice = true": "practice = false"})
    assert "anchor" in causes(beside)
    elsewhere = make_world(practising=False, settings=settings(tmp_path / "another-machine.txt"))
    assert "anchor" not in causes(elsewhere)
