"""Files that ship with the product: templates and what lies beside them."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable


def resource(*parts: str) -> Traversable:
    """A shipped file or folder, e.g. `resource("templates", "portal")`; the same from a checkout and from a wheel.

    The wheel carries them in `publisher/_shipped`, a checkout at its root. Raises `FileNotFoundError`.
    """
    package = files("publisher")
    shipped = package.joinpath("_shipped")
    found = shipped.joinpath(*parts) if shipped.is_dir() else package.joinpath("..", *parts)
    if not (found.is_file() or found.is_dir()):
        raise FileNotFoundError("/".join(parts))
    return found
