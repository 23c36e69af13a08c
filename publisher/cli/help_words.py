"""The words around the help and the sentences of the parser: Typer has them in English alone."""

from __future__ import annotations

import re
from typing import Any

import typer

from publisher.cli.words import parameter_words

PANELS: dict[str, tuple[str, str]] = {  # headings of Typer's help, by the name of its constant
    "ARGUMENTS_PANEL_TITLE": ("参数", "Arguments"),
    "OPTIONS_PANEL_TITLE": ("选项", "Options"),
    "COMMANDS_PANEL_TITLE": ("命令", "Commands"),
    "REQUIRED_LONG_STRING": ("[必填]", "[required]"),
    "DEFAULT_STRING": ("[缺省：{}]", "[default: {}]"),
}
USAGE = ("用法： ", "Usage: ")  # equally wide: the lines below are indented by it
OPTIONS = ("[选项]", "[OPTIONS]")
SUBCOMMAND = ("命令 [参数]…", "COMMAND [ARGS]...")
TYPES: dict[str, tuple[str, str]] = {  # what kind of value an option takes; a flag takes none
    "<bool>": ("", ""),
    "<str>": ("<文字>", "<text>"),
    "<list[str]>": ("<文字>", "<text>"),
    "<path>": ("<路径>", "<path>"),
    "<list[Path]>": ("<路径>", "<path>"),
    "<int range>": ("<整数>", "<number>"),
}
BRACES = re.compile(r"\{([A-Z]+)\}")

SENTENCES: tuple[tuple[str, str], ...] = (  # what the parser says → the same in Chinese
    (r"Missing argument '(.+)'\.", r"缺少参数 \1"),
    (r"Missing option '(.+)'\.", r"缺少选项 \1"),
    (r"Missing command\.", "缺少命令"),
    (r"No such option: (\S+) \(Possible options: (.+)\)", r"没有选项 \1，是不是 \2"),
    (r"No such option: (\S+)", r"没有选项 \1"),
    (r"No such command '(.+)'\. Did you mean (.+)\?", r"没有命令 \1，是不是 \2"),
    (r"No such command '(.+)'\.", r"没有命令 \1"),
    (r"Got unexpected extra argument\(s\) \((.+)\)", r"多出来的参数：\1"),
    (r"Option '(.+)' does not take a value\.", r"选项 \1 后面不写值"),
    (r"Option '(.+)' requires an argument\.", r"选项 \1 后面要写一个值"),
    (r"Invalid value for '(.+)': .*'(.*)' is not one of (.+?)\.?", r"\1 的值“\2”不对，只能是 \3"),
    (r"Invalid value for '(.+)': Input should be a valid integer.*", r"\1 的值不对，要写整数"),
    (r"Invalid value for '(.+)': Input should be greater than or equal to (\d+)", r"\1 的值太小，至少为 \2"),
    (r"Invalid value for '(.+)': Input should be less than or equal to (\d+)", r"\1 的值太大，至多为 \2"),
)
OTHERWISE = "命令写错了"


def usage_words(sentence: str) -> str:
    """A sentence of the parser in Chinese; one that the table does not know stays as it is, behind what it means."""
    for pattern, chinese in SENTENCES:
        found = re.fullmatch(pattern, sentence)
        if found:
            return found.expand(chinese).replace("'", "")
    return f"{OTHERWISE}：{sentence}"


def word_panels(lang: str) -> None:
    """The headings, set in Typer itself. Its module for help is a slow import, so this waits for the first help."""
    from typer import rich_utils

    for name, words in PANELS.items():
        setattr(rich_utils, name, words[lang == "en"])


def word_command(command: Any, lang: str) -> None:
    """Usage line, kinds of values and `--help` of a command and of all below it."""
    english = lang == "en"
    context = typer.Context(command)
    command.get_help_option(context).help = parameter_words("", "--help", lang)
    command.options_metavar = OPTIONS[english]
    command.get_usage = _usage(command.get_usage, english=english)
    command.format_help = _help(command.format_help, lang)
    for parameter in command.get_params(context):
        kind = parameter.display_type(context)
        parameter.display_type_rich = _constant(TYPES.get(kind, (kind, kind))[english])
    for below in getattr(command, "commands", {}).values():
        command.subcommand_metavar = SUBCOMMAND[english]
        word_command(below, lang)


def _usage(made: Any, *, english: bool) -> Any:
    def usage(context: Any) -> str:
        line = str(made(context)).replace(USAGE[True], USAGE[english], 1)
        return BRACES.sub(r"\1", line)

    return usage


def _help(made: Any, lang: str) -> Any:
    def format_help(context: Any, formatter: Any) -> None:
        word_panels(lang)
        made(context, formatter)

    return format_help


def _constant(words: str | None) -> Any:
    return lambda ctx: words
