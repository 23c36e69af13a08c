"""The fault panel 练习平台控制面板: one page a platform, plain HTML that works without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from html import escape
from pathlib import Path
from string import Template

from channels.sandbox.board import Board, Kind, Knob, Section, look
from channels.sandbox.call import Do, Fault, Logged
from channels.sandbox.stage import Stage

PAGES = Path(__file__).parent / "pages"
CSS = PAGES / "panel.css"
BEIJING = timezone(timedelta(hours=8))
GATEWAY = "<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>"
RECENT = 20
COLUMNS = ("时间", "平台", "请求", "状态", "故障", "改动了内容")


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One choice of the panel. `code` asks for an error code; `status` and `body` are fixed answers."""

    words: str
    do: Do
    code: bool = False
    status: int = 0
    body: str = ""


FAULTS = {
    "drop_after": FaultKind("执行后断开，不给答复（结果不明）", Do.DROP_AFTER),
    "drop_before": FaultKind("不执行就断开", Do.DROP_BEFORE),
    "code": FaultKind("不执行，答复错误码", Do.ANSWER, code=True),
    "code_after": FaultKind("执行了，却答复错误码", Do.ANSWER_AFTER, code=True),
    "gateway": FaultKind("不执行，答复网关错误 502", Do.ANSWER, status=502, body=GATEWAY),
    "gateway_after": FaultKind("执行了，却答复网关错误 502", Do.ANSWER_AFTER, status=502, body=GATEWAY),
    "truncate": FaultKind("执行后只答一半", Do.TRUNCATE),
    "delay_before": FaultKind("等几秒再执行", Do.DELAY_BEFORE),
    "delay_after": FaultKind("执行后等几秒再答复", Do.DELAY_AFTER),
}
DONE_WORDS = {
    **{kind.do.value: kind.words for kind in reversed(FAULTS.values())},
    Do.ANSWER.value: "不执行，另作答复",
    Do.ANSWER_AFTER.value: "执行后另作答复",
}
JUMPS = ((10, "10 分钟"), (60, "1 小时"), (60 * 24, "1 天"))


def page(stage: Stage, board: Board, *, refused: str = "") -> str:
    """The whole page. `refused` says at the top why nothing was changed."""
    with board.lock:
        sections = "".join(_section(number, section) for number, section in enumerate(board.sections()))
        groups = "".join(_groups(board))
    links = "".join(f'<a href="{escape(url)}">{escape(words)}</a>' for words, url in board.neighbours)
    return Template((PAGES / "panel.html").read_text("utf-8")).substitute(
        label=escape(board.label),
        now=_beijing(stage.now()),
        reader=escape(board.reader),
        links=links,
        refused=f'<p class="refused" role="alert">没有改动：{escape(refused)}</p>' if refused else "",
        paths="".join(
            f'<option value="{escape(path)}">{escape(words)}（{escape(path)}）</option>'
            for path, words in board.paths
        ),
        kinds="".join(f'<option value="{name}">{kind.words}</option>' for name, kind in FAULTS.items()),
        code_words=board.code_words,
        first_code=str(board.first_code),
        to_settings='<a href="#settings">旋钮</a>' if groups else "",
        waiting="".join(_waiting(fault) for fault in stage.faults) or "<li>没有等着发生的故障</li>",
        shift=_shift_words(stage.shift),
        jumps="".join(f'<button name="minutes" value="{m}">拨快 {words}</button>' for m, words in JUMPS),
        reader_state="读者打得开" if stage.reader_open else "读者打不开",
        reader_value="0" if stage.reader_open else "1",
        reader_label="停掉读者视图" if stage.reader_open else "恢复读者视图",
        sections=sections,
        groups=groups,
        columns="".join(f'<th scope="col">{name}</th>' for name in COLUMNS),
        recent="".join(_recent(line) for line in reversed(stage.log.lines[-RECENT:]))
        or '<tr><td colspan="6">还没有请求</td></tr>',
    )


def _beijing(instant: datetime) -> str:
    return f"{instant.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def _shift_words(shift: timedelta) -> str:
    minutes = int(shift.total_seconds()) // 60
    if not minutes:
        return "与实际时间一致"
    days, rest = divmod(abs(minutes), 60 * 24)
    parts = [(days, "天"), (rest // 60, "小时"), (rest % 60, "分钟")]
    return ("比实际快 " if minutes > 0 else "比实际慢 ") + " ".join(f"{n} {word}" for n, word in parts if n)


def _waiting(fault: Fault) -> str:
    skip = f"，先放过 {fault.skip} 次" if fault.skip else ""
    words = DONE_WORDS.get(fault.do.value, fault.do.value)
    return f"<li><code>{escape(fault.path)}</code>　{words}，还有 {fault.times} 次{skip}</li>"


def _recent(line: Logged) -> str:
    at = datetime.fromisoformat(line.at).astimezone(BEIJING)
    cells = (
        f"{at:%H:%M:%S}",
        escape(line.platform),
        f"{escape(line.method)} <code>{escape(line.path)}</code>",
        str(line.status) if line.status else "没有答复",
        DONE_WORDS.get(line.fault, "—") if line.fault else "—",
        "是" if line.creates else "—",
    )
    named = zip(COLUMNS, cells, strict=True)
    return (
        "<tr>" + "".join(f'<td data-name="{name}"><span>{cell}</span></td>' for name, cell in named) + "</tr>"
    )


def _section(number: int, section: Section) -> str:
    rows = "".join(
        f'<li><span>{escape(row.words)}</span><form method="post" action="/__stage__/panel/act">'
        f'<input type="hidden" name="at" value="s{number}">'
        + "".join(
            f'<button name="act" value="{button.act}" aria-label="{escape(button.label)}：{escape(row.words)}">'
            f"{escape(button.label)}</button>"
            for button in row.buttons
        )
        + (
            f'<input type="hidden" name="target" value="{escape(row.buttons[0].target)}">'
            if row.buttons
            else ""
        )
        + "</form></li>"
        for row in section.rows
    )
    body = f'<ul class="things">{rows}</ul>' if rows else f"<p>{escape(section.empty)}</p>"
    return f'<section class="card" id="s{number}"><h2>{escape(section.title)}</h2>{body}</section>'


def _groups(board: Board) -> Iterator[str]:
    names = list(dict.fromkeys(knob.group for knob in board.knobs))
    for number, name in enumerate(names):
        fields = "".join(
            _field(knob, look(board.sim, knob.name)) for knob in board.knobs if knob.group == name
        )
        yield (
            f'<section class="card" id="g{number}"><h2>{escape(name)}</h2>'
            f'<form method="post" action="/__stage__/panel/knobs#g{number}">{fields}'
            "<p><button>保存</button></p></form></section>"
        )


def _field(knob: Knob, value: object) -> str:
    ident = "k-" + knob.name.replace(".", "-").replace("/", "-")
    head = f'<p class="field"><label for="{ident}">{escape(knob.label)}</label><span>'
    return f"{head}{_control(knob, value, ident)}{escape(knob.unit)}</span></p>"


def _control(knob: Knob, value: object, ident: str) -> str:
    named = f'id="{ident}" name="{escape(knob.name)}"'
    if knob.kind in (Kind.FLAG, Kind.CHOICE):
        choices = ((True, "是"), (False, "否")) if knob.kind is Kind.FLAG else knob.choices
        options = "".join(
            f'<option value="{escape(str(one))}"{_selected(one, value)}>{escape(words)}</option>'
            for one, words in choices
        )
        return f"<select {named}>{options}</select>"
    if knob.kind is Kind.NUMBER:
        return (
            f'<input {named} type="number" step="any" required min="{knob.low:g}" max="{int(knob.high)}"'
            f' value="{value}">'
        )
    if knob.kind is Kind.SECRET:
        return f'<input {named} type="password" autocomplete="off" value="">'
    words = " ".join(sorted(value)) if isinstance(value, frozenset | tuple) else value or ""
    return f'<input {named} value="{escape(str(words))}">'


def _selected(one: object, value: object) -> str:
    return " selected" if str(one) == str(value) else ""
