"""Documents and code name the same things: links, log entries, states, settings, exit codes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from channels.registry import KINDS
from channels.wechat.callback import WeChatCallback
from publisher.cli.exits import MEANINGS, Exit
from publisher.cli.option_words import OPTIONS
from publisher.cli.words import COMMANDS
from publisher.domain.events import ENTRY_KINDS
from publisher.domain.lifecycle import REVISION_LABELS
from publisher.domain.part import PART_LABELS
from publisher.domain.posting import CHANNEL_LABELS, POSTING_LABELS
from publisher.settings import (
    AlertsPart,
    AuditPart,
    BureauPart,
    CallbacksPart,
    ChannelPart,
    ColumnPart,
    Environment,
    HealthPart,
    PacePart,
    Settings,
    TargetPart,
    UnitPart,
)
from tests.docs.pages import LINK, ROOT, documents, rows, section, shown, text_of, without_code

pages = pytest.mark.parametrize("page", documents(), ids=shown)


@pages
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = [link.partition("#")[0] for link in LINK.findall(without_code(page.read_text(encoding="utf-8")))]
    nowhere = [
        link
        for link in links
        if link and "://" not in link and not (page.parent / link).resolve().is_relative_to(ROOT)
    ]
    broken = [link for link in links if link and "://" not in link and not (page.parent / link).exists()]
    assert nowhere + broken == []


MACHINES = re.compile(
    r"(?<![\w.])/(home|root|work|tmp|Users|opt|mnt|srv)/\w|[A-Z]:\\\\|\b(pypi|pythonhosted|npmjs|docker)\.(org|com|io)\b"
    r"|\bindex-url\b|\bmirrors?\.\w+\.\w+"
)


@pages
def test_no_page_names_a_place_on_one_machine_or_a_registry(page: Path) -> None:
    assert MACHINES.findall(page.read_text(encoding="utf-8")) == []


TRIP = "docs/life-of-an-item.md"


def test_every_kind_of_log_entry_stands_in_the_life_of_an_item_with_its_words() -> None:
    written = {name: cells[0] for name, cells in rows(text_of(TRIP)).items() if name.count(":") == 2}
    assert written == ENTRY_KINDS


def test_every_entry_kind_named_anywhere_exists() -> None:
    named = {
        (shown(page), kind)
        for page in documents()
        if shown(page) != "docs/specs/audit-log.md"  # its worked example is frozen
        for kind in re.findall(r"`((?:person|system|log):[a-z_]+:[a-z_]+)`", page.read_text(encoding="utf-8"))
    }
    assert {pair for pair in named if pair[1] not in ENTRY_KINDS} == set()


STATES: list[tuple[str, str]] = [
    (str(code), label)
    for labels in (REVISION_LABELS, POSTING_LABELS, PART_LABELS, CHANNEL_LABELS)
    for code, label in labels.items()
]


@pytest.mark.parametrize(("code", "label"), STATES, ids=[f"{c}-{n}" for n, (c, _) in enumerate(STATES)])
def test_the_handbook_says_what_each_state_means_and_what_to_do(code: str, label: str) -> None:
    lines = [line for line in text_of("docs/handbook.zh.md").splitlines() if line.startswith(f"| {label} |")]
    assert lines, f"{label}（{code}）"
    assert all(len(line.strip("|").split("|")) == 3 for line in lines)


SECTIONS: dict[str, type[BaseModel]] = {
    "## 顶层 Top level": Settings,
    "## `[bureau]`": BureauPart,
    "## `[[columns]]`": ColumnPart,
    "## `[[units]]`": UnitPart,
    "## `[channels.<name>]`": ChannelPart,
    "## `[audit]`": AuditPart,
    "## `[pace]`": PacePart,
    "## `[callbacks]`": CallbacksPart,
    "### `[channels.<name>.callback]`": WeChatCallback,
    "## `[alerts]`": AlertsPart,
    "## `[health]`": HealthPart,
    "## `[[alerts.targets]]`": TargetPart,
    **{f'### `kind = "{name}"`': kind.settings for name, kind in KINDS.items()},
}
TOLD_BY_THE_CHANNEL = {
    ("portal", "practice"),
    ("wechat", "label"),
    ("### `[channels.<name>.callback]`", "appid"),
}
COMPUTED = {  # an empty value that means something else than nothing
    "link_portal": "last portal",
    "default_column": "first column",
    "anchor": "`anchors/checkpoints.txt`",
}


def own_rows(heading: str) -> dict[str, list[str]]:
    """The first table under a heading."""
    return rows(section(text_of("docs/operations/settings.md"), heading).split("\n### ")[0])


def shown_default(name: str, field: FieldInfo) -> str:
    """How a default stands in the table."""
    value: Any = field.default
    if field.is_required():
        return "required"
    if isinstance(value, BaseModel):
        return "defaults"
    if value in ("", None):
        return COMPUTED.get(name, "empty" if value == "" else "none")
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_setting_stands_in_the_page_with_type_default_and_meaning(heading: str) -> None:
    table, model = own_rows(heading), SECTIONS[heading]
    assert list(table) == list(model.model_fields)
    kind = next((name for name in KINDS if f'"{name}"' in heading), "")
    expected = {
        name: "–" if (kind or heading, name) in TOLD_BY_THE_CHANNEL else shown_default(name, field)
        for name, field in model.model_fields.items()
    }
    assert {name: cells[1] for name, cells in table.items()} == expected
    assert [name for name, cells in table.items() if not cells[0] or not cells[2]] == []


def test_the_environment_variables_are_the_two_that_are_read() -> None:
    written = set(own_rows("## 环境变量 Environment"))
    assert written == {f"GONGKAI_{name.upper()}" for name in Environment.model_fields}


NOUNS = {command.partition(" ")[0] for command in COMMANDS if command}
OPTION_NAMES = {name for words in OPTIONS for name in re.findall(r"--[a-z-]+", words)} | {"--reason"}


def spoken(text: str) -> list[str]:
    """Commands named between back quotes or typed in console blocks, from their noun on."""
    spans = re.findall(r"`([^`\n]+)`", text) + re.findall(
        r"^\$ (?:.*\| )?(publisher .*)$", text, re.MULTILINE
    )
    said = [span.removeprefix("publisher ") for span in spans]
    return [words for words in said if re.match(rf"(?:{'|'.join(NOUNS)}) [a-z]", words)]


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "docs/handbook.zh.md", "docs/tutorial/first-item.md"]
)
def test_every_command_that_a_page_for_users_names_exists_with_its_options(name: str) -> None:
    said = spoken(text_of(name))
    assert [words for words in said if " ".join(words.split()[:2]) not in COMMANDS] == []
    options = {option for words in said for option in re.findall(r"(?<= )--[a-z-]+", words)}
    assert options - OPTION_NAMES == set()


@pytest.mark.parametrize("code", Exit)
def test_every_exit_code_is_documented_with_the_words_of_the_code(code: Exit) -> None:
    chinese, english = MEANINGS[code]
    assert f"| {int(code)} | {chinese} | {english} |" in text_of("docs/operations/cli.md")


@pytest.mark.parametrize(
    "link", ["docs/tutorial/first-item.md", "docs/architecture.md", "docs/handbook.zh.md"]
)
def test_the_readme_leads_on(link: str) -> None:
    assert f"({link})" in text_of("README.md")


def test_what_the_search_for_machines_finds() -> None:
    assert MACHINES.search("cd /home/somebody/gongkai")
    assert MACHINES.search("from pypi.org")
    assert not MACHINES.search("http://127.0.0.1:8081/tzgg/2026/11/a.html")
    assert not MACHINES.search("`POST /2/statuses/share.json`")
