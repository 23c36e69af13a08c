"""Settings at the console: changed with a reason, checked as at start, in force at once, undone; secrets kept."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest

from publisher.bootstrap import open_office
from tests.seats import Seat, seats
from tests.world import World, files_with, item_file

SECRET = "ZZtop-SECRET-41c0ffee"
INPUT = re.compile(r'<input(?=[^>]*class="in")[^>]* name="([^"]+)"[^>]*?value="([^"]*)"')
CHECKED = re.compile(r'<input type="checkbox" name="([^"]+)"(?: value="([^"]*)")? checked>')
CHOSEN = re.compile(r'<select[^>]* name="([^"]+)".*?</select>', re.S)
HIDDEN = re.compile(r'<input type="hidden" name="(seen|rows)" value="(\d+)">')


def form_of(page: str) -> dict[str, Any]:
    """What a browser would send back of the page's first form, unchanged."""
    page = page[page.index('name="form"', page.index("<main")) : page.index('id="h-versions"')]
    found: dict[str, Any] = dict(HIDDEN.findall(page))
    for name, value in INPUT.findall(page):
        if name not in ("q", "reason"):
            found.setdefault(name, value.replace("&amp;", "&"))
    for name, value in CHECKED.findall(page):
        found.setdefault(name, []).append(value or "on")
    for match in CHOSEN.finditer(page):
        chosen = re.search(r'value="([^"]*)" selected', match[0])
        found[match[1]] = chosen[1] if chosen else ""
    return found


def save(seat: Seat, path: str, **changed: Any) -> str:
    fields = {**form_of(seat.get(path)), "reason": "按办公室通知改", **changed}
    return seat.done(path, fields)


def test_the_index_says_what_there_is_and_who_may_change_it(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        page = at["guan"].get("/settings")
    for words in ("单位和审签", "栏目", "发布时段", "停发日", "告警", "微信公众号"):
        assert words in page
    assert "照设置文件，没有在这里改过" in page


def test_a_form_sent_back_unchanged_changes_nothing(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        for path in (
            "bureau",
            "columns",
            "windows",
            "blackouts",
            "alerts",
            "channels/wechat",
            "channels/weibo",
        ):
            fields = {**form_of(at["guan"].get(f"/settings/{path}")), "reason": "没有改"}
            page = at["guan"].refused(f"/settings/{path}", fields, 409)
            assert "和现在的一样，没有改动" in page, path


def test_a_column_is_renamed_and_in_force_at_once_and_on_record(quiet_world: World) -> None:
    with seats(quiet_world, bian="editor") as at:
        page = save(at["bian"], "/settings/columns", **{"r0-title": "公告栏"})
    assert "已保存，现在就按新的办" in page
    assert "按办公室通知改" in page
    assert quiet_world.office.store.bureau.columns["tzgg"].title == "公告栏"
    assert quiet_world.kinds()[-1] == "person:settings:changed"


def test_another_process_takes_up_the_change_by_itself(quiet_world: World) -> None:
    other = open_office(quiet_world.home, clock=quiet_world.clock)
    try:
        with seats(quiet_world, guan="administrator") as at:
            save(at["guan"], "/settings/bureau", summary_limit_chars="120")
        assert other.store.bureau.summary_limit_chars == 100
        assert other.take_up()
        assert other.store.bureau.summary_limit_chars == 120
        assert not other.take_up(), "once is enough"
    finally:
        other.close()
    again = open_office(quiet_world.home, clock=quiet_world.clock)
    assert again.store.bureau.summary_limit_chars == 120
    again.close()


def test_a_change_is_undone_and_done_again_by_its_version(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        save(at["guan"], "/settings/bureau", summary_limit_chars="120")
        save(at["guan"], "/settings/bureau", summary_limit_chars="150")
        asked = {"area": "bureau", "version": "1", "seen": "2", "reason": "太长了"}
        page = at["guan"].done("/settings/restore", asked)
        assert "已恢复" in page
        assert quiet_world.office.store.bureau.summary_limit_chars == 120
        at["guan"].done("/settings/restore", {**asked, "version": "0", "seen": "3", "reason": "照文件"})
    assert quiet_world.office.store.bureau.summary_limit_chars == 100


def test_bad_input_is_refused_in_words_with_nothing_lost(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        fields = {**form_of(at["guan"].get("/settings/bureau")), "reason": "试", "name": "临澜市水务局"}
        page = at["guan"].refused("/settings/bureau", {**fields, "summary_limit_chars": "很长"}, 422)
    assert "单位 内容概述最多几字：应为整数" in page
    assert 'value="临澜市水务局"' in page
    assert 'value="很长"' in page
    assert quiet_world.office.store.bureau.name == "临澜市水利局"


def test_a_change_wants_a_reason(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        fields = form_of(at["guan"].get("/settings/bureau")) | {"summary_limit_chars": "120", "reason": ""}
        assert "改设置要写明理由" in at["guan"].refused("/settings/bureau", fields, 422)


def test_who_comes_second_is_told_and_overwrites_nothing(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator", bian="editor") as at:
        old = form_of(at["bian"].get("/settings/columns"))
        save(at["guan"], "/settings/columns", **{"r0-title": "公告栏"})
        page = at["bian"].refused("/settings/columns", {**old, "r0-title": "通知", "reason": "改"}, 409)
    assert "别人改过这一项" in page
    assert quiet_world.office.store.bureau.columns["tzgg"].title == "公告栏"


@pytest.mark.parametrize("path", ["/settings/bureau", "/settings/alerts", "/settings/channels/wechat"])
def test_only_an_administrator_changes_the_system(quiet_world: World, path: str) -> None:
    with seats(quiet_world, bian="editor") as at:
        page = at["bian"].get(path)
        assert 'name="reason"' not in page
        assert "您只能看" in page
        at["bian"].refused(path, {"seen": "0", "reason": "试"})
    assert quiet_world.kinds()[-1] == "person:act:refused"


def test_an_auditor_changes_no_rule_either(quiet_world: World) -> None:
    with seats(quiet_world, cha="auditor") as at:
        at["cha"].refused("/settings/columns", {"seen": "0", "reason": "试"})


def test_what_is_no_setting_is_not_found(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        for path in ("/settings/database", "/settings/channels/fax"):
            at["guan"].get(path, 404)


def test_a_release_window_is_added_and_taken_away(quiet_world: World) -> None:
    with seats(quiet_world, bian="editor") as at:
        page = save(
            at["bian"],
            "/settings/windows",
            **{
                "r0-hours": "08:30-17:30",
                "r0-channels": ["wechat"],
                "r0-weekdays": [str(d) for d in range(1, 6)],
            },
        )
        assert "08:30-17:30" in page
        (window,) = quiet_world.office.store.bureau.release_rules.windows
        assert window.scope.channels == {"wechat"}
        assert window.weekdays == {1, 2, 3, 4, 5}
        assert "08:30" in at["bian"].get("/channels/wechat")
        save(at["bian"], "/settings/windows", **{"r0-gone": "on"})
    assert quiet_world.office.store.bureau.release_rules.windows == ()


def test_a_day_without_releases_says_what_is_wrong_with_it(quiet_world: World) -> None:
    row = {"r0-first": "2026-12-13", "r0-last": "2026-12-12", "r0-reason": "国家公祭日"}
    with seats(quiet_world, bian="editor") as at:
        fields = {**form_of(at["bian"].get("/settings/blackouts")), "reason": "通知", **row}
        page = at["bian"].refused("/settings/blackouts", fields, 422)
        assert "停发日 第 1 条 最后一天：结束日期不早于开始日期" in page
        at["bian"].done("/settings/blackouts", {**fields, "r0-last": "2026-12-13"})
    assert [b.reason for b in quiet_world.office.store.bureau.release_rules.blackouts] == ["国家公祭日"]


def test_a_column_in_which_items_stand_is_not_taken_away(quiet_world: World) -> None:
    quiet_world.draft(item_file(column="gzdt"))
    with seats(quiet_world, bian="editor") as at:
        fields = {**form_of(at["bian"].get("/settings/columns")), "reason": "并栏", "r3-gone": "on"}
        page = at["bian"].refused("/settings/columns", fields, 422)
        assert "已经有条目" in page
    assert "gzdt" in quiet_world.office.store.bureau.columns


def test_a_channels_quota_gap_and_label_count_at_once(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        changed = {"label": "微信安澜", "gap_s": "90", "quotas.freepublish/submit": "60"}
        page = save(at["guan"], "/settings/channels/wechat", **changed)
    assert "微信安澜" in page
    plan = quiet_world.office.store.bureau.channels["wechat"]
    assert (plan.label, plan.gap_s) == ("微信安澜", 90)
    assert {q.call: q.maximum for q in plan.quotas}["freepublish/submit"] == 60


# ------------------------------------------------------------------------------- secrets


def test_a_new_secret_is_used_and_stands_in_its_own_file_and_nowhere_else(
    quiet_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with seats(quiet_world, guan="administrator") as at:
        page = save(at["guan"], "/settings/channels/wechat", secret_file=SECRET)
        pages = [page, at["guan"].get("/settings"), at["guan"].get("/channels/wechat")]
    assert quiet_world.office.options["wechat"].secret.get_secret_value() == SECRET
    (name,) = files_with(quiet_world.home, SECRET)
    assert re.fullmatch(r"wechat\.secret\.[0-9a-f]{12}", name)
    path = quiet_world.home / "secrets" / name
    assert path.stat().st_mode & 0o777 == 0o600
    assert not any(SECRET in page for page in pages)
    assert SECRET not in caplog.text
    assert SECRET not in repr(quiet_world.office)
    assert SECRET in quiet_world.office.secrets, "so that every line of the running log is without it"


def test_a_replaced_secret_is_removed_and_the_files_of_the_installation_stay(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        save(at["guan"], "/settings/channels/wechat", secret_file=f"{SECRET}-old")
        save(at["guan"], "/settings/channels/wechat", secret_file=f"{SECRET}-new")
    assert files_with(quiet_world.home, f"{SECRET}-old") == []
    assert quiet_world.office.options["wechat"].secret.get_secret_value() == f"{SECRET}-new"
    assert (quiet_world.home / "secrets" / "wechat.secret").exists()


def test_a_refused_change_leaves_no_secret_behind(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        fields = {**form_of(at["guan"].get("/settings/channels/wechat")), "reason": "换"}
        page = at["guan"].refused(
            "/settings/channels/wechat", {**fields, "gap_s": "-", "secret_file": SECRET}, 422
        )
    assert SECRET not in page
    assert files_with(quiet_world.home, SECRET) == []


def test_a_secret_that_is_none_is_refused_without_being_quoted(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        fields = {**form_of(at["guan"].get("/settings/channels/wechat")), "reason": "换"}
        page = at["guan"].refused(
            "/settings/channels/wechat", {**fields, "secret_file": f"{SECRET}\n两行"}, 422
        )
    assert "密钥写得不对" in page
    assert SECRET not in page


def test_who_may_not_change_writes_no_secret(quiet_world: World) -> None:
    with seats(quiet_world, bian="editor") as at:
        at["bian"].refused("/settings/channels/wechat", {"seen": "0", "reason": "换", "secret_file": SECRET})
    assert files_with(quiet_world.home, SECRET) == []


def test_restoring_an_older_version_brings_no_older_secret_back(quiet_world: World) -> None:
    with seats(quiet_world, guan="administrator") as at:
        save(at["guan"], "/settings/channels/wechat", gap_s="90")
        save(at["guan"], "/settings/channels/wechat", secret_file=SECRET)
        asked = {"area": "channel:wechat", "version": "1", "seen": "2", "reason": "试"}
        at["guan"].done("/settings/restore", asked)
    assert quiet_world.office.options["wechat"].secret.get_secret_value() == SECRET


def test_an_alarm_address_is_written_and_never_shown(quiet_world: World) -> None:
    address = f"json://127.0.0.1:9/{SECRET}"
    with seats(quiet_world, guan="administrator") as at:
        page = save(
            at["guan"],
            "/settings/alerts",
            **{"r0-name": "duty", "r0-url_file": address, "r0-levels": ["urgent"]},
        )
        assert SECRET not in page
        assert [target.name for target in quiet_world.office.post.targets] == ["duty"]
        save(at["guan"], "/settings/alerts", quiet_from="20:00")
    assert address in quiet_world.office.secrets, "an address that nobody rewrote stays"
