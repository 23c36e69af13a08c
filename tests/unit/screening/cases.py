"""The case table of the content screen: what must be found, where, how grave, and what must find nothing.

All numbers are synthetic. Offsets are code points of the text as given. A row passes only when exactly
the listed findings appear.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Case:
    """`place` is where the text stands, `header` the head of its column; `expected` = rule, start, end, level."""

    name: str
    text: str
    expected: tuple[tuple[str, int, int, str], ...] = ()
    place: str = "正文"
    header: str = ""


def found(rule: str, start: int, end: int, level: str = "阻断") -> tuple[tuple[str, int, int, str], ...]:
    return ((rule, start, end, level),)


ID_CASES = (
    Case(
        "A01 between Chinese characters",
        "测试甲，身份证号510402190001010011，低保对象",
        found("PII-ID18", 8, 26),
    ),
    Case("A02 check character X", "51040219000101002X", found("PII-ID18", 0, 18), header="身份证号"),
    Case("A03 full width", "公民身份号码：５１０４０２１９０００１０１００２ｘ", found("PII-ID18", 7, 25)),
    Case("A04 in groups", "身份证号 510402 1900 0101 0011", found("PII-ID18", 5, 26)),
    Case("A05 zero-width space", "510402\u200b190001010011", found("PII-ID18", 0, 19)),
    Case("A06 Cyrillic ha", "身份证51040219000101002Х", found("PII-ID18", 3, 21)),
    Case("A07 broken over lines", "身份证号：51040219\n0001010011", found("PII-ID18", 5, 24)),
    Case("A08 old number with label", "原身份证号510402000101001", found("PII-ID15", 5, 20)),
    Case("A09 15-digit registration number", "营业执照注册号510402000101001"),
    Case(
        "A10 wrong check digit under a label",
        "身份证号：510402190001010012",
        found("PII-ID-BAD", 5, 23, "须确认"),
    ),
    Case("A11 project code", "项目代码510402190001010012"),
    Case("A12 disability certificate", "残疾人证号51040219000101001143", found("PII-DISCERT", 5, 25)),
    Case("A13 school register number", "学籍号G510402190001010011", found("PII-ID18", 4, 22)),
    Case(
        "A14 county code younger than the person",
        "500223190001010010",
        found("PII-ID18", 0, 18),
        header="身份证号",
    ),
    Case("A15 Taiwan residence permit", "830000190001010011", found("PII-ID18", 0, 18), header="证件号码"),
    Case("A16 well masked", "身份证号：510402**********11"),
    Case("A17 only the end masked", "身份证号：51040219000101****", found("PII-WEAKMASK", 5, 23, "须确认")),
    Case("A18 credit code with letters", "统一社会信用代码91510400MA00000001"),
    Case(
        "A19 wrongly labelled as a credit code",
        "统一社会信用代码：510402190001010011",
        found("PII-ID18", 9, 27),
    ),
    Case("A20 valid as both", "统一社会信用代码：115104190001010077", found("PII-ID18", 9, 27, "须确认")),
    Case("A21 tender number", "招标编号：510401202411240013"),
    Case("A22 time stamp", "流水号202411241030451234"),
    Case("A23 inside a longer number", "运单号9951040219000101001100012"),
)

MARK_CASES = (
    Case("D01 standard mark", "秘密★5年\n示水发〔2026〕1号", found("SEC-MARK", 0, 5)),
    Case("D02 spaced, until opened", "机 密 ★ 启封前", found("SEC-MARK", 0, 9)),
    Case("D03 hollow star", "绝密☆长期", found("SEC-MARK", 0, 5)),
    Case("D04 alone on a line", "测试市水利局文件\n机\u3000密\n关于示例的通知", found("SEC-MARK", 9, 12)),
    Case("D05 after its label", "密级：秘密", found("SEC-MARK", 3, 5)),
    Case("D06 plain sentence", "严守国家机密，增强保密意识"),
    Case("D07 name of the law", "《中华人民共和国保守国家秘密法》宣传月活动"),
    Case("D08 definition", "本办法所称工作秘密，是指机关单位在履行职能中产生的事项"),
    Case("D09 work secret alone on a line", "工作秘密\n关于示例的请示", found("INT-MARK", 0, 4)),
    Case("D10 internal material", "内部资料 注意保存", found("INT-MARK", 0, 9)),
    Case("D11 plain sentence", "加强内部资料管理，做好档案整理"),
    Case("D12 not to be disclosed", "（此件不予公开）", found("INT-PROP", 0, 8)),
    Case("D13 to be disclosed", "（此件公开发布）"),
    Case("D14 name of a column", "附：政府信息依申请公开流程图"),
    Case(
        "D15 draft in a consultation",
        "关于公开征求意见的公告\n示例办法（征求意见稿）",
        found("INT-DRAFT", 17, 22, "提示"),
    ),
    Case("D16 draft for approval", "示例实施方案（送审稿）", found("INT-DRAFT", 7, 10, "须确认")),
    Case("D17 star misread in a scan", "机密女5年", found("SEC-MARK-OCR", 0, 5, "须确认"), place="OCR"),
    Case("D18 file name", "3.机密-示例水库应急预案.pdf", found("SEC-NAME", 2, 4), place="文件名"),
    Case("D19 law in a file name", "保守国家秘密法宣传方案.docx", place="文件名"),
)

FURTHER_CASES = (  # beyond the table: what the first readings of it would have missed or wrongly found
    Case("phone before the number", "测试甲 13800138000 510402190001010011", found("PII-ID18", 16, 34)),
    Case("one digit a box", "证号 5 1 0 4 0 2 1 9 0 0 0 1 0 1 0 0 1 1", found("PII-ID18", 3, 38)),
    Case("circled number before it", "①510402190001010011", found("PII-ID18", 1, 19)),
    Case("disability certificate with X", "残疾人证号51040219000101002X43", found("PII-DISCERT", 5, 25)),
    Case("certificate in fours", "5104 0219 0001 0100 1143", found("PII-DISCERT", 0, 24)),
    Case("born tomorrow", "510402202611250016"),
    Case("emoji before it", "𠮷😀510402190001010011", found("PII-ID18", 2, 20)),
    Case("traditional label, old number", "身份證號碼：510402000101001", found("PII-ID15", 6, 21)),
    Case("number of the right label wins", "身份证见附件，注册号510402000101001"),
    Case("traditional mark", "機密★三年", found("SEC-MARK", 0, 5)),
    Case("asterisk with a period", "秘密＊3年", found("SEC-MARK", 0, 5)),
    Case("asterisk of a footnote", "涉及商业秘密*见附注"),
    Case("solid star without a period", "正文说明：秘密★", found("SEC-MARK", 5, 8)),
    Case("label and star are one finding", "密级：机密★3年", found("SEC-MARK", 3, 8)),
    Case("levels explained", "国家秘密的密级分为绝密、机密、秘密三级"),
    Case("bracketed line", "【机密】", found("SEC-MARK", 1, 3)),
    Case("sentence about files", "机密文件归档前应当登记"),
    Case("level in the middle of a line", "属于机密5年的事项"),
    Case("mark in a page header", "某局内部资料第3期", found("INT-MARK", 2, 6), place="页眉"),
    Case("attribute field", "公开属性：依申请公开", found("INT-PROP", 0, 10)),
    Case("networks without secrets", "非涉密网络管理办法.pdf", place="文件名"),
    Case("ID in a file name", "测试甲510402190001010011.jpg", found("PII-ID18", 3, 21), place="文件名"),
)
