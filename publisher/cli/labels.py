"""What the operating system refuses, in Chinese."""

from __future__ import annotations

import errno

SYSTEM = {  # what the operating system says, by its number
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENOTDIR: "不是文件夹",
    errno.EEXIST: "已经存在",
    errno.ENOSPC: "磁盘满了",
    errno.EROFS: "磁盘只读",
    errno.EADDRINUSE: "端口已被占用",
    errno.ENAMETOOLONG: "文件名太长",
}


def system_words(error: OSError) -> str:
    """What the operating system refused, in Chinese where it is in the table, else in its own words."""
    return SYSTEM.get(error.errno or 0) or error.strerror or type(error).__name__
