"""WeChat's codes: what is true after each, what to mend, and what to tell staff.

Source of the rows: the platform's list of global return codes and the pages of the calls ("doc"), the
tables of its SDKs ("sdk"), reports of users ("seen"); read 2026-11-20. A code that is not listed is never
taken for harmless: see `error_for`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

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

BEIJING = timezone(timedelta(hours=8))


class Weight(StrEnum):
    """What a request does outside: nothing, something that may be done again, something that must not."""

    READ = "read"
    REPEATABLE = "repeatable"
    ONCE = "once"


class Until(StrEnum):
    """When a used-up quota is open again: after 00:05 Beijing of the next day or of the next month."""

    NEXT_DAY = "next_day"
    NEXT_MONTH = "next_month"


@dataclass(frozen=True, slots=True)
class Row:
    """One code. `wait` (seconds or a reset) goes with the two errors that name a time."""

    error: type[ChannelError]
    help: str
    source: str
    field: str = ""
    before_execution: bool = True
    wait: int | Until = 600


DEVELOPER = "程序和微信接口不合，请联系维护人员"
SETTINGS = "请检查公众号的 AppID 和 AppSecret 设置"

CODES: dict[int, Row] = {
    -1: Row(OutcomeUnknown, "微信系统繁忙，正在核实或稍后再试", "doc", before_execution=False),
    40001: Row(CredentialsRefused, "微信不认我们的凭证，换过一次仍不认。" + SETTINGS, "doc", "account"),
    40002: Row(ChannelRefused, "凭证类型不对。" + DEVELOPER, "doc"),
    40003: Row(Rejected, "接收预览的人不存在或没有关注", "doc"),
    40004: Row(Rejected, "微信不收这种文件", "doc", "images"),
    40005: Row(Rejected, "图片须是 JPG 或 PNG", "doc", "images"),
    40006: Row(Rejected, "文件太大", "doc", "images"),
    40007: Row(Rejected, "微信里已经没有这张封面或这份草稿", "doc", "cover", before_execution=False),
    40008: Row(ChannelRefused, "消息类型不对。" + DEVELOPER, "doc"),
    40009: Row(Rejected, "正文图片须小于 1 MB", "doc", "images"),
    40013: Row(CredentialsRefused, "AppID 不对。" + SETTINGS, "doc", "account"),
    40014: Row(CredentialsRefused, "微信不认我们的凭证，换过一次仍不认。" + SETTINGS, "doc", "account"),
    40033: Row(ChannelRefused, "请求里有微信不收的字符。" + DEVELOPER, "doc"),
    40035: Row(ChannelRefused, "参数不对。" + DEVELOPER, "sdk"),
    40059: Row(Unavailable, "微信还查不到这次群发", "doc"),
    40060: Row(ChannelRefused, "要删除的篇次不对。" + DEVELOPER, "doc"),
    40113: Row(Rejected, "微信不收这种文件", "seen", "images"),
    40114: Row(ChannelRefused, "要修改的篇次不对。" + DEVELOPER, "doc"),
    40118: Row(Rejected, "封面的编号不对，请重新上传封面", "sdk", "cover"),
    40121: Row(Rejected, "封面的类型不对，请重新上传封面", "sdk", "cover"),
    40125: Row(CredentialsRefused, "AppSecret 不对或已重置。" + SETTINGS, "doc", "account"),
    40130: Row(ChannelRefused, "群发人数不足两人。" + DEVELOPER, "doc"),
    40132: Row(Rejected, "没有这个微信号", "sdk"),
    40137: Row(Rejected, "微信读不了这张图片，请存为普通大小的 JPG", "doc", "images"),
    40152: Row(ChannelRefused, "没有这个粉丝标签。" + DEVELOPER, "seen"),
    40155: Row(Rejected, "请去掉指向其他公众号主页的链接", "sdk", "body"),
    40164: Row(
        ChannelRefused, "请在公众号后台的 IP 白名单里加上本机地址，约 10 分钟后生效", "doc", "account"
    ),
    40215: Row(Rejected, "图片太多", "doc", "images"),
    40243: Row(CredentialsRefused, "AppSecret 已被冻结，请公众号管理员解冻", "doc", "account"),
    41001: Row(CredentialsRefused, "请求里没有凭证。" + DEVELOPER, "doc"),
    41002: Row(CredentialsRefused, "没有 AppID。" + SETTINGS, "doc", "account"),
    41004: Row(CredentialsRefused, "没有 AppSecret。" + SETTINGS, "doc", "account"),
    41005: Row(Rejected, "图片文件是空的", "doc", "images"),
    41006: Row(ChannelRefused, "缺少素材编号。" + DEVELOPER, "doc"),
    41039: Row(Rejected, "“阅读原文”的链接不对", "doc", "link"),
    41040: Row(Rejected, "不符合“原创”的要求", "doc", "body"),
    42001: Row(CredentialsRefused, "凭证过期，换过一次仍不认。" + SETTINGS, "doc", "account"),
    43002: Row(ChannelRefused, "请求方式不对。" + DEVELOPER, "doc"),
    43003: Row(ChannelRefused, "须用 HTTPS。请检查接口地址设置", "doc", "account"),
    43019: Row(Rejected, "接收人在黑名单里", "doc"),
    44001: Row(Rejected, "图片文件是空的", "doc", "images"),
    44002: Row(ChannelRefused, "请求是空的。" + DEVELOPER, "doc"),
    44003: Row(Rejected, "文章是空的", "doc", "body"),
    44004: Row(Rejected, "正文是空的", "doc", "body"),
    45001: Row(Rejected, "文件太大，正文图片须小于 1 MB", "doc", "images"),
    45002: Row(Rejected, "正文太长，上限 20,000 字符、1 MB", "doc", "body"),
    45003: Row(Rejected, "标题太长，请缩短到 32 字以内", "doc", "title"),
    45004: Row(Rejected, "摘要太长，请缩短到 120 字以内", "doc", "summary"),
    45005: Row(Rejected, "“阅读原文”的链接太长", "doc", "link"),
    45006: Row(Rejected, "图片链接太长", "sdk", "images"),
    45007: Row(Rejected, "语音太长", "doc"),
    45008: Row(Rejected, "一次最多 8 篇", "doc", "parts"),
    45009: Row(QuotaSpent, "这个接口今天的次数用完了，明天继续", "doc", wait=Until.NEXT_DAY),
    45011: Row(RateLimited, "请求太密，一分钟后再试", "doc", wait=60),
    45028: Row(QuotaSpent, "群发次数用完了，到时自动继续", "doc", wait=Until.NEXT_DAY),
    45062: Row(ChannelRefused, "涉及广告合约，请公众号管理员在后台处理", "doc", "account"),
    45065: Row(
        OutcomeUnknown, "微信说同一条群发过，没有给出任务编号，正在核实", "doc", before_execution=False
    ),
    45066: Row(RateLimited, "同一条群发问得太快，稍后再问", "doc", wait=90),
    45067: Row(ChannelRefused, "防重编号太长。" + DEVELOPER, "doc"),
    45083: Row(ChannelRefused, "群发速度超出范围。" + DEVELOPER, "doc"),
    45084: Row(ChannelRefused, "现在不能改群发速度", "doc"),
    45106: Row(ChannelRefused, "微信已停用这个接口。" + DEVELOPER, "doc"),
    45110: Row(Rejected, "作者太长，请缩短到 8 字以内", "seen", "author"),
    45113: Row(Rejected, "不支持卡券", "doc", "body"),
    45162: Row(ChannelRefused, "群发类型不对。" + DEVELOPER, "doc"),
    45166: Row(Rejected, "微信不收这份正文，请去掉特殊格式、外部链接和嵌入内容，或缩短", "doc", "body"),
    46001: Row(Rejected, "素材不存在，请重新上传", "doc", "images"),
    47001: Row(ChannelRefused, "请求的格式不对。" + DEVELOPER, "doc"),
    47003: Row(ChannelRefused, "请求的参数不对。" + DEVELOPER, "doc"),
    48001: Row(
        ChannelRefused, "这个账号不能用接口发布（未认证）。已存的草稿可以在公众号后台发布", "doc", "account"
    ),
    48003: Row(ChannelRefused, "请公众号管理员先同意群发协议", "doc", "account"),
    48004: Row(ChannelRefused, "微信封禁了这个接口，请看公众号后台的通知", "doc", "account"),
    48005: Row(ChannelRefused, "素材正在使用，不能删除", "doc"),
    48006: Row(QuotaSpent, "本月清零次数用完了", "doc", wait=Until.NEXT_MONTH),
    48008: Row(ChannelRefused, "账号没有发这类消息的权限", "doc", "account"),
    48021: Row(Rejected, "请在公众号后台打开这份草稿，保存后再发布", "doc", "body"),
    48022: Row(Rejected, "接口上传的视频不能使用", "doc", "body"),
    50002: Row(ChannelRefused, "公众号受到限制，请看公众号后台的通知", "doc", "account"),
    50004: Row(ChannelRefused, "公众号不能取凭证，请看公众号后台的通知", "doc", "account"),
    50007: Row(ChannelRefused, "公众号被冻结，请看公众号后台的通知", "doc", "account"),
    53401: Row(Rejected, "封面的大小不合适，请用 900×383 左右的图片", "seen", "cover"),
    53402: Row(Rejected, "封面裁剪失败（太小或比例特别），请用 900×383 左右的图片", "seen", "cover"),
    53404: Row(Rejected, "商品卡片有问题", "doc", "body"),
    53405: Row(Rejected, "商品卡片有问题", "doc", "body"),
    53406: Row(Rejected, "商品卡片有问题", "doc", "body"),
    53500: Row(ChannelRefused, "微信禁止这个账号发布，请看公众号后台的通知", "doc", "account"),
    53501: Row(RateLimited, "微信说发布太频繁，稍后自动再试", "doc", wait=600),
    53502: Row(OutcomeUnknown, "微信不认得这个发布任务，正在核实", "doc", before_execution=False),
    53503: Row(
        Rejected,
        "草稿没有通过发布检查，请在公众号后台打开草稿，按提示修改",
        "doc",
        "body",
        before_execution=False,
    ),
    53504: Row(Rejected, "这份草稿须在公众号后台发布", "doc", "body", before_execution=False),
    53505: Row(Rejected, "请在公众号后台打开这份草稿，保存后再发布", "doc", "body", before_execution=False),
    53600: Row(ChannelRefused, "微信里没有这篇文章", "doc"),
    61450: Row(OutcomeUnknown, "微信系统出错，正在核实或稍后再试", "sdk", before_execution=False),
    76001: Row(ChannelRefused, "查不到这个请求编号", "doc"),
    76002: Row(ChannelRefused, "请求编号的格式不对", "doc"),
    76003: Row(ChannelRefused, "请求编号属于别的账号", "doc"),
    76004: Row(ChannelRefused, "请求编号已超过 7 天", "doc"),
    76021: Row(ChannelRefused, "没有这个接口路径。" + DEVELOPER, "doc"),
    76022: Row(ChannelRefused, "账号不能调用这个接口", "doc", "account"),
    87009: Row(ChannelRefused, "微信说签名或评论不对。" + DEVELOPER, "seen"),
    87014: Row(Rejected, "微信说内容有风险", "doc", "body", before_execution=False),
    88000: Row(ChannelRefused, "账号没有留言功能。" + DEVELOPER, "doc"),
    89501: Row(ChannelRefused, "本机地址正等公众号管理员在微信里确认", "seen", "account"),
    89503: Row(ChannelRefused, "请公众号管理员在微信里确认本机地址", "doc", "account"),
    89504: Row(OutcomeUnknown, "等公众号管理员在微信里确认群发", "doc", before_execution=False),
    89505: Row(OutcomeUnknown, "等公众号管理员在微信里确认群发", "doc", before_execution=False),
    89506: Row(RateLimited, "公众号管理员两次拒绝了本机地址，24 小时后再试", "doc", "account", wait=86_400),
    89507: Row(RateLimited, "公众号管理员拒绝了本机地址，1 小时后再试", "doc", "account", wait=3600),
    200001: Row(Rejected, "微信说内容有风险", "seen", "body", before_execution=False),
}

TOKEN_CODES: dict[int, Row] = {
    40001: Row(CredentialsRefused, "AppSecret 不对或已重置。" + SETTINGS, "doc, token", "account"),
    43002: Row(ChannelRefused, "取凭证的请求方式不对。" + DEVELOPER, "doc, token"),
}
"""Codes that mean something else when a token is asked for."""

STALE = frozenset({40001, 40014, 42001})
"""Answers to a business call that are given before it is executed, because the token is not the current one."""

GONE = frozenset({"40007", "53600"})
"""Answers to a deletion that mean: it was gone already."""

GONE_MASS = frozenset({"40007", "40059"})
"""The same for a mass sending."""

BY_HAND = frozenset({"48021", "53504", "53505"})
"""Answers to a publication that mean: a person must open the draft in the console and publish it there."""

UNLISTED = "微信返回了没有收录的代码，请把原话转给维护人员"
IP = re.compile(r"invalid ip ([0-9A-Fa-f.:]+)")


def reset(now: datetime, until: Until) -> datetime:
    """When a quota of the Beijing day or month is open again (00:05 there), as an aware instant."""
    here = now.astimezone(BEIJING).replace(hour=0, minute=5, second=0, microsecond=0)
    if until is Until.NEXT_DAY:
        return here + timedelta(days=1)
    return (here.replace(day=1) + timedelta(days=32)).replace(day=1)


def error_for(
    code: int, words: str, *, weight: Weight, now: datetime, token_call: bool = False
) -> ChannelError:
    """The error to raise for a code that is not 0. `words` is the platform's text, without secrets.

    An unlisted code, and one that says nothing certain, is an unknown outcome after a call that must not
    be repeated. Only what sends content can be refused for its content: a read is merely unavailable.
    """
    row = CODES.get(code) if not token_call else TOKEN_CODES.get(code) or CODES.get(code)
    if row is None:
        row = Row(ChannelRefused if token_call else Rejected, UNLISTED, "", before_execution=False)
        if weight is Weight.ONCE:
            row = Row(OutcomeUnknown, UNLISTED, "", before_execution=False)
    return _built(row, code, words, weight, now)


def _built(row: Row, code: int, words: str, weight: Weight, now: datetime) -> ChannelError:
    text, number = _help(row, code, words), str(code)
    kind = row.error
    if issubclass(kind, RateLimited):
        until = reset(now, row.wait) if isinstance(row.wait, Until) else now + timedelta(seconds=row.wait)
        return kind(text, until=until, code=number, answer=words)
    if kind is OutcomeUnknown and weight is not Weight.ONCE:
        kind = Unavailable
    if kind is Rejected and weight is Weight.READ:
        kind = Unavailable
    if kind is Rejected:
        before = row.before_execution or weight is Weight.REPEATABLE
        return Rejected(text, field=row.field, before_execution=before, code=number, answer=words)
    return kind(text, code=number, answer=words)


def _help(row: Row, code: int, words: str) -> str:
    address = IP.search(words) if code == 40164 else None
    return f"请在公众号后台的 IP 白名单里加上 {address[1]}，约 10 分钟后生效" if address else row.help
