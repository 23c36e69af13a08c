"""What ships beside the code is found, and the code knows no channel by name."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from jinja2.exceptions import SecurityError
from PIL import Image

import publisher.render
from channels.wechat.profile import COVER_BYTES
from publisher.render.library import Library
from publisher.render.renderer import Renderer
from publisher.resources import resource
from tests.unit.render.conftest import PROFILES, Render
from tests.unit.render.items import ITEMS


def test_every_shipped_cover_can_be_fetched_by_its_digest(renderer: Renderer, render: Render) -> None:
    files = renderer.shipped_files()
    assert len(files) == 5
    for digest, data in files.items():
        assert hashlib.sha256(data).hexdigest() == digest
        assert 0 < len(data) <= COVER_BYTES
        with Image.open(BytesIO(data)) as image:
            assert (image.format, image.size) == ("PNG", (900, 383))
    stored = {file.digest for content in ITEMS.values() for file in content.files}
    for content in ITEMS.values():
        cover = render(content, "wechat").articles[0].cover
        assert cover
        assert cover.digest in {*files, *stored}


def test_a_resource_that_is_not_shipped_is_an_error() -> None:
    assert resource("templates", "channels").is_dir()
    with pytest.raises(FileNotFoundError, match="nothing"):
        resource("templates", "nothing")


def test_a_wheel_carries_its_resources_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_shipped" / "templates").mkdir(parents=True)
    (tmp_path / "_shipped" / "templates" / "x.txt").write_text("x", encoding="utf-8")
    monkeypatch.setattr("publisher.resources.files", lambda package: tmp_path)
    assert resource("templates", "x.txt").read_text(encoding="utf-8") == "x"
    with pytest.raises(FileNotFoundError):
        resource("templates", "y.txt")


def library(folder: Path, text: str) -> Library:
    (folder / "t.html").write_text(text, encoding="utf-8")
    return Library((folder,))


def test_a_template_cannot_leave_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    inside = tmp_path / "templates"
    inside.mkdir()
    with pytest.raises(TemplateNotFound):
        library(inside, "{% include '../secret.txt' %}").filled("t.html", {})


def test_a_name_that_is_not_given_is_an_error_not_a_blank(tmp_path: Path) -> None:
    with pytest.raises(UndefinedError):
        library(tmp_path, "{{ nothing }}").filled("t.html", {})


def test_a_template_reaches_no_private_attribute_and_changes_nothing(tmp_path: Path) -> None:
    for text in ("{{ a.__class__.__mro__ }}", "{{ a.append(1) }}"):
        with pytest.raises(SecurityError):
            library(tmp_path, text).filled("t.html", {"a": []})


def test_the_code_names_no_channel() -> None:
    folder = Path(publisher.render.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8").lower() for path in folder.glob("*.py"))
    names = {profile.kind for profile in PROFILES.values()} - {"portal"}
    assert [name for name in names if name in code] == []
    assert '"portal"' not in code
