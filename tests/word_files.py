"""Word files made of their parts, for tests: paragraphs with styles, a table with merged cells, a picture."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DRAWN = "http://schemas.openxmlformats.org/drawingml/2006"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
TYPES = f"""<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Override PartName="/word/document.xml" ContentType="{KIND}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{KIND}.styles+xml"/></Types>"""
RELS = f"""<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>"""
PARTS = f"""<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="rId1" Type="{OFFICE}/styles" Target="styles.xml"/>
<Relationship Id="rId9" Type="{OFFICE}/image" Target="media/image1.png"/></Relationships>"""
STYLES = f"""<?xml version="1.0"?><w:styles xmlns:w="{W}">
<w:style w:type="paragraph" w:styleId="a3"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/></w:style></w:styles>"""


def drawing(alt: str) -> str:
    """A paragraph with the picture of the package."""
    return (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{DRAWN}/wordprocessingDrawing"><wp:docPr id="1" name="p" '
        f'descr="{alt}"/><a:graphic xmlns:a="{DRAWN}/main"><a:graphicData uri="x"><pic:pic xmlns:pic="{DRAWN}/picture">'
        f'<pic:blipFill><a:blip xmlns:r="{OFFICE}" r:embed="rId9"/></pic:blipFill></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def png(width: int = 4, height: int = 3) -> bytes:
    """A whole picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + b"\x20\x60\x90" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def paragraph(text: str, style: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{styled}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def cell(text: str, more: str = "") -> str:
    return f"<w:tc><w:tcPr>{more}</w:tcPr>{paragraph(text)}</w:tc>"


WIDE, FIRST, BELOW = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
TABLE = (
    "<w:tbl>"
    f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{cell('安置区')}{cell('人数', WIDE)}</w:tr>"
    f"<w:tr>{cell('柳林镇', FIRST)}{cell('27')}{cell('98')}</w:tr>"
    f"<w:tr>{cell('', BELOW)}{cell('19')}{cell('70')}</w:tr>"
    "</w:tbl>"
)


def word_file(body: str, *, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A .docx. `body` is WordprocessingML; `parts` are more files of the package."""
    document = f'<?xml version="1.0"?><w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELS,
        "word/document.xml": document,
        "word/_rels/document.xml.rels": PARTS,
        "word/styles.xml": STYLES,
        "word/media/image1.png": png(),
        **(parts or {}),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def usual_word_file(*, alt: str = "大坝全景", parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A notice as staff write it: title, headings, a table with merged cells, a picture, sign-off and date."""
    return word_file(
        paragraph("水库移民后期扶持直补资金公示", "a3")
        + paragraph("各县（区）水利局：")
        + paragraph("发放情况", "1")
        + paragraph("本季度共核定直补移民 46 户，现予公示。")
        + TABLE
        + drawing(alt)
        + paragraph("临澜市水利局")
        + paragraph("2026年11月20日"),
        parts=parts,
    )
