"""A bureau's day in browsers: nine synthetic people, each with an account, a password and a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import APIResponse, Browser, Page, expect

from publisher.web.console.app import console_app
from publisher.web.serving import served
from publisher.workflow.reviewing import standing_of
from publisher.workflow.staff import AddUserRequest, add_user
from tests.browser.eyes import CUT, quiet_page
from tests.seats import HERE, told
from tests.word_files import OFFICE, PARTS, TABLE, W, drawing, paragraph, png, word_file
from tests.world import World, make_home, make_template, open_world

PEOPLE = {  # account: display, role, password
    "jiang": ("江一帆", "administrator", "早上先看机器再喝茶 11"),
    "gu": ("顾长河", "security_administrator", "门口的石狮子有两只 12"),
    "bian": ("边晓青", "editor", "排版要留白也要留神 13"),
    "he": ("何慎言", "content_reviewer", "数字要和原件对三遍 14"),
    "mi": ("米守一", "secrecy_reviewer", "钥匙放在左边抽屉里 15"),
    "fang": ("方致远", "approver", "落笔以前再读一遍吧 16"),
    "kai": ("凯明月", "disclosure_office", "窗口每周三下午开放 17"),
    "cha": ("查允真", "auditor", "一页一页从头翻到尾 18"),
}
NEWCOMER, NEWCOMER_SHOWN, NEWCOMER_PASSWORD = "ning", "宁初稿", "第一天上班下着小雨 19"
TITLE = "关于石渡镇供水管网改造期间临时停水的公告"

BULLETS = f"""<?xml version="1.0"?><w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">
<w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1">
<w:abstractNumId w:val="0"/></w:num></w:numbering>"""
WITH_BULLETS = PARTS.replace(
    "</Relationships>",
    f'<Relationship Id="rId2" Type="{OFFICE}/numbering" Target="numbering.xml"/></Relationships>',
)


def day_word_file() -> bytes:
    """A notice as an office writes it: title, heading, list, table with merged cells, picture, sign-off and date."""
    return word_file(
        paragraph(TITLE, "a3")
        + paragraph("石渡镇有关用水户：")
        + paragraph("停水安排", "1")
        + paragraph("2026年12月3日22时至次日6时，石渡镇镇区停水，共影响 46 户，请提前储水。")
        + listed("镇政府广场设临时送水点。")
        + listed("柳湾村口设临时送水点。")
        + TABLE
        + drawing("停水范围图")
        + paragraph("临澜市水利局")
        + paragraph("2026年11月20日"),
        parts={
            "word/media/image1.png": png(900, 383),
            "word/numbering.xml": BULLETS,
            "word/_rels/document.xml.rels": WITH_BULLETS,
        },
    )


def listed(text: str) -> str:
    """A paragraph of a list."""
    mark = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    return f"<w:p>{mark}<w:r><w:t>{text}</w:t></w:r></w:p>"


@dataclass
class Desk:
    """One person's browser at the console. Every page they open is looked at; what the browser complains of is kept."""

    page: Page
    base: str
    name: str
    password: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        """A page, after signing in where the session has ended; nothing on it is cut, and it is no error page."""
        answer = self.page.goto(urljoin(self.base, path))
        if self.page.url.endswith("/login"):
            self.sign_in()
            answer = self.page.goto(urljoin(self.base, path))
        assert answer is not None
        assert answer.status == 200, f"{self.name} {path}: {answer.status}"
        return self.looked_at()

    def sign_in(self) -> None:
        """With the keyboard, as the page stands."""
        expect(self.page.get_by_label("账号")).to_be_focused()
        self.page.keyboard.type(self.name)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(self.password)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="登录")).to_have_count(0)

    def looked_at(self) -> Page:
        """The page as it stands: whole, without scrolling sideways, and nothing complained of."""
        self.page.wait_for_load_state()
        cut = self.page.evaluate(CUT)
        assert (cut, self.complaints) == ([], []), f"{self.name} {self.page.url}: {cut} {self.complaints}"
        return self.page

    def press(self, name: str, then: str = "") -> Page:
        """Press the button of this name; what comes says `then`."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        if then:
            expect(self.page.get_by_text(then).first).to_be_visible()
        return self.looked_at()

    def forced(self, path: str, **fields: str) -> APIResponse:
        """A form that this person's pages do not offer, sent all the same with their own session."""
        form = self.page.locator("input[name=form]").first.get_attribute("value") or ""
        return self.page.request.post(
            urljoin(self.base, path), form={"form": form, **fields}, headers=HERE, max_redirects=0
        )

    def cannot(self, path: str, button: str, post: str, **fields: str) -> None:
        """The page does not offer the button, and the act is refused when it is asked for all the same."""
        page = self.open(path)
        expect(page.get_by_role("button", name=button)).to_have_count(0)
        answer = self.forced(post, **fields)
        assert answer.status == 403, f"{self.name} {post}: {answer.status} {told(answer.text())}"

    def not_theirs(self, path: str) -> None:
        """A room that is not this person's: no link leads there, and its address is refused."""
        page = self.open("/")
        expect(page.locator(f"a[href='{path}']")).to_have_count(0)
        assert page.request.get(urljoin(self.base, path)).status == 403, f"{self.name} {path}"


@dataclass
class Day:
    """The bureau, its console and everybody's desk. `desk` opens one at the day's width when first asked."""

    world: World
    base: str
    browser: Browser
    width: int
    folder: Path
    opened: ExitStack
    desks: dict[str, Desk] = field(default_factory=dict)
    item: str = ""

    def desk(self, name: str) -> Desk:
        """This person's browser."""
        if name not in self.desks:
            page = self.opened.enter_context(quiet_page(self.browser, self.width))
            password = PEOPLE[name][2] if name in PEOPLE else NEWCOMER_PASSWORD
            made = Desk(page, self.base, name, password)
            page.set_default_timeout(8000)
            page.context.on(
                "console",
                lambda m: (
                    made.complaints.append(f"{m.text} {m.location['url']}")
                    if m.type in ("error", "warning")
                    else None
                ),
            )
            page.context.on("weberror", lambda why: made.complaints.append(str(why.error)))
            self.desks[name] = made
        return self.desks[name]

    def revision(self) -> str:
        """The newest revision of the day's item."""
        with self.world.office.store.read() as reading:
            found = reading.items.latest_revision(self.item)
        assert found is not None
        return found.id

    def standing(self) -> str:
        """The newest revision as its page says that it stands; forms of review carry it."""
        return standing_of(self.world.revision(self.revision()))

    def states(self) -> set[str]:
        """How the item stands on its channels, as the record has it."""
        return set(self.world.states(self.item).values())


@contextmanager
def day(folder: Path, browser: Browser, width: int) -> Iterator[Day]:
    """The bureau in the morning: practice platforms are up, and everybody but the newcomer has an account."""
    tokens = make_template(folder / "template")
    make_home(folder / "template", folder / "home", {})
    world = open_world(folder / "home", tokens)
    with ExitStack() as stack:
        stack.callback(world.close)
        practice = stack.enter_context(world.practising())
        practice.simulators["wechat"].press.job_s = 0
        for name, (display, role, password) in PEOPLE.items():
            world.do("admin", add_user, AddUserRequest(name, display, (role,), password=password))
        with world.office.store.write() as uow:  # everybody was there before the security administrator was
            for name in PEOPLE:
                uow.people.change(name, active=True, asked=None)
            uow.commit()
        base = stack.enter_context(served(console_app(world.office, https=False), "127.0.0.1", 0))
        yield Day(world, base, browser, width, folder, stack)


def item_in(url: str) -> str:
    """The item that an address is about."""
    found = re.search(r"/items/(\w+)", url)
    assert found
    return found[1]
