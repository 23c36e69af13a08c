"""The verbs of the portal. Every step writes files by a path that follows from the key, so each may be repeated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from zoneinfo import ZoneInfo

from channels.contract import (
    Absent,
    Accepted,
    ChannelMessage,
    ChannelProfile,
    Correction,
    FileRef,
    FindResult,
    Found,
    Health,
    ImageRules,
    Journal,
    Kept,
    Limit,
    LostTrack,
    PartReceipt,
    PollResult,
    Ports,
    Receipt,
    Rejected,
    SeeResult,
    Unit,
    Withdrawn,
    overruns,
)
from channels.disk import Disk
from channels.http import Http
from channels.portal.lists import Lists
from channels.portal.places import Place, place_at, place_of, public_name
from channels.portal.settings import PortalSettings
from channels.portal.twins import OUT, Twin, column_values, files_in_use, hidden, recovered, twin_of, twins
from channels.portal.wire import Reader, is_tomb

BEIJING = ZoneInfo("Asia/Shanghai")

PROFILE = ChannelProfile(
    kind="portal",
    label="门户网站",
    limits=(Limit("title", 200, Unit.CHARACTERS, "ours: longer titles are typing errors"),),
    images=ImageRules(
        count=50, media_types=("image/jpeg", "image/png", "image/gif"), max_bytes=5 * 1024 * 1024
    ),
    slots=frozenset({"portal_url", "posted_at", "corrected_at", "version_at", "history_url"}),
    amendable=True,
    correction=Correction.AMEND,
    files_beside=True,
    settle_s=120,
)


class Portal:
    """One website whose pages we write. Holds nothing of any posting; the folder is the whole truth."""

    profile = PROFILE

    def __init__(self, settings: PortalSettings, ports: Ports, http: Http) -> None:
        """`http` is used to look only, as a reader."""
        self._settings = settings
        self._disk = Disk(settings.folder)
        self._ports = ports
        self._http = http
        self._reader = Reader(http, settings.root_url)
        self._lists = Lists(self._disk, settings, ports.pages)

    def address(self, message: ChannelMessage) -> str:
        """The URL at which a message will be, known before anything is written. Raises `Rejected`."""
        return self._url(place_of(message))

    def probe(self) -> Health:
        """The folder is there and the web server answers. Raises `Unavailable` or `ChannelRefused`."""
        pages = [twin for twin in twins(self._disk) if twin.state == OUT]
        answer = self._http.read("GET", f"{self._settings.root_url}/", tries=1)
        return Health((("在线页面", str(len(pages))), ("首页", f"HTTP {answer.status}")))

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt:
        """Files, then the page, then the lists. The page counts when it is in place."""
        return self._put(place_of(message), message, journal, "", may_replace=False)

    def find(self, message: ChannelMessage, journal: Journal) -> FindResult:
        """Whether the page of this key is there and listed. A page that no list shows yet is not finished."""
        place = self._place_by_key(message)
        return Found(self._receipt(place)) if place and self._lists.shows(place) else Absent()

    def poll(self, accepted: Accepted) -> PollResult:
        """There are no jobs here."""
        return LostTrack("门户网站没有异步任务")

    def see(self, part: PartReceipt) -> SeeResult:
        """Open the page at its public address, with its images and attachments."""
        return self._reader.see(part.url)

    def amend(self, receipt: Receipt, message: ChannelMessage, journal: Journal) -> Receipt:
        """Replace the page in place; its address stays. Files that no page links to any more go."""
        prefix = f"amend-{_digest(message)[:12]}:"
        return self._put(place_at(receipt.remote_id), message, journal, prefix, may_replace=True)

    def withdraw(self, part: PartReceipt, journal: Journal, *, reason: str = "") -> Withdrawn:
        """A tombstone in the page's place; its files and its lines in the lists go."""
        place = place_at(part.remote_id or self._named_by(part.url))
        with self._disk.alone():
            if self._is_out(place):  # also when it came back after a withdrawal that was done
                journal.forget("withdraw:page", "网页还在")
                journal.forget("withdraw:lists", "网页还在")
                journal.forget("withdraw:names", "网页还在")
            names = journal.once(
                "withdraw:names", place.remote_id, lambda: self._names_of(place), repeatable=True
            )
            journal.once("withdraw:page", place.remote_id, lambda: self._bury(place, reason), repeatable=True)
            journal.once("withdraw:lists", place.remote_id, lambda: self._remake(place), repeatable=True)
            return Withdrawn(self._gone_with(place, names["files"].split()))

    # ------------------------------------------------------------------------------- writing

    def _put(
        self, place: Place, message: ChannelMessage, journal: Journal, prefix: str, *, may_replace: bool
    ) -> Receipt:
        for over in overruns(PROFILE, message):
            if not over.warning:
                raise Rejected(over.words, field=over.field, before_execution=True)
        message = message.filled(
            {"portal_url": self._url(place), "history_url": self._address(place.history)}
        )
        article, digest = message.articles[0], _digest(message)
        content = article.body.encode()
        twin = twin_of(place, message)
        files = (*article.images, *article.attachments)
        with self._disk.alone():
            journal.once(f"{prefix}files", digest, lambda: self._write_files(place, files), repeatable=True)
            self._check_free(place, content, may_replace)
            if (
                may_replace and self._disk.read(place.page) != content
            ):  # corrected to and fro under one journal
                journal.forget(f"{prefix}history", "网页已是别的内容")
                journal.forget(f"{prefix}page", "网页已是别的内容")
                journal.forget(f"{prefix}lists", "网页已是别的内容")
            history = dict(article.extras).get("history", "").encode()
            if history:
                journal.once(
                    f"{prefix}history",
                    digest,
                    lambda: self._write_history(place, history),
                    repeatable=True,
                )
            journal.once(
                f"{prefix}page",
                digest,
                lambda: self._write_page(place, content, twin, files),
                repeatable=True,
            )
            journal.once(f"{prefix}lists", digest, lambda: self._remake(place), repeatable=True, last=True)
        return self._receipt(place)

    def _write_files(self, place: Place, files: Iterable[FileRef]) -> Kept:
        for ref in files:
            self._disk.copy(f"{place.folder}/files/{public_name(ref)}", ref, self._ports.files)
        return {}

    def _check_free(self, place: Place, content: bytes, may_replace: bool) -> None:
        there = self._disk.read(place.page)
        if there in (None, content) or (may_replace and not is_tomb(there)):
            return
        raise Rejected("这个地址上已有内容不同的网页", field="key", before_execution=True)

    def _write_history(self, place: Place, content: bytes) -> Kept:
        """Every public version on one page beside the item's page; the page that links to it comes after."""
        self._disk.write(place.history, content)
        return {"url": self._address(place.history)}

    def _write_page(self, place: Place, content: bytes, twin: Twin, files: Iterable[FileRef]) -> Kept:
        """The page, then what the old one alone had goes, then the twin, so that a crash loses no name of a file."""
        there = set(self._disk.names(f"{place.folder}/files/*"))
        self._write_files(place, [r for r in files if f"{place.folder}/files/{public_name(r)}" not in there])
        old = self._known(place)
        self._disk.write(place.page, content)
        self._remove_files(place, set(old.files if old else ()) - set(twin.files))
        self._disk.write(place.twin, twin.written())
        return {"remote_id": place.remote_id, "url": self._url(place)}

    def _remake(self, place: Place) -> Kept:
        self._lists.remake(place.column)
        return {}

    # ------------------------------------------------------------------------------- taking back

    def _bury(self, place: Place, reason: str) -> Kept:
        """The tombstone, then the files, then the twin forgets all but the index number and the column."""
        page = self._disk.read(place.page)
        twin = self._known(place) or (recovered(place, page) if page else None)
        if twin is None:
            return {}
        gone = hidden(twin, twin.withdrawn_at or self._today())
        if page and not is_tomb(page):
            self._disk.write(place.page, self._tombstone(place, gone, reason).encode())
        self._disk.remove(place.history)
        self._remove_files(place, set(twin.files))
        self._disk.write(place.twin, gone.written())
        return {"withdrawn_at": gone.withdrawn_at}

    def _names_of(self, place: Place) -> Kept:
        """Files that go with the page, remembered before the twin forgets them."""
        page = self._disk.read(place.page)
        twin = self._known(place) or (recovered(place, page) if page else None)
        return {"files": " ".join(twin.files if twin else ())}

    def _gone_with(self, place: Place, files: Iterable[str]) -> tuple[str, ...]:
        """Addresses at which nothing may be found any more: files that no other page uses, and the history."""
        names = sorted(set(files) - files_in_use(self._disk, besides=place))
        return (
            *(self._address(f"{place.folder}/files/{name}") for name in names),
            self._address(place.history),
        )

    def _tombstone(self, place: Place, twin: Twin, reason: str) -> str:
        values = {
            "site": self._settings.site(),
            "practice": self._settings.practice,
            "column": column_values(place.column, twin),
            "index_no": twin.index_no,
            "withdrawn_at": twin.withdrawn_at,
            "reason": reason,
        }
        return self._ports.pages("portal/withdrawn.html", values)

    def _remove_files(self, place: Place, names: set[str]) -> None:
        for name in sorted(names - files_in_use(self._disk, besides=place)):
            self._disk.remove(f"{place.folder}/files/{name}")

    def _today(self) -> str:
        return self._ports.now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")

    # ------------------------------------------------------------------------------- knowing

    def _url(self, place: Place) -> str:
        return self._address(place.page)

    def _address(self, name: str) -> str:
        return f"{self._settings.root_url}/{name}"

    def _named_by(self, url: str) -> str:
        """The place that an address of ours names, for pages that a person found."""
        return url.removeprefix(f"{self._settings.root_url}/").removesuffix(".html")

    def _receipt(self, place: Place) -> Receipt:
        return Receipt(place.remote_id, (PartReceipt(place.remote_id, self._url(place)),))

    def _known(self, place: Place) -> Twin | None:
        raw = self._disk.read(place.twin)
        return Twin.read(raw) if raw else None

    def _is_out(self, place: Place) -> bool:
        page = self._disk.read(place.page)
        return page is not None and not is_tomb(page)

    def _place_by_key(self, message: ChannelMessage) -> Place | None:
        """Its own path, or, after a correction in place, the page whose twin carries the key."""
        own = place_of(message)
        amended = (Place(twin.remote_id) for twin in twins(self._disk, own.column) if twin.key == message.key)
        return next((place for place in (own, *amended) if self._is_out(place)), None)


def _digest(message: ChannelMessage) -> str:
    return hashlib.sha256(json.dumps(asdict(message), sort_keys=True).encode()).hexdigest()
