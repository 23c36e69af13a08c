"""A client that repeats what got no answer publishes twice, and the reader's view shows it."""

from __future__ import annotations

from pathlib import Path

from channels.sandbox.call import Do, Fault
from tests.clients.conftest import WeChatAtWork
from tests.clients.stand import run

TITLE = "关于石渡片区临时停水的通告"


def test_the_uploader_leaves_two_drafts_and_readers_get_both(
    wechat: WeChatAtWork, cover: str, tmp_path: Path
) -> None:
    wechat.stage.script(Fault("draft/add", Do.DROP_AFTER))
    values = {"picture": cover, "title": TITLE, "cache": str(tmp_path / "token.json")}
    seen = run("use_uploader.py", wechat.base, values)
    drafts = [draft.media_id for draft in wechat.sim.press.newest_drafts()]
    assert len(drafts) == 2
    assert seen["media_id"] in drafts
    for media_id in drafts:
        wechat.sim.press.publish_by_hand(media_id)
    assert wechat.reader().text.count(TITLE) == 2


def test_a_blindly_repeated_submit_is_two_articles_for_readers(wechat: WeChatAtWork, cover: str) -> None:
    wechat.sim.press.job_s = 0.2
    wechat.stage.script(Fault("freepublish/submit", Do.DROP_AFTER))
    values = {"cover": cover, "title": TITLE, "content": "<p>正文</p>"}
    assert run("use_wechatpy.py", wechat.base, "submit_blindly", values)["errcode"] == 0
    wechat.stage.clock = lambda: wechat.sim.press.jobs[2_247_500_002].due
    home = wechat.reader()
    assert home.text.count(TITLE) == 2
    pages = [wechat.reader(wechat.base + link).text for link in home.links if link.startswith("/s?")]
    assert len(pages) == 2
    assert all("正文" in page for page in pages)
