"""Must show 5: correct, withdraw, withdraw one part, expunge, each on all channels from the command line.

Seen by a reader over HTTP; the log is checked before and after by the product and by the auditor's one file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine

from channels.sandbox.call import Do, Fault
from publisher.cli import main
from tests.world import PORTALS, SOCIAL, TEXT, TITLE, World, fetch, files_with, item_file

AUDITOR = Path(__file__).parents[2] / "deploy" / "auditor" / "verify_gongkai_log.py"
NOTE = "停水结束时间由“次日6时”改为“次日8时”"
OLD, NEW = "次日6时对石渡镇", "次日8时对石渡镇"
SECRET = "SYNTHETIC-NAME-77310"
ATTACHED = "[[attachments]]\nfile = '范围.pdf'"
FILE = b"%PDF-1.4\n" + SECRET.encode() + bytes(5000)


@dataclass
class Desk:
    """Commands in the world's home at the world's time, by people with token files."""

    world: World
    tokens: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str | Path, by: str = "") -> tuple[int, str, str]:
        person = ["--as", by, "--token-file", str(self.tokens / by)] if by else []
        with time_machine.travel(self.world.clock.now, tick=False):
            code = main([*map(str, words), *person, "--json", "--home", str(self.world.home)])
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err

    def get(self, *words: str | Path, by: str = "") -> Any:
        code, out, err = self.run(*words, by=by)
        assert code == 0, err
        return json.loads(out)

    def release(self, item_id: str) -> None:
        """Submit, three signatures, a time, all by command; then the service takes its turn."""
        self.get("item", "submit", item_id, by="lu")
        for verb, who in (("pass", "shen"), ("clear", "shen"), ("sign", "qin")):
            self.get("review", verb, item_id, by=who)
        self.get("item", "schedule", item_id, by="lu")
        self.world.sweep()

    def item(self, item_id: str) -> Any:
        return self.get("item", "show", item_id)

    def log_holds(self) -> dict[str, Any]:
        """The product's verdict and the auditor's, on an export made now; the latter's document."""
        assert self.get("audit", "verify")["ok"] is True
        self.get("audit", "checkpoint")
        number = len(list(self.tokens.glob("export*")))
        export, key = self.tokens / f"export{number}.jsonl", self.tokens / "key.txt"
        self.get("audit", "export", export, by="an")
        key.write_text(f"{self.world.office.public_key.text}\n", encoding="utf-8")
        anchor = self.world.office.seal.anchor
        command = [sys.executable, "-I", "-S", str(AUDITOR), str(export), "--key", str(key)]
        ran = subprocess.run(
            [*command, "--anchor", str(anchor), "--json"], capture_output=True, check=False, timeout=60
        )
        told: dict[str, Any] = json.loads(ran.stdout)
        assert (ran.returncode, told["ok"]) == (0, True), told
        return told


@pytest.fixture
def desk(
    shared_world: World,
    template: tuple[Path, dict[str, str]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    shared_world.clock.forward(3600)
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    for name, token in template[1].items():
        (tokens / name).write_text(token, encoding="utf-8")
    yield Desk(shared_world, tokens, capsys)
    shared_world.forget_all()


def readable(world: World, item_id: str, mark: str = "停水期间在镇政府广场") -> set[str]:
    """Channels on which a reader finds the words, or on Weibo the title, at any address that the item had there."""
    marks = dict.fromkeys((*PORTALS, *SOCIAL), mark) | {"weibo": world.where(item_id).title[:8]}
    rows = world.rows("SELECT channel, url FROM parts WHERE item_id = ?", item_id)
    return {row["channel"] for row in rows if marks[row["channel"]] in fetch(row["url"]).text}


def listed(world: World, title: str) -> set[str]:
    """Channels on whose front page for readers the title stands."""
    pages = {channel: fetch(url).text for channel, url in world.practice.readers.items()}
    return {channel for channel, text in pages.items() if title[:8] in text}


def test_correct(desk: Desk, tmp_path: Path) -> None:
    world = desk.world
    item_id, _ = world.out_everywhere()
    old = world.urls(item_id)
    desk.log_holds()
    text = tmp_path / "正文.txt"
    text.write_text(TEXT.replace("至次日6时", "至次日8时"), encoding="utf-8")
    desk.get("item", "correct", item_id, "--note", NOTE, "--body", text, by="lu")
    desk.release(item_id)
    assert "更正" in desk.item(item_id)["sentence"]
    world.until(lambda: set(world.states(item_id).values()) == {"verified"} and closed(world, item_id))
    new = world.urls(item_id)
    for portal in PORTALS:
        page, history = fetch(new[portal]), fetch(new[portal].removesuffix(".html") + ".history.html")
        assert new[portal] == old[portal]
        assert (NEW in page.text, OLD in page.text, NOTE in page.text) == (True, False, True)
        assert history.status == 200
        assert f"第1版（已被更正）：{TITLE}" in history.text
        assert f"第2版（现行）：{TITLE}" in history.text
        assert OLD in history.text
    assert "已被发布者删除" in fetch(old["wechat"]).text
    assert NEW in fetch(new["wechat"]).text
    assert "【更正】" in fetch(new["weibo"]).text
    states = {(part["channel"], part["state"]) for part in desk.item(item_id)["parts"]}
    assert states == {
        *((portal, state) for portal in PORTALS for state in ("replaced", "verified")),
        *(("wechat", state) for state in ("withdrawn", "verified")),
        *(("weibo", state) for state in ("verified",)),
    }
    desk.log_holds()


def closed(world: World, item_id: str) -> bool:
    """No order on the item is open."""
    rows = world.rows("SELECT state FROM orders WHERE item_id = ?", item_id)
    return {row["state"] for row in rows} == {"fulfilled"}


def test_withdraw(desk: Desk) -> None:
    world = desk.world
    title = "关于柳湾片区临时停水的通告"
    data = item_file(title, lists=ATTACHED)
    item_id, _ = world.out_everywhere(data, files={"范围.pdf": b"%PDF-1.4\n" + bytes(300)})
    page = world.urls(item_id)["city-portal"]
    link = next(link for link in fetch(page).links if link.startswith("files/"))
    file_url = f"{page.rpartition('/')[0]}/{link}"
    assert readable(world, item_id) == listed(world, title) == {*PORTALS, *SOCIAL}
    desk.log_holds()
    desk.get("item", "withdraw", item_id, "--reason", "停水取消", by="qin")
    world.until(lambda: closed(world, item_id))
    assert desk.item(item_id)["state"] == "withdrawn"
    assert readable(world, item_id) == listed(world, title) == set()
    assert "停水取消" in fetch(page).text, "the tombstone says why"
    assert fetch(file_url).status == 404
    lines = [x for x in desk.get("report", "ledger")["lines"] if x["title"] == title]
    assert [(line["state"], line["removal_minutes"] is not None) for line in lines] == [("已撤下", True)] * 4
    desk.log_holds()


def test_withdraw_one_part_after_the_other(desk: Desk) -> None:
    world = desk.world
    title = "关于罗坪片区临时停水的通告"
    item_id, _ = world.out_everywhere(item_file(title))
    left = {*PORTALS, *SOCIAL}
    desk.log_holds()
    for channel in ("weibo", "city-portal", "wechat", "bureau-portal"):
        part = next(p for p in desk.item(item_id)["parts"] if p["channel"] == channel)
        desk.get("item", "withdraw", item_id, "--part", part["id"], "--reason", "重复发布", by="qin")
        world.until(lambda channel=channel: world.states(item_id)[channel] == "withdrawn")  # type: ignore[misc]
        left.remove(channel)
        assert readable(world, item_id) == listed(world, title) == left
        shown = desk.item(item_id)
        assert shown["state"] == "released"
        assert {p["channel"] for p in shown["parts"] if p["state"] == "withdrawn"} == {
            *PORTALS,
            *SOCIAL,
        } - left
        assert desk.get("audit", "verify")["ok"] is True
    desk.log_holds()


def test_expunge(desk: Desk) -> None:
    world = desk.world
    data = item_file(text=TEXT.replace("请提前储水", f"联系人{SECRET}，请提前储水"), lists=ATTACHED)
    item_id, _ = world.out_everywhere(data, files={"范围.pdf": FILE})
    shown = desk.item(item_id)
    files = [world.home / "blobs" / f["digest"][:2] / f["digest"] for f in shown["content"]["files"]]
    assert readable(world, item_id, SECRET) == {*PORTALS, *SOCIAL}
    assert files_with(world.home, SECRET) != []
    before = desk.log_holds()
    assert desk.run("item", "expunge", item_id, "--reason", "x", by="qin")[0] == 3, "it is still out"
    desk.get("item", "withdraw", item_id, "--leak", "--reason", "误发个人信息", by="shen")
    world.until(lambda: closed(world, item_id))
    assert readable(world, item_id, SECRET) == set()
    assert desk.run("item", "expunge", item_id, "--confirm", by="qin")[0] == 3, "nobody ordered it"
    assert desk.run("item", "expunge", item_id, "--reason", "x", by="lu")[0] == 5
    desk.get("item", "expunge", item_id, "--reason", "误发个人信息，依规抹除", by="shen")
    assert desk.run("item", "expunge", item_id, "--confirm", by="shen")[0] == 5, "a second person"
    assert files_with(world.home, SECRET) != [], "nothing is erased before the second person's word"
    desk.log_holds()
    done = desk.get("item", "expunge", item_id, "--confirm", by="qin")
    assert done["notes"] > 10
    assert done["files"] == 1
    assert files_with(world.home, SECRET) == []
    assert not any(path.exists() for path in files)
    world.sweep()
    after = desk.item(item_id)
    assert after["title"] == "（已抹除）"
    assert [r["digest"] for r in after["revisions"]] == [r["digest"] for r in shown["revisions"]]
    told = desk.log_holds()
    assert len(told["erased"]) - len(before["erased"]) == done["notes"]
    assert all(note["ordered_by"] for note in told["erased"])
    entries = desk.get("audit", "list", "--subject", f"item:{item_id}")["entries"]
    kinds = [entry["kind"] for entry in entries]
    assert {"person:order:expunge", "person:order:confirm_expunge", "system:order:fulfilled"} <= set(kinds)


def test_what_was_expunged_stops_nothing_and_cannot_be_sent_again(desk: Desk) -> None:
    world = desk.world
    item_id = world.draft(item_file("关于石渡片区检修的通告", f"联系人{SECRET}。\n", channels=PORTALS))
    world.submit(item_id)
    assert desk.run("item", "expunge", item_id, "--reason", "x", by="qin")[0] == 3, "it is under review"
    desk.get("item", "recall", item_id, by="lu")
    desk.get("item", "expunge", item_id, "--reason", "误录个人信息", by="qin")
    desk.get("item", "expunge", item_id, "--confirm", by="shen")
    world.turn()
    assert files_with(world.home, SECRET) == []
    assert desk.run("item", "submit", item_id, by="lu")[0] == 3
    assert desk.get("item", "list")["items"]
    other, _ = world.out_everywhere(item_file("关于石渡片区恢复供水的通告", channels=PORTALS))
    assert readable(world, other) == set(PORTALS)


def test_a_leak_is_erased_while_its_removal_still_goes_on(desk: Desk) -> None:
    world = desk.world
    data = item_file("关于石渡片区用户名单的通告", f"联系人{SECRET}。\n", channels=["city-portal", "weibo"])
    item_id, _ = world.out_everywhere(data)
    world.practice.stages["weibo"].script(Fault("/2/statuses/destroy.json", Do.DROP_BEFORE, times=5))
    desk.get("item", "withdraw", item_id, "--leak", "--reason", "误发个人信息", by="shen")
    world.turn()
    assert world.states(item_id) == {"city-portal": "withdrawn", "weibo": "withdrawing"}
    desk.get("item", "expunge", item_id, "--reason", "误发个人信息", by="shen")
    desk.get("item", "expunge", item_id, "--confirm", by="qin")
    assert files_with(world.home, SECRET) == []
    world.until(lambda: closed(world, item_id), step_s=120)
    assert world.states(item_id)["weibo"] == "withdrawn"
    assert fetch(world.urls(item_id)["weibo"]).status == 404
    assert desk.get("audit", "verify")["ok"] is True
