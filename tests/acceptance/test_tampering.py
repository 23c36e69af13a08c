"""Must show 5: whoever changes the log in the database is found, by us and by the auditor's own file."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.audit.chain import entry_hash
from publisher.audit.checkpoint import make_checkpoint
from publisher.audit.tree import leaf_hash, root
from publisher.audit.verdict import Verdict
from publisher.bootstrap.office import ANCHOR, DATABASE
from publisher.store.blobs import Blobs
from publisher.store.unit_of_work import Store
from publisher.workflow import withdraw
from publisher.workflow.seal import export_lines, sign_checkpoint, verify_log
from tests.world import START, World

AUDITOR = Path(__file__).parents[2] / "deploy" / "auditor" / "verify_gongkai_log.py"


@dataclass(frozen=True)
class Sealed:
    """A log of a whole trip with three checkpoints after the first one, as sizes."""

    world: World
    sizes: tuple[int, ...]
    entries: int


@pytest.fixture(scope="module")
def sealed(shared_world: World) -> Sealed:
    world, sizes = shared_world, []

    def seal() -> None:
        note = sign_checkpoint(world.office.store, world.clock.now, world.office.seal, force=True)
        assert note is not None
        sizes.append(len(world.kinds()))

    world.approved()
    seal()
    item_id, _ = world.out_everywhere()
    seal()
    world.do("qin", withdraw.order_withdrawal, withdraw.WithdrawRequest(item_id, "测试撤下"))
    world.until(lambda: world.where(item_id).state == "withdrawn")
    seal()
    return Sealed(world, tuple(sizes), len(world.kinds()))


@dataclass
class Copy:
    """A stolen copy of the database that a forger works on, and the two verifiers over it."""

    sealed: Sealed
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / DATABASE

    def forge(self, act: Callable[[sqlite3.Connection], None]) -> None:
        with sqlite3.connect(self.sealed.world.home / DATABASE) as source:
            database = sqlite3.connect(self.path)
            source.backup(database)
        source.close()
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        act(database)
        database.commit()
        database.close()

    def verdict(self) -> Verdict:
        """What the product says; the auditor's file must say the same of the export."""
        office = self.sealed.world.office
        store = Store(self.path, office.store.bureau, Blobs(self.folder / "blobs"), office.store.log_id)
        anchor = self.sealed.world.home / ANCHOR
        export = self.folder / "export.jsonl"
        with store.read() as reading:
            verdict = verify_log(reading, public_key=office.public_key, anchor=anchor)
            export.write_text("".join(export_lines(reading, START)), "utf-8")
        store.close()
        told = self.auditor(export, anchor)
        first = verdict.first_bad
        assert told["ok"] is verdict.ok
        assert (told["first_bad"] or {}).get("seq") == (first.seq if first else None)
        assert told["interval"] == (list(verdict.interval) if verdict.interval else None)
        return verdict

    def auditor(self, export: Path, anchor: Path) -> dict[str, object]:
        key = self.sealed.world.home / "keys" / "log.pub"
        command = [sys.executable, "-I", "-S", str(AUDITOR), str(export), "--key", str(key)]
        ran = subprocess.run(
            [*command, "--anchor", str(anchor), "--json"], capture_output=True, check=False, timeout=60
        )
        told: dict[str, object] = json.loads(ran.stdout)
        assert ran.returncode == (0 if told["ok"] else 1), ran.stderr
        return told


@pytest.fixture
def copy(sealed: Sealed, tmp_path: Path) -> Copy:
    return Copy(sealed, tmp_path)


def test_the_log_of_the_trip_is_whole_and_both_verifiers_say_so(copy: Copy) -> None:
    copy.forge(lambda database: None)
    verdict = copy.verdict()
    assert verdict.ok
    assert verdict.entries == copy.sealed.entries > 40
    assert verdict.anchored == copy.sealed.sizes[-1]


CHANGES = {"the actor": '"actor":"', "the year": '"at":"2', "the kind": '"kind":"'}


def run(statement: str, *values: object) -> Callable[[sqlite3.Connection], None]:
    """A forger's single statement."""

    def act(db: sqlite3.Connection) -> None:
        db.execute(statement, values)

    return act


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("seq", [2, 20, 40])
def test_a_changed_entry_is_named(copy: Copy, what: str, seq: int) -> None:
    old = CHANGES[what]
    new = old[:-1] + "1" if what == "the year" else old + "x"
    copy.forge(
        run("UPDATE log_entries SET canonical = replace(canonical, ?, ?) WHERE seq = ?", old, new, seq)
    )
    verdict = copy.verdict()
    assert verdict.first_bad is not None
    assert (verdict.first_bad.seq, verdict.first_bad.reason) == (seq, "changed")
    assert f"第 {seq} 条被改动过" in verdict.words


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entries SET entry_hash = ? WHERE seq = 12",
        "UPDATE log_entries SET prev_hash = ? WHERE seq = 12",
    ],
)
def test_a_changed_hash_is_named(copy: Copy, statement: str) -> None:
    copy.forge(run(statement, "ab" * 32))
    verdict = copy.verdict()
    assert verdict.first_bad is not None
    assert verdict.first_bad.seq == 12


@pytest.mark.parametrize("seq", [1, 15, 30])
def test_a_deleted_entry_is_named(copy: Copy, seq: int) -> None:
    copy.forge(run("DELETE FROM log_entries WHERE seq = ?", seq))
    verdict = copy.verdict()
    assert verdict.first_bad is not None
    assert (verdict.first_bad.seq, verdict.first_bad.reason) == (seq, "missing")


def swap(first: int, second: int) -> Callable[[sqlite3.Connection], None]:
    def act(db: sqlite3.Connection) -> None:
        for old, new in ((first, -1), (second, first), (-1, second)):
            db.execute("UPDATE log_entries SET seq = ? WHERE seq = ?", (new, old))

    return act


@pytest.mark.parametrize(("first", "second"), [(9, 10), (9, 25)])
def test_reordered_entries_are_named(copy: Copy, first: int, second: int) -> None:
    copy.forge(swap(first, second))
    verdict = copy.verdict()
    assert verdict.first_bad is not None
    assert (verdict.first_bad.seq, verdict.first_bad.reason) == (first, "reordered")


def test_a_cut_tail_is_found_by_the_checkpoints(copy: Copy) -> None:
    last = copy.sealed.entries - 3
    copy.forge(run("DELETE FROM log_entries WHERE seq > ?", last))
    verdict = copy.verdict()
    assert verdict.first_bad is not None
    assert verdict.first_bad.seq == last + 1
    cut = next(problem for problem in verdict.problems if problem.reason == "cut_tail")
    assert (cut.seq, cut.last) == (last + 1, copy.sealed.entries)


def test_a_cut_tail_is_found_by_the_anchor_when_its_checkpoints_are_cut_too(copy: Copy) -> None:
    last = copy.sealed.sizes[1] - 5

    def act(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM log_entries WHERE seq > ?", (last,))
        db.execute("DELETE FROM log_notes WHERE seq > ?", (last,))
        db.execute("DELETE FROM log_checkpoints WHERE size > ?", (last,))

    copy.forge(act)
    verdict = copy.verdict()
    assert verdict.first_bad is not None
    assert (verdict.first_bad.seq, verdict.first_bad.reason) == (last + 1, "cut_tail")


def recompute(db: sqlite3.Connection, changed: int) -> None:
    """Change who did it, then make every hash from there on fit again."""
    db.execute(
        """UPDATE log_entries SET canonical = replace(canonical, '"os_user":"', '"os_user":"x') WHERE seq = ?""",
        (changed,),
    )
    previous = "0" * 64
    for seq, canonical in db.execute("SELECT seq, canonical FROM log_entries ORDER BY seq").fetchall():
        own = entry_hash(previous, canonical.encode())
        if seq >= changed:
            db.execute(
                "UPDATE log_entries SET entry_hash = ?, prev_hash = ? WHERE seq = ?", (own, previous, seq)
            )
        previous = own


@pytest.mark.parametrize("part", [0, 1, 2])
def test_recomputed_hashes_are_found_and_the_interval_is_named(copy: Copy, part: int) -> None:
    bounds = (*copy.sealed.sizes,)
    start = (5, *bounds)[part]  # the first checkpoint stands where `init` ended
    changed = bounds[part] - 2
    copy.forge(lambda db: recompute(db, changed))
    verdict = copy.verdict()
    assert not verdict.ok
    assert verdict.interval is not None
    assert verdict.interval[1] == bounds[part]
    assert verdict.interval[0] < changed <= verdict.interval[1]
    assert verdict.interval[0] == start or part == 0


def test_a_forger_who_also_signs_the_own_checkpoints_anew_is_found_by_the_anchor(copy: Copy) -> None:
    sizes, office = copy.sealed.sizes, copy.sealed.world.office
    changed = sizes[1] - 2

    def act(db: sqlite3.Connection) -> None:
        recompute(db, changed)
        hashes = [h for (h,) in db.execute("SELECT entry_hash FROM log_entries ORDER BY seq")]
        for (size,) in db.execute("SELECT size FROM log_checkpoints").fetchall():
            tree = root([leaf_hash(bytes.fromhex(h)) for h in hashes[:size]])
            note = make_checkpoint(office.store.log_id, size, tree, office.seal.signer)
            db.execute("UPDATE log_checkpoints SET note = ? WHERE size = ?", (note, size))

    copy.forge(act)
    verdict = copy.verdict()
    assert verdict.interval == (sizes[0], sizes[1])


def test_a_forger_who_drops_the_own_checkpoints_is_found_by_the_anchor(copy: Copy) -> None:
    sizes = copy.sealed.sizes

    def act(db: sqlite3.Connection) -> None:
        recompute(db, sizes[1] - 2)
        db.execute("DELETE FROM log_checkpoints")

    copy.forge(act)
    assert copy.verdict().interval == (sizes[0], sizes[1])


NOTE_ACTS = {
    "changed": ("UPDATE log_notes SET text = text || '改' WHERE seq = ? AND name = ?", "note_mismatch"),
    "deleted": ("DELETE FROM log_notes WHERE seq = ? AND name = ?", "note_missing"),
    "erased": (
        "UPDATE log_notes SET text = NULL, salt = '' WHERE seq = ? AND name = ?",
        "note_erased_silently",
    ),
}


@pytest.mark.parametrize("act", NOTE_ACTS)
def test_a_note_that_was_touched_is_named_with_its_entry(copy: Copy, act: str) -> None:
    statement, reason = NOTE_ACTS[act]
    row = copy.sealed.world.rows("SELECT seq, name FROM log_notes ORDER BY seq LIMIT 1 OFFSET 5")[0]
    copy.forge(run(statement, row["seq"], row["name"]))
    verdict = copy.verdict()
    assert verdict.first_bad is not None
    assert (verdict.first_bad.seq, verdict.first_bad.reason) == (row["seq"], reason)


REFUSED_BY_THE_DATABASE = (
    ("SELECT count(*) FROM log_entries", "UPDATE log_entries SET seq = seq"),
    ("SELECT count(*) FROM log_entries", "DELETE FROM log_entries"),
    ("SELECT count(*) FROM signatures", "UPDATE signatures SET person = 'lu'"),
    ("SELECT count(*) FROM signatures", "DELETE FROM signatures"),
    ("SELECT count(*) FROM proofs", "UPDATE proofs SET outcome = 'match'"),
    ("SELECT count(*) FROM proofs", "DELETE FROM proofs"),
)


@pytest.mark.parametrize(("counting", "act"), REFUSED_BY_THE_DATABASE)
def test_the_database_itself_refuses_to_change_what_is_only_appended(
    sealed: Sealed, counting: str, act: str
) -> None:
    database = sqlite3.connect(sealed.world.home / DATABASE)
    try:
        [count] = database.execute(counting).fetchone()
        assert count > 0
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(act)
        assert database.execute(counting).fetchone() == (count,)
    finally:
        database.close()
