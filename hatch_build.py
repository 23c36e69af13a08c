"""Build hook: the wheel carries the templates beside the code; an editable install does not need a copy."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedFiles(BuildHookInterface[Any]):
    """Adds `templates/` to a standard wheel as `publisher/_shipped/templates`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a build; `version` is "standard" or "editable"."""
        if version == "standard":
            build_data["force_include"]["templates"] = "publisher/_shipped/templates"
