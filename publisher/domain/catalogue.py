"""The field's own lists as data: disclosure basis, subject classes, kinds of items with gate, lateness and clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from publisher.domain.clocks import DayUnit, LegalClock, WorkCalendar
from publisher.domain.correction import CorrectionRule
from publisher.domain.quota import CallQuota
from publisher.domain.windows import ReleaseRules

DISCLOSURE_BASIS = {  # 政府信息公开条例 (2019) arts. 20, 21; rules.md 16.2
    "20-1": "行政法规、规章和规范性文件",
    "20-2": "机关职能、机构设置、办公地址、办公时间、联系方式、负责人姓名",
    "20-3": "国民经济和社会发展规划、专项规划、区域规划及相关政策",
    "20-4": "国民经济和社会发展统计信息",
    "20-5": "行政许可和其他对外管理服务事项的依据、条件、程序以及办理结果",
    "20-6": "行政处罚、行政强制的依据、条件、程序以及有社会影响的处罚决定",
    "20-7": "财政预算、决算信息",
    "20-8": "行政事业性收费项目及其依据、标准",
    "20-9": "政府集中采购项目的目录、标准及实施情况",
    "20-10": "重大建设项目的批准和实施情况",
    "20-11": "扶贫、教育、医疗、社会保障、促进就业等政策、措施及实施情况",
    "20-12": "突发公共事件的应急预案、预警信息及应对情况",
    "20-13": "环境保护、公共卫生、安全生产、食品药品、产品质量的监督检查情况",
    "20-14": "公务员招考的职位、名额、报考条件以及录用结果",
    "20-15": "其他法律、法规、规章和国家有关规定要求公开的",
    "21-1": "市政建设",
    "21-2": "公共服务",
    "21-3": "公益事业",
    "21-4": "土地征收",
    "21-5": "房屋征收",
    "21-6": "治安管理",
    "21-7": "社会救助",
}

SUBJECT_CLASSES: dict[str, tuple[str, ...]] = {  # rules.md 16.5
    "国务院组织机构": (),
    "综合政务": ("政务公开", "其他"),
    "国民经济管理、国有资产监管": (
        "宏观经济",
        "经济体制改革",
        "统计",
        "物价",
        "国有资产监管",
        "重大建设项目",
        "其他",
    ),
    "财政、金融、审计": (
        "财政",
        "税务",
        "银行",
        "货币（含外汇）",
        "证券",
        "保险",
        "社会信用体系建设",
        "审计",
        "其他",
    ),
    "国土资源、能源": ("土地", "矿产", "水资源", "海洋", "煤炭", "石油与天然气", "电力", "其他"),
    "农业、林业、水利": ("农业、畜牧业、渔业", "林业", "水利", "其他"),
    "工业、交通": (),
    "商贸、海关、旅游": (),
    "市场监管、安全生产监管": (),
    "城乡建设、环境保护": (),
    "科技、教育": (),
    "文化、广电、新闻出版": (),
    "卫生、体育": (),
    "人口与计划生育、妇女儿童工作": (),
    "劳动、人事、监察": (),
    "公安、安全、司法": (),
    "民政、扶贫、救灾": (),
    "民族、宗教": (),
    "对外事务": (),
    "港澳台侨工作": (),
    "国防": (),
    "其他": (),
}


def is_subject_class(text: str) -> bool:
    """A class, or `class\\sub-class` as it stands on pages."""
    upper, below, lower = text.partition("\\")
    return upper in SUBJECT_CLASSES and (not below or lower in SUBJECT_CLASSES[upper])


class DisclosureAttribute(StrEnum):
    """公开属性. Only the first may be queued (R14.01)."""

    PROACTIVE = "主动公开"
    ON_REQUEST = "依申请公开"
    NOT_OPEN = "不予公开"


VALIDITY = ("有效", "已修改", "废止", "失效")
PLACEMENTS = {"legal_content": "法定主动公开内容", "news": "工作动态", "other": "其他"}


class Gate(StrEnum):
    """Which of the named portals must be verified before other channels follow."""

    ALL = "all"
    ANY = "any"


WARNING_ELEMENTS = {  # 突发事件应对法 (2024) art. 64, rules.md 16.10
    "hazard": "灾种",
    "level": "级别",
    "colour": "颜色",
    "starts_at": "起始时间",
    "area": "可能影响的范围",
    "watch_for": "注意事项",
    "measures": "应对措施",
    "issuer": "发布机关",
    "issued_at": "发布时间",
}

TWENTY_WORKING_DAYS = LegalClock(20, DayUnit.WORKING, "政府信息公开条例第二十六条")
SEVEN_WORKING_DAYS = LegalClock(7, DayUnit.WORKING, "国办发〔2018〕118号")
TWENTY_DAYS = LegalClock(20, DayUnit.CALENDAR, "预算法第十四条")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of item 类别. `gate_limit` and `late_after` (working days if `late_working_days`) as in design 4."""

    name: str
    label: str
    basis: str
    clock: LegalClock = TWENTY_WORKING_DAYS
    urgent: bool = False
    gate: Gate = Gate.ALL
    gate_limit: timedelta = timedelta(hours=4)
    late_after: timedelta | None = None
    late_working_days: int = 3
    required_details: tuple[str, ...] = ()


def _kinds(*kinds: Kind) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


KINDS = _kinds(
    Kind("notice", "通知公告", "20-15"),
    Kind("normative", "规范性文件", "20-1"),
    Kind("news", "工作动态", "20-15"),
    Kind("explain", "政策解读", "20-1"),
    Kind("annual_report", "信息公开年报", "20-15"),
    Kind("institution", "机构概况", "20-2"),
    Kind("plan", "计划总结", "20-3"),
    Kind("statistics", "统计信息", "20-4"),
    Kind("personnel", "人事信息", "20-14"),
    Kind("budget", "财政预决算", "20-7", clock=TWENTY_DAYS),
    Kind("permit", "行政许可", "20-5", clock=SEVEN_WORKING_DAYS),
    Kind("penalty", "行政处罚", "20-6", clock=SEVEN_WORKING_DAYS),
    Kind("enforcement", "行政执法", "20-6"),
    Kind("project", "重大建设项目", "20-10"),
    Kind("consultation", "征求意见", "20-15"),
    Kind(
        "clarification",
        "澄清回应",
        "20-12",
        urgent=True,
        gate=Gate.ANY,
        gate_limit=timedelta(minutes=10),
        late_after=timedelta(hours=1),
    ),
    Kind(
        "warning",
        "预警信息",
        "20-12",
        urgent=True,
        gate=Gate.ANY,
        gate_limit=timedelta(minutes=10),
        late_after=timedelta(hours=1),
        required_details=tuple(WARNING_ELEMENTS),
    ),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column 栏目 of the portals. `kind` is the site guide's column type."""

    name: str
    title: str
    description: str = ""
    keywords: str = ""
    kind: str = "公开信息"


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """One configured channel as the rules see it. `portal` channels are the gate; the rest follow them.

    `quotas` are the account's limits in force. What is overdue goes out at least `gap_s` seconds apart.
    """

    name: str
    kind: str
    label: str
    portal: bool
    practice: bool
    longest_url: str = ""
    quotas: tuple[CallQuota, ...] = ()
    gap_s: int = 0
    correction: CorrectionRule = CorrectionRule.REPLACE


@dataclass(frozen=True, slots=True)
class Bureau:
    """The rules in force for one public body: names, columns, channels, chain, calendar. Read-only."""

    body: str
    name: str
    organisation: str
    columns: Mapping[str, Column]
    channels: Mapping[str, ChannelPlan]
    calendar: WorkCalendar
    chain: str = "small"
    link_portal: str = ""
    default_column: str = ""
    default_editor: str = ""
    summary_limit_chars: int = 100
    default_subject: str = "农业、林业、水利\\水利"
    kinds: Mapping[str, Kind] = field(default_factory=lambda: KINDS)
    release_rules: ReleaseRules = field(default_factory=ReleaseRules)
    units: Mapping[str, str] = field(default_factory=dict)

    def label(self, channel: str) -> str:
        """What people call a channel; its name when it is not configured any more."""
        plan = self.channels.get(channel)
        return plan.label if plan else channel

    def portals(self) -> tuple[str, ...]:
        """Names of the channels that are the gate, in configured order."""
        return tuple(name for name, plan in self.channels.items() if plan.portal)
