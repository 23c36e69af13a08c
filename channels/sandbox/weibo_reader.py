"""The reader's view of the practice Weibo: an account's page, one post's page, its pictures, its forwarding links.

Every page carries the five marks of practice: banner, striped frame, watermark, chip, 【练习】 in the title;
and `noindex`. None can be switched off.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from channels.contract import URL, weibo_length
from channels.sandbox.call import Call, Reply
from channels.sandbox.weibo_world import BEIJING, Post, User, World, base62

PAGES = Path(__file__).parent / "pages"
STATIC = {
    "/readers.css": ("readers.css", "text/css; charset=utf-8"),
    "/img/gate.svg": ("img/gate.svg", "image/svg+xml"),
}
DELETED = "此微博已被作者删除。"
ONE_PAGE = 50


def page(world: World, call: Call) -> Reply:
    """Any address outside the API."""
    if call.path in STATIC:
        name, kind = STATIC[call.path]
        return Reply(200, (PAGES / name).read_bytes(), kind)
    if call.path == "/sinaurl":
        return _forward(world, call.query.get("u", ""))
    head, _, rest = call.path.lstrip("/").partition("/")
    if head == "pic":
        return _picture(world, rest)
    if head == "u" and rest in world.users:
        return _account(world, world.users[rest])
    if head in world.users and rest:
        return _single(world, world.users[head], rest)
    return Reply.html(_frame(world, "页面不存在", '<div class="post"><p>抱歉，没有这个页面。</p></div>'), 404)


def _forward(world: World, target: str) -> Reply:
    """On to an address that stands in a post; to no other."""
    if any(target in URL.findall(post.written) for post in world.posts):
        return Reply(302, headers=(("Location", target),))
    return Reply.html(
        _frame(world, "链接不存在", '<div class="post"><p>这个链接不在任何微博里。</p></div>'), 404
    )


def _picture(world: World, name: str) -> Reply:
    post = world.post(name.partition(".")[0])
    if post is None or post.deleted or not post.picture:
        return Reply.html("<!DOCTYPE html><title>404</title>", 404)
    return Reply(200, post.picture, post.picture_type)


def _account(world: World, user: User) -> Reply:
    posts = [post for post in reversed(world.posts) if post.uid == user.uid][:ONE_PAGE]
    who = Template((PAGES / "weibo-account.html").read_text("utf-8")).substitute(
        name=escape(user.name),
        about="　".join(filter(None, (escape(user.note), f"微博 {len(world.shown(user.uid))}"))),
    )
    articles = "\n".join(_article(user, post) for post in posts)
    return Reply.html(_frame(world, f"{user.name}的微博", who + articles, _staff(world, user)))


def _single(world: World, user: User, short: str) -> Reply:
    post = next((p for p in world.posts if p.uid == user.uid and base62(str(p.number)) == short), None)
    if post is None:
        gone = f'<div class="post"><p class="gone">{DELETED.replace("已被作者删除", "不存在")}</p></div>'
        return Reply.html(_frame(world, "微博不存在", gone), 404)
    return Reply.html(_frame(world, f"{user.name}的微博", _article(user, post)), 404 if post.deleted else 200)


def _article(user: User, post: Post) -> str:
    made = post.created_at.astimezone(BEIJING)
    if post.deleted:
        shown = f'<p class="gone">{DELETED}</p>'
    else:
        shown = f'<p class="words">{_words(post.written)}</p>'
        if post.picture:
            shown += f'<img src="{post.picture_path}" alt="微博配图">'
    facts = {"微博编号": str(post.number), "原文链接": " ".join(URL.findall(post.written)) or "无"}
    return Template((PAGES / "weibo-post.html").read_text("utf-8")).substitute(
        name=escape(user.name),
        made=f"{made.month}月{made.day}日 {made:%H:%M}",
        source=escape(post.source),
        href=f"/{user.uid}/{base62(str(post.number))}",
        shown=shown,
        length=weibo_length(post.written),
        facts="".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items()),
    )


def _words(written: str) -> str:
    """The text as a reader gets it: links show as 网页链接 and lead through the platform's forwarder."""
    out, end = [], 0
    for link in URL.finditer(written):
        out.append(escape(written[end : link.start()]))
        real, end = link[0], link.end()
        href = f"/sinaurl?u={quote(real, safe='')}"
        out.append(f'<a class="url" href="{href}" title="{escape(real)}">网页链接</a>')
    out.append(escape(written[end:]))
    return "".join(out).replace("\n", "<br>")


def _staff(world: World, user: User) -> str:
    hour, day = world.windows()
    rates = world.knobs.rates
    limit = rates.user_day or rates.user_hour
    used = world.counts["user", user.uid, day if rates.user_day else hour]
    return Template((PAGES / "weibo-staff.html").read_text("utf-8")).substitute(
        used=used, limit=limit, posts=world.posts_this_hour(user.uid), posts_limit=rates.posts_hour
    )


def _frame(world: World, title: str, inside: str, beside: str = "") -> str:
    return Template((PAGES / "weibo-frame.html").read_text("utf-8")).substitute(
        title=escape(title),
        now=f"{world.now().astimezone(BEIJING):%Y-%m-%d %H:%M}",
        inside=inside,
        beside=beside,
    )
