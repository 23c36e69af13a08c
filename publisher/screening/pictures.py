"""Pictures: how large they are, and whether they are whole."""

from __future__ import annotations

from PIL import Image, UnidentifiedImageError

from publisher.screening.filetypes import DEFAULT_LIMITS, FileKind, FileRefused, Limits, Opener, refused

FORMATS = {"jpg": "JPEG", "png": "PNG", "gif": "GIF"}
BROKEN = (OSError, SyntaxError, ValueError, EOFError, UnidentifiedImageError)
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def image_size(kind: FileKind, opener: Opener, *, limits: Limits = DEFAULT_LIMITS) -> tuple[int, int]:
    """Width and height in pixels of a picture that `sniff` knew. Reads every pixel of the first frame.

    Raises `FileRefused` for a picture that is cut off or damaged, or has more pixels than the limit.
    """
    try:
        with opener() as stream, Image.open(stream, formats=[FORMATS[kind.key]]) as image:
            width, height = image.size
            if width * height > limits.image_pixels:
                raise _too_many(limits)
            image.load()
    except BOMBS as error:
        raise _too_many(limits) from error
    except BROKEN as error:
        raise refused(
            "图片已损坏，或没有传完整。", "请重新导出图片后再上传。", "damaged or truncated image"
        ) from error
    return width, height


def _too_many(limits: Limits) -> FileRefused:
    most = limits.image_pixels // 10_000
    return refused(
        "图片的像素太多。", f"请缩小到 {most} 万像素以内。", f"more than {limits.image_pixels} pixels"
    )
