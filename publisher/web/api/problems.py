"""What a program is told when something was not done: RFC 9457 documents, one row a kind, in Chinese or English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field
from starlette.datastructures import Headers
from starlette.responses import Response

from publisher.domain.errors import Problem, Reason, Refused

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:gongkai:problem:"
CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status and its title in both languages."""

    status: int
    chinese: str
    english: str


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(400, "请求读不懂", "The request cannot be read"),
    "no-token": Kind(401, "没有令牌", "A token is needed"),
    "token-refused": Kind(401, "令牌不能用", "The token is not good"),
    "not-permitted": Kind(403, "无权办理", "Not permitted"),
    "scope-missing": Kind(403, "令牌没有这项权限", "The token lacks the scope"),
    "not-found": Kind(404, "没有找到", "Not found"),
    "method": Kind(405, "这个地址不能这样用", "The method has no meaning here"),
    "wrong-state": Kind(409, "现在的状态不能这样办", "Not in this state"),
    "at-work": Kind(409, "同一个请求正在办理", "The same request is being worked on"),
    "outcome-unclear": Kind(409, "上一次办到哪一步不能确定", "What the earlier request did is not known"),
    "draft-changed": Kind(412, "草稿已有变动", "The draft has changed"),
    "too-large": Kind(413, "请求太大", "The request is too large"),
    "media-type": Kind(415, "不收这种格式", "Not a media type for this address"),
    "bad-input": Kind(422, "填写的内容不合要求", "Bad input"),
    "screened": Kind(422, "预检拦下", "Stopped by the screen"),
    "key-reused": Kind(
        422, "同一个 Idempotency-Key 用在了另一个请求上", "The key was used for another request"
    ),
    "version-needed": Kind(428, "要写明改的是哪一稿", "Name the version that you change"),
    "too-many": Kind(429, "请求太密", "Too many requests"),
    "fault": Kind(500, "系统出了问题", "A fault of the system"),
    "busy": Kind(503, "现在办不了，请稍后再试", "Busy, try again later"),
}
REASONS: Mapping[Reason, str] = {
    Reason.BAD_INPUT: "bad-input",
    Reason.NOT_FOUND: "not-found",
    Reason.NOT_PERMITTED: "not-permitted",
    Reason.NOT_PROVED: "not-permitted",
    Reason.WRONG_STATE: "wrong-state",
    Reason.BUSY: "busy",
    Reason.SCREENED: "screened",
}


class Fault(BaseModel):
    """One thing that is wrong: where, why, and what is allowed instead ("" where nothing is)."""

    model_config = ConfigDict(extra="forbid")

    field: str
    why: str
    allowed: str


class ProblemDocument(BaseModel):
    """RFC 9457. Nothing was done, except where `type` is `outcome-unclear` or `fault`."""

    model_config = ConfigDict(extra="forbid", title="Problem")

    type: str = Field(pattern=f"^{TYPE}[a-z-]+$")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    problems: list[Fault]


class Turned(Exception):
    """A request that goes no further, and why."""

    def __init__(
        self, kind: str, problems: Sequence[Problem] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        """`kind` is a row of `KINDS`; `headers` go with the answer."""
        super().__init__(kind)
        self.kind, self.problems, self.headers = kind, tuple(problems), dict(headers or {})


def turned(
    kind: str, why: str, english: str, *, field: str = "", allowed: str = "", **headers: str
) -> Turned:
    """A way out with one problem, ready to be raised. `headers` have `_` for `-`."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Turned(kind, (Problem(field, why, allowed, english),), named)


def of_refusal(why: Refused) -> Turned:
    """A refusal of a rule as a way out."""
    kind = REASONS[why.reason]
    return Turned(kind, why.problems, {"Retry-After": "5"} if kind == "busy" else {})


def answer(headers: Headers, why: Turned) -> Response:
    """The answer to a request with these headers, in the language that it asks for."""
    lang = language(headers)
    kind = KINDS[why.kind]
    title = kind.english if lang == "en" else kind.chinese
    faults = [_fault(problem, lang) for problem in why.problems]
    document = ProblemDocument(
        type=f"{TYPE}{why.kind}",
        title=title,
        status=kind.status,
        detail=("; " if lang == "en" else "；").join(fault.why for fault in faults) or title,
        problems=faults,
    )
    told = {"Content-Language": "en" if lang == "en" else "zh-CN", "Vary": "Accept-Language"}
    return Response(document.model_dump_json(), kind.status, {**told, **why.headers}, media_type=MEDIA_TYPE)


def _fault(problem: Problem, lang: str) -> Fault:
    why = (problem.english or problem.why) if lang == "en" else problem.why
    return Fault(
        field=_plain(problem.field), why=_plain(why), allowed=_plain(_allowed(problem.allowed, lang))
    )


def _allowed(text: str, lang: str) -> str:
    """What is allowed, in one language: `Chinese / English` is parted, Chinese words alone help nobody in English.

    Values of a field stand in quotation marks and stay as they are.
    """
    chinese, both, english = text.partition(" / ")
    if both:
        return english if lang == "en" else chinese
    return "" if lang == "en" and CHINESE.search(text) and not text.startswith("'") else text


def _plain(text: str) -> str:
    """Words of a request may stand in a refusal: half of a surrogate pair cannot be sent."""
    return text.encode("utf-8", "replace").decode()


def language(headers: Headers) -> str:
    """`en` where English is wanted more than Chinese, else `zh`."""
    wanted: dict[str, float] = {}
    for part in headers.get("accept-language", "").split(","):
        tag, _, rest = part.partition(";")
        wanted.setdefault(tag.strip().lower().partition("-")[0], _weight(rest))
    return "en" if wanted.get("en", 0.0) > wanted.get("zh", 0.0) else "zh"


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return min(1.0, max(0.0, float(value))) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
