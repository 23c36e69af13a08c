"""What comes back from a channel: receipts, jobs, findings, what a reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    """The platform took a job and will publish later; ask `poll` with `job_id`, first after `poll_after_s`.

    `words` tell, in Chinese, what a person must do meanwhile ("" for nothing).
    """

    job_id: str
    poll_after_s: int = 20
    words: str = ""


@dataclass(frozen=True, slots=True)
class StillRunning:
    """The job goes on; ask again after this many seconds."""

    again_after_s: int


@dataclass(frozen=True, slots=True)
class LostTrack:
    """The platform no longer knows the job; what became of it must be looked up."""

    words: str


@dataclass(frozen=True, slots=True)
class TakenDown:
    """The job was published and is gone since: deleted by someone in the console, or by the platform itself."""

    words: str


PollResult = Receipt | StillRunning | LostTrack | TakenDown
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


@dataclass(frozen=True, slots=True)
class SafeToRepeat:
    """The platform keeps our key: the same call, made again now, tells what became of the first one.

    Nothing was looked up. The publisher makes the call through `publish`, under the same journal.
    """

    words: str = ""


FindResult = Found | Absent | NotYet | NeedsHand | SafeToRepeat


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
    """The platform accepted the removal, or it was gone already. `see` says gone afterwards.

    `addresses` are what else was taken away with it (attachments, pictures, its history): a look at each must
    find nothing before anybody says "withdrawn".
    """

    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """The account answers, has its permissions and is set up. `facts` are shown to people, no secrets."""

    facts: tuple[tuple[str, str], ...] = ()
