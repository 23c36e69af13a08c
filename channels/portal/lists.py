"""Column lists and the front page, made anew from the twins of the pages. Nothing but the folder is the truth.

A twin is the JSON file beside a page. A list can be deleted at any time; the next publishing makes it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from channels.contract import Pages
from channels.disk import Disk
from channels.portal.places import Place
from channels.portal.settings import PortalSettings
from channels.portal.twins import OUT, Twin, column_values, twins

PER_PAGE = 30
ON_FRONT_PAGE = 8
STYLE = "portal.css"


class Lists:
    """Makes the lists of one portal."""

    def __init__(self, disk: Disk, settings: PortalSettings, pages: Pages) -> None:
        """`pages` fills `portal/column.html`, `portal/index.html` and `portal/portal.css`."""
        self._disk, self._settings, self._pages = disk, settings, pages

    def remake(self, column: str) -> None:
        """Write the style, the lists of one column and the front page, each only where it changed."""
        known = twins(self._disk)
        if not any(Place(twin.remote_id).column == column for twin in known):
            return
        shown = [twin for twin in known if twin.state == OUT and self._disk.has(Place(twin.remote_id).page)]
        self._put(STYLE, self._pages(f"portal/{STYLE}", {}))
        mine = [twin for twin in shown if Place(twin.remote_id).column == column]
        count = max(1, -(-len(mine) // PER_PAGE))
        for number in range(1, count + 1):
            self._put(list_name(column, number), self._list_page(column, mine, number, count))
        for name in self._disk.names(f"{column}/[0-9]*.html"):
            if int(name.rpartition("/")[2].removesuffix(".html")) > count:
                self._disk.remove(name)
        self._put("index.html", self._front_page(shown))

    def shows(self, place: Place) -> bool:
        """Whether a list of its column links to this page."""
        link = f'href="{place.page.partition("/")[2]}"'.encode()
        names = [f"{place.column}/index.html", *self._disk.names(f"{place.column}/[0-9]*.html")]
        return any(link in (self._disk.read(name) or b"") for name in names)

    def _put(self, name: str, text: str) -> None:
        content = text.encode()
        if self._disk.read(name) != content:
            self._disk.write(name, content)

    def _list_page(self, column: str, mine: list[Twin], number: int, count: int) -> str:
        entries = mine[(number - 1) * PER_PAGE : number * PER_PAGE]
        values = {
            "site": self._settings.site(),
            "practice": self._settings.practice,
            "column": column_values(column, (mine or twins(self._disk, column))[0]),
            "entries": [_entry(twin, f"{column}/") for twin in entries],
            "total": len(mine),
            "number": number,
            "count": count,
        }
        return self._pages("portal/column.html", values)

    def _front_page(self, shown: list[Twin]) -> str:
        values = {
            "site": self._settings.site(),
            "practice": self._settings.practice,
            "columns": list(_sections(shown)),
        }
        return self._pages("portal/index.html", values)


def list_name(column: str, number: int) -> str:
    """File of one page of a column's list."""
    return f"{column}/{'index' if number == 1 else number}.html"


def _sections(shown: list[Twin]) -> Iterator[dict[str, object]]:
    by_column = sorted(shown, key=lambda twin: Place(twin.remote_id).column)  # keeps newest first inside
    for column, group in groupby(by_column, key=lambda twin: Place(twin.remote_id).column):
        newest = list(group)[:ON_FRONT_PAGE]
        yield {**column_values(column, newest[0]), "entries": [_entry(twin, "") for twin in newest]}


def _entry(twin: Twin, inside: str) -> dict[str, str]:
    return {
        "href": Place(twin.remote_id).page.removeprefix(inside),
        "title": twin.title,
        "date": twin.posted_at[:10],
        "index_no": twin.index_no,
        "doc_no": twin.doc_no,
        "summary": twin.summary,
    }
