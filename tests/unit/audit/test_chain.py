"""What may stand in an entry, and how one follows another."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from publisher.audit.canonical import NotCanonical, decode, encode
from publisher.audit.chain import NO_HASH, Head, epoch_draft, new_log_id, seal
from publisher.audit.entries import (
    NOTE_ERASED,
    EntryDraft,
    NotAnEntry,
    Note,
    Outcome,
    StoredNote,
    erasing_draft,
    fact_value,
    parse_entry,
    time_text,
)
from tests.unit.audit.logs import LOG, NOW, draft, make_log, salt


def test_the_first_entry_has_sequence_one_and_nothing_before_it() -> None:
    sealed = seal(Head(LOG), draft(1), at=NOW)
    assert (sealed.entry.seq, sealed.prev_hash) == (1, NO_HASH)
    assert sealed.head == Head(LOG, 1, sealed.entry_hash, "2026-11-25T01:00:00.000000Z")


def test_each_hash_covers_the_one_before() -> None:
    log = make_log(3)
    for before, row in zip(log.entries, log.entries[1:], strict=False):
        assert row.prev_hash == before.entry_hash
        tagged = b"gongkai audit entry v1\n" + bytes.fromhex(before.entry_hash) + row.canonical.encode()
        assert row.entry_hash == hashlib.sha256(tagged).hexdigest()


def test_an_entry_comes_back_from_its_canonical_text() -> None:
    sealed = seal(Head(LOG), draft(3), at=NOW, salts=[salt(1)])
    assert parse_entry(sealed.stored.canonical) == sealed.entry


def test_time_never_falls_and_the_clock_is_kept_when_it_does() -> None:
    first = seal(Head(LOG), draft(1), at=NOW)
    second = seal(first.head, draft(2), at=NOW - timedelta(hours=1))
    assert second.entry.at == first.entry.at
    assert second.entry.facts["clock"] == "2026-11-25T00:00:00.000000Z"
    third = seal(second.head, draft(4), at=NOW)
    assert "clock" not in third.entry.facts


def test_times_are_written_in_utc_whatever_the_zone() -> None:
    assert time_text(NOW.astimezone(timezone(timedelta(hours=8)))) == "2026-11-25T01:00:00.000000Z"
    with pytest.raises(NotAnEntry):
        time_text(datetime(2026, 11, 25))  # noqa: DTZ001


def test_the_entry_holds_only_the_digest_of_a_note() -> None:
    sealed = seal(
        Head(LOG),
        EntryDraft("item:draft:made", "gu.gong", notes={"title": "水质公示"}),
        at=NOW,
        salts=[salt(1)],
    )
    assert "水质" not in sealed.stored.canonical
    data = b"gongkai audit note v1\n" + salt(1) + b"title\x00" + "水质公示".encode()
    assert sealed.entry.notes == {"title": hashlib.sha256(data).hexdigest()}
    assert sealed.stored_notes == (StoredNote(1, "title", salt(1).hex(), "水质公示"),)


def test_salts_go_to_notes_in_the_order_of_their_names() -> None:
    two = EntryDraft("item:draft:made", "gu.gong", notes={"title": "b", "reason": "a"})
    sealed = seal(Head(LOG), two, at=NOW, salts=[salt(1), salt(2), salt(3)])
    assert sealed.notes == (Note("reason", "a", salt(1)), Note("title", "b", salt(2)))


@pytest.mark.parametrize("salts", [[], [salt(1)], [salt(1), salt(1)], [salt(1), b"short"]])
def test_notes_without_enough_random_bytes_are_refused(salts: list[bytes]) -> None:
    two = EntryDraft("item:draft:made", "gu.gong", notes={"title": "b", "reason": "a"})
    with pytest.raises(NotAnEntry):
        seal(Head(LOG), two, at=NOW, salts=salts)


def test_an_erased_note_keeps_neither_words_nor_salt() -> None:
    assert StoredNote(3, "reason", "ab" * 16, "话").erased() == StoredNote(3, "reason", "", None)


def test_erasing_names_the_note_and_two_people() -> None:
    made = erasing_draft(
        StoredNote(3, "reason", "", None), actor="a", confirmed_by="b", reason="涉及个人信息"
    )
    assert made.kind == NOTE_ERASED
    assert made.facts == {"entry": "3", "note": "reason", "confirmed_by": "b"}


def test_a_new_epoch_takes_a_new_log_id_and_names_the_old_head() -> None:
    head = make_log(3).head
    opening = epoch_draft(head, actor="admin.zhou", lost_size=9, lost_root="ab" * 32)
    sealed = seal(head, opening, at=NOW, log_id="slj.example.gov.cn/audit/2")
    assert (sealed.entry.seq, sealed.prev_hash) == (4, head.entry_hash)
    assert sealed.entry.facts == {"old_log": LOG, "old_size": "3", "lost_size": "9"} | {
        name: value for name, value in sealed.entry.facts.items() if name == "clock"
    }
    assert sealed.entry.digests == {"old_head": head.entry_hash, "lost_root": "ab" * 32}
    for log_id in (LOG, None):
        with pytest.raises(NotAnEntry):
            seal(head, opening, at=NOW, log_id=log_id)
    with pytest.raises(NotAnEntry):
        seal(head, draft(4), at=NOW, log_id="slj.example.gov.cn/audit/2")


def test_a_log_may_be_opened_by_an_entry_of_its_own() -> None:
    sealed = seal(Head(LOG), epoch_draft(Head(LOG), actor="admin.zhou"), at=NOW, log_id=LOG)
    assert (sealed.entry.kind, sealed.entry.facts) == ("log:epoch:begun", {})


def test_a_log_id_is_the_bodys_name_and_random_digits() -> None:
    assert new_log_id("slj.example.gov.cn/audit", bytes(8)) == "slj.example.gov.cn/audit/0000000000000000"
    for name, random in (("含 空格", bytes(8)), ("a+b", bytes(8)), ("a", b"")):
        with pytest.raises(NotAnEntry):
            new_log_id(name, random)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "signed"},
        {"kind": "item:revision:Signed"},
        {"actor": ""},
        {"actor": "two words"},
        {"subject": "item:1\n"},
        {"outcome": "perhaps"},
        {"facts": {"state": "已签发"}},
        {"facts": {"state": "two words"}},
        {"facts": {"state": "x" * 201}},
        {"facts": {"": "x"}},
        {"digests": {"revision": "ABCD" * 16}},
        {"notes": {"bad name": "x"}},
        {"notes": {"reason": "\ud800"}},
        {"notes": {"reason": "字" * 20_001}},
    ],
)
def test_what_the_format_has_no_place_for_is_refused_when_the_draft_is_made(
    change: dict[str, object],
) -> None:
    with pytest.raises(NotAnEntry):
        replace(draft(1), **change)  # type: ignore[arg-type]


def test_a_draft_that_was_accepted_can_always_be_sealed() -> None:
    widest = EntryDraft(
        kind="a:b:c",
        actor='𠮷"\\' + "吉" * 190,
        subject="用" * 200,
        on_behalf_of="陆副局长",
        os_user="DOM\\user",
        outcome=Outcome.UNKNOWN,
        body="slj",
        facts={f"fact{number}": "~" * 200 for number in range(60)},
        digests={f"digest{number}": "ab" * 64 for number in range(60)},
        notes={"reason": "𠮷\x00\n", "empty": ""},
    )
    sealed = seal(Head(LOG), widest, at=NOW, salts=[salt(1), salt(2)])
    assert parse_entry(sealed.stored.canonical) == sealed.entry


@pytest.mark.parametrize("text", ["city-portal", "40001", "", "A~b:c/d?e=f"])
def test_machine_values_stay_as_they_are(text: str) -> None:
    assert fact_value(text) == text


@pytest.mark.parametrize("text", ["有中文", "two words", "x" * 201, "\ud800", "\n"])
def test_other_values_become_a_digest_that_any_entry_can_hold(text: str) -> None:
    assert fact_value(text).startswith("sha256:")
    EntryDraft("posting:step:ended", "system", facts={"remote_id": fact_value(text)})


def test_canonical_bytes_are_sorted_and_without_spaces() -> None:
    assert (
        encode({"b": 1, "a": {"z": '引"号\\', "B": "/"}})
        == '{"a":{"B":"/","z":"引\\"号\\\\"},"b":1}'.encode()
    )


@pytest.mark.parametrize("value", ["a\nb", "\x7f", "\x00", "\ud800"])
def test_control_characters_and_surrogates_have_no_canonical_form(value: str) -> None:
    with pytest.raises(NotCanonical):
        encode({"a": value})


def test_an_entry_that_is_too_long_has_no_canonical_form() -> None:
    with pytest.raises(NotCanonical):
        encode({"a": "x" * 65_536})


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '{"b":1,"a":1}',
        '{"a":"\\u0041"}',
        '{"a":"\\/"}',
        '{"a":1.0}',
        '{"a":1e2}',
        "[]",
        '{"a":-0}',
        '{"a":01}',
        '{"a":1}\n',
        "﻿{}",
        '{"a":"\t"}',
        '{"a":Infinity}',
        "",
        "[" * 100_000,
    ],
)
def test_any_other_spelling_is_not_canonical(text: str) -> None:
    with pytest.raises(NotCanonical):
        decode(text)


def test_a_literal_backslash_u_is_ordinary_text() -> None:
    assert json.loads(encode({"a": "\\u0041\\n"})) == decode('{"a":"\\\\u0041\\\\n"}')
