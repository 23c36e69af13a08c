"""wechat-publish 1.0.1 and runspool-wechat 0.2.1 on the practice WeChat."""

from __future__ import annotations

from pathlib import Path

from tests.clients.conftest import WeChatAtWork
from tests.clients.stand import SITE, run
from tests.contract.wechat_rig import picture


def test_wechat_publish_brings_two_articles_and_their_pictures_to_readers(
    wechat: WeChatAtWork, cover: str, tmp_path: Path
) -> None:
    (tmp_path / "阀门.png").write_bytes(picture("valve"))
    page = tmp_path / "a.html"
    page.write_text('<p>第一篇正文</p><p><img src="阀门.png"></p>', "utf-8")
    other = tmp_path / "b.html"
    other.write_text('<p>第二篇正文</p><p><img src="没有这张.png"></p>', "utf-8")
    articles = [
        {"title": "停水通告", "html_path": str(page), "cover_path": cover, "digest": "摘要"},
        {"title": "解读", "html_path": str(other), "cover_path": cover, "source_url": "https://a.example/1"},
    ]
    run("use_wechat_publish.py", wechat.base, articles)
    home = wechat.reader()
    assert "一组2篇" in home.text
    first, second = (wechat.reader(wechat.base + link) for link in home.links if link.startswith("/s?"))
    assert "第一篇正文" in first.text
    assert f'src="{wechat.base}/mmbiz_png/'.encode() in first.raw
    assert b"<img" not in second.raw.partition(b'id="js_content"')[2].partition(b"</article>")[0]
    assert "https://a.example/1" in second.links


def test_each_run_of_wechat_publish_takes_a_token_and_the_one_before_lives_on_for_a_while(
    wechat: WeChatAtWork, cover: str, tmp_path: Path
) -> None:
    page = tmp_path / "a.html"
    page.write_text("<p>正文</p>", "utf-8")
    for title in ("甲", "乙"):
        articles = [{"title": title, "html_path": str(page), "cover_path": cover}]
        run("use_wechat_publish.py", wechat.base, articles)
    lives = sorted(end - wechat.sim.gate.now() for end in wechat.sim.gate.tokens.values())
    assert [int(life.total_seconds()) // 300 for life in lives] == [0, 23]


def test_runspool_drafts_and_updates_with_the_stable_token(wechat: WeChatAtWork, cover: str) -> None:
    api = str(SITE / "runspool_wechat" / "api.py")
    seen = run("use_runspool.py", wechat.base, api, {"picture": cover, "title": "停水通告"})
    assert seen["same"] is True
    assert seen["refused"] == 45003
    (article,) = wechat.sim.press.draft(seen["media_id"]).articles
    assert article["title"] == "停水通告（改）"
    assert seen["picture"] in article["content"]
