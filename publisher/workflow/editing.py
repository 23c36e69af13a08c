"""The editor's page 编辑: a draft with what is found in it, what is missing, and how each channel will show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from channels.contract import ChannelProfile
from channels.reading import plain
from publisher.domain.catalogue import WARNING_ELEMENTS, Bureau
from publisher.domain.clocks import business_day, due_for
from publisher.domain.errors import Problem, Reason, Refused, refuse
from publisher.domain.item import Content, ItemFile, content_from_json, content_problems, with_names
from publisher.domain.lifecycle import FINAL, RevisionState
from publisher.domain.people import Person, Role
from publisher.render.preview import Preview, preview_of
from publisher.screening.findings import RULES, Finding, Level, hard
from publisher.store.records import DraftRecord
from publisher.store.unit_of_work import Reading
from publisher.workflow.content_words import DETAILS, detail_label, finding_place, size_words
from publisher.workflow.edit import described
from publisher.workflow.screen import screen_content
from publisher.workflow.sight import item_for
from publisher.workflow.submit import versions_of

if TYPE_CHECKING:
    from publisher.domain.correction import Version
    from publisher.render.renderer import Renderer

UNNUMBERED = "送审时给出"
FIELD_OF_PLACE = {
    "标题": "title",
    "短标题": "short_title",
    "内容概述": "summary",
    "正文": "body",
    "关键词": "keywords",
    "来源": "content_source",
    "发文字号": "doc_no",
    "发文机关": "issuing_body",
    "发布机构": "responsible_body",
    "主题分类": "subject_class",
    "责任编辑": "responsible_editor",
    "附件标题": "attachments",
    "文件名": "attachments",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One finding as a card: how grave, what, where, what to do; masked values only. `answer` is what was written."""

    number: int
    rule: str
    level: Level
    what: str
    english: str
    where: str
    line: int
    masked: str
    advice: str
    answer: str
    hard: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class Live:
    """What changes while somebody writes. `points` are what is still to be mended, by field."""

    findings: tuple[Told, ...]
    points: Mapping[str, tuple[Problem, ...]]
    previews: tuple[Preview, ...]
    unseen: tuple[tuple[str, tuple[Problem, ...]], ...]
    """Channels that cannot be shown yet, and why."""

    chars: int
    due: date | None

    def of(self, level: Level) -> int:
        """How many findings of a level."""
        return sum(one.level is level for one in self.findings)

    @property
    def ready(self) -> bool:
        """Whether nothing keeps the draft from being submitted, but answers and the choice of a reviewer."""
        return not self.points and not any(one.hard for one in self.findings)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of the draft: whether the text shows the picture, and whether somebody said what it shows."""

    file: ItemFile
    size: str
    placed: bool
    described: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything on the editor's page. `others` are who is able to review, `leaders` to sign an urgent item."""

    item_id: str
    index_no: str
    title: str
    draft_id: str
    version: int
    saved_at: datetime
    saved_by: str
    based_on: int
    revisions: int
    content: Content
    answers: Mapping[str, str]
    files: tuple[FileRow, ...]
    details: tuple[tuple[str, str, str, bool], ...]
    bureau: Bureau
    reviewers: tuple[Person, ...]
    leaders: tuple[Person, ...]
    live: Live


@dataclass(frozen=True, slots=True)
class NoDraft:
    """The item has no open draft: where its last revision is, and whether it may be gone on with."""

    item_id: str
    title: str
    state: RevisionState | None
    may_reopen: bool


Tools = tuple["Renderer", Mapping[str, ChannelProfile]]


def desk_of(
    reading: Reading,
    now: datetime,
    person: Person,
    item_id: str,
    tools: Tools,
    *,
    typed: Content | None = None,
    answers: Mapping[str, str] | None = None,
) -> Desk | NoDraft:
    """An item's draft for its editor. `typed` is what the person has on the page where that is not what is stored.

    Raises `Refused` (not found) for an item that this person does not see.
    """
    record = item_for(reading, person, item_id)
    draft = reading.items.open_draft(record.id)
    revisions = reading.items.revisions(record.id)
    if draft is None:
        state = revisions[-1].state if revisions else None
        return NoDraft(record.id, record.title, state, state in FINAL)
    content = typed or content_from_json(draft.content)
    given = kept_answers(draft) if answers is None else answers
    earlier = versions_of(reading, record.id) if content.correction else ()
    saved_by = reading.people.get(draft.updated_by)
    able = {role: _able(reading, role, person) for role in (Role.CONTENT_REVIEWER, Role.APPROVER)}
    based_on = next((r.number for r in revisions if r.id == draft.based_on), 0)
    return Desk(
        item_id=record.id,
        index_no=record.index_no or "",
        title=record.title,
        draft_id=draft.id,
        version=draft.version,
        saved_at=draft.updated_at,
        saved_by=saved_by.display if saved_by else draft.updated_by,
        based_on=based_on,
        revisions=len(revisions),
        content=content,
        answers=given,
        files=tuple(
            FileRow(f, size_words(f.size), f.digest in content.body, described(f)) for f in content.files
        ),
        details=tuple(detail_rows(content, reading.bureau)),
        bureau=reading.bureau,
        reviewers=able[Role.CONTENT_REVIEWER],
        leaders=able[Role.APPROVER],
        live=live_of(reading.bureau, now, record.id, record.index_no or "", content, given, tools, earlier),
    )


def _able(reading: Reading, role: Role, person: Person) -> tuple[Person, ...]:
    return tuple(p for p in reading.people.with_role(role) if p.name != person.name)


def kept_answers(draft: DraftRecord) -> dict[str, str]:
    """The answers that were saved with a draft, by rule."""
    return {one["rule"]: one["answer"] for one in draft.findings if one.get("answer")}


def detail_rows(content: Content, bureau: Bureau) -> Iterator[tuple[str, str, str, bool]]:
    """Name, label, value and whether required, of each structured field that this kind may have."""
    kind = bureau.kinds.get(content.kind)
    required = kind.required_details if kind else ()
    given = dict(content.details)
    usual = WARNING_ELEMENTS if content.kind == "warning" else DETAILS
    for name in dict.fromkeys((*required, *given, *usual)):
        yield name, detail_label(name, content.kind), given.get(name, ""), name in required


def live_of(
    bureau: Bureau,
    now: datetime,
    item_id: str,
    index_no: str,
    content: Content,
    answers: Mapping[str, str],
    tools: Tools,
    earlier: tuple[Version, ...] = (),
) -> Live:
    """What the screen finds in a content, what is missing, and how each channel would show it now. Stores nothing."""
    today = business_day(now)
    content = with_names(content, bureau)
    findings = screen_content(cleared(content), today)
    points: dict[str, list[Problem]] = {}
    for problem in content_problems(content, bureau, today):
        points.setdefault(problem.field, []).append(problem)
    if content.expires_on is not None and content.expires_on <= today:
        late = Problem(
            "expires_on", "到期下线日期已经过了", f"晚于 {today}，或不写", "the day of expiry is past"
        )
        points.setdefault("expires_on", []).append(late)
    previews, unseen = _previews(bureau, item_id, index_no, content, tools, earlier)
    for preview in previews:
        for name, words in preview.faults:
            said = f"{bureau.label(preview.channel)}：{words}"
            points.setdefault(name, []).append(
                Problem(name, said, "改短或更换", f"{preview.channel}: over the limit")
            )
    kind = bureau.kinds.get(content.kind)
    due = due_for(kind.clock, content.formed_on, bureau.calendar).day if kind else None
    return Live(
        tuple(_tell(findings, answers, content.kind)),
        {name: tuple(found) for name, found in points.items()},
        tuple(previews),
        tuple(unseen),
        _length(content.body),
        due,
    )


def _length(body: str) -> int:
    return len("".join(plain(body).split()))


def _tell(findings: Sequence[Finding], answers: Mapping[str, str], kind: str) -> Iterator[Told]:
    """Each finding as a card; one answer stands for all of a rule, so only the first asks for it."""
    asked: set[str] = set()
    for number, finding in enumerate(findings, 1):
        told = _told(number, finding, answers, kind)
        yield replace(told, asks=False) if told.rule in asked else told
        asked.add(told.rule)


def _told(number: int, finding: Finding, answers: Mapping[str, str], kind: str) -> Told:
    card = RULES[finding.rule]
    is_hard = bool(hard((finding,)))
    return Told(
        number,
        finding.rule,
        finding.level,
        card.found_zh,
        card.found_en,
        finding_place(finding.place, kind),
        finding.line,
        finding.masked,
        finding.advice_zh,
        answers.get(finding.rule, ""),
        is_hard,
        not is_hard and finding.level is not Level.HINT,
    )


def _previews(
    bureau: Bureau, item_id: str, index_no: str, content: Content, tools: Tools, earlier: tuple[Version, ...]
) -> tuple[list[Preview], list[tuple[str, tuple[Problem, ...]]]]:
    renderer, profiles = tools
    previews: list[Preview] = []
    unseen: list[tuple[str, tuple[Problem, ...]]] = []
    whole = content.kind in bureau.kinds and content.column in bureau.columns and bool(content.title.strip())
    picture, own = picture_address(item_id), frozenset(file.digest for file in content.files)
    for name in content.channels:
        plan = bureau.channels.get(name)
        if plan is None:
            continue
        if not whole:
            unseen.append((name, ()))
            continue
        try:
            message = renderer.message(
                content, index_no=index_no or UNNUMBERED, plan=plan, profile=profiles[name], earlier=earlier
            )
            previews.append(preview_of(message, plan, profiles[name], picture, own))
        except Refused as why:
            unseen.append((name, why.problems))
    return previews, unseen


def picture_address(item_id: str) -> Callable[[str], str]:
    """Where the pictures of an item are looked at."""
    return lambda digest: f"/items/{item_id}/files/{digest}"


def file_of(reading: Reading, person: Person, item_id: str, digest: str) -> ItemFile:
    """A stored file of an item, of any of its drafts or revisions. Raises `Refused` for one that is not theirs."""
    record = item_for(reading, person, item_id)
    contents: list[Mapping[str, Any]] = [d.content for d in reading.items.drafts(record.id)]
    contents += [r.content for r in reading.items.revisions(record.id)]
    found = next((f for content in contents for f in content.get("files", ()) if f["digest"] == digest), None)
    if found is None:
        raise refuse(Reason.NOT_FOUND, "没有这个文件", field="file", english="no such file")
    return ItemFile(**found)


def cleared(content: Content) -> Content:
    """For the page: what only repeats the title is left empty, so that it follows when the title changes."""
    return replace(
        content,
        summary="" if content.title.startswith(content.summary) else content.summary,
        short_title="" if content.short_title == content.title else content.short_title,
    )
