"""All tables. A `body` column stands where several public bodies may share one installation later."""

from __future__ import annotations

import sqlalchemy as sa

from publisher.domain.alerting import Level
from publisher.domain.lifecycle import RevisionState
from publisher.domain.order import OrderKind, OrderScope, OrderState
from publisher.domain.part import PartState
from publisher.domain.people import Act
from publisher.domain.posting import ChannelState, PostingState
from publisher.store.columns import UtcInstant, Word

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _text(name: str, **options: object) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="", default="", **options)  # type: ignore[arg-type]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0", default=0)


meta = sa.Table("meta", metadata, sa.Column("name", sa.String(40), primary_key=True), _text("value"))

people = sa.Table(
    "people",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("body", sa.String(40), nullable=False),
    _text("display"),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
    _text("password_hash"),
    _text("token_hash"),
    sa.Column("created_at", UtcInstant, nullable=False),
    _text("unit"),
    _text("substitute"),
    _text("contact"),
    _number("failed"),
    sa.Column("locked_until", UtcInstant),
    sa.Column("password_at", UtcInstant),
    sa.Column("one_time", sa.Boolean, nullable=False, server_default=sa.false(), default=False),
    sa.Column("old_hashes", sa.JSON, nullable=False, server_default="[]", default=list),
    sa.Column("asked", sa.JSON),
    _text("secret"),
    sa.Column("second_at", UtcInstant),
    _number("last_step"),
    sa.Column("recovery", sa.JSON, nullable=False, server_default="[]", default=list),
    _text("subject"),
    sa.Index(
        "uq_people_subject",
        "subject",
        unique=True,
        sqlite_where=sa.text("subject <> ''"),
        postgresql_where=sa.text("subject <> ''"),
    ),
)

mandates = sa.Table(
    "mandates",
    metadata,
    sa.Column("id", sa.String(20), primary_key=True),
    sa.Column("person", sa.ForeignKey("people.name"), nullable=False),
    sa.Column("substitute", sa.ForeignKey("people.name"), nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("since", UtcInstant, nullable=False),
    sa.Column("until", UtcInstant, nullable=False),
    _text("reason"),
    sa.Column("made_by", sa.String(40), nullable=False),
    sa.Column("made_at", UtcInstant, nullable=False),
    sa.Column("ended_at", UtcInstant),
    sa.Index("ix_mandates_substitute", "substitute", "until"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("person", sa.ForeignKey("people.name"), nullable=False),
    sa.Column("began_at", UtcInstant, nullable=False),
    sa.Column("seen_at", UtcInstant, nullable=False),
    _text("address"),
    _text("agent"),
    sa.Column("ended_at", UtcInstant),
    _text("stage"),
    _number("failed"),
    sa.Index("ix_sessions_person", "person", "ended_at"),
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("id", sa.String(20), primary_key=True),
    sa.Column("person", sa.ForeignKey("people.name"), nullable=False),
    _text("name"),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("created_at", UtcInstant, nullable=False),
    sa.Column("expires_at", UtcInstant, nullable=False),
    sa.Column("used_at", UtcInstant),
    sa.Column("revoked_at", UtcInstant),
    sa.UniqueConstraint("digest", name="uq_api_tokens_digest"),
    sa.Index("ix_api_tokens_person", "person", "created_at"),
)

replies = sa.Table(  # what was answered to a request of a program, so that it is not done twice
    "replies",
    metadata,
    sa.Column("person", sa.ForeignKey("people.name"), primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("began_at", UtcInstant, nullable=False),
    _number("status"),
    sa.Column("headers", sa.JSON, nullable=False),
    _text("body"),
    sa.Index("ix_replies_began", "began_at"),
)

items = sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.String(20), primary_key=True),
    sa.Column("body", sa.String(40), nullable=False),
    sa.Column("index_no", sa.String(40), unique=True),
    sa.Column("created_at", UtcInstant, nullable=False),
    sa.Column("created_by", sa.String(40), nullable=False),
    _text("unit"),
    _text("title"),
    _text("doc_no"),
    _text("state"),  # of the newest revision, "" before the first
    sa.Index("ix_items_state", "state", "created_at"),
    sa.Index("ix_items_created", "created_at", "id", "title", "doc_no", "index_no"),
    sa.Index("ix_items_unit", "unit", "created_at"),
)

serials = sa.Table(
    "serials",
    metadata,
    sa.Column("organisation", sa.String(20), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", sa.String(20), primary_key=True),
    sa.Column("item_id", sa.ForeignKey("items.id"), nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("findings", sa.JSON, nullable=False),
    _number("version"),
    sa.Column("open", sa.Boolean, nullable=False, default=True),
    _text("based_on"),
    sa.Column("updated_at", UtcInstant, nullable=False),
    sa.Column("updated_by", sa.String(40), nullable=False),
    sa.Index(
        "uq_drafts_open_item",
        "item_id",
        unique=True,
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    ),
)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("item_id", sa.ForeignKey("items.id"), nullable=False),
    _number("number"),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("messages", sa.JSON, nullable=False),
    sa.Column("findings", sa.JSON, nullable=False),
    sa.Column("salt", sa.String(32), nullable=False),
    sa.Column("state", Word(RevisionState), nullable=False),
    sa.Column("held", sa.Boolean, nullable=False, default=False),
    sa.Column("urgent", sa.Boolean, nullable=False, default=False),
    sa.Column("drafter", sa.String(40), nullable=False),
    sa.Column("submitted_at", UtcInstant, nullable=False),
    sa.Column("release_at", UtcInstant),
    sa.Column("released_at", UtcInstant),
    sa.Column("due_on", sa.String(10), nullable=False),
    sa.Column("due_provisional", sa.Boolean, nullable=False, default=False),
    sa.Column("second_look_by", UtcInstant),
    _text("expires_on"),
    sa.Index("ix_revisions_state", "state", "release_at"),
    sa.Index("ix_revisions_item", "item_id", "number"),
    sa.Index(
        "ix_revisions_second_look",
        "second_look_by",
        sqlite_where=sa.text("second_look_by IS NOT NULL"),
        postgresql_where=sa.text("second_look_by IS NOT NULL"),
    ),
    sa.Index(
        "ix_revisions_expiry",
        "expires_on",
        sqlite_where=sa.text("expires_on <> ''"),
        postgresql_where=sa.text("expires_on <> ''"),
    ),
)

signatures = sa.Table(
    "signatures",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision_id", sa.ForeignKey("revisions.id"), nullable=False),
    sa.Column("act", Word(Act), nullable=False),
    sa.Column("person", sa.String(40), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("at", UtcInstant, nullable=False),
    _text("opinion"),
    _text("reference"),
    sa.Column("on_paper", sa.Boolean, nullable=False, default=False),
    _text("on_behalf_of"),
    sa.Column("checks", sa.JSON, nullable=False, server_default="[]", default=[]),
    sa.Index("ix_signatures_revision", "revision_id"),
    sa.Index("ix_signatures_act", "act", "id"),
)

looks = sa.Table(  # who has had a revision before them, and when first
    "looks",
    metadata,
    sa.Column("person", sa.String(40), primary_key=True),
    sa.Column("revision_id", sa.ForeignKey("revisions.id"), primary_key=True),
    sa.Column("at", UtcInstant, nullable=False),
)

paper_signatures = sa.Table(  # given with a pen, entered by one person, confirmed or refused by another
    "paper_signatures",
    metadata,
    sa.Column("id", sa.String(20), primary_key=True),
    sa.Column("revision_id", sa.ForeignKey("revisions.id"), nullable=False),
    sa.Column("act", Word(Act), nullable=False),
    sa.Column("signer", sa.String(40), nullable=False),
    sa.Column("signed_on", sa.String(10), nullable=False),
    _text("opinion"),
    _text("reference"),
    sa.Column("scan", sa.String(64), nullable=False),
    _text("scan_name"),
    _text("scan_type"),
    sa.Column("entered_by", sa.String(40), nullable=False),
    sa.Column("entered_at", UtcInstant, nullable=False),
    _text("settled_by"),
    sa.Column("settled_at", UtcInstant),
    sa.Column("counts", sa.Boolean, nullable=False, server_default=sa.false(), default=False),
    sa.Index("ix_paper_signatures_revision", "revision_id"),
)

postings = sa.Table(
    "postings",
    metadata,
    sa.Column("id", sa.String(20), primary_key=True),
    sa.Column("body", sa.String(40), nullable=False),
    sa.Column("item_id", sa.ForeignKey("items.id"), nullable=False),
    sa.Column("revision_id", sa.ForeignKey("revisions.id"), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    _number("occasion"),
    sa.Column("state", Word(PostingState), nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False, default=False),
    sa.Column("due_at", UtcInstant, nullable=False),
    sa.Column("late_at", UtcInstant, nullable=False),
    sa.Column("gate_limit_at", UtcInstant, nullable=False),
    sa.Column("gate_opened", sa.Boolean, nullable=False, default=False),
    _text("waits_for"),
    sa.Column("next_try_at", UtcInstant),
    _number("attempts"),
    _number("fence"),
    _text("claimed_by"),
    sa.Column("claimed_at", UtcInstant),
    sa.Column("slots", sa.JSON, nullable=False),
    _text("amends"),
    sa.Column("receipt", sa.JSON),
    sa.Column("job", sa.JSON),
    sa.Column("unknown_since", UtcInstant),
    _number("looks"),
    sa.Column("next_look_at", UtcInstant),
    sa.Column("absent_seen_at", UtcInstant),
    _text("person_needed"),
    _text("denied_by"),
    sa.Column("error", sa.JSON),
    sa.Column("out_at", UtcInstant),
    sa.Column("created_at", UtcInstant, nullable=False),
    sa.UniqueConstraint("item_id", "revision_id", "channel", "occasion", name="uq_postings_business_key"),
    sa.Index(
        "uq_postings_active",
        "channel",
        "item_id",
        unique=True,
        sqlite_where=sa.text("state NOT IN ('out', 'cancelled')"),
        postgresql_where=sa.text("state NOT IN ('out', 'cancelled')"),
    ),
    sa.Index("ix_postings_created", "created_at", "channel", "id"),
    sa.Index("ix_postings_item_out", "item_id", "out_at"),
    sa.Index("ix_postings_due", "channel", "state", "urgent", "due_at", "created_at"),
    sa.Index("ix_postings_state", "state", "due_at"),
    sa.Index("ix_postings_out", "state", "out_at"),
    sa.Index(
        "ix_postings_amends",
        "amends",
        sqlite_where=sa.text("amends <> ''"),
        postgresql_where=sa.text("amends <> ''"),
    ),
)

posting_articles = sa.Table(
    "posting_articles",
    metadata,
    sa.Column("posting_id", sa.ForeignKey("postings.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("item_id", sa.ForeignKey("items.id"), nullable=False),
    sa.Column("revision_id", sa.ForeignKey("revisions.id"), nullable=False),
    sa.CheckConstraint("position BETWEEN 0 AND 7", name="ck_posting_articles_eight"),
)

steps = sa.Table(
    "steps",
    metadata,
    sa.Column("posting_id", sa.ForeignKey("postings.id"), primary_key=True),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("repeatable", sa.Boolean, nullable=False),
    _number("fence"),
    _number("calls"),
    sa.Column("started_at", UtcInstant, nullable=False),
    sa.Column("ended_at", UtcInstant),
    sa.Column("result", sa.JSON, nullable=False),
)

parts = sa.Table(
    "parts",
    metadata,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("posting_id", sa.ForeignKey("postings.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("item_id", sa.ForeignKey("items.id"), nullable=False),
    sa.Column("revision_id", sa.ForeignKey("revisions.id"), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("state", Word(PartState), nullable=False),
    _text("remote_id"),
    _text("url"),
    _text("level"),
    sa.Column("out_at", UtcInstant, nullable=False),
    _number("looks"),
    _number("unseen"),
    sa.Column("next_look_at", UtcInstant),
    _text("accepted_digest"),
    sa.Column("differences", sa.JSON, nullable=False),
    sa.Column("addresses", sa.JSON, nullable=False, server_default="[]"),
    _number("removals"),
    _number("order_id"),
    sa.Index("ix_parts_look", "channel", "state", "next_look_at"),
    sa.Index("ix_parts_state", "state"),
    sa.Index("ix_parts_channel_out", "channel", "out_at"),
    sa.Index("ix_parts_item", "item_id"),
    sa.Index("ix_parts_posting", "posting_id", "position"),
    sa.Index("ix_parts_out", "out_at"),
    sa.Index("ix_parts_url", "url"),
)

proofs = sa.Table(
    "proofs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("part_id", sa.ForeignKey("parts.id"), nullable=False),
    sa.Column("at", UtcInstant, nullable=False),
    _text("level"),
    _text("outcome"),
    sa.Column("differences", sa.JSON, nullable=False),
    _text("seen_digest"),
    _text("words"),
    sa.Index("ix_proofs_part", "part_id", "at"),
)

sights = sa.Table(  # what a differing look saw, to be laid beside what was approved; may be erased
    "sights",
    metadata,
    sa.Column("part_id", sa.ForeignKey("parts.id"), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("at", UtcInstant, nullable=False),
    sa.Column("seen", sa.JSON, nullable=False),
)

strangers = sa.Table(  # what a platform lists and no posting of ours brought out
    "strangers",
    metadata,
    sa.Column("channel", sa.String(40), primary_key=True),
    sa.Column("remote_id", sa.String(200), primary_key=True),
    _text("url"),
    _text("words"),
    _text("posting_id"),
    sa.Column("posted_at", UtcInstant, nullable=False),
    sa.Column("seen_at", UtcInstant, nullable=False),
    _text("explained_by"),
    sa.Column("explained_at", UtcInstant),
)

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", Word(OrderKind), nullable=False),
    sa.Column("scope", Word(OrderScope), nullable=False),
    sa.Column("item_id", sa.ForeignKey("items.id"), nullable=False),
    _text("channel"),
    _text("part_id"),
    sa.Column("leak", sa.Boolean, nullable=False, default=False),
    sa.Column("state", Word(OrderState), nullable=False),
    sa.Column("signed_by", sa.String(40), nullable=False),
    _text("confirmed_by"),
    sa.Column("at", UtcInstant, nullable=False),
    _text("reason"),
    sa.Column("closed_at", UtcInstant),
    sa.Index("ix_orders_state", "state"),
)

channels = sa.Table(
    "channels",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("body", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("state", Word(ChannelState), nullable=False),
    _text("reason"),
    sa.Column("since", UtcInstant, nullable=False),
    sa.Column("next_probe_at", UtcInstant),
    sa.Column("catch_up_at", UtcInstant),
    _text("keeper"),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("host", sa.String(60), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("started_at", UtcInstant, nullable=False),
    sa.Column("lease_until", sa.Float, nullable=False),
)

account_values = sa.Table(
    "account_values",
    metadata,
    sa.Column("account", sa.String(40), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("expires_at", UtcInstant),
    sa.Column("version", sa.Integer, nullable=False),
)

quotas = sa.Table(
    "quotas",
    metadata,
    sa.Column("account", sa.String(40), primary_key=True),
    sa.Column("call", sa.String(60), primary_key=True),
    sa.Column("period", sa.String(10), primary_key=True, server_default="day"),
    sa.Column("window_start", UtcInstant, primary_key=True),
    sa.Column("window_end", UtcInstant, nullable=False),
    _number("used"),
    _number("reserved"),
    _number("maximum"),
    sa.Column("sending", sa.Boolean, nullable=False, default=False),
    sa.Column("blocked_until", UtcInstant),
)

reservations = sa.Table(
    "reservations",
    metadata,
    sa.Column("posting_id", sa.String(20), primary_key=True),
    sa.Column("call", sa.String(60), primary_key=True),
    sa.Column("period", sa.String(10), primary_key=True),
    sa.Column("account", sa.String(40), nullable=False),
    sa.Column("revision_id", sa.ForeignKey("revisions.id"), nullable=False),
    sa.Column("window_start", UtcInstant, nullable=False),
    sa.Column("window_end", UtcInstant, nullable=False),
    sa.Column("planned_at", UtcInstant, nullable=False),
    sa.Column("urgent", sa.Boolean, nullable=False, default=False),
    sa.Column("used_at", UtcInstant),
    _text("why"),
    sa.Index("ix_reservations_window", "account", "call", "period", "window_start"),
    sa.Index("ix_reservations_revision", "revision_id"),
)

freezes = sa.Table(
    "freezes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("urgent_too", sa.Boolean, nullable=False, default=False),
    _text("reason"),
    sa.Column("frozen_by", sa.String(40), nullable=False),
    sa.Column("since", UtcInstant, nullable=False),
    sa.Column("lifted_at", UtcInstant),
    _text("lifted_by"),
    sa.Index(
        "uq_freezes_standing",
        "channel",
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    ),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("event_key", sa.Text, nullable=False),
    sa.Column("received_at", UtcInstant, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("matched_at", UtcInstant),
    sa.Column("kind", sa.String(60), nullable=False, server_default="", default=""),
    sa.Column("sealed", sa.Boolean, nullable=False, server_default=sa.false(), default=False),
    sa.Column("outcome", sa.String(40), nullable=False, server_default="", default=""),
    _number("tries"),
    sa.Column("next_try_at", UtcInstant),
    sa.UniqueConstraint("channel", "event_key", name="uq_inbox_event"),
    sa.Index("ix_inbox_waiting", "channel", "matched_at", "next_try_at"),
)

alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("cause", sa.Text, nullable=False),
    _text("words"),
    sa.Column("opened_at", UtcInstant, nullable=False),
    sa.Column("closed_at", UtcInstant),
    sa.Index(
        "uq_alarms_open",
        "cause",
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("thing", sa.String(140), nullable=False),
    sa.Column("event", sa.String(20), nullable=False),
    _number("number"),
    sa.Column("target", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False, server_default="", default=""),
    sa.Column("alarm_id", sa.ForeignKey("alarms.id")),
    sa.Column("level", Word(Level), nullable=False),
    _text("words"),
    sa.Column("made_at", UtcInstant, nullable=False),
    sa.Column("next_try_at", UtcInstant),
    _number("attempts"),
    sa.Column("sent_at", UtcInstant),
    _text("error"),
    sa.UniqueConstraint("thing", "event", "number", "target", "person", name="uq_notices_once"),
    sa.Index("ix_notices_due", "target", "next_try_at"),
    sa.Index("ix_notices_alarm", "alarm_id"),
)

rules = sa.Table(
    "rules",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("area", sa.String(160), nullable=False),
    sa.Column("value", sa.JSON(none_as_null=True)),
    sa.Column("made_by", sa.String(40), nullable=False),
    sa.Column("made_at", UtcInstant, nullable=False),
    _text("reason"),
    sa.Index("ix_rules_area", "area", "id"),
)

log_entries = sa.Table(
    "log_entries",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("canonical", sa.Text, nullable=False),
    sa.Column("entry_hash", sa.String(64), nullable=False),
    sa.Column("prev_hash", sa.String(64), nullable=False),
    sa.Column("at", UtcInstant, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    _text("channel"),
    _text("outcome"),
    sa.Index("ix_log_entries_subject", "subject"),
    sa.Index("ix_log_entries_actor", "actor", "seq"),
    sa.Index("ix_log_entries_kind", "kind", "seq"),
    sa.Index("ix_log_entries_channel", "channel", "seq"),
    sa.Index("ix_log_entries_at", "at", "seq"),
    sa.Index(
        "ix_log_entries_refused",
        "seq",
        sqlite_where=sa.text("outcome = 'refused'"),
        postgresql_where=sa.text("outcome = 'refused'"),
    ),
)

log_notes = sa.Table(
    "log_notes",
    metadata,
    sa.Column("seq", sa.ForeignKey("log_entries.seq"), primary_key=True),
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("salt", sa.String(32), nullable=False),
    sa.Column("text", sa.Text),
)

log_checkpoints = sa.Table(
    "log_checkpoints",
    metadata,
    sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("at", UtcInstant, nullable=False),
)
