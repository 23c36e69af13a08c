"""A form of settings read back: what each field was given, and the form again with the person's own input in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from publisher.bootstrap import AreaForm, FormField
from publisher.web.console.fields import Fields

MOST_ROWS = 60
NAMES = re.compile(r"[\s,，、;；]+")

Keep = Callable[[str, str], str]
"""(key, secret text) → the name of the file that now holds it."""


def given(field: FormField, fields: Fields, prefix: str = "") -> Any:
    """What a field was given, as the settings want it; None for nothing. Never for a secret."""
    name = prefix + field.key
    if field.shape == "yes":
        return name in fields
    if field.shape == "many":
        return [int(word) if word.isdigit() else word for word in fields.all(name)]
    if field.shape == "names":
        return [word for word in NAMES.split(fields[name]) if word]
    text = fields[name]
    if field.shape == "number":
        return int(text) if re.fullmatch(r"\d{1,9}", text) else text or None
    return text or None


def again(form: AreaForm, fields: Fields) -> AreaForm:
    """The same form with what the person wrote, to be mended. Secrets are to be written once more."""

    def filled(field: FormField, prefix: str = "") -> FormField:
        if field.shape == "secret":
            return field
        return replace(field, value=given(field, fields, prefix))

    if "seen" not in fields:
        return form
    rows = tuple(
        tuple(filled(field, f"r{at}-") for field in form.rows[min(at, len(form.rows) - 1)])
        for at in range(row_count(fields))
    )
    return replace(form, fields=tuple(filled(field) for field in form.fields), rows=rows or form.rows)


def row_count(fields: Fields) -> int:
    """How many rows the form had."""
    text = fields["rows"]
    return min(int(text), MOST_ROWS) if re.fullmatch(r"\d{1,3}", text) else 0


def row_values(
    form: AreaForm, fields: Fields, present: list[dict[str, Any]], keep: Keep
) -> list[dict[str, Any]]:
    """The rows that stay, in order, each with what is not empty. `present` are the rows that the form showed."""
    rows = []
    for at in range(row_count(fields)):
        prefix, columns = f"r{at}-", form.rows[min(at, len(form.rows) - 1)]
        if f"{prefix}gone" in fields or not _written(form.rows[-1], fields, prefix):
            continue
        row: dict[str, Any] = {}
        for field in columns:
            if field.shape == "secret":
                text = fields[prefix + field.key]
                old = present[at].get(field.key) if at < len(present) else None
                value = keep(field.key, text) if text else old
            else:
                value = given(field, fields, prefix)
            here = at < len(present) and field.key in present[at]
            if here or value not in (None, [], False, field.unwritten):
                row[field.key] = value
        rows.append({key: value for key, value in row.items() if value is not None})
    return rows


def _written(blank: tuple[FormField, ...], fields: Fields, prefix: str) -> bool:
    """Whether anybody wrote something into a row: more than what stands in a blank one."""
    texts = (field for field in blank if field.shape in ("text", "number", "names", "secret"))
    return any(fields[prefix + field.key] not in ("", field.shown) for field in texts)


def single_values(form: AreaForm, fields: Fields) -> dict[str, Any]:
    """What the single fields were given, secrets apart; a key `a.b` is `b` of the table `a`."""
    values: dict[str, Any] = {}
    for field in form.fields:
        if field.shape == "secret":
            continue
        value = given(field, fields)
        table, dot, key = field.key.partition(".")
        if not dot:
            values[field.key] = value
        elif value is not None:
            values.setdefault(table, {})[key] = value
        else:
            values.setdefault(table, {})
    return values
