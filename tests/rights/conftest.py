"""The worlds that the stage is built from."""

from tests.worlds import template

__all__ = ["template"]
