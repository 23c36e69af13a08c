"""One template of a home folder a worker."""

from tests.worlds import template

__all__ = ["template"]
