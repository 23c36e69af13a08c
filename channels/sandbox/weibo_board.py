"""What can be turned and done on the practice Weibo: the tables of its panel."""

from __future__ import annotations

import json

from channels.sandbox.board import BadValue, Board, Button, Kind, Knob, Row, Section
from channels.sandbox.weibo import WeiboSim
from channels.sandbox.weibo_world import COUNTINGS, REFUSALS, base62

RATES, POSTS, TOKENS, HABITS = "次数限制", "发微博", "应用和授权", "平台的习惯"
FLAG = Kind.FLAG

KNOBS = (
    Knob("knobs.rates.user_day", "每个帐号每天", RATES, unit="次"),
    Knob("knobs.rates.user_hour", "每个帐号每小时（0 为不限）", RATES, unit="次"),
    Knob("knobs.rates.ip_hour", "每个地址每小时", RATES, unit="次"),
    Knob("knobs.rates.posts_hour", "每小时发微博", RATES, unit="条"),
    Knob("knobs.api_hour./2/statuses/share.json", "发布接口每小时（0 为不限）", RATES, unit="次"),
    Knob("knobs.api_hour./2/statuses/user_timeline.json", "时间线每小时（0 为不限）", RATES, unit="次"),
    Knob("knobs.rate_status", "超限时的状态码", RATES, Kind.CHOICE, choices=((403, "403"), (400, "400"))),
    Knob("knobs.lag_s", "新微博多久才进时间线", POSTS, unit="秒"),
    Knob("knobs.limit", "最多几个字", POSTS, unit="字", low=1, high=5000),
    Knob("knobs.counting", "字数怎么算", POSTS, Kind.CHOICE, choices=COUNTINGS),
    Knob("knobs.repeat_window_s", "多久内算重复", POSTS, unit="秒"),
    Knob("knobs.similar_percent", "多像算相似（0 为不查）", POSTS, unit="%", high=100),
    Knob("knobs.bad_words", "含有这些字就拒绝（空格分开）", POSTS, Kind.WORDS),
    Knob("knobs.bad_hosts", "含有这些网站的链接就拒绝", POSTS, Kind.WORDS),
    Knob("knobs.false_domains", "接下来几条误报没有安全域名", POSTS, unit="条"),
    Knob("knobs.slow_posts", "接下来几条发出却报系统慢", POSTS, unit="条"),
    Knob("knobs.lifetime_s", "授权有效期（0 为按平台规则）", TOKENS, unit="秒"),
    Knob("world.app.audited", "应用已通过审核", TOKENS, FLAG),
    Knob("world.app.testers", "测试帐号（空格分开）", TOKENS, Kind.WORDS),
    Knob("world.app.safe_domains", "安全域名（空格分开）", TOKENS, Kind.WORDS),
    Knob("world.app.safe_ips", "安全地址（空为不限）", TOKENS, Kind.WORDS),
    Knob("knobs.rip_required", "必须给出用户地址", HABITS, FLAG),
    Knob("knobs.code_as_text", "错误码用文字给出", HABITS, FLAG),
    Knob("knobs.filter_after_limit", "先取最新五条再筛选", HABITS, FLAG),
)

PATHS = (
    ("/2/statuses/share.json", "发微博"),
    ("/2/statuses/user_timeline.json", "时间线"),
    ("/2/statuses/destroy.json", "删微博"),
    ("/2/statuses/show.json", "读一条"),
    ("/oauth2/access_token", "换授权"),
    ("/oauth2/get_token_info", "查授权"),
    ("/2/", "所有接口"),
    ("/u/", "读者打开主页"),
)


def board(sim: WeiboSim) -> Board:
    """The panel's tables over one simulator."""
    world = sim.world

    def end(uid: str, *, revoked: bool) -> None:
        for token in world.tokens.values():
            if token.uid == uid and revoked:
                token.revoked = True
            elif token.uid == uid:
                token.lifetime_s = int((world.now() - token.created_at).total_seconds())

    def by_hand(uid: str) -> None:
        if uid not in world.users:
            raise BadValue("没有这个帐号")
        sim.post_by_hand(uid, f"手工发的一条，{len(world.posts) + 1}")

    return Board(
        "微博",
        sim,
        KNOBS,
        {
            "revoke": lambda uid: end(uid, revoked=True),
            "expire": lambda uid: end(uid, revoked=False),
            "post": by_hand,
            "delete": sim.delete_by_hand,
            "clear_counts": lambda _: world.counts.clear(),
        },
        lambda: _sections(sim),
        PATHS,
        _refusal,
        lock=sim.lock,
        reader=f"/u/{next(iter(world.users))}",
    )


def _refusal(code: int, path: str) -> tuple[int, str]:
    status, words = REFUSALS.get(code, (400, "practice fault"))
    return status, json.dumps({"error": words, "error_code": code, "request": path})


def _sections(sim: WeiboSim) -> tuple[Section, ...]:
    world = sim.world
    people = tuple(
        Row(
            f"{user.name}，{_state(sim, user.uid)}",
            (
                Button("expire", "让授权过期", user.uid),
                Button("revoke", "收回授权", user.uid),
                Button("post", "手工发一条", user.uid),
            ),
        )
        for user in world.users.values()
    )
    posts = tuple(
        Row(
            f"{base62(str(post.number))}　{'（已删除）' if post.deleted else post.written}",
            () if post.deleted else (Button("delete", "删除", str(post.number)),),
        )
        for post in list(reversed(world.posts))[:10]
    )
    return (
        Section("帐号", people),
        Section("最近的微博", posts, "还没有微博"),
        Section("次数", (Row("已经用掉的次数", (Button("clear_counts", "清零"),)),)),
    )


def _state(sim: WeiboSim, uid: str) -> str:
    now = sim.world.now()
    alive = [t for t in sim.world.tokens.values() if t.uid == uid and not t.revoked and t.left_s(now) > 0]
    return f"授权还有 {max(t.left_s(now) for t in alive) // 86_400} 天" if alive else "没有有效的授权"
