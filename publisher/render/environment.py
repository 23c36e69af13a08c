"""The template environment: sandboxed, strict, escaped, over several folders; the first that has a file wins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources.abc import Traversable

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, select_autoescape
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from publisher.render.filters import FILTERS


class Folders(BaseLoader):
    """Finds a template in the first folder that has it: the bureau's own before the shipped one.

    Names use "/" and never leave the folders. A file is read once a process.
    """

    def __init__(self, folders: Sequence[Traversable]) -> None:
        """`folders` in order of precedence; a folder that does not exist holds nothing."""
        self._folders = tuple(folders)

    def find(self, name: str) -> Traversable | None:
        """The file behind a name, or None. Raises `TemplateNotFound` for a name that climbs out."""
        parts = split_template_path(name)
        found = (folder.joinpath(*parts) for folder in self._folders)
        return next((file for file in found if file.is_file()), None)

    def names(self, folder: str, suffix: str) -> list[str]:
        """Names of the files with this ending directly in a folder, sorted; the folders taken together."""
        parts = split_template_path(folder)
        places = [root.joinpath(*parts) for root in self._folders]
        files = (file.name for place in places if place.is_dir() for file in place.iterdir())
        return sorted({f"{folder}/{name}" for name in files if name.endswith(suffix)})

    def folders(self, name: str) -> list[str]:
        """Names of the folders directly in a folder, sorted; the roots taken together."""
        places = [root.joinpath(*split_template_path(name)) for root in self._folders]
        return sorted(
            {sub.name for place in places if place.is_dir() for sub in place.iterdir() if sub.is_dir()}
        )

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """What Jinja asks a loader for."""
        found = self.find(template)
        if found is None:
            raise TemplateNotFound(template)
        return found.read_text(encoding="utf-8"), template, lambda: True


def environment(folders: Folders) -> Environment:
    """The one way in which templates are filled here.

    `.html` is escaped, other files are plain text. An unknown name raises; templates reach no private
    attribute and change nothing that they are given.
    """
    made = ImmutableSandboxedEnvironment(
        loader=folders,
        autoescape=select_autoescape(enabled_extensions=("html",), default=False, default_for_string=True),
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.filters.update(FILTERS)
    return made
