"""One part: what looks at it found, beside what was approved, and what people say about it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.part import PUBLIC, PartState
from publisher.domain.people import PERMISSIONS, View
from publisher.web.console.console import Console, Visit
from publisher.web.console.fields import Fields, Posted
from publisher.web.console.postings import noted
from publisher.workflow.attest import EVIDENCE, AttestRequest, attest
from publisher.workflow.first_look import look_before_gone
from publisher.workflow.incoming import IncomingFile
from publisher.workflow.posting_story import as_shown, part_page
from publisher.workflow.remove import (
    PartGoneRequest,
    UnremovableRequest,
    confirm_part_gone,
    declare_unremovable,
)
from publisher.workflow.verify import AcceptDifferenceRequest, accept_difference

EVIDENCE_BYTES = 20 * 1024 * 1024
CHUNK = 64 * 1024

DONE = {
    "accept": "已认可这个差异。以后再看到别的内容，仍会报告不符。",
    "attest": "已按人工证明记下，图片留存，摘要值在存证里。",
    "gone": "系统刚才看过，读者已经看不到，已记为撤下。",
    "unremovable": "已记下：这一篇撤不下来，签发人知晓。请另行对外说明。",
}
STATES = {
    PartState.PUBLISHED: "平台说公开了，还没有回看过，或者没有办法以读者身份看。",
    PartState.VERIFIED: "公众看到的和签发的一致。",
    PartState.DIFFERS: "公众看到的和签发的不一样。请对照下面，改正，或请审核人认可。",
    PartState.MISSING: "原来在，现在取不到了。请查原因，必要时撤下。",
    PartState.REPLACED: "同一位置已经换成新的版本。",
    PartState.LOST: "确认丢失，不再追。",
    PartState.WITHDRAWING: "正在撤，还没有看到它消失。",
    PartState.WITHDRAW_BY_HAND: "平台没有撤下的接口，请人到平台后台删除，回来确认。",
    PartState.WITHDRAWN: "公众已经看不到，撤下后回看过。",
    PartState.UNREMOVABLE: "撤不下来，签发人已经知晓并写明。",
}
SAID = {f"part.{state}": words for state, words in STATES.items()}


def add(app: FastAPI, console: Console) -> None:
    """The page of a part, what is said there, and the pictures that prove it."""

    @app.get("/parts/{part_id}")
    def part(request: Request, part_id: str) -> Response:
        return _page(console, console.visit(request, View.POSTINGS), part_id)

    @app.get("/parts/{part_id}/evidence/{digest}")
    def evidence(request: Request, part_id: str, digest: str) -> Response:
        visit = console.visit(request, View.POSTINGS)
        with console.office.store.read() as reading:
            known = part_page(reading, visit.person, part_id, console.office.outlets).evidence
        if digest not in known:
            raise HTTPException(404)
        return _download(console, digest)

    @app.post("/parts/{part_id}/{name}")
    def said(request: Request, part_id: str, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.POSTINGS)
        do = SAYINGS.get(name)
        if do is None:
            raise HTTPException(404)
        return console.act(
            visit,
            lambda: do(console, visit, part_id, fields),
            then=f"/parts/{part_id}",
            done=name,
            again=lambda why: _page(console, visit, part_id, why),
        )


def _page(console: Console, visit: Visit, part_id: str, why: Refused | None = None) -> Response:
    if why is not None and why.reason is Reason.NOT_FOUND:
        raise why
    with console.office.store.read() as reading:
        page = part_page(reading, visit.person, part_id, console.office.outlets)
    state = page.story.part.state
    values: dict[str, Any] = {"public": state in PUBLIC, "STATES": STATES, "PERMISSIONS": PERMISSIONS}
    return console.show(visit, "part", refused=why, page=page, DONE=DONE, **values)


def _accept(console: Console, visit: Visit, part_id: str, fields: Fields) -> None:
    act = as_shown(accept_difference, fields["shown"])
    console.perform(visit, act, AcceptDifferenceRequest(part_id, fields["reason"]))


def _attest(console: Console, visit: Visit, part_id: str, fields: Fields) -> None:
    picture = next(iter(fields.uploads("evidence")), None)
    name, data = ("", b"") if picture is None else _read(picture)
    asked = AttestRequest(part_id, fields["reason"], IncomingFile(EVIDENCE, name, lambda: io.BytesIO(data)))
    with noted(console, visit, attest, asked):
        _check_picture(picture, data)
    act = as_shown(attest, fields["shown"])
    console.perform(visit, act, asked, outlets=console.office.outlets)


def _read(picture: UploadFile) -> tuple[str, bytes]:
    picture.file.seek(0)
    return picture.filename or "", picture.file.read(EVIDENCE_BYTES + 1)


def _check_picture(picture: UploadFile | None, data: bytes) -> None:
    if picture is None or not data:
        raise refuse(
            Reason.BAD_INPUT,
            "请选一张图片作证明，如后台发表记录的截图",
            field="images",
            allowed="JPG、PNG、GIF",
            english="a picture is required",
        )
    if len(data) > EVIDENCE_BYTES:
        raise refuse(
            Reason.BAD_INPUT,
            "图片太大",
            field="images",
            allowed=f"不超过 {EVIDENCE_BYTES // (1024 * 1024)} MB",
            english="the picture is too large",
        )


def _gone(console: Console, visit: Visit, part_id: str, fields: Fields) -> None:
    asked, office = PartGoneRequest(part_id), console.office
    with noted(console, visit, confirm_part_gone, asked):
        seen = look_before_gone(office.store, office.outlets, visit.person, asked)
    console.perform(visit, as_shown(confirm_part_gone, fields["shown"]), asked, seen=seen)


def _unremovable(console: Console, visit: Visit, part_id: str, fields: Fields) -> None:
    act = as_shown(declare_unremovable, fields["shown"])
    console.perform(visit, act, UnremovableRequest(part_id, fields["reason"]))


SAYINGS: dict[str, Callable[[Console, Visit, str, Fields], None]] = {
    "accept": _accept,
    "attest": _attest,
    "gone": _gone,
    "unremovable": _unremovable,
}


def _pieces(opened: BinaryIO) -> Iterator[bytes]:
    with opened:
        while piece := opened.read(CHUNK):
            yield piece


def _download(console: Console, digest: str) -> Response:
    """The kept picture as a file to save: what people uploaded is never shown as a page of ours."""
    try:
        opened = console.office.store.blobs.open(digest)
    except FileNotFoundError as why:
        raise HTTPException(404) from why
    return StreamingResponse(
        _pieces(opened),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{digest[:12]}"'},
    )
