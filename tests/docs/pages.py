"""The documents as tests read them: which files there are, their links, tables and console blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    """Every page for people: README, change log, docs, the rooms' own pages."""
    folders = [*ROOT.joinpath("docs").rglob("*.md"), *ROOT.joinpath("channels").rglob("README.md")]
    return [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *sorted(folders),
        ROOT / "templates" / "channels" / "README.md",
    ]


def shown(path: Path) -> str:
    """A page's name below the project."""
    return path.relative_to(ROOT).as_posix()


def text_of(name: str) -> str:
    """A page by its name below the project."""
    return ROOT.joinpath(name).read_text(encoding="utf-8")


def without_code(text: str) -> str:
    """The page without what stands in fences and between back quotes."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def section(text: str, heading: str) -> str:
    """What stands under one heading, up to the next of the same or a higher level."""
    level = heading.partition(" ")[0]
    after = text.split(f"\n{heading}\n", 1)[1]
    return re.split(rf"^#{{1,{len(level)}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> dict[str, list[str]]:
    """Table rows whose first cell is code: that code to the other cells."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `"):
            found[cells[0].strip("`")] = cells[1:]
    return found


@dataclass(frozen=True)
class Told:
    """One command of a console block and the lines that the page shows after it."""

    place: str
    command: str
    output: tuple[str, ...]


def console(name: str) -> list[Told]:
    """Commands of every console block of a page, in order. `$ ` begins one, `> ` continues it."""
    text = text_of(name)
    told: list[Told] = []
    for block in FENCE.finditer(text):
        if block[1] == "console":
            first = text[: block.start()].count("\n") + 2
            told += _commands(name, first, block[2].splitlines())
    return told


def _commands(name: str, first: int, lines: list[str]) -> Iterator[Told]:
    place, command, output = "", "", list[str]()
    for number, line in enumerate(lines, first):
        if line.startswith("$ "):
            if command:
                yield Told(place, command, tuple(output))
            place, command, output = f"{name}:{number}", line[2:], []
        elif not output and line.startswith(("> ", ">")) and command:
            command += "\n" + line[2:]
        else:
            output.append(line)
    if command:
        yield Told(place, command, tuple(output))


def missing(shown_lines: tuple[str, ...], printed: str) -> list[str]:
    """Lines of the page that did not come, in order. `…` stands for anything, white space counts once."""
    came = iter([" ".join(line.split()) for line in printed.splitlines()])
    lost = []
    for line in shown_lines:
        wanted = " ".join(line.split())
        if wanted.strip("…"):
            pattern = re.compile(".*".join(map(re.escape, wanted.split("…"))))
            if not any(pattern.fullmatch(got) for got in came):
                lost.append(line)
                break
    return lost
