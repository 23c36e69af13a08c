"""One command line from its words to its exit code: language, parsing, running, and what is told when it fails."""

from __future__ import annotations

import importlib
import importlib.util
import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

import typer

from publisher.cli.command import Command, Language, bind, shared_options
from publisher.cli.commands import wanted
from publisher.cli.errors import explain, tell, usage
from publisher.cli.exits import Exit
from publisher.cli.help_words import usage_words, word_command
from publisher.cli.words import command_words, parameter_words

UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""Typer's own class for every wrong command line; it has no public name."""


def run(arguments: Sequence[str] | None) -> int:
    """Run one command line; every error has become words and an exit code when this returns."""
    given = [_as_utf8(text) for text in (sys.argv[1:] if arguments is None else arguments)]
    force_utf8()
    lang, json = language_of(given), "--json" in given
    try:
        if any("\ud800" <= char <= "\udfff" for text in given for char in text):
            tell(usage("参数里有不是 UTF-8 的字符", "an argument is not UTF-8"), lang=lang, json=json)
            return int(Exit.USAGE)
        command = command_tree(lang, wanted(given), demo="demo" in given)
        code = command.main(args=given, prog_name="publisher", standalone_mode=False, obj={})
        return code if isinstance(code, int) else int(Exit.OK)
    except UsageError as error:
        return _wrong(error, lang, json=json)
    except (KeyboardInterrupt, typer.Abort):
        return int(Exit.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last border: nobody shall see a traceback
        explained = explain(error)
        tell(explained, lang=lang, json=json)
        return int(explained.exit)


def _wrong(error: Any, lang: str, *, json: bool) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":  # the help is on the screen already
        return int(Exit.USAGE)
    sentence = error.format_message()
    tell(usage(usage_words(sentence), sentence), lang=lang, json=json)
    return int(Exit.USAGE)


def _as_utf8(text: str) -> str:
    """An argument as it was typed, also where the locale made Python read it as ASCII."""
    try:
        return os.fsencode(text).decode("utf-8")
    except UnicodeError:
        return text


def force_utf8() -> None:
    """Output is UTF-8 whatever the locale says; what cannot be encoded is shown as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def language_of(arguments: Sequence[str]) -> Language:
    """The language of `--lang`, found before the command line is parsed, because the help needs it. Else Chinese."""
    words = [*arguments, ""]
    english = any(
        word == "--lang=en" or (word == "--lang" and words[at + 1] == "en")
        for at, word in enumerate(arguments)
    )
    return "en" if english else "zh"


@cache
def command_tree(lang: Language, commands: tuple[Command, ...], *, demo: bool) -> Any:
    """The parser's tree of these commands, made once a process: it keeps nothing of a command line."""
    command = typer.main.get_command(build(lang, commands, demo=demo))
    word_command(command, lang)
    return command


def build(lang: Language, commands: Sequence[Command], *, demo: bool = False) -> typer.Typer:
    """The command tree, worded in one language, of these commands; with the options of `demo` when wanted."""
    root = _noun("", lang)
    root.callback(help=command_words("", lang))(_root(lang))
    nouns: dict[str, typer.Typer] = {}
    for command in commands:
        noun, _, verb = command.path.rpartition(" ")
        if noun and noun not in nouns:
            nouns[noun] = _noun(noun, lang)
            root.add_typer(nouns[noun], name=noun)
        group = nouns[noun] if noun else root
        group.command(verb, help=command_words(command.path, lang))(bind(command, lang))
    _add_demo(root, lang, needed=demo)
    return root


def _noun(path: str, lang: Language) -> typer.Typer:
    return typer.Typer(help=command_words(path, lang), add_completion=False, no_args_is_help=True)


def _root(lang: Language) -> Any:
    import inspect

    def root(context: typer.Context, **values: Any) -> None:
        values.pop("version")
        context.obj = values

    words = parameter_words("", "--version", lang)
    flag = Annotated[bool, typer.Option("--version", help=words, is_eager=True, callback=_show_version)]
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("context", keyword, annotation=typer.Context),
        *shared_options(lang),
        inspect.Parameter("version", keyword, default=False, annotation=flag),
    ]
    root.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    root.__annotations__ = {p.name: p.annotation for p in parameters}
    return root


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"gongkai {version('gongkai')}\n")
        raise typer.Exit


def _add_demo(root: typer.Typer, lang: Language, *, needed: bool) -> None:
    """`publisher demo` lives in a module of its own, with its own options; it is imported when it is wanted."""
    if importlib.util.find_spec("publisher.cli.demo") is None:
        return
    run = importlib.import_module("publisher.cli.demo").demo if needed else _named_only
    root.command("demo", help=command_words("demo", lang))(run)


def _named_only() -> None:
    """Stands in the list of commands."""
