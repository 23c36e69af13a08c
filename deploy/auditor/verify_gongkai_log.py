#!/usr/bin/env python3
"""Check an exported audit log 存证 without the product. One file, Python's standard library only.

    python3 verify_gongkai_log.py export.jsonl --key PUBLICKEY.txt [--anchor anchors.txt] [--json]

Exit code 0: the log is whole. 1: it is not, and what is wrong is printed. 2: nothing could be checked
(a file is missing, the key is no key). Written from docs/specs/audit-log.md, RFC 6962 and RFC 8032,
apart from the product's own verifier, so that one mistake does not hide in both.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

# ---------------------------------------------------------------- Ed25519, RFC 8032 section 5.1

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, -1, PRIME) % PRIME
ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z
NEUTRAL: Point = (0, 1, 1, 0)


def plus(p: Point, q: Point) -> Point:
    """The sum of two points, by the complete formulas of RFC 8032 section 5.1.4."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % PRIME
    b = (p[1] + p[0]) * (q[1] + q[0]) % PRIME
    c = 2 * p[3] * q[3] * CURVE_D % PRIME
    d = 2 * p[2] * q[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def point_from(data: bytes) -> Point | None:
    """The point behind 32 bytes, or None when there is none."""
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if len(data) != 32 or y >= PRIME:
        return None
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if x * x % PRIME != square or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = PRIME - x
    return x, y, 1, x * y % PRIME


def bytes_of(point: Point) -> bytes:
    """The 32 bytes of a point."""
    inverse = pow(point[2], -1, PRIME)
    x, y = point[0] * inverse % PRIME, point[1] * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


class Multiples:
    """Multiples of one point, kept so that many signatures of one key are quick to check."""

    def __init__(self, point: Point) -> None:
        """Keep 0 to 15 times 16^i times the point, for i from 0 to 63."""
        self.rows: list[list[Point]] = []
        for _ in range(64):
            row = [NEUTRAL]
            for _ in range(15):
                row.append(plus(row[-1], point))
            self.rows.append(row)
            point = plus(row[-1], point)

    def times(self, factor: int) -> Point:
        """Factor (below 2^256) times the point."""
        total = NEUTRAL
        for row in self.rows:
            total = plus(total, row[factor & 15])
            factor >>= 4
        return total


BASE_POINT = point_from((4 * pow(5, -1, PRIME) % PRIME).to_bytes(32, "little")) or NEUTRAL


class Key:
    """One Ed25519 public key."""

    base: Multiples | None = None

    def __init__(self, raw: bytes) -> None:
        """Raise ValueError when the bytes are no point of the curve."""
        point = point_from(raw)
        if point is None:
            raise ValueError("not a point")
        self.raw = raw
        self.negative = Multiples((PRIME - point[0], point[1], 1, PRIME - point[3]))

    def identifier(self, name: str) -> bytes:
        """The four bytes that name this key in a signed note."""
        return hashlib.sha256(name.encode() + b"\n\x01" + self.raw).digest()[:4]

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature over the message is this key's."""
        scalar = int.from_bytes(signature[32:], "little")
        if len(signature) != 64 or scalar >= ORDER:
            return False
        Key.base = Key.base or Multiples(BASE_POINT)
        digest = hashlib.sha512(signature[:32] + self.raw + message).digest()
        challenge = int.from_bytes(digest, "little") % ORDER
        return bytes_of(plus(Key.base.times(scalar), self.negative.times(challenge))) == signature[:32]


def read_keys(text: str) -> list[Key]:
    """The keys of a public key file: name+id+base64, one a line."""
    keys = []
    for line in (line.strip() for line in text.splitlines()):
        if line and not line.startswith("#"):
            name, identifier, encoded = line.split("+", 2)
            data = base64.b64decode(encoded, validate=True)
            key = Key(data[1:])
            if data[0] != 1 or key.identifier(name).hex() != identifier:
                raise ValueError("key id does not match")
            keys.append(key)
    if not keys:
        raise ValueError("no key in the file")
    return keys


# ---------------------------------------------------------------- what is read


class Finding(NamedTuple):
    """Something wrong: a reason, the entries it is about (0: none), and a detail."""

    reason: str
    seq: int
    last: int
    detail: str = ""


class Line(NamedTuple):
    """One entry line: its columns, and what its canonical text says (None: not readable)."""

    seq: int
    prev: str
    sound: bool
    doc: dict[str, Any] | None
    why: str
    digest: bytes


FIELDS = "actor at body digests facts kind log_id notes on_behalf_of os_user outcome seq subject v"
WHO = r"[^\x00-\x20\x7f\ud800-\udfff]{0,200}"
SHAPES = {
    "kind": r"[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*){2}",
    "log_id": r"[0-9A-Za-z][0-9A-Za-z./_-]{0,127}",
    "at": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z",
}
SHAPES_V1 = {
    "actor": r"(?!\Z)" + WHO,
    "subject": WHO,
    "on_behalf_of": WHO,
    "os_user": WHO,
    "body": WHO,
    "outcome": "done|refused|failed|unknown",
}
VALUES = {"digests": r"([0-9a-f]{2}){8,64}", "facts": r"[\x21-\x7e]{0,200}", "notes": r"[0-9a-f]{64}"}
NAME = r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}"


def refuse(what: str) -> Any:
    """Stop reading a document."""
    raise ValueError(what)


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose keys differ."""
    return dict(pairs) if len({key for key, _ in pairs}) == len(pairs) else refuse("duplicate key")


def document_of(text: str) -> dict[str, Any]:
    """The entry behind canonical text; ValueError tells what is wrong."""
    doc: Any = json.loads(text, object_pairs_hook=distinct, parse_float=refuse, parse_constant=refuse)
    again = json.dumps(doc, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if not isinstance(doc, dict) or again != text:
        refuse("not canonical")
    if "\\" in re.sub(r"\\[\\\"]", "", text) or "\x7f" in text:
        refuse("control character")
    if len(text.encode()) > 65536:
        refuse("too long")
    version = doc.get("v")
    if type(version) is not int or version < 1 or (version == 1 and " ".join(sorted(doc)) != FIELDS):
        refuse("version or fields")
    if type(doc.get("seq")) is not int or not 0 < doc["seq"] < 2**53:
        refuse("seq")
    for field, shape in {**SHAPES, **(SHAPES_V1 if version == 1 else {})}.items():
        if not fits(shape, doc.get(field)):
            refuse(field)
    datetime.fromisoformat(doc["at"][:-1])
    for field, shape in VALUES.items():
        if not mapping_fits(shape, doc.get(field)):
            refuse(field)
    found: dict[str, Any] = doc
    return found


def fits(shape: str, value: object) -> bool:
    """Whether a value is text of the given shape."""
    return isinstance(value, str) and re.fullmatch(shape, value) is not None


def mapping_fits(shape: str, values: object) -> bool:
    """Whether values are a mapping of allowed names to text of the given shape."""
    if not isinstance(values, dict):
        return False
    return all(fits(NAME, key) and fits(shape, value) for key, value in values.items())


def is_text(*values: object) -> bool:
    """Whether all values are text that UTF-8 can carry."""
    return all(isinstance(v, str) and not re.search("[\ud800-\udfff]", v) for v in values)


class Export:
    """The lines of an export, sorted by kind. Faulty lines become findings."""

    def __init__(self) -> None:
        """Start empty."""
        self.header: dict[str, Any] = {}
        self.entries: list[Line] = []
        self.notes: dict[tuple[int, str], list[tuple[str, str | None]]] = {}
        self.checkpoints: list[str] = []
        self.findings: list[Finding] = []
        self.remarks: list[str] = []
        self.counts = {"entry": 0, "note": 0, "checkpoint": 0}
        self.ended = False

    def read(self, path: Path) -> Export:
        """Read a whole file."""
        number = 0
        with path.open("rb") as file:
            for number, data in enumerate(file, 1):
                try:
                    self.line(number, json.loads(data.decode()))
                except (ValueError, KeyError, TypeError, RecursionError):
                    self.faulty(f"line {number}")
        if not self.ended:
            self.faulty("no end line" if number else "empty file")
        return self

    def faulty(self, detail: str) -> None:
        """Note a line that is not what the format says."""
        self.findings.append(Finding("unreadable", len(self.entries) + 1, 0, detail))

    def line(self, number: int, row: dict[str, Any]) -> None:
        """Take one line; ValueError, KeyError or TypeError when it is faulty."""
        kind = row["type"]
        if self.ended or (number == 1) != (kind == "header"):
            refuse("order of lines")
        if kind in self.counts:
            getattr(self, kind)(row)
            self.counts[kind] += 1
        elif kind == "header":
            if (row["format"], row["version"]) != ("gongkai-audit-export", 1):
                refuse("version of the export")
            if not is_text(row["log_id"], row["head"]) or type(row["size"]) is not int:
                refuse("header")
            self.header = row
        elif kind == "end":
            self.ended = True
            if [row.get(k) for k in ("entries", "notes", "checkpoints")] != list(self.counts.values()):
                refuse("counts")
        else:
            self.remarks.append(
                f"第 {number} 行是新版本的内容，没有检查 / line {number}: unknown type, not checked"
            )

    def entry(self, row: dict[str, Any]) -> None:
        """Take an entry line."""
        text, prev, stored = row["entry"], row["prev"], row["hash"]
        if not is_text(text, prev, stored) or type(row["seq"]) is not int:
            refuse("entry")
        before = bytes.fromhex(prev) if fits("[0-9a-f]{64}", prev) else b""
        digest = hashlib.sha256(b"gongkai audit entry v1\n" + before + text.encode()).digest()
        doc, why = None, ""
        try:
            doc = document_of(text)
        except (ValueError, TypeError, RecursionError) as error:
            why = str(error)
        self.entries.append(Line(row["seq"], prev, bool(before) and digest.hex() == stored, doc, why, digest))

    def note(self, row: dict[str, Any]) -> None:
        """Take a note line."""
        words = row["text"]
        if not is_text(row["name"], row["salt"], words or "") or type(row["seq"]) is not int:
            refuse("note")
        self.notes.setdefault((row["seq"], row["name"]), []).append((row["salt"], words))

    def checkpoint(self, row: dict[str, Any]) -> None:
        """Take a checkpoint line."""
        if not is_text(row["checkpoint"]):
            refuse("checkpoint")
        self.checkpoints.append(row["checkpoint"])


# ---------------------------------------------------------------- the chain


def own_seq(line: Line) -> int:
    """Which entry a line says it is."""
    return line.seq if line.doc is None else int(line.doc["seq"])


def place_fault(entries: list[Line], index: int) -> Finding | None:
    """What is wrong with the place of one line, or None. Section 9 of the specification, rules 1 to 4."""
    line, place = entries[index], index + 1
    told = own_seq(line)
    comes_later = told != place and any(own_seq(other) == place for other in entries[index + 1 :])
    if comes_later:
        return Finding("reordered", place, place)
    if not line.sound:
        return Finding("changed", place, place)
    if told > place:
        return Finding("missing", place, told - 1)
    if told < place or line.seq != place:
        return Finding("reordered", place, place)
    before = entries[index - 1].digest.hex() if index else "0" * 64
    if line.prev != before:
        blamed = max(place - 1, 1)
        return Finding("changed", blamed, blamed)
    return None


class Span(NamedTuple):
    """One epoch: its log id, first entry, and the loss that its first entry admits."""

    log_id: str
    first: int
    lost: int
    lost_root: str


class Chain:
    """The good beginning of a log: how many entries hold, which epochs, what was wrong."""

    def __init__(self, entries: list[Line]) -> None:
        """Walk over the entries."""
        self.findings: list[Finding] = []
        self.spans: list[Span] = []
        self.newer = 0
        self.good = len(entries)
        self.torn = False
        stranger, earlier = False, ""
        for index, line in enumerate(entries):
            fault = place_fault(entries, index)
            if fault:
                self.findings.append(fault)
                self.torn = True
                self.good = min(index, fault.seq - 1)
                break
            if line.doc is None:
                self.findings.append(Finding("malformed", index + 1, index + 1, line.why))
                continue
            self.newer += line.doc["v"] != 1
            if not self.at_home(line) and not stranger:
                stranger = True
                self.findings.append(Finding("wrong_log", index + 1, index + 1))
            if line.doc["at"] < earlier:
                self.findings.append(Finding("time_falling", index + 1, index + 1))
            earlier = line.doc["at"]

    def at_home(self, line: Line) -> bool:
        """Whether an entry carries its epoch's log id or lawfully begins a new epoch."""
        doc = line.doc or {}
        facts, digests, seq = doc["facts"], doc["digests"], doc["seq"]
        if seq == 1:
            self.spans.append(Span(doc["log_id"], 1, 0, ""))
            return "old_log" not in facts
        current = self.spans[-1].log_id if self.spans else ""
        if doc["kind"] != "log:epoch:begun":
            return bool(doc["log_id"] == current)
        used = {span.log_id for span in self.spans}
        lost = int(facts["lost_size"]) if fits("[0-9]{1,15}", facts.get("lost_size")) else 0
        self.spans.append(Span(doc["log_id"], seq, lost, digests.get("lost_root", "")))
        named = (facts.get("old_log"), facts.get("old_size"), digests.get("old_head"))
        return named == (current, str(seq - 1), line.prev) and doc["log_id"] not in used


def judge_notes(export: Export, fault: int) -> tuple[list[Finding], list[tuple[int, str, int]]]:
    """Findings about notes, and the erased notes with the entry that says so (0: none).

    Nothing is said about the notes of entry `fault`, where the chain breaks, and of later ones.
    """
    findings, erased, orders = [], [], {}
    left = dict(export.notes)
    docs = [line.doc for line in export.entries if line.doc]
    for doc in docs:
        if doc["kind"] == "log:note:erased":
            orders[doc["facts"].get("entry"), doc["facts"].get("note")] = doc["seq"]
    for doc in (line.doc for line in export.entries[: fault - 1] if line.doc):
        seq = doc["seq"]
        for name, digest in doc["notes"].items():
            rows = left.pop((seq, name), [])
            if not rows:
                findings.append(Finding("note_missing", seq, seq, name))
            elif rows[0][1] is None:
                order = orders.get((str(seq), name), 0)
                erased.append((seq, name, order if order > seq else 0))
                if order <= seq:
                    findings.append(Finding("note_erased_silently", seq, seq, name))
            elif not note_holds(name, digest, *rows[0]):
                findings.append(Finding("note_mismatch", seq, seq, name))
            if len(rows) > 1:
                findings.append(Finding("note_mismatch", seq, seq, name))
    findings += [Finding("note_mismatch", seq, seq, name) for seq, name in left if seq < fault]
    return findings, sorted(erased)


def note_holds(name: str, digest: str, salt: str, words: str | None) -> bool:
    """Whether salt and words give the digest that the entry holds."""
    if not fits("([0-9a-f]{2})*", salt):
        return False
    data = bytes.fromhex(salt) + name.encode() + b"\0" + (words or "").encode()
    return hashlib.sha256(b"gongkai audit note v1\n" + data).hexdigest() == digest


# ---------------------------------------------------------------- checkpoints


class Mark(NamedTuple):
    """A checkpoint: log id, number of entries, root of the tree over them."""

    origin: str
    size: int
    root: bytes


def strict_base64(text: str) -> bytes:
    """Bytes of base64 in its one correct spelling."""
    data = base64.b64decode(text, validate=True)
    return data if base64.b64encode(data).decode() == text else refuse("base64")


def open_note(note: str, keys: list[Key] | None) -> tuple[Mark, str]:
    """The checkpoint in a signed note and the fault of its signatures ("": none)."""
    text, gap, block = note.rpartition("\n\n")
    lines = text.split("\n")
    if not gap or not block.endswith("\n") or len(lines) < 3 or "" in lines:
        refuse("not a checkpoint")
    root = strict_base64(lines[2])
    if len(root) != 32 or not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1], re.ASCII):
        refuse("not a checkpoint")
    fault = "checkpoint_unknown_key"
    for line in block[:-1].split("\n"):
        shape = re.fullmatch(r"— ([^\s+]+) (\S+)", line) or refuse("signature line")
        name, data = shape[1], strict_base64(shape[2])
        if len(data) < 5:
            refuse("signature line")
        for key in keys or []:
            if key.identifier(name) == data[:4] and fault != "checkpoint_forged":
                good = key.signed(data[4:], (text + "\n").encode())
                fault = "" if good else "checkpoint_forged"
    return Mark(lines[0], int(lines[1]), root), "" if keys is None else fault


def split_anchors(text: str) -> list[str]:
    """The signed notes of an anchor file; odd pieces stay odd and are counted later."""
    notes, current, state = [], list[str](), "text"
    for line in [*text.replace("\r", "").split("\n"), ""]:
        signature = line.startswith("— ")
        if current and not signature and (state == "signed" or (state == "gap" and line)):
            notes.append("\n".join(current) + "\n")
            current, state = [], "text"
        if signature and state != "signed":
            current += [""]
        if line:
            current.append(line)
        state = "signed" if signature else "text" if line else "gap"
    return [*notes, "\n".join(current)] if current else notes


def roots(leaves: list[bytes], sizes: set[int]) -> dict[int, bytes]:
    """RFC 6962 roots over the first n leaves, for each n wanted."""
    found = {0: hashlib.sha256(b"").digest()}
    stack: list[tuple[int, bytes]] = []  # (leaves below, hash), large to small
    for count, leaf in enumerate(leaves, 1):
        stack.append((1, hashlib.sha256(b"\0" + leaf).digest()))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (width, right), (_, left) = stack.pop(), stack.pop()
            stack.append((2 * width, hashlib.sha256(b"\1" + left + right).digest()))
        if count in sizes:
            node = stack[-1][1]
            for _, left in stack[-2::-1]:
                node = hashlib.sha256(b"\1" + left + node).digest()
            found[count] = node
    return found


class Judge:
    """Compares checkpoints and anchors with the tree over the good entries."""

    def __init__(self, export: Export, keys: list[Key] | None) -> None:
        """Judge chain and notes first."""
        self.keys = keys
        self.chain = Chain(export.entries)
        self.leaves = [line.digest for line in export.entries[: self.chain.good]]
        notes, self.erased = judge_notes(export, self.chain.good + 1 if self.chain.torn else sys.maxsize)
        self.findings = export.findings + self.chain.findings + notes
        self.remarks = export.remarks
        self.longest = 0
        self.usable: list[tuple[Mark, bool]] = []
        self.agreeing, self.anchored, self.interval = 0, 0, list[int]()
        self.judge_header(export.header)

    def judge_header(self, header: dict[str, Any]) -> None:
        """The header's size, last hash and log id against the entries."""
        if not header or self.chain.torn:
            return
        count = len(self.leaves)
        self.longest = header["size"]
        last = self.leaves[-1].hex() if self.leaves else "0" * 64
        log_id = self.chain.spans[-1].log_id if self.chain.spans else ""
        if self.longest <= count and (header["size"], header["head"]) != (count, last):
            self.findings.append(Finding("head_mismatch", max(count, 1), 0))
        elif self.longest == count and count and header["log_id"] != log_id:
            self.findings.append(Finding("head_mismatch", count, 0))

    def gather(self, notes: list[str], outside: bool) -> None:
        """Take checkpoints (or anchors) that can be compared; the others become findings."""
        odd = 0
        for note in notes:
            try:
                mark, fault = open_note(note, self.keys)
            except (ValueError, TypeError):
                odd += 1
                continue
            if fault:
                self.findings.append(Finding(fault, 0, mark.size))
            elif self.comparable(mark):
                self.usable.append((mark, outside))
        if odd and outside and odd < len(notes):
            self.remarks.append(f"锚点文件里有 {odd} 条读不懂 / {odd} unreadable anchors skipped")
        elif odd:
            self.findings.append(Finding("checkpoint_unreadable", 0, 0, str(odd)))

    def comparable(self, mark: Mark) -> bool:
        """Whether the tree reaches this checkpoint; what it means if not is noted."""
        spans, torn, count = self.chain.spans, self.chain.torn, len(self.leaves)
        index = next((i for i, span in enumerate(spans) if span.log_id == mark.origin), None)
        if spans and index is None:
            if not torn:
                self.findings.append(Finding("checkpoint_other_log", 0, mark.size, mark.origin))
            return False
        if index is not None and index + 1 < len(spans) and mark.size >= spans[index + 1].first:
            span = spans[index + 1]
            other = mark.size == span.lost and span.lost_root not in ("", mark.root.hex())
            if mark.size > span.lost or other:
                self.findings.append(Finding("undeclared_loss", span.first, mark.size))
            return False
        if not torn:
            self.longest = max(self.longest, mark.size)
        return mark.size <= count

    def decide(self) -> None:
        """Compare roots; name the interval and the cut tail."""
        known = roots(self.leaves, {mark.size for mark, _ in self.usable})
        wrong = [mark.size for mark, _ in self.usable if known[mark.size] != mark.root]
        right = [(mark.size, outside) for mark, outside in self.usable if known[mark.size] == mark.root]
        self.agreeing = max((size for size, _ in right), default=0)
        self.anchored = max((size for size, outside in right if outside), default=0)
        if wrong:
            end = min(wrong)
            start = max((size for size, _ in right if size < end), default=0)
            self.interval = [start, end]
            self.findings.append(Finding("rewritten", start + 1, max(end, 1)))
        if self.longest > len(self.leaves):
            self.findings.append(Finding("cut_tail", len(self.leaves) + 1, self.longest))


# ---------------------------------------------------------------- what is said

WORDS = {  # of two findings about one entry, the earlier here is named first
    "unreadable": ("文件读不懂：{2}（第 {0} 条附近）", "file not readable: {2} (near entry {0})"),
    "changed": ("第 {0} 条被改动过", "entry {0} was changed"),
    "missing": ("缺第 {0} 条到第 {1} 条", "entries {0} to {1} are missing"),
    "reordered": ("第 {0} 条的次序被动过", "entry {0} is not in its place"),
    "malformed": ("第 {0} 条不是规定的格式：{2}", "entry {0} is malformed: {2}"),
    "wrong_log": ("第 {0} 条不属于这份存证", "entry {0} belongs to another log"),
    "time_falling": ("第 {0} 条的时间早于前一条", "entry {0} is earlier than the one before"),
    "note_mismatch": ("第 {0} 条的附注 {2} 与摘要不符", "note {2} of entry {0} does not match"),
    "note_missing": ("第 {0} 条的附注 {2} 不见了", "note {2} of entry {0} is gone"),
    "note_erased_silently": ("第 {0} 条的附注 {2} 被抹除而没有记录", "note {2} of entry {0} erased silently"),
    "cut_tail": ("尾部被截：第 {0} 到 {1} 条曾经存在", "tail cut: entries {0} to {1} existed"),
    "rewritten": ("第 {0} 到 {1} 条之间被改写过", "rewritten somewhere in entries {0} to {1}"),
    "undeclared_loss": (
        "恢复时丢失第 {0} 到 {1} 条，未如实写明",
        "restore lost entries {0} to {1}, not declared",
    ),
    "head_mismatch": ("最后一条（第 {0} 条）与文件头不符", "last entry ({0}) does not match the header"),
    "checkpoint_unreadable": ("{2} 个检查点读不懂", "{2} checkpoints are unreadable"),
    "checkpoint_forged": ("到第 {1} 条的检查点签名无效", "checkpoint at {1}: signature is wrong"),
    "checkpoint_unknown_key": (
        "到第 {1} 条的检查点不是这个公钥签的",
        "checkpoint at {1}: signed by another key",
    ),
    "checkpoint_other_log": ("到第 {1} 条的检查点属于 {2}", "checkpoint at {1} belongs to {2}"),
}


def report(judge: Judge, entries: int) -> dict[str, Any]:
    """The result for programs."""
    rank = {reason: place for place, reason in enumerate(WORDS)}
    about_entries = [finding for finding in judge.findings if finding.seq]
    first = min(about_entries, key=lambda one: (one.seq, rank[one.reason])) if about_entries else None
    return {
        "ok": not judge.findings,
        "entries": entries,
        "first_bad": {"seq": first.seq, "last": first.last or first.seq, "reason": first.reason}
        if first
        else None,
        "interval": judge.interval or None,
        "problems": [finding._asdict() for finding in judge.findings],
        "erased": [{"seq": seq, "name": name, "ordered_by": order} for seq, name, order in judge.erased],
        "losses": [
            {"log_id": old.log_id, "first": new.first, "last": new.lost}
            for old, new in zip(judge.chain.spans, judge.chain.spans[1:])  # noqa: B905 - Python 3.9 has no strict
            if new.lost >= new.first
        ],
        "covered": judge.agreeing,
        "anchored": judge.anchored,
        "remarks": judge.remarks,
    }


def sentences(judge: Judge, result: dict[str, Any]) -> list[str]:
    """The result for people, Chinese and English."""
    lines = []
    for finding in sorted(judge.findings, key=lambda one: (one.seq == 0, one.seq))[:50]:
        values = (finding.seq, finding.last or finding.seq, finding.detail)
        lines.append("✗ " + " / ".join(words.format(*values) for words in WORDS[finding.reason]))
    if result["interval"]:
        a, b = result["interval"]
        lines.append(f"  区间：与第 {a} 条的检查点相符，与第 {b} 条的不符 / agrees at {a}, differs at {b}")
    for note in result["erased"]:
        order = note["ordered_by"] or "—"
        lines.append(
            f"  已抹除：第 {note['seq']} 条的附注 {note['name']}，见第 {order} 条"
            f" / erased: note {note['name']} of entry {note['seq']}, by entry {order}"
        )
    for loss in result["losses"]:
        span = f"{loss['log_id']} {loss['first']}-{loss['last']}"
        lines.append(f"! 记录自己写明恢复时丢失：{span} / the log says that a restore lost: {span}")
    lines += [f"  {remark}" for remark in result["remarks"]]
    if not result["problems"]:
        lines.append(f"✓ 记录完整，到第 {result['entries']} 条 / whole up to entry {result['entries']}")
    lines.append(
        f"  检查点证明到第 {result['covered']} 条，外部锚点到第 {result['anchored']} 条"
        f" / checkpoints prove up to {result['covered']}, outside anchors up to {result['anchored']}"
    )
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Run the check; gives the exit code."""
    parser = argparse.ArgumentParser(description="核对导出的存证 / check an exported audit log")
    parser.add_argument("export", type=Path, help="导出文件 / the export")
    parser.add_argument("--key", type=Path, help="公钥文件 / public key file")
    parser.add_argument("--anchor", type=Path, action="append", default=[], help="锚点文件 / anchor file")
    parser.add_argument("--json", action="store_true", help="给程序读 / for programs")
    options = parser.parse_args(arguments)
    try:
        keys = read_keys(options.key.read_text("utf-8")) if options.key else None
        anchors = [
            note for path in options.anchor for note in split_anchors(path.read_text("utf-8", "replace"))
        ]
        export = Export().read(options.export)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"没法核对 / cannot check: {type(error).__name__}: {error}\n")
        return 2
    judge = Judge(export, keys)
    if keys is None:
        judge.remarks.append("没有公钥，签名没有检查 / no key given: signatures were not checked")
    if judge.chain.newer:
        judge.remarks.append(
            f"{judge.chain.newer} 条是新版本的格式 / entries of a newer version, partly checked"
        )
    judge.gather(export.checkpoints, outside=False)
    judge.gather(anchors, outside=True)
    judge.decide()
    result = report(judge, len(export.entries))
    lines = [json.dumps(result, ensure_ascii=False)] if options.json else sentences(judge, result)
    sys.stdout.buffer.write(("\n".join(lines) + "\n").encode())
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
