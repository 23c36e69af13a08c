"""Comparing 对照: what was approved and what was last seen otherwise, side by side."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from channels.contract import Article, Seen
from channels.reading import comparable
from publisher.store.records import PartRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.outlets import article_of

PIECE = re.compile(r"[^。；！？\n]+[。；！？]?|\n")
WHAT = {"title": "标题", "text": "正文", "links": "链接", "images": "图片", "files": "附件"}


@dataclass(frozen=True, slots=True)
class Side:
    """One piece of both: `what` it belongs to, as approved, as seen ("" where it is missing), and whether the same."""

    what: str
    approved: str
    seen: str
    same: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A part's approved content beside what a look saw at `at` (aware)."""

    part_id: str
    at: datetime
    sides: tuple[Side, ...]


def sight_of(seen: Seen) -> dict[str, Any]:
    """What is kept of a differing look: words, links, how each picture answered, each file's digest."""
    return {
        "title": seen.title,
        "text": seen.text,
        "links": list(seen.links),
        "images": [asdict(image) for image in seen.images],
        "files": [file.digest for file in seen.files],
    }


def side_by_side(reading: Reading, part: PartRecord) -> Comparison | None:
    """The newest differing sight beside the approved article; None when no look ever differed.

    Raises `Tampered` when what is stored is not what was signed.
    """
    sights = reading.parts.sights(part.id)
    posting = reading.postings.get(part.posting_id)
    if not sights or posting is None:
        return None
    article, seen = article_of(reading, posting, part.position), sights[0]["seen"]
    return Comparison(part.id, sights[0]["at"], tuple(_sides(article, seen)))


def _sides(article: Article, seen: dict[str, Any]) -> list[Side]:
    found = []
    if seen["title"]:
        same = comparable(article.title) == comparable(seen["title"])
        found.append(Side(WHAT["title"], article.title, seen["title"], same))
    found += _text(article.text, seen["text"])
    wanted = [article.link] if article.link else []
    found += _set("links", wanted, [link for link in seen["links"] if link in wanted] or seen["links"])
    found.append(_count("images", len(article.images), [i["answers"] for i in seen["images"]]))
    found += _set(
        "files",
        [f"{file.name} {file.digest[:12]}" for file in article.attachments],
        [
            next((f"{f.name} {digest[:12]}" for f in article.attachments if f.digest == digest), digest[:12])
            for digest in seen["files"]
        ],
    )
    return found


def _text(approved: str, seen: str) -> list[Side]:
    left, right = _pieces(approved), _pieces(seen)
    sides = []
    match = SequenceMatcher(
        None, [comparable(p) for p in left], [comparable(p) for p in right], autojunk=False
    )
    for tag, a, b, c, d in match.get_opcodes():
        if tag == "equal":
            sides.append(Side(WHAT["text"], "".join(left[a:b]), "".join(right[c:d]), same=True))
        else:
            sides.append(Side(WHAT["text"], "".join(left[a:b]), "".join(right[c:d]), same=False))
    return sides


def _pieces(text: str) -> list[str]:
    return [piece for piece in (p.strip() for p in PIECE.findall(text)) if piece]


def _set(what: str, approved: list[str], seen: list[str]) -> list[Side]:
    missing = [Side(WHAT[what], one, "", same=False) for one in approved if one not in seen]
    there = [Side(WHAT[what], one, one, same=True) for one in approved if one in seen]
    more = [Side(WHAT[what], "", one, same=False) for one in seen if approved and one not in approved]
    return [*there, *missing, *more]


def _count(what: str, wanted: int, answers: list[bool]) -> Side:
    broken = answers.count(False)
    seen = f"{len(answers)} 张" + (f"，{broken} 张打不开" if broken else "")
    return Side(WHAT[what], f"{wanted} 张", seen, same=wanted == len(answers) and not broken)
