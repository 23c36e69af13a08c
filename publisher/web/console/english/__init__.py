"""The English of the console: one table a room, Chinese text → English text. `%(name)s` stands in both."""

from __future__ import annotations

import importlib
import pkgutil

ENGLISH: dict[str, str] = {
    chinese: english
    for room in pkgutil.iter_modules(__path__)
    for chinese, english in importlib.import_module(f"{__name__}.{room.name}").WORDS.items()
}
"""Every module of this folder is a table `WORDS`."""
