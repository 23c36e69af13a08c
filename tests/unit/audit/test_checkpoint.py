"""Keys and signed notes, held to RFC 8032 and to the published note of PeterNeumann+c74f20a3."""

import base64
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from publisher.audit.anchor import append_anchor, read_anchors
from publisher.audit.checkpoint import (
    Checkpoint,
    NotACheckpoint,
    Signature,
    make_checkpoint,
    parse_checkpoint,
    parse_signed,
    sign_text,
)
from publisher.audit.keys import (
    KeyFileSigner,
    NotAKey,
    PublicKey,
    create_key_file,
    load_key_file,
    parse_public_keys,
    public_key_of,
)
from tests.unit.audit.logs import KEY, LOG, OTHER_SIGNER, SIGNER, load_auditor, make_log

RFC_SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
RFC_KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
RFC_SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
    "d25bf5f0595bbe24655141438e7a100b"
)
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_signing_gives_the_signature_of_rfc_8032_test_1() -> None:
    signer = KeyFileSigner(Ed25519PrivateKey.from_private_bytes(RFC_SEED))
    assert signer.public_key_raw == RFC_KEY
    assert signer.sign(b"") == RFC_SIGNATURE
    assert PublicKey("rfc", RFC_KEY).verifies(RFC_SIGNATURE, b"")


def test_the_published_note_verifies_and_a_changed_one_does_not() -> None:
    key = PublicKey.parse(PETER)
    assert key.text == PETER
    assert parse_signed(PETER_NOTE).check([key]) is Signature.GOOD
    assert parse_signed(PETER_NOTE.replace("answer", "Answer")).check([key]) is Signature.BAD
    assert parse_signed(PETER_NOTE).check([KEY]) is Signature.UNKNOWN_KEY


def test_the_one_file_verifier_knows_ed25519_as_well() -> None:
    auditor = load_auditor()
    assert auditor.Key(RFC_KEY).signed(RFC_SIGNATURE, b"")
    assert not auditor.Key(RFC_KEY).signed(RFC_SIGNATURE, b"x")
    text, _, line = PETER_NOTE.rpartition("\n\n")
    signature = base64.b64decode(line.split(" ")[2])[4:]
    assert auditor.read_keys(PETER)[0].signed(signature, (text + "\n").encode())
    own = auditor.Key(SIGNER.public_key_raw)
    for number in range(20):
        message = bytes([number]) * number
        signature = SIGNER.sign(message)
        assert own.signed(signature, message)
        for bit in (0, 255, 256, 511):
            bad = bytearray(signature)
            bad[bit // 8] ^= 1 << bit % 8
            assert not own.signed(bytes(bad), message)
        large = int.from_bytes(signature[32:], "little") + auditor.ORDER
        assert not own.signed(signature[:32] + large.to_bytes(32, "little"), message)
    assert not own.signed(b"", b"")


@pytest.mark.parametrize("raw", [b"", b"\x00" * 31, b"\xff" * 32, (2).to_bytes(32, "little")])
def test_bytes_that_are_no_point_are_no_key(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not a point"):
        load_auditor().Key(raw)


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    note = make_checkpoint(LOG, 7, bytes(32), SIGNER)
    lines = note.split("\n")
    assert lines[:4] == [LOG, "7", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", ""]
    assert lines[4].startswith(f"— {LOG} ")
    checkpoint, signed = parse_checkpoint(note)
    assert checkpoint == Checkpoint(LOG, 7, bytes(32))
    assert signed.check([KEY]) is Signature.GOOD


def test_a_cosignature_of_an_unknown_witness_is_passed_over() -> None:
    note = make_checkpoint(LOG, 7, bytes(32), SIGNER)
    line = sign_text("else\n", "witness.example/w1", OTHER_SIGNER).rpartition("\n\n")[2]
    assert parse_checkpoint(note + line)[1].check([KEY]) is Signature.GOOD


def test_the_same_key_counts_under_the_log_id_of_a_later_epoch() -> None:
    note = make_checkpoint(LOG + "-2", 7, bytes(32), SIGNER)
    assert parse_checkpoint(note)[1].check([KEY]) is Signature.GOOD


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\n-7\n"),
        ("\n7\n", "\n７\n"),
        ("A=\n", "B=\n"),
        ("AAAA", "AA"),
        ("\n\n", "\n"),
        ("— ", "- "),
        (LOG + "\n7", "\n7"),
        ("=\n\n", "=\nextension\n\n\n\n"),
    ],
)
def test_text_that_is_no_checkpoint_is_refused(old: str, new: str) -> None:
    note = make_checkpoint(LOG, 7, bytes(32), SIGNER)
    with pytest.raises(NotACheckpoint):
        parse_checkpoint(note.replace(old, new, 1))


def test_a_note_needs_a_last_newline_and_a_name_without_spaces() -> None:
    with pytest.raises(NotACheckpoint):
        sign_text("no newline", LOG, SIGNER)
    with pytest.raises(NotACheckpoint):
        sign_text("text\n", "two words", SIGNER)


def test_a_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    signer = create_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert before.startswith(b"-----BEGIN PRIVATE KEY-----")
    with pytest.raises(FileExistsError):
        create_key_file(path)
    assert path.read_bytes() == before
    assert load_key_file(path).public_key_raw == signer.public_key_raw


def test_a_key_never_shows_itself(tmp_path: Path) -> None:
    signer = create_key_file(tmp_path / "audit.key")
    assert repr(signer) == "KeyFileSigner()"


def test_a_file_that_is_no_key_is_refused_without_quoting_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    path.write_text("secret words")
    with pytest.raises(NotAKey) as refusal:
        load_key_file(path)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["", "name", "name+00000000+AAAA", PETER.replace("c74f20a3", "c74f20a4"), PETER[:-4], "+" + PETER]
)
def test_text_that_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(NotAKey):
        PublicKey.parse(text)


def test_a_public_key_file_may_hold_several_keys_and_remarks() -> None:
    other = public_key_of(OTHER_SIGNER, LOG)
    assert parse_public_keys(["# 2026\n", KEY.text + "\n", "\n", other.text]) == (KEY, other)


def test_anchors_come_back_as_they_were_added(tmp_path: Path) -> None:
    path, log = tmp_path / "anchors.txt", make_log()
    for checkpoint in log.checkpoints:
        append_anchor(path, checkpoint)
    append_anchor(path, log.checkpoints[-1])
    assert list(read_anchors(path)) == log.checkpoints
    assert load_auditor().split_anchors(path.read_text("utf-8")) == log.checkpoints


@pytest.mark.parametrize("left", [1, 45, 50, 60, 100, 150, 170, 228])
def test_a_record_cut_by_a_crash_does_not_spoil_the_next(tmp_path: Path, left: int) -> None:
    path, log = tmp_path / "anchors.txt", make_log()
    append_anchor(path, log.checkpoints[0])
    append_anchor(path, log.checkpoints[1])
    size = len((log.checkpoints[0] + "\n").encode())
    os.truncate(path, size + left)
    append_anchor(path, log.checkpoints[2])
    records = read_anchors(path)
    assert (records[0], records[-1]) == (log.checkpoints[0], log.checkpoints[2])
    others = load_auditor().split_anchors(path.read_text("utf-8", "replace"))
    assert (others[0], others[-1], len(others)) == (records[0], records[-1], len(records))


def test_anchors_survive_a_mail_program_that_changes_line_ends(tmp_path: Path) -> None:
    path, log = tmp_path / "anchors.txt", make_log()
    path.write_bytes("\r\n".join("\n".join(log.checkpoints).split("\n")).encode())
    assert list(read_anchors(path)) == log.checkpoints


def test_only_checkpoints_are_anchored(tmp_path: Path) -> None:
    with pytest.raises(NotACheckpoint):
        append_anchor(tmp_path / "anchors.txt", "words\n")
    assert not (tmp_path / "anchors.txt").exists()
