"""The worlds that these tests live in."""

from tests.worlds import make_world, quiet_world, shared_world, template, world

__all__ = ["make_world", "quiet_world", "shared_world", "template", "world"]
