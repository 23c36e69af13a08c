"""The demo as its user meets it: started by its command, read from its pages, ended by Ctrl+C.

Imports nothing of the product. What must be found stands here as words, copied from the texts of the demo.
"""

from __future__ import annotations

import html
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import console, missing

PUBLISHER = str(Path(sys.executable).with_name("publisher"))
PATIENCE_S = 110
PAGES = {  # title → its channels → the title there and a sentence from the middle of what stands there
    "临澜市水利局2018年政府信息公开工作年度报告": {
        "市政府门户网站": ("", "2018年没有收到公民、法人和其他组织提出的政府信息公开申请。"),
        "局门户网站": ("", "2018年没有收到公民、法人和其他组织提出的政府信息公开申请。"),
        "微信公众号": ("", "2018年没有收到公民、法人和其他组织提出的政府信息公开申请。"),
        "微博": ("", "2018年主动公开政府信息396条以上，依申请公开0件，行政复议2件。"),
    },
    "洪水蓝色预警": {
        "市政府门户网站": ("", "受上游持续降雨影响，澜溪河柳湾站水位正在上涨"),
        "局门户网站": ("", "受上游持续降雨影响，澜溪河柳湾站水位正在上涨"),
        "微信公众号": ("", "受上游持续降雨影响，澜溪河柳湾站水位正在上涨"),
        "微博": ("洪水蓝色预警", "请撤离河滩和低洼地，停止河道作业，听从转移通知"),
    },
}
WITHDRAWN = "关于澜溪河左岸险工段加固工程开工的公告"
RETURNED = "三座中型水库完成汛前放水设施检查"


@dataclass(frozen=True)
class Run:
    """One running demo and the file that takes what it prints."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def until(self, words: str) -> bool:
        """Wait until a line holds these words, the demo ends, or patience does."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None and words not in self.printed:
            time.sleep(0.1)
        return words in self.printed

    def ended(self) -> int:
        """Its exit code."""
        return self.process.wait(timeout=PATIENCE_S)


def started(output: Path, *options: str) -> Run:
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [PUBLISHER, "demo", *options],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # as at a terminal
        )
    return Run(process, output)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    """Three demos beside each other, each on its own free ports."""
    folder = tmp_path_factory.mktemp("demo")
    options: dict[str, list[str]] = {
        "serving": [],
        "once": ["--once"],
        "blind": ["--once", "--without-reader"],
    }
    found = {name: started(folder / name, *given) for name, given in options.items()}
    try:
        yield found
    finally:
        for run in found.values():
            if run.process.poll() is None:
                run.process.kill()
                run.process.wait()


@pytest.fixture(scope="module")
def serving(runs: dict[str, Run]) -> Run:
    """The demo that keeps serving, when its links stand on the screen."""
    assert runs["serving"].until("按 Ctrl+C 结束"), runs["serving"].printed
    return runs["serving"]


def links(run: Run) -> dict[str, dict[str, str]]:
    """Title → channel → address, as printed."""
    found: dict[str, dict[str, str]] = {}
    title = ""
    for line in run.printed.splitlines():
        head = re.fullmatch(r"  \S+/\d{4}-\d{5}　(.+)　\[.+\]", line)
        link = re.fullmatch(r"      (\S+)　(http://\S+)", line)
        title = head[1] if head else title
        if link:
            found.setdefault(title, {})[link[1]] = link[2]
    return found


def read(url: str) -> str:
    """What stands on the page, without tags and white space."""
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - printed by the demo itself
        page = answer.read().decode("utf-8")
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", "", html.unescape(words))


def test_the_demo_prints_a_link_for_each_item_that_is_out_on_each_channel(serving: Run) -> None:
    assert {title: set(channels) for title, channels in links(serving).items()} == {
        title: set(channels) for title, channels in PAGES.items()
    }


@pytest.mark.parametrize(
    ("title", "channel"), [(t, c) for t in PAGES for c in PAGES[t]], ids=lambda word: word[:6]
)
def test_a_printed_link_shows_the_title_and_a_sentence_from_the_middle(
    serving: Run, title: str, channel: str
) -> None:
    page = read(links(serving)[title][channel])
    heading, sentence = PAGES[title][channel]
    assert (heading or title) in page
    assert sentence in page


@pytest.mark.parametrize("name", ["市政府门户网站", "局门户网站", "微信公众号", "微博"])
def test_the_front_page_of_a_channel_shows_what_is_out_and_not_what_was_withdrawn(
    serving: Run, name: str
) -> None:
    address = re.search(rf"^  {name} +(http://\S+)$", serving.printed, re.MULTILINE)
    assert address is not None
    page = read(address[1])
    assert "2018年政府信息公开工作年度报告" in page
    assert "洪水蓝色预警" in page
    assert WITHDRAWN not in page
    assert RETURNED not in page


def test_the_demo_opens_the_console_with_a_password_for_this_run_alone(serving: Run) -> None:
    assert serving.until("只在这一次演示里有用"), serving.printed
    base = re.search(r"工作台　(http://127\.0\.0\.1:\d+/)", serving.printed)
    password = re.search(r"口令　(\S+)", serving.printed)
    assert base
    assert password
    fields = urllib.parse.urlencode({"name": "lu.yuan", "password": password[1]}).encode()
    asked = urllib.request.Request(f"{base[1]}login", fields, {"Sec-Fetch-Site": "same-origin"})  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = opener.open(asked, timeout=20).read().decode()
    assert "工作台" in page
    assert "陆予安" in page


def test_ctrl_c_ends_the_serving_demo_cleanly(serving: Run) -> None:
    serving.process.send_signal(signal.SIGINT)
    assert serving.ended() == 0, serving.printed
    assert "Traceback" not in serving.printed


def test_once_ends_with_0_when_everything_came_out_as_expected(runs: dict[str, Run]) -> None:
    assert runs["once"].ended() == 0, runs["once"].printed
    assert "✗" not in runs["once"].printed


def test_without_the_readers_view_nothing_is_verified_and_once_says_so(runs: dict[str, Run]) -> None:
    assert runs["blind"].ended() == 7, runs["blind"].printed
    assert links(runs["blind"]) == {}
    assert "有不符合预期的" in runs["blind"].printed


def test_the_readme_shows_what_the_demo_prints(runs: dict[str, Run]) -> None:
    assert runs["once"].ended() == 0
    told = next(told for told in console("README.md") if told.command.startswith("make demo"))
    assert missing(told.output, runs["once"].printed) == []
