"""Column types: UTC instants and words of our own tables."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from publisher.audit.entries import time_text


class UtcInstant(sa.types.TypeDecorator[datetime]):
    """An aware instant, kept as fixed-width UTC text so that it sorts and reads the same everywhere."""

    impl = sa.String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> str | None:
        """Refuses naive instants."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive instant has no place in the store")
        return time_text(value)

    def process_result_value(self, value: str | None, _dialect: Any) -> datetime | None:
        """Aware, UTC."""
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


class Word(sa.types.TypeDecorator[StrEnum]):
    """A word of one of our enumerations."""

    impl = sa.String(40)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        """`words` is the enumeration."""
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, _dialect: Any) -> str | None:
        """A word that the enumeration does not have is a fault here, not later."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, _dialect: Any) -> StrEnum | None:
        """The member."""
        return None if value is None else self.words(value)
