"""A world in which every text is an attack: what people wrote through the console's forms, what platforms answered."""

from __future__ import annotations

import re
from typing import Any

from channels.contract import Level
from publisher.domain.part import PartState
from publisher.domain.posting import PostingState
from tests.attacks.instance import Browser, Instance
from tests.attacks.walk import payload
from tests.integration.console.test_editor import fields_of
from tests.integration.console.test_review import scan
from tests.integration.console.test_settings import form_of
from tests.word_files import png
from tests.world import World, item_file

WRITTEN = (
    *("title", "summary", "doc-no", "keyword", "short-title", "responsible-editor", "content-source"),
    *("file-title", "opinion", "return-reason", "paper-opinion", "correction-note"),
    *("withdrawal-reason", "stop-reason", "pause-reason", "mandate-reason"),
    *("display", "token-name", "settings-reason", "column-about", "label"),
)
"""Texts that people write, by the field's name."""
ANSWERED = (
    *("error-words", "error-answer", "waits-for", "person-needed", "remote-id", "url", "stranger-words"),
    *("stranger-url", "stranger-id", "difference", "seen-text"),
)
"""Texts that come from platforms."""
TITLE = "关于石渡片区停水"
FORMULA = '=HYPERLINK("http://evil.example/","停水通告")'
RUNS = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ONCE = "0123456789abcdef0123456789abcdef"
S, P = PostingState, PartState
Staged = tuple[tuple[str, str], tuple[str, str]]


def stage(world: World) -> Staged:
    """One item that is out everywhere and one on its way, before anybody else is employed."""
    out = world.out_everywhere(item_file(title="关于公布水源地水质状况的公告"))
    return out, world.released(item_file(title=FORMULA, short_title="临时停水", summary="停水"))


def poison(instance: Instance, staged: Staged) -> None:
    """Write all of it, and note the ids by which the pages are found."""
    world = instance.world
    (out, out_revision), (item_id, revision) = staged
    draft = _draft(instance)
    reviewed, digest = _reviewed(instance)
    instance.ids |= {
        "item_id": f"{draft} {out} {item_id} {reviewed}",
        "review digest": f"{digest} {out_revision} {revision}",
        "digest": digest,
        "draft": draft,
        "lang": "zh en",
    }
    _platforms(world, out, item_id, instance.ids)
    _rules(instance)
    _people(instance)
    _orders(instance, out, item_id)
    papers = " ".join(row["id"] for row in world.rows("SELECT id FROM paper_signatures"))
    instance.ids |= {
        "/review/{digest}/paper/{paper_id}/scan digest": digest,
        "paper_id": papers,
        "people name": "xie ma lu",
        "audit name": "ma wang",
        "name": "wechat weibo bureau-portal",
        "area": "bureau columns windows blackouts alerts",
        "seq": "1 2 30",
    }


def save(at: Browser, item: str, files: Any = None, **changed: Any) -> str:
    """The editor's form as it stands, with some fields changed."""
    fields = {**fields_of(at.get(f"/items/{item}/edit").text), "do": "save", **changed}
    return at.done(f"/items/{item}/edit", fields, files)


def _draft(instance: Instance) -> str:
    at = instance.seat("ma")
    item = at.done("/items/new", {"once": ONCE, "title": TITLE, "kind": "notice"}).split("/")[2]
    picture = [("image", ("甲.png", png(), "image/png")), ("attachment", ("乙.pdf", b"%PDF-1.4\n", "x/y"))]
    title = {"attachment_title": payload("file-title"), "image_title": payload("file-title")}
    save(at, item, picture, **title)
    texts = {
        "title": payload("title"),
        "summary": payload("summary"),
        "doc_no": payload("doc-no"),
        "keywords": payload("keyword").replace(" ", "/"),
        "short_title": payload("short-title"),
        "responsible_editor": payload("responsible-editor"),
        "content_source": payload("content-source"),
    }
    save(at, item, **texts)
    page = at.get(f"/items/{item}/edit").text
    instance.ids["items digest"] = " ".join(set(re.findall(r"files/([0-9a-f]{64})", page)))
    return item


def shown(at: Browser, digest: str) -> str:
    """The mark of what a reviewer saw."""
    found = re.search(r'name="shown" value="([^"]*)"', at.get(f"/review/{digest}").text)
    assert found
    return found[1]


def _reviewed(instance: Instance) -> tuple[str, str]:
    """An item sent back with a reason, on the way again and signed with words and on paper; its last revision."""
    world, at = instance.world, instance.seat
    item = world.draft(item_file(title="关于夜间停水的通告", summary="停水"))
    first = world.submit(item, reviewer="shen2").revision_id
    fields = {"shown": shown(at("shen2"), first), "opinion": payload("return-reason")}
    at("shen2").done(f"/review/{first}/return", fields)
    digest = world.submit(item, reviewer="shen2").revision_id
    paper = {"act": "pass_content", "signer": "shen2", "signed_on": "2026-11-24"}
    paper["opinion"] = payload("paper-opinion")
    at("ma").done(f"/review/{digest}/paper", paper, scan())
    fields = {"shown": shown(at("shen2"), digest), "opinion": payload("opinion")}
    found = at("shen2").get(f"/review/{digest}").text
    checks = re.findall(r'name="checks" value="([^"]*)"', found)
    at("shen2").done(f"/review/{digest}/pass", {**fields, "checks": checks})
    return item, digest


def _platforms(world: World, out: str, item_id: str, ids: dict[str, str]) -> None:
    keys, parts = world.postings(item_id), world.parts(out)
    now = world.clock.now
    with world.office.store.write() as uow:
        error = {"words": payload("error-words"), "code": "10017", "answer": payload("error-answer")}
        unknown = {"state": S.UNKNOWN, "unknown_since": now, "claimed_at": now, "looks": 3}
        uow.postings.change(keys["wechat"].id, person_needed=payload("person-needed"), **unknown)
        uow.postings.change(keys["weibo"].id, state=S.FAILED, error=error, attempts=1)
        uow.postings.change(keys["city-portal"].id, waits_for=payload("waits-for"))
        weibo = parts["weibo"].id
        seen = {"title": "", "text": payload("seen-text"), "links": [], "images": [], "files": []}
        words = [payload("difference")]
        uow.parts.keep_sight(weibo, "f" * 64, seen, now)
        uow.parts.prove(
            weibo, at=now, level=Level.PUBLIC, outcome="differ", differences=words, seen_digest="f" * 64
        )
        uow.parts.change(weibo, state=P.DIFFERS, differences=words, remote_id=payload("remote-id"))
        uow.parts.change(
            parts["wechat"].id, state=P.WITHDRAW_BY_HAND, url="javascript:x()//" + payload("url")
        )
        for number, url in enumerate(("javascript:x()//" + payload("stranger-url"), "JAVA\tscript:x()")):
            uow.strangers.add(
                channel="weibo",
                remote_id=f"{number}{payload('stranger-id')}",
                url=url,
                words=payload("stranger-words") + RUNS,
                posting_id="",
                posted_at=now,
                seen_at=now,
            )
        uow.accounts.raise_alarm(f"person:{keys['weibo'].id}", payload("error-words"), now)
        uow.commit()
    ids["unknown"] = keys["wechat"].id
    ids["posting_id"] = " ".join(one.id for one in keys.values())
    ids["part_id"] = " ".join(one.id for one in parts.values())


def _rules(instance: Instance) -> None:
    at = instance.seat("wang")
    for path, changed in (
        ("/settings/columns", {"r0-description": payload("column-about")}),
        ("/settings/channels/weibo", {"label": '"><xss-label>'}),
    ):
        fields = {**form_of(at.get(path).text), "reason": payload("settings-reason"), **changed}
        at.done(path, fields)
    at.done("/channels/bureau-portal/pause", {"reason": payload("pause-reason")})


def _people(instance: Instance) -> None:
    at = instance.seat("wang")
    answer = at.post("/people/new", {"name": "xie", "display": payload("display"), "role": "drafter"})
    assert answer.status_code == 200, answer.text[-2000:]
    instance.seat("bao").done("/people/xie/confirm", {"answer": "agree"})
    lent = {"by": "lu", "lend": "approver", "since": "2026-11-24", "until": "2026-11-30"}
    instance.seat("bao").done("/people/qin2/mandates", {**lent, "why": payload("mandate-reason")})
    answer = instance.seat("ma").post(
        "/own/tokens", {"name": payload("token-name"), "scope": "read:items", "days": "30"}
    )
    assert answer.status_code == 200, answer.text[-2000:]


def _orders(instance: Instance, out: str, item_id: str) -> None:
    at = instance.seat
    at("ma").done(f"/items/{item_id}/correct", {"note": payload("correction-note")})
    at("qin2").done(f"/items/{out}/withdraw", {"channel": "weibo", "reason": payload("withdrawal-reason")})
    at("qin2").done("/stop", {"what": "all", "reason": payload("stop-reason")})
