"""The built channels as the steps of the trip use them, and what each posting sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from channels.contract import Article, Channel, ChannelMessage
from publisher.domain.correction import VERSION_AT
from publisher.domain.item import digest_of_stored
from publisher.render.freeze import thaw
from publisher.store.items import SignedArticle
from publisher.store.records import PostingRecord, RevisionRecord
from publisher.store.unit_of_work import Reading, Store
from publisher.workflow.journal import StoreJournal

JournalFactory = Callable[..., StoreJournal]


@dataclass(frozen=True, slots=True)
class Outlets:
    """Everything a worker needs: the channels by name, business time, its own name.

    `journal` makes the journal of a posting; tests wrap it to die at a chosen point.
    """

    channels: Mapping[str, Channel]
    now: Callable[[], datetime]
    worker: str = "daemon"
    journal: JournalFactory = StoreJournal

    def journal_for(self, store: Store, posting: PostingRecord, scope: str) -> StoreJournal:
        """The journal of one posting and scope, under the posting's present fencing number."""
        return self.journal(
            store, posting.id, fence=posting.fence, scope=scope, worker=self.worker, now=self.now
        )


class Tampered(Exception):
    """What is stored is not what was signed. Nothing was sent."""


def signed_content_holds(revision: RevisionRecord, index_no: str) -> bool:
    """Whether content, messages and salt still give the digest that was signed."""
    try:
        digest = digest_of_stored(
            revision.content,
            index_no=index_no,
            messages=revision.messages,
            salt=bytes.fromhex(revision.salt),
        )
    except (KeyError, TypeError, ValueError):  # what cannot even be read must not stop the sweep
        return False
    return digest == revision.id


def message_of(reading: Reading, posting: PostingRecord) -> ChannelMessage:
    """What this posting sends: the frozen messages of its articles with its recorded slots, under its key.

    Reads by one statement.
    Raises `Tampered` when a stored byte is not the signed one.
    """
    return signed_message(posting, reading.items.of_posting(posting.id))


def signed_message(posting: PostingRecord, signed: Sequence[SignedArticle]) -> ChannelMessage:
    """The same of what was read of its articles. Raises `Tampered`."""
    articles: list[Article] = []
    for one in signed:
        if one.revision is None or not signed_content_holds(one.revision, one.index_no):
            raise Tampered(one.digest)
        articles.extend(thaw(one.revision.messages[posting.channel]).articles)
    message = ChannelMessage(posting.id, tuple(articles))
    return replace(message.filled(posting.slots), key=posting.id)


NOT_POSTED = "未在本站发布"


def slots_of_versions(reading: Reading, posting: PostingRecord) -> dict[str, str]:
    """What a correction says about time: when each earlier version was posted here, and, where it amends a
    page, when that page was first posted, which no correction changes (R12.06)."""
    public = reading.items.released(posting.item_id)
    if public == [posting.revision_id] and not posting.amends:
        return {}
    older = [
        p
        for p in reading.postings.of_item(posting.item_id)
        if p.channel == posting.channel and p.revision_id != posting.revision_id and p.out_at is not None
    ]
    at = {p.revision_id: p.slots.get("corrected_at" if p.amends else "posted_at", "") for p in older}
    slots = {
        f"{VERSION_AT}:{number}": at.get(revision) or NOT_POSTED
        for number, revision in enumerate(public, 1)
        if revision != posting.revision_id
    }
    amended = reading.parts.get(posting.amends) if posting.amends else None
    first = next((p for p in older if amended and p.id == amended.posting_id), None)
    return {**slots, "posted_at": first.slots["posted_at"]} if first else slots


def article_of(reading: Reading, posting: PostingRecord, position: int) -> Article:
    """The approved article at one position, slots filled as they were sent."""
    return message_of(reading, posting).articles[position]
