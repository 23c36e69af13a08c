"""An item's codes in words: kind, column, channels, basis, placement, structured fields, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from publisher.domain.catalogue import DISCLOSURE_BASIS, KINDS, PLACEMENTS, WARNING_ELEMENTS
from publisher.domain.labels import CONTENT, field_label

if TYPE_CHECKING:
    from publisher.domain.catalogue import Bureau

DETAILS = {  # structured fields of the templates; a warning's elements have the same names with their own words
    "kind_word": "公告名称",
    "reason": "原因",
    "from": "起始时间",
    "to": "结束时间",
    "area": "范围",
    "what": "事项",
    "scale": "规模",
    "advice": "提示",
    "relief": "便民措施",
    "phone": "咨询电话",
    "lead": "导语",
    "facts": "事实",
    "points": "要点",
    "question": "问",
    "answer": "答",
    "qa": "问答",
    "term": "名词",
    "document_title": "解读的文件",
    "effective_on": "施行日期",
    "original_no": "原预警编号",
    "lifts": "解除",
}
ROLE_OF_FILE = {"attachment": "附件", "image": "图片", "cover": "封面"}
READING = {"checked": "已检", "not_checked": "未检"}
KIB = 1024


def content_labels(content: Mapping[str, Any], bureau: Bureau, named: Callable[[str], str]) -> dict[str, Any]:
    """The words for those fields of a content that hold codes or people, under the names of the fields."""
    kind = bureau.kinds.get(content.get("kind", ""))
    column = bureau.columns.get(content.get("column", ""))
    return {
        "kind": kind.label if kind else content.get("kind", ""),
        "column": column.title if column else content.get("column", ""),
        "channels": [bureau.label(name) for name in content.get("channels", ())],
        "disclosure_basis": basis_words(content.get("disclosure_basis", "")),
        "responsible_editor": named(content.get("responsible_editor", "")),
        "reviewer": named(content.get("reviewer", "")),
        "placement": PLACEMENTS.get(content.get("placement", ""), content.get("placement", "")),
        "details": {
            name: detail_label(name, content.get("kind", "")) for name, _ in content.get("details", ())
        },
    }


def basis_words(code: str) -> str:
    """`20-10` with what stands there in the regulation; an unknown code as it is."""
    return f"{code} {DISCLOSURE_BASIS[code]}" if code in DISCLOSURE_BASIS else code


def detail_label(name: str, kind: str = "") -> str:
    """A structured field in words; its name where the tables do not know it."""
    own = WARNING_ELEMENTS.get(name) if kind == "warning" else None
    return own or DETAILS.get(name) or WARNING_ELEMENTS.get(name) or name


def finding_place(place: str, kind: str) -> str:
    """Where the screen found something, a structured field by its words."""
    element, space, name = place.partition(" ")
    return f"{element} {detail_label(name, kind)}" if space else place


def size_words(size: int) -> str:
    """Bytes as people read them: 812 字节, 157 KB, 2.4 MB."""
    if size < KIB:
        return f"{size} 字节"
    if size < KIB * KIB:
        return f"{max(1, round(size / KIB))} KB"
    return f"{size / KIB / KIB:.1f} MB"


def file_kind_words(media_type: str) -> str:
    """`PDF`, `Word 文档`; an unknown media type as it is."""
    from publisher.screening.filetypes import ALLOWED

    return next((kind.label_zh for kind in ALLOWED.values() if kind.media_type == media_type), media_type)


def remark_words(remark: str) -> str:
    """A remark `field = value（取自…，请核对）` in words, without the request that its line begins with."""
    name, equals, rest = remark.partition(" = ")
    if not equals:
        return remark
    value, bracket, source = rest.partition("（取自")
    if name == "kind" and value in KINDS:
        value = KINDS[value].label
    source = source.replace("，请核对）", "）")
    return f"{field_label(name)} = {value}{bracket}{source}"


def content_pairs(content: Mapping[str, Any], labels: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and words of every field, in the order of the page; the structured fields last."""
    pairs = [(label, _field(labels.get(name) or content.get(name))) for name, label in CONTENT.items()]
    return pairs + [(labels["details"].get(name, name), value) for name, value in content.get("details", ())]


def _field(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
