"""A bureau with one thing in every state and one person in every role, kept as a template and opened many times."""

from __future__ import annotations

import io
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from PIL import Image

from publisher.domain.lifecycle import RevisionState
from publisher.domain.order import OrderScope
from publisher.domain.part import PartState
from publisher.domain.posting import ChannelState, PostingState
from publisher.web.console.app import console_app
from publisher.web.serving import served
from publisher.workflow import paper, review
from publisher.workflow.acts import Actor
from publisher.workflow.posting_story import shown_of, shown_of_part
from publisher.workflow.review import SignRequest
from publisher.workflow.reviewing import standing_of
from publisher.workflow.schedule import ScheduleRequest, schedule
from publisher.workflow.sessions import form_token
from publisher.workflow.slots import stamp
from publisher.workflow.staff import AddUserRequest, add_user
from tests.rights.table import CHANNEL_STATES, PART_STATES, POSTING_STATES, REVISION_STATES, ROLES
from tests.world import World, incoming, item_file, make_home, open_world

A_FEW = 20
HERE = {"Sec-Fetch-Site": "same-origin"}
UNCHANGING = ("log_", "sessions", "looks", "workers", "alembic", "sqlite")


@dataclass
class Things:
    """The keys of everything on the stage: by what it is, then by state."""

    revisions: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    postings: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    papers: dict[str, tuple[str, str]] = field(default_factory=dict)


def letter_name(letter: str) -> str:
    """The account that holds one role alone."""
    return f"role-{ROLES[letter].replace('_', '-')}"[:32]


def build(world: World) -> Things:
    """One person a role, one revision, posting, part and channel a state."""
    things = Things()
    _postings(world, things)
    _parts(world, things)
    for letter, role in ROLES.items():
        world.do("admin", add_user, AddUserRequest(letter_name(letter), letter_name(letter), (role,)))
        with world.office.store.read() as reading:
            person = reading.people.get(letter_name(letter))
        assert person is not None
        world.staff[letter] = Actor(replace(person, active=True))
    with world.office.store.write() as uow:
        for letter in ROLES:
            uow.people.change(letter_name(letter), active=True, roles=[ROLES[letter]])
        uow.commit()
    _revisions(world, things)
    _stand(world, things)
    _channels(world, things)
    return things


def _submitted(world: World, things: Things, state: str, *, urgent: bool = False) -> str:
    kind = "clarification" if urgent else "notice"
    item_id = world.draft(item_file(title=f"状态是 {state} 的通告", kind=kind))
    things.items[state] = item_id
    reviewer = letter_name("P" if urgent else "C")
    return world.submit(item_id, urgent=urgent, reviewer=reviewer).revision_id


def _to(world: World, digest: str, state: str) -> None:
    """Through the chain by the people of the stage."""
    steps = (
        ("reviewed", "C", review.pass_content),
        ("cleared", "S", review.clear_secrecy),
        ("approved", "P", review.sign_off),
    )
    for reached, letter, act in steps:
        world.do(letter, act, SignRequest(digest))
        if reached == state:
            return


def _revisions(world: World, things: Things) -> None:
    things.items["draft"] = world.draft(item_file(title="状态是 draft 的通告"))
    for state in REVISION_STATES[1:]:
        digest = _submitted(world, things, state, urgent=state in ("urgent", "released"))
        things.revisions[state] = digest
        if state in ("reviewed", "cleared", "approved"):
            _to(world, digest, state)
        elif state == "referred":
            _to(world, digest, "reviewed")
            world.do("S", review.refer_up, SignRequest(digest, reference="市保密局"))
        elif state in ("scheduled", "held", "withdrawing", "withdrawn", "superseded"):
            _to(world, digest, "approved")
        elif state == "withheld":
            world.do("S", review.withhold, SignRequest(digest, opinion="涉密", reference="条例第十四条"))
        elif state == "returned":
            world.do("C", review.return_revision, SignRequest(digest, opinion="请改"))
        elif state == "released":
            world.do("P", review.sign_off_urgent, SignRequest(digest, reference="常设 1"))
    world.do(
        "E", schedule, ScheduleRequest(things.revisions["scheduled"], world.clock.now + timedelta(days=3))
    )
    world.sweep()
    with world.office.store.write() as uow:
        uow.items.change_revision(things.revisions["held"], held=True)
        for state in ("withdrawing", "withdrawn", "superseded"):
            uow.items.change_revision(things.revisions[state], state=RevisionState(state))
        uow.commit()
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    item_id = world.draft(item_file(title="等纸签的通告"))
    digest = world.submit(item_id, reviewer=letter_name("C")).revision_id
    asked = paper.EnterPaperRequest(
        digest, "pass_content", letter_name("C"), date(2026, 11, 24), incoming("扫描.png", out.getvalue())
    )
    things.papers["waiting"] = (digest, world.do("D", paper.enter_paper, asked))


def _postings(world: World, things: Things) -> None:
    for state in POSTING_STATES:
        item_id, _ = world.released(item_file(title=f"推送 {state} 的通告", channels=["bureau-portal"]))
        (posting,) = world.postings(item_id).values()
        things.postings[state] = posting.id


def _stand(world: World, things: Things) -> None:
    """Each posting where it is to stand; nothing may sweep afterwards."""
    for state, key in things.postings.items():
        with world.office.store.write() as uow:
            needed = "请看一眼" if state in ("unknown", "accepted", "by_hand") else ""
            uow.postings.change(
                key,
                state=PostingState(state),
                person_needed=needed,
                gate_limit_at=world.clock.now - timedelta(hours=1),
            )
            uow.commit()


def _parts(world: World, things: Things) -> None:
    for state in PART_STATES:
        item_id, revision_id = world.released(
            item_file(title=f"篇 {state} 的通告", channels=["bureau-portal"])
        )
        (posting,) = world.postings(item_id).values()
        key = f"{posting.id}:0"
        things.parts[state] = key
        with world.office.store.write() as uow:
            uow.postings.change(posting.id, state=PostingState.OUT, out_at=world.clock.now)
            order = uow.parts.add_order(
                scope=OrderScope.ITEM,
                item_id=item_id,
                signed_by="qin",
                confirmed_by="qin",
                at=world.clock.now,
                reason="撤下",
            )
            uow.parts.add(
                id=key,
                posting_id=posting.id,
                position=0,
                item_id=item_id,
                revision_id=revision_id,
                channel="bureau-portal",
                state=PartState(state),
                remote_id=posting.id,
                url="http://127.0.0.1:1/x.html",
                level="",
                out_at=world.clock.now,
                next_look_at=None,
            )
            uow.parts.change(key, order_id=order)
            uow.commit()


def _channels(world: World, things: Things) -> None:
    names = dict(zip(CHANNEL_STATES, ("city-portal", "wechat", "weibo"), strict=True))
    things.channels = names
    with world.office.store.write() as uow:
        for state, name in names.items():
            uow.accounts.change_channel(name, state=ChannelState(state), since=world.clock.now)
        uow.accounts.begin_freeze("weibo", urgent_too=True, reason="演练", person="qin", now=world.clock.now)
        uow.commit()


@dataclass
class Stage:
    """The kept bureau: where its template is, its people's tokens, and the keys of its things."""

    folder: Path
    tokens: dict[str, str]
    things: Things
    opened: int = 0

    @contextmanager
    def open(self) -> Iterator[Show]:
        """A copy of it, on which something may change."""
        self.opened += 1
        home = self.folder.parent / f"copy-{self.opened}"
        make_home(self.folder, home, {})
        world = open_world(home, self.tokens)
        app = console_app(world.office, https=False)
        with ExitStack() as stack:
            stack.callback(world.close)
            base = stack.enter_context(served(app, "127.0.0.1", 0))
            show = Show(world, self.things, app, base)
            stack.callback(show.close)
            yield show


class Show:
    """One opened copy with a browser for each role."""

    def __init__(self, world: World, things: Things, app: FastAPI, base: str) -> None:
        self.world, self.things, self.app, self.base = world, things, app, base
        self.clients: dict[str, tuple[httpx.Client, str]] = {}
        self.sent: Counter[str] = Counter()

    def client(self, letter: str) -> tuple[httpx.Client, str]:
        """A signed-in browser of one role, and the form's field of its session."""
        self.sent[letter] += 1
        if (
            letter not in self.clients or self.sent[letter] % A_FEW == 0
        ):  # one session sends no more in a minute
            token = f"token-{self.sent[letter]}-of-{letter}".ljust(64, "0")
            with self.world.office.store.write() as uow:
                uow.sessions.begin(token, letter_name(letter), self.world.clock.now, address="", agent="")
                uow.commit()
            if letter in self.clients:
                self.clients[letter][0].close()
            client = httpx.Client(base_url=self.base, headers=HERE, cookies={"gongkai": token}, timeout=60)
            self.clients[letter] = (client, form_token(token))
        return self.clients[letter]

    def close(self) -> None:
        """Close the browsers."""
        for client, _ in self.clients.values():
            client.close()

    def get(self, letter: str, path: str) -> int:
        """The status of a page for one role."""
        client, _ = self.client(letter)
        return int(client.get(path).status_code)

    def post(self, letter: str, path: str, fields: dict[str, Any]) -> int:
        """The status of a form that one role sends, complete and fresh."""
        client, form = self.client(letter)
        return int(client.post(path, data={"form": form, **fields}).status_code)

    def shown(self, about: str, key: str) -> str:
        """What a fresh page of the thing puts into its forms."""
        with self.world.office.store.read() as reading:
            if about == "posting" and (posting := reading.postings.get(key)):
                return shown_of(posting)
            if about == "part" and (part := reading.parts.get(key)):
                return shown_of_part(part, reading.parts.proofs(part.id))
            revision = reading.items.revision(key)
            if about == "time":
                return stamp(revision.release_at) if revision else ""
            return standing_of(revision) if about == "revision" and revision else ""

    def everything(self) -> str:
        """All rows of all tables but the log, sessions and looks: what a refused act must leave as it is."""
        with sqlite3.connect(self.world.home / "gongkai.db") as base:
            names = [
                row[0]
                for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
            ]
            kept = [name for name in names if not name.startswith(UNCHANGING)]
            return json.dumps(
                {name: base.execute(f"SELECT * FROM {name}").fetchall() for name in kept},  # noqa: S608
                default=str,
            )
