"""A content becomes the message of each kind of channel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from channels.contract import FileRef, ImageRules
from channels.portal.places import public_href
from channels.portal.wire import REQUIRED_TAGS, read
from channels.reading import comparable, plain
from publisher.domain.catalogue import KINDS, WARNING_ELEMENTS, Bureau, Column
from publisher.domain.errors import Refused
from publisher.domain.item import Content, ItemFile
from publisher.render.limits import limits
from publisher.render.renderer import Renderer
from tests.unit.render.conftest import INDEX_NO, LONGEST, PLANS, PROFILES, SITES, Render
from tests.unit.render.items import FORM, ITEMS, LEVEE, NEWS, NOTICE, REPORT, WARNING, stored

CHANNELS = list(PLANS)
FIRST_LINE = "【临澜水文中心07月08日14时00分发布】洪水蓝色预警"


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_renders_on_every_channel_within_its_limits(
    render: Render, kind: str, channel: str
) -> None:
    details = WARNING.details if set(WARNING_ELEMENTS) <= set(KINDS[kind].required_details) else ()
    message = render(replace(REPORT, kind=kind, details=details), channel)
    assert message.key == ""
    assert message.articles[0].title
    assert limits(message, PROFILES[channel], PLANS[channel]) == []


@pytest.mark.parametrize("channel", ["portal", "wechat", "drop"])
@pytest.mark.parametrize("name", ITEMS)
def test_the_whole_body_stands_on_channels_that_carry_pages(render: Render, name: str, channel: str) -> None:
    found = comparable(render(ITEMS[name], channel).articles[0].text)
    for line in plain(ITEMS[name].body).split("\n"):
        assert comparable(line) in found


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_same_content_gives_the_same_message(render: Render, channel: str) -> None:
    assert render(NEWS, channel) == render(NEWS, channel)


def test_slots_survive(render: Render) -> None:
    assert render(NEWS, "portal").articles[0].slots() == {"portal_url", "posted_at"}
    assert render(NEWS, "weibo").articles[0].slots() == {"portal_url"}
    images = {f"image:{file.digest}" for file in NEWS.images()}
    assert render(NEWS, "wechat").articles[0].slots() == {"portal_url", *images}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_title_cannot_bring_script_into_a_page(render: Render, channel: str) -> None:
    attack = "</title><script>alert(1)</script>\"'"
    body = render(replace(REPORT, title=attack, summary=attack, keywords=(attack,)), channel).articles[0].body
    if channel != "weibo":  # a short text is no markup
        assert "<script>alert" not in body


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_warning_begins_with_issuer_time_hazard_and_colour(render: Render, channel: str) -> None:
    text = comparable(render(WARNING, channel).articles[0].text)
    assert text.startswith(FIRST_LINE)
    after = text.removeprefix(FIRST_LINE)
    assert after.index("4级") < after.index("转发")


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_typed_slot_is_refused(render: Render, channel: str) -> None:
    slot = "[[slot:portal_url]]"
    changes: list[dict[str, object]] = [
        {"title": slot},
        {"body": f"<p>{slot}</p>"},
        {"body": f"<p>[[slot:image:{LEVEE.digest}]]</p>"},
        {"details": (("lead", slot),)},
    ]
    for change in changes:
        with pytest.raises(Refused, match="slot"):
            render(replace(NEWS, **change), channel)  # type: ignore[arg-type]


def test_a_picture_that_the_item_does_not_have_is_refused(render: Render) -> None:
    with pytest.raises(Refused, match="图片"):
        render(replace(NEWS, files=()), "portal")


def test_pictures_are_listed_as_they_stand_in_the_text(render: Render) -> None:
    digests = [file.digest for file in NEWS.images()]
    for channel in ("portal", "wechat", "drop"):
        assert [image.digest for image in render(NEWS, channel).articles[0].images] == digests


def test_attachments_go_only_where_a_channel_carries_files(render: Render) -> None:
    carried = {channel: len(render(NOTICE, channel).articles[0].attachments) for channel in CHANNELS}
    assert carried == {"portal": 1, "wechat": 0, "weibo": 0, "drop": 1}


# ------------------------------------------------------------------------------- pages


def test_a_page_has_all_ten_tags_and_its_text_region(render: Render) -> None:
    article = (
        render(NOTICE, "portal").filled({"portal_url": LONGEST, "posted_at": "2026-07-08 17:05"}).articles[0]
    )
    page = read(article.body)
    assert all(page.page.metas[tag] for tag in REQUIRED_TAGS)
    assert page.body
    assert page.body.text == article.text


def test_a_page_names_reviewer_and_editor(render: Render) -> None:
    for channel in ("portal", "wechat", "drop"):
        words = plain(render(NOTICE, channel).articles[0].body)
        assert "沈青禾" in words
        assert "陆予安" in words


@pytest.mark.parametrize(
    "file",
    [
        *(
            stored("attachment", f"附件 1（终）.{ending}", "application/pdf")
            for ending in ("pdf", "PDF", "docx", "ofd")
        ),
        *(
            stored("attachment", f"表.{ending}", "application/vnd.ms-excel")
            for ending in ("doc", "xls", "xlsx")
        ),
    ],
)
def test_a_link_to_a_file_is_the_one_under_which_it_will_lie(render: Render, file: ItemFile) -> None:
    ref = FileRef(file.digest, file.name, file.media_type, file.size)
    body = render(replace(REPORT, files=(file,)), "portal").articles[0].body
    assert f'href="{public_href(ref)}"' in body


def test_a_picture_on_a_page_has_its_address(render: Render) -> None:
    article = render(NEWS, "portal").articles[0]
    for image in article.images:
        assert f'src="{public_href(image)}"' in article.body


def test_a_file_name_cannot_break_out_of_a_link(render: Render) -> None:
    evil = stored("image", 'a.png"><script>x', "image/png")
    html = f'<p>x</p><img src="[[slot:image:{evil.digest}]]" alt="a">'
    for channel in ("portal", "drop"):
        assert "<script>x" not in render(replace(NEWS, body=html, files=(evil,)), channel).articles[0].body


@pytest.mark.parametrize("missing", ["name", "domain", "id_code"])
def test_a_page_without_a_mandatory_tag_is_refused(bureau: Bureau, missing: str) -> None:
    renderer = Renderer((), bureau, {"portal": {**SITES["portal"], missing: ""}})
    with pytest.raises(Refused, match="必备标签"):
        renderer.message(NOTICE, index_no=INDEX_NO, plan=PLANS["portal"], profile=PROFILES["portal"])


def test_a_column_without_description_is_refused(bureau: Bureau) -> None:
    renderer = Renderer((), replace(bureau, columns={"tzgg": Column("tzgg", "通知公告")}), SITES)
    with pytest.raises(Refused, match="栏目描述"):
        renderer.message(NOTICE, index_no=INDEX_NO, plan=PLANS["portal"], profile=PROFILES["portal"])


# ------------------------------------------------------------------------------- limits and folders


def test_the_longest_address_counts(render: Render) -> None:
    message = render(NOTICE, "wechat")
    plan = replace(PLANS["wechat"], longest_url="https://a.example/" + "x" * 2000)
    assert [fault.field for fault in limits(message, PROFILES["wechat"], plan)] == ["link"]


def test_a_slot_that_a_channel_cannot_fill_is_found_before_it_is_signed(render: Render) -> None:
    profile = replace(PROFILES["wechat"], slots=frozenset({"image", "cover"}))
    faults = limits(render(NOTICE, "wechat"), profile, PLANS["wechat"])
    assert any("portal_url" in fault.words for fault in faults)


def test_a_channel_without_a_stated_address_length_expects_a_long_one(render: Render) -> None:
    message = render(NOTICE, "weibo")
    assert limits(message, PROFILES["weibo"], replace(PLANS["weibo"], longest_url="")) == []


def test_the_bureaus_own_templates_come_first(bureau: Bureau, tmp_path: Path) -> None:
    own = tmp_path / "channels" / "weibo"
    own.mkdir(parents=True)
    (own / "body.txt").write_text("【本局】{{ item.title }} [[slot:portal_url]]", encoding="utf-8")
    renderer = Renderer((tmp_path,), bureau, SITES)
    made = renderer.message(REPORT, index_no=INDEX_NO, plan=PLANS["weibo"], profile=PROFILES["weibo"])
    assert made.articles[0].body == f"【本局】{REPORT.title} [[slot:portal_url]]"
    assert made.articles[0].link == "[[slot:portal_url]]"


def test_pages_of_adapters_are_filled_and_escaped(bureau: Bureau, tmp_path: Path) -> None:
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "x.html").write_text("<p>{{ words }}</p>", encoding="utf-8")
    assert Renderer((tmp_path,), bureau, SITES).page("portal/x.html", {"words": "<b>"}) == "<p>&lt;b&gt;</p>"


def test_the_style_of_the_portal_is_a_page_too(renderer: Renderer) -> None:
    assert ":root" in renderer.page("portal/portal.css", {})


def test_a_format_that_a_channel_does_not_take_is_found(render: Render) -> None:
    message = render(NEWS, "wechat")
    profile = replace(PROFILES["wechat"], images=ImageRules(1, ("image/png",), 100))
    assert {fault.field for fault in limits(message, profile, PLANS["wechat"])} == {"images"}


def test_a_content_without_details_is_enough(render: Render) -> None:
    for kind in ("notice", "normative", "news", "explain"):
        content: Content = replace(REPORT, kind=kind, summary=REPORT.title)
        assert f"】{REPORT.title}。" in render(content, "weibo").articles[0].body


def test_a_documents_attachment_is_named_with_format_and_size(render: Render) -> None:
    body = render(replace(REPORT, files=(FORM,)), "wechat").articles[0].text
    assert "1. 小型水库巡查记录表（DOCX，46 KB）" in body
