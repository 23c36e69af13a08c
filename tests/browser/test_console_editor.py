"""The editor in a browser: every page whole at both widths, and a Word file on its way to review by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from publisher.web.console.app import console_app
from publisher.web.serving import served
from tests.browser.eyes import CUT, EMPTY, WIDTHS, quiet_page
from tests.browser.test_console import CHINESE_WORDS, OURS, UNMARKED, come_in, judged
from tests.seats import employ
from tests.word_files import usual_word_file
from tests.world import World, item_file, make_home, make_template, open_world

each_width = pytest.mark.parametrize("width", WIDTHS)
FORMATS = r"(?<![A-Za-z])(?:docx?|html|Markdown|md|txt|PDF|pdf|Excel|OFD|JPG|PNG|GIF|MB|KB|https)(?![A-Za-z])"


@dataclass(frozen=True)
class Room:
    """Where the editor is: a draft with a finding and a file, and one that follows a revision."""

    base: str
    world: World
    draft: str
    second: str
    word: Path


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("editor")
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    with ExitStack() as stack:
        stack.callback(world.close)
        employ(world, role="drafter editor")
        data = item_file(title="关于临时停水的通告（讨论稿）", lists="[[attachments]]\nfile = '名单.pdf'")
        draft = world.draft(data, files={"名单.pdf": b"%PDF-1.4\n" + bytes(30_000)})
        second = world.draft(item_file())
        world.submit(second)
        world.draft(item_file(title="改过的标题"), item_id=second)
        word = folder / "稿件.docx"
        word.write_bytes(usual_word_file())
        base = stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))
        yield Room(base, world, draft, second, word)


@pytest.fixture
def page(browser: Browser, width: int, room: Room) -> Iterator[Page]:
    with quiet_page(browser, width) as opened:
        come_in(opened, room.base)
        yield opened


@each_width
@pytest.mark.parametrize("path", ["/items/new", "edit", "compare", "discard"])
def test_a_page_of_the_editor_is_whole_in_both_languages(
    page: Page, room: Room, width: int, path: str
) -> None:
    item = room.second if path == "compare" else room.draft
    for lang in ("zh", "en"):
        page.goto(urljoin(room.base, f"/language/{lang}"))
        page.goto(urljoin(room.base, path if path.startswith("/") else f"/items/{item}/{path}"))
        page.wait_for_load_state()
        assert (page.evaluate(CUT), page.evaluate(EMPTY)) == ([], [])
        if lang == "zh":
            words = re.sub(FORMATS, "", re.sub(OURS, "", page.evaluate(CHINESE_WORDS)))
            assert re.findall(r"[A-Za-z]{2,}", words) == [], "an English leftover"
        else:
            assert page.evaluate(UNMARKED) == [], "Chinese left"
        judged(page)
    page.goto(urljoin(room.base, "/language/zh"))


@each_width
def test_a_word_file_becomes_a_draft_is_edited_and_submitted(page: Page, room: Room, width: int) -> None:
    page.goto(urljoin(room.base, "/items/import"))
    page.get_by_label("文件 *").set_input_files(room.word)
    page.get_by_role("button", name="从文件建草稿").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("已从文件建成草稿")).to_be_visible()
    sheet = page.get_by_role("textbox", name="正文", exact=True)
    expect(sheet).to_contain_text("本季度共核定直补移民 46 户")
    assert sheet.locator("td[rowspan='2']").inner_text() == "柳林镇"
    sheet.focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("特此公示。")
    expect(page.locator("#saved")).to_contain_text("已自动保存", timeout=8000)
    expect(page.locator(".pv-portal").first).to_contain_text("特此公示")
    page.get_by_role("button", name="保存并送审", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/items/\w+\?done=submitted"))
    with room.world.office.store.read() as reading:
        item = page.url.split("/items/")[1].partition("?")[0]
        revision = reading.items.latest_revision(item)
    assert revision is not None
    assert "<p>特此公示。</p>" in revision.content["body"]
    assert revision.content["body"].count("<img") == 1


@pytest.mark.parametrize("width", WIDTHS[:1])
def test_what_is_pasted_from_word_comes_in_clean(page: Page, room: Room, width: int) -> None:
    page.goto(urljoin(room.base, f"/items/{room.draft}/edit"))
    page.evaluate("""() => {
      const board = new DataTransfer();
      board.setData("text/html", "<p style='color:red'>粘贴的<b>一段</b></p><script>window.bad=1</script>");
      const sheet = document.getElementById("sheet");
      sheet.focus();
      getSelection().selectAllChildren(sheet);
      getSelection().collapseToEnd();
      sheet.dispatchEvent(new ClipboardEvent("paste", {clipboardData: board, bubbles: true, cancelable: true}));
    }""")
    expect(page.locator("#sheet")).to_contain_text("粘贴的一段")
    assert page.locator("#sheet [style*=color]").count() == 0
    assert page.evaluate("() => window.bad") is None
    expect(page.locator("#saved")).to_contain_text("已自动保存", timeout=8000)


@pytest.mark.parametrize("width", WIDTHS[:1])
def test_a_stale_page_says_so_and_keeps_what_was_typed(page: Page, room: Room, width: int) -> None:
    page.goto(urljoin(room.base, f"/items/{room.second}/edit"))
    room.world.draft(item_file(title="别人存的标题"), item_id=room.second)
    page.get_by_label("标题 *").fill("我写的标题")
    expect(page.locator("#saved")).to_contain_text("没有保存", timeout=8000)
    expect(page.get_by_label("标题 *")).to_have_value("我写的标题")


def test_without_scripts_the_plain_field_and_the_buttons_do_everything(browser: Browser, room: Room) -> None:
    with quiet_page(browser, WIDTHS[1], java_script_enabled=False) as page:
        come_in(page, room.base)
        page.goto(urljoin(room.base, "/items/new"))
        page.get_by_label("标题").fill("没有脚本也能写")
        page.get_by_role("button", name="建空白草稿").click()
        page.get_by_role("textbox", name="正文").fill("第一段\n第二段")
        page.get_by_role("button", name="保存", exact=True).first.click()
        expect(page.get_by_text("已保存。")).to_be_visible()
        expect(page.locator(".pv-portal").first).to_contain_text("第二段")
