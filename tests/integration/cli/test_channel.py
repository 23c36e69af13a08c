"""The quota book and the freeze switch on the command line."""

from __future__ import annotations

import pytest

from tests.integration.cli.conftest import Bureau


def test_the_quota_book_shows_what_a_scheduled_item_keeps(bureau: Bureau) -> None:
    bureau.get("item", "schedule", bureau.approved(channels="bureau-portal,wechat"), by="nigao")
    lines = bureau.get("channel", "quota", "wechat")["quotas"]
    (submit,) = [line for line in lines if line["sending"]]
    assert (submit["call"], submit["period"]) == ("freepublish/submit", "day")
    assert (submit["limit"], submit["used"], submit["reserved"], submit["free"]) == (100, 0, 1, 99)
    assert {line["channel"] for line in lines} == {"wechat"}
    shown = bureau.do("channel", "quota")
    assert shown.code == 0
    assert "statuses/share（发布）" in shown.out
    english = bureau.do("channel", "quota", "--lang", "en")
    assert (english.code, "planned" in english.out) == (0, True)
    assert bureau.do("channel", "quota", "qq").code == 4


@pytest.mark.parametrize("which", [("weibo",), ("--all",)])
def test_a_freeze_is_set_by_anyone_in_the_chain_and_lifted_by_the_approver(
    bureau: Bureau, which: tuple[str, ...]
) -> None:
    done = bureau.get("channel", "freeze", *which, "--reason", "账号异常", by="shenhe")
    assert done["done"] == "freeze"
    assert bureau.do("channel", "freeze", *which, "--reason", "再来", by="shenhe").code == 3
    assert bureau.do("channel", "unfreeze", *which, by="shenhe").code == 5
    assert bureau.get("channel", "unfreeze", *which, by="qianfa")["done"] == "unfreeze"
    assert bureau.do("channel", "unfreeze", *which, by="qianfa").code == 3


def test_a_freeze_names_one_channel_or_all(bureau: Bureau) -> None:
    for words in ((), ("weibo", "--all")):
        refused = bureau.do("channel", "freeze", *words, "--reason", "x", "--json", by="shenhe")
        assert (refused.code, refused.error["problems"][0]["field"]) == (3, "channel")
    assert bureau.do("channel", "freeze", "weibo", by="shenhe").code == 2
