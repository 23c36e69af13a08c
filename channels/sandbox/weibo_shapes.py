"""The objects that the practice Weibo answers with: a post, the state of the limits."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import Any

from channels.sandbox.weibo_request import Asked
from channels.sandbox.weibo_world import BEIJING, Post, World


def status(world: World, post: Post, asked: Asked) -> dict[str, Any]:
    """One post as the API gives it. Picture addresses are on the host that was asked."""
    user, number = world.users[post.uid], str(post.number)
    who: dict[str, Any] = {"id": int(post.uid), "idstr": post.uid}
    if asked.get("trim_user") != "1":
        who["screen_name"] = user.name
    address = f"http://{asked.call.headers.get('host', 'weibo.invalid')}{post.picture_path}"
    names = ("thumbnail_pic", "bmiddle_pic", "original_pic") if post.picture else ()
    return {
        "created_at": f"{post.created_at.astimezone(BEIJING):%a %b %d %H:%M:%S %z %Y}",
        "id": post.number,
        "mid": number,
        "idstr": number,
        "text": post.text,
        "source": f'<a href="https://weibo.invalid/" rel="nofollow">{escape(post.source)}</a>',
        "favorited": False,
        "truncated": False,
        "in_reply_to_status_id": "",
        "in_reply_to_user_id": "",
        "in_reply_to_screen_name": "",
        **dict.fromkeys(names, address),
        "pic_urls": [{"thumbnail_pic": address}] if post.picture else [],
        "geo": None,
        "user": who,
        "reposts_count": 0,
        "comments_count": 0,
        "attitudes_count": 0,
        "isLongText": False,
        "visible": {"type": 0, "list_id": 0},
    }


def rate_limits(world: World, uid: str, client: str) -> dict[str, Any]:
    """What is left of the limits. The real platform's answer is not to be trusted; this one is true."""
    rates, (hour, day) = world.knobs.rates, world.windows()
    limit = rates.user_day or rates.user_hour
    used = world.counts["user", uid, day if rates.user_day else hour]
    local = world.now().astimezone(BEIJING)
    reset = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return {
        "ip_limit": rates.ip_hour,
        "limit_time_unit": "HOURS",
        "remaining_ip_hits": rates.ip_hour - world.counts["ip", client, hour],
        "remaining_user_hits": max(0, limit - used),
        "reset_time": f"{reset:%Y-%m-%d %H:%M:%S}",
        "reset_time_in_seconds": int((reset - local).total_seconds()),
        "user_limit": limit,
        "api_rate_limits": [],
    }
