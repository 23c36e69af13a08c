"""Attacks with somebody else's session: forged forms, pages that act, sessions fixed, kept or read, doors left open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from tests.attacks.instance import Browser, Instance
from tests.attacks.walk import paths, seen_by
from tests.attacks.weaken import FIXED
from tests.seats import PASSWORD, form_in, sign_in

Evidence = str | None
ELSEWHERE: tuple[Mapping[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "", "Origin": "null"},
    {"Sec-Fetch-Site": "", "Origin": "http://127.0.0.1.evil.example"},
    {"Sec-Fetch-Site": ""},
)
"""What browsers, new and old, say of a form on another site's page."""
TIMES = ("sessions", "looks", "workers", "meta")
"""What looking at a page may write: when a session was used, and who has had a revision before them."""
TRIES = 8


def forged_form(instance: Instance) -> Evidence:
    """A form on another site sends the browser's cookie along, with no token, or even with a right one."""
    at = instance.seat("ma")
    for headers in ELSEWHERE:
        for form in ("", at.form):
            answer = at.client.post("/own/tokens", data={"form": form, "name": "程序"}, headers=headers)
            if answer.status_code != 403:
                return f"{dict(headers)} was answered {answer.status_code}"
    return None


def every_form_forged(instance: Instance) -> Evidence:
    """No form of any route takes what carries no token."""
    at = instance.seat("ma")
    for route in instance.app.routes:
        if "POST" not in getattr(route, "methods", ()) or route.path in (
            "/login",
            "/login/code",
            "/first-run",
        ):
            continue
        path = route.path.replace("{", "").replace("}", "")
        answer = at.client.post(path, data={"reason": "x"})
        if answer.status_code != 403:
            return f"{route.path} was answered {answer.status_code}"
    return None


def token_of_another_session(instance: Instance) -> Evidence:
    """A form token from the attacker's own session."""
    mine, theirs = instance.seat("shen2").form, instance.seat("ma")
    for form in (mine, "", "0" * 64, mine.upper()):
        answer = theirs.client.post("/own/sessions/end", data={"form": form})
        if answer.status_code != 403:
            return f"answered {answer.status_code}"
    return None


def forged_sign_in(instance: Instance) -> Evidence:
    """Another site signs the victim in as the attacker, to see what they write."""
    for headers in ELSEWHERE:
        client = instance.browser(**headers)
        answer = client.post("/login", data={"name": instance.hire("zhu"), "password": PASSWORD})
        if answer.status_code == 303:
            return f"{dict(headers)} signed in"
    return None


def a_look_that_acts(instance: Instance) -> Evidence:
    """Every page is opened, also where only forms go; nothing in the store may change but when somebody was there."""
    at, _ = instance.seat("ma"), instance.enter("ma")
    before = _rows(instance)
    for ways in paths(instance).values():
        for path in ways[:2]:
            seen_by(instance, path)
    for route in instance.app.routes:
        path = getattr(route, "path", "")
        if "POST" in getattr(route, "methods", ()) and path not in ("/logout",):
            at.get(path.replace("{", "").replace("}", ""))
    at.get("/logout")
    changed = [name for name, rows in _rows(instance).items() if rows != before[name]]
    return f"changed: {changed}" if changed else None


def _rows(instance: Instance) -> dict[str, Any]:
    names = [r["name"] for r in instance.world.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {
        name: [tuple(row) for row in instance.world.rows(f"SELECT * FROM {name}")]  # noqa: S608
        for name in names
        if name not in TIMES
    }
    found["open sessions"] = [
        tuple(r) for r in instance.world.rows("SELECT id FROM sessions WHERE ended_at IS NULL")
    ]
    entries = instance.world.rows("SELECT seq FROM log_entries WHERE kind <> 'person:act:refused'")
    seqs = [tuple(row) for row in entries]
    notes = [row for row in found["log_notes"] if (row[0],) in set(seqs)]
    return {**found, "log_entries": seqs, "log_notes": notes}


def cookie_without_flags(instance: Instance) -> Evidence:
    """A script, another site or a plain connection gets at the session's cookie."""
    answer = sign_in(instance.browser(), instance.hire("zhu"), PASSWORD)
    given = answer.headers.get("set-cookie", "")
    missing = [
        flag for flag in ("HttpOnly", "SameSite=strict", "Path=/") if flag.lower() not in given.lower()
    ]
    return f"missing: {missing}" if missing else None


def session_fixed(instance: Instance) -> Evidence:
    """The browser comes with a session that the attacker chose; does signing in open that one?"""
    client = instance.browser()
    client.cookies.set("gongkai", FIXED.hex())
    sign_in(client, instance.hire("zhu"), PASSWORD)
    theirs = instance.browser()
    theirs.cookies.set("gongkai", FIXED.hex())
    return "the attacker's cookie opens it" if theirs.get("/own").status_code == 200 else None


def cookie_after_sign_out(instance: Instance) -> Evidence:
    """A cookie that was copied is used after its owner has signed out."""
    token = instance.enter(instance.hire("zhu"))
    victim, thief = instance.browser(), instance.browser()
    for client in (victim, thief):
        client.cookies.set("gongkai", token)
    form = form_in(victim.get("/own").text)
    assert victim.post("/logout", data={"form": form}).status_code == 303
    return "still open" if thief.get("/own").status_code == 200 else None


def passwords_tried(instance: Instance) -> Evidence:
    """One account, many passwords, the right one at last."""
    name = instance.hire("jia")
    client = instance.browser()
    answers = [sign_in(client, name, f"不对的口令 {n}") for n in range(TRIES)]
    assert all(answer.status_code == 403 for answer in answers)
    entered = sign_in(client, name, PASSWORD).status_code == 303
    _unlock(instance, name)
    return f"let in after {TRIES} wrong ones" if entered else None


def accounts_tried(instance: Instance) -> Evidence:
    """One address, many accounts, a few passwords each."""
    client = instance.browser()
    for n in range(21):
        sign_in(client, f"user{n}", PASSWORD)
    entered = sign_in(client, instance.hire("zhu"), PASSWORD).status_code == 303
    return "let in after 21 wrong accounts" if entered else None


def accounts_told_apart(instance: Instance) -> Evidence:
    """Do answers tell which accounts there are?"""
    said = []
    for name in (instance.hire("jia"), "nobodyhere"):
        client = instance.browser()
        answers = [sign_in(client, name, "不对的口令") for _ in range(TRIES)]
        said.append([(answer.status_code, answer.text.replace(name, "")) for answer in answers])
    _unlock(instance, "jia")
    return "an account is told from none" if said[0] != said[1] else None


def _unlock(instance: Instance, name: str) -> None:
    with instance.world.office.store.write() as uow:
        uow.people.change(name, failed=0, locked_until=None)
        uow.commit()


def forms_in_a_flood(instance: Instance) -> Evidence:
    """A session that sends forms as fast as it can."""
    at = instance.seat("an2")
    for _ in range(140):
        if at.post("/logout/nothing").status_code == 429:
            return None
        answer = at.post("/own/sessions/end", {"session": "0"})
        if answer.status_code == 429:
            return None
    return "never told to wait"


def another_room(instance: Instance) -> Evidence:
    """A drafter asks for the rooms of administrators."""
    name = instance.hire("zhu")
    client = instance.browser()
    client.cookies.set("gongkai", instance.enter(name))
    opened = [path for path in ("/people", "/people/ma", "/settings") if client.get(path).status_code == 200]
    return f"opened {opened}" if opened else None


def another_act(instance: Instance) -> Evidence:
    """A drafter lifts a stop, which only the approver may; the form is right."""
    client = instance.browser()
    client.cookies.set("gongkai", instance.enter(instance.hire("zhu")))
    at = Browser(client, form_in(client.get("/own").text))
    answer = at.post("/stop/lift", {"channel": "", "reason": "x"})
    if answer.status_code == 303:
        instance.seat("qin2").done("/stop", {"what": "all", "reason": "x"})
        return "lifted"
    return None


def items_of_others(instance: Instance) -> Evidence:
    """Somebody of a subordinate unit asks for the bureau's items by their ids, page by page, and for an act on one."""
    at = instance.seat("shui")
    for route, ways in paths(instance).items():
        for path in (
            ways if any(name in route for name in ("item_id", "digest", "posting_id", "part_id")) else ()
        ):
            if at.get(path).status_code == 200:
                return f"{path} was shown"
    answer = at.post(f"/items/{instance.ids['draft']}/discard")
    return None if answer.status_code == 404 else f"an act was answered {answer.status_code}"


def anonymous(instance: Instance) -> Evidence:
    """Nobody is signed in: does any page, form or call of the API give more than the way to the sign-in?"""
    client: httpx.Client = instance.browser()
    for route, ways in paths(instance).items():
        answer = client.get((ways or [route])[0])
        if answer.status_code == 200 and answer.text:
            return f"{route} was shown"
    api = client.get("/api/v1/items").status_code
    return None if api == 401 else f"the API answered {api}"
