"""Invented items of an invented bureau, one for each way of being rendered."""

from __future__ import annotations

import hashlib
from datetime import date

from publisher.domain.item import Content, ItemFile
from publisher.render.body import from_text

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def stored(role: str, name: str, media_type: str, **more: object) -> ItemFile:
    """A file whose digest is that of its name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return ItemFile(role, digest, name, media_type, 47104, **more)  # type: ignore[arg-type]


LEVEE = stored("image", "levee.jpg", "image/jpeg", title="加固后的护坡", width=1280, height=720)
GATE = stored("image", "gate.png", "image/png", title="排水涵闸", width=1280, height=720)
PLAN = stored("attachment", "停水计划.pdf", "application/pdf", title="停水计划")
FORM = stored("attachment", "巡查记录表.docx", WORD, title="小型水库巡查记录表")


def item(kind: str, title: str, text: str, files: tuple[ItemFile, ...] = (), **more: object) -> Content:
    """A complete content; `text` as staff write it."""
    values: dict[str, object] = {
        "kind": kind,
        "title": title,
        "short_title": title,
        "body": from_text(text, {file.name: file for file in files if file.role == "image"}),
        "files": files,
        "formed_on": date(2026, 7, 8),
        "column": "tzgg",
        "channels": ("portal", "wechat", "weibo", "drop"),
        "summary": title,
        "issuing_body": "临澜市水利局",
        "responsible_body": "临澜市水利局",
        "content_source": "临澜市水利局",
        "subject_class": "农业、林业、水利\\水利",
        "disclosure_basis": "20-15",
        "responsible_editor": "陆予安",
        "reviewer": "沈青禾",
    }
    details = more.pop("details", {})
    assert isinstance(details, dict)
    return Content(**{**values, **more, "details": tuple(details.items())})  # type: ignore[arg-type]


NOTICE = item(
    "notice",
    "关于石渡片区供水管网检修期间临时停水的通告",
    "因石渡片区供水主管网更换阀门，需要临时停水。现通告如下。\n"
    "一、停水安排\n"
    "时间\t范围\t户数\n7月11日22:00至7月12日6:00\t石渡镇镇区及柳湾村、上渡村、沙坪村\t约4300户\n"
    "二、应急供水\n"
    "镇政府广场、柳湾小学门口各设1处送水点。\n",
    (PLAN,),
    doc_no="临水告〔2026〕14号",
    details={
        "kind_word": "停水通告",
        "reason": "因供水主管网更换阀门",
        "from": "2026-07-11 22:00",
        "to": "7月12日6:00",
        "area": "石渡镇镇区及柳湾村、上渡村、沙坪村",
        "what": "停水",
        "scale": "约4300户受影响",
        "advice": "请提前储水",
        "relief": "镇政府广场、柳湾小学门口设送水点。",
        "phone": "0000-0000000",
    },
)

NORMATIVE = item(
    "normative",
    "临澜市水利局关于印发《临澜市小型水库安全运行管理实施细则》的通知",
    "各县（区）水利局，各水库管理单位：\n现将细则印发给你们，请认真贯彻执行。\n"
    "第一章　总　则\n第一条　为了加强小型水库安全运行管理，制定本细则。\n"
    "第二章　责任与巡查\n第四条　巡查责任人应当按照表1规定的频次开展巡查。\n"
    "时段\t小（1）型\t小（2）型\t备注\n汛期\t每日1次\t每日1次\t含节假日\n非汛期\t每周2次\t每周1次\t—\n",
    (FORM,),
    short_title="小型水库安全运行管理实施细则",
    doc_no="临水规〔2026〕3号",
    formed_on=date(2026, 6, 26),
    summary="规范小型水库责任落实、巡查频次、应急处置和监督检查。",
    details={
        "effective_on": "8月1日",
        "term": "有效期5年",
        "points": "责任人名单每年4月30日前公布\n汛期每日巡查1次\n险情30分钟内上报",
    },
)

NEWS = item(
    "news",
    "澜溪河左岸险工段加固工程通过投入使用验收",
    "7月6日，澜溪河左岸险工段加固工程通过投入使用验收。\n"
    '![加固后的左岸护坡，水中立着水尺](levee.jpg "加固后的左岸护坡。")\n'
    "工程新建护坡4.6公里、排水涵闸2座。\n![五孔排水闸中三孔开启放水](gate.png)\n",
    (LEVEE, GATE),
    short_title="澜溪河左岸险工段加固完工",
    summary="工程赶在主汛期前投入使用",
    details={
        "lead": "4.6公里堤防的防洪标准由10年一遇提高到20年一遇，惠及石渡、柳湾两镇2.3万人。",
        "facts": "工程新建排水涵闸2座\n堤顶加高0.8米\n汛期每天巡查两次",
    },
)

WARNING = item(
    "warning",
    "转发临澜水文中心发布的洪水蓝色预警（4级）",
    "1. 离开河滩、低洼地和地下空间，车辆移到高处。\n2. 听从镇村通知转移，带好证件、药品、照明。\n",
    details={
        "issuer": "临澜水文中心",
        "issued_at": "2026-07-08 14:00",
        "hazard": "洪水",
        "level": "4",
        "colour": "蓝色",
        "starts_at": "7月8日18时起",
        "area": "澜溪河柳湾站以下沿河村",
        "watch_for": "柳湾站20时前后接近警戒水位",
        "measures": "请撤离河滩和低洼地，停止河道作业，听从转移通知",
        "original_no": "临水文预〔2026〕7号",
    },
)

EXPLAIN = item(
    "explain",
    "《临澜市小型水库安全运行管理实施细则》政策解读",
    "一、为什么要出这个细则？\n全市有137座小型水库，多数建于二十世纪六七十年代。\n",
    details={
        "qa": "小型水库的“三个责任人”分别管什么？答：行政责任人负总责，技术责任人管方案和研判，"
        "巡查责任人管日常巡查和第一时间报告。汛期每日巡查1次。名单每年4月30日前公布。\n"
        "巡查多久一次？答：汛期每日1次。"
    },
)

REPORT = item(
    "annual_report",
    "临澜市水利局2025年政府信息公开工作年度报告",
    "一、信息公开情况\n（一）主动公开情况\n全年公开政府信息396余条。\n",
    summary="2025年主动公开396余条，没有依申请公开",
)

ITEMS = {
    "notice": NOTICE,
    "normative": NORMATIVE,
    "news": NEWS,
    "warning": WARNING,
    "explain": EXPLAIN,
    "report": REPORT,
}
