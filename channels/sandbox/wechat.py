"""A practice WeChat: the official account's API and its readers' pages, as one simulator on a stage.

Real paths, fields, codes, limits, token rules, calls a day and asynchronous publishing, from the official
documentation and from what users report (read 2026-11-20). Nothing leaves the process; nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from channels.sandbox.call import Call, Reply, RequestLog
from channels.sandbox.stage import Stage
from channels.sandbox.wechat_answers import CONTENT_TYPE, done, reply, window, without
from channels.sandbox.wechat_callback import Callback
from channels.sandbox.wechat_events import DATA_ID, published, sent
from channels.sandbox.wechat_gate import Gate, Refuse, bucket
from channels.sandbox.wechat_mass import Mass, MassJob
from channels.sandbox.wechat_mass_calls import Handler, mass_calls
from channels.sandbox.wechat_media import Library
from channels.sandbox.wechat_press import PUBLISHED, Draft, Fields, Job, Press, Push
from channels.sandbox.wechat_reader import ReaderView

ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\u(?=[0-9A-Fa-f]{4})")
BIZ = "MzA5OTk5OTk5OQ=="
API = "/cgi-bin/"
TOKEN_CALLS = frozenset({"token", "stable_token"})
OPEN_CALLS = TOKEN_CALLS | {"clear_quota/v2"}
GET_CALLS = frozenset({"token", "draft/count", "material/get_materialcount", "message/mass/speed/get"})
UPLOADS = frozenset({"media/upload", "media/uploadimg", "material/add_material"})


@dataclass
class WeChatSim:
    """One practice account. Its parts (`gate`, `library`, `press`, `mass`, `callback`) hold the knobs.

    `base` is the address in links ("" = the one under which a request came); `literal_escapes` keeps the
    platform's habit of storing `\\uXXXX` as it stands; `hints` ends refusals with the platform's tail;
    `text_ids` gives job numbers as text; `success_code` whether a success carries `errcode` (`usual` as each
    page shows it, `always`, `never`).
    """

    appid: str = "wx0000000000000001"
    secret: str = "practice-secret"  # noqa: S105 - of a practice account
    name: str = "临澜水利"
    about: str = "临澜市水利局政务公众号。发布政府信息、水情预警和政策解读。"
    base: str = ""
    literal_escapes: bool = True
    hints: bool = True
    text_ids: bool = False
    success_code: str = "usual"
    on: Stage = field(init=False)
    gate: Gate = field(init=False)
    library: Library = field(init=False)
    press: Press = field(init=False)
    mass: Mass = field(init=False)
    callback: Callback = field(init=False)

    def __post_init__(self) -> None:
        """Sets up the parts on the stage's clock."""
        self.lock = threading.RLock()
        self.on = Stage("wechat", self.play, reader_paths=("/s", "/mmbiz", "/reader"))
        self.gate = Gate(self.appid, self.secret, self.on.now)
        self.library = Library(self.on.now)
        self.press = Press(self.library, self.on.now)
        self.mass = Mass(self.press, self.gate, self.on.now)
        self.callback = Callback(self.appid, self.on.now)
        self.press.tell, self.mass.tell = self._published, self._sent
        self._host = "localhost"
        self._reader = ReaderView(self.name, self.about, BIZ, self.press, self.gate)
        self._calls = self._table()
        self._refusals = 0

    def stage(self, log: RequestLog | None = None) -> Stage:
        """The simulator's stage, writing into this log."""
        if log is not None:
            self.on.log = log
        return self.on

    def play(self, call: Call) -> Reply:
        """One request: the API below `/cgi-bin/`, readers' pages elsewhere."""
        with self.lock:
            self.run_jobs()
            if not call.path.startswith(API):
                return self._reader.play(call)
            try:
                return self._api(call, call.path.removeprefix(API))
            except Refuse as why:
                return self._refusal(why)

    def run_jobs(self) -> None:
        """End whatever is due by the clock."""
        self.press.run_jobs()
        self.mass.run_jobs()

    def pump(self) -> None:
        """End what is due and bring the account's server what there is to tell. Waits for its answers."""
        with self.lock:
            self.run_jobs()
            unproven = bool(self.callback.url) and not self.callback.verified
        if unproven and not self.callback.verify():
            return
        with self.lock:
            letters = self.callback.take_due()
        self.callback.send(letters)

    def close(self) -> None:
        """Close what is open to the account's server."""
        self.callback.close()

    def _published(self, job: Job) -> None:
        urls = self._urls(self.press.push(job.article_id)) if job.status == PUBLISHED else []
        name = self.callback.event_name
        self.callback.post(name, published(job, urls, name))

    def _sent(self, job: MassJob) -> None:
        push = self.mass.push_of(job)
        self.callback.post("MASSSENDJOBFINISH", sent(job, self.mass, self._urls(push) if push else []))

    def _urls(self, push: Push) -> list[str]:
        home = self.base or f"http://{self._host}"
        return [f"{home}{push.path(idx, BIZ)}#rd" for idx in range(1, len(push.articles) + 1)]

    # ---------------------------------------------------------------- the door

    def _api(self, call: Call, path: str) -> Reply:
        self._host = call.headers.get("host", self._host)
        if path not in self._calls:
            raise Refuse(40066, "invalid url")
        if call.method == "GET" and path not in GET_CALLS:
            raise Refuse(43002, "require POST method")
        self.gate.count(path)
        if path not in OPEN_CALLS:
            self.gate.admit(path, call.query.get("access_token", ""), call.client)
        body = {} if call.method == "GET" or path in UPLOADS else self._json(call.body)
        return self._coded(self._calls[path](call, body))

    def _coded(self, answer: Reply) -> Reply:
        """A success with or without `errcode`, as the knob says."""
        if self.success_code == "usual" or answer.content_type != CONTENT_TYPE:
            return answer
        value = json.loads(answer.body)
        if self.success_code == "never":
            value = {name: shown for name, shown in value.items() if name not in ("errcode", "errmsg")}
        else:
            value = {"errcode": 0, "errmsg": "ok", **value}
        return reply(value, creates=answer.creates)

    def _json(self, raw: bytes) -> Fields:
        if not raw:
            raise Refuse(44002, "empty post data")
        text = ESCAPE.sub(rb"\1\\\\u", raw) if self.literal_escapes else raw
        try:
            value = json.loads(text.decode("utf-8"))
        except ValueError as why:
            raise Refuse(47001, "data format error") from why
        if not isinstance(value, dict):
            raise Refuse(47001, "data format error")
        return value

    def _refusal(self, why: Refuse) -> Reply:
        self._refusals += 1
        mark = hashlib.sha256(f"{self._refusals}".encode()).hexdigest()
        tail = f" hint: [{mark[:10]}-0] rid: {mark[10:18]}-{mark[18:26]}-{mark[26:34]}" if self.hints else ""
        return reply({"errcode": why.code, "errmsg": why.words + tail, **why.more})

    def _base(self, call: Call) -> str:
        return self.base or f"http://{call.headers.get('host', 'localhost')}"

    def _hosted(self, call: Call) -> Callable[[str], bool]:
        here = self._base(call) + "/mmbiz_"
        return lambda url: url.startswith((here, "http://mmbiz.qpic.cn/", "https://mmbiz.qpic.cn/"))

    # ---------------------------------------------------------------- the calls

    def _table(self) -> dict[str, Handler]:
        gate, press = self.gate, self.press
        return {
            "token": lambda call, _: reply(gate.plain_token(call.query, call.client)),
            "stable_token": lambda call, body: reply(gate.stable_token(body, call.client)),
            "media/uploadimg": self._uploadimg,
            "material/add_material": self._add_material,
            "material/batchget_material": self._batchget_material,
            "material/get_materialcount": self._count_material,
            "material/del_material": self._del_material,
            "draft/add": self._draft_add,
            "draft/get": self._draft_get,
            "draft/update": self._draft_update,
            "draft/delete": self._draft_delete,
            "draft/count": lambda _, body: reply({"total_count": len(press.newest_drafts())}),
            "draft/batchget": self._draft_batchget,
            "freepublish/submit": self._submit,
            "freepublish/get": self._job,
            "freepublish/delete": self._delete,
            "freepublish/getarticle": self._getarticle,
            "freepublish/batchget": self._batchget,
            "openapi/quota/get": self._quota,
            "clear_quota": self._clear_quota,
            "clear_quota/v2": self._clear_quota,
            "material/get_material": self._get_material,
            "media/upload": self._upload,
            **mass_calls(self.mass),
        }

    def _uploadimg(self, call: Call, body: Fields) -> Reply:
        picture = self.library.body_image(call)
        url = f"{self._base(call)}{picture.path}?wx_fmt={picture.form}"
        return reply({"url": url, "errcode": 0, "errmsg": "ok"}, creates=True)

    def _add_material(self, call: Call, body: Fields) -> Reply:
        picture = self.library.material(call)
        url = f"{self._base(call)}{picture.path}?wx_fmt={picture.form}"
        return reply({"media_id": picture.media_id, "url": url, "item": []}, creates=True)

    def _upload(self, call: Call, body: Fields) -> Reply:
        picture = self.library.temporary(call)
        when = int(picture.made_at.timestamp())
        return reply({"type": "image", "media_id": f"Tm{picture.number}", "created_at": when}, creates=True)

    def _get_material(self, call: Call, body: Fields) -> Reply:
        picture = self.library.known(str(body.get("media_id") or ""))
        return Reply(200, picture.content, f"image/{picture.form}")

    def _batchget_material(self, call: Call, body: Fields) -> Reply:
        offset, count = window(body)
        page, total = self.library.newest(offset, count)
        items = [
            {
                "media_id": picture.media_id,
                "name": picture.name,
                "update_time": int(picture.made_at.timestamp()),
                "url": f"{self._base(call)}{picture.path}?wx_fmt={picture.form}",
            }
            for picture in page
        ]
        return reply({"item": items, "total_count": total, "item_count": len(items)})

    def _count_material(self, call: Call, body: Fields) -> Reply:
        _, total = self.library.newest(0, 0)
        return reply({"voice_count": 0, "video_count": 0, "image_count": total, "news_count": 0})

    def _del_material(self, call: Call, body: Fields) -> Reply:
        self.library.remove(str(body.get("media_id") or ""))
        return done()

    def _draft_add(self, call: Call, body: Fields) -> Reply:
        media_id = self.press.add(body.get("articles"), self._hosted(call))
        return reply({"media_id": media_id, "item": []}, creates=True)

    def _draft_get(self, call: Call, body: Fields) -> Reply:
        draft = self.press.draft(str(body.get("media_id") or ""))
        when = int(draft.updated.timestamp())
        return reply({"news_item": self._draft_news(call, draft), "create_time": when, "update_time": when})

    def _draft_update(self, call: Call, body: Fields) -> Reply:
        media_id = str(body.get("media_id") or "")
        self.press.update(media_id, body.get("index"), body.get("articles"), self._hosted(call))
        return done()

    def _draft_delete(self, call: Call, body: Fields) -> Reply:
        draft = self.press.draft(str(body.get("media_id") or ""))
        del self.press.drafts[draft.media_id]
        return done()

    def _draft_batchget(self, call: Call, body: Fields) -> Reply:
        offset, count = window(body)
        drafts = self.press.newest_drafts()
        items = [
            {
                "media_id": draft.media_id,
                "content": {"news_item": without(self._draft_news(call, draft), body)},
                "update_time": int(draft.updated.timestamp()),
            }
            for draft in drafts[offset : offset + count]
        ]
        return reply({"item": items, "total_count": len(drafts), "item_count": len(items)})

    def _draft_news(self, call: Call, draft: Draft) -> list[Fields]:
        preview = f"{self._base(call)}/s?__biz={BIZ}&tempkey={draft.media_id[2:34]}"
        return [self._news(call, article, preview) for article in draft.articles]

    def _news(self, call: Call, article: Fields, url: str) -> Fields:
        shown = {name: value for name, value in article.items() if name != "thumb_path"}
        return {**shown, "url": url, "thumb_url": self._base(call) + article["thumb_path"]}

    def _submit(self, call: Call, body: Fields) -> Reply:
        job = self.press.submit(str(body.get("media_id") or ""))
        if self.callback.early:
            job.due = self.on.now()
            self.run_jobs()
            self.callback.send(self.callback.take_due())
        numbers: Fields = {"publish_id": job.publish_id, "msg_data_id": job.publish_id + DATA_ID}
        shown = {name: str(n) for name, n in numbers.items()} if self.text_ids else numbers
        return reply({"errcode": 0, "errmsg": "ok", **shown}, creates=True)

    def _job(self, call: Call, body: Fields) -> Reply:
        job = self.press.job(body.get("publish_id"))
        shown: str | int = str(job.publish_id) if self.text_ids else job.publish_id
        answer: Fields = {"publish_id": shown, "publish_status": job.status}
        failed = list(range(1, len(job.articles) + 1)) if job.status in (2, 4) else []
        answer["fail_idx"] = failed
        if job.status == PUBLISHED:
            push = self.press.push(job.article_id)
            numbers = range(1, len(push.articles) + 1)
            items = [{"idx": idx, "article_url": self._url(call, push, idx)} for idx in numbers]
            answer |= {"article_id": job.article_id, "article_detail": {"count": len(items), "item": items}}
        return reply(answer)

    def _url(self, call: Call, push: Push, idx: int) -> str:
        return f"{self._base(call)}{push.path(idx, BIZ)}#rd"

    def _delete(self, call: Call, body: Fields) -> Reply:
        index = body.get("index") or 0
        if not isinstance(index, int):
            raise Refuse(47003, "argument invalid")
        self.press.delete(str(body.get("article_id") or ""), index)
        return done()

    def _push_news(self, call: Call, push: Push) -> list[Fields]:
        return [
            {**self._news(call, article, self._url(call, push, idx)), "is_deleted": idx in push.gone}
            for idx, article in enumerate(push.articles, start=1)
        ]

    def _getarticle(self, call: Call, body: Fields) -> Reply:
        push = self.press.push(str(body.get("article_id") or ""))
        when = int(push.published_at.timestamp())
        return reply({"news_item": self._push_news(call, push), "create_time": when, "update_time": when})

    def _batchget(self, call: Call, body: Fields) -> Reply:
        offset, count = window(body)
        pushes = [push for push in self.press.newest() if not push.mass]
        items = [
            {
                "article_id": push.article_id,
                "content": {"news_item": without(self._push_news(call, push), body)},
                "update_time": int(push.published_at.timestamp()),
            }
            for push in pushes[offset : offset + count]
        ]
        return reply({"item": items, "total_count": len(pushes), "item_count": len(items)})

    def _quota(self, call: Call, body: Fields) -> Reply:
        path = str(body.get("cgi_path") or "").removeprefix(API)
        if path not in self._calls:
            raise Refuse(76021, "cgi_path not found")
        limit, used = self.gate.daily.get(bucket(path), 0), self.gate.used_today(path)
        return reply({"quota": {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}})

    def _clear_quota(self, call: Call, body: Fields) -> Reply:
        if body.get("appid") != self.appid:
            raise Refuse(40013, "invalid appid")
        if call.path.endswith("/v2") and body.get("appsecret") != self.secret:
            raise Refuse(40125, "invalid appsecret")
        self.gate.clear_quota()
        return done(creates=False)
