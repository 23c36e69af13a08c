"""Who may do what in which state, written by hand; the product does not read it.

One letter a role: D drafter, E editor, C content reviewer, S secrecy reviewer, P approver, O disclosure office,
A system administrator, G security administrator, U auditor.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ROLES = {
    "D": "drafter",
    "E": "editor",
    "C": "content_reviewer",
    "S": "secrecy_reviewer",
    "P": "approver",
    "O": "disclosure_office",
    "A": "administrator",
    "G": "security_administrator",
    "U": "auditor",
}
ALL, CHAIN, READERS = "DECSPOAGU", "DECSPO", "DECSPOU"

OPEN = {
    *("GET /static/{name}", "GET /language/{lang}", "GET /login", "POST /login"),
    *("GET /login/code", "POST /login/code", "GET /first-run", "POST /first-run"),
}
"""Before anybody has signed in. Each has tests of its own."""

PAGES: dict[str, str] = {  # page → who sees it; everybody else is refused, and that is on record
    "/": ALL,
    "/more": ALL,
    "/help": ALL,
    "/help/codes": ALL,
    "/own": ALL,
    "/own/password": ALL,
    "/own/second-factor": ALL,
    "/own/tokens": ALL,
    "/items": READERS,
    "/items/new": "DE",
    "/items/import": "DE",
    "/items/{item_id}": READERS,
    "/items/{item_id}/edit": "DE",
    "/items/{item_id}/discard": "DE",
    "/items/{item_id}/compare": READERS,
    "/items/{item_id}/files/{digest}": READERS,
    "/items/{item_id}/withdraw": READERS,
    "/items/{item_id}/correct": "DE",
    "/items/{item_id}/expunge": READERS,
    "/audit": ALL,
    "/audit/{seq}": ALL,
    "/audit/people/{name}": ALL,
    "/calendar": READERS,
    "/reports": READERS,
    "/reports/ledger": READERS,
    "/reports/ledger.csv": READERS,
    "/reports/ledger.xlsx": READERS,
    "/reports/withheld": READERS,
    "/reports/withdrawn": READERS,
    "/review": READERS,
    "/review/{digest}": READERS,
    "/review/{digest}/sheet": READERS,
    "/review/{digest}/secrecy-sheet": READERS,
    "/review/{digest}/paper": READERS,
    "/review/{digest}/paper/{paper_id}/scan": READERS,
    "/postings": READERS,
    "/postings/board": READERS,
    "/postings/{posting_id}": READERS,
    "/parts/{part_id}": READERS,
    "/parts/{part_id}/evidence/{digest}": READERS,
    "/strangers": READERS,
    "/stop": CHAIN + "A",
    "/channels": CHAIN + "AU",
    "/channels/{name}": CHAIN + "AU",
    "/settings": "ECSPOAGU",
    "/settings/health": "ECSPOAGU",
    "/settings/channels/{name}": "ECSPOAGU",
    "/settings/{area}": "ECSPOAGU",
    "/people": "AGU",
    "/people/new": "A",
    "/people/{name}": "AGU",
    "/people/{name}/leave": "A",
}

REVISION = (
    "draft submitted urgent reviewed referred cleared approved scheduled released withdrawing withdrawn"
)
REVISION_STATES = (*REVISION.split(), "withheld", "returned", "superseded", "held")
"""`draft` has no revision; `urgent` is submitted as urgent; `held` is approved and held; `released` was urgent and
waits for its second look."""
POSTING_STATES = (
    *("waiting", "queued", "sending", "accepted", "unknown"),
    *("held", "by_hand", "failed", "out", "cancelled"),
)
PART_STATES = (
    *("published", "verified", "differs", "missing", "replaced"),
    *("lost", "withdrawing", "withdraw_by_hand", "withdrawn", "unremovable"),
)
CHANNEL_STATES = ("open", "paused", "frozen")


@dataclass(frozen=True)
class Form:
    """One form: what it is about, who may send it, in which states it is done, what it carries beside.

    In every other pair of role and state it is refused and nothing changes. `done` False: what it does asks a
    platform, and it is done in tests of its own; here everybody else is refused.
    """

    path: str
    about: str
    roles: str
    states: str = ""
    fields: dict[str, object] = field(default_factory=dict)
    done: bool = True


CHECKS = ["politics", "law", "policy", "secrecy", "language"]
WHY = {"opinion": "理由写在这里", "reference": "依据写在这里", "reason": "理由写在这里", "checks": CHECKS}

FORMS: tuple[Form, ...] = (
    # ---- review: /review/{digest}/{name}
    Form("/review/{digest}/pass", "revision", "C", "submitted", WHY),
    Form("/review/{digest}/clear", "revision", "S", "reviewed referred", WHY),
    Form("/review/{digest}/refer", "revision", "S", "reviewed", WHY),
    Form("/review/{digest}/sign", "revision", "P", "cleared", WHY),
    Form("/review/{digest}/urgent", "revision", "P", "urgent", WHY),
    Form("/review/{digest}/second-look", "revision", "CS", "released", WHY),
    Form(
        "/review/{digest}/withhold",
        "revision",
        "S",
        "submitted urgent reviewed referred cleared approved scheduled held",
        {**WHY, "reason": "privacy"},
    ),
    Form("/review/{digest}/return", "revision", "C", "submitted", WHY),
    Form("/review/{digest}/return", "revision", "S", "reviewed referred", WHY),
    Form("/review/{digest}/return", "revision", "P", "urgent cleared", WHY),
    Form("/review/{digest}/recall", "revision", "", "", WHY),  # the drafter's own, who is none of these
    Form("/review/{digest}/revoke", "revision", "P", "approved scheduled held", WHY),
    Form(
        "/review/{digest}/hold",
        "revision",
        CHAIN,
        "submitted urgent reviewed referred cleared approved scheduled released withdrawing",
        WHY,
    ),
    Form("/review/{digest}/resume", "revision", "P", "held", WHY),
    Form("/review/{digest}/paper", "revision", "DEO", "", {"act": "sign_off"}, done=False),
    Form("/review/{digest}/paper/{paper_id}/confirm", "paper", "ESO"),  # C may, but signed it
    Form("/review/{digest}/paper/{paper_id}/refuse", "paper", "ESO", "", WHY),
    # ---- the calendar
    Form("/calendar/{digest}/time", "time", "E", "approved scheduled held", {"now": "1", "anyway": "1"}),
    Form("/calendar/{digest}/unschedule", "time", "E", "scheduled"),
    # ---- items
    Form("/items/new", "nothing", "DE", "", {"once": "0123456789abcdef0123456789abcdef"}, done=False),
    Form("/items/import", "nothing", "DE", "", {}, done=False),
    Form("/items/{item_id}/edit", "item", "DE", "draft", {}, done=False),
    Form("/items/{item_id}/autosave", "item", "DE", "draft", {}, done=False),
    Form("/items/{item_id}/preview", "item", "DE", "", {}, done=False),
    Form("/items/{item_id}/clean", "item", "DE", "", {}, done=False),
    Form("/items/{item_id}/discard", "item", "DE", "draft"),
    Form(
        "/items/{item_id}/reopen",
        "item",
        "DE",
        "draft returned withheld withdrawn superseded",
        {},
        done=False,
    ),
    Form("/items/{item_id}/withdraw", "item", "P", "released", WHY),
    Form("/items/{item_id}/withdraw", "item", CHAIN, "released", {**WHY, "leak": "1"}),
    Form("/items/{item_id}/confirm-leak", "item", "P", "", WHY),  # nobody has reported one
    Form("/items/{item_id}/correct", "item", "DE", "released", {"note": "更正说明写在这里"}),
    Form("/items/{item_id}/expunge", "item", "SP", "", WHY, done=False),
    Form("/items/{item_id}/expunge/confirm", "item", "SP", "", {}, done=False),
    # ---- postings and parts
    Form("/postings/{posting_id}/retry", "posting", "E", "failed", WHY),
    Form("/postings/{posting_id}/hold", "posting", CHAIN, "waiting queued failed", WHY),
    Form("/postings/{posting_id}/resume", "posting", "P", "held", WHY),
    Form("/postings/{posting_id}/cancel", "posting", "E", "waiting queued held failed by_hand", WHY),
    Form("/postings/{posting_id}/open-gate", "posting", "P", "waiting", WHY),
    Form("/postings/{posting_id}/confirm", "posting", "E", "", WHY, done=False),
    Form("/postings/{posting_id}/deny", "posting", "ECSP", "", WHY, done=False),
    Form("/parts/{part_id}/accept", "part", "C", "", WHY, done=False),
    Form("/parts/{part_id}/attest", "part", "E", "", WHY, done=False),
    Form("/parts/{part_id}/gone", "part", "E", "", WHY, done=False),
    Form("/parts/{part_id}/unremovable", "part", "P", "withdraw_by_hand", WHY),
    # ---- channels
    Form("/channels/{name}/pause", "channel", "EPA", "open", WHY),
    Form("/channels/{name}/resume", "channel", "EPA", "paused", WHY),
    Form("/channels/{name}/freeze", "channel", CHAIN + "A", "open paused", WHY),
    Form("/channels/{name}/unfreeze", "channel", "P", "frozen", WHY),
    Form("/channels/{name}/probe", "channel", "EPA", "", {}, done=False),
    Form("/channels/{name}/authorise", "channel", "EPA", "", {}, done=False),
    Form("/channels/{name}/authorise/answer", "channel", "EPA", "", {}, done=False),
    Form("/stop", "nothing", CHAIN + "A", "", {"what": "all", **WHY}, done=False),
    Form("/stop/lift", "nothing", "P", "", {"channel": "", **WHY}, done=False),
    Form("/strangers", "nothing", "EP", "", {"channel": "weibo", "remote_id": "1", **WHY}, done=False),
    # ---- people and settings
    Form("/people/new", "nothing", "A", "", {}, done=False),
    Form("/people/{name}", "person", "A", "", {}, done=False),
    Form("/people/{name}/return", "person", "A", "", {}, done=False),
    Form("/people/{name}/leave", "person", "A", "", {}, done=False),
    Form("/people/{name}/confirm", "person", "G", "", {"answer": "agree"}, done=False),
    Form("/people/{name}/reset", "person", "AG", "", {}, done=False),
    Form("/people/{name}/unlock", "person", "AG", "", {}, done=False),
    Form("/people/{name}/sessions", "person", "AG", "", {}, done=False),
    Form("/people/{name}/second-factor", "person", "AG", "", {}, done=False),
    Form("/people/{name}/mandates", "person", "AG", "", {}, done=False),
    Form("/people/{name}/mandates/1/end", "person", "AG", "", {}, done=False),
    Form("/settings/channels/{name}", "channel", "A", "", WHY, done=False),
    Form("/settings/restore", "nothing", "EPA", "", {"area": "words", "version": "1", **WHY}, done=False),
    Form("/settings/{area}", "area", "A", "", WHY, done=False),
    # ---- the record
    Form("/audit/verify", "nothing", ALL, "", {}, done=False),
    Form("/audit/export", "nothing", "AU", "", {}, done=False),
    # ---- everybody's own
    Form("/logout", "nothing", ALL, "", {}, done=False),
    Form("/own/password", "nothing", ALL, "", {}, done=False),
    Form("/own/sessions/end", "nothing", ALL, "", {}, done=False),
    Form("/own/second-factor", "nothing", ALL, "", {}, done=False),
    Form("/own/tokens", "nothing", ALL, "", {}, done=False),
    Form("/own/tokens/{token_id}/revoke", "nothing", ALL, "", {}, done=False),
)
