"""Chinese words for the names of fields and acts, as they stand in refusals, remarks, tables and pages."""

from __future__ import annotations

from publisher.domain.people import Act

CONTENT = {  # the fields of an item in the order of its page
    "title": "标题",
    "short_title": "短标题",
    "kind": "类别",
    "column": "栏目",
    "channels": "渠道",
    "formed_on": "成文日期",
    "doc_no": "发文字号",
    "issuing_body": "发文机关",
    "responsible_body": "发布机构",
    "content_source": "来源",
    "subject_class": "主题分类",
    "summary": "内容概述",
    "keywords": "主题词",
    "disclosure_attribute": "公开方式",
    "disclosure_basis": "公开依据",
    "placement": "公开位置",
    "validity": "有效性",
    "responsible_editor": "责任编辑",
    "reviewer": "审核人",
    "expires_on": "到期下线日期",
    "correction": "更正说明",
}
REQUESTS = {  # the fields of what a person asks for
    "actor": "办理人",
    "answer": "答复",
    "attachments": "附件",
    "body": "正文",
    "channel": "渠道",
    "checks": "五关",
    "daemon": "服务",
    "detail": "结构化字段",
    "display": "姓名",
    "file": "文件",
    "from": "起始日",
    "home": "工作目录",
    "id": "编号",
    "images": "图片",
    "item": "条目",
    "key": "公钥",
    "anchor": "锚点",
    "name": "账号",
    "note": "更正说明",
    "opinion": "意见",
    "part": "篇",
    "password": "口令",
    "posting": "推送",
    "reason": "理由",
    "reference": "依据",
    "release_at": "发布时间",
    "revision": "版本",
    "roles": "角色",
    "state": "状态",
    "store": "数据库",
    "substitute": "替补",
    "target": "告警目标",
    "to": "截止日",
    "token_file": "令牌文件",
    "url": "网址",
}

SIGNED: dict[str, str] = {  # what a signature says, by its act
    Act.PASS_CONTENT: "初审通过",
    Act.CLEAR_SECRECY: "保密审查通过",
    Act.REFER_UP: "报请确定",
    Act.WITHHOLD: "不予公开",
    Act.SIGN_OFF: "签发",
    Act.SECOND_LOOK: "事后复核",
}


def field_label(name: str) -> str:
    """The Chinese words of a field, or the name itself where it has none (keys of the settings file)."""
    return CONTENT.get(name) or REQUESTS.get(name) or name
