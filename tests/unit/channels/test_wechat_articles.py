"""From message to draft and back: the key in the link, what is compared, what JSON goes out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channels.contract import Rejected
from channels.sandbox.call import Call, Reply
from channels.wechat.articles import compare, key_of, marked, unmarked, wire_articles
from tests.contract.fakes import MemoryJournal
from tests.contract.wechat_rig import World

KEY = "7k-2026-00124-wechat-1"


@pytest.mark.parametrize(
    "link",
    [
        "https://slj.example.gov.cn/gk/2026/00124.html",
        "https://slj.example.gov.cn/gk/show?id=3",
        "https://slj.example.gov.cn/gk/show?id=3&p=2#zw",
        "https://slj.example.gov.cn/",
    ],
)
def test_a_link_carries_the_key_and_gives_it_back(link: str) -> None:
    assert key_of(marked(link, KEY)) == KEY
    assert unmarked(marked(link, KEY)) == link
    assert unmarked(link) == link
    assert key_of(link) == ""


def test_the_key_of_another_posting_is_another_key() -> None:
    assert key_of(marked("https://slj.example.gov.cn/", KEY + "2")) != KEY


def sent(world: World, key: str = "k1") -> list[dict[str, object]]:
    message = world.message(key)
    article = message.articles[0]
    assert article.cover
    image, cover = article.images[0].digest, article.cover.digest
    return wire_articles(message, {image: "http://w/mmbiz/1?a=1&b=2"}, {cover: "Lx1"}, "临澜水利")


def test_the_article_has_the_platforms_fields() -> None:
    (article,) = sent(World())
    assert list(article) == [
        "article_type",
        "title",
        "author",
        "digest",
        "content",
        "content_source_url",
        "thumb_media_id",
        "need_open_comment",
        "only_fans_can_comment",
    ]
    assert article["author"] == "临澜水利"
    assert 'src="http://w/mmbiz/1?a=1&amp;b=2"' in str(article["content"])


def test_a_summary_goes_only_with_a_single_article() -> None:
    world = World()
    message = world.group("k1", 2)
    urls = {ref.digest: "http://w/1" for article in message.articles for ref in article.images}
    covers = {article.cover.digest: "Lx1" for article in message.articles if article.cover}
    assert [article["digest"] for article in wire_articles(message, urls, covers, "")] == ["", ""]


def test_addresses_that_make_the_body_too_long_are_refused() -> None:
    world = World()
    message = world.message("k1")
    article = message.articles[0]
    long = replace(article, body=article.body + f"<p>{'长' * 19_600}</p>")
    message = replace(message, articles=(long,))
    assert article.cover
    with pytest.raises(Rejected) as why:
        wire_articles(
            message, {article.images[0].digest: "http://w/" + "a" * 500}, {article.cover.digest: "L"}, ""
        )
    assert why.value.field == "body"


def test_markup_that_the_platform_rewrote_is_no_difference() -> None:
    ours = sent(World())
    content = str(ours[0]["content"]).replace("<p", '<p data-x="1"').replace("src=", "data-src=")
    compare(
        ours,
        [{**ours[0], "content": content + '<p style="display: none;"><mp-style-type></mp-style-type></p>'}],
    )


def test_an_article_too_few_is_a_difference() -> None:
    with pytest.raises(Rejected):
        compare(sent(World()), [])


def test_json_goes_out_in_raw_utf8_without_escapes() -> None:
    world = World()
    bodies: list[bytes] = []
    play = world.stage.play

    def watching(call: Call) -> Reply:
        if call.path.endswith("draft/add"):
            bodies.append(call.body)
        return play(call)

    world.stage.play = watching
    world.channel().publish(world.message("k1", title="𠮷水路🚰 <停水>"), MemoryJournal(world.clock))
    assert b"\\u" not in bodies[0]
    assert "𠮷水路🚰 <停水>".encode() in bodies[0]
