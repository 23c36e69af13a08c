"""What an adapter brings to the contract suite, and the publisher's part of a delivery, in small.

`deliver` does what the publisher does with each outcome (design 4 and 5): it never repeats a step whose end
it does not know, believes "absent" only twice and late enough, and asks a person where no call can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from channels.contract import (
    Absent,
    Accepted,
    Channel,
    ChannelMessage,
    FindResult,
    Found,
    NeedsHand,
    NotYet,
    OutcomeUnknown,
    PartReceipt,
    RateLimited,
    Receipt,
    Rejected,
    SafeToRepeat,
    StillRunning,
    Unavailable,
)
from channels.sandbox.stage import Stage
from tests.contract.fakes import Clock, MemoryJournal


def nothing() -> None:
    """No jobs of the platform's own."""


@dataclass
class Rig:
    """One adapter on its practice platform.

    `build` makes the channel as a fresh process would; `message(key=…, text=…, title=…)` a message that the
    platform takes (each key its own text and its own files by default, so that no step is saved by a cache);
    `public_things` counts what the public can see on the platform; `settle` lets the platform's own jobs
    finish. `unreachable`, `blind` and `vanish` are the faults that every platform knows: it cannot be
    reached, it cannot be looked at, someone there removed a part.
    `secrets` must never be shown. `by_hand` says that some outcomes only a person can settle.
    """

    build: Callable[[], Channel]
    message: Callable[..., ChannelMessage]
    public_things: Callable[[], int]
    clock: Clock
    unreachable: Callable[[], AbstractContextManager[None]]
    blind: Callable[[], AbstractContextManager[None]]
    vanish: Callable[[PartReceipt], None]
    settle: Callable[[], None] = nothing
    secrets: tuple[str, ...] = ()
    by_hand: bool = False
    channel: Channel = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """What was in the process's memory is lost."""
        self.channel = self.build()

    def journal(self) -> MemoryJournal:
        """The empty journal of a new posting."""
        return MemoryJournal(self.clock)


@dataclass
class HttpRig(Rig):
    """One adapter on a practice platform behind HTTP.

    `changing` lists every request of one `publish` that changes something outside, as path fragments in
    order; `write` is the one after which the message is (or will be) public. `answers` holds the platform's
    own words as (HTTP status, body) for: `quota`, `token_refused`, `permission_lost`, `content_refused`,
    `unknown_code`. `token_path` is where a token is renewed ("" when only a person can). `close_quota` uses
    up our own meter.
    """

    stage: Stage = field(kw_only=True)
    changing: tuple[str, ...] = field(kw_only=True)
    write: str = field(kw_only=True)
    answers: Mapping[str, tuple[int, str]] = field(kw_only=True)
    close_quota: Callable[[], None] = field(kw_only=True)
    token_path: str = ""

    def asked(self, path: str) -> int:
        """How many requests the platform saw whose path contains `path`."""
        return sum(path in line.path for line in self.stage.log.lines)


def reader_closed(stage: Stage) -> Callable[[], AbstractContextManager[None]]:
    """A `blind` for simulators: while held, the reader's view answers 503."""

    @contextmanager
    def closed() -> Iterator[None]:
        stage.reader_open = False
        try:
            yield
        finally:
            stage.reader_open = True

    return closed


def host_down(stages: dict[str, Stage], host: str) -> Callable[[], AbstractContextManager[None]]:
    """An `unreachable` for the mapping that `InProcess` was given: while held, the host refuses connections."""

    @contextmanager
    def down() -> Iterator[None]:
        stage = stages.pop(host)
        try:
            yield
        finally:
            stages[host] = stage

    return down


def deliver(
    rig: Rig, message: ChannelMessage, journal: MemoryJournal, *, before: int | None = None, tries: int = 8
) -> Receipt:
    """Take a message out, whatever happens on the way; the receipt of what is out.

    `before` is how many things were public before the posting's first attempt (now, when not given); a person
    who is asked goes by it.
    """
    before = rig.public_things() if before is None else before
    for _ in range(tries):
        receipt = _attempt(rig, message, journal, before)
        if receipt:
            return receipt
    raise AssertionError(f"still not out after {tries} tries")


def _attempt(rig: Rig, message: ChannelMessage, journal: MemoryJournal, before: int) -> Receipt | None:
    try:
        return arrived(rig, rig.channel.publish(message, journal))
    except RateLimited as why:
        rig.clock.at = max(rig.clock.at, why.until)
    except Unavailable:
        rig.clock.advance(60)
    except Rejected as why:
        if why.before_execution:
            raise
        receipt = look(rig, message, journal, before)
        if receipt is None:
            raise
        return receipt
    except OutcomeUnknown:
        return look(rig, message, journal, before)
    return None


def arrived(rig: Rig, outcome: Receipt | Accepted | NeedsHand) -> Receipt:
    """The receipt of an outcome; a job is polled to its end."""
    for _ in range(20):
        if isinstance(outcome, Receipt):
            return outcome
        assert isinstance(outcome, Accepted), f"a person is asked: {outcome}"
        rig.clock.advance(outcome.poll_after_s)
        rig.settle()
        answer = rig.channel.poll(outcome)
        if isinstance(answer, Receipt):
            return answer
        assert isinstance(answer, StillRunning), f"the job was lost: {answer}"
    raise AssertionError("the job never ended")


def look(rig: Rig, message: ChannelMessage, journal: MemoryJournal, before: int) -> Receipt | None:
    """Find out what became of it: the receipt, or None when it is surely not there and may be sent again."""
    profile = rig.channel.profile
    rig.clock.advance(profile.call_timeout_s + profile.settle_s + 1)
    rig.settle()
    result = settled(rig, message, journal)
    if isinstance(result, Absent):
        rig.clock.advance(60)
        result = settled(rig, message, journal)
        if isinstance(result, Absent):
            journal.deny()
            return None
    if isinstance(result, SafeToRepeat):
        journal.deny()
        return arrived(rig, rig.channel.publish(message, journal))
    if isinstance(result, NeedsHand):
        return _ask_person(rig, message, journal, result, before)
    assert isinstance(result, Found), f"two looks disagree: {result}"
    return found_receipt(rig, result)


def settled(rig: Rig, message: ChannelMessage, journal: MemoryJournal) -> FindResult:
    """The first look that says something."""
    for _ in range(20):
        result = rig.channel.find(message, journal)
        if not isinstance(result, NotYet):
            return result
        rig.clock.advance(result.again_after_s)
        rig.settle()
    return NeedsHand("多次查找没有结果")


def found_receipt(rig: Rig, found: Found) -> Receipt:
    """The receipt of what was found; a job that was found is polled."""
    return arrived(rig, found.receipt or found.job)  # type: ignore[arg-type]


def _ask_person(
    rig: Rig, message: ChannelMessage, journal: MemoryJournal, asked: NeedsHand, before: int
) -> Receipt | None:
    assert rig.by_hand, f"a person is asked where the platform could tell: {asked.words}"
    assert asked.words
    if rig.public_things() > before:
        return Receipt(f"by-hand:{message.key}", ())
    journal.deny()
    return None
