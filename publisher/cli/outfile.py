"""Writing a file that was not there before: whole, or not at all."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path

from publisher.cli.labels import system_words
from publisher.domain.errors import Reason, Refused, refuse


@contextmanager
def new_file(path: Path) -> Iterator[Callable[[str], object]]:
    """Yields a writer of text. Never overwrites; when the body or the disk fails, the file goes again.

    Raises `Refused` for a file that is there, a folder that is not, and a full disk.
    """
    with new_archive(path) as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
        yield text.write


@contextmanager
def new_archive(path: Path) -> Iterator[BufferedWriter]:
    """The same, of bytes: yields the file itself."""
    try:
        file = path.open("xb")
    except OSError as why:
        raise _cannot(path, why) from why
    try:
        with file:
            yield file
    except OSError as why:
        path.unlink(missing_ok=True)
        raise _cannot(path, why) from why
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _cannot(path: Path, why: OSError) -> Refused:
    return refuse(
        Reason.BAD_INPUT,
        f"写不了文件“{path}”：{system_words(why)}",
        field="file",
        allowed="可写的文件夹里一个新的文件名",
        english=f"cannot write {path}: {why.strerror}",
    )
