"""After an unknown outcome: is it in the account's list? What the list proves and what it does not.

Weibo has no key of ours to look for and gives the five newest posts only, so a post is known by its words.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.contract import URL, Absent, Article, Journal, NeedsHand, NotYet, StepRecord
from channels.reading import comparable
from channels.weibo.checks import PROFILE, expected_text
from channels.weibo.codes import BEIJING
from channels.weibo.wire import Api, Post

TOLERANCE = timedelta(seconds=60)
"""How far the platform's clock may be behind ours."""
SETTLE = timedelta(seconds=PROFILE.call_timeout_s + PROFILE.settle_s)
REFUSE_TO_REPEAT = frozenset({"20019", "20111", "20032"})
"""The platform's own word that the text is there: "not in the list" is no answer to it."""
ANSWERS = ("answer-1", "answer-2")
FIRST_TRY = "first-try"
"""Notes in the journal, kept from the first time on: coded answers that leave it open, and the first attempt."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """What two lists showed: the post, whether they go back far enough, an older post of the same words."""

    match: Post | None
    complete: bool
    older: Post | None = None


def search(
    api: Api, article: Article, journal: Journal, step: StepRecord, url: Callable[[str], str]
) -> Post | Absent | NotYet | NeedsHand:
    """The post of the same words made since the first attempt, or what its absence from the list means.

    Absent only when the list goes back to the last attempt; earlier attempts were settled before it. Where the
    platform itself said that the text is there, or answered twice with a code that leaves it open, "not
    found" goes to a person. Raises `Unavailable` and others when there is no list.
    """
    first = noted(journal, FIRST_TRY)
    since = datetime.fromisoformat(first) if first else step.started_at
    sight = _look(api, article, since - TOLERANCE, step.started_at - TOLERANCE)
    if sight.match:
        return sight.match
    said = [code for name in ANSWERS if (code := noted(journal, name))]
    if len(said) == len(ANSWERS) or REFUSE_TO_REPEAT.intersection(said):
        return _ask_person(sight.older, url) if journal.now > step.started_at + SETTLE else NotYet(120)
    if sight.complete:
        return Absent()
    return NeedsHand("账号在这之后又发了 5 条以上，列表里看不到更早的。请打开微博查找这一条")


def _look(api: Api, article: Article, since: datetime, reach: datetime) -> _Sight:
    """Search what was made since `since` in a list that must go back to `reach`.

    How the platform combines "only this app" with its limit of five is not documented, so a list that
    doesn't go back far enough is asked for once more without it.
    """
    older: Post | None = None
    for only_ours in (True, False):
        timeline = api.timeline(only_ours=only_ours)
        alike = [post for post in timeline.posts if same(article, post)]
        recent = [post for post in alike if post.created_at >= since]
        if recent:
            return _Sight(recent[-1], complete=True)
        older = older or next(iter(alike), None)
        if timeline.posts and timeline.posts[-1].created_at < reach:
            return _Sight(None, complete=True, older=older)
        if not only_ours and timeline.total is not None:
            return _Sight(None, complete=timeline.total <= len(timeline.posts), older=older)
    return _Sight(None, complete=False, older=older)


def _ask_person(older: Post | None, url: Callable[[str], str]) -> NeedsHand:
    words = "微博的答复说可能已经发出，但列表里没有这次发出的。请打开微博查找这一条，再点“在”或“不在”"
    if older:
        made = older.created_at.astimezone(BEIJING)
        words += f"。{made:%m月%d日 %H:%M} 有一条文字相同的：{url(older.remote_id)}"
    return NeedsHand(words)


def same(article: Article, post: Post) -> bool:
    """Whether a listed post says what the article says: the words without links, and a picture or none."""
    return comparable(words_of(post)) == comparable(expected_text(article)) and post.has_picture == bool(
        article.images
    )


def words_of(post: Post) -> str:
    """The words of a listed post without its links."""
    return URL.sub("", html.unescape(post.text))


def note(journal: Journal, name: str, value: str) -> None:
    """Keep one word with the posting. Nothing is called outside; a word that is kept already stays."""
    journal.once(name, "", lambda: {"value": value}, repeatable=True)


def noted(journal: Journal, name: str) -> str:
    """A word kept with the posting, or ""."""
    kept = journal.step(name)
    return kept.result.get("value", "") if kept else ""
