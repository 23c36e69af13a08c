"""Build hook: the wheel carries templates and verifier beside the code; an editable install does not need a copy."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = {"templates": "templates", "deploy/auditor": "auditor"}


class ShippedFiles(BuildHookInterface[Any]):
    """Adds `templates/` and `deploy/auditor/` to a standard wheel, below `publisher/_shipped`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a build; `version` is "standard" or "editable"."""
        if version == "standard":
            for place, name in SHIPPED.items():
                build_data["force_include"][place] = f"publisher/_shipped/{name}"
