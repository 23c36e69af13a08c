"""Where things of the portal are: every path and address follows from a message, nothing is looked up. Pure.

<column>/<YYYY>/<MM>/<YYYYMMDD>-<key>.html    the page
<column>/<YYYY>/<MM>/<YYYYMMDD>-<key>.history.html    every public version, once it was corrected
<column>/<YYYY>/<MM>/<YYYYMMDD>-<key>.json    its twin: what the lists are made of
<column>/<YYYY>/<MM>/files/<digest>.<ext>     attachments and images, linked as files/<digest>.<ext>
<column>/index.html, 2.html …                 lists;  index.html, portal.css  front page and its style
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from channels.contract import ChannelMessage, FileRef, Rejected

KEY = re.compile(r"[0-9a-z-]{1,32}")
COLUMN = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
DAY = re.compile(r"(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
REMOTE_ID = re.compile(r"([a-z0-9][a-z0-9-]{0,31})/\d{4}/\d{2}/\d{8}-[0-9a-z-]{1,32}")
RESERVED = frozenset({"files", "elder", "feed", "well-known"})

EXTENSIONS = frozenset(
    (
        *("pdf", "ofd", "docx", "doc", "wps", "xlsx", "xls", "et", "pptx", "ppt", "dps", "txt", "csv"),
        *("zip", "rar", "7z", "jpg", "jpeg", "png", "gif", "mp3", "mp4"),
    )
)
BY_MEDIA_TYPE = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/ofd": "ofd",
    "application/zip": "zip",
    "text/plain": "txt",
    "text/csv": "csv",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where one page is. `remote_id` is its path without ".html", and what a receipt carries."""

    remote_id: str

    @property
    def page(self) -> str:
        """File of the page."""
        return f"{self.remote_id}.html"

    @property
    def history(self) -> str:
        """File of the page with every public version; no key has a dot, so no page has this name."""
        return f"{self.remote_id}.history.html"

    @property
    def twin(self) -> str:
        """File of the page's data."""
        return f"{self.remote_id}.json"

    @property
    def column(self) -> str:
        """Folder of the column."""
        return self.remote_id.partition("/")[0]

    @property
    def folder(self) -> str:
        """Folder of the month, in which the page and its files are."""
        return self.remote_id.rpartition("/")[0]


def place_of(message: ChannelMessage) -> Place:
    """Where a message goes, from its key and the extras `column` and `slug_date`. Raises `Rejected`."""
    extras = dict(message.articles[0].extras)
    column, day = extras.get("column", ""), DAY.fullmatch(extras.get("slug_date", ""))
    if not KEY.fullmatch(message.key):
        raise Rejected("推送标识只能用小写字母、数字和连字符", field="key", before_execution=True)
    if not COLUMN.fullmatch(column) or column in RESERVED:
        raise Rejected("栏目目录名只能用小写字母、数字和连字符", field="column", before_execution=True)
    if day is None:
        raise Rejected("页面日期应为八位数字，如 20260706", field="slug_date", before_execution=True)
    return Place(f"{column}/{day[1]}/{day[2]}/{day[0]}-{message.key}")


def place_at(remote_id: str) -> Place:
    """The place that a receipt names. Raises `ValueError` when it is not one of ours."""
    if not REMOTE_ID.fullmatch(remote_id):
        raise ValueError(f"not a page of a portal: {remote_id!r}")
    return Place(remote_id)


def public_name(ref: FileRef) -> str:
    """Name of a file on the portal: its digest, and an extension that no browser runs.

    From the file's own name where that is a known format, else from its media type, else "bin".
    """
    extension = ref.name.rpartition(".")[2].lower()
    if extension not in EXTENSIONS:
        extension = BY_MEDIA_TYPE.get(ref.media_type, "bin")
    return f"{ref.digest}.{extension}"


def public_href(ref: FileRef) -> str:
    """How a page links to one of its files: relative to the page."""
    return f"files/{public_name(ref)}"
