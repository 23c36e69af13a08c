"""Which module holds the commands of which noun. A module is imported when one of its commands is wanted."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from publisher.cli.command import Command

MODULES: dict[str, tuple[str, ...]] = {  # noun → modules with a table COMMANDS; in the order of the help
    "": ("service", "health"),
    "item": ("item", "item_correct", "item_expunge", "item_release", "review"),
    "review": ("review",),
    "posting": ("posting",),
    "part": ("part",),
    "channel": ("channel", "consent", "strangers"),
    "callbacks": ("callbacks",),
    "alert": ("alert",),
    "audit": ("audit",),
    "report": ("report",),
    "user": ("user",),
}
WITH_VALUE = frozenset({"--home", "--lang"})
"""Options before the noun whose value is the next word."""


def commands_of(noun: str) -> tuple[Command, ...]:
    """All commands of a noun; those without a noun for the empty text."""
    modules = (importlib.import_module(f"publisher.cli.{name}") for name in MODULES[noun])
    return tuple(c for module in modules for c in module.COMMANDS if c.path.rpartition(" ")[0] == noun)


def every_command() -> tuple[Command, ...]:
    """All commands, in the order of the help."""
    return tuple(command for noun in MODULES for command in commands_of(noun))


def wanted(arguments: Sequence[str]) -> tuple[Command, ...]:
    """What a command line can be about: the one command that it names, else its noun's, else all there are.

    People wait for every command that is made, and a line with a known name never needs the others.
    """
    words = _from_noun(arguments)
    noun, verb = (*words, "", "")[:2]
    if noun in MODULES and noun:
        below = commands_of(noun)
        return tuple(c for c in below if c.path == f"{noun} {verb}") or below
    return tuple(c for c in commands_of("") if c.path == noun) or every_command()


def _from_noun(arguments: Sequence[str]) -> Sequence[str]:
    """The line without the options that stand before its noun; empty when help is asked for there."""
    at = 0
    while at < len(arguments) and arguments[at].startswith("-") and arguments[at] != "--help":
        at += 2 if arguments[at] in WITH_VALUE else 1
    return arguments[at:] if at < len(arguments) and arguments[at] != "--help" else ()
