"""What every channel promises, and what it is given. Standard library only.

A channel adapter turns one approved message into something the public sees on one platform. The
publisher talks to it in these words alone. `docs/specs/channel-contract.md` explains each promise;
`tests/contract/channel_contract.py` tests them against every adapter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Protocol

# ---------------------------------------------------------------------------- messages

SLOT = re.compile(r"\[\[slot:([a-z_]+(?::[0-9A-Za-z_-]+)?)\]\]")
"""A slot 空位 in frozen text: `[[slot:portal_url]]`, `[[slot:image:<digest>]]`. Known only later."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """One file of a message, by content. `digest` is the SHA-256 in hexadecimal, `size` in bytes.

    `alt` is the replacement text of an image or the title of an attachment. `width` and `height`
    are pixels, 0 where the file is no image.
    """

    digest: str
    name: str
    media_type: str
    size: int
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Article:
    """One part 篇 of a message, frozen when the revision is submitted and signed with it.

    `body` is what the platform is sent (an HTML page, an article fragment, a short post), with
    slots; `text` is what a reader must find there, as plain text in reading order, and is what a look
    compares. `extras` are single values that one kind of channel needs (column, path, page tags).
    """

    title: str
    body: str
    text: str
    summary: str = ""
    author: str = ""
    link: str = ""
    cover: FileRef | None = None
    images: tuple[FileRef, ...] = ()
    attachments: tuple[FileRef, ...] = ()
    extras: tuple[tuple[str, str], ...] = ()

    def extra(self, name: str) -> str:
        """The value of one extra, or the empty string."""
        return dict(self.extras).get(name, "")

    def slots(self) -> frozenset[str]:
        """Names of all slots that stand in the texts of this article."""
        texts = (self.title, self.body, self.text, self.summary, self.link, *(v for _, v in self.extras))
        return frozenset(name for text in texts for name in SLOT.findall(text))

    def filled(self, values: Mapping[str, str]) -> Article:
        """The same article with each slot named in `values` replaced. Other slots stay."""

        def fill(text: str) -> str:
            return SLOT.sub(lambda m: values.get(m[1], m[0]), text)

        return replace(
            self,
            title=fill(self.title),
            body=fill(self.body),
            text=fill(self.text),
            summary=fill(self.summary),
            link=fill(self.link),
            extras=tuple((name, fill(value)) for name, value in self.extras),
        )


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """What one posting sends: one article for a page or a post, up to eight for a WeChat push.

    `key` is the posting's own mark: the same for every attempt, different for every posting, made of
    `[0-9a-z-]`, at most 32 characters. An adapter carries it where the platform lets it be read back.
    """

    key: str
    articles: tuple[Article, ...]

    def filled(self, values: Mapping[str, str]) -> ChannelMessage:
        """The message with the named slots filled in every article."""
        return replace(self, articles=tuple(article.filled(values) for article in self.articles))


# ---------------------------------------------------------------------------- what comes back


@dataclass(frozen=True, slots=True)
class PartReceipt:
    """Where one part is: the platform's own id, and the address that a reader opens ("" if none)."""

    remote_id: str
    url: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's answer that a message is out. One entry a part, in order."""

    remote_id: str
    parts: tuple[PartReceipt, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The platform took a job and will publish later; ask `poll` with `job_id`, first after `poll_after_s`."""

    job_id: str
    poll_after_s: int = 20


@dataclass(frozen=True, slots=True)
class StillRunning:
    """The job goes on; ask again after this many seconds."""

    again_after_s: int


@dataclass(frozen=True, slots=True)
class LostTrack:
    """The platform no longer knows the job; what became of it must be looked up."""

    words: str


PollResult = Receipt | StillRunning | LostTrack
"""A job that failed raises `Rejected` or `ChannelRefused` instead."""


@dataclass(frozen=True, slots=True)
class Found:
    """The message is there (`running` False, `receipt` set), or its job is (`running` True, `job` set)."""

    receipt: Receipt | None
    job: Accepted | None = None

    @property
    def running(self) -> bool:
        """Whether the platform is still working on it."""
        return self.receipt is None


@dataclass(frozen=True, slots=True)
class Absent:
    """This look went through a list known to be complete and the message is not in it.

    The publisher believes it only when the look began after request start + call time-out + `settle_s`,
    and twice, at least 60 s apart.
    """


@dataclass(frozen=True, slots=True)
class NotYet:
    """This look proves nothing; look again after this many seconds."""

    again_after_s: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class NeedsHand:
    """No call can settle or do this; a person must. `words` say what to do, in Chinese."""

    words: str


FindResult = Found | Absent | NotYet | NeedsHand


class Level(StrEnum):
    """How something was seen: as a reader, through the account's own API, or by a person who attests it."""

    PUBLIC = "public"
    ACCOUNT = "account"
    ATTESTED = "attested"


@dataclass(frozen=True, slots=True)
class SeenImage:
    """One image on the page in order: its address, and whether that address answered as an image."""

    url: str
    answers: bool


@dataclass(frozen=True, slots=True)
class SeenFile:
    """One attachment link on the page: its address and the SHA-256 of the bytes it gave ("" if none)."""

    url: str
    digest: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader finds. `text` is plain text in reading order, without the platform's own furniture."""

    level: Level
    title: str
    text: str
    links: tuple[str, ...] = ()
    images: tuple[SeenImage, ...] = ()
    files: tuple[SeenFile, ...] = ()
    snapshot_digest: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """The platform itself says that it is not there (404, deleted mark, a tombstone page of ours)."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class CannotSee:
    """The look itself failed (network, time-out, 5xx, login wall). Never the same as gone."""

    words: str


SeeResult = Seen | Gone | CannotSee


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The platform accepted the removal, or it was gone already. `see` says gone afterwards."""


@dataclass(frozen=True, slots=True)
class Health:
    """The account answers, has its permissions and is set up. `facts` are shown to people, no secrets."""

    facts: tuple[tuple[str, str], ...] = ()


# ---------------------------------------------------------------------------- errors


class ChannelError(Exception):
    """Base of all errors an adapter may raise. The class says whether it is out and what may follow.

    `words` is a sentence for staff, in Chinese; `code` the platform's own code; `answer` the platform's
    own words, shortened and without secrets.
    """

    def __init__(self, words: str, *, code: str = "", answer: str = "") -> None:
        """Keeps the three texts; `str(error)` is `words` and, where there is one, the code."""
        super().__init__(f"{words}（{code}）" if code else words)
        self.words = words
        self.code = code
        self.answer = answer[:300]


class Unavailable(ChannelError):
    """Not out. The same call may be made again later."""


class RateLimited(Unavailable):
    """Not out. The platform asks to wait until `until` (aware, UTC)."""

    def __init__(self, words: str, *, until: datetime, code: str = "", answer: str = "") -> None:
        """`until` is an aware instant."""
        super().__init__(words, code=code, answer=answer)
        self.until = until


class QuotaSpent(RateLimited):
    """Not out, no request was made or none was executed: the quota of this call is used up until `until`."""


class Rejected(ChannelError):
    """The platform refuses this content for good. `field` names what to mend ("" when unknown).

    `before_execution` is True where the platform is known to answer so before it does anything; else,
    after a step that cannot be repeated, one `find` confirms that nothing is out.
    """

    def __init__(
        self, words: str, *, field: str = "", before_execution: bool = False, code: str = "", answer: str = ""
    ) -> None:
        """Keeps what to mend and how sure the refusal is."""
        super().__init__(words, code=code, answer=answer)
        self.field = field
        self.before_execution = before_execution


class ChannelRefused(ChannelError):
    """Not out. Account, permission or set-up must be mended; the item is not at fault. Pauses the channel."""


class CredentialsRefused(ChannelRefused):
    """Not out. The platform does not accept our secret or token, also after one renewal."""


class OutcomeUnknown(ChannelError):
    """Perhaps out. Only `find` may follow, never the same call."""


class StepChanged(ChannelError):
    """A step that was done is asked for again with other content. A fault in the caller; nothing was sent."""


# ---------------------------------------------------------------------------- ports

Kept = dict[str, str]
"""Result of a step, kept with it: short texts only (ids, addresses), never a secret."""


class StepState(StrEnum):
    """End of a step: `done`, `not_done` (may be called again), `open` (nobody knows)."""

    DONE = "done"
    NOT_DONE = "not_done"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step as the journal holds it. Instants are aware, UTC."""

    name: str
    digest: str
    state: StepState
    repeatable: bool
    started_at: datetime
    result: Kept = field(default_factory=dict)


class Journal(Protocol):
    """The posting's own memory. Every call that changes something outside goes through `once`."""

    @property
    def now(self) -> datetime:
        """Business time, aware, UTC."""

    def once(self, name: str, digest: str, call: Callable[[], Kept], *, repeatable: bool = False) -> Kept:
        """Make `call` at most once and keep what it returns.

        Commits the intent, calls with nothing open, commits the end. A step that is *done* returns its
        kept result and is not called; with another `digest` it raises `StepChanged`. `Unavailable`,
        `Rejected` and `ChannelRefused` end it *not done*: it may be called again. Anything else leaves
        it *open*. An open repeatable step is called again; an open step that is not raises
        `OutcomeUnknown` without calling.
        """

    def forget(self, name: str, why: str) -> None:
        """Drop the kept result of a repeatable step whose result died outside (a draft deleted by hand)."""

    def step(self, name: str) -> StepRecord | None:
        """The record of one step, or None when it was never begun."""


@dataclass(frozen=True, slots=True)
class AccountValue:
    """A value shared by all users of an account (token, upload address). `version` grows with each change."""

    value: str
    expires_at: datetime | None
    version: int


class Account(Protocol):
    """Values of one platform account, shared over threads and processes, encrypted or not as the store does."""

    def get(self, name: str) -> AccountValue | None:
        """The value with its version, expired or not, or None."""

    def put(self, name: str, value: str, *, expires_at: datetime | None, expected_version: int) -> bool:
        """Replace only if the stored version is `expected_version` (0 = none yet). False when it is not."""

    def drop(self, name: str, *, expected_version: int) -> bool:
        """Remove only if the stored version is `expected_version`."""

    def single_flight(self, name: str) -> AbstractContextManager[None]:
        """While held, nobody else holds the same name of this account: check again after entering."""


class Meter(Protocol):
    """Counts calls against the account's quotas, before the request."""

    def take(self, call: str) -> None:
        """Count one call; raises `QuotaSpent` instead when the window is used up."""

    def spent(self, call: str, until: datetime) -> None:
        """The platform itself said that this call's quota is used up until `until`; believe it."""


class Files(Protocol):
    """The bytes behind a `FileRef`."""

    def open(self, digest: str) -> BinaryIO:
        """A readable binary stream; the caller closes it. Raises `FileNotFoundError`."""


class Pages(Protocol):
    """Fills one of the product's page templates (lists, tombstones) for adapters that write pages."""

    def __call__(self, template: str, values: Mapping[str, object]) -> str:
        """HTML text of `templates/<template>` with `values`."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What the publisher hands to an adapter when it is built. `now` gives business time, aware, UTC."""

    account: Account
    meter: Meter
    files: Files
    pages: Pages
    now: Callable[[], datetime]


# ---------------------------------------------------------------------------- profile


class Unit(StrEnum):
    """How a limit counts: Unicode code points, UTF-8 bytes, Weibo's half-width rule, or pieces."""

    CHARACTERS = "characters"
    BYTES = "bytes"
    WEIBO = "weibo"
    PIECES = "pieces"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a platform: `maximum` in `unit` for one field of an article. `source` names where it stands."""

    field: str
    maximum: int
    unit: Unit
    source: str = ""
    warn_above: int | None = None


@dataclass(frozen=True, slots=True)
class ImageRules:
    """What pictures a platform takes: at most `count` in an article, these media types, at most `max_bytes` each."""

    count: int
    media_types: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `limit` calls of `call` in a window: "day" or "month" (Beijing), or "hour"."""

    call: str
    limit: int
    window: str
    sending: bool = False


@dataclass(frozen=True, slots=True)
class Overrun:
    """One thing in a message that the platform would refuse, found before any request."""

    field: str
    words: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class ChannelProfile:
    """What a kind of channel can do, as data. Seconds, bytes and counts as the names say."""

    kind: str
    label: str
    limits: tuple[Limit, ...]
    images: ImageRules
    slots: frozenset[str]
    quotas: tuple[Quota, ...] = ()
    external_links: bool = True
    amendable: bool = False
    withdrawable: bool = True
    visible: Level = Level.PUBLIC
    parts_per_posting: int = 1
    call_timeout_s: int = 60
    settle_s: int = 600
    looks_s: tuple[int, ...] = (60, 300, 600, 1800)


URL = re.compile(r"https?://[!-~]+")


def weibo_length(text: str) -> int:
    """Length by Weibo's rule: URLs are 20 half units, code points above U+00FF 2, others 1; halved, rounded up.

    Source: the counting script of Weibo's web client, as carried by its SDKs (read 2026-11).
    """
    stripped = URL.sub("", text.strip())
    halves = 20 * len(URL.findall(text)) + sum(2 if ord(c) > 0xFF else 1 for c in stripped)
    return (halves + 1) // 2


COUNT: dict[Unit, Callable[[str], int]] = {
    Unit.CHARACTERS: len,
    Unit.BYTES: lambda text: len(text.encode()),
    Unit.WEIBO: weibo_length,
    Unit.PIECES: len,
}

UNIT_NAMES = {
    Unit.CHARACTERS: "字",
    Unit.BYTES: "字节",
    Unit.WEIBO: "字（微博计数）",
    Unit.PIECES: "个",
}


def overruns(profile: ChannelProfile, message: ChannelMessage) -> list[Overrun]:
    """Everything in `message` that the profile's data forbids. The same check when planning and when sending.

    Empty slots count as they stand; callers fill `portal_url` with the longest address they expect.
    """
    found: list[Overrun] = []
    if not 1 <= len(message.articles) <= profile.parts_per_posting:
        found.append(
            Overrun(
                "parts",
                f"{profile.label}每次 1 至 {profile.parts_per_posting} 篇，现为 {len(message.articles)} 篇",
            )
        )
    for article in message.articles:
        found.extend(_over_limits(profile, article))
        found.extend(_image_faults(profile, article))
    return found


def _over_limits(profile: ChannelProfile, article: Article) -> Iterable[Overrun]:
    for limit in profile.limits:
        value = getattr(article, limit.field)
        count = COUNT[limit.unit](value)
        unit = UNIT_NAMES[limit.unit]
        if count > limit.maximum:
            yield Overrun(limit.field, f"{profile.label}上限 {limit.maximum} {unit}，现为 {count} {unit}")
        elif limit.warn_above is not None and count > limit.warn_above:
            yield Overrun(
                limit.field,
                f"{profile.label}建议不超过 {limit.warn_above} {unit}，现为 {count} {unit}",
                warning=True,
            )


def _image_faults(profile: ChannelProfile, article: Article) -> Iterable[Overrun]:
    rules = profile.images
    if len(article.images) > rules.count:
        yield Overrun("images", f"{profile.label}最多 {rules.count} 张图片，现为 {len(article.images)} 张")
    for image in article.images:
        if image.media_type not in rules.media_types:
            allowed = "、".join(sorted(t.partition("/")[2].upper() for t in rules.media_types))
            yield Overrun("images", f"{profile.label}只收 {allowed} 图片：{image.name}")
        if image.size > rules.max_bytes:
            yield Overrun(
                "images", f"{profile.label}图片上限 {rules.max_bytes} 字节，{image.name} 为 {image.size} 字节"
            )


# ---------------------------------------------------------------------------- the channel


class Channel(Protocol):
    """One configured account on one platform. Built by `channels.registry`; holds no state of a posting."""

    @property
    def profile(self) -> ChannelProfile:
        """What this kind of channel can do."""

    def probe(self) -> Health:
        """Check credentials, permissions and set-up, changing nothing. Raises a `ChannelError`."""

    def publish(self, message: ChannelMessage, journal: Journal) -> Receipt | Accepted:
        """Walk the platform's steps through the journal. Slots of the profile may still stand for images."""

    def find(self, message: ChannelMessage, journal: Journal) -> FindResult:
        """After an unknown outcome: is it there? Changes nothing outside."""

    def poll(self, accepted: Accepted) -> PollResult:
        """Ask the platform about a job that it accepted. Metered."""

    def see(self, part: PartReceipt) -> SeeResult:
        """Look at one part as a reader would. Free, changes nothing, never raises for what it sees."""

    def amend(self, receipt: Receipt, message: ChannelMessage, journal: Journal) -> Receipt:
        """Correct in place, where `profile.amendable`."""

    def withdraw(self, part: PartReceipt, journal: Journal, *, reason: str = "") -> Withdrawn | NeedsHand:
        """Remove one part. Calling again is harmless. `reason` is public: shown where something stays in its place."""


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """What a platform's callback says, for the inbox to match later."""

    event_key: str
    kind: str
    values: tuple[tuple[str, str], ...]
