"""What a person is told when something was not done: what, why, what is allowed, and whether anything is stored."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from publisher.cli.exits import MEANINGS, REASONS, Exit
from publisher.cli.labels import system_words
from publisher.cli.shell import as_json
from publisher.domain.errors import IllegalTransition, Problem, Refused
from publisher.domain.labels import field_label

NOTHING_STORED = (
    "除拒绝记录外，什么都没有保存、没有发出。",
    "Nothing was stored or sent but the record of the refusal.",
)
NOTHING_DONE = ("什么都没有保存、没有发出。", "Nothing was stored or sent.")
NOT_KNOWN = ("做到哪一步不能确定，请看存证记录。", "How far it came is not known; look at the log.")


@runtime_checkable
class PlatformWords(Protocol):
    """What every error of a channel carries; the command line does not import the channels."""

    words: str
    code: str
    answer: str


@dataclass(frozen=True, slots=True)
class Explained:
    """An error for people and programs. `state` says in two languages what is true now."""

    exit: Exit
    reason: str
    problems: tuple[Problem, ...]
    state: tuple[str, str] = NOTHING_DONE

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "error": {
                "exit_code": int(self.exit),
                "reason": self.reason,
                "message": "；".join(p.sentence() for p in self.problems),
                "problems": list(self.problems),
                "stored": False if self.state is not NOT_KNOWN else None,
                "now": self.state[1],
            }
        }


class Failed(Exception):
    """A command that ends with this explanation and not with an error of the product."""

    def __init__(self, explained: Explained) -> None:
        """Keeps it."""
        super().__init__(explained.reason)
        self.explained = explained


def explain(error: BaseException) -> Explained:
    """Any error in words, with its exit code. Only what nobody expected becomes a fault."""
    if isinstance(error, Failed):
        return error.explained
    if isinstance(error, Refused):
        return Explained(REASONS[error.reason], error.reason.value, error.problems, NOTHING_STORED)
    if isinstance(error, IllegalTransition):
        problem = Problem("state", f"现在的状态是“{error.state}”，不能“{error.event}”", "", str(error))
        return Explained(Exit.REFUSED, "wrong_state", (problem,))
    return _of_the_house(error) or _unexpected(error)


def _of_the_house(error: BaseException) -> Explained | None:
    """Errors whose classes are costly to import: only looked at when something went wrong."""
    from publisher.audit.keys import NotAKey
    from publisher.settings import SettingsRefused
    from publisher.store.blobs import BlobDamaged, BlobTooLarge
    from publisher.store.engine import StoreUnavailable
    from publisher.workflow.outlets import Tampered

    match error:
        case SettingsRefused():
            return Explained(Exit.REFUSED, "settings", error.problems)
        case StoreUnavailable():
            words, english = (*map(str, error.args), "")[:2]
            return Explained(Exit.UNAVAILABLE, "store", (Problem("store", words, "", english),))
        case BlobTooLarge():
            problem = Problem("attachments", "文件太大", "每个文件不超过 100 MB", "the file is over 100 MB")
            return Explained(Exit.REFUSED, "bad_input", (problem,))
        case BlobDamaged() | Tampered():
            words = "存储的内容与签发的内容不一致"
            problem = Problem(
                "store",
                f"{words}：{error}",
                "请审计员核验存证记录",
                "stored bytes are not those that were signed",
            )
            return Explained(Exit.FOUND_SOMETHING, "tampered", (problem,))
        case NotAKey():
            problem = Problem(
                "key", str(error), "publisher init 建立的密钥文件", "the key file cannot be used"
            )
            return Explained(Exit.REFUSED, "settings", (problem,))
        case OSError():
            place = f"：{error.filename}" if error.filename else ""
            problem = Problem("", f"{system_words(error)}{place}", "", f"{error.strerror}{place}")
            return Explained(Exit.UNAVAILABLE, "system", (problem,), NOT_KNOWN)
        case PlatformWords():
            english = f"the platform refused ({error.code})" if error.code else "the platform refused"
            problem = Problem("channel", str(error), "", english)
            return Explained(Exit.FOUND_SOMETHING, "platform", (problem,))
    return None


def _unexpected(error: BaseException) -> Explained:
    where = traceback.extract_tb(error.__traceback__)
    place = f"{where[-1].filename.rpartition('/')[2]}:{where[-1].lineno}" if where else ""
    words = f"{type(error).__name__} {place}".strip()
    problem = Problem("", f"程序出错：{words}", "请把这一行告诉维护人员", f"unexpected fault: {words}")
    return Explained(Exit.FAULT, "fault", (problem,), NOT_KNOWN)


def usage(words: str, english: str) -> Explained:
    """A command line that cannot be understood."""
    return Explained(Exit.USAGE, "usage", (Problem("", words, "加 --help 查看用法", english),))


def tell(explained: Explained, *, lang: str, json: bool) -> None:
    """Write the explanation to standard error, as a panel or as one JSON document, never as a traceback."""
    if json:
        sys.stderr.write(as_json(explained.document()))
        return
    from publisher.cli.tables import console

    console(sys.stderr).print(_panel(explained, lang), markup=False)


def _panel(explained: Explained, lang: str) -> Any:
    from rich import box
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    from publisher.cli.wrapping import Words

    english = lang == "en"
    lines = [Words(line, hang=2) for p in explained.problems for line in _lines(p, english=english)]
    lines.append(Words(explained.state[english]))
    head, meaning = ("not done" if english else "没有办成"), MEANINGS[explained.exit][english]
    code = f" ({int(explained.exit)})" if english else f"（{int(explained.exit)}）"
    title = Text(f"{head} · {meaning}{code}")
    return Panel(Group(*lines), title=title, title_align="left", border_style="red", box=box.ROUNDED)


def _lines(problem: Problem, *, english: bool) -> Sequence[str]:
    from publisher.cli.tables import clean

    label = problem.field if english else field_label(problem.field)
    place = f"{label}{': ' if english else '：'}" if label else ""
    why = (problem.english or problem.why) if english else problem.why
    allowed = "allowed: " if english else "允许："
    return [clean(f"✗ {place}{why}"), *([clean(f"  {allowed}{problem.allowed}")] if problem.allowed else [])]
