"""The worked example of the specification, recomputed from its own text with SHA-256 and Ed25519 alone."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from publisher.audit.export import read_export
from publisher.audit.keys import PublicKey
from publisher.audit.verdict import Reason
from publisher.audit.verify import verify
from tests.unit.audit.logs import ROOT, load_auditor

SPEC = (ROOT / "docs" / "specs" / "audit-log.md").read_text("utf-8")
EXAMPLE = dict(re.findall(r"<!-- example: (\S+) -->\n```text\n(.*?)\n```\n", SPEC, re.DOTALL))


def sha(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_the_page_begins_with_a_complete_example() -> None:
    assert SPEC.index("## 1 A complete example") < SPEC.index("## 2 ")
    assert len(EXAMPLE) == 13


def test_entry_hashes_follow_from_the_text() -> None:
    tag = b"gongkai audit entry v1\n"
    assert sha(tag, bytes(32), EXAMPLE["canonical-1"].encode()) == EXAMPLE["hash-1"]
    before = bytes.fromhex(EXAMPLE["hash-1"])
    assert sha(tag, before, EXAMPLE["canonical-2"].encode()) == EXAMPLE["hash-2"]


def test_the_notes_digest_follows_from_salt_and_words() -> None:
    salt, words = bytes.fromhex(EXAMPLE["note-salt"]), EXAMPLE["note-text"].encode()
    assert sha(b"gongkai audit note v1\n", salt, b"title", b"\x00", words) == EXAMPLE["note-digest"]
    assert json.loads(EXAMPLE["canonical-2"])["notes"] == {"title": EXAMPLE["note-digest"]}
    assert EXAMPLE["note-text"] not in EXAMPLE["canonical-2"]


def test_the_root_follows_from_the_two_hashes() -> None:
    left, right = (sha(b"\x00", bytes.fromhex(EXAMPLE[name])) for name in ("hash-1", "hash-2"))
    assert (left, right) == (EXAMPLE["leaf-1"], EXAMPLE["leaf-2"])
    assert sha(b"\x01", bytes.fromhex(left), bytes.fromhex(right)) == EXAMPLE["root"]


def test_the_checkpoint_carries_the_root_and_a_good_signature() -> None:
    text, _, line = EXAMPLE["checkpoint"].rpartition("\n\n")
    log_id, size, root = text.split("\n")
    assert (size, base64.b64decode(root).hex()) == ("2", EXAMPLE["root"])
    dash, name, mark = line.split(" ")
    key_name, key_id, key = EXAMPLE["public-key"].split("+", 2)
    raw = base64.b64decode(key)
    assert (dash, name, key_name) == ("—", log_id, log_id)
    assert base64.b64decode(mark)[:4].hex() == sha(name.encode(), b"\n", raw)[:8] == key_id
    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(base64.b64decode(mark)[4:], (text + "\n").encode())


def test_the_export_of_the_example_is_whole_for_both(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path, key = tmp_path / "export.jsonl", tmp_path / "key.txt"
    path.write_text(EXAMPLE["export"] + "\n", "utf-8")
    key.write_text(EXAMPLE["public-key"], "utf-8")
    with path.open("rb") as file:
        verdict = verify(read_export(file), public_key=PublicKey.parse(EXAMPLE["public-key"]))
    assert (verdict.ok, verdict.entries, verdict.covered) == (True, 2, 2)
    assert load_auditor().main([str(path), "--key", str(key), "--json"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["covered"] == 2


def test_the_page_names_every_field_and_every_outcome() -> None:
    for field in json.loads(EXAMPLE["canonical-1"]):
        assert f"| `{field}` |" in SPEC
    for outcome in ("done", "refused", "failed", "unknown"):
        assert f"`{outcome}`" in SPEC


def test_both_verifiers_rank_findings_in_the_same_order() -> None:
    assert list(load_auditor().WORDS) == [reason.value for reason in Reason]
