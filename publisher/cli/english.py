"""The English of lists: their headings and the few words in their cells. A state is its own word of the tables."""

from __future__ import annotations

from enum import Enum

HEADINGS = {
    "编号": "id",
    "标题": "title",
    "状态": "state",
    "各渠道": "channels",
    "渠道": "channel",
    "名称": "name",
    "种类": "kind",
    "次序": "order",
    "原因": "reason",
    "结论": "result",
    "检查": "check",
    "说明": "remark",
    "篇": "part",
    "差异": "differences",
    "账号": "account",
    "姓名": "name shown",
    "角色": "roles",
    "版本": "revision",
    "拟稿人": "drafter",
    "审核人": "reviewer",
    "序号": "no.",
    "时间": "time",
    "人": "who",
    "事项": "what",
    "对象": "on",
    "发出时间": "out at",
    "首次核验": "first verified",
    "超期天数": "days late",
    "接口": "call",
    "时段": "window",
    "上限": "limit",
    "已用": "used",
    "已排": "planned",
    "可用": "free",
    "平台限到": "closed until",
    "级别": "level",
    "替补": "substitute",
    "已告知": "told",
    "程序": "program",
    "权限": "scopes",
    "到期": "ends",
    "最近使用": "last used",
}
CHECKS = {  # what `doctor` looks at
    "文件权限": "file permissions",
    "数据库": "database",
    "服务": "service",
    "应发未发": "overdue",
    "待人工": "waits for people",
    "告警": "alarms",
    "告警送达": "messages",
    "工作日历": "working calendar",
    "渠道": "channel",
    "授权": "authorisation",
    "存证日志": "the log",
    "检查点外存": "checkpoints elsewhere",
}


def check_name(chinese: str, lang: str) -> str:
    """The name of a check; that of a channel keeps the channel's label."""
    name, space, label = chinese.partition(" ")
    return f"{CHECKS.get(name, name)}{space}{label}" if lang == "en" else chinese


def heading(chinese: str, lang: str) -> str:
    """A heading in the language asked for; raises `KeyError` for one that the table does not know."""
    return HEADINGS[chinese] if lang == "en" else chinese


def state_words(state: Enum | str, chinese: str, lang: str) -> str:
    """A state for people: its label, or in English its own word with spaces."""
    word = str(state.value if isinstance(state, Enum) else state)
    return word.replace("_", " ") if lang == "en" else chinese
