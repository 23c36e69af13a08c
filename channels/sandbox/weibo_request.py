"""A request as the practice Weibo reads it: query, form and multipart fields in one, files apart, the token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from channels.sandbox.call import Call

BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
NAME = re.compile(r'\bname="([^"]*)"')
FILE_NAME = re.compile(r"\bfilename\*?=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """`fields` holds the first value of each name; `files` the bytes of parts that carry a file name."""

    call: Call
    fields: Mapping[str, str]
    files: Mapping[str, bytes]

    def get(self, name: str) -> str:
        """A field, "" when it is missing."""
        return self.fields.get(name, "")

    @property
    def token(self) -> str:
        """From the header `Authorization: OAuth2 …`, else the field `access_token`."""
        scheme, _, value = self.call.headers.get("authorization", "").partition(" ")
        return value.strip() if scheme.lower() == "oauth2" else self.get("access_token")


def read(call: Call) -> Asked:
    """Every client's way of sending fields is read alike."""
    fields: dict[str, str] = dict(call.query)
    files: dict[str, bytes] = {}
    kind = call.headers.get("content-type", "")
    boundary = BOUNDARY.search(kind) if kind.startswith("multipart/form-data") else None
    if boundary:
        sent, files = _parts(call.body, boundary[1].encode())
    elif call.method == "POST":
        sent = dict(reversed(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)))
    else:
        sent = {}
    return Asked(call, {**fields, **sent}, files)


def _parts(body: bytes, boundary: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    fields: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        head, gap, content = part.partition(b"\r\n\r\n")
        name = NAME.search(head.decode("utf-8", "replace"))
        if not gap or not name:
            continue
        if FILE_NAME.search(head.decode("utf-8", "replace")):
            files.setdefault(name[1], content)
        else:
            fields.setdefault(name[1], content.decode("utf-8", "replace"))
    return fields, files
