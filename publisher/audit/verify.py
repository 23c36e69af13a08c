"""Is the log whole? Rows against themselves, against checkpoints and anchors, against the public key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from publisher.audit.chain import Head
from publisher.audit.checkpoint import Checkpoint, NotACheckpoint, Signature, SignedText, parse_checkpoint
from publisher.audit.entries import StoredEntry, StoredNote
from publisher.audit.export import Header, Row, StoredCheckpoint, UnknownLine, Unreadable
from publisher.audit.keys import PublicKey
from publisher.audit.tree import Frontier, leaf_hash
from publisher.audit.verdict import Problem, Reason, Verdict
from publisher.audit.walk import Walk

_SIGNATURE_FAULTS = {
    Signature.BAD: Reason.CHECKPOINT_FORGED,
    Signature.UNKNOWN_KEY: Reason.CHECKPOINT_UNKNOWN_KEY,
}


def verify(
    rows: Iterable[Row],
    *,
    checkpoints: Iterable[str] = (),
    anchors: Iterable[str] = (),
    public_key: PublicKey | Iterable[PublicKey] | None = None,
    head: Head | None = None,
) -> Verdict:
    """Checks a log and never raises for what it finds: bad data is a verdict too.

    `rows` are `StoredEntry` and `StoredNote` rows in the order of the table, or `read_export(file)`.
    `checkpoints` are the log's own, `anchors` those kept elsewhere; both are signed notes as text.
    Without `public_key` signatures are not looked at, and a notice says so. `head` is what the store
    believes to be the head. Errors of reading (a full disk, a lost connection) pass through.
    """
    walk, own, notices = Walk(), list(checkpoints), list[str]()
    heads = [] if head is None else [head]
    for row in rows:
        _take(row, walk, own, heads, notices)
    erased = walk.finish()
    for one in heads:
        walk.problems.extend(_judge_head(walk, one))
    evidence = _Evidence(walk, _keys(public_key))
    covered = evidence.weigh(own, outside=False)
    anchored = evidence.weigh(anchors, outside=True)
    interval = evidence.rewritten()
    if walk.longest_known >= walk.place:
        walk.problems.append(Problem(Reason.CUT_TAIL, walk.place, walk.longest_known))
    return Verdict(
        entries=walk.entries,
        problems=tuple(walk.problems),
        interval=interval,
        erased=erased,
        losses=tuple(walk.losses),
        covered=max(covered, anchored),
        anchored=anchored,
        notices=(*notices, *evidence.notices, *_notices(walk, public_key is not None)),
    )


def _take(row: Row, walk: Walk, own: list[str], heads: list[Head], notices: list[str]) -> None:
    match row:
        case StoredEntry():
            walk.take(row)
        case StoredNote():
            walk.notes.take(row)
        case StoredCheckpoint():
            own.append(row.text)
        case Header():
            heads.append(Head(row.log_id, row.size, row.head))
        case Unreadable():
            detail = f"文件第 {row.line} 行：{row.why}" if row.line else row.why
            walk.problems.append(Problem(Reason.UNREADABLE, walk.entries + 1, detail=detail))
        case UnknownLine():
            notices.append(f"文件第 {row.line} 行是新版本的内容（{row.type}），没有检查。")


def _keys(given: PublicKey | Iterable[PublicKey] | None) -> tuple[PublicKey, ...] | None:
    if given is None:
        return None
    return (given,) if isinstance(given, PublicKey) else tuple(given)


def _judge_head(walk: Walk, head: Head) -> Iterator[Problem]:
    count = walk.place - 1
    if walk.broken:
        return
    walk.longest_known = max(walk.longest_known, head.size)
    if count >= head.size and (
        (head.size, head.entry_hash) != (count, walk.last_hash) or (count and head.log_id != walk.log_id)
    ):
        yield Problem(Reason.HEAD_MISMATCH, max(count, 1))


def _notices(walk: Walk, with_key: bool) -> Iterator[str]:
    if walk.newer:
        yield f"有 {walk.newer} 条是新版本的格式，只检查了各版本共有的字段。"
    if not with_key:
        yield "没有给出公钥，检查点的签名没有检查。"
    for loss in walk.losses:
        yield f"记录自己写明：恢复时丢失 {loss.log_id} 的第 {loss.first} 条到第 {loss.last} 条。"


@dataclass(slots=True)
class _Evidence:
    """Checkpoints and anchors against the tree over the good entries."""

    walk: Walk
    keys: tuple[PublicKey, ...] | None
    notices: list[str] = field(default_factory=list)
    _agree: set[int] = field(default_factory=set)
    _disagree: set[int] = field(default_factory=set)

    def weigh(self, notes: Iterable[str], *, outside: bool) -> int:
        """Compares each; gives the largest size that agrees. Findings go to the walk's problems."""
        usable, unreadable, total = [], 0, 0
        for note in notes:
            total += 1
            try:
                checkpoint, signed = parse_checkpoint(note)
            except NotACheckpoint:
                unreadable += 1
                continue
            if self._trusted(checkpoint, signed) and self._in_reach(checkpoint):
                usable.append(checkpoint)
        if unreadable and outside and unreadable < total:
            self.notices.append(f"锚点文件里有 {unreadable} 条读不懂，跳过了。")
        elif unreadable:
            self._found(Reason.CHECKPOINT_UNREADABLE, detail=f"共 {unreadable} 条")
        return self._compare(usable)

    def rewritten(self) -> tuple[int, int] | None:
        """The interval whose end disagrees first, reported as a problem too."""
        if not self._disagree:
            return None
        end = min(self._disagree)
        start = max((size for size in self._agree if size < end), default=0)
        self._found(Reason.REWRITTEN, start + 1, max(end, 1))
        return start, end

    def _trusted(self, checkpoint: Checkpoint, signed: SignedText) -> bool:
        """Whether the signature holds, or there is no key to look at it with."""
        fault = None if self.keys is None else _SIGNATURE_FAULTS.get(signed.check(self.keys))
        if fault is not None:
            self._found(fault, last=checkpoint.size)
        return fault is None

    def _in_reach(self, checkpoint: Checkpoint) -> bool:
        """Whether the tree can be compared at this size; if not, what that means is reported."""
        places = [i for i, epoch in enumerate(self.walk.epochs) if epoch.log_id == checkpoint.origin]
        if self.walk.epochs and not places:
            if not self.walk.broken:
                self._found(Reason.CHECKPOINT_OTHER_LOG, last=checkpoint.size, detail=checkpoint.origin)
            return False
        following = self.walk.epochs[places[0] + 1 :][:1] if places else []
        for epoch in following:
            if checkpoint.size >= epoch.first:
                self._judge_loss(checkpoint, epoch.first, epoch.lost_size, epoch.lost_root)
                return False
        count = self.walk.place - 1
        if not self.walk.broken:
            self.walk.longest_known = max(self.walk.longest_known, checkpoint.size)
        return checkpoint.size <= count

    def _judge_loss(self, checkpoint: Checkpoint, first: int, lost_size: int, lost_root: str) -> None:
        other_root = checkpoint.size == lost_size and lost_root not in ("", checkpoint.root.hex())
        if checkpoint.size > lost_size or other_root:
            self._found(Reason.UNDECLARED_LOSS, first, checkpoint.size)

    def _compare(self, checkpoints: Iterable[Checkpoint]) -> int:
        frontier, best, leaves = Frontier(), 0, self.walk.leaves
        for checkpoint in sorted(checkpoints, key=lambda one: one.size):
            while frontier.size < checkpoint.size:
                start = 32 * frontier.size
                frontier = frontier.added(leaf_hash(bytes(leaves[start : start + 32])))
            if frontier.root() == checkpoint.root:
                self._agree.add(checkpoint.size)
                best = checkpoint.size
            else:
                self._disagree.add(checkpoint.size)
        return best

    def _found(self, reason: Reason, seq: int = 0, last: int = 0, *, detail: str = "") -> None:
        problem = Problem(reason, seq, last, detail)
        if problem not in self.walk.problems:
            self.walk.problems.append(problem)
