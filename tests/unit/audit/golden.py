"""Writes `tests/golden/audit/`: one small log, and five ways to damage it. Run as a module to renew.

The format is final: these files change only together with a new format version.
"""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from publisher.audit.anchor import append_anchor
from publisher.audit.chain import epoch_draft
from publisher.audit.entries import EntryDraft, Outcome, StoredNote, erasing_draft
from tests.unit.audit.logs import KEY, LOG, NOW, ROOT, Log, salt

FOLDER = ROOT / "tests" / "golden" / "audit"
BODY = "slj"
REASON = "第二页有住户姓名，请删去"
REVISION = {"revision": "7f3a91c2" * 8}
EXPECTED = {
    "changed": {"first_bad": {"seq": 3, "last": 3, "reason": "changed"}, "interval": None},
    "deleted": {"first_bad": {"seq": 4, "last": 4, "reason": "missing"}, "interval": None},
    "reordered": {"first_bad": {"seq": 3, "last": 3, "reason": "reordered"}, "interval": None},
    "cut": {"first_bad": {"seq": 5, "last": 6, "reason": "cut_tail"}, "interval": None},
    "recomputed": {"first_bad": {"seq": 3, "last": 4, "reason": "rewritten"}, "interval": [2, 4]},
}


def golden_log() -> Log:
    """Six entries: opening, submitted, returned, a refusal, an erasing, an act of the system."""
    log = Log()
    log.add(epoch_draft(log.head, actor="zhou.admin", os_user="gongkai"), log_id=LOG)
    drafts = (
        EntryDraft(
            kind="item:revision:submitted",
            actor="gu.gong",
            subject="item:0318",
            os_user="gongkai",
            body=BODY,
            digests=REVISION,
            facts={"state": "submitted", "proof": "password"},
            notes={"title": "2026年10月饮用水水质公示"},
        ),
        EntryDraft(
            kind="item:revision:returned",
            actor="qin.kezhang",
            subject="item:0318",
            os_user="gongkai",
            body=BODY,
            digests=REVISION,
            facts={"state": "returned", "proof": "password"},
            notes={"reason": REASON},
        ),
        EntryDraft(
            kind="item:revision:pass_refused",
            actor="gu.gong",
            subject="item:0318",
            os_user="gongkai",
            outcome=Outcome.REFUSED,
            body=BODY,
            digests=REVISION,
            facts={"act": "pass_content", "rule": "reviewer_is_drafter"},
        ),
    )
    for draft in drafts:
        log.add(draft)
        if draft is drafts[0]:
            log.checkpoints.append(log.checkpoint())
    log.checkpoints.append(log.checkpoint())
    reason = next(note for note in log.notes if note.name == "reason")
    log.add(erasing_draft(reason, actor="qin.kezhang", confirmed_by="lu.fujuzhang", os_user="gongkai"))
    log.notes[log.notes.index(reason)] = reason.erased()
    log.add(
        EntryDraft(
            kind="posting:posting:out",
            actor="system",
            subject="posting:77",
            on_behalf_of="lu.fujuzhang",
            body=BODY,
            facts={"channel": "city-portal", "remote_id": "t20261125_0318"},
            notes={"url": "http://slj.example.gov.cn/xxgk/t20261125_0318.html"},
        ),
        at=NOW + timedelta(seconds=2),
    )
    log.checkpoints.append(log.checkpoint())
    return log


def damaged(name: str) -> Log:
    """The golden log after one of the five acts."""
    log = golden_log()
    if name == "changed":
        log.edit(3, actor="gu.gong")
    elif name == "deleted":
        del log.entries[3]
    elif name == "reordered":
        log.entries[2], log.entries[3] = log.entries[3], log.entries[2]
    elif name == "cut":
        log.entries, log.checkpoints = log.entries[:4], log.checkpoints[:2]
        log.notes = [log.notes[0], golden_reason()]
        log.head = replace(log.head, size=4, entry_hash=log.entries[-1].entry_hash)
    else:
        log.edit(4, actor="qin.kezhang")
        log.recompute(4)
        log.checkpoints = log.checkpoints[:1]
    return log


def golden_reason() -> StoredNote:
    """The reason of entry 3 as it stood before it was erased."""
    return StoredNote(3, "reason", salt(3).hex(), REASON)


def write(folder: Path) -> None:
    """Writes all files."""
    folder.mkdir(parents=True, exist_ok=True)
    log = golden_log()
    log.export(folder / "export.jsonl")
    for name in EXPECTED:
        damaged(name).export(folder / f"{name}.jsonl")
    (folder / "key.txt").write_text(f"# 临澜市水利局 存证公钥（测试）\n{KEY.text}\n", "utf-8")
    (folder / "anchors.txt").unlink(missing_ok=True)
    for checkpoint in log.checkpoints[1:]:
        append_anchor(folder / "anchors.txt", checkpoint)
    text = json.dumps(EXPECTED, ensure_ascii=False, indent=2) + "\n"
    (folder / "expected.json").write_text(text, "utf-8")


if __name__ == "__main__":
    write(FOLDER)
