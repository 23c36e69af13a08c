"""Weibo's error codes: what each one means for a posting, and what to tell staff.

The table is `TABLE`; `10017` is told apart by its text. The HTTP status is never looked at: the same code
comes with different ones. Sources: `DOC` the error page of the open platform's wiki (stored copies of 2012
to 2024), `SDK` a table in a published SDK, `ISSUE` a report of real behaviour, `MEMORY` not verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from types import MappingProxyType

from channels.contract import (
    ChannelError,
    ChannelRefused,
    CredentialsRefused,
    OutcomeUnknown,
    QuotaSpent,
    RateLimited,
    Rejected,
    Unavailable,
)

DOC = "open.weibo.com wiki, Error_code"
SDK = "SDK table"
ISSUE = "reported behaviour"
MEMORY = "unverified"

BEIJING = timezone(timedelta(hours=8))


class Wait(StrEnum):
    """Until when a limit lasts: the next full hour, one hour from now, or the next day in Beijing."""

    NEXT_HOUR = "next_hour"
    HOUR_THEN_DAY = "hour_then_day"  # the next full hour; when that did not help, the next day
    ONE_HOUR = "one_hour"
    NEXT_DAY = "next_day"


@dataclass(frozen=True, slots=True)
class Row:
    """What one code means. `error` is raised after a write; `field` is what an editor must mend.

    `before_execution` is True where the platform checks this before it does anything. `wait` belongs to
    limits; `whole_account` says that posting and reading stop together, else only the call that was refused does.
    """

    error: type[ChannelError]
    words: str
    source: str
    field: str = ""
    before_execution: bool = False
    wait: Wait | None = None
    whole_account: bool = False


class Said(OutcomeUnknown):
    """Perhaps out, and the platform itself said so with a code. Told apart from an answer that never came."""


CHECKING = "微博系统出错，正在查找这条是否已经发出，请勿手工重发"
LATER = "微博暂时不能服务，稍后自动再试"
SET_UP = "微博不接受这个请求的写法，请把代码告诉开发人员"
APP = "这个应用没有使用该接口的权限，请在微博开放平台检查应用"
AUTHORISE = "微博授权已失效，请用发布账号重新授权"
LIMIT = "已到微博的调用上限，到时自动继续"
LONG = "正文超过 140 字，请缩短"
TWICE = "微博说同样的文字已经发过，正在查找"

TABLE: Mapping[int, Row] = MappingProxyType(
    {
        # 1xxxx: system
        10001: Row(OutcomeUnknown, CHECKING, DOC),
        10002: Row(Unavailable, LATER, DOC),
        10003: Row(OutcomeUnknown, CHECKING, DOC),
        10004: Row(ChannelRefused, "服务器的出口地址不在应用的安全 IP 名单里，请在微博开放平台添加", DOC),
        10005: Row(ChannelRefused, APP, DOC),
        10006: Row(ChannelRefused, SET_UP, DOC),
        10007: Row(ChannelRefused, SET_UP, DOC),
        10008: Row(ChannelRefused, SET_UP, DOC),
        10009: Row(Unavailable, LATER, DOC),
        10010: Row(OutcomeUnknown, CHECKING, DOC),
        10011: Row(OutcomeUnknown, CHECKING, DOC),
        10012: Row(ChannelRefused, SET_UP, DOC),
        10013: Row(ChannelRefused, "这个微博账号不能使用，请登录微博查看", DOC),
        10014: Row(ChannelRefused, APP, DOC),
        10016: Row(ChannelRefused, SET_UP, DOC),
        10017: Row(ChannelRefused, SET_UP, DOC),
        10018: Row(Rejected, "图片或正文太大，请缩小", DOC, field="body", before_execution=True),
        10020: Row(ChannelRefused, SET_UP, DOC),
        10021: Row(ChannelRefused, SET_UP, DOC),
        10022: Row(QuotaSpent, LIMIT, DOC, wait=Wait.NEXT_HOUR),
        10023: Row(QuotaSpent, LIMIT, DOC, wait=Wait.HOUR_THEN_DAY),
        10024: Row(QuotaSpent, LIMIT, DOC, wait=Wait.NEXT_HOUR),
        10025: Row(QuotaSpent, LIMIT, MEMORY, wait=Wait.NEXT_HOUR),
        # 200xx: content and the posting account
        20001: Row(ChannelRefused, SET_UP, DOC),
        20002: Row(ChannelRefused, SET_UP, DOC),
        20003: Row(ChannelRefused, "微博说这个用户不存在，请核对账号编号", DOC),
        20005: Row(Rejected, "图片只能是 JPG、GIF 或 PNG", DOC, field="images", before_execution=True),
        20006: Row(Rejected, "图片要小于 5 MB", DOC, field="images", before_execution=True),
        20007: Row(ChannelRefused, SET_UP, DOC),
        20008: Row(Rejected, "正文是空的", DOC, field="body", before_execution=True),
        20009: Row(ChannelRefused, SET_UP, DOC),
        20012: Row(Rejected, LONG, DOC, field="body", before_execution=True),
        20013: Row(Rejected, LONG, DOC, field="body", before_execution=True),
        20014: Row(Unavailable, LATER, DOC),
        20015: Row(ChannelRefused, "微博暂时限制了这个账号或服务器，请登录微博查看", SDK),
        20016: Row(RateLimited, "发得太密，微博要求稍后再发，到时自动继续", DOC, wait=Wait.ONE_HOUR),
        20017: Row(Rejected, "和以前的微博太相似，请改写", DOC, field="body"),
        20018: Row(Rejected, "微博不接受正文里的链接", SDK, field="body"),
        20019: Row(OutcomeUnknown, TWICE, DOC),
        20020: Row(Rejected, "微博认为正文是广告，请改写", SDK, field="body"),
        20021: Row(Rejected, "微博不接受这段内容，请改写", SDK, field="body"),
        20022: Row(
            RateLimited,
            "微博认为本服务器的行为异常，明天再试；请登录微博查看",
            DOC,
            wait=Wait.NEXT_DAY,
            whole_account=True,
        ),
        20023: Row(Unavailable, LATER, DOC),
        20031: Row(ChannelRefused, "微博要求输入验证码，请用浏览器登录微博完成验证", DOC),
        20032: Row(OutcomeUnknown, "微博说已经发出，过几分钟才能看到，正在查找，请勿重发", DOC),
        20033: Row(ChannelRefused, "微博账号登录异常，请登录微博处理", DOC),
        20049: Row(Rejected, LONG, DOC, field="body", before_execution=True),
        # 201xx: one post
        20101: Row(Rejected, "微博上没有这一条", DOC),
        20102: Row(ChannelRefused, "这一条不是本账号发的，不能删除", DOC),
        20104: Row(Rejected, "微博认为这一条不合规，请改写", SDK, field="body"),
        20109: Row(ChannelRefused, SET_UP, DOC),
        20111: Row(OutcomeUnknown, TWICE, DOC),
        20112: Row(Rejected, "账号的隐私设置不允许", DOC),
        20121: Row(ChannelRefused, SET_UP, DOC),
        # 213xx: authorisation
        21301: Row(CredentialsRefused, AUTHORISE, DOC),
        21302: Row(ChannelRefused, SET_UP, DOC),
        21303: Row(ChannelRefused, SET_UP, DOC),
        21304: Row(ChannelRefused, SET_UP, DOC),
        21305: Row(ChannelRefused, SET_UP, DOC),
        21306: Row(ChannelRefused, SET_UP, DOC),
        21307: Row(ChannelRefused, SET_UP, DOC),
        21308: Row(ChannelRefused, SET_UP, DOC),
        21309: Row(ChannelRefused, SET_UP, DOC),
        21310: Row(ChannelRefused, SET_UP, DOC),
        21311: Row(ChannelRefused, SET_UP, DOC),
        21312: Row(ChannelRefused, SET_UP, DOC),
        21313: Row(ChannelRefused, SET_UP, DOC),
        21314: Row(CredentialsRefused, AUTHORISE, DOC),
        21315: Row(CredentialsRefused, AUTHORISE, DOC),
        21316: Row(CredentialsRefused, AUTHORISE, DOC),
        21317: Row(CredentialsRefused, AUTHORISE, DOC),
        21318: Row(ChannelRefused, SET_UP, DOC),
        21319: Row(CredentialsRefused, "账号取消了对应用的授权，请重新授权", DOC),
        21320: Row(ChannelRefused, "微博要求用 HTTPS，请检查设置里的地址", DOC),
        21321: Row(ChannelRefused, "应用还没有通过审核，请先把发布账号加为测试账号", DOC),
        21322: Row(ChannelRefused, "授权回调地址和应用登记的不一致", DOC),
        21323: Row(ChannelRefused, SET_UP, DOC),
        21324: Row(ChannelRefused, "应用的 App Key 或 App Secret 不对", DOC),
        21325: Row(CredentialsRefused, "授权码已用过或过期，请再授权一次", DOC),
        21326: Row(ChannelRefused, SET_UP, DOC),
        21327: Row(CredentialsRefused, "微博授权已到期，请用发布账号重新授权", DOC),
        21328: Row(ChannelRefused, SET_UP, DOC),
        21329: Row(ChannelRefused, SET_UP, DOC),
        21330: Row(CredentialsRefused, "授权时点了拒绝，请重新授权", DOC),
        21331: Row(Unavailable, LATER, DOC),
        21332: Row(CredentialsRefused, AUTHORISE, DOC),
        21335: Row(ChannelRefused, "授权的账号和设置里的账号编号不一致", ISSUE),
        21337: Row(ChannelRefused, APP, DOC),
        21338: Row(ChannelRefused, SET_UP, DOC),
    }
)

NO_DOMAIN = Row(Rejected, "正文里要有本单位已登记域名的链接", ISSUE, field="body", before_execution=True)

TEXTS_OF_10017: Mapping[str, Row] = MappingProxyType(
    {
        "text not find domain": NO_DOMAIN,
        "appkey not bind domain": Row(ChannelRefused, "应用没有设置安全域名，请在微博开放平台设置", ISSUE),
    }
)


def code_of(payload: Mapping[str, object]) -> str:
    """The answer's `error_code` as text, "" when the answer is no error. Comes as integer or as string."""
    code = payload.get("error_code")
    if code is None:
        return "error" if payload.get("error") else ""
    return "" if str(code).strip() == "0" else str(code).strip()


def row_for(code: str, text: str) -> Row | None:
    """The row of a code, or None when it is not listed."""
    if code == "10017":
        for beginning, row in TEXTS_OF_10017.items():
            if beginning in text.lower():
                return row
    return TABLE.get(int(code)) if code.isdecimal() else None


def until(wait: Wait, now: datetime, *, again: bool = False) -> datetime:
    """When a limit ends (aware). `again` says that the shorter wait did not help."""
    if wait is Wait.ONE_HOUR:
        return now + timedelta(hours=1)
    if wait is Wait.NEXT_DAY or (wait is Wait.HOUR_THEN_DAY and again):
        today = now.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
        return (today + timedelta(days=1)).astimezone(now.tzinfo)
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def error_for(code: str, text: str, *, changes: bool, now: datetime, again: bool = False) -> ChannelError:
    """The error to raise for a code with the platform's `text` (without secrets).

    `changes` says that the request was one that changes something: only then an outcome can be unknown.
    A code that is not listed is never taken as "not out" after a write.
    """
    row = row_for(code, text)
    if row is None:
        words = f"微博回了没有登记的代码，原话：{text[:120]}"
        return Said(words, code=code, answer=text) if changes else Unavailable(words, code=code, answer=text)
    if row.wait is not None:
        limited = QuotaSpent if row.error is QuotaSpent else RateLimited
        return limited(row.words, until=until(row.wait, now, again=again), code=code, answer=text)
    if row.error is Rejected:
        return Rejected(
            row.words, field=row.field, before_execution=row.before_execution, code=code, answer=text
        )
    if row.error is OutcomeUnknown:
        return (
            Said(row.words, code=code, answer=text) if changes else Unavailable(LATER, code=code, answer=text)
        )
    return row.error(row.words, code=code, answer=text)
