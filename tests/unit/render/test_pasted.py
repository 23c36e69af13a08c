"""HTML from Word and browsers as our subset: structure stays, dress and scripts go, no word is lost."""

from __future__ import annotations

import pytest

from publisher.render.body import from_text
from publisher.render.pasted import clean

DIGEST = "a" * 64


def ours(source: str) -> str:
    return DIGEST if source.endswith(DIGEST) else ""


def test_word_paragraphs_lose_their_dress_and_keep_their_words() -> None:
    word = (
        "<html><head><style>p{color:red}</style></head><body>"
        "<p class=MsoNormal style='text-indent:2em'><span lang=EN-US>\u3000\u3000按照<b>办法</b>，</span>"
        "<o:p>&nbsp;</o:p>现予公示。</p>"
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p></body></html>"
    )
    assert clean(word) == "<p>按照<strong>办法</strong>，\xa0现予公示。</p>".replace("\xa0", "&nbsp;")


def test_headings_begin_at_the_second_level_and_skip_none() -> None:
    assert clean("<h1>一</h1><h4>二</h4><h6>三</h6><h4>四</h4><h1>五</h1>") == (
        "<h2>一</h2>\n<h3>二</h3>\n<h4>三</h4>\n<h3>四</h3>\n<h2>五</h2>"
    )


def test_a_table_keeps_its_merged_cells_and_its_head() -> None:
    made = clean(
        "<table width=500><thead><tr><th colspan=2 style='x'>安置区</th></tr></thead>"
        "<tr><td rowspan='2'><p>柳林镇</p><p>东</p></td><td>27</td></tr><tr><td>19</td></tr></table>"
    )
    assert '<th colspan="2" scope="col">安置区</th>' in made.replace(
        'scope="col" colspan="2"', 'colspan="2" scope="col"'
    )
    assert '<td rowspan="2">柳林镇<br>东</td>' in made
    assert made.startswith('<div class="scroll"') or 'class="scroll"' in made


def test_lists_stay_lists_also_nested_ones() -> None:
    made = clean("<ul><li>甲<ol><li>子</li></ol></li><li><p>乙</p></li></ul>")
    assert made == "<ul><li>甲<ol><li>子</li></ol></li><li>乙</li></ul>"


def test_only_our_own_pictures_stay_and_stand_for_themselves() -> None:
    made = clean(
        f'<p>前<img src="/items/x/files/{DIGEST}" alt="大坝 &quot;东&quot;">后<img src="http://e.invalid/x.png"></p>',
        ours,
    )
    assert made == (
        f'<p>前</p>\n<figure><img src="[[slot:image:{DIGEST}]]" alt="大坝 &quot;东&quot;"></figure>\n<p>后</p>'
    )


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>点</a>",
        "<svg onload=alert(1)><p>x</p></svg>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<p style='background:url(javascript:alert(1))' onclick=alert(1)>字</p>",
        "<table><tr><td onmouseover=alert(1)>字</td></tr></table>",
        "<div class='sign-off' onfocus=alert(1) autofocus>字</div>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    ],
)
def test_nothing_that_runs_comes_through(bad: str) -> None:
    made = clean(f"<p>前</p>{bad}<p>后</p>")
    assert "alert" not in made
    assert "前" in made
    assert "后" in made


def test_what_we_made_ourselves_stays_as_it_is() -> None:
    text = "第一章 总则\n一、目的\n（一）范围\n各县水利局：\n名称\t数\n甲\t1\n乙\t2\n结束"
    body = from_text(text, {})
    assert clean(body) == clean(clean(body))
    assert [line for line in clean(body).split("\n") if "h2" in line] == [
        '<h2 class="chapter">第一章 总则</h2>'
    ]


def test_bare_text_and_unclosed_paragraphs_are_paragraphs() -> None:
    assert clean("一<br><br>二<p>三<p>四") == "<p>一<br><br>二</p>\n<p>三</p>\n<p>四</p>"


def test_deep_nesting_ends_in_words_and_not_in_an_error() -> None:
    assert "底" in clean("<div>" * 5000 + "底" + "</div>" * 5000)
