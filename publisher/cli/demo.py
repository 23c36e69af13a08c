"""`publisher demo`: a day in a bureau, on practice platforms, from queueing to withdrawal, in one process.

What is printed is what happened: each line comes from the database, each link opens in a browser while the
demo serves. With `--once` it ends 0 only if everything came out as expected.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from publisher.cli.demo_show import Show, dated, demo_stream, demo_text
from publisher.domain.errors import Reason, Refused

if TYPE_CHECKING:
    from publisher.bootstrap import Office, Practice
    from publisher.workflow.acts import Actor
    from publisher.workflow.intake import DraftRequest
    from publisher.workflow.where import ItemWhere

PATIENCE_S = 90.0
PATIENCE_BLIND_S = 8.0
"""With the reader's view stopped nothing will be verified; so long each wait is given."""
FAST_S = 0.1
LOOK_S = 0.2

STAFF = (  # invented people
    ("lu.yuan", "陆予安", ("drafter", "editor")),
    ("shen.qing", "沈青禾", ("content_reviewer", "secrecy_reviewer")),
    ("qin.zhi", "秦知远", ("approver",)),
    ("bai.shen", "白审言", ("auditor",)),
)


@dataclass
class Day:
    """What the acts of the demo share. `want` collects expectations: words and whether they held."""

    office: Office
    practice: Practice
    show: Show
    people: dict[str, Actor] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    wants: list[tuple[str, bool]] = field(default_factory=list)
    password: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)

    @property
    def readers(self) -> dict[str, str]:
        """Where a reader looks, by the label of the channel."""
        bureau = self.office.store.bureau
        return {bureau.label(name): url for name, url in self.practice.readers.items()}

    def want(self, words: str, held: bool) -> None:
        """Note whether an expectation held."""
        self.wants.append((words, held))

    def where(self, name: str) -> ItemWhere:
        """Where one of the demo's items is now."""
        from publisher.workflow.where import where

        with self.office.store.read() as reading:
            item = reading.items.item(self.items[name])
            if item is None:
                raise LookupError(name)
            return where(reading, item, self.office.now())

    def until(self, held: Callable[[], bool], patience_s: float = PATIENCE_S) -> bool:
        """Wait until something holds, as long as patience lasts."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if held():
                return True
            time.sleep(LOOK_S)
        return held()


def run_demo(*, once: bool, reader_open: bool, show: Show) -> int:
    """The whole demo. Returns the exit code: 0, or 7 when something came out otherwise than expected."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the folder goes, whoever ends it
    folder = Path(tempfile.mkdtemp(prefix="gongkai-demo-"))
    try:
        with _opened(folder / "home", reader_open=reader_open, show=show) as day:
            _trip(day, patience_s=PATIENCE_S if reader_open else PATIENCE_BLIND_S)
            good = _ending(day)
            if not once:
                _serve(day)
            return 0 if good else 7
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _opened(home: Path, *, reader_open: bool, show: Show) -> Iterator[Day]:
    from publisher.bootstrap import create_home, open_office, open_practice
    from publisher.bootstrap.service import serving
    from publisher.logs import configure

    created = create_home(home, admin="admin", admin_display="系统管理员", practice=True)
    with ExitStack() as stack:
        office = open_office(home)
        stack.callback(office.close)
        configure(office.secrets)
        practice = stack.enter_context(open_practice(office.settings, office.options))
        practice.set_readers(open_to_readers=reader_open)
        day = Day(office, practice, show)
        show.opening(day.readers)
        _add_staff(day, created.admin_token)
        stack.enter_context(serving(office, idle_s=FAST_S, sweep_s=FAST_S))
        yield day


def _add_staff(day: Day, admin_token: str) -> None:
    from publisher.workflow.staff import AddUserRequest, add_user

    admin = day.office.prove("admin", token=admin_token)
    for name, display, roles in STAFF:
        asked = AddUserRequest(name, display, roles, password=day.password)
        token = day.office.perform(admin, add_user, asked)
        day.people[name] = day.office.prove(name, token=token)
    day.show.staff(STAFF)


def _trip(day: Day, *, patience_s: float) -> None:
    day.show.step("① 登记和送审：陆予安放进五条信息")
    for name in ("1-年报", "2-工程公告", "3-洪水预警", "4-工作动态"):
        _queue(day, name, urgent=name.startswith("3"))
    _refused_by_screen(day, "5-补助名单")
    day.show.step("② 审核：沈青禾初审、保密审查，秦知远签发")
    _review(day, "1-年报")
    _review(day, "2-工程公告")
    _urgent(day, "3-洪水预警")
    _returned(day, "4-工作动态")
    day.show.step("③ 排期和下发：年报现在发，公告 5 秒后发，预警已经发出")
    _schedule(day, "1-年报", 0)
    _schedule(day, "2-工程公告", 5)
    day.show.step("④ 推送和核验：门户先行，核验后才轮到微信和微博（练习平台的微信约 20 秒后给出结果）")
    for name in ("3-洪水预警", "1-年报", "2-工程公告"):
        _wait_verified(day, name, patience_s)
    day.show.step("⑤ 撤下：秦知远下令撤下工程公告，先微信、微博，后门户")
    _withdraw(day, "2-工程公告", patience_s)


def _queue(day: Day, name: str, *, urgent: bool) -> None:
    from publisher.workflow.intake import save_draft
    from publisher.workflow.submit import SubmitRequest, submit

    drafter = day.people["lu.yuan"]
    day.items[name] = day.office.perform(drafter, save_draft, _read(day, name))
    made = day.office.perform(
        drafter, submit, SubmitRequest(day.items[name], urgent=urgent), **day.office.submit_tools()
    )
    day.show.line(f"{name}　送审，索引号 {made.index_no}，内容摘要 {made.revision_id[:12]}…")


def _read(day: Day, name: str) -> DraftRequest:
    from publisher.workflow.item_files import draft_from_file

    now = day.office.now()
    text = dated(demo_text(f"{name}.txt"), now)
    read = draft_from_file(
        text.encode(),
        name=f"{name}.txt",
        now=now,
        open_beside=demo_stream,
        given={},
    )
    return read.request


def _refused_by_screen(day: Day, name: str) -> None:
    from publisher.workflow.acts import note_refusal

    before = _count_items(day)
    try:
        _read(day, name)
        refused = False
    except Refused as why:
        refused = why.reason is Reason.SCREENED
        note_refusal(day.office.store, day.office.now(), day.people["lu.yuan"], "save_draft", None, why)
        day.show.line(f"{name}　预检拒收：{why}", good=True)
    day.want("带完整身份证号的名单被拒收，什么都没有保存", refused and _count_items(day) == before)


def _count_items(day: Day) -> int:
    with day.office.store.read() as reading:
        return len(reading.items.all_items())


def _sign(
    day: Day, name: str, person: str, act: Callable[..., None], opinion: str = "", reference: str = ""
) -> None:
    from publisher.workflow.review import SignRequest

    day.office.perform(
        day.people[person],
        act,
        SignRequest(day.where(name).revision_id, opinion=opinion, reference=reference),
    )


def _review(day: Day, name: str) -> None:
    from publisher.workflow.review import clear_secrecy, pass_content, sign_off

    _sign(day, name, "shen.qing", pass_content)
    _sign(day, name, "shen.qing", clear_secrecy)
    try:
        _sign(day, name, "lu.yuan", sign_off)
        refused = False
    except Refused:
        refused = True
    day.want(f"{name}：拟稿人不能签发自己的稿件", refused)
    _sign(day, name, "qin.zhi", sign_off)
    day.show.line(f"{name}　初审、保密审查、签发完成（拟稿人自己签发被拒绝）")


def _urgent(day: Day, name: str) -> None:
    from publisher.workflow.review import sign_off_urgent

    _sign(day, name, "qin.zhi", sign_off_urgent, reference="常设审查 2026-汛-01")
    day.show.line(f"{name}　值班领导紧急签发，12 小时内事后复核")


def _returned(day: Day, name: str) -> None:
    from publisher.workflow.review import return_revision

    _sign(day, name, "shen.qing", return_revision, opinion="请写明检查日期和参加单位")
    where = day.where(name)
    day.want(f"{name}：退回后不发布", where.state == "returned")
    day.show.line(f"{name}　退回：请写明检查日期和参加单位")


def _schedule(day: Day, name: str, after_s: int) -> None:
    from publisher.workflow.schedule import ScheduleRequest, schedule

    at = day.office.now() + timedelta(seconds=after_s) if after_s else None
    day.office.perform(day.people["lu.yuan"], schedule, ScheduleRequest(day.where(name).revision_id, at))
    day.show.line(f"{name}　{f'{after_s} 秒后' if after_s else '现在'}发布")


def _wait_verified(day: Day, name: str, patience_s: float) -> None:
    def verified() -> bool:
        where = day.where(name)
        return len(where.channels) == 4 and all(c.state == "verified" for c in where.channels)

    good = day.until(verified, patience_s)
    day.want(f"{name}：四个渠道都已发出，并以读者身份核验", good)
    day.show.line(f"{name}　{day.where(name).sentence}", good=good)


def _withdraw(day: Day, name: str, patience_s: float) -> None:
    from publisher.workflow.withdraw import WithdrawRequest, order_withdrawal

    request = WithdrawRequest(day.items[name], "封闭范围有调整，重新公告")
    try:
        day.office.perform(day.people["qin.zhi"], order_withdrawal, request)
    except Refused as why:
        day.show.line(f"{name}　撤下指令被拒绝：{why}", good=False)
    good = day.until(lambda: day.where(name).state == "withdrawn", patience_s)
    day.want(f"{name}：各渠道看不到了，条目才写“已撤下”", good)
    day.show.line(f"{name}　{day.where(name).sentence}", good=good)


def _ending(day: Day) -> bool:
    from publisher.workflow.seal import sign_checkpoint, verify_log

    day.show.step("⑥ 台账：每条信息在每个渠道的情况")
    day.show.ledger([day.where(name) for name in day.items])
    day.show.step("⑦ 存证：日志自证")
    sign_checkpoint(day.office.store, day.office.now(), day.office.seal, force=True)
    with day.office.store.read() as reading:
        verdict = verify_log(reading, public_key=day.office.public_key, anchor=day.office.seal.anchor)
    day.want("存证日志核验通过，检查点已锚定", verdict.ok and verdict.anchored > 0)
    day.show.line(f"{verdict.words}检查点锚定到第 {verdict.anchored} 条。", good=verdict.ok)
    return day.show.verdict(day.wants)


def _serve(day: Day) -> None:
    from publisher.web.console.app import console_app
    from publisher.web.serving import served

    day.show.serving(day.readers)
    try:
        with served(console_app(day.office, https=False), "127.0.0.1", 0) as base:
            day.show.console(base, STAFF, day.password)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        day.show.line("演示结束")


def demo(
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="走完即退，都合预期才为 0 · exit when done, 0 only if all is as expected"
        ),
    ] = False,
    without_reader: Annotated[
        bool,
        typer.Option(
            "--without-reader", help="停掉读者视图，核验不了 · stop the reader's view: nothing is verified"
        ),
    ] = False,
) -> None:
    """`publisher demo`. Ends 7 when something came out otherwise than expected."""
    from rich.console import Console

    code = run_demo(once=once, reader_open=not without_reader, show=Show(Console(emoji=False)))
    if code:
        raise typer.Exit(code)
