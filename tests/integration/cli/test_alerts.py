"""`publisher alert`: what is open and who was told; a test message to each target."""

from __future__ import annotations

from datetime import timedelta

from publisher.bootstrap import open_office
from publisher.scheduler.messages import plan_once
from publisher.workflow.alerts import send_notices
from tests.integration.cli.conftest import Bureau
from tests.integration.messages.receivers import web_hook


def add_target(bureau: Bureau, name: str, url: str, more: str = "") -> None:
    (bureau.home / "secrets" / f"{name}.url").write_text(url, encoding="utf-8")
    settings = bureau.home / "gongkai.toml"
    text = f'\n[[alerts.targets]]\nname = "{name}"\nurl_file = "secrets/{name}.url"\n{more}'
    settings.write_text(settings.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_test_message_arrives_and_a_target_that_refuses_is_exit_7(bureau: Bureau) -> None:
    with web_hook() as hook:
        add_target(bureau, "zu", f"json://127.0.0.1:{hook.port}/geheim")
        add_target(bureau, "ju", "nonsense://geheim")
        told = bureau.do("alert", "test", "zu")
        assert (told.code, len(hook.got)) == (0, 1)
        assert "已收下" in told.out
        both = bureau.do("alert", "test", "--json")
        assert both.code == 7
        assert [one["ok"] for one in both.document["targets"]] == [True, False]
        assert "geheim" not in told.out + both.out + both.err


def test_without_targets_it_says_where_to_write_them(bureau: Bureau) -> None:
    told = bureau.do("alert", "test")
    assert told.code == 4
    assert "[[alerts.targets]]" in told.err


def test_a_role_that_does_not_exist_is_refused_with_those_that_do(bureau: Bureau) -> None:
    add_target(bureau, "zu", "json://127.0.0.1", 'roles = ["boss"]\n')
    told = bureau.do("doctor")
    assert told.code == 3
    assert "alerts.targets.0.roles" in told.err
    assert "content_reviewer" in told.err


def test_an_address_file_that_is_missing_is_refused_by_name(bureau: Bureau) -> None:
    add_target(bureau, "zu", "json://127.0.0.1")
    (bureau.home / "secrets" / "zu.url").unlink()
    told = bureau.do("doctor")
    assert told.code == 3
    assert "alerts.targets.0.url_file" in told.err


def test_the_list_shows_what_is_open_and_who_was_told(bureau: Bureau) -> None:
    assert bureau.get("alert", "list")["alarms"] == []
    with web_hook() as hook:
        add_target(bureau, "zu", f"json://127.0.0.1:{hook.port}/x")
        office = open_office(bureau.home)
        with office.store.write() as uow:
            uow.accounts.raise_alarm("leak:1", "泄露撤下没有签发人确认", office.now())
            uow.commit()
        plan_once(office.store, office.now(), office.post)
        later = office.now() + timedelta(seconds=11)
        send_notices(office.store, lambda: later, office.post.targets[0], office.post)
        with office.store.write() as uow:
            uow.accounts.close_alarm("leak:1", later)
            uow.accounts.raise_alarm("channel:weibo", "微博已暂停", later)
            uow.commit()
        office.close()
    shown = bureau.do("alert", "list")
    assert "微博已暂停" in shown.out
    assert "没有签发人确认" not in shown.out
    every = bureau.get("alert", "list", "--all")["alarms"]
    assert [(one["family"], one["level"], bool(one["told"])) for one in every] == [
        ("渠道停了", "ordinary", False),
        ("泄露撤下待确认", "urgent", True),
    ]
    assert bureau.do("alert", "list", "--all", "--lang", "en").code == 0


def test_substitute_and_contact_are_named_by_the_administrator_and_listed(bureau: Bureau) -> None:
    add_target(bureau, "zu", "json://127.0.0.1")
    assert bureau.do("user", "substitute", "shenhe", "--by", "qianfa", by="shenhe").code == 5
    assert bureau.do("user", "substitute", "shenhe", "--by", "qianfa", by="guanli").code == 0
    assert bureau.do("user", "contact", "shenhe", "--target", "moon", by="guanli").code == 3
    assert bureau.do("user", "contact", "shenhe", "--target", "zu", by="guanli").code == 0
    people = {one["name"]: one for one in bureau.get("user", "list")["people"]}
    assert (people["shenhe"]["substitute"], people["shenhe"]["contact"]) == ("qianfa", "zu")
    bureau.get("user", "substitute", "shenhe", "--by", "none", by="guanli")
    assert bureau.get("user", "list")["people"][-1]["substitute"] == ""
