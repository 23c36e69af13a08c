"""Portal first: other channels wait until the portals that the kind names are verified (promise 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels.contract import Article, CannotSee, Channel, Gone, PartReceipt, Seen
from publisher.domain.catalogue import Gate
from publisher.domain.part import PartState
from publisher.domain.posting import POSTING_LABELS
from publisher.store.records import PartRecord, PostingRecord, RevisionRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.look import differences
from publisher.workflow.outlets import article_of


@dataclass(frozen=True, slots=True)
class GateView:
    """Whether a posting may go, the portal address it carries, and else what it waits for."""

    open: bool
    portal_url: str = ""
    waits_for: str = ""


def look_at_gate(
    reading: Reading,
    posting: PostingRecord,
    revision: RevisionRecord | None = None,
    parts: Sequence[PartRecord] | None = None,
) -> GateView:
    """Whether the gate of a posting stands open, from what the store knows.

    `revision` and all `parts` of its item are read where they are not at hand.
    """
    plan = reading.bureau.channels.get(posting.channel)
    if plan is None:
        return GateView(False, waits_for="渠道未配置")
    if plan.portal:
        return GateView(True)
    pages = portal_parts(reading, posting, parts)
    revision = revision or reading.items.revision(posting.revision_id)
    named = _named_portals(reading, revision)
    verified = [name for name in named if name in pages and pages[name].state is PartState.VERIFIED]
    gate = _gate_kind(reading, revision)
    url = _link(reading, pages, verified)
    enough = bool(verified) if gate is Gate.ANY else bool(named) and len(verified) == len(named)
    if (enough or posting.gate_opened) and url:
        return GateView(True, url)
    missing = [name for name in named if name not in verified]
    return GateView(False, url, "等待门户核验：" + "、".join(_portal_words(reading, posting, missing)))


def portal_parts(
    reading: Reading, posting: PostingRecord, parts: Sequence[PartRecord] | None = None
) -> dict[str, PartRecord]:
    """The newest part of the same revision on each portal, by channel."""
    return {
        part.channel: part
        for part in (reading.parts.of_item(posting.item_id) if parts is None else parts)
        if part.revision_id == posting.revision_id and part.channel in reading.bureau.portals()
    }


def gate_pages(reading: Reading, posting: PostingRecord) -> list[tuple[PartRecord, Article]]:
    """The portal pages to look at once more before sending, each with what was approved to stand there.

    The page whose address the posting carries comes first; where all portals are the gate, the others too.
    Empty when there is no such page.
    """
    url = posting.slots.get("portal_url")
    parts = sorted(portal_parts(reading, posting).values(), key=lambda part: part.url != url)
    if not parts or parts[0].url != url:
        return []
    if _gate_kind(reading, reading.items.revision(posting.revision_id)) is Gate.ANY:
        parts = parts[:1]
    pages = []
    for part in parts:
        portal_posting = reading.postings.get(part.posting_id)
        if portal_posting is not None:
            pages.append((part, article_of(reading, portal_posting, part.position)))
    return pages


def page_fault(channel: Channel, part: PartRecord, article: Article) -> str:
    """Look at the portal page once more, now; the empty text when a reader finds what was approved.

    Asks the portal: no transaction may be open.
    """
    seen = channel.see(receipt_of(part))
    match seen:
        case Seen():
            return "；".join(differences(article, seen, wanted=channel.profile.visible))
        case Gone():
            return "页面不在了"
        case CannotSee(words):
            return f"页面打不开：{words}"


def receipt_of(part: PartRecord) -> PartReceipt:
    """What the adapter needs to find this part again."""
    return PartReceipt(part.remote_id, part.url, part.position)


def _named_portals(reading: Reading, revision: RevisionRecord | None) -> list[str]:
    chosen = revision.content["channels"] if revision else []
    return [name for name in reading.bureau.portals() if name in chosen]


def _gate_kind(reading: Reading, revision: RevisionRecord | None) -> Gate:
    kind = reading.bureau.kinds.get(revision.content["kind"]) if revision else None
    return kind.gate if kind else Gate.ALL


def _link(reading: Reading, parts: dict[str, PartRecord], verified: list[str]) -> str:
    preferred = [reading.bureau.link_portal, *verified]
    return next((parts[name].url for name in preferred if name in verified), "")


def _portal_words(reading: Reading, posting: PostingRecord, names: list[str]) -> list[str]:
    states = {p.channel: p.state for p in reading.postings.of_revision(posting.revision_id)}
    words = []
    for name in names:
        label = reading.bureau.label(name)
        words.append(f"{label}（{POSTING_LABELS[states[name]]}）" if name in states else label)
    return words
