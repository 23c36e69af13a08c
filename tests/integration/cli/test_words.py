"""Every command, option and exit code is found in the help of both languages and in `docs/operations/cli.md`."""

from __future__ import annotations

import importlib
import inspect
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.models import OptionInfo

from publisher.cli import commands, main
from publisher.cli.command import FIELDS, PERSON, SHARED, Command
from publisher.cli.exits import MEANINGS, REASONS, Exit
from publisher.cli.option_words import OPTIONS
from publisher.cli.words import COMMANDS as WORDS
from publisher.cli.words import parameter_words
from publisher.domain.errors import Reason

PAGE = (Path(__file__).parents[3] / "docs/operations/cli.md").read_text(encoding="utf-8")
COMMANDS = commands.every_command()
each_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.path)


def flags(command: Command) -> Iterator[str]:
    """The command's own options and arguments as they are typed."""
    for parameter in list(inspect.signature(command.run, eval_str=True).parameters.values())[1:]:
        if parameter.name != "fields":
            info = typing.get_args(parameter.annotation)[1]
            yield str(info.default) if isinstance(info, OptionInfo) else str(info.metavar)


def section(path: str) -> str:
    """What the page says about one command."""
    found = re.search(
        rf"^### `publisher {path}(?: \[?[A-Z]+\]?)?`$(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL
    )
    assert found, f"docs/operations/cli.md does not know {path}"
    return found[1]


@each_command
def test_the_page_knows_every_command_and_option(command: Command) -> None:
    said = section(command.path)
    assert [flag for flag in flags(command) if f"`{flag}`" not in said] == []
    assert ("who-acts" in said) is command.acts
    assert ("the-items-fields" in said) is command.fields


def test_the_page_knows_the_options_of_the_demo(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--help"]) == 0
    shown = set(re.findall(r"^│ +(--[a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    assert "--once" in shown
    assert [flag for flag in shown - {"--help"} if f"`{flag}`" not in section("demo")] == []


def test_the_page_knows_the_shared_options() -> None:
    everywhere = [flag for group in (SHARED, PERSON, FIELDS) for flag, _ in group.values()]
    assert [flag for flag in everywhere if f"| `{flag}`" not in PAGE] == []


def test_the_page_names_no_command_that_is_gone() -> None:
    named = set(re.findall(r"^### `publisher ([a-z -]+?)(?: [A-Z]+)?`$", PAGE, re.MULTILINE))
    assert named - {c.path for c in COMMANDS} <= {"demo"}


def test_the_page_and_the_table_tell_the_same_exit_codes() -> None:
    assert set(MEANINGS) == set(Exit)
    assert [code for code, (zh, en) in MEANINGS.items() if f"| {int(code)} | {zh} | {en} |" not in PAGE] == []


def test_every_reason_of_a_refusal_has_an_exit_code() -> None:
    assert set(REASONS) == set(Reason)
    assert Exit.OK not in REASONS.values()


@each_command
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_help_is_in_the_language_that_was_asked_for(
    command: Command, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--lang", lang, *command.path.split(), "--help"]) == 0
    shown = re.sub(r"[│\s]+", "", capsys.readouterr().out)
    assert re.sub(r"\s+", "", WORDS[command.path][lang == "en"]) in shown
    other = re.sub(r"\s+", "", WORDS[command.path][lang == "zh"])
    assert other not in shown


@each_command
def test_every_option_has_words_in_both_languages(command: Command) -> None:
    for flag in flags(command):
        chinese, english = (parameter_words(command.path, flag, lang) for lang in ("zh", "en"))
        assert re.search("[一-鿿]", chinese)
        assert english.isascii() or "主动公开" in english or "号" in english or "有效" in english


def test_no_words_are_kept_for_a_command_or_option_that_is_gone() -> None:
    nouns = {c.path.rpartition(" ")[0] for c in COMMANDS}
    assert set(WORDS) - {c.path for c in COMMANDS} - nouns == {"demo"}
    used = {flag for c in COMMANDS for flag in flags(c)}
    used |= {f"{c.path} {flag}" for c in COMMANDS for flag in flags(c)}
    used |= {flag for group in (SHARED, PERSON, FIELDS) for flag, _ in group.values()}
    assert set(OPTIONS) - used <= {"--version", "--help"}


def test_every_module_with_commands_is_in_the_table() -> None:
    folder = Path(commands.__file__).parent
    listed = {name for modules in commands.MODULES.values() for name in modules}
    holders = {path.stem for path in folder.glob("*.py") if "\nCOMMANDS = (" in path.read_text("utf-8")}
    assert listed == holders
    for name in listed:
        module = importlib.import_module(f"publisher.cli.{name}")
        assert {c.path for c in module.COMMANDS} <= {c.path for c in COMMANDS}


@pytest.mark.parametrize(
    ("line", "made"),
    [
        ("item list --json", ["item list"]),
        ("--json --home item doctor", ["doctor"]),
        ("--home=x --lang en report ledger", ["report ledger"]),
        ("report --help", ["report ledger"]),
        ("report lst", ["report ledger"]),
    ],
)
def test_a_line_that_names_its_command_waits_for_no_other(line: str, made: list[str]) -> None:
    assert [command.path for command in commands.wanted(line.split())] == made


@pytest.mark.parametrize("line", ["", "--help", "--json --help item", "itm list", "--home", "--version"])
def test_a_line_without_a_known_noun_sees_every_command(line: str) -> None:
    assert commands.wanted(line.split()) == COMMANDS


def test_the_version_and_the_list_of_commands_need_no_home(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert main(["--help"]) == 0
    assert "gongkai" in capsys.readouterr().out
