"""A bureau, a complete item and five named people, all invented, for the rules to be tried on."""

from __future__ import annotations

from datetime import date

import pytest
from chinese_calendar import constants

from publisher.domain.catalogue import Bureau, ChannelPlan, Column
from publisher.domain.clocks import WorkCalendar
from publisher.domain.item import Content, ItemFile
from publisher.domain.people import Person, Role


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    """The announced years 2004 to 2026, from the package's data, never through its raising functions."""
    announced = [*constants.holidays, *constants.workdays]
    return WorkCalendar(
        first_year=min(announced).year,
        last_year=max(announced).year,
        exceptions=dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True),
    )


@pytest.fixture
def bureau(calendar: WorkCalendar) -> Bureau:
    """临澜市水利局 with one portal and two accounts that follow it."""
    plans = (
        ChannelPlan("city-portal", "portal", "市政府门户", portal=True, practice=True),
        ChannelPlan("wechat", "wechat", "微信公众号", portal=False, practice=True),
        ChannelPlan("weibo", "weibo", "微博", portal=False, practice=True),
    )
    return Bureau(
        body="linlan-slj",
        name="临澜市水利局",
        organisation="014109867",
        columns={"tzgg": Column("tzgg", "通知公告"), "xxgknb": Column("xxgknb", "信息公开年报")},
        channels={plan.name: plan for plan in plans},
        calendar=calendar,
        default_column="tzgg",
    )


@pytest.fixture
def today() -> date:
    """The day on which content is judged."""
    return date(2026, 11, 24)


@pytest.fixture
def content() -> Content:
    """An item to which nothing is lacking: every field filled, one file of each role."""
    return Content(
        title="关于北关渠秋季检修期间停水的通知",
        kind="notice",
        body="<p>自十二月一日起检修北关渠，沿线停水三天。</p>",
        formed_on=date(2026, 11, 20),
        column="tzgg",
        channels=("city-portal", "wechat", "weibo"),
        summary="北关渠检修停水三天。",
        doc_no="临水规〔2026〕3号",
        issuing_body="临澜市水利局",
        responsible_body="临澜市水利局",
        content_source="临澜市水利局",
        subject_class="农业、林业、水利\\水利",
        keywords=("停水", "检修"),
        disclosure_basis="20-15",
        short_title="北关渠停水通知",
        responsible_editor="苏禾",
        reviewer="林澄",
        expires_on=date(2027, 3, 1),
        details=(("from", "2026-12-01"), ("to", "2026-12-03")),
        files=(
            ItemFile("attachment", "a" * 64, "停水范围.pdf", "application/pdf", 40960, title="停水范围"),
            ItemFile("image", "b" * 64, "渠道.jpg", "image/jpeg", 20480, width=1200, height=800),
            ItemFile("cover", "c" * 64, "封面.jpg", "image/jpeg", 10240, width=900, height=383),
        ),
    )


@pytest.fixture
def warning_details() -> tuple[tuple[str, str], ...]:
    """The nine elements of a flood warning."""
    return (
        ("hazard", "洪水"),
        ("level", "3"),
        ("colour", "黄色"),
        ("starts_at", "2026-11-24 12:00"),
        ("area", "北关河下游两岸"),
        ("watch_for", "远离河道"),
        ("measures", "转移低洼处人员"),
        ("issuer", "临澜市水文中心"),
        ("issued_at", "2026-11-24 09:40"),
    )


@pytest.fixture
def drafter() -> Person:
    """Writes."""
    return Person("suhe", "苏禾", frozenset({Role.DRAFTER, Role.EDITOR}))


@pytest.fixture
def reviewer() -> Person:
    """Reviews content and secrecy: the second of three people."""
    return Person("lincheng", "林澄", frozenset({Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER}))


@pytest.fixture
def approver() -> Person:
    """Signs off: the third of three people."""
    return Person("gaoyuan", "高远", frozenset({Role.APPROVER}))


@pytest.fixture
def do_it_all() -> Person:
    """Holds every role of the chain: the rules must keep such a person's acts apart."""
    return Person(
        "duomian",
        "多面",
        frozenset({Role.DRAFTER, Role.EDITOR, Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER}),
    )
