"""What a verification says: what is wrong, from which entry on, in one Chinese sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a log is not whole. Of two findings about one entry, the earlier in this list is named first."""

    UNREADABLE = "unreadable"
    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    MALFORMED = "malformed"
    WRONG_LOG = "wrong_log"
    TIME_FALLING = "time_falling"
    NOTE_MISMATCH = "note_mismatch"
    NOTE_MISSING = "note_missing"
    NOTE_ERASED_SILENTLY = "note_erased_silently"
    CUT_TAIL = "cut_tail"
    REWRITTEN = "rewritten"
    UNDECLARED_LOSS = "undeclared_loss"
    HEAD_MISMATCH = "head_mismatch"
    CHECKPOINT_UNREADABLE = "checkpoint_unreadable"
    CHECKPOINT_FORGED = "checkpoint_forged"
    CHECKPOINT_UNKNOWN_KEY = "checkpoint_unknown_key"
    CHECKPOINT_OTHER_LOG = "checkpoint_other_log"


_RANK = {reason: rank for rank, reason in enumerate(Reason)}

SENTENCES: Mapping[Reason, str] = {
    Reason.CHANGED: "第 {seq} 条被改动过：内容与摘要不符。",
    Reason.MISSING: "缺第 {seq} 条到第 {last} 条。",
    Reason.REORDERED: "第 {seq} 条的位置上不是第 {seq} 条：次序被动过。",
    Reason.MALFORMED: "第 {seq} 条不是规定的格式：{detail}。",
    Reason.WRONG_LOG: "第 {seq} 条不属于这份存证：编号对不上。",
    Reason.TIME_FALLING: "第 {seq} 条的时间早于前一条。",
    Reason.NOTE_MISMATCH: "第 {seq} 条的附注“{detail}”与记录的摘要不符。",
    Reason.NOTE_MISSING: "第 {seq} 条的附注“{detail}”不见了，也没有抹除的标记。",
    Reason.NOTE_ERASED_SILENTLY: "第 {seq} 条的附注“{detail}”被抹除，却没有抹除记录。",
    Reason.CUT_TAIL: "尾部被截：第 {seq} 条到第 {last} 条曾经存在，现在没有。",
    Reason.REWRITTEN: "第 {seq} 条到第 {last} 条之间被改写过：摘要重算过，但与检查点不符。",
    Reason.UNDECLARED_LOSS: "第 {seq} 条到第 {last} 条在恢复时丢失，恢复记录没有如实写明。",
    Reason.HEAD_MISMATCH: "最后一条（第 {seq} 条）与登记的链头不符。",
    Reason.UNREADABLE: "{detail}（在第 {seq} 条附近）。",
    Reason.CHECKPOINT_UNREADABLE: "有检查点读不懂：{detail}。",
    Reason.CHECKPOINT_FORGED: "到第 {last} 条的检查点签名无效。",
    Reason.CHECKPOINT_UNKNOWN_KEY: "到第 {last} 条的检查点不是用给出的公钥签的。",
    Reason.CHECKPOINT_OTHER_LOG: "到第 {last} 条的检查点属于另一份存证：{detail}。",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `seq` to `last` are the entries it is about; `seq` is 0 when it is about none."""

    reason: Reason
    seq: int
    last: int = 0
    detail: str = ""

    @property
    def words(self) -> str:
        """The finding as a Chinese sentence."""
        return SENTENCES[self.reason].format(seq=self.seq, last=self.last or self.seq, detail=self.detail)


@dataclass(frozen=True, slots=True)
class ErasedNote:
    """A note whose words were erased, and the entry that says so (None: there is none)."""

    seq: int
    name: str
    ordered_by: int | None


@dataclass(frozen=True, slots=True)
class Loss:
    """Entries that a restore lost, as the log itself says: `first` to `last` of log `log_id`."""

    log_id: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a verification.

    `entries` were counted. `first_bad` has the lowest sequence of all `problems` about entries.
    `interval` (a, b) is set when hashes were recomputed: the log agrees with the checkpoint at a (0:
    with none) and disagrees with the one at b, so something in entries a + 1 to b was rewritten.
    `covered` and `anchored` are the largest sizes of agreeing checkpoints and anchors: entries after
    them are chained, but no checkpoint proves them yet. `notices` are sentences about what is no fault.
    """

    entries: int
    problems: tuple[Problem, ...] = ()
    interval: tuple[int, int] | None = None
    erased: tuple[ErasedNote, ...] = ()
    losses: tuple[Loss, ...] = ()
    covered: int = 0
    anchored: int = 0
    notices: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.problems

    @property
    def first_bad(self) -> Problem | None:
        """The finding with the lowest entry, or None when no finding is about an entry."""
        return min((p for p in self.problems if p.seq), key=lambda p: (p.seq, _RANK[p.reason]), default=None)

    @property
    def words(self) -> str:
        """The result in Chinese, one sentence a finding, the first bad entry first."""
        if self.ok:
            return f"记录完整，到第 {self.entries} 条。"
        first = self.first_bad
        rest = [p.words for p in self.problems if p is not first]
        return "\n".join([first.words, *rest] if first else rest)
