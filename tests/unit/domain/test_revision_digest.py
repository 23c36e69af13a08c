"""A revision is identified by a digest over all that is signed: no single change leaves it as it was."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from publisher.domain.item import Content, ItemFile, content_from_json, content_to_json, revision_digest

INDEX = "014109867/2026-00012"
MESSAGES = {"city-portal": "<html>门户</html>", "wechat": "<section>微信</section>", "weibo": "微博"}
SALT = bytes(range(16))
CONTENT_FIELDS = [field.name for field in fields(Content)]
FILE_FIELDS = [field.name for field in fields(ItemFile)]


def digest(content: Content, **other: Any) -> str:
    return revision_digest(content, **{"index_no": INDEX, "messages": MESSAGES, "salt": SALT} | other)


def changed(value: Any) -> Any:
    """The smallest other value of the same type."""
    if isinstance(value, str):
        return value + "。"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, tuple):
        return value[:-1]
    raise TypeError(f"a field of a new type: {type(value)}")


def test_the_digest_is_64_hexadecimal_characters_and_the_same_each_time(content: Content) -> None:
    first = digest(content)
    assert first == digest(replace(content))
    assert len(first) == 64
    assert set(first) <= set("0123456789abcdef")


@pytest.mark.parametrize("name", CONTENT_FIELDS)
def test_changing_any_one_field_changes_the_digest(content: Content, name: str) -> None:
    other = replace(content, **{name: changed(getattr(content, name))})
    assert digest(other) != digest(content)


@pytest.mark.parametrize("name", FILE_FIELDS)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_changing_any_one_field_of_any_file_changes_the_digest(
    content: Content, name: str, position: int
) -> None:
    files = list(content.files)
    files[position] = replace(files[position], **{name: changed(getattr(files[position], name))})
    assert digest(replace(content, files=tuple(files))) != digest(content)


@pytest.mark.parametrize("name", ["channels", "keywords", "details", "files"])
def test_changing_the_order_changes_the_digest(content: Content, name: str) -> None:
    turned: dict[str, Any] = {name: tuple(reversed(getattr(content, name)))}
    other = replace(content, **turned)
    assert digest(other) != digest(content)


def test_taking_the_expiry_away_changes_the_digest(content: Content) -> None:
    assert digest(replace(content, expires_on=None)) != digest(content)


def test_two_neighbouring_fields_cannot_trade_a_character(content: Content) -> None:
    one = replace(content, issuing_body="临澜市水利局甲", responsible_body="乙")
    two = replace(content, issuing_body="临澜市水利局", responsible_body="甲乙")
    assert digest(one) != digest(two)


@pytest.mark.parametrize("channel", sorted(MESSAGES))
def test_changing_one_frozen_message_changes_the_digest(content: Content, channel: str) -> None:
    assert digest(content, messages=MESSAGES | {channel: MESSAGES[channel] + " "}) != digest(content)


def test_a_message_more_or_less_or_under_another_name_changes_the_digest(content: Content) -> None:
    less = {name: text for name, text in MESSAGES.items() if name != "weibo"}
    for messages in (less, MESSAGES | {"dropfolder": ""}, less | {"weibo2": MESSAGES["weibo"]}):
        assert digest(content, messages=messages) != digest(content)


def test_the_order_in_which_messages_were_rendered_does_not_matter(content: Content) -> None:
    assert digest(content, messages=dict(reversed(MESSAGES.items()))) == digest(content)


def test_changing_the_index_number_changes_the_digest(content: Content) -> None:
    assert digest(content, index_no="014109867/2026-00013") != digest(content)


@pytest.mark.parametrize("position", range(16))
def test_changing_one_byte_of_the_salt_changes_the_digest(content: Content, position: int) -> None:
    salt = bytearray(SALT)
    salt[position] ^= 1
    assert digest(content, salt=bytes(salt)) != digest(content)


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_a_salt_of_another_length_is_an_error(content: Content, length: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        digest(content, salt=bytes(length))


def test_content_comes_back_from_json_as_it_went_in(content: Content) -> None:
    assert content_from_json(json.loads(json.dumps(content_to_json(content)))) == content


def test_content_with_only_the_needed_fields_comes_back_too() -> None:
    bare = Content("题", "notice", "<p>文</p>", date(2026, 11, 20), column="tzgg", channels=("city-portal",))
    assert content_from_json(json.loads(json.dumps(content_to_json(bare)))) == bare


def test_rare_characters_and_emoji_come_back_and_are_told_apart(content: Content) -> None:
    rare = replace(content, title="𠮷渠🌊👨‍👩‍👧")
    assert content_from_json(json.loads(json.dumps(content_to_json(rare)))) == rare
    assert digest(rare) != digest(replace(content, title="吉渠🌊👨‍👩‍👧"))


def test_the_digest_is_the_same_after_a_trip_through_json(content: Content) -> None:
    assert digest(content_from_json(json.loads(json.dumps(content_to_json(content))))) == digest(content)


def test_the_canonical_form_is_fixed_by_a_worked_example() -> None:
    """A later release must find the same digest for the same signed content."""
    bare = Content("题", "notice", "<p>文</p>", date(2026, 11, 20), column="tzgg", channels=("city-portal",))
    found = revision_digest(bare, index_no=INDEX, messages={"city-portal": "页"}, salt=SALT)
    assert found == WORKED


WORKED = "2faee2b73805ccbfb9212977f57aa42b9a732fc6bf6eedd579c9e9a4525ffa53"
