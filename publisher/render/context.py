"""What every template is given, as flat names. `templates/channels/README.md` lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from channels.contract import COUNT, ChannelProfile, FileRef
from publisher.domain.catalogue import DISCLOSURE_BASIS, Bureau, ChannelPlan
from publisher.domain.correction import VERSION_AT, Version, next_number
from publisher.domain.item import Content, ItemFile
from publisher.render.subset import sanitise

Values = dict[str, object]
NO_SITE = dict.fromkeys(("name", "domain", "id_code", "sponsor", "url"), "")


def file_ref(file: ItemFile) -> FileRef:
    """A stored file as a message carries it."""
    return FileRef(
        file.digest,
        file.name,
        file.media_type,
        file.size,
        alt=file.title,
        width=file.width,
        height=file.height,
    )


def file_values(file: ItemFile, href: str) -> Values:
    """A file as templates see it. `label` is its format in capitals."""
    ending = file.name.rpartition(".")[2] if "." in file.name else file.media_type.rpartition("/")[2]
    return {
        "digest": file.digest,
        "name": file.name,
        "title": file.title,
        "media_type": file.media_type,
        "size": file.size,
        "href": href,
        "label": ending.upper(),
        "width": file.width,
        "height": file.height,
    }


def site_of(plan: ChannelPlan, bureau: Bureau, sites: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """The site that a channel is, else the one that it links to, else the first portal's; empty texts without any."""
    names = (plan.name, bureau.link_portal, *bureau.portals())
    return {**NO_SITE, **next((sites[name] for name in names if name in sites), {})}


def item_values(content: Content, bureau: Bureau, index_no: str) -> Values:
    """The fields of an item (rules.md 16.4). `formed_on` is a date, `keywords` a tuple, the rest are texts."""
    return {
        "title": content.title,
        "short_title": content.short_title or content.title,
        "kind": content.kind,
        "kind_label": bureau.kinds[content.kind].label,
        "index_no": index_no,
        "doc_no": content.doc_no,
        "issuing_body": content.issuing_body,
        "responsible_body": content.responsible_body,
        "formed_on": content.formed_on,
        "expires_on": content.expires_on,
        "subject_class": content.subject_class,
        "summary": content.summary,
        "keywords": content.keywords,
        "validity": content.validity,
        "disclosure_attribute": content.disclosure_attribute,
        "disclosure_basis": DISCLOSURE_BASIS.get(content.disclosure_basis, ""),
        "content_source": content.content_source,
        "reviewer_name": content.reviewer,
        "responsible_editor": content.responsible_editor,
    }


def version_values(content: Content, earlier: Sequence[Version]) -> Values:
    """What a correction shows: its note and number, and the earlier public versions, newest first."""
    correction = {"note": content.correction, "number": next_number(earlier)} if content.correction else None
    versions = [
        {
            "number": version.number,
            "title": version.title,
            "note": version.note,
            "digest": version.digest,
            "at": f"[[slot:{VERSION_AT}:{version.number}]]",
            "body": sanitise(version.readable()),
            "files": version.files,
            "details": version.details,
        }
        for version in reversed(earlier)
    ]
    return {"correction": correction, "versions": versions}


def column_values(content: Content, bureau: Bureau) -> Values:
    """The column of an item; `path` is its name in addresses."""
    column = bureau.columns[content.column]
    return {
        "path": column.name,
        "name": column.title,
        "description": column.description,
        "keywords": column.keywords,
        "type": column.kind,
    }


def fits_field(profile: ChannelProfile) -> Callable[[str, str], bool]:
    """For templates: whether a text keeps all limits that the profile has for a field of the article."""

    def fits(field: str, text: str) -> bool:
        limits = [limit for limit in profile.limits if limit.field == field]
        return all(COUNT[limit.unit](text) <= limit.maximum for limit in limits)

    return fits
