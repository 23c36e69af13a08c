"""The texts, days and instants of requests, checked before any rule sees them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from publisher.domain.clocks import read_instant

DAY = r"^(19|20)\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
INSTANT = r"^20\d{2}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$"
ONE_LINE = r"^[^\u0000-\u001f\u007f]*$"
LINES = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$"
ID = re.compile(r"[0-9A-Za-z:_-]{1,64}")
LONGEST_BODY_CHARS = 2_000_000


def _no_halves(text: str) -> str:
    """Half of a surrogate pair is no character."""
    text.encode()
    return text


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _instant(text: str) -> str:
    read_instant(text)
    return text


Line = Annotated[str, Field(max_length=2000, pattern=ONE_LINE), AfterValidator(_no_halves)]
Lines = Annotated[str, Field(max_length=20_000, pattern=LINES), AfterValidator(_no_halves)]
Name = Annotated[str, Field(max_length=200, pattern=ONE_LINE), AfterValidator(_no_halves)]
Body = Annotated[str, Field(max_length=LONGEST_BODY_CHARS, pattern=LINES), AfterValidator(_no_halves)]
Day = Annotated[
    str,
    Field(pattern=DAY, json_schema_extra={"format": "date"}, examples=["2026-11-20"]),
    AfterValidator(_day),
]
Instant = Annotated[
    str,
    Field(pattern=INSTANT, json_schema_extra={"format": "date-time"}, examples=["2026-11-26T09:00:00+08:00"]),
    AfterValidator(_instant),
]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Asked(BaseModel):
    """A request's body: no unknown fields, no types that are nearly right."""

    model_config = ConfigDict(extra="forbid", strict=True)


def day_of(text: str) -> date:
    """The day of a text that was checked."""
    return date.fromisoformat(text)


def instant_of(text: str) -> datetime:
    """The instant of a text that was checked, in UTC."""
    return read_instant(text).astimezone(UTC)
