"""A bureau with a long history: items of two years, what went out of them, and every entry that says so.

Both sizes have the same work under way, as the same people do it; what differs is how much lies behind them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from channels.contract import Article, ChannelMessage
from publisher.audit.chain import Head, seal
from publisher.audit.entries import EntryDraft
from publisher.domain.item import Content, content_to_json
from publisher.domain.lifecycle import RevisionState
from publisher.domain.part import PartEvent, PartState
from publisher.domain.people import Act
from publisher.domain.posting import PostingState
from publisher.render.freeze import freeze
from publisher.store import schema as t
from publisher.store.log_search import channel_of
from publisher.store.unit_of_work import Store

YEARS = timedelta(days=730)
TEXT = "因更换供水主管网阀门，定于当日22时至次日6时对镇区停水，请提前储水。抢修完毕即恢复供水。"
PLACES = ("石渡", "柳湾")
SENT = (("city-portal", 1), ("bureau-portal", 1), ("wechat", 1), ("wechat", 2), ("weibo", 1))
"""The postings of one item: the first to WeChat was called off, the second took its place."""
UNDER_WAY = (
    *(RevisionState.SUBMITTED, RevisionState.REVIEWED, RevisionState.CLEARED, RevisionState.APPROVED),
    *(RevisionState.SCHEDULED, RevisionState.RETURNED),
)
UNFINISHED = (
    *(
        PostingState.QUEUED,
        PostingState.WAITING,
        PostingState.HELD,
        PostingState.FAILED,
        PostingState.BY_HAND,
    ),
    *(PostingState.UNKNOWN, PostingState.QUEUED),
)
SEALED = (
    *("person:draft:saved", "person:revision:submitted", "person:review:content_passed"),
    *("person:review:secrecy_cleared", "person:review:signed_off", "person:schedule:set"),
)

Thing = TypeVar("Thing")
Rows = dict[sa.Table, list[dict[str, Any]]]


def fill_history(store: Store, items: int, now: datetime) -> None:
    """`items` items, five postings and ten log entries each, the newest made just before `now`.

    Of the newest sixty (of few, four in five), half are in review or wait for their time, and half are going out.
    """
    under_way = min(60, items * 4 // 5)
    texts = _Texts()
    with store.engine.connect() as connection, connection.begin():
        for numbers in _batched(range(items), 500):
            rows: Rows = {
                table: []
                for table in (
                    t.items,
                    t.revisions,
                    t.signatures,
                    t.postings,
                    t.posting_articles,
                    t.parts,
                    t.proofs,
                )
            }
            for number in numbers:
                at = now - YEARS * (items - number) / items
                _item(rows, texts, number, at, now, items - 1 - number, under_way)
            for table, values in rows.items():
                if values:
                    connection.execute(sa.insert(table), values)
        head = store_head(connection, store.log_id)
        for entries in _batched(_entries(head, items, now), 5000):
            connection.execute(sa.insert(t.log_entries), entries)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


class _Texts:
    """What is written and what goes to the channels, a few kilobytes each; made once, as only the title differs."""

    def __init__(self) -> None:
        body = "".join(f"<p>{TEXT * 4}</p>" for _ in range(4))
        self._content = Content(
            "", "notice", body, date(2026, 1, 1), "tzgg", ("city-portal", "bureau-portal", "wechat", "weibo")
        )
        message = freeze(ChannelMessage("", (Article("测速", body, "测速"),)))
        self.messages = dict.fromkeys(self._content.channels, message)

    def content(self, title: str, number: int, day: date) -> dict[str, Any]:
        """The JSON of one revision."""
        column = "gzdt" if number % 9 == 0 else "tzgg"
        return content_to_json(replace(self._content, title=title, column=column, formed_on=day))


def _item(
    rows: Rows, texts: _Texts, number: int, at: datetime, now: datetime, age: int, under_way: int
) -> None:
    key, digest = f"h{number:07d}", hashlib.sha256(f"{number}".encode()).hexdigest()
    title = f"关于{PLACES[number % 2]}片区临时停水的通告（第{number}号）"
    state = UNDER_WAY[age % len(UNDER_WAY)] if age < under_way // 2 else RevisionState.RELEASED
    release = now + timedelta(days=age % 9, hours=3) if state is RevisionState.SCHEDULED else None
    out = state is RevisionState.RELEASED
    rows[t.items].append(
        {
            "id": key, "body": "bureau", "index_no": f"99000123-4/{at.year}-{number:05d}", "created_at": at,
            "created_by": "lu", "unit": "", "title": title, "doc_no": "", "state": state.value,
        }
    )  # fmt: skip
    rows[t.revisions].append(
        {
            "id": digest, "item_id": key, "number": 1, "content": texts.content(title, number, at.date()),
            "messages": texts.messages, "findings": [], "salt": f"{number:032x}", "state": state,
            "held": False, "urgent": False, "drafter": "lu", "submitted_at": at,
            "release_at": at if out else release, "released_at": at if out else None,
            "due_on": (at + timedelta(days=28)).date().isoformat(), "due_provisional": False,
        }
    )  # fmt: skip
    signed = (
        () if state in (RevisionState.SUBMITTED, RevisionState.RETURNED) else
        (Act.PASS_CONTENT,) if state is RevisionState.REVIEWED else
        (Act.PASS_CONTENT, Act.CLEAR_SECRECY) if state is RevisionState.CLEARED else
        (Act.PASS_CONTENT, Act.CLEAR_SECRECY, Act.SIGN_OFF)
    )  # fmt: skip
    for act in signed:
        person = "qin" if act is Act.SIGN_OFF else "shen"
        rows[t.signatures].append(
            {
                "revision_id": digest,
                "act": act,
                "person": person,
                "digest": digest,
                "at": at,
                "opinion": "同意",
            }
        )
    if out:
        going = UNFINISHED[age % len(UNFINISHED)] if age < under_way else None
        for place, (channel, occasion) in enumerate(SENT):
            _posting(rows, f"{key}-{place}", key, digest, channel, occasion, at, now, going, number)


def _posting(
    rows: Rows, posting: str, item: str, digest: str, channel: str, occasion: int, at: datetime,
    now: datetime, going: PostingState | None, number: int,
) -> None:  # fmt: skip
    off = (channel, occasion) == ("wechat", 1)
    state = PostingState.CANCELLED if off else PostingState.OUT
    if going is not None and channel == "weibo":
        state = going
    gone = state is PostingState.OUT
    due = (
        at if state in (PostingState.OUT, PostingState.CANCELLED) else now + timedelta(hours=number % 60 - 1)
    )
    about = {"item_id": item, "revision_id": digest}
    rows[t.postings].append(
        {
            "id": posting, "body": "bureau", **about, "channel": channel, "occasion": occasion, "state": state,
            "urgent": False, "due_at": due, "late_at": due + timedelta(days=3), "gate_limit_at": due,
            "gate_opened": False, "slots": {}, "out_at": at if gone else None, "created_at": at,
            "next_look_at": None,
        }
    )  # fmt: skip
    rows[t.posting_articles].append({"posting_id": posting, "position": 0, **about})
    if not gone:
        return
    part = f"{posting}:0"
    differs = going is not None and number % 5 == 1 and channel == "bureau-portal"
    rows[t.parts].append(
        {
            "id": part, "posting_id": posting, "position": 0, **about, "channel": channel,
            "state": PartState.DIFFERS if differs else PartState.VERIFIED, "remote_id": posting,
            "url": f"https://portal.example/{posting}.html", "level": "rendered", "out_at": at,
            "next_look_at": now + timedelta(hours=1 + number % 600), "looks": 2,
            "differences": ["标题不同"] if differs else [], "addresses": [],
        }
    )  # fmt: skip
    for hours in (1, 24):
        rows[t.proofs].append(
            {
                "part_id": part, "at": at + timedelta(hours=hours), "level": "rendered",
                "outcome": PartEvent.MATCH, "differences": [], "seen_digest": digest,
            }
        )  # fmt: skip


def store_head(connection: sa.Connection, log_id: str) -> Head:
    """Where the log ends now."""
    e = t.log_entries.c
    row = connection.execute(sa.select(e.seq, e.entry_hash, e.at).order_by(e.seq.desc()).limit(1)).first()
    return Head(log_id, row.seq, row.entry_hash, f"{row.at:%Y-%m-%dT%H:%M:%S.%fZ}") if row else Head(log_id)


def _entries(head: Head, items: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Ten for each item, sealed one after another."""
    for number in range(items):
        for place in range(10):
            posting = place >= 6
            kind = "system:posting:out" if posting else SEALED[place]
            subject = f"posting:h{number:07d}-{place - 6}" if posting else f"item:h{number:07d}"
            facts = {"channel": SENT[place - 6][0]} if posting else {}
            actor = "system" if posting else "lu"
            done = seal(head, EntryDraft(kind, actor, subject, facts=facts), at=now)
            entry = done.entry
            yield {
                "seq": entry.seq, "canonical": done.canonical.decode(), "entry_hash": done.entry_hash,
                "prev_hash": done.prev_hash, "at": datetime.fromisoformat(entry.at), "kind": kind,
                "subject": subject, "actor": actor, "channel": channel_of(entry), "outcome": entry.outcome,
            }  # fmt: skip
            head = done.head


def _batched(things: Iterable[Thing], count: int) -> Iterator[list[Thing]]:
    rest = iter(things)
    while some := list(islice(rest, count)):
        yield some
