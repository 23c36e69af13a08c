"""From approved content to the message of one channel, with slots for what is known only later.

A kind of channel is a folder of small templates, `channels/<kind>/`; `templates/channels/README.md` says
what each file is for. Which of them are there is all that this code knows about a kind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources.abc import Traversable

from channels.contract import URL, Article, ChannelMessage, ChannelProfile, FileRef
from channels.reading import plain, read_page
from publisher.domain.catalogue import Bureau, ChannelPlan
from publisher.domain.correction import Version
from publisher.domain.item import Content, ItemFile
from publisher.render import context
from publisher.render.dress import dress
from publisher.render.library import CHANNELS, Library
from publisher.render.pieces import Pieces, fits_body, fitted, pieces_of
from publisher.render.subset import IMAGE_SLOT, own_body
from publisher.render.warning import warning_of
from publisher.resources import resource

BODY_ID = "article-body"
"""The element of a rendered page that holds what a reader must find; without one it is the whole body."""


class Renderer:
    """Fills the templates of one public body. Holds nothing of any item; the same input gives the same message."""

    def __init__(
        self, folders: Sequence[Traversable], bureau: Bureau, sites: Mapping[str, Mapping[str, str]]
    ) -> None:
        """`folders` are the bureau's own template folders, looked at before the shipped one.

        `sites` maps a portal channel's name to its site: `name`, `domain`, `id_code`, `sponsor`, `url`.
        """
        self._library = Library((*folders, resource("templates")))
        self._bureau, self._sites = bureau, sites

    def page(self, template: str, values: Mapping[str, object]) -> str:
        """HTML text of `templates/<template>` with `values`: the `Pages` port of adapters that write pages."""
        return self._library.filled(template, values)

    def message(
        self,
        content: Content,
        *,
        index_no: str,
        plan: ChannelPlan,
        profile: ChannelProfile,
        earlier: Sequence[Version] = (),
    ) -> ChannelMessage:
        """What a channel is to send: one article, under no key yet. `earlier` versions stand in a correction's history.

        `content` has passed `domain.item.require_complete`. Raises `Refused` where the body shows a picture
        that the item does not have, a text contains a slot of ours, a warning's elements contradict each
        other, or a page would lack a mandatory tag. Lengths are not looked at here: see `limits`.
        """
        work = _Work(self._library, content, plan, profile, f"{CHANNELS}/{profile.kind}", tuple(earlier))
        site = context.site_of(plan, self._bureau, self._sites)
        return ChannelMessage("", (work.article(self._bureau, site, index_no),))

    def shipped_files(self) -> Mapping[str, bytes]:
        """Bytes, by digest, of the pictures beside the templates that a message may name as its cover."""
        return {hashlib.sha256(data).hexdigest(): data for data in self._library.pictures.values()}


@dataclass(frozen=True, slots=True)
class _Work:
    """One content on its way to one channel. `folder` is where the templates of its kind are."""

    library: Library
    content: Content
    plan: ChannelPlan
    profile: ChannelProfile
    folder: str
    earlier: tuple[Version, ...] = ()

    def article(self, bureau: Bureau, site: Mapping[str, str], index_no: str) -> Article:
        values = self._values(bureau, site, index_no)
        name, body = self._body(values)
        images = self._images(name, body, values)
        article = Article(
            title=self._line("title.txt", values) or self.content.title,
            body=body,
            text=_text_of(name, body),
            summary=self._line("summary.txt", values),
            author=self._line("author.txt", values),
            link=self._line("link.txt", values),
            cover=self._cover(values),
            images=tuple(map(context.file_ref, images)),
            attachments=self._attachments(),
            extras=_extras(self._line("extras.json", values)),
        )
        if "image" in self.profile.slots:
            return article
        return article.filled({f"image:{file.digest}": self._href(file) for file in images})

    def _values(self, bureau: Bureau, site: Mapping[str, str], index_no: str) -> context.Values:
        content, cover = self.content, self.content.cover()
        body = own_body(content)
        values: context.Values = {
            "site": site,
            "bureau": {"name": bureau.name, "organisation": bureau.organisation},
            "column": context.column_values(content, bureau),
            "item": context.item_values(content, bureau, index_no),
            **context.version_values(content, self.earlier),
            "d": pieces_of(content),
            "details": Pieces(content.details),
            "warning": warning_of(content, bureau),
            "body_html": body,
            "attachments": [context.file_values(file, self._href(file)) for file in content.attachments()],
            "images": [context.file_values(file, self._href(file)) for file in content.images()],
            "cover": context.file_values(cover, "") if cover else None,
            "picture_types": self.profile.images.media_types,
            "revision_digest": "",
            "practice": self.plan.practice,
            "fits": context.fits_field(self.profile),
        }
        rules = self.library.table(f"{self.folder}/dress.json")
        if rules:
            widths = {f"[[slot:image:{file.digest}]]": file.width for file in content.images()}
            values["dressed"] = dress(body, rules, widths)
        return values

    def _body(self, values: context.Values) -> tuple[str, str]:
        """Name of the template that wrote the body, and the body."""
        kind = self.content.kind
        own = ("body-correction.html", "body-correction.txt") if self.content.correction else ()
        names = (*own, f"body-{kind}.html", f"body-{kind}.txt", "body.html", "body.txt")
        paths = [f"{self.folder}/{name}" for name in names]
        path = next((path for path in paths if self.library.has(path)), paths[-1])
        orders = self.library.table(f"{self.folder}/drop.json")

        def write(pieces: Pieces) -> str:
            return self.library.filled(path, {**values, "d": pieces}).strip()

        chosen = "correction" if path.rpartition("/")[2].startswith("body-correction") else kind
        order = orders.get(chosen, orders.get("*", []))
        return path, fitted(pieces_of(self.content), order, write, fits_body(self.profile, self.plan))

    def _line(self, name: str, values: context.Values) -> str:
        return self.library.line(f"{self.folder}/{name}", values)

    def _images(self, body_name: str, body: str, values: context.Values) -> list[ItemFile]:
        if body_name.endswith(".html"):
            stored = {file.digest: file for file in self.content.files}
            return [stored[digest] for digest in IMAGE_SLOT.findall(body)]
        wanted, cover = self._line("picture.txt", values), self.content.cover()
        return [cover] if wanted and cover else []

    def _cover(self, values: context.Values) -> FileRef | None:
        """The item's own cover, a shipped picture (its name, then its words), or none, as `cover.txt` says."""
        wanted, own = self._line("cover.txt", values), self.content.cover()
        if wanted == "own" and own:
            return context.file_ref(own)
        name, _, alt = wanted.partition(" ")
        return self.library.picture(f"{self.folder}/{name}", alt) if name else None

    def _attachments(self) -> tuple[FileRef, ...]:
        files = self.content.attachments() if self._carries_files() else ()
        return tuple(map(context.file_ref, files))

    def _carries_files(self) -> bool:
        return self.library.has(f"{self.folder}/file.txt")

    def _href(self, file: ItemFile) -> str:
        """Where a file will lie beside the page; empty where the kind of channel carries no files."""
        return self._line("file.txt", {"file": asdict(file)})


def _extras(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in json.loads(text or "{}").items())


def _text_of(name: str, body: str) -> str:
    """What a reader must find: the marked region of a page, or the whole; of a short text the words without links."""
    if not name.endswith(".html"):
        return URL.sub("", body.replace("[[slot:portal_url]]", "")).strip()
    marked = read_page(body, element_id=BODY_ID).region
    return marked.text if marked else plain(body)
