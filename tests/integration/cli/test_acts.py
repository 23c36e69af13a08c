"""What people do at the command line: drafts, signatures, times, and what is refused with which exit code."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from publisher.bootstrap import open_office
from publisher.cli import main
from tests.integration.cli.conftest import TEXT, Bureau

FIELDS = ("--title", "停水通告", "--formed-on", "2026-01-20")


def test_init_shows_the_administrators_token_once_and_never_overwrites(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "init",
        "--home",
        str(tmp_path / "new"),
        "--admin",
        "guanli",
        "--body-name",
        "临澜市水利局",
        "--json",
    ]
    assert main(words) == 0
    made = json.loads(capsys.readouterr().out)
    assert len(made["token"]) == 48
    assert main(words) == 3
    assert json.loads(capsys.readouterr().err)["error"]["reason"] == "wrong_state"


def test_an_administrator_adds_a_person_whose_token_then_proves_them(bureau: Bureau) -> None:
    answer = bureau.get("user", "add", "xinren", "--display", "新人", "--role", "drafter", by="guanli")
    (bureau.tokens / "xinren").write_text(answer["token"], encoding="utf-8")
    text = bureau.tokens / "a.txt"
    text.write_text(TEXT, encoding="utf-8")
    assert bureau.do("item", "new", "--body", text, *FIELDS, by="xinren").code == 0


def test_a_signature_is_printed_with_the_whole_digest_that_it_stands_on(bureau: Bureau) -> None:
    item = bureau.draft()
    digest = bureau.get("item", "submit", item, by="nigao")["revision_id"]
    assert len(digest) == 64
    assert digest in bureau.do("review", "pass", item, by="shenhe").out
    assert bureau.get("review", "clear", digest[:8], by="shenhe")["revision"] == digest
    assert bureau.get("review", "sign", digest, by="qianfa")["revision"] == digest


def test_a_password_on_standard_input_proves_as_well(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("user", "add", "xinren", "--display", "新人", "--role", "drafter", "--new-password-stdin")
    monkeypatch.setattr("sys.stdin", io.StringIO("石渡镇的水很清很清很清很清\n"))
    bureau.get(*words, by="guanli")
    item = bureau.draft()
    wrong = ("item", "discard", item, "--as", "xinren", "--password-stdin")
    monkeypatch.setattr("sys.stdin", io.StringIO("石渡镇的水不清不清不清不清\n"))
    assert bureau.do(*wrong).code == 5
    monkeypatch.setattr("sys.stdin", io.StringIO("石渡镇的水很清很清很清很清\n"))
    assert bureau.do(*wrong).code == 0


def test_the_token_in_the_environment_proves_as_well(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    item = bureau.draft()
    monkeypatch.setenv("GONGKAI_TOKEN", (bureau.tokens / "nigao").read_text(encoding="utf-8").strip())
    assert bureau.do("item", "discard", item, "--as", "nigao").code == 0


def test_a_drafter_does_not_sign_and_the_attempt_is_on_record(bureau: Bureau) -> None:
    item = bureau.draft()
    bureau.get("item", "submit", item, by="nigao")
    answer = bureau.do("review", "sign", item, "--json", by="nigao")
    assert answer.code == 5
    assert answer.error["reason"] == "not_permitted"
    assert bureau.refusals()[-1]["facts"]["act"] == "sign_off"


def test_review_show_holds_fields_files_and_each_channels_message(bureau: Bureau, tmp_path: Path) -> None:
    pdf = tmp_path / "范围图.pdf"
    pdf.write_bytes(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    text = tmp_path / "a.txt"
    text.write_text(TEXT, encoding="utf-8")
    channels = ("--channels", "bureau-portal,weibo")
    draft = bureau.get("item", "new", "--body", text, *FIELDS, *channels, "--attach", pdf, by="nigao")
    bureau.get("item", "submit", draft["item"], by="nigao")
    document = bureau.get("review", "show", draft["item"])
    assert [m["channel"] for m in document["messages"]] == ["bureau-portal", "weibo"]
    assert "请提前储水" in document["messages"][0]["articles"][0]["text"]
    page = bureau.do("review", "show", draft["item"]).out
    for words in ("停水通告", "范围图.pdf", "未检", "局门户网站（练习）", "请提前储水", document["revision"]):
        assert words in page


def test_only_an_approved_revision_gets_a_time(bureau: Bureau) -> None:
    item = bureau.draft()
    bureau.get("item", "submit", item, by="nigao")
    assert bureau.do("item", "schedule", item, by="nigao").code == 3


def test_a_time_is_set_moved_and_taken_off_again(bureau: Bureau) -> None:
    item = bureau.approved()
    assert bureau.do("item", "schedule", item, "--at", "tomorrow", by="nigao").code == 3
    at = bureau.get("item", "schedule", item, "--at", "now", by="nigao")["release_at"]
    assert at.endswith("+00:00")
    assert bureau.do("item", "schedule", item, by="nigao").code == 0
    assert bureau.get("item", "show", item)["state"] == "scheduled"
    bureau.get("item", "unschedule", item, by="nigao")
    assert bureau.get("item", "show", item)["state"] == "approved"


def test_a_hold_is_lifted_by_the_approver_alone(bureau: Bureau) -> None:
    item = bureau.approved()
    bureau.get("item", "hold", item, "--reason", "等一等", by="shenhe")
    assert bureau.do("item", "resume", item, by="nigao").code == 5
    assert bureau.do("item", "resume", item, by="qianfa").code == 0


def test_a_returned_revision_is_submitted_again(bureau: Bureau) -> None:
    item = bureau.draft()
    first = bureau.get("item", "submit", item, by="nigao")["revision_id"]
    assert bureau.do("review", "return", item, by="shenhe").code == 3
    bureau.get("review", "return", item, "--reason", "日期写错", by="shenhe")
    assert bureau.get("item", "submit", item, by="nigao")["revision_id"] != first


def test_nobody_acts_without_a_proof(bureau: Bureau) -> None:
    item = bureau.draft()
    (bureau.tokens / "wrong").write_text("0" * 48, encoding="utf-8")
    words = ["item", "discard", item, "--as", "nigao", "--token-file", str(bureau.tokens / "wrong")]
    assert bureau.do(*words).code == 5
    assert bureau.do("item", "discard", item).code == 2
    assert bureau.refusals()[-1]["actor"] == "nobody"


def test_a_beginning_is_enough_while_it_is_the_only_one(bureau: Bureau) -> None:
    item = bureau.draft()
    bureau.draft(title="另一份通告")
    assert bureau.get("item", "show", item[:8])["item_id"] == item
    assert bureau.do("item", "show", item[:3]).code == 3
    assert bureau.do("item", "show", "").code == 4
    assert bureau.do("item", "show", "ffff-none").code == 4


def test_a_beginning_that_fits_several_is_refused_with_the_candidates(bureau: Bureau) -> None:
    item = bureau.draft()
    office = open_office(bureau.home)
    twin = item[:6] + "x" * 6
    with office.store.write() as uow:
        uow.items.add_item(id=twin, body="bureau", created_at=office.now(), created_by="nigao")
        uow.commit()
    office.close()
    answer = bureau.do("item", "discard", item[:6], "--json", by="nigao")
    assert answer.code == 3
    assert {item in answer.err, twin in answer.err} == {True}
    assert bureau.do("item", "discard", item, by="nigao").code == 0


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--formed-on", "2026-02-30"), "formed_on"),
        (("--formed-on", "2199-01-01"), "formed_on"),
        (("--title", "长" * 200), "title"),
        (("--attach", "nowhere.pdf"), "attachments"),
    ],
)
def test_bad_input_is_refused_with_its_field_and_what_is_allowed(
    bureau: Bureau, words: tuple[str, str], field: str
) -> None:
    text = bureau.tokens / "a.txt"
    text.write_text(TEXT, encoding="utf-8")
    given = {"--title": "停水通告", "--formed-on": "2026-01-20"} | dict([words])
    options = [word for pair in given.items() for word in pair]
    answer = bureau.do("item", "new", "--body", text, *options, "--json", by="nigao")
    assert answer.code == 3
    problem = answer.error["problems"][0]
    assert (problem["field"], bool(problem["why"]), bool(problem["allowed"])) == (field, True, True)
    assert bureau.get("item", "list")["items"] == []
    assert bureau.refusals()[-1]["actor"] == "nigao"


def test_a_mark_of_secrecy_is_refused_before_anything_is_kept(bureau: Bureau, tmp_path: Path) -> None:
    secret = tmp_path / "a.txt"
    secret.write_text("机密★5年\n关于停水的通告\n正文。\n", encoding="utf-8")
    answer = bureau.do("item", "import", secret, "--formed-on", "2026-01-20", "--json", by="nigao")
    assert (answer.code, answer.error["reason"]) == (3, "screened")
    assert bureau.get("item", "list")["items"] == []
    assert "关于停水" not in answer.err


def test_of_several_files_the_good_ones_are_kept_and_each_bad_one_is_told(
    bureau: Bureau, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(f"关于停水的通告\n{TEXT}", encoding="utf-8")
    bad.write_bytes(b"")
    words = ("item", "import", good, bad, tmp_path / "none.txt", "--formed-on", "2026-01-20")
    answer = bureau.do(*words, by="nigao")
    assert answer.code == 3
    assert "bad.txt" in answer.err
    assert "none.txt" in answer.err
    assert [i["title"] for i in bureau.get("item", "list")["items"]] == ["关于停水的通告"]
    assert len(bureau.refusals()) == 2


def test_a_file_beside_the_item_may_not_be_a_link_that_leads_elsewhere(
    bureau: Bureau, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("别处的文件", encoding="utf-8")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "附件.txt").symlink_to(outside)
    header = '+++\ntitle = "停水通告"\nformed_on = 2026-01-20\n[[attachments]]\nfile = "附件.txt"\n+++\n'
    (folder / "a.txt").write_text(header + TEXT, encoding="utf-8")
    answer = bureau.do("item", "import", folder / "a.txt", "--json", by="nigao")
    assert (answer.code, answer.error["problems"][0]["field"]) == (3, "attachments")


def test_what_was_inferred_from_a_text_is_shown_to_be_checked(bureau: Bureau, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text(f"关于停水的通告\n{TEXT}临澜市水利局\n2026年1月20日\n", encoding="utf-8")
    printed = bureau.do("item", "import", text, by="nigao").out
    assert "请核对：成文日期 = 2026-01-20" in printed


def test_a_draft_is_replaced_by_a_new_file(bureau: Bureau, tmp_path: Path) -> None:
    item = bureau.draft()
    text = tmp_path / "a.txt"
    text.write_text(f"新标题的通告\n{TEXT}", encoding="utf-8")
    words = ("item", "import", text, "--item", item, "--formed-on", "2026-01-20")
    assert bureau.get(*words, by="nigao")["drafts"][0]["item"] == item
    assert bureau.get("item", "show", item)["title"] == "新标题的通告"


def test_settings_that_cannot_be_used_are_named_and_nothing_is_opened(bureau: Bureau) -> None:
    settings = bureau.home / "gongkai.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[nonsense]\na = 1\n", encoding="utf-8")
    answer = bureau.do("item", "list", "--json")
    assert (answer.code, answer.error["reason"]) == (3, "settings")
    assert answer.error["problems"][0]["field"] == "nonsense"


def test_a_database_that_cannot_be_read_ends_with_six(bureau: Bureau) -> None:
    (bureau.home / "gongkai.db").write_bytes(b"not a database at all" * 100)
    answer = bureau.do("item", "list", "--json")
    assert (answer.code, answer.error["reason"]) == (6, "store")


def test_a_fault_is_told_in_one_line_and_not_as_a_traceback(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_home: Path) -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr("publisher.bootstrap.open_office", broken)
    answer = bureau.do("item", "list")
    assert answer.code == 1
    assert "ZeroDivisionError" in answer.err
    assert "Traceback" not in answer.err
    assert "secret words" not in answer.err


def test_ctrl_c_ends_quietly(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_home: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("publisher.bootstrap.open_office", interrupted)
    answer = bureau.do("item", "list")
    assert (answer.code, answer.err) == (130, "")


def test_a_platform_that_does_not_answer_ends_a_probe_with_seven(bureau: Bureau) -> None:
    answer = bureau.do("channel", "probe", "weibo", "--json")
    assert (answer.code, answer.error["reason"]) == (7, "platform")


def test_a_channel_is_paused_and_opened_by_hand(bureau: Bureau) -> None:
    assert bureau.do("channel", "pause", "坏 名", "--reason", "x", by="nigao").code == 4
    bureau.get("channel", "pause", "weibo", "--reason", "维护", by="nigao")
    rows = {row["name"]: row for row in bureau.get("channel", "list")["channels"]}
    assert (rows["weibo"]["state"], rows["weibo"]["reason"]) == ("paused", "维护")
    bureau.get("channel", "resume", "weibo", by="nigao")
    assert bureau.do("doctor").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("posting", "retry", "abcdef"),
        ("posting", "confirm", "abcdef", "--url", "http://127.0.0.1/x"),
        ("posting", "deny", "abcdef"),
        ("part", "gone", "abcdef:0"),
        ("part", "accept", "abcdef:0", "--reason", "x"),
        ("part", "unremovable", "abcdef:0", "--reason", "x"),
        ("item", "withdraw", "abcdef", "--reason", "x"),
        ("review", "second-look", "abcdef"),
    ],
)
def test_what_is_not_there_is_not_found_and_the_attempt_is_on_record(
    bureau: Bureau, words: tuple[str, ...]
) -> None:
    assert bureau.do(*words, by="nigao").code == 4
    assert bureau.refusals()[-1]["facts"]["reason"] == "not_found"


def test_english_is_spoken_when_asked_for(bureau: Bureau) -> None:
    answer = bureau.do("item", "show", "abcdef", "--lang", "en")
    assert "not found" in answer.err
    assert "no item abcdef" in answer.err
