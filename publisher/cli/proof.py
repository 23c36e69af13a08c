"""Reading what proves a person: a token file, a line of standard input, or a prompt that shows nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from publisher.domain.errors import Reason, refuse


def read_token(path: Path) -> str:
    """The first line of a token file. Refused when it cannot be read; its content is never shown."""
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as why:
        raise refuse(
            Reason.NOT_PROVED,
            f"令牌文件读不出来：{path.name}",
            field="token_file",
            allowed="本人可读的文本文件，第一行是令牌",
            english=f"cannot read the token file {path.name}",
        ) from why


def read_line() -> str:
    """One line of standard input without its line end; the empty text at its end."""
    return sys.stdin.readline().rstrip("\r\n")


def ask_password(words: str) -> str:
    """Ask at the terminal; the empty text where there is none, which then proves nothing."""
    if not sys.stdin.isatty():
        return ""
    import getpass

    return getpass.getpass(f"{words}: ")
