"""The record 存证: whether it is whole, what stands in it, one entry with its proof, what one person did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from tempfile import TemporaryFile
from threading import Lock
from time import monotonic
from typing import BinaryIO
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse

from publisher.bootstrap import hand_out
from publisher.bootstrap.doctor import anchored_elsewhere
from publisher.domain.clocks import BEIJING
from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.events import ENTRY_KINDS
from publisher.domain.people import PERMISSIONS, View
from publisher.store.log_search import LogQuery
from publisher.web.console.console import Console, Visit, onward
from publisher.web.console.fields import Posted
from publisher.workflow.record import PAGE, Wanted, deeds_of, log_lines, whole_entry
from publisher.workflow.seal import Integrity, integrity

DONE = {"verified": "已经重新算过一遍，结果如下。"}
SAID = {
    "not_a_day": "这不是日期，请按 2026-11-24 这样写。",
    "good": "签名有效",
    "bad": "签名无效",
    "unknown_key": "不是用本系统的密钥签的",
    "done": "办成",
    "refused": "被拒绝",
    "failed": "失败",
    "unknown": "结果不明",
}


PIECE = 1 << 16
MOST_CHARS = 200
ASKED = ("q", "who", "kind", "channel", "since", "until", "refused", "before", "after")


@dataclass(frozen=True, slots=True)
class Computed:
    """What was computed last in this process, and how many seconds it took."""

    result: Integrity
    took_s: float


@dataclass
class Bench:
    """Keeps the last computation; one at a time."""

    last: Computed | None = None
    busy: Lock = field(default_factory=Lock)
    packing: Lock = field(default_factory=Lock)

    def compute(self, console: Console, now: datetime) -> None:
        """Compute again. Raises `Refused` (busy) while somebody else's computation runs."""
        if not self.busy.acquire(blocking=False):
            raise refuse(Reason.BUSY, "正在算，请过一会儿再看结果", english="it is being computed")
        try:
            began = monotonic()
            with console.office.store.read() as reading:
                found = integrity(
                    reading, now, public_key=console.office.public_key, anchor=console.office.seal.anchor
                )
            self.last = Computed(found, monotonic() - began)
        finally:
            self.busy.release()


def add(app: FastAPI, console: Console) -> None:
    """The pages of the log."""
    bench = Bench()

    @app.get("/audit")
    def record(request: Request) -> Response:
        return _record(console, bench, console.visit(request, View.AUDIT), request.query_params)

    @app.post("/audit/verify")
    def verify(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.AUDIT)
        try:
            bench.compute(console, visit.now)
        except Refused as why:
            return _record(console, bench, visit, {}, why)
        return onward("/audit", "verified")

    @app.post("/audit/export")
    def export(request: Request, fields: Posted) -> Response:
        visit = console.post(request, fields, View.AUDIT)
        try:
            return _handed_out(console, bench, visit)
        except Refused as why:
            return _record(console, bench, visit, {}, why)

    @app.get("/audit/people/{name}")
    def person(request: Request, name: str, before: str = "", after: str = "") -> Response:
        visit = console.visit(request, View.AUDIT)
        query = LogQuery(before=_number(before), after=_number(after))
        with console.office.store.read() as reading:
            deeds = deeds_of(reading, visit.person, name, query)
        return console.show(visit, "audit_person", deeds=deeds, words=SAID)

    @app.get("/audit/{seq}")
    def entry(request: Request, seq: str) -> Response:
        visit = console.visit(request, View.AUDIT)
        with console.office.store.read() as reading:
            whole = whole_entry(reading, visit.person, _number(seq), console.office.public_key)
        return console.show(visit, "audit_entry", whole=whole, words=SAID)


def _handed_out(console: Console, bench: Bench, visit: Visit) -> Response:
    """The archive as a download. It is written to a nameless file first: what is sent is whole."""
    if not bench.packing.acquire(blocking=False):
        raise refuse(Reason.BUSY, "有人正在导出，请过一会儿再试", english="somebody is exporting")
    try:
        file = TemporaryFile(dir=console.office.home)  # noqa: SIM115 - closed when it has been sent
        try:
            hand_out(console.office, visit.actor, visit.given["purpose"][:MOST_CHARS], file)
            size = file.tell()
        except BaseException:
            file.close()
            raise
    except OSError as why:
        raise refuse(
            Reason.BUSY,
            "导出的文件写不下，多半是磁盘快满了；没有交出任何内容",
            allowed="请系统管理员清理磁盘后再导出",
            english="the archive cannot be written: disk",
        ) from why
    finally:
        bench.packing.release()
    name = f"gongkai-audit-{visit.now.astimezone(BEIJING):%Y%m%d-%H%M%S}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    return StreamingResponse(_sent(file), media_type="application/zip", headers=headers)


def _sent(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _record(
    console: Console, bench: Bench, visit: Visit, asked: Mapping[str, str], refused: Refused | None = None
) -> Response:
    asked = {name: asked.get(name, "") for name in ASKED}
    wanted, faults = _wanted(asked)
    with console.office.store.read() as reading:
        found = log_lines(reading, visit.person, wanted)
        staff = [p for p in reading.people.all() if visit.person.unit in ("", p.unit)]
        head = reading.log.head(reading.log_id).size
    kept = {name: value for name, value in asked.items() if value and name not in ("before", "after")}
    return console.show(
        visit,
        "audit",
        refused=refused,
        found=found,
        asked=asked,
        faults=faults,
        base=f"/audit?{urlencode(kept)}{'&' if kept else ''}",
        staff=staff,
        kinds=ENTRY_KINDS,
        channels=console.office.store.bureau.channels,
        computed=bench.last,
        head=head,
        elsewhere=anchored_elsewhere(console.office),
        page=PAGE,
        purpose=visit.given["purpose"] if refused else "",
        PERMISSIONS=PERMISSIONS,
        done_words=DONE,
        words=SAID,
    )


def _wanted(asked: Mapping[str, str]) -> tuple[Wanted, set[str]]:
    """What a query string asks for; days that are none are named and narrow nothing."""
    since, until = _day(asked.get("since", "")), _day(asked.get("until", ""))
    faults = {name for name, day in (("since", since), ("until", until)) if asked.get(name) and day is None}
    query = LogQuery(
        actor=asked.get("who", "")[:200],
        kind=asked.get("kind", "")[:100],
        channel=asked.get("channel", "")[:40],
        refused=asked.get("refused") == "1",
        since=midnight(since) if since else None,
        until=midnight(until + timedelta(days=1)) if until and until < date.max else None,
        before=_number(asked.get("before", "")),
        after=_number(asked.get("after", "")),
    )
    return Wanted(asked.get("q", "").strip()[:200], query), faults


def midnight(day: date) -> datetime:
    """When a day of business time begins, UTC."""
    return datetime.combine(max(day, date(1971, 1, 1)), time(), BEIJING).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _number(text: str) -> int:
    """A number of an entry; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
