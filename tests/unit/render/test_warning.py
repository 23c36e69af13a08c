"""A warning's elements are read, never computed; what contradicts itself is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publisher.domain.catalogue import Bureau
from publisher.domain.errors import Refused
from publisher.render.moments import clock, moment, spoken, stamp, with_year
from publisher.render.warning import COLOURS, WarningNotice, warning_of
from tests.unit.render.items import REPORT, WARNING


def read(bureau: Bureau, **details: str) -> WarningNotice:
    changed = tuple({**dict(WARNING.details), **details}.items())
    found = warning_of(replace(WARNING, details=changed), bureau)
    assert found
    return found


def test_the_first_line_is_the_prescribed_one(bureau: Bureau) -> None:
    assert read(bureau).first_line == "【临澜水文中心07月08日14时00分发布】洪水蓝色预警"


def test_another_kind_is_no_warning(bureau: Bureau) -> None:
    assert warning_of(REPORT, bureau) is None


@pytest.mark.parametrize("level", ["4", "4级", "IV", "Ⅳ级", "四"])
def test_a_level_is_read_as_people_write_it(bureau: Bureau, level: str) -> None:
    assert read(bureau, level=level, colour="蓝").level == 4


@pytest.mark.parametrize("level", COLOURS)
def test_level_and_colour_must_agree(bureau: Bureau, level: int) -> None:
    assert read(bureau, level=str(level), colour=COLOURS[level]).colour == COLOURS[level]
    with pytest.raises(Refused, match=COLOURS[level]):
        read(bureau, level=str(level), colour=COLOURS[5 - level])


@pytest.mark.parametrize(("field", "value"), [("level", "5"), ("level", "高"), ("issued_at", "今天下午")])
def test_what_cannot_be_read_is_refused_by_name(bureau: Bureau, field: str, value: str) -> None:
    with pytest.raises(Refused, match=f"details.{field}"):
        read(bureau, **{field: value})


def test_our_own_warning_is_not_called_a_relay(bureau: Bureau) -> None:
    assert read(bureau).relay
    assert not read(bureau, issuer=bureau.name).relay


@pytest.mark.parametrize(
    ("written", "stamped"),
    [
        ("2026-07-08 14:05", "07月08日14时05分"),
        ("2026-07-08T06:05Z", "07月08日14时05分"),
        ("2026-07-08T23:30+00:00", "07月09日07时30分"),
        ("2026年7月8日14时", "07月08日14时00分"),
        ("07月08日14时05分", "07月08日14时05分"),
        ("7月8日14:05", "07月08日14时05分"),
        ("2月29日0时0分", "02月29日00时00分"),
    ],
)
def test_an_instant_is_read_in_beijing_time(written: str, stamped: str) -> None:
    found = moment(written)
    assert found
    assert stamp(found) == stamped


@pytest.mark.parametrize(
    "written", ["", "明天", "2026-07-08", "2026-13-08 14:00", "13月1日1时", "7月8日24时", "7月8日"]
)
def test_other_words_are_no_instant(written: str) -> None:
    assert moment(written) is None


def test_instants_are_spoken_without_empty_minutes() -> None:
    full, half = moment("2026-07-08 18:00"), moment("7月8日18:30")
    assert full
    assert half
    assert with_year(full, spoken(full)) == "2026年7月8日18时"
    assert with_year(half, spoken(half)) == "7月8日18时30分"
    assert clock(half) == "7月8日18:30"
