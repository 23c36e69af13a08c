"""State secret marks, internal marks and closing notes. Marks are positional: the same words in a
sentence (a law's name, a definition) are no mark.

Forms: level, star, period (R7.07); a level alone on a line; a level after 密级; level words in a file name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from publisher.screening.findings import Hit, Level, settle
from publisher.screening.normal import Normal

GAP = r"[ \n]{0,3}"
SPACE = r" {0,3}"
LEVEL = rf"(?:[绝絕]{GAP}密|[机機]{GAP}密|[秘祕]{GAP}密)"
LEVEL_IN_LINE = rf"(?:[绝絕]{SPACE}密|[机機]{SPACE}密|[秘祕]{SPACE}密)"
NUMBER = r"[0-9〇○零一二三四五六七八九十百两]{1,4}"
COUNTED = (
    rf"{NUMBER}{SPACE}(?:年(?:{SPACE}{NUMBER}{SPACE}月(?:{SPACE}{NUMBER}{SPACE}日)?)?|[个個]?月|天|日)"
    r"|[长長]期|永久"
)
PERIOD = rf"(?:{COUNTED}|[^\s★☆，。；、,;()（）]{{1,12}}?前)"
PLAIN_PERIOD = rf"(?:{COUNTED}|(?:启封|啟封|公[开開]|公布|解密)前)"
SOLID_STAR = "[★⭐✭✮⭑]"
OTHER_STAR = "[☆✩✰*※]"

STAR_MARK = re.compile(
    rf"{LEVEL}{SPACE}(?:级{SPACE})?(?:{SOLID_STAR}(?:{SPACE}{PERIOD})?|{OTHER_STAR}{SPACE}{PERIOD})"
)
LABELLED = re.compile(
    rf"密{SPACE}[级級]{SPACE}(?:[别別]{SPACE})?(?:[:\]】]{SPACE}(?P<a>{LEVEL_IN_LINE})|(?P<b>{LEVEL_IN_LINE})(?=[\s★☆，。,;；)]|\Z))"
)
LINE_MARK = re.compile(
    rf"[【\[(（]?(?P<mark>{LEVEL_IN_LINE}{SPACE}[级級]?{SPACE}{OTHER_STAR}?{SPACE}{PLAIN_PERIOD}?){SPACE}[】\])）]?"
)
SCANNED_MARK = re.compile(rf"{LEVEL_IN_LINE}{SPACE}[^0-9\n]?{SPACE}[0-9]{{1,2}}{SPACE}年")
IN_NAME = re.compile(
    rf"(?<!国家)(?<!國家)(?<!工作)(?<!商业)(?<!商業)(?<!保守)(?:{LEVEL_IN_LINE}|(?<!非)(?<!不)涉{SPACE}密)"
)

INTERNAL_WORD = (
    r"(?:[内內]部(?:[资資]料|文件|使用|[参參]考|事[项項]|明[电電]|材料)|工作秘密|注意(?:保存|保密|保管)|(?:不得|[请請]勿)外[传傳]"
    r"|不得[转轉][载載]|密[码碼][电電][报報]|明[传傳][电電][报報])"
)
INTERNAL = rf"{INTERNAL_WORD}(?:[ ,，、;。!]{{0,3}}{INTERNAL_WORD}){{0,3}}"
INTERNAL_LINE = re.compile(
    rf"(?P<mark>[【\[(（]?{INTERNAL}[】\])）]?)[ !。]{{0,3}}(?:{SOLID_STAR}{SPACE}{PERIOD}?)?"
)
INTERNAL_BRACKET = re.compile(rf"[【\[(（]{SPACE}{INTERNAL}[!。]?{SPACE}[】\])）]")
INTERNAL_ANYWHERE = re.compile(INTERNAL)
CLOSED = r"(?:不予公[开開]|不公[开開]|依申[请請]公[开開])"
NOTE = re.compile(
    rf"[(（]{SPACE}此件(?:{CLOSED}|[内內]部)[^)）\n]{{0,10}}[)）]|公[开開](?:[属屬]性|方式){SPACE}:{SPACE}{CLOSED}"
)
DRAFT = re.compile(
    r"[(（](?P<mark>征求意[见見]稿|送[审審]稿|[讨討][论論]稿|[报報][审審]稿|修改稿|[会會][签簽]稿|初稿|[过過]程稿)[)）]"
)
CONSULTATION = re.compile("公[开開](?:征求|[征徵]集)意[见見]")

PATTERNS = (
    *(STAR_MARK, LABELLED, LINE_MARK, SCANNED_MARK, IN_NAME, INTERNAL_LINE, INTERNAL_BRACKET),
    *(INTERNAL_ANYWHERE, NOTE, DRAFT, CONSULTATION),
)
LONGEST_MARK_LINE = 60
MARGINS = frozenset({"页眉", "页脚"})
SCAN = "OCR"


def secrecy_hits(normal: Normal, *, place: str) -> list[Hit]:
    """All marks of a text, without overlaps; a mark with its star and period before the bare level."""
    return settle(_raw(normal, place))


def name_hits(normal: Normal) -> list[Hit]:
    """Secrecy levels in a file name, except in the names of laws and of other kinds of secrets."""
    found = (_hit(normal, "SEC-NAME", Level.BLOCK, *match.span()) for match in IN_NAME.finditer(normal.text))
    return settle(found)


def _raw(normal: Normal, place: str) -> Iterator[Hit]:
    text = normal.text
    for match in STAR_MARK.finditer(text):
        yield _hit(normal, "SEC-MARK", Level.BLOCK, *match.span())
    for match in LABELLED.finditer(text):
        yield _hit(normal, "SEC-MARK", Level.BLOCK, *match.span("a" if match["a"] else "b"))
    yield from _line_marks(normal, place)
    yield from _internal(normal, place)
    for match in NOTE.finditer(text):
        yield _hit(normal, "INT-PROP", Level.BLOCK, *match.span())
    yield from _drafts(normal)


def _line_marks(normal: Normal, place: str) -> Iterator[Hit]:
    for start, line in _short_lines(normal.text):
        if match := LINE_MARK.fullmatch(line):
            end = match.start("mark") + len(match["mark"].rstrip())
            yield _hit(normal, "SEC-MARK", Level.BLOCK, start + match.start("mark"), start + end)
        elif match := INTERNAL_LINE.fullmatch(line):
            yield _hit(
                normal, "INT-MARK", Level.BLOCK, start + match.start("mark"), start + match.end("mark")
            )
        elif place == SCAN and (match := SCANNED_MARK.match(line)):
            yield _hit(normal, "SEC-MARK-OCR", Level.CONFIRM, start + match.start(), start + match.end())


def _short_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that may be a mark, without outer spaces, with the place of their first character."""
    start = 0
    for line in text.split("\n"):
        bare = line.strip()
        if 0 < len(bare) <= LONGEST_MARK_LINE:
            yield start + line.index(bare[0]), bare
        start += len(line) + 1


def _internal(normal: Normal, place: str) -> Iterator[Hit]:
    pattern = INTERNAL_ANYWHERE if place in MARGINS else INTERNAL_BRACKET
    for match in pattern.finditer(normal.text):
        yield _hit(normal, "INT-MARK", Level.BLOCK, *match.span())


def _drafts(normal: Normal) -> Iterator[Hit]:
    consultation = CONSULTATION.search(normal.text) is not None
    for match in DRAFT.finditer(normal.text):
        asked = consultation and match["mark"].startswith("征求")
        yield _hit(normal, "INT-DRAFT", Level.HINT if asked else Level.CONFIRM, *match.span("mark"))


def _hit(normal: Normal, rule: str, level: Level, start: int, end: int) -> Hit:
    return Hit(rule, level, *normal.span(start, end))
