"""Items, drafts, revisions and signatures in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publisher.domain.lifecycle import GIVING_BACK, UNDER_WAY, RevisionState
from publisher.domain.people import Act
from publisher.domain.review import Signature
from publisher.store import schema as t
from publisher.store.quotas import Quotas
from publisher.store.records import DraftRecord, ItemRecord, RevisionRecord, one_or_none, records

R = t.revisions.c
STORED = [R[field.name] for field in fields(RevisionRecord)]
ITEM = sa.select(t.items).where(t.items.c.id == sa.bindparam("key"))
REVISION = sa.select(t.revisions).where(R.id == sa.bindparam("key"))
REVISIONS = sa.select(t.revisions).where(R.item_id == sa.bindparam("key")).order_by(R.number)


@dataclass(frozen=True, slots=True)
class SignedArticle:
    """One article of a posting: its place and item, the digest that was signed, the item's index number, what is
    stored under that digest."""

    position: int
    item_id: str
    digest: str
    index_no: str
    revision: RevisionRecord | None


def signed_articles(posting: sa.ColumnElement[str]) -> sa.Select[Any]:
    """The query for the articles of one posting, in order; its rows are for `signed_article`."""
    a = t.posting_articles.c
    return (
        sa.select(a.posting_id, a.position, a.item_id, a.revision_id, t.items.c.index_no, *STORED)
        .select_from(t.posting_articles)
        .outerjoin(t.items, t.items.c.id == a.item_id)
        .outerjoin(t.revisions, R.id == a.revision_id)
        .where(a.posting_id == posting)
        .order_by(a.position)
    )


def signed_article(row: Sequence[Any]) -> SignedArticle:
    """One row of `signed_articles`."""
    _, position, item_id, digest, index_no, *stored = row
    return SignedArticle(
        position, item_id, digest, index_no or "", RevisionRecord(*stored) if stored[0] else None
    )


OF_POSTING = signed_articles(sa.bindparam("key"))
newer = t.revisions.alias("newer")
NEWEST_STATE = (
    sa.update(t.items)
    .where(
        t.items.c.id
        == sa.select(R.item_id)
        .where(
            R.id == sa.bindparam("key"),
            ~sa.exists().where(newer.c.item_id == R.item_id, newer.c.number > R.number),
        )
        .scalar_subquery()
    )
    .values(state=sa.bindparam("new"))
)
"""The list of items finds an item by the state of its newest revision."""
RELEASED = (
    sa.select(R.id).where(R.item_id == sa.bindparam("key"), R.released_at.is_not(None)).order_by(R.number)
)


@dataclass(frozen=True, slots=True)
class ItemSearch:
    """Which items: of a unit ("" = all), holding a text in title, index or document number, or being what an
    address leads to; whose newest revision is in a state; with an open draft."""

    unit: str = ""
    text: str = ""
    state: RevisionState | None = None
    drafts: bool = False


OF_INDEX_NUMBERS = frozenset("0123456789-/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def _holds(column: sa.Column[Any], text: str, dialect: str) -> sa.ColumnElement[bool]:
    """Whether a column holds the text. Letters of either case are the same; where there are none, a plain look for
    the bytes takes half the time on SQLite."""
    if dialect == "sqlite" and not any(char.isalpha() and char.isascii() for char in text):
        return sa.func.instr(column, text) > 0
    return column.contains(text, autoescape=True)


def _matches(text: str, dialect: str) -> Iterator[sa.ColumnElement[bool]]:
    i, p = t.items.c, t.parts.c
    if "://" in text:
        yield i.id.in_(sa.select(p.item_id).where(p.url == text))
        return
    yield _holds(i.title, text, dialect)
    if not set(text) - OF_INDEX_NUMBERS:  # reading a column that cannot hold it takes as long as one that can
        yield _holds(i.index_no, text, dialect)
    yield _holds(i.doc_no, text, dialect)
    yield i.id == text


def _item_of(table: sa.Table, key: str) -> sa.ScalarSelect[Any]:
    return sa.select(table.c.item_id).where(table.c.id == key).scalar_subquery()


NAMED_CHARS = 200
"""So much of a title stands in lists: an entry of an index has a largest size. A longer one cannot be submitted."""


class Items:
    """Reads and writes within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """The open connection of a unit of work."""
        self._c = connection

    def add_item(self, **values: Any) -> None:
        """A new item without revisions."""
        self._c.execute(sa.insert(t.items).values(**values))

    def item(self, item_id: str) -> ItemRecord | None:
        """By id."""
        return one_or_none(ItemRecord, self._c.execute(ITEM, {"key": item_id}))

    def find_item(self, text: str) -> list[ItemRecord]:
        """Items whose id begins with `text`, or whose index number is `text`."""
        match = sa.or_(t.items.c.id.startswith(text, autoescape=True), t.items.c.index_no == text)
        return records(ItemRecord, self._c.execute(sa.select(t.items).where(match).limit(3)))

    def all_items(self, limit: int = 1000) -> list[ItemRecord]:
        """Newest first."""
        return records(
            ItemRecord, self._c.execute(sa.select(t.items).order_by(t.items.c.created_at.desc()).limit(limit))
        )

    def page(
        self, wanted: ItemSearch, *, before: tuple[datetime, str] | None, count: int
    ) -> list[ItemRecord]:
        """Items as asked for, newest first, of those made before `before` (time and id of the last one seen)."""
        i = t.items.c
        query = sa.select(t.items).order_by(i.created_at.desc(), i.id.desc()).limit(count)
        if wanted.unit:
            query = query.where(i.unit == wanted.unit)
        if wanted.text:
            query = query.where(sa.or_(*_matches(wanted.text, self._c.dialect.name)))
        if wanted.state is not None:
            query = query.where(i.state == wanted.state.value)
        if wanted.drafts:
            query = query.where(i.id.in_(sa.select(t.drafts.c.item_id).where(t.drafts.c.open.is_(True))))
        if before is not None:
            at, key = before
            earlier = sa.and_(i.created_at == at, i.id < key)
            query = query.where(i.created_at <= at, sa.or_(i.created_at < at, earlier))
        return records(ItemRecord, self._c.execute(query))

    def give_index_number(self, item_id: str, index_no: str) -> None:
        """Set once; an item keeps its number."""
        self._c.execute(
            sa.update(t.items)
            .where(t.items.c.id == item_id, t.items.c.index_no.is_(None))
            .values(index_no=index_no)
        )

    def next_serial(self, organisation: str, year: int) -> int:
        """The next serial of the year, never handed out twice, also after a rollback of a later transaction."""
        key = sa.and_(t.serials.c.organisation == organisation, t.serials.c.year == year)
        last = self._c.execute(sa.select(t.serials.c.last).where(key)).scalar()
        if last is None:
            self._c.execute(sa.insert(t.serials).values(organisation=organisation, year=year, last=1))
            return 1
        self._c.execute(sa.update(t.serials).where(key).values(last=last + 1))
        return int(last) + 1

    def add_draft(self, **values: Any) -> None:
        """A new open draft; at most one an item."""
        self._c.execute(sa.insert(t.drafts).values(version=1, open=True, **values))
        self._title(t.items.c.id == values["item_id"], values["content"])

    def save_draft(self, draft_id: str, **values: Any) -> None:
        """Replace content and findings; the version grows."""
        self._c.execute(
            sa.update(t.drafts)
            .where(t.drafts.c.id == draft_id)
            .values(version=t.drafts.c.version + 1, **values)
        )
        if "content" in values:
            self._title(t.items.c.id == _item_of(t.drafts, draft_id), values["content"])

    def _title(self, which: sa.ColumnElement[bool], content: Mapping[str, Any]) -> None:
        """An item is called in lists what it was called last."""
        named = {name: str(content.get(name, ""))[:NAMED_CHARS] for name in ("title", "doc_no")}
        self._c.execute(sa.update(t.items).where(which).values(**named))

    def close_draft(self, draft_id: str) -> None:
        """Submitted or discarded."""
        self._c.execute(sa.update(t.drafts).where(t.drafts.c.id == draft_id).values(open=False))

    def columns_in_use(self) -> set[str]:
        """Every column that some draft or revision stands in."""
        found: set[str] = set()
        for table in (t.revisions, t.drafts):
            column = table.c.content["column"].as_string()
            found.update(name for name in self._c.execute(sa.select(column).distinct()).scalars() if name)
        return found

    def open_draft(self, item_id: str) -> DraftRecord | None:
        """The item's open draft."""
        query = sa.select(t.drafts).where(t.drafts.c.item_id == item_id, t.drafts.c.open.is_(True))
        return one_or_none(DraftRecord, self._c.execute(query))

    def drafts(self, item_id: str) -> list[DraftRecord]:
        """Every draft of one item, open or closed."""
        query = sa.select(t.drafts).where(t.drafts.c.item_id == item_id).order_by(t.drafts.c.updated_at)
        return records(DraftRecord, self._c.execute(query))

    def open_drafts_of(self, person: str) -> list[tuple[str, str]]:
        """Item and title of each open draft that this person saved last."""
        d, i = t.drafts.c, t.items.c
        query = sa.select(i.id, i.title).join(t.drafts, d.item_id == i.id)
        rows = self._c.execute(query.where(d.open, d.updated_by == person).order_by(i.created_at))
        return [(row.id, row.title) for row in rows]

    def hand_drafts(self, person: str, successor: str) -> None:
        """The open drafts of one person are another's from now on."""
        d = t.drafts
        mine = (d.c.open, d.c.updated_by == person)
        self._c.execute(sa.update(d).where(*mine).values(updated_by=successor, version=d.c.version + 1))

    def uses_file(self, digest: str, *, besides: str) -> bool:
        """Whether a draft or revision of another item holds this file."""
        found = (
            self._c.execute(
                sa.select(table.c.id)
                .where(table.c.item_id != besides, sa.cast(table.c.content, sa.Text).contains(digest))
                .limit(1)
            ).first()
            for table in (t.drafts, t.revisions)
        )
        return any(row is not None for row in found)

    def erase_draft(self, draft_id: str, *, content: dict[str, Any]) -> None:
        """Put `content` in the place of what was written; the draft is closed."""
        self._c.execute(
            sa.update(t.drafts)
            .where(t.drafts.c.id == draft_id)
            .values(content=content, findings=[], open=False)
        )
        self._title(t.items.c.id == _item_of(t.drafts, draft_id), content)

    def erase_revision(self, revision_id: str, *, content: dict[str, Any]) -> None:
        """Put `content` in the place of what was signed. Messages, findings, opinions and salt go; the digest stays."""
        self._c.execute(
            sa.update(t.revisions)
            .where(t.revisions.c.id == revision_id)
            .values(content=content, messages={}, findings=[], salt="")
        )
        self._c.execute(
            sa.update(t.signatures)
            .where(t.signatures.c.revision_id == revision_id)
            .values(opinion="", reference="")
        )
        self._title(t.items.c.id == _item_of(t.revisions, revision_id), content)

    def add_revision(self, **values: Any) -> None:
        """A fixed revision; its id is its digest."""
        self._c.execute(sa.insert(t.revisions).values(**values))
        self._title(t.items.c.id == values["item_id"], values["content"])
        mine = t.items.c.id == values["item_id"]
        self._c.execute(sa.update(t.items).where(mine).values(state=RevisionState(values["state"]).value))

    def revision(self, revision_id: str) -> RevisionRecord | None:
        """By digest."""
        return one_or_none(RevisionRecord, self._c.execute(REVISION, {"key": revision_id}))

    def revisions(self, item_id: str) -> list[RevisionRecord]:
        """Of one item, oldest first."""
        return records(RevisionRecord, self._c.execute(REVISIONS, {"key": item_id}))

    def of_posting(self, posting_id: str) -> list[SignedArticle]:
        """The articles of a posting, in order."""
        return [signed_article(row) for row in self._c.execute(OF_POSTING, {"key": posting_id})]

    def titles(self, revision_ids: Collection[str]) -> dict[str, str]:
        """Revision → its title."""
        title = R.content["title"].as_string()
        return {
            key: name or ""
            for key, name in self._c.execute(sa.select(R.id, title).where(R.id.in_(revision_ids)))
        }

    def released(self, item_id: str) -> list[str]:
        """The revisions of one item that were ever released, oldest first: their digests."""
        return list(self._c.execute(RELEASED, {"key": item_id}).scalars())

    def latest_revision(self, item_id: str) -> RevisionRecord | None:
        """The newest revision of one item."""
        return next(iter(reversed(self.revisions(item_id))), None)

    def under_way(self, item_id: str) -> list[RevisionRecord]:
        """Revisions that are neither out nor ended; at most one."""
        return [r for r in self.revisions(item_id) if r.state in UNDER_WAY]

    def change_revision(self, revision_id: str, **values: Any) -> None:
        """Set columns of one revision. Held or not to be released any more, it keeps no place in the quota book."""
        if values.get("held") or values.get("state") in GIVING_BACK:
            Quotas(self._c).free(revision_id=revision_id)
        self._c.execute(sa.update(t.revisions).where(t.revisions.c.id == revision_id).values(**values))
        if "state" in values:
            state = RevisionState(values["state"]).value
            self._c.execute(NEWEST_STATE, {"key": revision_id, "new": state})

    def in_state(self, *states: RevisionState) -> list[RevisionRecord]:
        """All revisions in one of these states, oldest first."""
        query = (
            sa.select(t.revisions).where(t.revisions.c.state.in_(states)).order_by(t.revisions.c.submitted_at)
        )
        return records(RevisionRecord, self._c.execute(query))

    def signed_contents(self) -> Iterator[tuple[str, str, dict[str, Any], dict[str, str], str]]:
        """Every fixed content, one by one: (digest, index number, content, messages, salt)."""
        query = (
            sa.select(R.id, t.items.c.index_no, R.content, R.messages, R.salt)
            .join(t.items, t.items.c.id == R.item_id)
            .order_by(R.submitted_at, R.id)
            .execution_options(yield_per=200)
        )
        for digest, index_no, content, messages, salt in self._c.execute(query):
            yield digest, index_no or "", content, messages, salt

    def count_in(self, states: Collection[RevisionState]) -> int:
        """How many revisions are in one of these states."""
        query = sa.select(sa.func.count()).select_from(t.revisions).where(R.state.in_(states))
        return int(self._c.execute(query).scalar_one()) if states else 0

    def not_looked_at(self, now: datetime) -> list[RevisionRecord]:
        """Urgent revisions, out or about to be, whose second look is overdue."""
        states = (RevisionState.SCHEDULED, RevisionState.RELEASED, RevisionState.WITHDRAWING)
        overdue = self._c.execute(sa.select(t.revisions).where(R.second_look_by < now))
        return [revision for revision in records(RevisionRecord, overdue) if revision.state in states]

    def due_for_release(self, now: datetime) -> list[RevisionRecord]:
        """Scheduled, not held, and due; urgent ones first."""
        query = (
            sa.select(t.revisions)
            .where(
                t.revisions.c.state == RevisionState.SCHEDULED,
                t.revisions.c.held.is_(False),
                t.revisions.c.release_at <= now,
            )
            .order_by(t.revisions.c.urgent.desc(), t.revisions.c.release_at)
        )
        return records(RevisionRecord, self._c.execute(query))

    def expired(self, today: str) -> list[RevisionRecord]:
        """Released revisions whose day of expiry (ISO text, Beijing's day) has come."""
        r = t.revisions.c
        query = sa.select(t.revisions).where(
            r.expires_on != "", r.expires_on <= today, r.state == RevisionState.RELEASED
        )
        return records(RevisionRecord, self._c.execute(query.order_by(r.expires_on)))

    def sign(
        self,
        revision_id: str,
        signature: Signature,
        *,
        opinion: str = "",
        reference: str = "",
        checks: Sequence[str] = (),
        on_paper: bool = False,
    ) -> None:
        """Add one signature; none is ever changed."""
        self._c.execute(
            sa.insert(t.signatures).values(
                revision_id=revision_id,
                act=signature.act,
                person=signature.person,
                digest=signature.digest,
                at=signature.at,
                on_behalf_of=signature.on_behalf_of,
                opinion=opinion,
                reference=reference,
                checks=list(checks),
                on_paper=on_paper,
            )
        )

    def signatures(self, revision_id: str) -> Sequence[Signature]:
        """In the order given."""
        s = t.signatures.c
        rows = self._c.execute(
            sa.select(s.act, s.person, s.digest, s.at, s.on_behalf_of)
            .where(s.revision_id == revision_id)
            .order_by(s.id)
        )
        return [Signature(Act(row.act), row.person, row.digest, row.at, row.on_behalf_of) for row in rows]
