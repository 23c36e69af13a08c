"""Bytes to text: what is read, and what is refused rather than guessed."""

import random

import pytest

from publisher.screening.readers.text import TextRefused, decode

CHINESE = "临澜市水利局关于开展水库安全检查的通知，请各单位认真落实。"


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16-le"),
    ],
)
def test_the_usual_encodings_are_read(codec: str, encoding: str) -> None:
    decoded = decode(CHINESE.encode(codec))
    assert (decoded.text, decoded.encoding) == (CHINESE, encoding)


def test_big_endian_utf16_needs_its_mark() -> None:
    assert decode(b"\xfe\xff" + CHINESE.encode("utf-16-be")).text == CHINESE
    with pytest.raises(TextRefused):
        decode(("a" + CHINESE).encode("utf-16-be"))


def test_traditional_text_in_gbk_is_read() -> None:
    text = "臨瀾市水利局關於開展水庫安全檢查的通知，請認真落實。"
    assert decode(text.encode("gbk")).text == text


def test_line_ends_of_every_kind_become_one() -> None:
    assert decode("甲\r\n乙\r丙\u2028丁\f戊\n己".encode()).text == "甲\n乙\n丙\n丁\n戊\n己"


def test_an_empty_file_is_an_empty_text() -> None:
    assert decode(b"").text == ""


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        "甲\x00乙".encode(),
        "甲\x00乙".encode("utf-16"),
        CHINESE.encode()[:-1],
        CHINESE.encode().replace("水".encode(), b"\xe6\xb0", 1),
        CHINESE.encode() + CHINESE.encode("gbk"),
        CHINESE.encode("gbk") + CHINESE.encode(),
        b"\xef\xbb\xbf" + CHINESE.encode("gbk"),
        b"\xff\xfe" + b"a",
        b"\xff\xfe\x00\x00" + b"a\x00\x00\x00",
        b"\xff" * 40,
        b"%PDF-1.7\n",
        b"{\\rtf1}",
        b"\x1b[31m",
        CHINESE.encode("utf-7") + b"\x80",
    ],
)
def test_damage_mixtures_and_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(TextRefused) as caught:
        decode(data, field="body")
    (problem,) = caught.value.problems
    assert problem.field == "body"
    assert "UTF-8" in problem.allowed_zh


def test_random_bytes_are_never_text() -> None:
    for seed in range(300):
        data = random.Random(seed).randbytes(200)
        with pytest.raises(TextRefused):
            decode(data)
