"""What WeChat allows, as data. Numbers from the official documentation as read on 2026-11-20."""

from __future__ import annotations

from dataclasses import replace

from channels.contract import ChannelProfile, Correction, ImageRules, Level, Limit, Quota, Unit

MARKER = "m"
"""Query parameter of the original link that carries the message's key."""

MARKER_BYTES = len(f"?{MARKER}=") + 32

DRAFT_ADD = "draft/add, fields of an article"

LIMITS = (
    Limit("title", 32, Unit.CHARACTERS, DRAFT_ADD),
    Limit("author", 16, Unit.CHARACTERS, DRAFT_ADD, warn_above=8),
    Limit("summary", 128, Unit.CHARACTERS, DRAFT_ADD, warn_above=120),
    Limit("body", 20_000, Unit.CHARACTERS, DRAFT_ADD),
    Limit("body", 1_000_000, Unit.BYTES, DRAFT_ADD),
    Limit("link", 1024 - MARKER_BYTES, Unit.BYTES, DRAFT_ADD + "; the marker included"),
)

COVER_TYPES = ("image/jpeg", "image/png")
COVER_BYTES = 10_000_000

FORCED_TOKEN = "stable_token/force_refresh"  # noqa: S105 - the name of a call
PERMISSION_PROBE = "probe/freepublish"

SUBMIT, DELETE = "freepublish/submit", "freepublish/delete"
MASS_CALLS, MASS_SEND = "message/mass", "message/mass/sendall"

QUOTAS = (
    Quota("media/uploadimg", 100_000, "day", title="传正文图片"),
    Quota("material/add_material", 100_000, "day", title="传封面"),
    Quota("draft/add", 1000, "day", title="建草稿"),
    Quota("draft/get", 500, "day", title="看草稿"),
    Quota("draft/batchget", 1000, "day", title="列草稿"),
    Quota(SUBMIT, 100, "day", sending=True, title="提交发布"),
    Quota("freepublish/get", 100, "day", title="查发布结果"),
    Quota("freepublish/delete", 10, "day", title="删除文章"),
    Quota("freepublish/batchget", 100, "day", title="列已发布的"),
    Quota(FORCED_TOKEN, 20, "day", title="强制换令牌"),
    Quota(
        PERMISSION_PROBE, 40, "day", title="试权限"
    ),  # ours: probing a refused account leaves 60 list calls for look-ups
)
"""Per account and Beijing day, for an account below 100,000 followers. Names are paths below `/cgi-bin/`."""

MASS_QUOTAS = (
    Quota(MASS_CALLS, 100, "day", title="群发各项"),
    Quota(MASS_SEND, 1, "day", sending=True, title="群发"),
)
"""Calls of all kinds of mass sending together, and what a certified 公众号 may send to everybody: one a day."""


def quotas_of(mode: str) -> tuple[Quota, ...]:
    """The quotas of one way to publish: only the call that sends in this mode is planned for."""
    kept = tuple(replace(q, sending=q.sending and mode == "publish") for q in QUOTAS)
    return kept + (MASS_QUOTAS if mode == "mass" else ())


METERED = frozenset(quota.call for quota in (*QUOTAS, *MASS_QUOTAS))
SCARCE = frozenset(quota.call for quota in (*QUOTAS, *MASS_QUOTAS) if quota.limit <= 100)


def counted_as(call: str) -> str:
    """Under which name a request is counted; "" for none. Mass sendings count what is sent, beside their requests."""
    if call.startswith(MASS_CALLS + "/"):
        return MASS_CALLS
    return call if call in METERED else ""


PROFILE = ChannelProfile(
    kind="wechat",
    label="微信公众号",
    limits=LIMITS,
    images=ImageRules(count=50, media_types=("image/jpeg", "image/png"), max_bytes=1_000_000),
    slots=frozenset({"portal_url", "posted_at", "corrected_at", "image", "cover"}),
    quotas=QUOTAS,
    external_links=False,
    amendable=False,
    correction=Correction.REPLACE,  # an article cannot be edited after it is out: a new one, the old one deleted
    removal_gap_s=20,
    removal_call=DELETE,
    withdrawable=True,
    visible=Level.PUBLIC,
    parts_per_posting=8,
    gap_s=60,
    settle_s=600,
    looks_s=(60, 300, 600, 1800),
)
