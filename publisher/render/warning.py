"""The elements of a flood or drought warning, checked and put into the words that open it on every channel."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.domain.catalogue import WARNING_ELEMENTS, Bureau
from publisher.domain.errors import Problem, Reason, Refused
from publisher.domain.item import Content
from publisher.render.filters import sentence
from publisher.render.moments import Moment, moment, spoken, stamp, with_year

COLOURS = {1: "红色", 2: "橙色", 3: "黄色", 4: "蓝色"}  # 突发事件应对法 (2024) art. 63; rules.md R11.04
LEVEL_WORDS = {
    **{str(level): level for level in COLOURS},
    **dict(zip("一二三四ⅠⅡⅢⅣ", [1, 2, 3, 4, 1, 2, 3, 4], strict=True)),
    **{"I": 1, "II": 2, "III": 3, "IV": 4},
}


@dataclass(frozen=True, slots=True)
class WarningNotice:
    """One warning, or its lifting. Texts carry no full stop; `level` is 1 (highest) to 4.

    `relay` is whether another body issued it, which is the rule (R11.02).
    """

    issuer: str
    issued_at: str
    issued_in_full: str
    hazard: str
    level: int
    starts_at: str
    starts_in_full: str
    area: str
    watch_for: str
    measures: str
    advice: str
    original_no: str
    relay: bool
    lifts: bool

    @property
    def colour(self) -> str:
        """The colour as a word, always written beside the level."""
        return COLOURS[self.level]

    @property
    def source(self) -> str:
        """【issuer, time】, the first words that anyone reads."""
        return f"【{self.issuer}{self.issued_at}发布】"

    @property
    def name(self) -> str:
        """What is warned of: 洪水蓝色预警."""
        return f"{'解除' if self.lifts else ''}{self.hazard}{self.colour}预警"

    @property
    def first_line(self) -> str:
        """The line that stands before any other text on every channel (rules.md 16.10)."""
        return f"{self.source}{self.name}"


def warning_of(content: Content, bureau: Bureau) -> WarningNotice | None:
    """The warning in a content, or None when its kind is no warning.

    Raises `Refused` when level, colour or time of issue cannot be read or contradict each other. Nothing is
    ever computed from figures of water (R11.05).
    """
    kind = bureau.kinds.get(content.kind)
    if kind is None or not set(WARNING_ELEMENTS) <= set(kind.required_details):
        return None
    issued, level = moment(content.detail("issued_at")), _level(content.detail("level"))
    problems = [*_problems(content, issued, level)]
    if problems or issued is None or level is None:
        raise Refused(Reason.BAD_INPUT, *problems)
    starts = content.detail("starts_at")
    return WarningNotice(
        issuer=content.detail("issuer").strip(),
        issued_at=stamp(issued),
        issued_in_full=with_year(issued, stamp(issued)),
        hazard=content.detail("hazard").strip(),
        level=level,
        starts_at=_starts(starts, in_full=False),
        starts_in_full=_starts(starts, in_full=True),
        area=sentence(content.detail("area")),
        watch_for=sentence(content.detail("watch_for")),
        measures=sentence(content.detail("measures")),
        advice=sentence(content.detail("advice")),
        original_no=content.detail("original_no").strip(),
        relay=content.detail("issuer").strip() != bureau.name,
        lifts=bool(content.detail("lifts").strip()),
    )


def _level(text: str) -> int | None:
    return LEVEL_WORDS.get(text.strip().removesuffix("级"))


def _starts(text: str, *, in_full: bool) -> str:
    found = moment(text.strip().removesuffix("起"))
    if found is None:
        return sentence(text).removesuffix("起")
    return with_year(found, spoken(found)) if in_full else spoken(found)


def _problems(content: Content, issued: Moment | None, level: int | None) -> list[Problem]:
    found = []
    if issued is None:
        why = f"发布时间“{content.detail('issued_at')}”读不懂"
        found.append(Problem("details.issued_at", why, "如 2026-07-08 14:00", "time of issue is unreadable"))
    colour = content.detail("colour").strip().removesuffix("色") + "色"
    if level is None:
        why = f"级别“{content.detail('level')}”不存在"
        found.append(Problem("details.level", why, "1、2、3、4", "unknown level"))
    elif COLOURS[level] != colour:
        why = f"{level}级对应{COLOURS[level]}，不是{colour}"
        found.append(Problem("details.colour", why, COLOURS[level], "level and colour contradict each other"))
    return found
