"""The practice Weibo 微博: the open platform's calls with their real paths, fields, order of checks and codes.

`WeiboSim.stage(log)` is the ASGI application; API and reader's view share one host. Sizes and codes follow
the platform's wiki and reported behaviour; what is not known is a knob in `weibo_world.Knobs`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from channels.contract import URL, weibo_length
from channels.sandbox import weibo_oauth, weibo_reader, weibo_request, weibo_shapes
from channels.sandbox.call import Call, Reply, RequestLog
from channels.sandbox.stage import Stage
from channels.sandbox.weibo_request import Asked
from channels.sandbox.weibo_world import REFUSALS, App, Knobs, Post, Refusal, Token, User, World

FIRST_ID = 5_000_000_000_000_001
NEWEST = 5
PICTURE_BYTES = 5 * 1024 * 1024
PICTURES = ((b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"\x89PNG\r\n\x1a\n", "image/png"))
CLOSED = ("update", "upload", "upload_url_text", "upload_pic")
WEB = "微博网页版"


class WeiboSim:
    """One practice platform with one app. Thread-safe. `knobs` may be turned while it runs."""

    def __init__(
        self, app: App, users: tuple[User, ...], *, knobs: Knobs | None = None, first_id: int = FIRST_ID
    ) -> None:
        """`first_id` above 2**53 exposes clients that read numbers as doubles."""
        self.knobs = knobs or Knobs()
        self.world = World(app, {user.uid: user for user in users}, self.knobs, first_id)
        self.lock = threading.RLock()
        self._routes: dict[str, tuple[tuple[str, ...], Callable[[Asked], Reply]]] = {
            "/2/statuses/share.json": (("POST",), self._share),
            "/2/statuses/destroy.json": (("POST",), self._destroy),
            "/2/statuses/user_timeline.json": (("GET",), self._user_timeline),
            "/2/statuses/show.json": (("GET",), self._show),
            "/2/statuses/count.json": (("GET",), self._count),
            "/2/account/get_uid.json": (("GET",), self._get_uid),
            "/2/account/rate_limit_status.json": (("GET",), self._rate_limit_status),
            **{f"/2/statuses/{name}.json": (("POST",), self._closed) for name in CLOSED},
            **{
                path: (methods, partial(act, self.world))
                for path, (methods, act) in weibo_oauth.ROUTES.items()
            },
        }

    # ------------------------------------------------------------------ for those who set it up

    def stage(self, log: RequestLog | None = None, *, clock: Callable[[], datetime] | None = None) -> Stage:
        """The application to serve. From now on its clock is this platform's clock."""
        readers = ("/u/", "/pic/", "/sinaurl", *(f"/{uid}/" for uid in self.world.users))
        stage = Stage("weibo", self.play, log or RequestLog(), reader_paths=readers, clock=clock)
        self.world.now = stage.now
        return stage

    def grant(self, uid: str, *, lifetime_s: int | None = None) -> str:
        """A token as if the person had just said yes."""
        with self.lock:
            return self.world.grant(uid, lifetime_s).value

    def post_by_hand(self, uid: str, text: str) -> str:
        """A person posts on the web page; the number of the post."""
        with self.lock:
            return str(self.world.add(uid, text, WEB, by_app=False).number)

    def delete_by_hand(self, number: str) -> None:
        """A person, or the platform, removes a post."""
        with self.lock:
            post = self.world.post(number)
            if post:
                post.deleted = True

    def public_posts(self) -> list[Post]:
        """Everything that a reader can see, oldest first."""
        with self.lock:
            return [post for post in self.world.posts if not post.deleted]

    # ------------------------------------------------------------------ one request

    def play(self, call: Call) -> Reply:
        """One request to its answer."""
        with self.lock:
            if not call.path.startswith(("/2/", "/oauth2/")):
                return weibo_reader.page(self.world, call)
            try:
                return self._route(call)
            except Refusal as why:
                return self._refused(call, why)

    def _route(self, call: Call) -> Reply:
        methods, act = self._routes.get(call.path, ((), None))
        if act is None:
            raise Refusal(10020)
        if call.method not in methods:
            raise Refusal(10021)
        return act(weibo_request.read(call))

    def _refused(self, call: Call, why: Refusal) -> Reply:
        status = self.knobs.rate_status if why.code in (10022, 10023, 10024) else REFUSALS[why.code][0]
        code = str(why.code) if self.knobs.code_as_text else why.code
        body: dict[str, Any] = {"error": why.words, "error_code": code, "request": call.path}
        if call.path.startswith("/oauth2/"):
            body |= {"error_uri": call.path, "error_description": why.words}
        return Reply.json(body, status, creates=why.made)

    # ------------------------------------------------------------------ who may

    def _known(self, asked: Asked) -> Token:
        """Checks in the platform's order: token, address, audit."""
        app, token = self.world.app, self.world.token(asked.token)
        if app.safe_ips and asked.call.client not in app.safe_ips:
            raise Refusal(10004)
        if not app.audited and token.uid not in app.testers:
            raise Refusal(21321)
        return token

    def _caller(self, asked: Asked) -> str:
        """The account behind a call that has no other conditions; counts the call."""
        uid = self._known(asked).uid
        self.world.spend(uid, asked.call.client, asked.call.path)
        return uid

    # ------------------------------------------------------------------ posting

    def _share(self, asked: Asked) -> Reply:
        uid = self._known(asked).uid
        if self.knobs.rip_required and not asked.get("rip"):
            raise Refusal(10016, "miss required parameter (rip), see doc for more info")
        self.world.spend(uid, asked.call.client, asked.call.path)
        if self.world.posts_this_hour(uid) >= self.knobs.rates.posts_hour:
            raise Refusal(20016)
        text = asked.get("status").strip()
        self._check_text(text)
        self._check_domain(text)
        self._check_words(text)
        picture = self._picture(asked)
        self._check_repeat(uid, text)
        name = self.world.app.name if self.world.app.audited else "未通过审核应用"
        post = self.world.add(uid, text, name, picture, by_app=True)
        if self.knobs.slow_posts:
            self.knobs.slow_posts -= 1
            raise Refusal(20032, made=True)
        return Reply.json(weibo_shapes.status(self.world, post, asked), creates=True)

    def _check_text(self, text: str) -> None:
        if not text:
            raise Refusal(20008)
        if counted(text, self.knobs.counting) > self.knobs.limit:
            raise Refusal(20012)
        if URL.sub("", text).count("#") >= 2:
            raise Refusal(20021)

    def _check_domain(self, text: str) -> None:
        domains = self.world.app.safe_domains
        if not domains:
            raise Refusal(10017, "appkey not bind domain!")
        if not any(urlsplit(link).hostname in domains for link in URL.findall(text)):
            raise Refusal(10017)
        if self.knobs.false_domains:
            self.knobs.false_domains -= 1
            raise Refusal(10017)

    def _check_words(self, text: str) -> None:
        hosts = {urlsplit(link).hostname for link in URL.findall(text)}
        if hosts & self.knobs.bad_hosts:
            raise Refusal(20018)
        if any(word in text for word in self.knobs.bad_words):
            raise Refusal(20021)

    @staticmethod
    def _picture(asked: Asked) -> tuple[bytes, str]:
        if "pic" in asked.fields:
            raise Refusal(20007)
        content = asked.files.get("pic")
        if content is None:
            return b"", ""
        kind = next((media for magic, media in PICTURES if content.startswith(magic)), "")
        if not kind:
            raise Refusal(20005)
        if len(content) >= PICTURE_BYTES:
            raise Refusal(20006)
        return content, kind

    def _check_repeat(self, uid: str, text: str) -> None:
        since = self.world.now() - timedelta(seconds=self.knobs.repeat_window_s)
        for post in self.world.posts:
            if post.uid != uid or post.created_at <= since:
                continue
            if post.written == text:
                raise Refusal(20019)
            if self.knobs.similar_percent and _alike(post.written, text) >= self.knobs.similar_percent:
                raise Refusal(20017)

    def _closed(self, asked: Asked) -> Reply:
        self._known(asked)
        raise Refusal(10014)

    def _destroy(self, asked: Asked) -> Reply:
        uid = self._caller(asked)
        post = self.world.post(asked.get("id"))
        if post is None or post.deleted:
            raise Refusal(20101)
        if post.uid != uid:
            raise Refusal(20102)
        post.deleted = True
        return Reply.json(weibo_shapes.status(self.world, post, asked), creates=True)

    # ------------------------------------------------------------------ reading

    def _user_timeline(self, asked: Asked) -> Reply:
        uid = self._caller(asked)
        if asked.get("uid") not in ("", uid):
            raise Refusal(21335)
        shown = self.world.shown(uid, lag_s=self.knobs.lag_s)
        wanted = [post for post in shown if _between(post, asked)]
        if self.knobs.filter_after_limit:
            wanted = wanted[:NEWEST]
        if asked.get("base_app") == "1":
            wanted = [post for post in wanted if post.by_app]
        count = min(_number(asked, "count") or 20, NEWEST)
        statuses = [weibo_shapes.status(self.world, post, asked) for post in wanted[:count]]
        return Reply.json({"statuses": statuses, "total_number": len(shown)})

    def _show(self, asked: Asked) -> Reply:
        uid = self._caller(asked)
        post = self.world.post(asked.get("id"))
        if post is None or post.deleted or post.uid != uid:
            raise Refusal(20101)
        return Reply.json(weibo_shapes.status(self.world, post, asked))

    def _count(self, asked: Asked) -> Reply:
        self._caller(asked)
        ids = [number for number in asked.get("ids").split(",") if number]
        if len(ids) > 100:
            raise Refusal(20009)
        known = [post for number in ids if (post := self.world.post(number)) and not post.deleted]
        zero = {"comments": 0, "reposts": 0, "attitudes": 0}
        return Reply.json([{"id": post.number, **zero} for post in known])

    def _get_uid(self, asked: Asked) -> Reply:
        return Reply.json({"uid": int(self._caller(asked))})

    def _rate_limit_status(self, asked: Asked) -> Reply:
        return Reply.json(weibo_shapes.rate_limits(self.world, self._caller(asked), asked.call.client))


def counted(text: str, counting: str) -> int:
    """How long a text is, counted as the knob says."""
    if counting == "plain":
        return len(text)
    beyond = sum(ord(one) > 0xFFFF for one in text) if counting == "utf16" else 0
    return weibo_length(text) + beyond


def _alike(one: str, other: str) -> float:
    """How alike two texts are without their links, in percent."""
    first, second = (URL.sub("", text) for text in (one, other))
    return 100 * SequenceMatcher(None, first, second, autojunk=False).ratio()


def _number(asked: Asked, name: str) -> int:
    value = asked.get(name)
    if value and not value.isdecimal():
        raise Refusal(10008)
    return int(value or 0)


def _between(post: Post, asked: Asked) -> bool:
    newest = _number(asked, "max_id")
    return post.number > _number(asked, "since_id") and (not newest or post.number <= newest)
