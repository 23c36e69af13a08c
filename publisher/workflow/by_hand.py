"""What staff publish on the platform themselves: the product sees by itself that it was done."""

from __future__ import annotations

from channels.contract import (
    ChannelError,
    FindResult,
    Found,
    NeedsHand,
    NotYet,
    Receipt,
    StepState,
)
from publisher.domain.posting import PostingEvent, PostingState
from publisher.domain.timing import next_hand_look
from publisher.store.records import PostingRecord
from publisher.store.unit_of_work import Store
from publisher.workflow.journal import PUBLISH
from publisher.workflow.outcome import bring_out, close_open_steps
from publisher.workflow.outlets import Outlets, Tampered, message_of


def look_for_hand_made(store: Store, outlets: Outlets, channel_name: str) -> int:
    """Look for every posting of a channel that waits for a person's hand and whose look is due."""
    with store.read() as reading:
        due = reading.postings.due_to_look(channel_name, outlets.now(), PostingState.BY_HAND)
    for posting in due:
        _look(store, outlets, posting)
    return len(due)


def _look(store: Store, outlets: Outlets, posting: PostingRecord) -> None:
    channel = outlets.channels[posting.channel]
    found: FindResult
    try:
        with store.read() as reading:
            message = message_of(reading, posting)
        found = channel.find(message, outlets.journal_for(store, posting, PUBLISH))
    except Tampered:
        found = NeedsHand("存储的内容与签发的内容不一致，请查存证日志，并到平台上看一看")
    except ChannelError as why:
        found = NotYet(0, why.words)
    with store.write() as uow:
        present = uow.postings.get(posting.id)
        if present is None or present.state is not PostingState.BY_HAND:
            return
        now = outlets.now()
        match found:
            case Found(receipt=Receipt() as receipt):
                close_open_steps(uow, present, StepState.DONE, now)
                bring_out(uow, now, present, receipt, PostingEvent.FOUND, "system:posting:found")
            case _:
                looks = present.looks + 1
                words = found.words if isinstance(found, NeedsHand) else present.person_needed
                again = next_hand_look(looks, now)
                uow.postings.change(present.id, looks=looks, next_look_at=again, person_needed=words)
        uow.commit()
