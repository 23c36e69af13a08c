"""What a form brought: text fields and files, within limits. Nothing is looked at that is larger."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

FIELD_BYTES = 4 * 1024 * 1024
"""The longest text field: the body of an item, as HTML."""
MOST_FIELDS, MOST_FILES = 400, 40


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one form. A missing field is the empty text; several of one name keep their order."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """The first value of a name, trimmed; "" when there is none."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """The first value of a name as it came."""
        return next(iter(self.values.get(name, ())), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a name that is not empty."""
        return tuple(value.strip() for value in self.values.get(name, ()) if value.strip())

    def uploads(self, name: str) -> tuple[UploadFile, ...]:
        """Every file of a name that somebody chose."""
        return tuple(file for file in self.files.get(name, ()) if file.filename)

    def __contains__(self, name: str) -> bool:
        """Whether the field came at all, as a ticked box does."""
        return name in self.values


async def read_fields(request: Request) -> AsyncIterator[Fields]:
    """Read a form of either encoding. Answers 400 to what is none, or has too many or too long fields.

    Files are closed when the request is over.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise HTTPException(400)
    form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=FIELD_BYTES)
    values: dict[str, list[str]] = {}
    files: dict[str, list[UploadFile]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            values.setdefault(name, []).append(value)
        else:
            files.setdefault(name, []).append(value)
    try:
        yield Fields({k: tuple(v) for k, v in values.items()}, {k: tuple(v) for k, v in files.items()})
    finally:
        await form.close()


Posted = Annotated[Fields, Depends(read_fields)]
