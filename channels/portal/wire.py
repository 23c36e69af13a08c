"""What a page must carry, and what a reader finds on it. No decisions about postings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import urljoin

from channels.contract import (
    Article,
    CannotSee,
    Gone,
    Level,
    Rejected,
    Seen,
    SeenFile,
    SeenImage,
    SeeResult,
    Unavailable,
)
from channels.http import Answer, Http, is_at
from channels.reading import Page, Region, read_page

REQUIRED_TAGS = (  # rules.md 16.3, R3.01: three site, four column and three content tags
    *("SiteName", "SiteDomain", "SiteIDCode"),
    *("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType"),
    *("ArticleTitle", "PubDate", "ContentSource"),
)
BODY_ID = "article-body"
HISTORY_ID = "versions"
TOMB_CLASS = "tomb"
FILES_CLASS = "files"
GONE_STATUS = {404: "网页不存在", 410: "网页已删除"}


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page as the three regions that matter here. `body` is None when it is not one of our item pages."""

    page: Page
    body: Region | None
    files: Region | None
    tomb: bool


def read(html: str) -> ReadPage:
    """Read the head, the text region and the list of attachments."""
    page = read_page(html, element_id=BODY_ID)
    files = read_page(html, css_class=FILES_CLASS).region if FILES_CLASS in html else None
    tomb = page.region is None and read_page(html, css_class=TOMB_CLASS).region is not None
    return ReadPage(page, page.region, files, tomb)


def checked(article: Article) -> Page:
    """The page of an article, once it is fit to go out. Raises `Rejected` that names what is missing.

    All slots are filled, all ten tags have a value, and the text region is there.
    """
    if article.slots():
        raise Rejected(
            f"页面中还有未填的空位：{'、'.join(sorted(article.slots()))}", field="body", before_execution=True
        )
    seen = read(article.body)
    missing = [name for name in REQUIRED_TAGS if not seen.page.metas.get(name, "").strip()]
    if missing:
        raise Rejected(f"网页缺少必备标签：{'、'.join(missing)}", field=missing[0], before_execution=True)
    if seen.body is None:
        raise Rejected("网页没有正文区域", field="body", before_execution=True)
    return seen.page


def is_tomb(content: bytes) -> bool:
    """Whether a page of ours says that something was taken back."""
    return read(content.decode(errors="replace")).tomb


class Reader:
    """Looks at a page over the network as anyone can, with no second try."""

    def __init__(self, http: Http, site: str) -> None:
        """`http` sends without any credentials; nothing is asked but of `site`, whatever address is given."""
        self._http, self._site_url = http, site

    def see(self, url: str) -> SeeResult:
        """What a reader finds at an address. Never raises for what it sees."""
        if not is_at(url, self._site_url):
            return CannotSee("这不是本门户的网址")
        try:
            answer = self._get(url)
            if answer.status in GONE_STATUS:
                return Gone(GONE_STATUS[answer.status])
            if answer.status != 200:
                return CannotSee(f"网页答复 HTTP {answer.status}")
            return self._seen(url, answer)
        except Unavailable as why:
            return CannotSee(str(why))

    def _seen(self, url: str, answer: Answer) -> SeeResult:
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return Seen(
                Level.PUBLIC, "", "", snapshot_digest=hashlib.sha256(answer.body).hexdigest()
            )  # a file
        page = read(answer.text)
        versions = read_page(answer.text, element_id=HISTORY_ID).region if HISTORY_ID in answer.text else None
        if versions is not None:
            return Seen(Level.PUBLIC, page.page.metas.get("ArticleTitle", ""), versions.text)
        if page.tomb:
            return Gone("网页已换成撤下说明")
        if page.body is None:
            return CannotSee("这个地址上不是本站的信息页面")
        return Seen(
            Level.PUBLIC,
            page.page.metas.get("ArticleTitle", ""),
            page.body.text,
            links=tuple(href for href, _ in page.body.links),
            images=tuple(self._image(urljoin(url, src)) for src in page.body.images),
            files=tuple(self._file(urljoin(url, href)) for href in _once(page.files)),
            snapshot_digest=hashlib.sha256(answer.body).hexdigest(),
        )

    def _image(self, url: str) -> SeenImage:
        if not is_at(url, self._site_url):
            return SeenImage(url, answers=False)
        answer = self._get(url)
        is_image = answer.headers.get("content-type", "").startswith("image/")
        return SeenImage(url, answer.status == 200 and is_image and bool(answer.body))

    def _file(self, url: str) -> SeenFile:
        if not is_at(url, self._site_url):
            return SeenFile(url, "")
        answer = self._get(url)
        return SeenFile(url, hashlib.sha256(answer.body).hexdigest() if answer.status == 200 else "")

    def _get(self, url: str) -> Answer:
        return self._http.read("GET", url, tries=1, headers={"Cache-Control": "no-cache"})


def _once(region: Region | None) -> list[str]:
    return list(dict.fromkeys(href for href, _ in region.links)) if region else []
