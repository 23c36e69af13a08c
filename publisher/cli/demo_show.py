"""What the demo shows, and the texts that it works with."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from publisher.domain.clocks import business_day
from publisher.domain.people import ROLE_LABELS, Role
from publisher.resources import resource

if TYPE_CHECKING:
    from publisher.workflow.where import ItemWhere

MARK = re.compile(r"<<(iso|cn|md|year):([+-]\d+)>>")

FORMS: dict[str, Callable[[date], str]] = {
    "iso": lambda day: day.isoformat(),
    "cn": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "md": lambda day: f"{day.month}月{day.day}日",
    "year": lambda day: str(day.year),
}


def demo_text(name: str) -> str:
    """A shipped item file of the demo."""
    return resource("templates", "demo", name).read_text(encoding="utf-8")


def demo_stream(path: str) -> BinaryIO:
    """A shipped file of the demo, fresh from its beginning."""
    return io.BytesIO(resource("templates", "demo", *path.split("/")).read_bytes())


def dated(text: str, now: datetime) -> str:
    """The text with its marks `<<form:days>>` replaced by dates counted from today in Beijing."""
    today: date = business_day(now)
    return MARK.sub(lambda m: FORMS[m[1]](today + timedelta(days=int(m[2]))), text)


class Show:
    """Prints the demo. Lines are never cut, so that links stay whole at any width."""

    def __init__(self, console: Console) -> None:
        """`console` writes to standard output."""
        self._console = console

    def opening(self, readers: Mapping[str, str]) -> None:
        """What this is, and where a reader looks: addresses by the label of the channel."""
        self._console.print(
            "[bold]公开 Gongkai 演示[/bold]　练习模式：平台都是模拟的，内容没有公开，公众看不到"
        )
        self._readers(readers)

    def staff(self, people: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        """Who works here."""
        words = "；".join(
            f"{display}（{'、'.join(ROLE_LABELS[Role(r)] for r in roles)}）" for _, display, roles in people
        )
        self._plain(f"  人员：{words}")

    def step(self, words: str) -> None:
        """A heading."""
        self._console.print(f"\n[bold]{words}[/bold]", soft_wrap=True)

    def line(self, words: str, *, good: bool | None = None) -> None:
        """One thing that happened."""
        mark = {None: "·", True: "✓", False: "✗"}[good]
        self._plain(f"  {mark} {words}")

    def ledger(self, items: Sequence[ItemWhere]) -> None:
        """Per item and channel what happened; links only to what the public can see now."""
        for item in items:
            self._plain(f"\n  {item.index_no}　{item.title}　[{item.words}]")
            table = Table(box=None, show_header=False, padding=(0, 1, 0, 4))
            for channel in item.channels:
                table.add_row(
                    channel.label, channel.words, f"核验 {channel.verified_at}" if channel.verified_at else ""
                )
            if item.channels:
                self._console.print(table)
            for channel in item.channels:
                if channel.state == "verified":
                    self._plain(f"      {channel.label}　{channel.url}")

    def verdict(self, wants: Sequence[tuple[str, bool]]) -> bool:
        """Whether everything came out as expected."""
        self.step("结果")
        for words, held in wants:
            self.line(words, good=held)
        good = all(held for _, held in wants)
        self._console.print(
            "\n[bold]全部符合预期[/bold]" if good else "\n[bold red]有不符合预期的，见上面的 ✗[/bold red]"
        )
        return good

    def serving(self, readers: Mapping[str, str]) -> None:
        """It goes on serving; addresses by the label of the channel."""
        self._console.print("\n上面的网址现在都能在浏览器里打开。按 Ctrl+C 结束。")
        self._readers(readers)

    def console(self, base: str, people: Iterable[tuple[str, str, Sequence[str]]], password: str) -> None:
        """Where people work in a browser, and how to come in for as long as the demo runs."""
        names = "、".join(f"{name}（{display}）" for name, display, _ in people)
        self._plain(f"  工作台　{base}/")
        self._plain(f"  账号　{names}")
        self._plain(f"  口令　{password}　（只在这一次演示里有用）")

    def _readers(self, readers: Mapping[str, str]) -> None:
        """Label and address of each channel, the addresses below each other."""
        widest = max((cell_len(label) for label in readers), default=0)
        for label, url in readers.items():
            self._plain(f"  {label}{' ' * (widest - cell_len(label))}  {url}")

    def _plain(self, words: str) -> None:
        self._console.print(words, markup=False, highlight=False, soft_wrap=True)
