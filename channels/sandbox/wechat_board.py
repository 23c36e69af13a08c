"""What can be turned and done on the practice WeChat: the tables of its panel."""

from __future__ import annotations

import json
from collections.abc import Callable

from channels.sandbox.board import BadValue, Board, Button, Kind, Knob, Row, Section
from channels.sandbox.wechat import WeChatSim
from channels.sandbox.wechat_callback import Mishap, Mode
from channels.sandbox.wechat_events import PUBLISH_NAMES
from channels.sandbox.wechat_gate import DAILY, Refuse
from channels.sandbox.wechat_measure import UNITS
from channels.sandbox.wechat_press import HELD, Push

JOBS, LENGTHS, QUOTAS, RIGHTS, MASS, HABITS, CALLBACK = (
    "时间和发布结果", "长度限制", "每日额度", "帐号和权限", "群发", "平台的习惯", "回调",
)  # fmt: skip
FLAG = Kind.FLAG
OUTCOMES = ((0, "成功"), (2, "原创声明失败"), (3, "常规失败"), (4, "平台审核不通过"))
LATER = ((0, "没有"), (5, "被发布者删除"), (6, "被系统封禁"))
ACCOUNTS = (
    ("certified", "公众号，已认证"),
    ("uncertified", "公众号，未认证"),
    ("service", "服务号，已认证"),
    ("service_uncertified", "服务号，未认证"),
)
MASS_OUTCOMES = (
    *(
        ("send success", "成功"),
        ("send fail", "失败"),
        ("err(10001)", "涉嫌广告"),
        ("err(20001)", "涉嫌政治"),
    ),
    *(("err(20013)", "涉嫌版权"), ("err(22000)", "互推"), ("err(21000)", "其他")),
)
FIELDS = (
    ("title", "标题", 1000),
    ("author", "作者", 1000),
    ("digest", "摘要", 10_000),
    ("content", "正文", 10_000_000),
)
QUOTA_WORDS = {
    "token": "取凭证", "stable_token": "取稳定凭证", "media/uploadimg": "传正文图片", "material/add_material": "传素材",
    "draft/add": "新建草稿", "draft/get": "读草稿", "draft/update": "改草稿", "draft/delete": "删草稿",
    "draft/count": "草稿总数", "draft/batchget": "草稿列表", "freepublish/submit": "提交发布",
    "freepublish/get": "查询发布", "freepublish/delete": "删除已发布", "freepublish/getarticle": "读已发布",
    "freepublish/batchget": "已发布列表", "message/mass": "群发各接口", "message/mass/preview": "群发预览",
}  # fmt: skip

KNOBS = (
    Knob("press.job_s", "发布任务用时", JOBS, unit="秒"),
    Knob("press.outcome", "接下来的发布结果", JOBS, Kind.CHOICE, choices=OUTCOMES),
    Knob("press.later", "发布成功以后又", JOBS, Kind.CHOICE, choices=LATER),
    Knob("press.later_s", "在发布后多久", JOBS, unit="秒"),
    Knob("press.held", "提交发布时答复", JOBS, Kind.CHOICE,
         choices=((0, "正常"), *((code, f"{code}") for code in HELD))),
    Knob("press.leaves_at", "草稿何时离开草稿箱", JOBS, Kind.CHOICE,
         choices=(("success", "发布成功时"), ("submit", "提交时"))),
    Knob("press.shown_after_s", "新草稿多久才查得到", JOBS, unit="秒"),
    Knob("library.sync_s", "新素材多久才能用", JOBS, unit="秒"),
    Knob("gate.life_s", "凭证有效期", JOBS, unit="秒", low=1),
    *(Knob(f"press.limits.{name}", f"{word}上限", LENGTHS, high=high) for name, word, high in FIELDS),
    *(Knob(f"press.limits.{name}_unit", f"{word}的单位", LENGTHS, Kind.CHOICE, choices=UNITS)
      for name, word, _ in FIELDS),
    Knob("press.limits.content_bytes", "正文另有上限", LENGTHS, unit="字节", high=10_000_000),
    Knob("press.limits.articles", "一组最多几篇", LENGTHS, low=1, high=8),
    *(Knob(f"gate.daily.{path}", QUOTA_WORDS[path], QUOTAS, unit="次") for path in DAILY),
    Knob("gate.kind", "帐号种类", RIGHTS, Kind.CHOICE, choices=ACCOUNTS),
    Knob("gate.whitelist", "IP 白名单（空格分开，空为不限）", RIGHTS, Kind.WORDS_OR_ALL),
    Knob("gate.listed_everywhere", "白名单也管业务接口", RIGHTS, FLAG),
    Knob("gate.frozen", "密钥已冻结", RIGHTS, FLAG),
    Knob("mass.job_s", "群发任务用时", MASS, unit="秒"),
    Knob("mass.outcome", "接下来的群发结果", MASS, Kind.CHOICE, choices=MASS_OUTCOMES),
    Knob("mass.check_state", "原创校验", MASS, Kind.CHOICE,
         choices=((1, "不是转载"), (2, "转载，可以发"), (3, "转载，不能发"))),
    Knob("mass.confirm", "发给所有人要管理员确认", MASS, FLAG),
    Knob("mass.confirm_code", "等确认时答复", MASS, Kind.CHOICE, choices=((89505, "89505"), (0, "照常受理"))),
    Knob("mass.known_after_s", "新任务多久才查得到", MASS, unit="秒"),
    Knob("mass.too_soon_s", "同一编号多久内不许重试", MASS, unit="秒"),
    Knob("mass.followers", "关注人数", MASS, unit="人"),
    Knob("mass.filtered", "其中收不到的", MASS, unit="人"),
    Knob("mass.failed", "其中发送失败的", MASS, unit="人"),
    Knob("literal_escapes", "转义字符照原样存", HABITS, FLAG),
    Knob("text_ids", "任务号用文字给出", HABITS, FLAG),
    Knob("success_code", "成功时带错误码 0", HABITS, Kind.CHOICE,
         choices=(("usual", "按各接口说明"), ("always", "都带"), ("never", "都不带"))),
    Knob("hints", "错误说明带提示尾巴", HABITS, FLAG),
    Knob("callback.url", "服务器地址", CALLBACK, Kind.TEXT),
    Knob("callback.token", "令牌（不显示，空为不改）", CALLBACK, Kind.SECRET),
    Knob("callback.aes_key", "消息加解密密钥（不显示，空为不改）", CALLBACK, Kind.SECRET),
    Knob("callback.mode", "加解密方式", CALLBACK, Kind.CHOICE,
         choices=((Mode.PLAIN, "明文"), (Mode.COMPATIBLE, "兼容"), (Mode.SAFE, "安全"))),
    Knob("callback.event_name", "发布事件的名称", CALLBACK, Kind.CHOICE,
         choices=tuple((name, name) for name in PUBLISH_NAMES)),
    Knob("callback.early", "事件先于提交的答复", CALLBACK, FLAG),
    Knob("callback.late_s", "迟到的事件迟多久", CALLBACK, unit="秒"),
)  # fmt: skip

PATHS = (
    ("freepublish/submit", "提交发布"), ("draft/add", "新建草稿"), ("media/uploadimg", "传正文图片"),
    ("material/add_material", "传封面"), ("freepublish/get", "查询发布"), ("freepublish/batchget", "已发布列表"),
    ("freepublish/delete", "删除已发布"), ("draft/get", "读草稿"), ("draft/batchget", "草稿列表"),
    ("message/mass/sendall", "群发"), ("stable_token", "取稳定凭证"), ("/cgi-bin/", "所有接口"), ("/s", "读者打开文章"),
)  # fmt: skip


def board(sim: WeChatSim) -> Board:
    """The panel's tables over one simulator."""
    press, mass, gate, callback = sim.press, sim.mass, sim.gate, sim.callback

    def found(article_id: str) -> None:
        if not any(push.article_id == article_id for push in press.pushes):
            raise BadValue("没有这篇文章")

    def delete(article_id: str) -> None:
        found(article_id)
        press.delete(article_id, 0)

    def ban(article_id: str) -> None:
        found(article_id)
        press.ban(article_id)

    def remove(media_id: str) -> None:
        press.drafts.pop(media_id, None)

    def verify(_: str) -> None:
        try:
            proven = callback.configure(callback.url, callback.token, callback.aes_key, callback.mode)
        except ValueError as why:
            raise BadValue("回调的地址或密钥写法不对") from why
        if callback.url and not proven:
            raise BadValue("服务器没有原样答复验证字符串，暂不推送")

    acts = {
        "revoke": lambda _: gate.revoke(),
        "clear_used": lambda _: gate.used.clear(),
        "draft_save": _handed(press.save_by_hand),
        "draft_publish": _handed(press.publish_by_hand),
        "draft_delete": remove,
        "push_delete": _handed(delete),
        "push_ban": _handed(ban),
        "mass_yes": lambda number: mass.confirm_by_hand(_job(sim, number), yes=True),
        "mass_no": lambda number: mass.confirm_by_hand(_job(sim, number), yes=False),
        "callback_verify": verify,
        **{f"callback_{one}": _mishap(sim, one) for one in Mishap},
    }
    return Board(
        "微信公众号",
        sim,
        KNOBS,
        acts,
        lambda: _sections(sim),
        PATHS,
        lambda code, path: (200, json.dumps({"errcode": code, "errmsg": "practice fault"})),
        lock=sim.lock,
        reader="/reader",
    )


def _mishap(sim: WeChatSim, what: str) -> Callable[[str], None]:
    return lambda _: sim.callback.mishaps.append(what)


def _handed(act: Callable[[str], object]) -> Callable[[str], None]:
    """A platform's refusal as words for a trainer."""

    def do(target: str) -> None:
        try:
            act(target)
        except Refuse as why:
            raise BadValue(f"平台不接受：{why.code}") from why

    return do


def _job(sim: WeChatSim, number: str) -> int:
    if not number.isdecimal() or int(number) not in sim.mass.jobs:
        raise BadValue("没有这个群发任务")
    return int(number)


def _sections(sim: WeChatSim) -> tuple[Section, ...]:
    sim.run_jobs()
    drafts = tuple(
        Row(
            draft.articles[0]["title"],
            (
                Button("draft_save", "手工保存", draft.media_id),
                Button("draft_publish", "手工发布", draft.media_id),
                Button("draft_delete", "删除", draft.media_id),
            ),
        )
        for draft in sim.press.newest_drafts()[:10]
    )
    pushes = tuple(_pushed(push) for push in sim.press.newest()[:10])
    waiting = tuple(
        Row(
            f"群发任务 {job.msg_id}",
            (Button("mass_yes", "确认", str(job.msg_id)), Button("mass_no", "拒绝", str(job.msg_id))),
        )
        for job in sim.mass.jobs.values()
        if job.due is None and job.status == "SENDING"
    )
    return (
        Section("草稿箱", drafts, "没有草稿"),
        Section("已发布", pushes, "还没有发布过"),
        Section("等管理员确认的群发", waiting, "没有"),
        _callback_section(sim),
        Section(
            "凭证和额度",
            (
                Row("所有凭证立即失效", (Button("revoke", "作废凭证"),)),
                Row("今天用掉的额度", (Button("clear_used", "清零"),)),
            ),
        ),
    )


def _pushed(push: Push) -> Row:
    title = push.articles[0]["title"] if push.articles else push.text
    state = (
        "（已封禁）"
        if push.banned
        else "（已删除）"
        if push.articles and len(push.gone) == len(push.articles)
        else ""
    )
    if push.mass or state:
        return Row(f"{title}{state}{'（群发）' if push.mass else ''}")
    buttons = (
        Button("push_delete", "发布者删除", push.article_id),
        Button("push_ban", "平台封禁", push.article_id),
    )
    return Row(title, buttons)


def _callback_section(sim: WeChatSim) -> Section:
    callback = sim.callback
    state = "没有设置" if not callback.url else "已验证" if callback.verified else "没有通过验证，暂不推送"
    words = {Mishap.OMIT: "丢失", Mishap.DUPLICATE: "重复", Mishap.LATE: "迟到"}
    waiting = "、".join(words[Mishap(one)] for one in callback.mishaps) or "正常"
    rows = [
        Row(f"回调：{state}", (Button("callback_verify", "验证服务器"),)),
        Row(
            f"接下来的事件：{waiting}", tuple(Button(f"callback_{m}", f"下一个{w}") for m, w in words.items())
        ),
    ]
    for one in callback.deliveries[-5:]:
        rows.append(
            Row(
                f"第 {one.attempt} 次推送：{'收下了' if one.taken else '没有收下'}（{one.status or '没有答复'}）"
            )
        )
    return Section("推送事件", tuple(rows))
