"""What is found when the log in the database is touched; the one-file verifier must say the same."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from publisher.audit.chain import epoch_draft
from publisher.audit.checkpoint import make_checkpoint, parse_checkpoint
from publisher.audit.entries import erasing_draft
from publisher.audit.export import read_export
from publisher.audit.keys import PublicKey, public_key_of
from publisher.audit.verdict import Reason, Verdict
from publisher.audit.verify import verify
from tests.unit.audit.logs import KEY, LOG, OTHER_SIGNER, SIGNER, Log, draft, load_auditor, make_log

NEXT_LOG = "slj.example.gov.cn/audit/8899aabbccddeeff"


@dataclass
class Court:
    """Gives one log to both verifiers and demands one answer."""

    folder: Path
    capture: pytest.CaptureFixture[bytes]

    def judge(self, log: Log, *, anchors: tuple[str, ...] = (), key: PublicKey | None = KEY) -> Verdict:
        path = log.export(self.folder / "export.jsonl")
        return self.judge_file(path, anchors=anchors, key=key)

    def judge_file(
        self, path: Path, *, anchors: tuple[str, ...] = (), key: PublicKey | None = KEY
    ) -> Verdict:
        with path.open("rb") as file:
            verdict = verify(read_export(file), anchors=anchors, public_key=key)
        arguments = [str(path), "--json"]
        if key:
            (self.folder / "key.txt").write_text(f"# 公钥\n{key.text}\n", "utf-8")
            arguments += ["--key", str(self.folder / "key.txt")]
        if anchors:
            (self.folder / "anchors.txt").write_text("\n".join(anchors) + "\n", "utf-8")
            arguments += ["--anchor", str(self.folder / "anchors.txt")]
        code = load_auditor().main(arguments)
        other = json.loads(self.capture.readouterr().out)
        assert code == (0 if verdict.ok else 1)
        assert other == as_json(verdict) | {"problems": other["problems"], "remarks": other["remarks"]}
        reasons = [problem["reason"] for problem in other["problems"]]
        assert sorted(reasons) == sorted(p.reason.value for p in verdict.problems)
        return verdict


def as_json(verdict: Verdict) -> dict[str, object]:
    first = verdict.first_bad
    return {
        "ok": verdict.ok,
        "entries": verdict.entries,
        "first_bad": first
        and {"seq": first.seq, "last": first.last or first.seq, "reason": first.reason.value},
        "interval": verdict.interval and list(verdict.interval),
        "erased": [{"seq": n.seq, "name": n.name, "ordered_by": n.ordered_by or 0} for n in verdict.erased],
        "losses": [{"log_id": x.log_id, "first": x.first, "last": x.last} for x in verdict.losses],
        "covered": verdict.covered if verdict.covered else 0,
        "anchored": verdict.anchored,
    }


@pytest.fixture
def court(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> Court:
    return Court(tmp_path, capsysbinary)


def found(verdict: Verdict) -> tuple[Reason, int]:
    assert verdict.first_bad is not None
    return verdict.first_bad.reason, verdict.first_bad.seq


def test_an_untouched_log_is_whole(court: Court) -> None:
    verdict = court.judge(make_log())
    assert verdict.ok
    assert (verdict.entries, verdict.covered, verdict.anchored) == (20, 15, 0)
    assert verdict.words == "记录完整，到第 20 条。"


def test_an_empty_log_is_whole(court: Court) -> None:
    assert court.judge(Log()).ok


def test_rows_straight_from_the_tables_are_judged_like_the_export() -> None:
    log = make_log()
    assert verify([*log.entries, *log.notes], checkpoints=log.checkpoints, public_key=KEY, head=log.head).ok


def test_a_changed_entry_is_named(court: Court) -> None:
    log = make_log()
    log.edit(7, actor="someone.else")
    assert found(court.judge(log)) == (Reason.CHANGED, 7)


def test_a_changed_entry_with_its_own_hash_recomputed_is_named(court: Court) -> None:
    log = make_log()
    log.edit(10, actor="someone.else")
    log.recompute(10, 10)
    assert found(court.judge(log)) == (Reason.CHANGED, 10)


def test_a_changed_link_is_named(court: Court) -> None:
    log = make_log()
    log.entries[6] = replace(log.entries[6], prev_hash="ab" * 32)
    assert found(court.judge(log)) == (Reason.CHANGED, 7)


def test_a_changed_hash_is_named(court: Court) -> None:
    log = make_log()
    log.entries[6] = replace(log.entries[6], entry_hash="ab" * 32)
    assert found(court.judge(log)) == (Reason.CHANGED, 7)


@pytest.mark.parametrize(("first", "last"), [(1, 1), (7, 7), (8, 11)])
def test_deleted_entries_are_named(court: Court, first: int, last: int) -> None:
    log = make_log()
    log.entries = [row for row in log.entries if not first <= row.seq <= last]
    verdict = court.judge(log)
    assert verdict.first_bad is not None
    assert (found(verdict), verdict.first_bad.last) == ((Reason.MISSING, first), last)


def test_a_deleted_entry_is_named_when_the_numbers_were_closed_up(court: Court) -> None:
    log = make_log()
    del log.entries[6]
    log.entries = [replace(row, seq=place) for place, row in enumerate(log.entries, 1)]
    assert found(court.judge(log)) == (Reason.MISSING, 7)


def swap_rows(log: Log) -> None:
    log.entries[6], log.entries[8] = log.entries[8], log.entries[6]


def swap_numbers(log: Log) -> None:
    seventh, ninth = log.entries[6], log.entries[8]
    log.entries[6], log.entries[8] = replace(ninth, seq=7), replace(seventh, seq=9)


def swap_contents(log: Log) -> None:
    seventh, ninth = log.entries[6], log.entries[8]
    log.entries[6] = replace(seventh, canonical=ninth.canonical)
    log.entries[8] = replace(ninth, canonical=seventh.canonical)


@pytest.mark.parametrize("swap", [swap_rows, swap_numbers, swap_contents])
def test_reordered_entries_are_named_at_the_first_wrong_place(
    court: Court, swap: Callable[[Log], None]
) -> None:
    log = make_log()
    swap(log)
    assert found(court.judge(log)) == (Reason.REORDERED, 7)


def test_an_entry_that_stands_twice_is_out_of_order(court: Court) -> None:
    log = make_log()
    log.entries.insert(9, log.entries[3])
    assert found(court.judge(log)) == (Reason.REORDERED, 10)


def test_a_renumbered_row_is_out_of_order(court: Court) -> None:
    log = make_log(9)
    log.entries[8] = replace(log.entries[8], seq=30)
    assert found(court.judge(log)) == (Reason.REORDERED, 9)


def cut(log: Log, size: int) -> None:
    log.entries = log.entries[:size]
    log.notes = [note for note in log.notes if note.seq <= size]
    log.head = replace(log.head, size=size, entry_hash=log.entries[-1].entry_hash)


def test_a_cut_tail_is_found_against_the_newest_checkpoint(court: Court) -> None:
    log = make_log()
    cut(log, 12)
    verdict = court.judge(log)
    assert found(verdict) == (Reason.CUT_TAIL, 13)
    assert verdict.words == "尾部被截：第 13 条到第 15 条曾经存在，现在没有。"


def test_a_tail_cut_with_its_checkpoints_is_found_against_the_anchor(court: Court) -> None:
    log = make_log()
    anchor = log.checkpoint()
    log.checkpoints = log.checkpoints[:2]
    cut(log, 12)
    assert court.judge(log).ok
    verdict = court.judge(log, anchors=(anchor,))
    assert verdict.first_bad is not None
    assert (found(verdict), verdict.first_bad.last) == ((Reason.CUT_TAIL, 13), 20)


def test_a_cut_tail_is_found_against_the_head_the_store_keeps() -> None:
    log = make_log()
    verdict = verify([*log.entries[:18], *log.notes], head=log.head)
    assert found(verdict) == (Reason.CUT_TAIL, 19)


def test_an_emptied_log_is_found_against_an_anchor(court: Court) -> None:
    verdict = court.judge(Log(), anchors=(make_log().checkpoint(),))
    assert found(verdict) == (Reason.CUT_TAIL, 1)


def test_recomputed_hashes_are_found_between_two_checkpoints(court: Court) -> None:
    log = make_log()
    log.edit(8, actor="someone.else")
    log.recompute(8)
    verdict = court.judge(log)
    assert verdict.interval == (5, 10)
    assert found(verdict) == (Reason.REWRITTEN, 6)
    assert verdict.words == "第 6 条到第 10 条之间被改写过：摘要重算过，但与检查点不符。"
    assert verdict.covered == 5


def test_recomputed_hashes_with_checkpoints_signed_anew_are_found_against_the_anchors(court: Court) -> None:
    log = make_log()
    anchors = tuple(log.checkpoint(size) for size in (4, 9, 20))
    log.edit(8, actor="someone.else")
    log.recompute(8)
    log.checkpoints = [log.checkpoint(size) for size in (5, 10, 15)]
    assert court.judge(log).ok
    assert court.judge(log, anchors=anchors).interval == (5, 9)


def test_a_rewrite_from_the_first_entry_begins_at_zero(court: Court) -> None:
    log = make_log()
    log.edit(1, actor="someone.else")
    log.recompute()
    assert court.judge(log).interval == (0, 5)


def test_a_removal_that_was_closed_up_and_recomputed_is_found_as_an_interval(court: Court) -> None:
    log = make_log()
    del log.entries[6]
    log.notes = [note for note in log.notes if note.seq < 7]
    for place, row in enumerate(log.entries[6:], 7):
        document = json.loads(row.canonical) | {"seq": place, "notes": {}}
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        log.entries[place - 1] = replace(row, seq=place, canonical=text)
    log.recompute(7)
    assert court.judge(log).interval == (5, 10)


def test_a_partly_recomputed_chain_names_the_interval_before_the_break(court: Court) -> None:
    log = make_log()
    log.edit(7, actor="someone.else")
    log.recompute(7, 13)
    verdict = court.judge(log)
    assert found(verdict) == (Reason.REWRITTEN, 6)
    assert verdict.interval == (5, 10)
    assert (Reason.CHANGED, 13) in [(p.reason, p.seq) for p in verdict.problems]


def test_time_must_not_fall(court: Court) -> None:
    log = make_log(9, ())
    log.edit(6, at="2026-11-25T00:59:00.000000Z")
    log.recompute()
    verdict = court.judge(log)
    assert [(p.reason, p.seq) for p in verdict.problems] == [(Reason.TIME_FALLING, 6)]


def test_an_entry_of_another_log_is_named(court: Court) -> None:
    log = make_log(9, ())
    log.edit(6, log_id="other.example.gov.cn/audit/1")
    log.recompute()
    assert found(court.judge(log)) == (Reason.WRONG_LOG, 6)


def test_an_anchor_of_another_log_is_no_proof(court: Court) -> None:
    log = make_log(9, ())
    anchor = make_checkpoint(NEXT_LOG, 9, parse_checkpoint(log.checkpoint())[0].root, SIGNER)
    verdict = court.judge(log, anchors=(anchor,))
    assert [p.reason for p in verdict.problems] == [Reason.CHECKPOINT_OTHER_LOG]


@pytest.mark.parametrize(
    "text",
    [
        '{"v":1}',
        "不是 JSON",
        "[" * 5000,
        '{"a":1.5}',
        '{"a":1,"a":2}',
        '{ "v":1}',
        '"\\ud800"',
        '{"v":NaN}',
        "9" * 5000,
    ],
)
def test_an_entry_that_is_no_entry_is_named_even_when_its_hash_fits(court: Court, text: str) -> None:
    log = make_log(9, ())
    log.entries[5] = replace(log.entries[5], canonical=text)
    log.recompute()
    verdict = court.judge(log)
    assert (Reason.MALFORMED, 6) in [(p.reason, p.seq) for p in verdict.problems]


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": ""},
        {"actor": "有 空格"},
        {"kind": "Item:revision:signed"},
        {"outcome": "perhaps"},
        {"outcome": {}},
        {"facts": {"words": "这是一句话"}},
        {"digests": {"revision": "xyz"}},
        {"notes": {"reason": "ab"}},
        {"at": "2026-13-25T01:00:06.000000Z"},
        {"v": 0},
        {"extra": "1"},
        {"subject": 5},
        {"facts": "none"},
        {"log_id": "带中文"},
    ],
)
def test_a_field_outside_the_format_is_named(court: Court, changes: dict[str, object]) -> None:
    log = make_log(9, ())
    log.edit(6, **changes)
    log.recompute()
    log.notes = [note for note in log.notes if note.seq != 6]
    verdict = court.judge(log)
    assert found(verdict) == (Reason.MALFORMED, 6)


def test_an_entry_of_a_later_version_is_chained_and_said_to_be_newer(court: Court) -> None:
    log = make_log(9, ())
    log.edit(6, v=2, colour="red", parts=[1, {"a": "b"}], outcome="later word")
    log.recompute()
    verdict = court.judge(log)
    assert verdict.ok
    assert verdict.notices == ("有 1 条是新版本的格式，只检查了各版本共有的字段。",)


def test_a_changed_note_is_named(court: Court) -> None:
    log = make_log()
    log.notes[1] = replace(log.notes[1], text="别的话")
    verdict = court.judge(log)
    assert found(verdict) == (Reason.NOTE_MISMATCH, 6)
    assert verdict.words == "第 6 条的附注“reason”与记录的摘要不符。"


def test_a_note_that_is_gone_is_named(court: Court) -> None:
    log = make_log()
    del log.notes[1]
    assert found(court.judge(log)) == (Reason.NOTE_MISSING, 6)


def test_a_note_that_no_entry_names_is_named(court: Court) -> None:
    log = make_log()
    log.notes.insert(1, replace(log.notes[0], seq=4))
    assert found(court.judge(log)) == (Reason.NOTE_MISMATCH, 4)


def test_a_note_that_stands_twice_is_named(court: Court) -> None:
    log = make_log()
    log.notes.insert(1, log.notes[0])
    assert found(court.judge(log)) == (Reason.NOTE_MISMATCH, 3)


def test_an_erased_note_is_listed_with_the_entry_that_says_so(court: Court) -> None:
    log = make_log()
    log.add(erasing_draft(log.notes[1], actor="lu.fujuzhang", confirmed_by="qin.kezhang"))
    log.notes[1] = log.notes[1].erased()
    verdict = court.judge(log)
    assert verdict.ok
    assert [(n.seq, n.name, n.ordered_by) for n in verdict.erased] == [(6, "reason", 21)]


def test_a_note_that_was_erased_silently_is_a_fault(court: Court) -> None:
    log = make_log()
    log.notes[1] = log.notes[1].erased()
    verdict = court.judge(log)
    assert found(verdict) == (Reason.NOTE_ERASED_SILENTLY, 6)
    assert [(n.seq, n.ordered_by) for n in verdict.erased] == [(6, None)]


def test_notes_may_come_before_or_after_their_entries() -> None:
    log = make_log()
    assert verify([*log.notes, *log.entries], head=log.head).ok


def test_a_checkpoint_with_a_changed_size_is_forged(court: Court) -> None:
    log = make_log()
    log.checkpoints[2] = log.checkpoints[2].replace("\n15\n", "\n14\n")
    verdict = court.judge(log)
    assert [p.reason for p in verdict.problems] == [Reason.CHECKPOINT_FORGED]


def test_a_checkpoint_of_another_key_is_said(court: Court) -> None:
    log = make_log()
    root = parse_checkpoint(log.checkpoints[2])[0].root
    log.checkpoints[2] = make_checkpoint(LOG, 15, root, OTHER_SIGNER)
    verdict = court.judge(log)
    assert [p.reason for p in verdict.problems] == [Reason.CHECKPOINT_UNKNOWN_KEY]
    assert verify(
        [*log.entries, *log.notes],
        checkpoints=log.checkpoints,
        public_key=[KEY, public_key_of(OTHER_SIGNER, LOG)],
    ).ok


def test_without_a_key_signatures_are_not_looked_at_and_this_is_said(court: Court) -> None:
    verdict = court.judge(make_log(), key=None)
    assert verdict.ok
    assert verdict.notices == ("没有给出公钥，检查点的签名没有检查。",)


def test_a_torn_anchor_is_passed_over_when_another_can_be_read(court: Court) -> None:
    log = make_log()
    anchor = log.checkpoint()
    verdict = court.judge(log, anchors=(anchor, anchor[:40] + "\n"))
    assert verdict.ok
    assert verdict.anchored == 20
    assert verdict.notices == ("锚点文件里有 1 条读不懂，跳过了。",)


def test_anchors_that_nobody_can_read_are_no_proof(court: Court) -> None:
    verdict = court.judge(make_log(), anchors=("乱\n",))
    assert [p.reason for p in verdict.problems] == [Reason.CHECKPOINT_UNREADABLE]


def restored(lost_size: int, lost_root: str = "") -> tuple[Log, str]:
    """A log of 20 whose backup held 12; goes on to 16. And the anchor at 20 from before."""
    log = make_log(20, (5, 10))
    anchor = log.checkpoint()
    cut(log, 12)
    log.head = replace(log.head, at=json.loads(log.entries[-1].canonical)["at"])
    log.add(
        epoch_draft(log.head, actor="admin.zhou", lost_size=lost_size, lost_root=lost_root, reason="磁盘坏"),
        log_id=NEXT_LOG,
    )
    for number in (14, 15, 16):
        log.add(draft(number))
    log.checkpoints.append(log.checkpoint())
    return log, anchor


def test_a_restore_that_says_what_it_lost_is_whole_and_the_loss_is_listed(court: Court) -> None:
    root = parse_checkpoint(make_log().checkpoint())[0].root.hex()
    log, anchor = restored(20, root)
    verdict = court.judge(log, anchors=(anchor,))
    assert verdict.ok
    assert [(x.log_id, x.first, x.last) for x in verdict.losses] == [(LOG, 13, 20)]
    assert verdict.notices == (f"记录自己写明：恢复时丢失 {LOG} 的第 13 条到第 20 条。",)


@pytest.mark.parametrize(("size", "root"), [(0, ""), (19, ""), (20, "ab" * 32)])
def test_a_restore_that_hides_what_it_lost_is_found(court: Court, size: int, root: str) -> None:
    log, anchor = restored(size, root)
    verdict = court.judge(log, anchors=(anchor,))
    assert verdict.first_bad is not None
    assert (found(verdict), verdict.first_bad.last) == ((Reason.UNDECLARED_LOSS, 13), 20)


def test_a_restore_must_name_the_head_it_goes_on_from(court: Court) -> None:
    log, _ = restored(20)
    log.edit(13, facts={"old_log": LOG, "old_size": "11", "lost_size": "20"})
    log.recompute(13)
    log.checkpoints = []
    assert found(court.judge(log)) == (Reason.WRONG_LOG, 13)


def test_a_file_that_was_cut_is_not_taken_for_a_whole_log(court: Court, tmp_path: Path) -> None:
    path = make_log().export(tmp_path / "cut.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert Reason.UNREADABLE in [p.reason for p in court.judge_file(path).problems]


def test_a_damaged_line_is_named_with_the_entry_it_stands_for(court: Court, tmp_path: Path) -> None:
    path = make_log().export(tmp_path / "damaged.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    lines[5] = lines[5][:30] + b"\n"
    path.write_bytes(b"".join(lines))
    assert found(court.judge_file(path))[1] == 4


def test_a_line_of_a_type_to_come_is_passed_over_and_said(court: Court, tmp_path: Path) -> None:
    path = make_log(3, ()).export(tmp_path / "later.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-1], b'{"type":"proof","seq":1}\n', lines[-1]]))
    verdict = court.judge_file(path)
    assert verdict.ok
    assert "新版本" in verdict.notices[0]


def test_an_export_of_a_later_version_is_not_judged_by_these_rules(court: Court, tmp_path: Path) -> None:
    path = make_log(3, ()).export(tmp_path / "later.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"version":1', b'"version":2'))
    assert found(court.judge_file(path)) == (Reason.UNREADABLE, 1)


def test_an_empty_file_is_no_log(court: Court, tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_bytes(b"")
    assert found(court.judge_file(path)) == (Reason.UNREADABLE, 1)


def test_a_head_that_is_not_the_last_entry_is_said(court: Court) -> None:
    log = make_log()
    log.head = replace(log.head, entry_hash="ab" * 32)
    assert found(court.judge(log)) == (Reason.HEAD_MISMATCH, 20)
