"""A portal's web server for practice: serves one folder as nginx would, with the stage's faults.

The reader's view are the pages themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from channels.sandbox.board import Board
from channels.sandbox.call import Call, Reply, RequestLog
from channels.sandbox.stage import Stage

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}

NOT_FOUND = '<!DOCTYPE html><html lang="zh-CN"><title>404 网页不存在</title><h1>网页不存在</h1></html>'
NOT_ALLOWED = '<!DOCTYPE html><html lang="zh-CN"><title>405</title><h1>只能阅读</h1></html>'


REFUSED = '<!DOCTYPE html><html lang="zh-CN"><title>{0}</title><h1>{0}</h1></html>'


class PortalSite:
    """One web server on one folder. `name` is the platform's name in the request log, such as "city-portal"."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "portal",
        log: RequestLog | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """`folder` is what the adapter writes into; `log` may be shared with other simulators."""
        self.folder = folder
        self.stage = Stage(name, self.play, log=log or RequestLog(), reader_paths=("/",), clock=clock)

    def play(self, call: Call) -> Reply:
        """One request: a file of the folder, `index.html` for a folder, else 404. Dot files are not served."""
        if call.method not in ("GET", "HEAD"):
            return Reply.html(NOT_ALLOWED, 405)
        path = self._file(unquote(call.path))
        if path is None:
            return Reply.html(NOT_FOUND, 404)
        media_type = MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
        body = b"" if call.method == "HEAD" else path.read_bytes()
        return Reply(
            200, body, media_type, (("Cache-Control", "no-cache"), ("X-Content-Type-Options", "nosniff"))
        )

    def _file(self, asked: str) -> Path | None:
        parts = [part for part in asked.split("/") if part]
        if any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
            return None
        path = self.folder.joinpath(*parts)
        if path.is_dir() and asked.endswith("/"):
            path /= "index.html"
        inside = path.resolve().is_relative_to(self.folder.resolve())
        return path if inside and path.is_file() else None


def board(site: PortalSite) -> Board:
    """The panel's tables over one web server: faults and the clock only."""
    return Board(
        "门户网站",
        site,
        paths=(("/", "所有网页"), ("index.html", "首页"), (".html", "网页"), (".jpg", "图片")),
        refusal=lambda code, path: (code if 400 <= code < 600 else 500, REFUSED.format(code)),
        code_words="状态码（400 到 599）",
        first_code=500,
    )
