"""Behind a stage: what trainers and programs turn, outside the platform's own paths.

`GET /__stage__/panel` is the page for people, without scripts. `GET` and `POST /__stage__/knobs` and
`POST /__stage__/acts` serve programs, in JSON. The panel's own forms come to `POST /__stage__/panel/…`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

from channels.sandbox.board import BadValue, Board
from channels.sandbox.call import Call, Fault, Reply
from channels.sandbox.panel import CSS, FAULTS, page
from channels.sandbox.stage import Stage

PANEL = "/__stage__/panel"
MOST_MINUTES = 60 * 24 * 400


class Backstage:
    """Answers for one stage; hung up with `stage.backstage = Backstage(stage, board).play`."""

    def __init__(self, stage: Stage, board: Board) -> None:
        """`board` tells what there is to turn."""
        self.stage, self.board = stage, board

    def play(self, call: Call) -> Reply:
        """One request below `/__stage__/`."""
        if call.path == f"{PANEL}.css":
            return Reply(200, CSS.read_bytes(), "text/css; charset=utf-8")
        try:
            return self._get(call) if call.method == "GET" else self._post(call)
        except BadValue as why:
            if call.path.startswith(PANEL):
                return Reply.html(page(self.stage, self.board, refused=str(why)), 400)
            return Reply.json({"refused": str(why)}, 400)

    def _get(self, call: Call) -> Reply:
        if call.path in ("/__stage__/", PANEL):
            return Reply.html(page(self.stage, self.board))
        if call.path == "/__stage__/knobs":
            return Reply.json(self.board.values())
        return Reply.json({"refused": "没有这个地址"}, 404)

    def _post(self, call: Call) -> Reply:
        if call.path == "/__stage__/knobs":
            self.board.turn(_object(call.body))
            return Reply.json(self.board.values())
        if call.path == "/__stage__/acts":
            asked = _object(call.body)
            self.board.do(str(asked.get("act", "")), str(asked.get("target", "")))
            return Reply.json({"done": True})
        form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
        part = call.path.removeprefix(f"{PANEL}/")
        if part == "knobs":
            self.board.turn(form)
        elif part == "act":
            self.board.do(form.get("act", ""), form.get("target", ""))
        elif part == "fault":
            self._add_fault(form)
        elif part == "clear":
            self.stage.faults.clear()
        elif part == "clock":
            self._shift(form)
        elif part == "reader":
            self.stage.reader_open = form.get("open") == "1"
        else:
            raise BadValue("没有这个动作")
        return Reply(303, headers=(("Location", f"{PANEL}#{form.get('at', 'top')}"),))

    def _add_fault(self, form: Mapping[str, str]) -> None:
        path, kind = form.get("path", "") or form.get("chosen", ""), FAULTS.get(form.get("do", ""))
        if kind is None or not path:
            raise BadValue("请选一种故障和一个接口")
        fault = Fault(path, kind.do, times=_whole(form, "times", 1, 1000), skip=_whole(form, "skip", 0, 1000))
        fault = replace(fault, seconds=_whole(form, "seconds", 0, 600))
        if kind.status:
            fault = replace(fault, status=kind.status, body=kind.body)
        elif kind.code:
            status, body = self.board.refusal(_whole(form, "code", -1, 999_999), path)
            fault = replace(fault, status=status, body=body)
        self.stage.script(fault)

    def _shift(self, form: Mapping[str, str]) -> None:
        minutes = _whole(form, "minutes", -MOST_MINUTES, MOST_MINUTES)
        shift = timedelta(minutes=minutes)
        self.stage.shift = shift if form.get("from") == "zero" else self.stage.shift + shift
        self.board.touched()


def _whole(form: Mapping[str, str], name: str, low: int, high: int) -> int:
    text = form.get(name, "").strip() or "0"
    if not text.removeprefix("-").isdecimal() or not low <= int(text) <= high:
        raise BadValue(f"次数、秒数、错误码和分钟都写整数，{low} 到 {high}")
    return int(text)


def _object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body or b"{}")
    except ValueError as why:
        raise BadValue("要一个 JSON 对象") from why
    if not isinstance(value, dict):
        raise BadValue("要一个 JSON 对象")
    return value
