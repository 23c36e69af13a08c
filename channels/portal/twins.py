"""The twin of a page: a small JSON file beside it, from which lists are made and files are known to be in use."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace

from channels.contract import ChannelMessage
from channels.disk import Disk
from channels.portal.places import Place, public_name
from channels.portal.wire import checked, read
from channels.reading import Page

OUT, WITHDRAWN = "out", "withdrawn"
COLUMN_TAGS = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")


@dataclass(frozen=True, slots=True)
class Twin:
    """What is known of one page beside the page itself. Public, like the page; `files` are names in `files/`.

    `digest` is the SHA-256 of the page as it was written. `posted_at` and `withdrawn_at` are
    "YYYY-MM-DD HH:MM", Beijing time. `column` holds the values of the four column tags, in their order.
    """

    key: str
    remote_id: str
    state: str
    digest: str
    title: str
    posted_at: str
    column: tuple[str, ...]
    formed_on: str = ""
    index_no: str = ""
    doc_no: str = ""
    summary: str = ""
    files: tuple[str, ...] = ()
    withdrawn_at: str = ""

    def written(self) -> bytes:
        """The file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()

    @staticmethod
    def read(raw: bytes) -> Twin:
        """From the file."""
        values = json.loads(raw)
        return Twin(**{**values, "files": tuple(values["files"]), "column": tuple(values["column"])})


def twin_of(place: Place, message: ChannelMessage) -> Twin:
    """The twin of a page that is to be written; all slots are filled. Raises `Rejected` for an unfit page."""
    article = message.articles[0]
    page, extras = checked(article), dict(article.extras)
    return Twin(
        key=message.key,
        remote_id=place.remote_id,
        state=OUT,
        digest=hashlib.sha256(article.body.encode()).hexdigest(),
        title=page.metas["ArticleTitle"],
        posted_at=page.metas["PubDate"],
        column=_column(page),
        formed_on=extras.get("formed_on", ""),
        index_no=extras.get("index_no", ""),
        doc_no=extras.get("doc_no", ""),
        summary=page.metas.get("Description", ""),
        files=tuple(sorted({public_name(ref) for ref in (*article.images, *article.attachments)})),
    )


def recovered(place: Place, content: bytes) -> Twin:
    """A twin from the page alone, where the process died between the two."""
    seen = read(content.decode(errors="replace"))
    images = seen.body.images if seen.body else []
    links = [href for href, _ in seen.files.links] if seen.files else []
    return Twin(
        key=place.remote_id.rpartition("/")[2].partition("-")[2],
        remote_id=place.remote_id,
        state=OUT,
        digest=hashlib.sha256(content).hexdigest(),
        title=seen.page.metas.get("ArticleTitle", ""),
        posted_at=seen.page.metas.get("PubDate", ""),
        column=_column(seen.page),
        files=tuple(sorted({h.removeprefix("files/") for h in (*images, *links) if h.startswith("files/")})),
    )


def hidden(twin: Twin, withdrawn_at: str) -> Twin:
    """What may still be known of a page that was taken back: no title, no summary, no files."""
    return replace(
        twin, state=WITHDRAWN, digest="", title="", doc_no="", summary="", files=(), withdrawn_at=withdrawn_at
    )


def column_values(path: str, twin: Twin) -> dict[str, str]:
    """A column as the page templates know it, from one of its pages."""
    return {"path": path, **dict(zip(("name", "description", "keywords", "type"), twin.column, strict=True))}


def twins(disk: Disk, column: str = "*") -> list[Twin]:
    """All twins of a column (of all columns), newest first."""
    found = (disk.read(name) for name in disk.names(f"{column}/[0-9][0-9][0-9][0-9]/[0-9][0-9]/*.json"))
    known = sorted(
        (Twin.read(raw) for raw in found if raw), key=lambda twin: (twin.posted_at, twin.remote_id)
    )
    return known[::-1]


def files_in_use(disk: Disk, *, besides: Place) -> frozenset[str]:
    """Names of the files that other pages of the same month link to."""
    others = (twin for twin in twins(disk, besides.column) if twin.remote_id != besides.remote_id)
    return frozenset(
        name
        for twin in others
        if twin.state == OUT and Place(twin.remote_id).folder == besides.folder
        for name in twin.files
    )


def _column(page: Page) -> tuple[str, ...]:
    return tuple(page.metas.get(name, "") for name in COLUMN_TAGS)
