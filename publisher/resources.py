"""Files that ship with the product: templates, the auditors' verifier, and what lies beside them."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

CHECKOUT = {"auditor": ("deploy", "auditor")}
"""Where a checkout keeps a folder that a wheel carries under another name."""


def resource(*parts: str) -> Traversable:
    """A shipped file or folder, e.g. `resource("templates", "portal")`; the same from a checkout and from a wheel.

    The wheel carries them in `publisher/_shipped`, a checkout at its root. Raises `FileNotFoundError`.
    """
    package = files("publisher")
    shipped = package.joinpath("_shipped")
    place = (*CHECKOUT.get(parts[0], parts[:1]), *parts[1:])
    found = shipped.joinpath(*parts) if shipped.is_dir() else package.joinpath("..", *place)
    if not (found.is_file() or found.is_dir()):
        raise FileNotFoundError("/".join(parts))
    return found
