"""Review: the queue, one revision with its sign panel, paper signatures, and the sheets to print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from fastapi import FastAPI, Request
from fastapi.responses import Response

from publisher.domain.errors import Reason, Refused, refuse
from publisher.domain.people import Act, Role, View
from publisher.domain.review import CHECK_LABELS, CHECKS, WITHHOLD_REASONS, Check
from publisher.store.blobs import BlobDamaged
from publisher.web.console.console import Console, Visit
from publisher.web.console.fields import Fields, Posted
from publisher.workflow import paper, review
from publisher.workflow.incoming import IncomingFile
from publisher.workflow.review import SignRequest
from publisher.workflow.reviewing import (
    as_seen,
    look_at,
    review_queue,
    reviewed,
    standing_of,
)
from publisher.workflow.sight import revision_for


@dataclass(frozen=True, slots=True)
class Sign:
    """One act of review on the page: use case, what the button says, what it needs, and how it is shown."""

    use_case: Callable[..., None]
    words: str
    help: str = ""
    opinion: bool = False
    reference: str = ""
    kind: str = ""


SIGNS: Mapping[str, Sign] = {
    "pass": Sign(review.pass_content, "签字，送保密审查", kind="pri"),
    "clear": Sign(review.clear_secrecy, "不涉密，送签发", kind="pri"),
    "sign": Sign(review.sign_off, "签发", "签发以后由责任编辑排期，到点下发。", kind="pri"),
    "urgent": Sign(
        review.sign_off_urgent,
        "紧急签发，立即下发",
        "按下后马上发出，12 小时内由审核人事后复核。",
        reference="常设保密审查的编号",
        kind="pri",
    ),
    "second-look": Sign(review.second_look, "复核过，没有问题", kind="pri"),
    "return": Sign(review.return_revision, "退回", "退回拟稿人修改，要写明理由。", opinion=True),
    "refer": Sign(
        review.refer_up,
        "报请确定",
        "写明报给哪个机关，等多久都不会自动通过。",
        reference="报请的主管部门或保密部门",
    ),
    "withhold": Sign(
        review.withhold,
        "不予公开，进登记簿",
        "选理由和依据，进登记簿。这个版本到此为止。",
        opinion=True,
        reference="法律依据",
        kind="risk",
    ),
    "recall": Sign(review.recall, "撤回送审", "拟稿人自己撤回，可以改后再送。"),
    "revoke": Sign(
        review.revoke, "撤回签发", "还没有下发，可以撤回；要写明理由。", opinion=True, kind="risk"
    ),
    "hold": Sign(review.hold, "暂停这一版", "暂停期间不会下发，也不会推送；由签发人解除。"),
    "resume": Sign(review.resume, "解除暂停", "解除后照原来的时间办理。"),
}
CHECK_HELP = {
    Check.POLITICS: "导向、表述、领导姓名与职务",
    Check.LAW: "职权、程序、引用的条款",
    Check.POLICY: "与原文件一致",
    Check.SECRECY: "不含国家秘密、工作秘密、个人隐私",
    Check.LANGUAGE: "错别字、数字、日期、标点",
}
TURN_WORDS = {
    Act.PASS_CONTENT: "请您初审",
    Act.CLEAR_SECRECY: "请您保密审查",
    Act.SIGN_OFF: "请您签发",
    Act.SECOND_LOOK: "请您事后复核",
}
DONE = {
    "pass": "已签字，送保密审查。",
    "clear": "已签字，送签发。",
    "sign": "已签发。请责任编辑排期。",
    "urgent": "已紧急签发，立即下发。12 小时内请审核人复核。",
    "second-look": "已复核。",
    "return": "已退回，拟稿人会看到理由。",
    "refer": "已报请确定。收到答复以前不会往下走。",
    "withhold": "不予公开，已登记。",
    "recall": "已撤回送审。",
    "revoke": "已撤回签发。",
    "hold": "已暂停。",
    "resume": "已解除暂停。",
    "entered": "纸质签字已录入，还要另一人对照扫描件确认，确认以后才算数。",
    "confirmed": "纸质签字已确认，算数。",
    "refused": "纸质签字已退掉，不算数。",
}
SAID = {
    **{f"sign {name}": sign.words for name, sign in SIGNS.items()},
    **{f"help {name}": sign.help for name, sign in SIGNS.items() if sign.help},
    **{f"reference {name}": sign.reference for name, sign in SIGNS.items() if sign.reference},
    **{f"check {check}": words for check, words in CHECK_LABELS.items()},
    **{f"about {check}": words for check, words in CHECK_HELP.items()},
    **{f"turn {act}": words for act, words in TURN_WORDS.items()},
}
SIGNERS = frozenset({Role.CONTENT_REVIEWER, Role.SECRECY_REVIEWER, Role.APPROVER})
SIGNING = ("pass", "clear", "sign", "urgent", "second-look")


def add(app: FastAPI, console: Console) -> None:
    """The queue and the page of one revision, with every act on it."""

    @app.get("/review")
    def queue(request: Request) -> Response:
        visit = console.visit(request, View.REVIEW)
        with console.office.store.read() as reading:
            waits = review_queue(reading, visit.now, visit.person)
        return console.show(visit, "review-queue", waits=waits, turn_words=TURN_WORDS)

    @app.get("/review/{digest}")
    def one(request: Request, digest: str) -> Response:
        visit = console.visit(request, View.REVIEW)
        return _page(console, visit, digest, shown_as=request.query_params.get("as", ""))

    @app.get("/review/{digest}/sheet")
    def sheet(request: Request, digest: str) -> Response:
        return _sheet(console, console.visit(request, View.REVIEW), digest, "review-sheet")

    @app.get("/review/{digest}/secrecy-sheet")
    def secrecy_sheet(request: Request, digest: str) -> Response:
        return _sheet(console, console.visit(request, View.REVIEW), digest, "review-secrecy")

    _add_paper(app, console)

    @app.post("/review/{digest}/{name}")
    def sign(request: Request, digest: str, name: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.REVIEW)
        known = SIGNS.get(name)
        if known is None:
            raise refuse(Reason.NOT_FOUND, "没有这种操作", field="state", english="no such act")
        asked = SignRequest(
            digest,
            opinion=fields["opinion"],
            reference=fields["reference"],
            reason=fields["reason"],
            found=_found(fields) if name == "pass" else None,
            checks=fields.all("checks") if name in SIGNING and name not in ("sign", "urgent") else None,
        )
        return console.act(
            visit,
            lambda: console.perform(visit, as_seen(known.use_case, fields["shown"]), asked),
            then=f"/review/{digest}",
            done=name,
            again=lambda why: _page(console, visit, digest, why=why),
        )


def _found(fields: Fields) -> Mapping[int, str]:
    """What the reviewer wrote beside each finding, by its place."""
    prefix = "found-"
    places = [name.removeprefix(prefix) for name in fields.values if name.startswith(prefix)]
    return {int(place): fields[prefix + place] for place in places if place.isdecimal() and len(place) < 5}


def _page(
    console: Console, visit: Visit, digest: str, *, shown_as: str = "", why: Refused | None = None
) -> Response:
    store = console.office.store
    with store.read() as reading:
        revision = revision_for(reading, visit.person, digest)
        page = reviewed(reading, visit.now, visit.person, revision)
        waits = review_queue(reading, visit.now, visit.person)
    look_at(store, visit.now, visit.person, digest)
    read = next(
        (c for c in page.channels if c.channel == shown_as), page.channels[0] if page.channels else None
    )
    return console.show(
        visit,
        "review",
        refused=why,
        page=page,
        read=read,
        waits=[one for one in waits if one.mine],
        shown=standing_of(revision),
        signs=SIGNS,
        signing=SIGNING,
        check_labels=CHECK_LABELS,
        check_help=CHECK_HELP,
        reasons=WITHHOLD_REASONS,
        turn_words=TURN_WORDS,
        done_words=DONE,
    )


def _sheet(console: Console, visit: Visit, digest: str, template: str) -> Response:
    with console.office.store.read() as reading:
        revision = revision_for(reading, visit.person, digest)
        page = reviewed(reading, visit.now, visit.person, revision)
        head = reading.log.head(reading.log_id).size
    return console.show(visit, template, page=page, head=head, check_labels=CHECK_LABELS)


def _add_paper(app: FastAPI, console: Console) -> None:
    @app.get("/review/{digest}/paper")
    def form(request: Request, digest: str) -> Response:
        return _paper(console, console.visit(request, View.REVIEW), digest)

    @app.post("/review/{digest}/paper")
    def enter(request: Request, digest: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.REVIEW)
        return console.act(
            visit,
            lambda: console.perform(visit, paper.enter_paper, _entered(digest, fields)),
            then=f"/review/{digest}/paper",
            done="entered",
            again=lambda why: _paper(console, visit, digest, why),
        )

    @app.post("/review/{digest}/paper/{paper_id}/{word}")
    def settle(request: Request, digest: str, paper_id: str, word: str, fields: Posted) -> Response:
        visit = console.post(request, fields, View.REVIEW)
        words = {"confirm": (paper.confirm_paper, "confirmed"), "refuse": (paper.refuse_paper, "refused")}
        if word not in words:
            raise refuse(Reason.NOT_FOUND, "没有这种操作", field="state", english="no such act")
        use_case, done = words[word]
        asked = paper.SettlePaperRequest(digest, paper_id, fields["reason"])
        return console.act(
            visit,
            lambda: console.perform(visit, use_case, asked),
            then=f"/review/{digest}/paper",
            done=done,
            again=lambda why: _paper(console, visit, digest, why),
        )

    @app.get("/review/{digest}/paper/{paper_id}/scan")
    def scan(request: Request, digest: str, paper_id: str) -> Response:
        visit = console.visit(request, View.REVIEW)
        with console.office.store.read() as reading:
            revision_for(reading, visit.person, digest)
            found = reading.papers.get(paper_id)
            if found is None or found.revision_id != digest:
                raise refuse(Reason.NOT_FOUND, "没有这份纸质签字", field="revision", english="no such paper")
            try:
                with reading.blobs.open(found.scan) as file:
                    data = file.read()
            except (FileNotFoundError, BlobDamaged) as why:
                raise refuse(
                    Reason.NOT_FOUND, "扫描件已经不在", field="scan", english="the scan is gone"
                ) from why
        headers = {"Content-Disposition": f'attachment; filename="scan-{paper_id}"'}
        return Response(data, media_type=found.scan_type, headers=headers)


def _entered(digest: str, fields: Fields) -> paper.EnterPaperRequest:
    files = fields.uploads("scan")
    if not files:
        raise refuse(
            Reason.BAD_INPUT,
            "没有扫描件",
            field="scan",
            allowed="PDF、JPG、PNG 一个",
            english="a scan is needed",
        )
    try:
        day = date.fromisoformat(fields["signed_on"])
    except ValueError as why:
        raise refuse(
            Reason.BAD_INPUT,
            "签字日期不是日期",
            field="signed_on",
            allowed="YYYY-MM-DD",
            english="signed_on is no date",
        ) from why
    upload = files[0]
    data = upload.file.read()
    incoming = IncomingFile(paper.SCAN, upload.filename or "scan", lambda: BytesIO(data))
    return paper.EnterPaperRequest(
        digest, fields["act"], fields["signer"], day, incoming, fields["opinion"], fields["reference"]
    )


def _paper(console: Console, visit: Visit, digest: str, why: Refused | None = None) -> Response:
    with console.office.store.read() as reading:
        revision = revision_for(reading, visit.person, digest)
        page = reviewed(reading, visit.now, visit.person, revision)
        people = [p for p in reading.people.all() if p.active and p.roles & SIGNERS]
    return console.show(
        visit,
        "review-paper",
        refused=why,
        page=page,
        people=people,
        acts=[act for act in paper.ON_PAPER if page.turn is act],
        checks=CHECKS,
        check_labels=CHECK_LABELS,
        done_words=DONE,
    )
