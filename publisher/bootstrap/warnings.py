"""What the front page says in plain words when the installation itself is not well. Cheap: asks no platform."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from publisher.bootstrap.office import ANCHOR, Office
from publisher.domain.posting import CHANNEL_LABELS, ChannelState
from publisher.store.engine import StoreUnavailable
from publisher.store.unit_of_work import Reading

LOW_SHARE, LOW_BYTES = 0.05, 2 * 1024**3
"""Nearly full: less than one twentieth is free, or less than 2 GiB; both must hold for a big disk not to be scolded."""
FULL_BYTES = 256 * 1024**2
"""Below this, whatever the share, the database may stop at any moment."""


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing that is wrong: `bad` stops publishing. `words` say what is true, `todo` what to do, both Chinese."""

    cause: str
    bad: bool
    words: str
    todo: str


@dataclass(frozen=True, slots=True)
class Space:
    """The disk of the home folder, in bytes."""

    free: int
    total: int

    @property
    def low(self) -> bool:
        """Whether it is nearly full."""
        return self.full or (self.free < LOW_BYTES and self.free < self.total * LOW_SHARE)

    @property
    def full(self) -> bool:
        """Whether writing may stop at any moment."""
        return self.free < FULL_BYTES

    def words(self) -> str:
        """`剩 1.8 GB，共 40.0 GB`."""
        return f"剩 {self.free / 1024**3:.1f} GB，共 {self.total / 1024**3:.1f} GB"


def space_of(home: Path) -> Space:
    """How much is free on the disk of the home folder."""
    usage = shutil.disk_usage(home)
    return Space(usage.free, usage.total)


def anchored_elsewhere(office: Office) -> bool:
    """Whether checkpoints are also kept where whoever holds this machine cannot change them."""
    anchor = office.seal.anchor
    return anchor is not None and anchor.resolve() != (office.home / ANCHOR).resolve()


def warnings_for_front(office: Office, space: Callable[[Path], Space] = space_of) -> list[Warned]:
    """Everything wrong with the installation, worst first; empty when all is well. Changes nothing, never raises
    for a database that does not answer: that is one of the warnings.
    """
    return sorted(_all(office, space), key=lambda one: not one.bad)


def _all(office: Office, space: Callable[[Path], Space]) -> Iterator[Warned]:
    yield from _database(office)
    yield from _disk(space(office.home))
    yield from _anchor(office)


def _database(office: Office) -> Iterator[Warned]:
    try:
        with office.store.read() as reading:
            yield from _service(reading)
            yield from _channels(reading)
    except StoreUnavailable:
        yield Warned(
            "database",
            True,
            "数据库没有答复，什么都不能保存，也不会发出",
            "请系统管理员看数据库服务是否在运行、网络是否通",
        )
    kept = office.store.target
    if isinstance(kept, Path) and kept.exists() and not os.access(kept, os.W_OK):
        yield Warned("database", True, "数据库文件只读，什么都不能保存", "请系统管理员检查文件的主人和权限")


def _service(reading: Reading) -> Iterator[Warned]:
    if not any(worker.lives for worker in reading.workers.all()):
        yield Warned("service", True, "发布服务没有在运行，到点的内容不会发出", "请系统管理员启动发布服务")


def _channels(reading: Reading) -> Iterator[Warned]:
    known = {record.name: record for record in reading.accounts.channels()}
    for name, plan in reading.bureau.channels.items():
        record = known.get(name)
        if record is None:
            yield Warned(
                f"channel:{name}",
                True,
                f"{plan.label}还没有登记，不会发出",
                "请系统管理员重新启动发布服务",
            )
        elif record.state is not ChannelState.OPEN:
            why = f"：{record.reason}" if record.reason else ""
            yield Warned(
                f"channel:{name}",
                True,
                f"{plan.label}{CHANNEL_LABELS[record.state]}，那里什么都不发{why}",
                "打开渠道页看原因；改好以后恢复或解除",
            )


def _disk(space: Space) -> Iterator[Warned]:
    if space.low:
        words = "磁盘快写满了" if not space.full else "磁盘已经写满，随时可能不能保存"
        yield Warned("disk", space.full, f"{words}（{space.words()}）", "请系统管理员清理磁盘或换更大的磁盘")


def _anchor(office: Office) -> Iterator[Warned]:
    practice = all(plan.practice for plan in office.store.bureau.channels.values())
    if not practice and not anchored_elsewhere(office):
        yield Warned(
            "anchor",
            False,
            "存证的检查点只存在本机，证明不了没有人整个换过日志",
            "请系统管理员在设置里把检查点另存到别的机器的磁盘上",
        )
