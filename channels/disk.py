"""Files written whole or not at all under one folder, and each failure told apart by what is true after it.

For adapters whose platform is a folder. What `channels.http` is for requests: one place that knows which
error means "nothing changed" and which means "perhaps".
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from channels.contract import ChannelRefused, FileRef, Files, OutcomeUnknown, Unavailable

FILE_MODE = 0o644  # the web server reads as another user, whatever the service's umask says
FOLDER_MODE = 0o755

SET_UP_FAULTS = {  # errno(3): a person must mend the folder; all others may pass by themselves
    errno.EACCES: "没有写入权限",
    errno.EPERM: "没有写入权限",
    errno.EROFS: "目录是只读的",
    errno.ENOTDIR: "路径中有同名文件",
    errno.EISDIR: "路径中有同名目录",
    errno.ELOOP: "路径中有循环链接",
}
PASSING_FAULTS = {errno.ENOSPC: "磁盘已满", errno.EDQUOT: "磁盘配额已用完", errno.ENOENT: "目录不存在"}


class Disk:
    """One folder. All names are relative to it, with "/" between; a name that leads out of it raises `ValueError`.

    The folder itself is never made: a missing one is a mount that is not there, and raises `Unavailable`.
    """

    def __init__(self, root: Path) -> None:
        """`root` is an existing folder, or will be one when the first file is written."""
        self.root = root

    def path(self, name: str) -> Path:
        """Where a file of this name is."""
        parts = PurePosixPath(name).parts
        if not parts or any(part in ("..", "/") or "\\" in part or "\0" in part for part in parts):
            raise ValueError(f"not a name inside the folder: {name!r}")
        return self.root.joinpath(*parts)

    def write(self, name: str, content: bytes | BinaryIO) -> None:
        """Put a file in place, complete: temporary file beside it, flushed, renamed over it, folder flushed.

        Raises `Unavailable` or `ChannelRefused` while the old state stands, `OutcomeUnknown` after the rename.
        """
        path = self.path(name)
        part = path.with_name(f".{path.name}.part")
        with telling_why():
            self._make_folder(path.parent)
            self._fill(part, content)
            part.replace(path)
        flush_folder(path.parent)

    def copy(self, name: str, ref: FileRef, files: Files) -> None:
        """Put the bytes behind `ref` in place, as `write` does. Bytes that we do not have are `Unavailable`."""
        try:
            stream = files.open(ref.digest)
        except FileNotFoundError:
            raise Unavailable("附件存储中没有这个文件", code=ref.digest[:12]) from None
        with stream:
            self.write(name, stream)

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, or None when there is none. Raises `Unavailable` when it cannot be told."""
        with telling_why():
            self._check_root()
            try:
                return self.path(name).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def has(self, name: str) -> bool:
        """Whether a file of this name is there."""
        with telling_why():
            self._check_root()
            return self.path(name).is_file()

    def remove(self, name: str) -> None:
        """Take a file or a folder away, if it is there."""
        path = self.path(name)
        with telling_why():
            self._check_root()
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if path.parent.is_dir():
            flush_folder(path.parent)

    def names(self, pattern: str) -> list[str]:
        """Names of files that match a glob pattern, sorted."""
        with telling_why():
            self._check_root()
            found = (path for path in self.root.glob(pattern) if not path.name.startswith("."))
            return sorted(path.relative_to(self.root).as_posix() for path in found)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While held, nobody else holds the same folder. Raises `Unavailable` at once when somebody does."""
        with telling_why():
            self._check_root()
            lock = os.open(self.root / ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as why:
                raise Unavailable("另一个程序正在写入这个目录", code=name_of(why)) from None
            yield
        finally:
            os.close(lock)

    def _check_root(self) -> None:
        if not self.root.is_dir():
            raise Unavailable("目录不存在或没有挂载", code="ENOENT")

    def _make_folder(self, folder: Path) -> None:
        self._check_root()
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(FOLDER_MODE)

    @staticmethod
    def _fill(part: Path, content: bytes | BinaryIO) -> None:
        with part.open("wb") as target:
            if isinstance(content, bytes):
                target.write(content)
            else:
                shutil.copyfileobj(content, target)
            target.flush()
            os.fchmod(target.fileno(), FILE_MODE)
            os.fsync(target.fileno())


def flush_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut. Raises `OutcomeUnknown`: the change itself was made."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as why:
        raise OutcomeUnknown("文件已写入，但不能确认已保存到磁盘", code=name_of(why)) from None


def name_of(why: OSError) -> str:
    """The error's own name, such as ENOSPC. Paths are left out."""
    return errno.errorcode.get(why.errno or 0, type(why).__name__)


@contextmanager
def telling_why() -> Iterator[None]:
    """Errors of the file system as errors of a channel; nothing changed."""
    try:
        yield
    except OSError as why:
        if why.errno in SET_UP_FAULTS:
            raise ChannelRefused(f"不能写入：{SET_UP_FAULTS[why.errno]}", code=name_of(why)) from None
        words = PASSING_FAULTS.get(why.errno or 0, "文件系统出错")
        raise Unavailable(f"不能写入：{words}", code=name_of(why)) from None
