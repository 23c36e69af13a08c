"""The one-file verifier as an auditor runs it, and both verifiers on random damage."""

import ast
import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.audit.anchor import read_anchors
from publisher.audit.export import StoredCheckpoint, read_export
from publisher.audit.verify import verify
from tests.unit.audit.golden import FOLDER as GOLDEN
from tests.unit.audit.golden import write
from tests.unit.audit.logs import AUDITOR, KEY, Log, load_auditor, make_log

ROUNDS = 150


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the file with an interpreter that sees neither the product nor its libraries."""
    command = [sys.executable, "-I", "-S", str(AUDITOR), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)


def test_it_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(AUDITOR.read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_format_is_final_the_golden_files_come_out_byte_for_byte(tmp_path: Path) -> None:
    write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in GOLDEN.iterdir())
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (GOLDEN / path.name).read_bytes(), path.name


def test_the_golden_export_is_whole() -> None:
    files = [str(GOLDEN / name) for name in ("export.jsonl", "key.txt", "anchors.txt")]
    result = run(files[0], "--key", files[1], "--anchor", files[2])
    assert (result.returncode, result.stderr) == (0, "")
    assert "记录完整，到第 6 条 / whole up to entry 6" in result.stdout
    assert "已抹除：第 3 条的附注 reason，见第 5 条" in result.stdout


@pytest.mark.parametrize("name", ["changed", "deleted", "reordered", "cut", "recomputed"])
def test_golden_damage_is_named_by_both(name: str) -> None:
    expected = json.loads((GOLDEN / "expected.json").read_text("utf-8"))[name]
    path, key, anchors = GOLDEN / f"{name}.jsonl", GOLDEN / "key.txt", GOLDEN / "anchors.txt"
    result = run(str(path), "--key", str(key), "--anchor", str(anchors), "--json")
    told = json.loads(result.stdout)
    assert result.returncode == 1
    assert {"first_bad": told["first_bad"], "interval": told["interval"]} == expected
    spoken = run(str(path), "--key", str(key), "--anchor", str(anchors)).stdout
    assert f"第 {expected['first_bad']['seq']} " in spoken
    with path.open("rb") as file:
        verdict = verify(read_export(file), anchors=read_anchors(anchors))
    assert verdict.first_bad is not None
    assert verdict.first_bad.seq == expected["first_bad"]["seq"]


@pytest.mark.parametrize(
    "arguments", [("missing.jsonl",), (str(GOLDEN / "export.jsonl"), "--key", str(AUDITOR)), ()]
)
def test_what_cannot_be_checked_exits_two(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).returncode == 2


def damage(log: Log, chance: random.Random) -> None:
    """One random act of a forger on a random row."""
    place = chance.randrange(len(log.entries))
    row = log.entries[place]
    spot = chance.randrange(len(row.canonical))
    act = chance.randrange(9)
    if act == 0:
        text = row.canonical[:spot] + chance.choice('a1"{}字\\ ') + row.canonical[spot + 1 :]
        log.entries[place] = replace(row, canonical=text)
    elif act == 1:
        del log.entries[place]
    elif act == 2:
        chance.shuffle(log.entries)
    elif act == 3:
        log.entries[place] = replace(row, prev_hash=chance.choice(["", "zz", "ab" * 32, "AB" * 32]))
    elif act == 4:
        log.entries[place] = replace(row, seq=chance.randrange(-1, 25))
    elif act == 5:
        log.notes[chance.randrange(len(log.notes))] = replace(
            log.notes[0], salt=chance.choice(["", "0g", "00"])
        )
    elif act == 6:
        log.checkpoints.append(chance.choice(log.checkpoints)[: chance.randrange(200)])
    elif act == 7:
        log.recompute(place + 1, chance.choice([None, place + 1, len(log.entries)]))
    else:
        log.entries.insert(place, chance.choice(log.entries))


@pytest.mark.parametrize("seed", range(3))
def test_both_verifiers_say_the_same_of_random_damage_and_never_fail(
    seed: int, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    chance = random.Random(seed)
    (tmp_path / "key.txt").write_text(KEY.text, "utf-8")
    for _ in range(ROUNDS):
        log = make_log()
        for _ in range(chance.randrange(1, 4)):
            damage(log, chance)
        path = log.export(tmp_path / "export.jsonl")
        if chance.random() < 0.3:
            data = bytearray(path.read_bytes())
            data[chance.randrange(len(data))] = chance.randrange(256)
            path.write_bytes(data)
        with path.open("rb") as file:
            verdict = verify(read_export(file), public_key=KEY)
        code = load_auditor().main([str(path), "--key", str(tmp_path / "key.txt"), "--json"])
        told = json.loads(capsysbinary.readouterr().out)
        first = verdict.first_bad
        mine = (
            None
            if first is None
            else {"seq": first.seq, "last": first.last or first.seq, "reason": first.reason}
        )
        assert (told["first_bad"], told["interval"]) == (mine, verdict.interval and list(verdict.interval))
        assert code == (not verdict.ok)
        assert sorted(p["reason"] for p in told["problems"]) == sorted(p.reason for p in verdict.problems)


def test_rows_of_any_nonsense_are_a_verdict() -> None:
    log = make_log(3, ())
    rows = [*log.entries, replace(log.entries[0], canonical="\ud800"), StoredCheckpoint("\ud800")]
    assert not verify(rows, anchors=["", "\n\n", "a\n\nb"], checkpoints=["—"], public_key=[]).ok
