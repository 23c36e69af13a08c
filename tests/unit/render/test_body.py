"""Plain text becomes our HTML, and no word is lost on the way."""

from __future__ import annotations

import random

import pytest

from channels.reading import comparable, plain
from publisher.domain.errors import Refused
from publisher.render.body import from_text, sanitise
from tests.unit.render.items import GATE, LEVEE

ODD = [
    "𠮷野家前的㐂字🌊🏞️",
    "繁體字：縣級水庫「責任人」",
    "<script>alert('1')</script> & &amp; &lt;b&gt; ]]> <!-- x -->",
    "　　全角空格缩进　中间　也有　",
    "一、标题\t\t带制表符",
    "（一）要求。后面还有正文；不是标题",
    "第十二章 附　则",
    "a\u200bb\u00a0c\u2028d\u0085e\x0bf",
    "*星号* _下划线_ `反引号` # 井号 | 竖线 | [链接](http://a.example/x)",
    "e\u0301 ﬁ ① Ⅳ ㎡ 〔2026〕3号 ——…… “引号”",
    "[[slot:不完整",
    "!()[] ![未闭合](",
    "表\t甲\t乙",
    "1\t2\t3",
    "",
    "   ",
]


@pytest.mark.parametrize("text", ODD)
def test_every_run_of_characters_stands_in_order(text: str) -> None:
    assert comparable(plain(from_text(text, {}))) == comparable(text)


@pytest.mark.parametrize("seed", range(60))
def test_texts_of_any_make_lose_nothing(seed: int) -> None:
    source = random.Random(seed)
    pieces = [
        *ODD,
        "\n",
        "\r\n",
        "\t",
        "。",
        "一、",
        "（二）",
        "<",
        ">",
        "&",
        '"',
        "'",
        "\U0001f30a",
        "\U00030000",
    ]
    text = "".join(source.choice(pieces) + source.choice(["", "\n", " ", "\t"]) for _ in range(40))
    html = from_text(text, {})
    assert comparable(plain(html)) == comparable(text)
    assert comparable(plain(sanitise(html))) == comparable(text)


def test_a_byte_order_mark_is_no_text() -> None:
    assert from_text("\ufeff正文", {}) == "<p>正文</p>"


def test_the_levels_of_official_documents_are_headings_in_order() -> None:
    html = from_text("第一章　总则\n一、目的\n（一）范围\n（二）对象\n二、职责\n第二章　附则\n（一）解释", {})
    assert [line.partition(">")[0] for line in html.split("\n")] == [
        '<h2 class="chapter"',
        '<h3 class="l1"',
        '<h4 class="l2"',
        '<h4 class="l2"',
        '<h3 class="l1"',
        '<h2 class="chapter"',
        '<h3 class="l2"',
    ]


def test_the_first_heading_of_a_text_is_the_highest() -> None:
    assert from_text("（一）范围", {}) == '<h2 class="l2">（一）范围</h2>'


@pytest.mark.parametrize(
    "line", ["（一）加强领导。各单位要落实责任", "一、停水时间：7月11日", "一、" + "长" * 60]
)
def test_a_line_that_runs_on_is_a_paragraph(line: str) -> None:
    assert from_text(line, {}).startswith("<p>")


def test_lines_with_tabs_are_a_table_with_a_header() -> None:
    html = from_text("时段\t次数\n汛期\t每日1次", {})
    assert '<th scope="col">时段</th>' in html
    assert "<tr><td>汛期</td><td>每日1次</td></tr>" in html


def test_a_single_line_with_a_tab_is_no_table() -> None:
    assert "<table" not in from_text("临澜市水利局\t2026年7月8日", {})


def test_a_picture_stands_where_the_text_puts_it() -> None:
    html = from_text('前文![护坡](levee.jpg "左岸")后文', {"levee.jpg": LEVEE})
    assert html.split("\n") == [
        "<p>前文</p>",
        f'<figure><img src="[[slot:image:{LEVEE.digest}]]" alt="护坡"><figcaption>左岸</figcaption></figure>',
        "<p>后文</p>",
    ]


def test_a_picture_that_the_text_does_not_place_is_not_lost() -> None:
    html = from_text("![护坡](levee.jpg)\n正文", {"levee.jpg": LEVEE, "gate.png": GATE})
    assert html.endswith(f'<figure><img src="[[slot:image:{GATE.digest}]]" alt="排水涵闸"></figure>')
    assert html.count("<img") == 2


def test_a_picture_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=r"missing\.png"):
        from_text("![x](missing.png)", {"levee.jpg": LEVEE})


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x9b", "\ud800"])
def test_a_character_that_no_page_can_show_is_refused(char: str) -> None:
    with pytest.raises(Refused, match="控制字符"):
        from_text(f"正{char}文", {})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('<p onclick="x()" style="color:red" class="to big">a</p>', '<p class="to">a</p>'),
        ("<script>x()</script><style>p{}</style><p>a</p>", "<p>a</p>"),
        ("<h1>a</h1><font>b</font>", "ab"),
        ('<a href="javascript:x()">a</a>', "<a>a</a>"),
        ('<a href="https://a.example/">a</a>', '<a href="https://a.example/">a</a>'),
        ('<img src="https://a.example/x.png" alt="a">', '<img alt="a">'),
        ('<img src="[[slot:portal_url]]">', "<img>"),
        ('<td colspan="2">x', "x"),
    ],
)
def test_only_the_subset_passes(given: str, kept: str) -> None:
    assert sanitise(given) == kept


def test_the_slot_of_a_picture_passes() -> None:
    html = f'<img src="[[slot:image:{LEVEE.digest}]]" alt="护坡">'
    assert sanitise(html) == html


def test_sanitising_twice_changes_nothing_more() -> None:
    html = from_text('一、标题\n表\t甲\n1\t2\n![a](levee.jpg "b")', {"levee.jpg": LEVEE})
    assert sanitise(sanitise(html)) == sanitise(html)
