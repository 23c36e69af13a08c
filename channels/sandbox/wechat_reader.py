"""What a reader of the practice WeChat sees: the account's page, articles, pictures. Marked as practice fivefold.

An article's title is `#activity-name`, its body `#js_content`, the original link `#js_view_source`, as on
the platform's own pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from channels.sandbox.call import Call, Reply
from channels.sandbox.wechat_gate import BEIJING, Gate
from channels.sandbox.wechat_press import Fields, Press, Push

PAGES = Path(__file__).parent / "pages"
DELETED = "该内容已被发布者删除"
BANNED = "此内容因违规无法查看"
UNKNOWN = "参数错误"
LAZY = re.compile(r'<img data-src="([^"]*)"')
METERS = (
    ("发布", "freepublish/submit"),
    ("查询", "freepublish/get"),
    ("删除", "freepublish/delete"),
    ("群发", "message/mass"),
)
IMAGE_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "bmp": "image/bmp"}


@cache
def page(name: str) -> Template:
    """One of the simulator's page templates."""
    return Template((PAGES / name).read_text(encoding="utf-8"))


@dataclass
class ReaderView:
    """The pages of one account."""

    name: str
    about: str
    biz: str
    press: Press
    gate: Gate

    def play(self, call: Call) -> Reply:
        """A reader's request."""
        if call.path in ("/", "/reader"):
            return Reply.html(self._home())
        if call.path == "/s":
            return self._article(call)
        if call.path == "/readers.css":
            return Reply(200, (PAGES / "readers.css").read_bytes(), "text/css; charset=utf-8")
        picture = self.press.library.at(call.path)
        if picture:
            return Reply(200, picture.content, IMAGE_TYPES[picture.form])
        return Reply.html("<!DOCTYPE html><title>404</title><p>没有这个页面", 404)

    def _frame(self, where: str, bar: str, screen: str, *, title: str, staff: str = "") -> str:
        values = {"title": escape(title), "now": _beijing(self.gate.now()), "where": where, "bar": bar}
        return page("wechat-frame.html").substitute(values, screen=screen, staff=staff)

    def _home(self) -> str:
        pushes = "\n".join(self._pushed(push) for push in self.press.newest())
        screen = page("wechat-home.html").substitute(
            name=escape(self.name), about=escape(self.about), pushes=pushes
        )
        return self._frame("账号主页", "公众号", screen, title=f"{self.name}　微信公众号读者视图")

    def _pushed(self, push: Push) -> str:
        count = len(push.articles)
        when = _beijing(push.published_at) + (f"　一组{count}篇" if count > 1 else "")
        when += "　群发" if push.mass else ""
        lines = "".join(self._entries(push)) or f'<p class="gone">{escape(push.text)}</p>'
        return f'<p class="when">{when}</p>\n<article class="push">{lines}</article>'

    def _entries(self, push: Push) -> Iterator[str]:
        for idx, article in enumerate(push.articles, start=1):
            if idx in push.gone or push.banned:
                yield f'<p class="gone">{BANNED if push.banned else DELETED}</p>'
                continue
            title, cover = escape(article["title"]), escape(article["thumb_path"])
            href = escape(push.path(idx, self.biz))
            if idx == 1:
                yield f'<a class="first" href="{href}"><img src="{cover}" alt=""><b>{title}</b></a>'
            else:
                line = f'<a href="{href}"><span>{title}</span><img src="{cover}" alt=""></a>'
                yield f'<ol class="more"><li>{line}</li></ol>'

    def _article(self, call: Call) -> Reply:
        for push in self.press.newest():
            for idx, article in enumerate(push.articles, start=1):
                if call.query.get("sn") == push.sign(idx) and call.query.get("mid") == str(push.mid):
                    return Reply.html(self._opened(push, idx, article))
        return Reply.html(self._notice(UNKNOWN))

    def _notice(self, words: str, staff: str = "") -> str:
        screen = f'<p class="gone">{words}</p>'
        return self._frame("文章页", "文章", screen, title=words, staff=staff)

    def _opened(self, push: Push, idx: int, article: Fields) -> str:
        if push.banned:
            return self._notice(BANNED, self._staff(push, idx, BANNED))
        if idx in push.gone:
            return self._notice(DELETED, self._staff(push, idx, "已删除"))
        link = article["content_source_url"]
        original = f'<b><a id="js_view_source" href="{escape(link)}">阅读原文</a></b>' if link else ""
        screen = page("wechat-article.html").substitute(
            title=escape(article["title"]),
            author=escape(article["author"]),
            name=escape(self.name),
            published=_beijing(push.published_at),
            content=LAZY.sub(r'<img src="\1" data-src="\1"', article["content"]),
            original=original,
        )
        staff = self._staff(push, idx, "已发布")
        return self._frame("文章页", "文章", screen, title=article["title"], staff=staff)

    def _staff(self, push: Push, idx: int, state: str) -> str:
        return page("wechat-staff.html").substitute(
            mood="ok" if state == "已发布" else "bad",
            state=state,
            job=f"群发 {push.mass}" if push.mass else push.publish_id or "后台手工发布",
            article=f"{push.article_id[:12]}…　第{idx}篇",
            published=_beijing(push.published_at),
            quotas="".join(self._meter(label, path) for label, path in METERS),
        )

    def _meter(self, label: str, path: str) -> str:
        used, limit = self.gate.used_today(path), self.gate.daily[path]
        bar = f'<meter min="0" max="{limit}" value="{used}" aria-label="{label}额度">{used}</meter>'
        return f"<dt>{label}</dt><dd>{used} / {limit}{bar}</dd>"


def _beijing(instant: datetime) -> str:
    return f"{instant.astimezone(BEIJING):%Y-%m-%d %H:%M}"
