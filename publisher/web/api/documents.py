"""What the API answers: one model a document, with the names that the command line's `--json` prints."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from publisher.domain.lifecycle import RevisionState
from publisher.domain.order import OrderKind, OrderScope, OrderState
from publisher.domain.part import PartState
from publisher.domain.posting import ChannelState, PostingState


class Document(BaseModel):
    """Plain values; what is not named in a model is not said."""

    model_config = ConfigDict(extra="ignore", from_attributes=True)


class ChannelPlace(Document):
    """Where one item is on one channel. `state` is the part's, else the posting's; times are Beijing's."""

    channel: str
    label: str
    state: str
    words: str
    url: str
    posting_id: str
    part_id: str
    verified_at: str
    error: str
    practice: bool


class ItemLine(Document):
    """Where one item is. `sentence` never says “published” while a channel is not."""

    item_id: str
    index_no: str
    title: str
    kind: str
    state: str
    words: str
    held: bool
    drafter: str
    revision_id: str
    release_at: str
    due_on: str
    overdue: bool
    channels: list[ChannelPlace]
    sentence: str


class ItemList(Document):
    """One page. `next` is the cursor of the page after it, null at the end."""

    items: list[ItemLine]
    next: str | None


class FileLine(Document):
    """One file of an item: `digest` is its SHA-256, `reading` what the screen did with it."""

    role: str
    digest: str
    name: str
    media_type: str
    size: int
    title: str = ""
    width: int = 0
    height: int = 0
    reading: str = ""


class ContentDocument(Document):
    """The fields of an item. `body` is HTML of our own small subset; empty where a content was erased."""

    title: str = ""
    kind: str = ""
    body: str = ""
    formed_on: str = ""
    column: str = ""
    channels: list[str] = []
    summary: str = ""
    doc_no: str = ""
    issuing_body: str = ""
    responsible_body: str = ""
    content_source: str = ""
    subject_class: str = ""
    keywords: list[str] = []
    disclosure_attribute: str = ""
    disclosure_basis: str = ""
    placement: str = ""
    validity: str = ""
    short_title: str = ""
    responsible_editor: str = ""
    reviewer: str = ""
    expires_on: str | None = None
    correction: str = ""
    details: list[tuple[str, str]] = []
    files: list[FileLine] = []


class FindingLine(Document):
    """One finding of the screen, with the answer that a person gave."""

    rule: str
    level: str
    place: str
    line: int
    advice_zh: str
    masked: str = ""
    answer: str = ""


class DraftLine(Document):
    """The open draft. `etag` is what `If-Match` wants."""

    version: int
    updated_by: str
    updated_at: datetime
    etag: str
    findings: list[FindingLine]


class SignatureLine(Document):
    """One signature on one digest."""

    act: str
    person: str
    signer: str
    words: str
    digest: str
    at: datetime


class RevisionLine(Document):
    """One revision of an item with its signatures."""

    digest: str
    number: int
    state: RevisionState
    words: str
    held: bool
    urgent: bool
    drafter: str
    drafted_by: str
    submitted_at: datetime
    release_at: datetime | None
    released_at: datetime | None
    signatures: list[SignatureLine]


class PartLine(Document):
    """One article that is or was out."""

    id: str
    posting_id: str
    position: int
    item_id: str
    revision_id: str
    channel: str
    state: PartState
    remote_id: str
    url: str
    level: str
    out_at: datetime
    next_look_at: datetime | None
    differences: list[str]
    order_id: int


class OrderLine(Document):
    """One signed order about an item."""

    id: int
    kind: OrderKind
    scope: OrderScope
    channel: str
    part_id: str
    leak: bool
    state: OrderState
    signed_by: str
    signer: str
    confirmed_by: str
    at: datetime
    reason: str
    closed_at: datetime | None


class ItemDocument(ItemLine):
    """Everything about one item. `content` is the open draft's, else the newest revision's."""

    draft: DraftLine | None
    content: ContentDocument
    revisions: list[RevisionLine]
    parts: list[PartLine]
    orders: list[OrderLine]


class DraftKept(Document):
    """A draft was saved. `check` says what was inferred; `findings` how many the screen has."""

    item: str
    version: int
    etag: str
    findings: int


class FileKept(DraftKept):
    """A file was added to a draft."""

    digest: str


class Submitted(Document):
    """A revision was made of the draft. `warnings` stop nothing."""

    item: str
    revision_id: str
    index_no: str
    warnings: list[str]


class ArticleDocument(Document):
    """One article of a frozen message as a reader will find it."""

    title: str
    summary: str
    author: str
    text: str
    link: str
    cover: str
    images: list[str]
    attachments: list[str]


class MessageDocument(Document):
    """What goes to one channel."""

    channel: str
    label: str
    practice: bool
    articles: list[ArticleDocument]


class RevisionDocument(Document):
    """Everything that a signature on this revision covers."""

    revision: str
    item: str
    index_no: str
    number: int
    state: RevisionState
    words: str
    held: bool
    urgent: bool
    drafter: str
    drafted_by: str
    submitted_at: datetime
    release_at: datetime | None
    released_at: datetime | None
    due_on: str
    due_provisional: bool
    content: ContentDocument
    findings: list[FindingLine]
    signatures: list[SignatureLine]
    messages: list[MessageDocument]


class Scheduled(Document):
    """When a revision is released."""

    revision: str
    release_at: datetime


class Done(Document):
    """An act on a thing was done: which act, on which id."""

    id: str
    done: str


class PostingLine(Document):
    """One sending to one channel."""

    posting: str
    item: str
    title: str
    channel: str
    label: str
    state: PostingState
    words: str
    due_at: datetime
    out_at: datetime | None
    late_at: datetime
    waits_for: str
    person_needed: str
    error: str
    attempts: int


class PostingList(Document):
    """One page. `next` is the cursor of the page after it, null at the end."""

    postings: list[PostingLine]
    next: str | None


class StepLine(Document):
    """One call of a posting that changes something outside."""

    scope: str
    name: str
    state: str
    repeatable: bool
    calls: int
    started_at: datetime
    ended_at: datetime | None


class ProofLine(Document):
    """One look at a part: when, how, and what was different."""

    at: datetime
    level: str
    outcome: str
    differences: list[str]
    seen_digest: str
    words: str


class PartDocument(PartLine):
    """One part with every look at it."""

    title: str
    label: str
    words: str
    proofs: list[ProofLine]


class PostingDocument(PostingLine):
    """One sending with its steps and parts."""

    revision: str
    denied_by: str
    next_look_at: datetime | None
    next_try_at: datetime | None
    steps: list[StepLine]
    parts: list[PartDocument]


class Ordered(Document):
    """A withdrawal was signed; the channels carry it out."""

    order: int
    item: str
    channel: str
    part: str
    leak: bool


class ChannelLine(Document):
    """One configured channel. `state` is null for one that never ran here."""

    name: str
    kind: str
    label: str
    portal: bool
    practice: bool
    state: ChannelState | None
    words: str
    reason: str
    since: datetime | None
    next_probe_at: datetime | None


class ChannelList(Document):
    """All configured channels, in the order in which they are shown."""

    channels: list[ChannelLine]


class EntryLine(Document):
    """One entry of the log as it is sealed; `notes` are the words beside it, null where one was erased."""

    seq: int
    at: str
    kind: str
    actor: str
    on_behalf_of: str
    os_user: str
    subject: str
    outcome: str
    body: str
    digests: dict[str, str]
    facts: dict[str, str]
    note_digests: dict[str, str]
    notes: dict[str, str | None]
    hash: str
    prev: str
    canonical: str


class LogPage(Document):
    """Entries in order of their number. `next` is what `after` wants for the ones that follow, null at the end."""

    log_id: str
    entries: list[EntryLine]
    next: int | None


class EntryProof(Document):
    """One entry, and the shortest proof that it stands in the log that a checkpoint signs.

    `proof` are RFC 6962 hashes in hexadecimal, from the entry upwards; `size` is that of `checkpoint`. Both are
    empty for an entry that no checkpoint covers yet.
    """

    entry: EntryLine
    checkpoint: str
    size: int
    proof: list[str]


class LedgerEntry(Document):
    """One article on one channel in the ledger; days and times are Beijing's, as people read them."""

    index_no: str
    title: str
    kind: str
    channel: str
    state: str
    formed_on: str
    due_on: str
    released_at: str
    out_at: str
    verified_at: str
    days_late: int
    drafter: str
    signers: str
    url: str
    withdrawal_ordered_at: str
    gone_at: str
    removal_minutes: int | None


class LedgerDocument(Document):
    """The ledger from the first day to the last, both included."""

    model_config = ConfigDict(populate_by_name=True)

    since: str = Field(serialization_alias="from")
    until: str = Field(serialization_alias="to")
    lines: list[LedgerEntry]


class HealthDocument(Document):
    """Whether everything that is due is being done, and why not."""

    ready: bool
    at: datetime
    reasons: list[str]
    oldest_due_at: datetime | None
    oldest_due_age_s: int
    oldest_look_age_s: int
    services: int
    open_alarms: int
    urgent_alarms: int
    stuck_messages: list[str]


def plain(model: type[BaseModel], value: Any) -> BaseModel:
    """A document from what the workflow tells."""
    return model.model_validate(value)
