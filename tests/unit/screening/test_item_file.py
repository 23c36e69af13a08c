"""Item files: the header, plain texts, and every refusal at once."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from publisher.screening.readers.header import KEYS, LISTS
from publisher.screening.readers.inference import Inference
from publisher.screening.readers.item_file import ItemFile, ItemFileRefused, read_item_file
from publisher.screening.screen import screen_text

TODAY = date(2026, 11, 24)
SPEC = Path(__file__).parents[3] / "docs" / "specs" / "item-file.md"

OLD_REPORT = """临瀾市水利局2018年政府信息公開工作年度報告

portal.example\u00a0 發布時間:2019-03-15\u00a0 來源:臨瀾市水利局\u00a0 選擇閱讀字號:[ ]\u00a0 閱讀次數:

\u00a0\u00a0 臨瀾市水利局2018年政府信息公開工作年度報告根據《條例》編制。

一、信息公開情況

2018年,我局公開政府信息12余條。其中:機構概況3條,工作動態9條。

\u00a0

\u00a0\u00a0\u00a0 臨瀾市水利局

\u00a0\u00a0 {date}

審核: 測試甲\u00a0\u00a0 責任編輯: 測試乙

點擊下載此文件"""


def read(text: str, name: str = "条目.txt") -> ItemFile:
    return read_item_file(text.encode(), name=name, today=TODAY)


def problems(text: str) -> dict[str, str]:
    with pytest.raises(ItemFileRefused) as caught:
        read(text)
    assert all(p.reason_zh and p.allowed_zh and p.reason_en for p in caught.value.problems)
    return {p.field: p.reason_zh for p in caught.value.problems}


def headed(*lines: str, body: str = "正文一段。") -> str:
    return "\n".join(["+++", *lines, "+++", body])


def test_an_old_report_copied_from_a_web_page_is_taken_as_it_is() -> None:
    item = read(OLD_REPORT.format(date="2019312"))
    assert item.title == "临瀾市水利局2018年政府信息公開工作年度報告"
    assert dict(item.header) == {
        "formed_on": date(2019, 3, 12),
        "kind": "annual_report",
        "content_source": "臨瀾市水利局",
    }
    assert [i.field for i in item.inferred] == ["title", "formed_on", "kind", "content_source"]
    assert Inference("formed_on", date(2019, 3, 12), "文末“2019312”") in item.inferred
    assert (item.questions, item.warnings) == ((), ())


def test_nothing_of_a_plain_text_is_lost() -> None:
    text = OLD_REPORT.format(date="2019312")
    item = read(text)
    assert f"{item.title}\n{item.body}".split() == text.split()
    assert not screen_text(item.body, today=TODAY)


@pytest.mark.parametrize(
    ("written", "readings"),
    [
        ("2019111", ("2019-01-11", "2019-11-01")),
        ("2019121", ("2019-01-21", "2019-12-01")),
        ("2019101", ("2019-01-01", "2019-10-01")),
    ],
)
def test_a_date_with_two_readings_is_asked_not_guessed(written: str, readings: tuple[str, ...]) -> None:
    item = read(OLD_REPORT.format(date=written))
    assert "formed_on" not in item.header
    (question,) = item.questions
    assert question.field == "formed_on"
    assert question.candidates == readings
    assert all(reading in question.words_zh for reading in readings)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2019312", date(2019, 3, 12)),
        ("20190312", date(2019, 3, 12)),
        ("20191231", date(2019, 12, 31)),
        ("201935", date(2019, 3, 5)),
        ("2019年3月12日", date(2019, 3, 12)),
        ("2019 年 3 月 12 日", date(2019, 3, 12)),
        ("二〇一九年三月十二日", date(2019, 3, 12)),
        ("二○一八年十二月三十一日", date(2018, 12, 31)),
        ("2019-03-12", date(2019, 3, 12)),
    ],
)
def test_a_closing_date_with_one_reading_is_the_formation_date(written: str, day: date) -> None:
    item = read(OLD_REPORT.format(date=written))
    assert item.header["formed_on"] == day


@pytest.mark.parametrize("written", ["2019229", "2019年2月29日", "2019", "12", "20191332", "咨询电话0000"])
def test_what_is_no_day_is_no_formation_date(written: str) -> None:
    item = read(OLD_REPORT.format(date=written))
    assert "formed_on" not in item.header
    assert item.questions == ()


def test_two_closing_dates_are_a_question() -> None:
    item = read(OLD_REPORT.format(date="2019年3月12日\n\n2019年3月13日"))
    assert item.questions[0].candidates == ("2019-03-12", "2019-03-13")


def test_a_formation_date_after_the_posting_date_is_pointed_out() -> None:
    item = read(OLD_REPORT.format(date="2019年4月12日"))
    assert [w.field for w in item.warnings] == ["formed_on"]


def test_the_signing_body_is_the_source_when_no_source_is_written() -> None:
    item = read("关于节水宣传的通知\n各村：\n请宣传节水。\n临澜市水利局\n2026年7月8日")
    assert item.header["content_source"] == "临澜市水利局"
    assert "kind" not in item.header


def test_what_the_header_says_is_not_inferred() -> None:
    head = 'title = "标题"', "formed_on = 2026-01-05", 'content_source = "临澜市人民政府"', 'kind = "notice"'
    item = read(headed(*head, body="来源：临澜市水利局\n正文\n临澜市水利局\n2026年1月6日"))
    assert item.inferred == ()
    assert item.header["formed_on"] == date(2026, 1, 5)
    assert item.header["content_source"] == "临澜市人民政府"


def test_a_header_without_a_title_takes_the_first_line_of_the_text() -> None:
    item = read(headed('column = "tzgg"', body="\n停水通告\n\n明天停水。"))
    assert (item.title, item.body) == ("停水通告", "明天停水。")
    assert item.header["column"] == "tzgg"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_rare_characters_and_emoji_come_through_in_every_encoding(encoding: str) -> None:
    text = "𠮷祥水库😀蓄水公告\r\n\r\n蓄水至𠮷祥坝。\r\n"
    item = read_item_file(text.encode(encoding), name="𠮷😀.txt")
    assert (item.title, item.body) == ("𠮷祥水库😀蓄水公告", "蓄水至𠮷祥坝。")


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        ("", "file", "0 字节"),
        ("只有标题\n \n\u200b", "body", "空的"),
        (" \n\u3000\n", "title", "没有标题"),
        ("长" * 121 + "\n正文", "title", "121 字"),
        (headed(f'title = "{"长" * 200}"'), "title", "200 字"),
        (headed('title = " "'), "title", "空的"),
        (headed('title = "甲\\n乙"'), "title", "控制字符"),
        ("甲\u202e乙\n正文", "title", "控制字符"),
        (headed('title = "甲"', "formed_on = 2026-02-30"), "formed_on", "日历"),
        (headed('title = "甲"', 'formed_on = "2026-02-30"'), "formed_on", "日历"),
        (headed('title = "甲"', 'formed_on = "2026年2月30日"'), "formed_on", "日历"),
        (headed('title = "甲"', 'formed_on = "去年"'), "formed_on", "写法"),
        (headed('title = "甲"', "formed_on = 2026"), "formed_on", "写法"),
        (headed('title = "甲"', "formed_on = 2027-01-05"), "formed_on", "晚于今天"),
        (headed('title = "甲"', 'disclosure_attribute = "公开"'), "disclosure_attribute", "可选"),
        (headed('title = "甲"', 'disclosure_basis = "20-16"'), "disclosure_basis", "代码"),
        (headed('title = "甲"', 'validity = "有"'), "validity", "可选"),
        (headed('title = "甲"', 'kind = "通知"'), "kind", "代码"),
        (headed('title = "甲"', 'channels = "weibo"'), "channels", "写法"),
        (headed('title = "甲"', 'channels = ["weibo", "weibo"]'), "channels", "重复"),
        (headed('title = "甲"', "keywords = [1]"), "keywords", "写法"),
        (headed('title = "甲"', "summary = 3"), "summary", "写法"),
        (headed('title = "甲"', 'release_at = "2026-11-20"'), "release_at", "写法"),
        (headed('title = "甲"', 'release_at = "2026-11-20 25:00"'), "release_at", "日期和时间"),
        (headed('title = "甲"', "release_at = 0001-01-01T00:00:00"), "release_at", "超出"),
        (headed('title = "甲"', f"fields = {'[' * 20_000}"), "header", "写法"),
        (headed('title = "甲"', f"fields = {'9' * 5_000}"), "header", "写法"),
        (headed('title = "甲"', 'summary = """未完'), "summary", "写法"),
        (headed('title = "甲"', "标题 = 1"), "header", "第 3 行"),
        (headed('title = "甲"', '"标题" = "乙"'), "标题", "没有“标题”"),
        (headed('title = "甲"', 'reviewer_name = "乙"'), "reviewer_name", "没有"),
        (headed("title = “甲”"), "title", "全角"),
        (headed('title = "甲"', 'title = "乙"'), "title", "第 3 行"),
        (headed('title = "甲"', "[fields]", "a = 1.5"), "fields", "不支持"),
        (headed('title = "甲"', "[fields]", "A = 1"), "fields", "名称"),
        (headed('title = "甲"', "[[attachments]]", 'title = "无文件"'), "attachments", "第 1 个附件"),
        (headed('title = "甲"', "[[attachments]]", 'file = "../a.pdf"'), "attachments", "文件夹"),
        (headed('title = "甲"', "[[attachments]]", 'file = "C:/a.pdf"'), "attachments", "文件夹"),
        (headed('title = "甲"', "[[attachments]]", 'file = "/a.pdf"'), "attachments", "文件夹"),
        (headed('title = "甲"', *["[[attachments]]", 'file = "a.pdf"'] * 2), "attachments", "重复"),
        (headed('title = "甲"', "[[images]]", 'file = "a.png"', 'text = "x"'), "images", "第 1 个图片"),
        (headed('title = "甲"', body="![图](a.png)"), "images", "第 1 处"),
        (headed('title = "甲"', 'cover = "a.png"'), "cover", "封面"),
        ("＋＋＋\ntitle = 1", "header", "全角"),
        ('+++\ntitle = "甲"\n正文', "header", "没有结束行"),
        ("标题\n正文\u0007", "file", "控制字符 U+0007"),
    ],
)
def test_a_refusal_names_the_field_and_the_reason(text: str, field: str, reason: str) -> None:
    assert reason in problems(text)[field]


def test_all_problems_of_a_file_are_told_at_once() -> None:
    found = problems(
        headed("title = “甲”", "formed_on = 2026-02-30", 'colum = "tzgg"', "channels = 1", "x y z", body=" ")
    )
    assert set(found) == {"title", "formed_on", "colum", "channels", "header", "body"}


def test_an_unknown_key_is_answered_with_the_allowed_ones() -> None:
    with pytest.raises(ItemFileRefused) as caught:
        read(headed('title = "甲"', 'colum = "tzgg"'))
    (problem,) = caught.value.problems
    assert all(key in problem.allowed_zh for key in [*KEYS, *LISTS])
    assert "colum" in str(caught.value)


def test_a_refusal_repeats_no_number_written_as_a_key() -> None:
    with pytest.raises(ItemFileRefused) as caught:
        read(headed('title = "甲"', "510402190001010011 = 1"))
    assert "510402" not in repr(caught.value.problems) + str(caught.value)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ('"2026-11-20 09:30"', datetime(2026, 11, 20, 1, 30, tzinfo=UTC)),
        ("2026-11-20T09:30:00", datetime(2026, 11, 20, 1, 30, tzinfo=UTC)),
        ("2026-11-20T09:30:00Z", datetime(2026, 11, 20, 9, 30, tzinfo=UTC)),
        ('"2026-11-20T09:30:00+08:00"', datetime(2026, 11, 20, 1, 30, tzinfo=UTC)),
        ('"2026年11月20日9时30分"', datetime(2026, 11, 20, 1, 30, tzinfo=UTC)),
        ('"2026年11月20日 9:30"', datetime(2026, 11, 20, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_beijing_time(written: str, utc: datetime) -> None:
    release_at = read(headed('title = "甲"', f"release_at = {written}")).header["release_at"]
    assert release_at == utc
    assert isinstance(release_at, datetime)
    assert release_at.tzinfo is UTC


def test_word_files_and_pictures_are_no_item_files() -> None:
    for data, name in ((b"PK\x03\x04....", "a.txt"), (b"text", "a.docx"), (b"\xff\xd8\xff\xe0", "a.txt")):
        with pytest.raises(ItemFileRefused) as caught:
            read_item_file(data, name=name)
        assert caught.value.problems[0].field == "file"


def test_an_unused_image_is_pointed_out() -> None:
    item = read(headed('title = "甲"', "[[images]]", 'file = "a.png"', 'alt = "图"'))
    assert [w.field for w in item.warnings] == ["images"]


def example() -> str:
    match = re.search(r"```text\n(.*?)```", SPEC.read_text(encoding="utf-8"), re.S)
    assert match
    return match[1]


def test_the_example_of_the_specification_is_read_as_it_says() -> None:
    item = read(example())
    assert item.title == "关于石渡片区供水管网检修期间临时停水的通告"
    assert item.body.startswith("石渡镇有关用水户")
    assert item.body.endswith("2026年7月8日")
    assert set(item.header) == set(KEYS) - {"title"}
    assert item.header["formed_on"] == date(2026, 7, 8)
    assert item.header["release_at"] == datetime(2026, 7, 8, 9, 30, tzinfo=UTC)
    fields = item.header["fields"]
    assert isinstance(fields, dict)
    assert fields["from"].isoformat() == "2026-07-11T22:00:00+08:00"
    assert [a.title for a in item.attachments] == ["停水范围图"]
    assert [i.file for i in item.images] == ["img/fadian.jpg", "img/songshui.png"]
    assert (item.inferred, item.warnings, item.questions) == ((), (), ())


def test_the_specification_explains_every_key_and_no_other() -> None:
    table = SPEC.read_text(encoding="utf-8").split("## Header keys")[1].split("**Day**")[0]
    explained = re.findall(r"^\| `([a-z_]+)` \| (\S+) \|", table, re.M)
    labels = {name: key.label_zh for name, key in KEYS.items()} | LISTS
    assert dict(explained) == labels
