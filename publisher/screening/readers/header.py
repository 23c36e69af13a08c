"""The header of an item file: one table says each key, its Chinese name, its form and what is allowed."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from publisher.screening.problems import Problem
from publisher.screening.readers.dates import as_instant, in_beijing, read_day, read_instant

FENCE = "+++"
ATTRIBUTES = ("主动公开", "依申请公开", "不予公开")
VALIDITIES = ("有效", "已修改", "废止", "失效")
BASIS = re.compile(r"20-(?:[1-9]|1[0-5])|21-[1-7]")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
UNLIKE_A_VALUE = re.compile(r"(?!.*[0-9]{6})[\w-]{1,40}")
ERROR_LINE = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")
KEY_OF_LINE = re.compile(r"\s*([A-Za-z0-9_-]{1,40})\s*=")
MOST_ERRORS = 20
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

Read = Callable[[object], object]


class WrongValue(ValueError):
    """A header value that is not allowed: the reason in Chinese and in English."""

    def __init__(self, reason_zh: str, reason_en: str) -> None:
        """Both are sentences about this value, without quoting it."""
        super().__init__(reason_en)
        self.reason_zh, self.reason_en = reason_zh, reason_en


WRONG_TYPE = WrongValue("写法不对。", "wrong type")
OUT_OF_RANGE = WrongValue("超出日历范围。", "outside the calendar")


def text(limit: int) -> Read:
    """A reader of one line of text of 1 to `limit` characters, outer white space removed."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            raise WRONG_TYPE
        return one_line(value, limit)

    return read


def one_line(value: str, limit: int) -> str:
    """`value` without outer white space; raises `WrongValue` when empty, too long or not one line."""
    line = value.strip()
    if not line or not any(unicodedata.category(c) not in {"Cf", "Zs", "Mn"} for c in line):
        raise WrongValue("是空的。", "empty")
    if len(line) > limit:
        raise WrongValue(
            f"有 {len(line)} 字，超过 {limit} 字。", f"{len(line)} characters, more than {limit}"
        )
    if any(unicodedata.category(c) in {"Cc", "Zl", "Zp"} or c in BIDI for c in line):
        raise WrongValue("含有换行或看不见的控制字符。", "line break or control character")
    return line


def choice(*allowed: str) -> Read:
    """A reader of one of the given words."""

    def read(value: object) -> object:
        if not isinstance(value, str) or value.strip() not in allowed:
            raise WrongValue("不在可选范围内。", "not one of the allowed words")
        return value.strip()

    return read


def matching(pattern: re.Pattern[str]) -> Read:
    """A reader of a code of a given form."""

    def read(value: object) -> object:
        if not isinstance(value, str) or not pattern.fullmatch(value.strip()):
            raise WrongValue("不是有效的代码。", "not a valid code")
        return value.strip()

    return read


def day(value: object) -> date:
    """A TOML date or a day in words."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise WRONG_TYPE
    try:
        read = read_day(value)
    except ValueError as error:
        raise WrongValue("不是日历上的日子。", "no such day") from error
    if read is None:
        raise WRONG_TYPE
    return read


def instant(value: object) -> datetime:
    """A TOML date-time or the same in words; without a zone it is Beijing time. Aware, UTC."""
    if isinstance(value, datetime):
        return as_instant(value)
    if not isinstance(value, str):
        raise WRONG_TYPE
    try:
        read = read_instant(value)
    except ValueError as error:
        raise WrongValue("不是有效的日期和时间。", "no such day or time") from error
    if read is None:
        raise WRONG_TYPE
    return read


def texts(value: object) -> tuple[str, ...]:
    """A list of short texts, each once."""
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise WRONG_TYPE
    read = tuple(one_line(entry, 100) for entry in value)
    if len(set(read)) != len(read):
        raise WrongValue("有重复的项。", "an entry stands twice")
    return read


def structured(value: object) -> Mapping[str, object]:
    """A table of named values: text, whole numbers, days, instants (Beijing time), lists of texts or tables."""
    if not isinstance(value, dict):
        raise WRONG_TYPE
    for name in value:
        if not NAME.fullmatch(name):
            raise WrongValue(
                "里有不合规的名称，只用小写字母、数字和下划线。", "a name is not lower case ASCII"
            )
    return {name: _structured_value(entry) for name, entry in value.items()}


def _structured_value(value: object) -> object:
    if isinstance(value, datetime):
        return in_beijing(value)
    if isinstance(value, str | date) or (isinstance(value, int) and not isinstance(value, bool)):
        return value.strip() if isinstance(value, str) else value
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return tuple(entry.strip() for entry in value)
    if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        return tuple(structured(entry) for entry in value)
    raise WrongValue("里有不支持的值。", "a value of a type that is not supported")


@dataclass(frozen=True, slots=True)
class Key:
    """One header key: its Chinese name, its reader, and what is allowed, as a sentence."""

    label_zh: str
    read: Read
    allowed_zh: str


TITLE_LIMIT = 120
LINE = "请写成一行文字，放在半角双引号里"
DAY = "请写成 2026-11-20，或“2026年11月20日”，且是日历上有的日子。"

KEYS: dict[str, Key] = {  # names and labels: rules 16.4; disclosure basis: 16.2
    "title": Key("标题", text(TITLE_LIMIT), f"{LINE}，1 至 {TITLE_LIMIT} 字。"),
    "short_title": Key("短标题", text(40), f"{LINE}，1 至 40 字。"),
    "kind": Key("类别", matching(NAME), "请写类别代码，如 notice、annual_report、warning。"),
    "column": Key("栏目", text(60), f"{LINE}，写栏目代码。"),
    "placement": Key("公开位置", text(60), f"{LINE}，1 至 60 字。"),
    "formed_on": Key("成文日期", day, DAY),
    "doc_no": Key("发文字号", text(60), f"{LINE}，如 临水规〔2026〕3号。"),
    "issuing_body": Key("发文机关", text(100), f"{LINE}，1 至 100 字。"),
    "responsible_body": Key("发布机构", text(100), f"{LINE}，1 至 100 字。"),
    "content_source": Key("来源", text(100), f"{LINE}，1 至 100 字。"),
    "responsible_editor": Key("责任编辑", text(40), f"{LINE}，1 至 40 字。"),
    "subject_class": Key("主题分类", text(60), f"{LINE}，写主题分类的全称。"),
    "summary": Key("内容概述", text(300), f"{LINE}，1 至 300 字。"),
    "keywords": Key("主题词", texts, '请写成列表，如 ["防汛", "水库"]，不重复。'),
    "disclosure_attribute": Key("公开方式", choice(*ATTRIBUTES), f"只能是：{'、'.join(ATTRIBUTES)}。"),
    "disclosure_basis": Key("公开依据", matching(BASIS), "请写 20-1 至 20-15 或 21-1 至 21-7，如 20-12。"),
    "validity": Key("有效性", choice(*VALIDITIES), f"只能是：{'、'.join(VALIDITIES)}。"),
    "channels": Key("渠道", texts, '请写成列表，如 ["city-portal", "bureau-portal"]，不重复。'),
    "release_at": Key("发布时间", instant, "请写成 2026-11-20T09:30:00，或“2026-11-20 09:30”（北京时间）。"),
    "expires_on": Key("到期下线日期", day, DAY),
    "cover": Key("封面图片", text(200), "请写 [[images]] 里的一个文件名。"),
    "fields": Key("结构化字段", structured, "请写成 [fields] 表，值只用文字、整数、日期或列表。"),
}
LISTS = {"attachments": "附件", "images": "图片"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the header gave: typed values of known keys, the raw lists, and everything that was wrong."""

    values: Mapping[str, object]
    lists: Mapping[str, object]
    problems: tuple[Problem, ...]


def parse_header(source: str, *, first_line: int = 1) -> Parsed:
    """Read the lines between the fences, the first of which is line `first_line` of the file.

    Never raises: what is wrong stands in `problems`, all of it.
    """
    raw, problems = _tolerant_toml(source, first_line)
    values: dict[str, object] = {}
    allowed = "、".join([*KEYS, *LISTS])
    for name, value in raw.items():
        if name in LISTS:
            continue
        key = KEYS.get(name)
        if key is None:
            shown = name if UNLIKE_A_VALUE.fullmatch(name) else "…"
            reason = f"表头没有“{shown}”这个字段。"
            problems.append(Problem(shown, reason, f"可用的字段：{allowed}。", f"unknown key {shown}"))
            continue
        try:
            values[name] = key.read(value)
        except (WrongValue, OverflowError) as error:
            wrong = error if isinstance(error, WrongValue) else OUT_OF_RANGE
            reason = f"{key.label_zh}{wrong.reason_zh}"
            problems.append(Problem(name, reason, key.allowed_zh, wrong.reason_en))
    return Parsed(values, {name: raw[name] for name in LISTS if name in raw}, tuple(problems))


def _tolerant_toml(source: str, first_line: int) -> tuple[dict[str, object], list[Problem]]:
    """Parse; a line that is not TOML is reported and left out, so that all such lines are found at once."""
    lines = source.split("\n")
    problems: list[Problem] = []
    for _ in range(MOST_ERRORS):
        try:
            return tomllib.loads("\n".join(lines)), problems
        except tomllib.TOMLDecodeError as error:
            match = ERROR_LINE.search(str(error))
            number = min(int(match[1]), len(lines)) if match else _last_filled(lines)
            if match is None and not KEY_OF_LINE.match(lines[number - 1]):
                return {}, [*problems, _bad_line("header", "", 0)]
            line = lines[number - 1]
            problems.append(_bad_line(_key_of(line), line, first_line + number - 1))
            if not line.strip():
                break
            lines[number - 1] = ""
        except (ValueError, RecursionError):  # numbers of thousands of digits, lists nested without end
            return {}, [*problems, _bad_line("header", "", 0)]
    return {}, problems


def _last_filled(lines: list[str]) -> int:
    return max((number for number, line in enumerate(lines, start=1) if line.strip()), default=1)


def _key_of(line: str) -> str:
    match = KEY_OF_LINE.match(line)
    return match[1] if match and UNLIKE_A_VALUE.fullmatch(match[1]) else "header"


def _bad_line(field: str, line: str, number: int) -> Problem:
    where = f"第 {number} 行" if number else "表头"
    key = KEYS.get(field)
    if key and key.read is day and '"' not in line:
        return Problem(field, f"{key.label_zh}不是日历上的日子。", DAY, f"line {number}: no such day")
    if any(quote in line for quote in "“”‘’＝"):
        allowed = '请用半角的等号和双引号，如 title = "……"。'
        return Problem(field, f"{where}用了全角的引号或等号。", allowed, f"line {number}: full-width quotes")
    allowed = "每行写成 字段 = 值，文字放在半角双引号里，每个字段只写一次。"
    return Problem(field, f"{where}不是有效的表头写法。", allowed, f"line {number}: not valid TOML")
