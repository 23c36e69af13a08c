"""Resident ID numbers in text: full, old, inside a disability certificate number, mistyped, badly masked.

Rule: digits, a province, a real birth date and the check character of GB 11643. The county table is not
asked: codes are given at first registration, often long after birth. Numbers that are also credit codes
of an organisation (GB 32100) are told apart by their label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from enum import Enum

from stdnum.cn import ric, uscc

from publisher.screening.digit_runs import Candidate, candidates
from publisher.screening.findings import Hit, Level, settle
from publisher.screening.normal import Normal

PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
"""First two places. 81, 82, 83: residence permits for residents of Hong Kong, Macao and Taiwan."""
FOREIGN_RESIDENT = "9"
"""First place of a foreigner's permanent residence card."""
CREDIT_KIND = re.compile("1[1239]|2[19]|3[1-59]|4[19]|5[1239]|6[129]|7[129]|8[19]|9[1-3]|A[19]|N[1239]|Y1")
"""GB 32100, first two places: the registering authority and its kinds of organisation."""
FIRST_BIRTH = date(1880, 1, 1)
LABEL_REACH = 18
LONGEST_LABEL = 12

LABELS = re.compile(
    r"(?P<id>(?:公民|居民)身份[证證]?件?[编編]?(?:[号號][码碼]?)?|身份[证證]件?[编編]?(?:[号號][码碼]?)?"
    r"|身份[号號][码碼]?|[证證]件[编編]?[号號][码碼]?)"
    r"|(?P<credit>信用代[码碼])"
    r"|(?P<other>代[码碼]|[编編][号號]|流水[号號]?|[单單][号號]|[订訂][单單]|[注註][册冊][号號]?|序列[号號]|[账帳賬][号號户戶]"
    r"|卡[号號]|合同[号號]?|批次|批号|型[号號]|招[标標]|[设設][备備][号號]|[电電][话話]|手[机機]|[许許]可[证證][号號]?)"
)
DISABILITY_X = re.compile(r"(?<![0-9])[0-9]{17}[Xx][1-7][1-4](?![0-9])")
MASK = "*×●•■█#"
WEAK = re.compile(
    rf"(?<![0-9])([0-9]{{6}})[ -]?([0-9]{{4}})[ -]?([0-9]{{4}})[ -]?"
    rf"(?P<tail>[xX]{{3,4}}|[0-9]{{0,3}}[{MASK}]{{1,8}}[0-9]{{0,3}})(?![0-9{MASK}])"
)
PATTERNS = (LABELS, DISABILITY_X, WEAK)


class Label(Enum):
    """What the words before a number, or the head of its column, say that it is."""

    ID = "id"
    CREDIT = "credit"
    OTHER = "other"
    NONE = ""


def identity_hits(normal: Normal, *, header: str, today: date) -> list[Hit]:
    """All resident ID numbers of a text, without overlaps. `header` is the head of the column, if any."""
    full: list[Hit] = []
    doubtful: list[Hit] = []
    for candidate in candidates(normal.text):
        if not _in_range(candidate.digits, today) and not candidate.leads:
            continue
        label = _label(normal.text, candidate.start, header)
        hit = _judge(candidate, label, today)
        if hit:
            rule, level = hit
            where = full if rule != "PII-ID-BAD" else doubtful
            where.append(_hit(normal, rule, level, candidate.start, candidate.end))
    full.extend(_disability_with_x(normal, today))
    return settle([*full, *_weak_masks(normal, today), *doubtful])


def is_resident_id(number: str, today: date) -> bool:
    """Whether 18 places are a possible number of a person born from 1880 to `today`."""
    return _in_range(number, today) and str(ric.calc_check_digit(number)) == number[-1]


def is_credit_code(number: str) -> bool:
    """Whether 18 digits satisfy the whole rule of GB 32100, not only its check character."""
    if "X" in number or not CREDIT_KIND.match(number) or not PROVINCE.match(number, 2):
        return False
    return str(uscc.calc_check_digit(number[:-1])) == number[-1]


def _judge(candidate: Candidate, label: Label, today: date) -> tuple[str, Level] | None:
    digits = candidate.digits
    if len(digits) == 15:
        old = label is Label.ID and _in_range(digits, today)
        return ("PII-ID15", Level.BLOCK) if old else None
    if len(digits) == 20:
        disabled = (
            "1" <= digits[18] <= "7" and "1" <= digits[19] <= "4" and is_resident_id(digits[:18], today)
        )
        return ("PII-DISCERT", Level.BLOCK) if disabled else None
    if is_resident_id(digits, today):
        both = label is Label.CREDIT and is_credit_code(digits)
        return "PII-ID18", Level.CONFIRM if both else Level.BLOCK
    if candidate.leads and label is Label.ID and not is_credit_code(digits):
        return "PII-ID-BAD", Level.CONFIRM
    return None


def _in_range(digits: str, today: date) -> bool:
    """Whether region and birth date are possible. Numbers of 15 places leave out the century, 19."""
    if not PROVINCE.match(digits) and digits[0] != FOREIGN_RESIDENT:
        return False
    return _born(f"19{digits[6:12]}" if len(digits) == 15 else digits[6:14], today)


def _born(digits: str, today: date) -> bool:
    if digits[:2] not in {"18", "19", "20"}:
        return False
    try:
        return FIRST_BIRTH <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) <= today
    except ValueError:
        return False


def _label(text: str, start: int, header: str) -> Label:
    """The nearest label that ends at most 18 characters before `start`; without one, that of the column."""
    before = text[max(0, start - LABEL_REACH - LONGEST_LABEL) : start]
    found = Label.NONE
    for match in LABELS.finditer(before):
        if len(before) - match.end() <= LABEL_REACH:
            found = Label(match.lastgroup or "")
    if found is Label.NONE and (match_in_header := LABELS.search(header)):
        found = Label(match_in_header.lastgroup or "")
    return found


def _disability_with_x(normal: Normal, today: date) -> Iterator[Hit]:
    for match in DISABILITY_X.finditer(normal.text):
        if is_resident_id(match[0][:18].upper(), today):
            yield _hit(normal, "PII-DISCERT", Level.BLOCK, *match.span())


def _weak_masks(normal: Normal, today: date) -> Iterator[Hit]:
    for match in WEAK.finditer(normal.text):
        digits = match[1] + match[2] + match[3]
        if _in_range(f"{digits}0000", today):
            yield _hit(normal, "PII-WEAKMASK", Level.CONFIRM, *match.span())


def _hit(normal: Normal, rule: str, level: Level, start: int, end: int) -> Hit:
    shown = "".join(c for c in normal.text[start:end] if c not in " .-\n")
    masked = f"{shown[:6]}{'*' * (len(shown) - 8)}{shown[-2:]}"
    return Hit(rule, level, *normal.span(start, end), masked)
