"""Which kinds of channel there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from channels.dropfolder.settings import DropfolderSettings
from channels.http import Http, open_client
from channels.portal.settings import PortalSettings
from channels.registry import KINDS
from channels.sandbox.stage import InProcess
from tests.contract.fakes import memory_ports

SITE = {"site_name": "临澜市水利局", "site_domain": "slj.example.gov.cn", "site_id_code": "9999990001"}


def test_each_kind_is_named_as_its_profile_says() -> None:
    assert {name: kind.profile.kind for name, kind in KINDS.items()} == {name: name for name in KINDS}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_settings_refuse_what_they_do_not_know(name: str) -> None:
    assert KINDS[name].settings.model_config.get("extra") == "forbid"


def test_a_kind_builds_its_channel(tmp_path: Path) -> None:
    http = Http(open_client(transport=InProcess({})))
    built = KINDS["dropfolder"].build(DropfolderSettings(folder=tmp_path), memory_ports(), http)
    assert built.profile is KINDS["dropfolder"].profile


def test_a_kind_refuses_the_settings_of_another(tmp_path: Path) -> None:
    http = Http(open_client(transport=InProcess({})))
    with pytest.raises(TypeError):
        KINDS["portal"].build(DropfolderSettings(folder=tmp_path), memory_ports(), http)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("site_id_code", "123"),
        ("site_id_code", "bm123"),
        ("base_url", "slj.example.gov.cn"),
        ("base_url", 'https://x/"onload='),
        ("site_domain", "https://slj.example.gov.cn"),
        ("site_name", ""),
        ("colour", "blue"),
    ],
)
def test_a_portal_refuses_settings_that_would_make_wrong_pages(
    tmp_path: Path, field: str, value: str
) -> None:
    given = {"folder": tmp_path, "base_url": "https://slj.example.gov.cn", **SITE, field: value}
    with pytest.raises(ValidationError) as why:
        PortalSettings.model_validate(given)
    assert why.value.errors()[0]["loc"] == (field,)


def test_a_portal_takes_both_forms_of_the_site_code(tmp_path: Path) -> None:
    for code in ("9999990001", "bm55000001"):
        given = {"folder": tmp_path, "base_url": "https://slj.example.gov.cn/", **SITE, "site_id_code": code}
        assert PortalSettings.model_validate(given).root_url == "https://slj.example.gov.cn"
