"""Exit codes: one table, the same as in `docs/operations/cli.md`."""

from __future__ import annotations

from enum import IntEnum

from publisher.domain.errors import Reason


class Exit(IntEnum):
    """What a command line ends with."""

    OK = 0
    FAULT = 1
    USAGE = 2
    REFUSED = 3
    NOT_FOUND = 4
    NOT_PERMITTED = 5
    UNAVAILABLE = 6
    FOUND_SOMETHING = 7
    INTERRUPTED = 130


MEANINGS: dict[Exit, tuple[str, str]] = {
    Exit.OK: ("办成了", "done"),
    Exit.FAULT: ("程序出错", "an unexpected fault of the program"),
    Exit.USAGE: ("命令写错了", "the command line is wrong"),
    Exit.REFUSED: (
        "拒绝：输入不合格、预检拦下、状态不对、设置不对",
        "refused: bad input, screened, wrong state, settings",
    ),
    Exit.NOT_FOUND: ("没有找到", "not found"),
    Exit.NOT_PERMITTED: ("无权，或不能确认是本人", "not permitted, or not proved"),
    Exit.UNAVAILABLE: ("数据库用不了，或服务正忙", "the store cannot be used, or is busy"),
    Exit.FOUND_SOMETHING: ("检查发现了问题，或平台拒绝", "a check found something, or a platform refused"),
    Exit.INTERRUPTED: ("被人中断（Ctrl-C）", "interrupted by Ctrl-C"),
}

REASONS: dict[Reason, Exit] = {
    Reason.BAD_INPUT: Exit.REFUSED,
    Reason.SCREENED: Exit.REFUSED,
    Reason.WRONG_STATE: Exit.REFUSED,
    Reason.NOT_FOUND: Exit.NOT_FOUND,
    Reason.NOT_PERMITTED: Exit.NOT_PERMITTED,
    Reason.NOT_PROVED: Exit.NOT_PERMITTED,
    Reason.BUSY: Exit.UNAVAILABLE,
}
