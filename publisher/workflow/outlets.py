"""The built channels as the steps of the trip use them, and what each posting sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from channels.contract import Article, Channel, ChannelMessage, Journal
from publisher.domain.item import content_from_json, revision_digest
from publisher.render.freeze import thaw
from publisher.store.records import PostingRecord, RevisionRecord
from publisher.store.unit_of_work import Reading, Store
from publisher.workflow.journal import StoreJournal

JournalFactory = Callable[..., Journal]


@dataclass(frozen=True, slots=True)
class Outlets:
    """Everything a worker needs: the channels by name, business time, its own name.

    `journal` makes the journal of a posting; tests wrap it to die at a chosen point.
    """

    channels: Mapping[str, Channel]
    now: Callable[[], datetime]
    worker: str = "daemon"
    journal: JournalFactory = StoreJournal

    def journal_for(self, store: Store, posting: PostingRecord, scope: str) -> Journal:
        """The journal of one posting and scope, under the posting's present fencing number."""
        return self.journal(store, posting.id, fence=posting.fence, scope=scope, now=self.now)


class Tampered(Exception):
    """What is stored is not what was signed. Nothing was sent."""


def signed_content_holds(revision: RevisionRecord, index_no: str) -> bool:
    """Whether content, messages and salt still give the digest that was signed."""
    digest = revision_digest(
        content_from_json(revision.content),
        index_no=index_no,
        messages=revision.messages,
        salt=bytes.fromhex(revision.salt),
    )
    return digest == revision.id


def message_of(reading: Reading, posting: PostingRecord) -> ChannelMessage:
    """What this posting sends: the frozen messages of its articles with its recorded slots, under its key.

    Raises `Tampered` when a stored byte is not the signed one.
    """
    articles: list[Article] = []
    for _, item_id, revision_id in reading.postings.articles(posting.id):
        revision = reading.items.revision(revision_id)
        item = reading.items.item(item_id)
        if revision is None or item is None or not signed_content_holds(revision, item.index_no or ""):
            raise Tampered(revision_id)
        articles.extend(thaw(revision.messages[posting.channel]).articles)
    message = ChannelMessage(posting.id, tuple(articles))
    return replace(message.filled(posting.slots), key=posting.id)


def article_of(reading: Reading, posting: PostingRecord, position: int) -> Article:
    """The approved article at one position, slots filled as they were sent."""
    return message_of(reading, posting).articles[position]
