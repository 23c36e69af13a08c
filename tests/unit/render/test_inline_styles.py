"""A platform that keeps only inline styles gets nothing else, and loses no word of the text."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from channels.reading import comparable, plain
from publisher.domain.item import Content
from publisher.render.body import from_text, sanitise
from tests.unit.render.conftest import Render
from tests.unit.render.items import ITEMS, LEVEE, NEWS, NORMATIVE, NOTICE, REPORT, WARNING, stored
from tests.unit.render.test_body import ODD

ALLOWED = {"section", "p", "span", "strong", "img", "table", "tbody", "tr", "td", "br"}
ATTRIBUTES = {"style", "alt", "src", "data-w", "colspan", "rowspan"}
FORBIDDEN_STYLES = re.compile(
    r"font-family|position|[^-]width:\d+px|text-align:(?:start|end)|!important|-webkit-"
)


class Marks(HTMLParser):
    """Elements, attributes and styles of a body; whether every element is closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.styles: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.styles.extend(value or "" for name, value in attrs if name == "style")
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def body_of(render: Render, content: Content) -> str:
    return render(content, "wechat").articles[0].body


@pytest.mark.parametrize("name", ITEMS)
def test_only_plain_elements_with_inline_styles_are_sent(render: Render, name: str) -> None:
    body = body_of(render, ITEMS[name])
    marks = Marks(body)
    assert marks.tags <= ALLOWED
    assert marks.attributes <= ATTRIBUTES
    assert marks.open == []
    assert not [style for style in marks.styles if FORBIDDEN_STYLES.search(style)]
    assert "<style" not in body
    assert "class=" not in body


RICH = sanitise(
    "<h2 class='l1'>一、甲</h2><p class='to'>各县：</p><ol><li>第一<ul><li>里</li></ul></li><li>第二</li></ol>"
    "<p><strong>重</strong><em>斜</em><a href='https://a.example/x'>外链</a><br>换行</p>"
    "<table><caption>表1</caption><tr><th>甲</th><th>乙</th></tr><tr><td rowspan='2'><p>段</p></td><td>1</td></tr>"
    "<tr><td>2</td></tr></table><div class='sign-off'><div><p>临澜市水利局</p></div></div>"
    "<table><tr><td>外<table><tr><td>内</td></tr></table></td></tr></table>"
)


def test_rich_text_keeps_its_words_and_its_shape(render: Render) -> None:
    body = body_of(render, replace(REPORT, body=RICH))
    marks = Marks(body)
    assert marks.tags <= ALLOWED
    assert marks.open == []
    words = comparable(plain(body))
    for word in (
        "一、甲",
        "各县：",
        "1.第一·里",
        "2.第二",
        "重斜外链换行",
        "表1甲乙段12",
        "临澜市水利局",
        "外内",
    ):
        assert word in words


def test_links_become_text(render: Render) -> None:
    body = body_of(render, replace(REPORT, body=RICH))
    assert "https://a.example" not in body
    assert "href" not in body


def test_merged_cells_stay_merged(render: Render) -> None:
    assert 'rowspan="2"' in body_of(render, replace(REPORT, body=RICH))


def test_three_columns_stay_a_table(render: Render) -> None:
    assert body_of(render, NOTICE).count("<table") == 2  # the facts and the table of the text


def test_four_columns_become_one_small_table_a_row(render: Render) -> None:
    text = render(NORMATIVE, "wechat").articles[0].text
    assert "时段　非汛期\n小（1）型\n每周2次" in text
    assert body_of(render, NORMATIVE).count("<table") == 3


def test_pictures_fill_the_width_and_tell_their_own(render: Render) -> None:
    body = body_of(render, NEWS)
    assert f'<img src="[[slot:image:{LEVEE.digest}]]"' in body
    assert body.count('data-w="1280"') == 2


@pytest.mark.parametrize("seed", range(20))
def test_no_word_of_any_text_is_lost(render: Render, seed: int) -> None:
    source = random.Random(seed)
    text = "\n".join(
        source.choice(ODD) + source.choice(["", "\t", " "]) + source.choice(ODD) for _ in range(20)
    )
    words = comparable(render(replace(REPORT, body=from_text(text, {})), "wechat").articles[0].text)
    for line in text.splitlines():
        for part in line.split("\t"):
            assert comparable(part) in words


def test_the_official_title_is_repeated_only_when_the_platform_cannot_show_it(render: Render) -> None:
    long = "临澜市水利局关于印发《临澜市小型水库安全运行管理实施细则》和《巡查记录办法》的通知"
    article = render(replace(NORMATIVE, title=long), "wechat").articles[0]
    assert article.title == NORMATIVE.short_title
    assert long in article.text
    assert NORMATIVE.title not in render(NORMATIVE, "wechat").articles[0].text


def test_a_title_is_never_cut(render: Render) -> None:
    long = "很" * 33
    assert render(replace(REPORT, title=long, short_title=long), "wechat").articles[0].title == long


def test_an_author_that_is_too_long_is_left_to_the_account(render: Render) -> None:
    assert render(REPORT, "wechat").articles[0].author == "临澜市水利局"


def test_the_foot_names_source_reviewer_editor_and_index_number(render: Render) -> None:
    foot = render(NOTICE, "wechat").articles[0].text.split("\n")[-4:]
    assert foot[:3] == [
        "来源：临澜市水利局",
        "审核：沈青禾　责任编辑：陆予安",
        "索引号：99000123-4/2026-00124",
    ]
    assert "阅读原文" in foot[3]


def test_the_link_is_the_portals(render: Render) -> None:
    assert render(NOTICE, "wechat").articles[0].link == "[[slot:portal_url]]"


# ------------------------------------------------------------------------------- covers


def cover_name(render: Render, content: Content) -> str:
    cover = render(content, "wechat").articles[0].cover
    assert cover
    return cover.name


def test_an_items_own_picture_is_its_cover(render: Render) -> None:
    assert cover_name(render, NEWS) == "levee.jpg"


def test_an_item_without_a_picture_has_the_plain_cover(render: Render) -> None:
    assert cover_name(render, REPORT) == "cover.png"


def test_a_picture_that_the_platform_does_not_take_is_no_cover(render: Render) -> None:
    files = (stored("cover", "x.gif", "image/gif"),)
    assert cover_name(render, replace(REPORT, files=files)) == "cover.png"


@pytest.mark.parametrize(("level", "colour"), [("1", "红色"), ("2", "橙色"), ("3", "黄色"), ("4", "蓝色")])
def test_a_warning_has_the_sign_of_its_level_and_no_photograph(
    render: Render, level: str, colour: str
) -> None:
    details = tuple({**dict(WARNING.details), "level": level, "colour": colour}.items())
    content = replace(WARNING, details=details, files=(LEVEE,))
    cover = render(content, "wechat").articles[0].cover
    assert cover
    assert (cover.name, cover.alt, cover.width, cover.height) == (
        f"warning-{level}.png",
        f"洪水{colour}预警，{level}级",
        900,
        383,
    )
    assert f"▶ {colour}" in body_of(render, content)
