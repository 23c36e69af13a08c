"""A bureau on the command line: a home with four people, made once and copied for each test."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from publisher.cli import main

ROLES = {
    "nigao": "drafter,editor",
    "shenhe": "content_reviewer,secrecy_reviewer",
    "qianfa": "approver",
    "shenji": "auditor",
}
TEXT = "因供水主管网检修，石渡镇停水。\n请提前储水，恢复供水时间另行通知。\n"


@dataclass
class Answer:
    """What one command line gave back."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on standard output."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The JSON document on standard error."""
        return json.loads(self.err)["error"]


@dataclass
class Bureau:
    """A home and the tokens of its people. `do` runs one command line, as a person where one is named."""

    home: Path
    tokens: Path
    capsys: pytest.CaptureFixture[str]

    def do(self, *words: str | Path, by: str = "") -> Answer:
        person = ["--as", by, "--token-file", str(self.tokens / by)] if by else []
        code = main([*map(str, words), *person, "--home", str(self.home)])
        printed = self.capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    def get(self, *words: str | Path, by: str = "") -> Any:
        """The JSON document of a command that must end well."""
        answer = self.do(*words, "--json", by=by)
        assert answer.code == 0, answer.err
        return answer.document

    def draft(self, title: str = "停水通告", channels: str = "bureau-portal") -> str:
        """A new draft; its id."""
        text = self.tokens / "text.txt"
        text.write_text(TEXT, encoding="utf-8")
        fields = ("--title", title, "--formed-on", "2026-01-20", "--channels", channels)
        return str(self.get("item", "new", "--body", text, *fields, by="nigao")["item"])

    def approved(self, **wishes: str) -> str:
        """An item that went through all signatures; its id."""
        item = self.draft(**wishes)
        self.get("item", "submit", item, by="nigao")
        for verb, person in (("pass", "shenhe"), ("clear", "shenhe"), ("sign", "qianfa")):
            self.get("review", verb, item, by=person)
        return item

    def refusals(self) -> list[dict[str, Any]]:
        """Every refused act on record."""
        entries = self.get("audit", "list", "--limit", "1000")["entries"]
        return [entry for entry in entries if entry["kind"] == "person:act:refused"]


@pytest.fixture(scope="session")
def first_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Made through `publisher.bootstrap` alone, so that the tests of `init` and `user add` stand for themselves."""
    from publisher.bootstrap import create_home, open_office
    from publisher.workflow.staff import AddUserRequest, add_user

    folder = tmp_path_factory.mktemp("bureau")
    home, tokens = folder / "home", folder / "tokens"
    tokens.mkdir()
    made = create_home(
        home, admin="guanli", admin_display="管理员甲", body_name="临澜市水利局", practice=True
    )
    (tokens / "guanli").write_text(made.admin_token, encoding="utf-8")
    office = open_office(home)
    admin = office.prove("guanli", token=made.admin_token)
    for name, roles in ROLES.items():
        request = AddUserRequest(name, f"测试{name}", tuple(roles.split(",")))
        (tokens / name).write_text(office.perform(admin, add_user, request) + "\n", encoding="utf-8")
    office.close()
    return home, tokens


@pytest.fixture
def bureau(first_home: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Bureau:
    """A fresh copy. Its anchor file lies in the copy too."""
    home, tokens = tmp_path / "home", tmp_path / "tokens"
    shutil.copytree(first_home[0], home)
    shutil.copytree(first_home[1], tokens)
    settings = home / "gongkai.toml"
    text = settings.read_text(encoding="utf-8").replace(str(first_home[0].resolve()), str(home))
    settings.write_text(text, encoding="utf-8")
    return Bureau(home, tokens, capsys)
