"""What a file is by its bytes, and what could be read of it."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from datetime import date

import pytest
from PIL import Image

from publisher.screening.attachments import ReadingState, screen_file
from publisher.screening.filetypes import ALLOWED, HEAD_BYTES, FileKind, FileRefused, Limits, sniff
from publisher.screening.pictures import image_size

TODAY = date(2026, 11, 24)
FREE = 0xFFFFFFFF
END = 0xFFFFFFFE


def opener(data: bytes) -> Callable[[], io.BytesIO]:
    return lambda: io.BytesIO(data)


def kind_of(data: bytes, name: str, limits: Limits | None = None) -> FileKind:
    return sniff(data[:HEAD_BYTES], name, opener(data), limits=limits or Limits())


def refusal(data: bytes, name: str, limits: Limits | None = None) -> str:
    with pytest.raises(FileRefused) as caught:
        kind_of(data, name, limits)
    (problem,) = caught.value.problems
    assert problem.allowed_zh
    assert problem.reason_en
    assert problem.field in {"file", "name"}
    return problem.reason_zh


def zipped(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def ole(*names: str, embedded: str = "") -> bytes:
    """A compound file with these streams under the root, linked as a list, and one name only inside a storage."""
    entries = [("Root Entry", FREE, 1)]
    entries += [(name, n + 2 if n + 1 < len(names) else FREE, FREE) for n, name in enumerate(names)]
    entries.append((embedded, FREE, FREE))
    directory = b""
    for name, right, child in entries:
        raw = name.encode("utf-16-le")
        directory += raw.ljust(64, b"\0") + struct.pack("<HBB3L", len(raw) + 2, 2, 1, FREE, right, child)
        directory += b"\0" * 48
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    sectors = len(directory) // 512
    chain = [n + 2 if n + 1 < sectors else END for n in range(sectors)]
    table = struct.pack("<128L", 0xFFFFFFFD, *chain, *[FREE] * (127 - sectors))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<5H", 62, 3, 0xFFFE, 9, 6)
    header = header.ljust(48, b"\0") + struct.pack("<L", 1) + b"\0" * 16 + struct.pack("<2L", END, 0)
    return header + struct.pack("<109L", 0, *[FREE] * 108) + table + directory


def picture(form: str, size: tuple[int, int] = (40, 30)) -> bytes:
    stream = io.BytesIO()
    image = Image.effect_noise(size, 60)
    image.save(stream, form)
    return stream.getvalue()


DOCX = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
SAMPLES = {
    "pdf": b"%PDF-1.7\n...",
    "docx": DOCX,
    "xlsx": zipped({"xl/workbook.xml": b"<x/>"}),
    "ofd": zipped({"OFD.xml": b"<x/>"}),
    "doc": ole("WordDocument", "1Table"),
    "xls": ole("Workbook"),
    "txt": "名单见正文。".encode(),
    "jpg": picture("JPEG"),
    "png": picture("PNG"),
    "gif": picture("GIF"),
}


@pytest.mark.parametrize("key", ALLOWED)
def test_every_allowed_kind_is_known_by_its_bytes(key: str) -> None:
    kind = kind_of(SAMPLES[key], f"𠮷😀附件.{ALLOWED[key].endings[-1].upper()}")
    assert kind is ALLOWED[key]


@pytest.mark.parametrize("key", ALLOWED)
def test_a_file_that_is_not_what_its_name_says_is_refused(key: str) -> None:
    other = "png" if key != "png" else "pdf"
    assert refusal(SAMPLES[key], f"名单.{other}")


def test_a_renamed_word_file_is_named_for_what_it_is() -> None:
    assert "Word 文档" in refusal(DOCX, "名单.pdf")


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.pdf", "0 字节"),
        (ole("EncryptionInfo", "EncryptedPackage"), "a.docx", "密码"),
        (ole("PowerPoint Document"), "a.doc", "旧版 Office"),
        (SAMPLES["doc"][:700], "a.doc", "没有传完整"),
        (DOCX[:-10], "a.docx", "没有传完整"),
        (zipped({"word/document.xml": b"", "word/vbaProject.bin": b""}), "a.docx", "宏"),
        (zipped({"ppt/presentation.xml": b""}), "a.pptx", "幻灯片"),
        (zipped({"a.txt": b""}), "a.zip", "压缩包"),
        (zipped({"xl/workbook.xml": b"", "xl/a.xml": b"\0" * 20_000_000}), "a.xlsx", "压缩炸弹"),
        (zipped({f"xl/{n}": b"" for n in range(2_001)}), "a.xlsx", "太多"),
        (zipped({f"xl/{n}": b"" for n in range(18_000)}), "a.xlsx", "太多"),
        (picture("WEBP"), "a.webp", "WebP"),
        (picture("BMP"), "a.bmp", "BMP"),
        (picture("TIFF"), "a.tif", "TIFF"),
        (b"MZ\x90\x00", "a.exe", "程序"),
        (b"{\\rtf1", "a.doc", "RTF"),
        (b"<html>", "a.html", "认不出"),
        (b"\x01\x02\x03", "a.txt", "认不出"),
        (b"hello", "附件", "认不出"),
    ],
)
def test_a_file_is_refused_with_its_reason(data: bytes, name: str, reason: str) -> None:
    assert reason in refusal(data, name)


def test_an_embedded_word_file_does_not_make_a_sheet_a_document() -> None:
    assert kind_of(ole("Workbook", embedded="WordDocument"), "a.xls").key == "xls"


def test_limits_differ_for_attachments_and_pictures() -> None:
    small = Limits(attachment_bytes=1_000, image_bytes=500)
    assert "太大" in refusal(b"%PDF-" + b" " * 1_000, "a.pdf", small)
    assert "太大" in refusal(SAMPLES["png"][:900].ljust(900, b" "), "a.png", small)
    assert kind_of(b"%PDF-" + b" " * 900, "a.pdf", small).key == "pdf"


@pytest.mark.parametrize(
    "name", ["", " ", ".pdf", "a/b.pdf", "..\\a.pdf", "a\n.pdf", "\u202efdp.exe", "名" * 121 + ".pdf"]
)
def test_a_bad_name_is_refused_before_the_file_is_opened(name: str) -> None:
    with pytest.raises(FileRefused) as caught:
        sniff(b"%PDF-", name, lambda: pytest.fail("opened"))
    assert caught.value.problems[0].field == "name"


@pytest.mark.parametrize("key", ["jpg", "png", "gif"])
def test_a_whole_picture_has_a_size_and_a_cut_one_is_refused(key: str) -> None:
    data = SAMPLES[key]
    assert image_size(ALLOWED[key], opener(data)) == (40, 30)
    for cut in (len(data) // 2, 20):
        with pytest.raises(FileRefused) as caught:
            image_size(ALLOWED[key], opener(data[:cut]))
        assert "没有传完整" in caught.value.problems[0].reason_zh


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(FileRefused) as caught:
        image_size(ALLOWED["png"], opener(SAMPLES["png"]), limits=Limits(image_pixels=1_000))
    assert "像素" in caught.value.problems[0].reason_zh
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">L4s2L5BL", 13, b"IHDR", 60_000, 60_000, 8, 0, 0, 0, 0, 0)
    with pytest.raises(FileRefused):
        image_size(ALLOWED["png"], opener(header))


@pytest.mark.parametrize("key", [key for key in ALLOWED if key != "txt"])
def test_what_nothing_can_read_yet_is_shown_as_not_checked(key: str) -> None:
    screened = screen_file(ALLOWED[key], f"名单.{key}", opener(SAMPLES[key]), today=TODAY)
    assert screened.reading.state is ReadingState.NOT_CHECKED
    assert screened.reading.label_zh == "未检"
    assert screened.reading.why
    assert screened.findings == ()


def test_a_plain_text_attachment_is_checked() -> None:
    data = "第一行\n身份证号510402190001010011".encode("gb18030")
    screened = screen_file(ALLOWED["txt"], "名单.txt", opener(data), today=TODAY)
    assert screened.reading.state is ReadingState.CHECKED
    assert [(f.rule, f.place, f.line) for f in screened.findings] == [("PII-ID18", "附件正文", 2)]


@pytest.mark.parametrize("data", [b"\x00\x01", b"a" * (4 * 1024 * 1024 + 1)])
def test_a_text_that_cannot_be_read_is_not_checked(data: bytes) -> None:
    screened = screen_file(ALLOWED["txt"], "a.txt", opener(data), today=TODAY)
    assert screened.reading.state is ReadingState.NOT_CHECKED


def test_the_name_of_a_file_is_screened_also_when_nothing_reads_it() -> None:
    screened = screen_file(ALLOWED["pdf"], "3.机密-示例.pdf", opener(SAMPLES["pdf"]), today=TODAY)
    assert [f.rule for f in screened.findings] == ["SEC-NAME"]
