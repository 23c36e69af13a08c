"""The log and the ledger at the command line."""

from __future__ import annotations

import csv
import sqlite3
import zipfile
from pathlib import Path

from tests.integration.cli.conftest import Bureau


def test_the_log_of_a_home_is_whole_and_so_is_its_export(bureau: Bureau, tmp_path: Path) -> None:
    bureau.approved()
    assert bureau.do("audit", "export", tmp_path / "log.jsonl", by="nigao").code == 5
    bureau.get("audit", "export", tmp_path / "log.jsonl", "--purpose", "年度检查", by="shenji")
    verdict = bureau.get("audit", "verify")
    assert verdict["ok"]
    key, anchor = bureau.home / "keys/log.pub", bureau.home / "anchors/checkpoints.txt"
    words = ("audit", "verify", "--file", tmp_path / "log.jsonl", "--key", key, "--anchor", anchor)
    assert bureau.get(*words)["entries"] == verdict["entries"]


def test_an_export_overwrites_nothing(bureau: Bureau, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("我的文件", encoding="utf-8")
    assert bureau.do("audit", "export", file, by="shenji").code == 3
    assert file.read_text(encoding="utf-8") == "我的文件"


def test_a_changed_entry_ends_the_verification_with_seven_and_is_named(bureau: Bureau) -> None:
    bureau.draft()
    with sqlite3.connect(bureau.home / "gongkai.db") as db:
        triggers = db.execute("select name from sqlite_master where type = 'trigger'").fetchall()
        for (name,) in triggers:
            db.execute(f'drop trigger "{name}"')
        db.execute("update log_entries set canonical = replace(canonical, 'guanli', 'guanlu') where seq = 3")
    db.close()
    answer = bureau.do("audit", "verify")
    assert answer.code == 7
    assert "第 3 条被改动过" in answer.out
    assert bureau.do("doctor").code == 7


def test_a_checkpoint_is_signed_once_for_the_same_entries(bureau: Bureau) -> None:
    bureau.draft()
    first, again = bureau.get("audit", "checkpoint"), bureau.get("audit", "checkpoint")
    assert (first["anchored"], first["new"], again["new"]) == (True, True, False)
    assert first["checkpoint"] == again["checkpoint"]


def test_the_list_of_entries_is_narrowed_to_a_kind(bureau: Bureau) -> None:
    bureau.approved()
    found = bureau.get("audit", "list", "--kind", "person:revision:sign_off")["entries"]
    assert [(entry["actor"], entry["os_user"] != "") for entry in found] == [("qianfa", True)]


def test_the_ledger_is_also_written_as_a_spreadsheet(bureau: Bureau, tmp_path: Path) -> None:
    file = tmp_path / "台账.csv"
    assert bureau.get("report", "ledger", "--csv", file)["lines"] == []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert next(csv.reader(lines))[:3] == ["索引号", "标题", "类别"]
    assert bureau.do("report", "ledger", "--csv", file).code == 3
    assert bureau.do("report", "ledger", "--from", "2026-13-01").code == 3


def test_the_export_for_inspectors_is_one_archive_on_record_and_never_overwrites(
    bureau: Bureau, tmp_path: Path
) -> None:
    file = tmp_path / "检查组.zip"
    bureau.get("audit", "export", file, "--zip", "--purpose", "年度检查", by="shenji")
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        entries = archive.read("entries.jsonl").decode()
    assert {"entries.jsonl", "verify_gongkai_log.py", "README.txt", "ledger.csv"} <= names
    assert "person:log:exported" in entries
    before = file.read_bytes()
    assert bureau.do("audit", "export", file, "--zip", by="shenji").code != 0
    assert file.read_bytes() == before
    refused = bureau.do("audit", "export", tmp_path / "另一份.zip", "--zip", by="nigao")
    assert refused.code != 0
    assert not (tmp_path / "另一份.zip").exists()
    assert bureau.refusals()[-1]["actor"] == "nigao"
