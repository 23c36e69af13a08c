"""What must be true after a storm, from the platforms' own worlds, their request log, and the database."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from channels.contract import URL
from publisher.audit.entries import parse_entry
from publisher.bootstrap import Office
from publisher.domain.part import PartState
from publisher.domain.posting import PostingState
from publisher.store.records import PostingRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.seal import sign_checkpoint, verify_log
from tests.chaos.bureau import CHANNELS, Bureau, Piece
from tests.chaos.plan import PORTALS, WECHAT, WEIBO
from tests.chaos.stageside import Platforms, page_in

ENDED = (PostingState.OUT, PostingState.CANCELLED)
HOW_OUT = frozenset({"system:posting:out", "system:posting:found", "person:posting:confirm"})


@dataclass
class Faults:
    """What was found wrong; empty where all promises held."""

    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    unforeseen: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(found for _, found in self._told())

    def _told(self) -> tuple[tuple[str, list[str]], ...]:
        return (
            ("duplicates", self.duplicates),
            ("lost", self.lost),
            ("wrong order", self.order),
            ("silent", self.silent),
            ("log and alarms", self.log),
            ("unforeseen", self.unforeseen),
        )

    def __str__(self) -> str:
        return "\n".join(
            f"{name} {len(found)}" + "".join(f"\n    {one}" for one in found[:5])
            for name, found in self._told()
        )


def public_things(platforms: Platforms, bureau: Bureau) -> Counter[tuple[str, str]]:
    """How often each item was made public on each platform, ever: (channel, portal page or title) → times."""
    wechat, weibo = platforms.practice.simulators[WECHAT], platforms.practice.simulators[WEIBO]
    jobs = list(wechat.press.jobs.values())
    counted = Counter((WECHAT, page_in(job.articles[0]["content_source_url"])) for job in jobs)
    counted.update((WEIBO, page_in(URL.findall(post.written)[0])) for post in list(weibo.world.posts))
    for portal in PORTALS:
        pages = (bureau.home / "sites" / portal).glob("*/*/*/*.html")
        counted.update((portal, f"/{page.relative_to(bureau.home / 'sites' / portal)}") for page in pages)
    return counted


def twice(platforms: Platforms, bureau: Bureau) -> list[str]:
    """What readers saw, or could have seen, more than once. May be asked while the storm is on."""
    return [
        f"{channel} {page}: {times}"
        for (channel, page), times in public_things(platforms, bureau).items()
        if times > 1
    ]


def story(reading: Reading, page: str) -> str:
    """What the database holds of every posting that carries this portal page: its steps and its log entries."""
    told = []
    for posting in reading.postings.all(100_000):
        if not posting.slots.get("portal_url", "").endswith(page):
            continue
        told.append(f"{posting.channel} {posting.id} {posting.state} fence {posting.fence} {posting.error}")
        for step in reading.steps.of(posting.id):
            times = f"{step.started_at} to {step.ended_at}"
            told.append(
                f"  {step.name} {step.state} calls {step.calls} fence {step.fence} {times} {step.result}"
            )
        for entry in map(
            parse_entry, (e.canonical for e in reading.log.entries(subject=f"posting:{posting.id}"))
        ):
            told.append(f"  {entry.seq} {entry.at} {entry.kind} {dict(entry.facts)}")
    return "\n".join(told)


def judge(office: Office, platforms: Platforms, bureau: Bureau) -> Faults:
    """The whole verdict, when everything rests."""
    found = Faults(duplicates=twice(platforms, bureau))
    things = public_things(platforms, bureau)
    with office.store.read() as reading:
        for item_id, piece in bureau.pieces.items():
            pages = _pages(reading, item_id)
            postings = {posting.channel: posting for posting in reading.postings.of_item(item_id)}
            for channel in CHANNELS:
                _judge_one(found, reading, things, piece, channel, postings.get(channel), pages)
            if len({(p.channel, p.occasion) for p in reading.postings.of_item(item_id)}) != len(CHANNELS):
                found.duplicates.append(f"{piece.title}: {len(postings)} postings")
    _judge_pages(found, platforms, bureau)
    _judge_order(found, office, platforms, bureau)
    _judge_log(found, office)
    return found


def _pages(reading: Reading, item_id: str) -> dict[str, str]:
    """Portal → path of the item's page there."""
    return {p.channel: urlsplit(p.url).path for p in reading.parts.of_item(item_id) if p.channel in PORTALS}


def _judge_one(
    found: Faults,
    reading: Reading,
    things: Counter[tuple[str, str]],
    piece: Piece,
    channel: str,
    posting: PostingRecord | None,
    pages: dict[str, str],
) -> None:
    what = f"{piece.title}, {channel}"
    if posting is None or posting.state not in ENDED:
        found.silent.append(f"{what}: {posting.state if posting else 'never planned'}")
        return
    entries = reading.log.entries(subject=f"posting:{posting.id}")
    kinds = [json.loads(entry.canonical)["kind"] for entry in entries]
    told = sum(kind in HOW_OUT for kind in kinds)
    if told != 1:
        found.silent.append(f"{what}: {told} entries say that it is out")
    page = pages.get(channel if channel in PORTALS else PORTALS[1], "")
    if things[channel, page] == 0:
        found.lost.append(f"{what}: the database says {posting.state}, readers see nothing")
    states = [part.state for part in reading.parts.of_posting(posting.id)]
    if states != [PartState.VERIFIED]:
        found.lost.append(f"{what}: seen as {states}")


def _judge_pages(found: Faults, platforms: Platforms, bureau: Bureau) -> None:
    """Each item has one page on each portal, and the column's list leads there."""
    for portal in PORTALS:
        site = bureau.home / "sites" / portal
        texts = {page: page.read_text("utf-8") for page in site.glob("*/*/*/*.html")}
        lists = "".join(page.read_text("utf-8") for page in site.glob("tzgg/*.html"))
        for piece in bureau.pieces.values():
            mine = [page for page, text in texts.items() if piece.title in text]
            if len(mine) > 1:
                found.duplicates.append(f"{piece.title}, {portal}: {len(mine)} pages")
            if piece.title not in lists:
                found.lost.append(f"{piece.title}, {portal}: in no list")


def _judge_order(found: Faults, office: Office, platforms: Platforms, bureau: Bureau) -> None:
    """Before each creation elsewhere, both portals gave a reader the approved page."""
    lines, bodies = platforms.practice.log.lines, platforms.practice.log.bodies
    first: dict[tuple[str, str], int] = {}
    sentences = {}
    by_page: dict[str, str] = {}
    with office.store.read() as reading:
        for item_id, piece in bureau.pieces.items():
            for portal, path in _pages(reading, item_id).items():
                sentences[portal, path] = piece.sentence
                by_page[path] = item_id
        pages = {item_id: _pages(reading, item_id) for item_id in bureau.pieces}
    for line in lines:
        at = (line.platform, line.path)
        if at not in sentences or at in first or (line.method, line.status) != ("GET", 200):
            continue
        if sentences[at] in bodies[line.digest].decode("utf-8", "replace"):
            first[at] = line.number
    for made in platforms.made:
        for portal in PORTALS:
            path = pages[by_page[made.page]].get(portal, "") if made.page in by_page else ""
            if first.get((portal, path), made.after + 1) > made.after:
                found.order.append(f"{made.channel} {made.page} before {portal} could be read")


def _judge_log(found: Faults, office: Office) -> None:
    sign_checkpoint(office.store, office.now(), office.seal, force=True)
    with office.store.read() as reading:
        verdict = verify_log(reading, public_key=office.public_key, anchor=office.seal.anchor)
        alarms = [alarm.words for alarm in reading.accounts.open_alarms()]
    if not verdict.ok:
        found.log.append(str(verdict.words))
    found.log.extend(f"an alarm stays: {words}" for words in alarms)
