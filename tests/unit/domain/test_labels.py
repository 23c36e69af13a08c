"""Every state, event and act has Chinese words for people."""

import pytest

from publisher.domain.lifecycle import REVISION_EVENT_LABELS, RevisionEvent
from publisher.domain.part import PART_EVENT_LABELS, PartEvent
from publisher.domain.people import ACT_LABELS, Act
from publisher.domain.posting import (
    CHANNEL_EVENT_LABELS,
    POSTING_EVENT_LABELS,
    ChannelEvent,
    PostingEvent,
)


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (RevisionEvent, REVISION_EVENT_LABELS),
        (PostingEvent, POSTING_EVENT_LABELS),
        (PartEvent, PART_EVENT_LABELS),
        (ChannelEvent, CHANNEL_EVENT_LABELS),
        (Act, ACT_LABELS),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_word_has_a_chinese_label(words, labels):  # type: ignore[no-untyped-def]
    assert set(labels) == set(words)
    assert all(not label.isascii() for label in labels.values())
