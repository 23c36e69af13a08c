"""Every role through its day in a browser, at both widths: from a Word file to the auditor's search of the record.

Time is the test's: what the service does between two stations happens when the test says so. Everything else is done as
people do it, by clicking, typing and choosing files.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, expect

from channels.sandbox.call import Do, Fault
from publisher.domain.clocks import business_day
from publisher.workflow.posting_story import shown_of
from tests.browser.day import (
    NEWCOMER,
    NEWCOMER_PASSWORD,
    NEWCOMER_SHOWN,
    PEOPLE,
    TITLE,
    Day,
    day,
    day_word_file,
    item_in,
)
from tests.browser.eyes import WIDTHS
from tests.word_files import png
from tests.world import fetch

SUBMIT, LIST = "/cgi-bin/freepublish/submit", "/cgi-bin/freepublish/batchget"
CHECKS = ("政治关", "法律关", "政策关", "文字关")
NOTE = "送水点由两处增为三处，原公告漏写一处。"
WHY = "停水改期，本公告不再有效"
EXPORT = "导出给检查组"
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("width", WIDTHS)
def test_every_role_does_its_work_of_a_day_at_the_console(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    with day(tmp_path, browser, width) as today:
        a_newcomer_gets_an_account(today)
        a_word_file_becomes_a_draft_and_is_submitted(today)
        the_reviewer_signs_by_keyboard_alone(today)
        the_secrecy_review_is_signed_on_paper(today)
        the_approver_signs_off_and_the_editor_sends_it(today)
        a_lost_answer_is_settled_by_hand(today, there=width == WIDTHS[0])
        everybody_sees_each_channel_by_itself(today)
        a_mistake_is_corrected(today)
        everything_is_stopped_and_goes_on(today)
        the_item_is_withdrawn_everywhere(today)
        the_auditor_finds_it_in_the_record(today)
        the_auditor_checks_the_record_away_from_the_machine(today)
        for name, desk in today.desks.items():
            assert desk.complaints == [], name


def a_newcomer_gets_an_account(today: Day) -> None:
    admin, officer = today.desk("jiang"), today.desk("gu")
    page = admin.open("/people")
    page.get_by_role("link", name="新增人员").click()
    page.get_by_label("姓名 *").fill(NEWCOMER_SHOWN)
    page.get_by_label("账号 *").fill(NEWCOMER)
    page.get_by_label("拟稿人").check()
    admin.press("新增，给一次性口令", "这个账号还不能登录")
    once = page.locator("code.strong").inner_text()
    page.get_by_role("link", name="已交给本人").click()
    expect(page.get_by_role("heading", name="等安全管理员确认")).to_be_visible()
    admin.cannot(f"/people/{NEWCOMER}", "同意这项变动", f"/people/{NEWCOMER}/confirm", answer="agree")
    officer.open("/people").get_by_role("link", name=NEWCOMER_SHOWN).click()
    officer.press("同意这项变动", "已确认，从现在起生效。")
    _first_sign_in(today, once)
    for name in ("jiang", "gu"):
        today.desk(name).not_theirs("/items")


def _first_sign_in(today: Day, once: str) -> None:
    drafter = today.desk(NEWCOMER)
    drafter.password = once
    page = drafter.open("/")
    expect(page.get_by_text("您用的是一次性口令")).to_be_visible()
    page.get_by_label("一次性口令").fill(once)
    page.get_by_role("textbox", name="新口令", exact=True).fill(NEWCOMER_PASSWORD)
    page.get_by_label("再写一遍新口令").fill(NEWCOMER_PASSWORD)
    drafter.press("改口令", "口令改好了")
    drafter.password = NEWCOMER_PASSWORD
    drafter.not_theirs("/people")


def a_word_file_becomes_a_draft_and_is_submitted(today: Day) -> None:
    drafter = today.desk(NEWCOMER)
    word = today.folder / "停水公告.docx"
    word.write_bytes(day_word_file())
    drafter.open("/items").get_by_role("link", name="新条目").click()
    page = drafter.looked_at()
    page.get_by_label("文件 *").set_input_files(word)
    drafter.press("从文件建草稿", "已从文件建成草稿，什么都没有发出")
    today.item = item_in(page.url)
    sheet = page.get_by_role("textbox", name="正文", exact=True)
    for what in ("h2, h3", "li", "table", "img"):
        assert sheet.locator(what).count(), what
    expect(page.get_by_label("标题 *")).to_have_value(TITLE)
    page.get_by_label("类别 *").select_option(label="通知公告")
    page.get_by_label("成文日期 *").fill("2026-11-20")
    drafter.press("保存", "已保存。")
    for shape in (".pv-portal", ".phone", ".wb"):
        expect(page.locator(shape).first).to_contain_text("停水")
    page.get_by_label("审核人 *").select_option(label=PEOPLE["he"][0])
    page.get_by_role("button", name="保存并送审", exact=True).click()
    page.wait_for_url(re.compile(r"done=submitted"))
    expect(drafter.looked_at().get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    drafter.cannot(
        f"/review/{today.revision()}",
        "签字，送保密审查",
        f"/review/{today.revision()}/pass",
        shown=today.standing(),
    )


def the_reviewer_signs_by_keyboard_alone(today: Day) -> None:
    reviewer = today.desk("he")
    page = reviewer.open(f"/review/{today.revision()}")
    for key in "jk1234":
        page.keyboard.press(key)
    for name in CHECKS:
        expect(page.get_by_label(name)).to_be_checked()
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="签字，送保密审查")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("已签字，送保密审查。")).to_be_visible()
    reviewer.looked_at()


def the_secrecy_review_is_signed_on_paper(today: Day) -> None:
    digest = today.revision()
    editor, office = today.desk("bian"), today.desk("kai")
    editor.cannot(f"/review/{digest}", "不涉密，送签发", f"/review/{digest}/clear", shown=today.standing())
    page = editor.open(f"/review/{digest}")
    page.get_by_role("link", name="纸质签字").click()
    page.get_by_label("签字人 *").select_option(label=f"{PEOPLE['mi'][0]}（mi）")
    page.get_by_label("签字日期 *").fill(f"{business_day(today.world.clock.now)}")
    page.get_by_label("扫描件 *").set_input_files(
        {"name": "保密审查表.png", "mimeType": "image/png", "buffer": png(40, 30)}
    )
    editor.press("录入，请第二个人确认", "还要另一人对照扫描件确认")
    expect(page.get_by_role("button", name="确认这份纸质签字")).to_have_count(0)
    page = office.open(f"/review/{digest}")
    page.get_by_role("link", name="纸质签字").click()
    with page.expect_download() as scan:
        page.get_by_role("link", name="保密审查表.png").click()
    assert scan.value.path().read_bytes() == png(40, 30)
    office.press("确认这份纸质签字", "纸质签字已确认，算数。")


def the_approver_signs_off_and_the_editor_sends_it(today: Day) -> None:
    digest, approver, editor = today.revision(), today.desk("fang"), today.desk("bian")
    editor.cannot(f"/review/{digest}", "签发", f"/review/{digest}/sign", shown=today.standing())
    page = approver.open("/")
    page.get_by_role("link", name=TITLE).first.click()
    expect(approver.looked_at().get_by_text("纸质签字").first).to_be_visible()
    approver.press("签发", "已签发。请责任编辑排期。")
    approver.cannot(f"/calendar?revision={digest}", "现在就发", f"/calendar/{digest}/time", now="1", shown="")
    _send_now(today)


def _send_now(today: Day) -> None:
    editor = today.desk("bian")
    page = editor.open("/")
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.get_by_role("heading", name="排期", level=1)).to_be_visible()
    editor.press("现在就发", "时间已经排好。")


def a_lost_answer_is_settled_by_hand(today: Day, *, there: bool) -> None:
    world, editor = today.world, today.desk("bian")
    stage = world.practice.stages["wechat"]
    stage.script(Fault(SUBMIT, Do.DROP_AFTER if there else Do.DROP_BEFORE))
    if there:
        stage.script(Fault(LIST, Do.ANSWER, times=50, status=502))
    world.until(lambda: _asks(today, "wechat"))
    stage.faults.clear()
    page = editor.open("/")
    expect(page.get_by_text("有 1 项推送要人处理。")).to_be_visible()
    page.get_by_role("link", name="处理", exact=True).first.click()
    expect(page.get_by_role("heading", name="发出去了没有？请您看一眼")).to_be_visible()
    where = page.url.removeprefix(today.base.rstrip("/"))
    shown = shown_of(world.postings(today.item)["wechat"])
    for name in (NEWCOMER, "kai"):
        desk = today.desk(name)
        desk.cannot(where, "已经发出，取回核对", f"{where}/confirm", url="http://127.0.0.1/", shown=shown)
    if there:
        editor.open(where).get_by_label("这一条的公开网址 *").fill(_link(today))
        editor.press("已经发出，取回核对", "取回那个页面核对过，和签发的内容一致")
    else:
        _denied_by_two(today, where)
    world.until(lambda: today.states() == {"verified"})


def _asks(today: Day, channel: str) -> bool:
    posting = today.world.postings(today.item).get(channel)
    return posting is not None and posting.state == "unknown" and bool(posting.person_needed)


def _link(today: Day) -> str:
    """As a reader finds it: on the account's page, the article with our title."""
    home = today.world.practice.readers["wechat"]
    found = [url for url in (urljoin(home, one) for one in fetch(home).links) if "储水" in fetch(url).text]
    return next(url for url in found if url.rstrip("/") != home.rstrip("/"))


def _denied_by_two(today: Day, where: str) -> None:
    editor, approver = today.desk("bian"), today.desk("fang")
    tick = "平台后台的发表记录和草稿箱都看过，都没有"
    editor.open(where).get_by_label(tick).check()
    editor.press("没有发出，请第二个人确认", "还要另一个人再看一眼并确认，现在什么都没有重发")
    expect(editor.page.get_by_role("button", name="没有发出")).to_have_count(0)
    approver.open(where).get_by_label(tick).check()
    approver.press("没有发出，我是第二个人", "两个人都看过，确认没有发出")


def everybody_sees_each_channel_by_itself(today: Day) -> None:
    labels = [plan.label for plan in today.world.office.store.bureau.channels.values()]
    for name in (NEWCOMER, "bian", "he", "mi", "fang", "kai", "cha"):
        page = today.desk(name).open(f"/items/{today.item}")
        for label in labels:
            row = page.locator(".chrow", has_text=label).first
            expect(row).to_contain_text("已核验")
            expect(row.get_by_role("link", name="公开页面")).to_be_visible()
    today.desk("cha").cannot(f"/items/{today.item}", "撤下", f"/items/{today.item}/withdraw", reason=WHY)
    for url in today.world.urls(today.item).values():
        assert "停水" in fetch(url).text


def a_mistake_is_corrected(today: Day) -> None:
    drafter, editor = today.desk(NEWCOMER), today.desk("bian")
    drafter.open(f"/items/{today.item}").get_by_role("link", name="更正", exact=True).click()
    page = drafter.looked_at()
    page.get_by_label("改了什么，为什么 *").fill(NOTE)
    drafter.press("打开更正稿，去改内容", NOTE)
    sheet = page.get_by_role("textbox", name="正文", exact=True)
    sheet.focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("石渡中学门口增设一处送水点。")
    drafter.press("保存", "已保存。")
    page.get_by_label("审核人 *").select_option(label=PEOPLE["he"][0])
    page.get_by_role("button", name="保存并送审", exact=True).click()
    page.wait_for_url(re.compile(r"done=submitted"))
    _sign(today, "he", "12345", "签字，送保密审查", "已签字，送保密审查。")
    _sign(today, "mi", "1", "不涉密，送签发", "已签字，送签发。")
    _sign(today, "fang", "", "签发", "已签发。请责任编辑排期。")
    _send_now(today)
    today.world.until(lambda: "送水点" in _portal(today) and NOTE in _portal(today))
    today.world.until(lambda: not today.world.rows("SELECT id FROM orders WHERE state = 'open'"))
    expect(editor.open(f"/items/{today.item}").get_by_role("heading", name="指令")).to_be_visible()


def _sign(today: Day, who: str, ticks: str, button: str, then: str) -> None:
    desk = today.desk(who)
    page = desk.open("/")
    page.get_by_role("link", name=TITLE).first.click()
    desk.looked_at()
    boxes = page.locator("#signing input[name=checks]")
    for at in range(boxes.count() if ticks else 0):
        boxes.nth(at).check()
    desk.press(button, then)


def _portal(today: Day) -> str:
    return fetch(today.world.urls(today.item)["bureau-portal"]).text


def everything_is_stopped_and_goes_on(today: Day) -> None:
    drafter, approver = today.desk(NEWCOMER), today.desk("fang")
    for desk in (drafter, approver):
        desk.page.set_viewport_size(PHONE)
    drafter.open("/").get_by_role("link", name="叫停").click()
    drafter.looked_at().get_by_label("理由 *").fill("群众反映网页内容不对，先停下来看")
    drafter.press("停下来，马上生效", "已经叫停")
    expect(drafter.page.get_by_role("button", name="解除叫停：全部渠道")).to_have_count(0)
    assert drafter.forced("/stop/lift", channel="").status == 403
    expect(today.desk("bian").open("/").get_by_text("已经叫停：什么都不发。")).to_be_visible()
    approver.open("/").get_by_role("link", name="叫停").click()
    approver.press("解除叫停：全部渠道", "已经解除")
    for desk in (drafter, approver):
        desk.page.set_viewport_size({"width": today.width, "height": 900})


def the_item_is_withdrawn_everywhere(today: Day) -> None:
    world, approver = today.world, today.desk("fang")
    today.desk("bian").cannot(
        f"/items/{today.item}/withdraw", "撤下，4 个渠道", f"/items/{today.item}/withdraw", reason=WHY
    )
    urls = dict(world.urls(today.item))
    approver.open(f"/items/{today.item}").get_by_role("link", name="撤下", exact=True).click()
    page = approver.looked_at()
    page.get_by_label("向公众说明的原因 *").fill(WHY)
    approver.press("撤下，4 个渠道", "撤下指令已签发")
    world.until(lambda: not world.rows("SELECT id FROM orders WHERE state = 'open'"))
    page = today.desk(NEWCOMER).open(f"/items/{today.item}")
    for plan in world.office.store.bureau.channels.values():
        expect(page.locator(".chrow", has_text=plan.label).first).to_contain_text("已撤下")
    for url in urls.values():
        assert "请提前储水" not in fetch(url).text
    assert WHY in fetch(urls["bureau-portal"]).text


def the_auditor_finds_it_in_the_record(today: Day) -> None:
    today.world.clock.forward(timedelta(minutes=2).total_seconds())
    today.world.turn()
    auditor = today.desk("cha")
    page = auditor.open("/audit")
    page.get_by_label("哪个条目").fill(TITLE)
    page.get_by_role("button", name="查", exact=True).click()
    auditor.looked_at()
    rows = page.locator("table.t tbody tr")
    expect(rows.first).to_be_visible()
    rows.first.get_by_role("link").first.click()
    expect(auditor.looked_at().get_by_role("heading", name="证明", exact=True)).to_be_visible()
    expect(page.get_by_text("正是它的摘要")).to_be_visible()
    auditor.not_theirs("/items/new")
    digest = today.revision()
    auditor.cannot(f"/review/{digest}", "签发", f"/review/{digest}/sign", shown=today.standing())


def the_auditor_checks_the_record_away_from_the_machine(today: Day) -> None:
    today.desk("bian").cannot("/audit", EXPORT, "/audit/export")
    page = today.desk("cha").open("/audit")
    page.get_by_label("给谁、做什么用").fill("年度检查")
    with page.expect_download() as export:
        page.get_by_role("button", name=EXPORT).click()
    folder = today.folder / "away"
    with zipfile.ZipFile(export.value.path()) as archive:
        archive.extractall(folder)
    readme = (folder / "README.txt").read_text(encoding="utf-8-sig")
    (command,) = {line.strip() for line in readme.splitlines() if line.strip().startswith("python3 verify")}
    ran = subprocess.run(
        [sys.executable, "-I", "-S", *command.split()[1:]],
        cwd=folder,
        env={"LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    said = ran.stdout.decode() + ran.stderr.decode()
    assert (ran.returncode, "记录完整" in said) == (0, True), said
