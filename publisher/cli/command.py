"""How a function becomes a command: its own parameters, the shared ones, and their words in one language."""

from __future__ import annotations

import copy
import inspect
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

import typer
from typer.models import OptionInfo

from publisher.cli.shell import Shell
from publisher.cli.words import command_words, parameter_words

Language = Literal["zh", "en"]

SHARED: dict[str, tuple[str, Any]] = {  # on every command, and before it
    "home": ("--home", Path | None),
    "lang": ("--lang", Language | None),
    "as_json": ("--json", bool),
}
PERSON: dict[str, tuple[str, Any]] = {  # on every act: who, and the proof
    "who": ("--as", str),
    "token_file": ("--token-file", Path | None),
    "password_stdin": ("--password-stdin", bool),
}
FIELDS: dict[str, tuple[str, Any]] = {  # what a person may write beside an item file
    "title": ("--title", str | None),
    "short_title": ("--short-title", str | None),
    "kind": ("--kind", str | None),
    "column": ("--column", str | None),
    "formed_on": ("--formed-on", str | None),
    "channels": ("--channels", str | None),
    "doc_no": ("--doc-no", str | None),
    "issuing_body": ("--issuing-body", str | None),
    "responsible_body": ("--responsible-body", str | None),
    "content_source": ("--source", str | None),
    "subject_class": ("--subject", str | None),
    "summary": ("--summary", str | None),
    "keywords": ("--keywords", str | None),
    "disclosure_attribute": ("--attribute", str | None),
    "disclosure_basis": ("--basis", str | None),
    "placement": ("--placement", str | None),
    "validity": ("--validity", str | None),
    "responsible_editor": ("--editor", str | None),
    "expires_on": ("--expires-on", str | None),
    "fields": ("--detail", list[str] | None),
}
EMPTY: dict[Any, Any] = {bool: False, str: inspect.Parameter.empty}
"""The value of an option that is not given; a plain text without one must be given."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `path` as it is typed, the function (first parameter: the shell), and what it takes besides.

    With `fields` the function gets the item's fields that were given as one mapping.
    """

    path: str
    run: Callable[..., None]
    acts: bool = False
    fields: bool = False


def bind(command: Command, lang: Language) -> Callable[..., None]:
    """The function as Typer takes it, every option worded in `lang`. Does not change `command`."""
    own = list(inspect.signature(command.run, eval_str=True).parameters.values())[1:]
    own = [p for p in own if p.name != "fields"]
    groups = [*([FIELDS] if command.fields else []), *([PERSON] if command.acts else []), SHARED]
    shared = [_option(name, *row) for group in groups for name, row in group.items()]
    given = [_worded(p, command.path, lang) for p in (*own, *shared)]

    def run(context: typer.Context, **values: Any) -> None:
        outer = cast(Mapping[str, Any], context.obj or {})
        shell = Shell(
            home=values["home"] or outer.get("home"),
            lang=values["lang"] or outer.get("lang") or "zh",
            as_json=values["as_json"] or bool(outer.get("as_json")),
            **{name: values[name] for name in PERSON if name in values},
        )
        wanted = {p.name: values[p.name] for p in own}
        if command.fields:
            wanted["fields"] = {name: values[name] for name in FIELDS if values[name]}
        command.run(shell, **wanted)

    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    parameters = [context, *(p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in given)]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    run.__doc__ = command_words(command.path, lang)
    return run


def shared_options(lang: Language) -> list[inspect.Parameter]:
    """The parameters that may also stand before the noun."""
    return [_worded(_option(name, *row), "", lang) for name, row in SHARED.items()]


def _option(name: str, flag: str, kind: Any) -> inspect.Parameter:
    annotation = operator.getitem(cast(Any, Annotated), (kind, typer.Option(flag)))
    default = EMPTY.get(kind)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _worded(parameter: inspect.Parameter, path: str, lang: str) -> inspect.Parameter:
    kind, info = get_args(parameter.annotation)
    info = copy.copy(info)
    name = info.default if isinstance(info, OptionInfo) else info.metavar
    info.help = parameter_words(path, str(name), lang)
    if isinstance(info, OptionInfo):
        info.show_default = False
    return parameter.replace(annotation=operator.getitem(cast(Any, Annotated), (kind, info)))
