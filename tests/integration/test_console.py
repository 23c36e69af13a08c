"""The console: who may come in, what ends a session, what each answer carries, and what the front page says."""

from __future__ import annotations

import httpx
import pytest

from publisher.domain.posting import PostingState
from publisher.domain.sessions import IDLE, LONGEST, TRIES
from publisher.web.console.app import HEADERS
from publisher.web.console.marks import LABELS, MARKS
from tests.seats import NAME, PASSWORD, console, employ, form_in, sign_in
from tests.world import World, item_file

# ------------------------------------------------------------------------------- coming in


def test_without_a_session_every_page_leads_to_the_sign_in(quiet_world: World) -> None:
    with console(quiet_world) as client:
        answer = client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert "口令" in client.get("/login").text


def test_name_and_password_open_the_workbench_and_signing_out_ends_it(quiet_world: World) -> None:
    employ(quiet_world)
    with console(quiet_world) as client:
        came_in = sign_in(client)
        assert (came_in.status_code, came_in.headers["location"]) == (303, "/")
        cookie = came_in.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        page = client.get("/")
        assert page.status_code == 200
        assert "周编辑" in page.text
        kept = dict(client.cookies)
        assert client.post("/logout", data={"form": form_in(page.text)}).headers["location"] == "/login"
        client.cookies.update(kept)
        assert client.get("/").status_code == 303, "the token is worth nothing any more"
    kinds = quiet_world.kinds()
    assert kinds[-2:] == ["person:session:began", "person:session:ended"]


def test_over_https_the_cookie_is_bound_to_it(quiet_world: World) -> None:
    employ(quiet_world)
    with console(quiet_world, https=True) as client:
        cookie = sign_in(client).headers["set-cookie"]
    assert cookie.startswith("__Host-gongkai=")
    assert "Secure" in cookie


def test_the_token_is_kept_nowhere_and_each_sign_in_has_its_own(quiet_world: World) -> None:
    employ(quiet_world)
    with console(quiet_world) as client:
        sign_in(client)
        first = client.cookies["gongkai"]
        sign_in(client)
        second = client.cookies["gongkai"]
    assert first != second
    database = b"".join(path.read_bytes() for path in quiet_world.home.glob("gongkai.db*"))
    assert first.encode() not in database
    assert second.encode() not in database


@pytest.mark.parametrize(
    "name", [NAME, "nobody", "lu"], ids=["wrong password", "no account", "no password set"]
)
def test_nobody_learns_from_a_refusal_which_accounts_there_are(quiet_world: World, name: str) -> None:
    employ(quiet_world)
    with console(quiet_world) as client:
        answer = sign_in(client, name, "不对的口令 123")
    assert answer.status_code == 403
    assert "账号或口令不对" in answer.text
    assert "set-cookie" not in answer.headers
    assert quiet_world.last_refusal()["kind"] == "person:act:refused"
    assert "不对的口令" not in "".join(
        row["canonical"] for row in quiet_world.rows("SELECT canonical FROM log_entries")
    )


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(quiet_world: World) -> None:
    world = quiet_world
    employ(world)
    with console(world) as client:
        for _ in range(TRIES):
            assert sign_in(client, password="不对的口令 123").status_code == 403
        locked = sign_in(client)
        assert locked.status_code == 403
        assert "10:15" in locked.text, "until when"
        world.clock.forward(901)
        assert sign_in(client).status_code == 303
        assert sign_in(client, password="不对的口令 123").status_code == 403
        assert sign_in(client).status_code == 303, "one mistake is no lock, and success forgets it"


def test_a_session_ends_when_nobody_uses_it_and_never_outlives_the_day(quiet_world: World) -> None:
    world = quiet_world
    employ(world)
    with console(world) as client:
        sign_in(client)
        world.clock.forward(IDLE.total_seconds() - 1)
        assert client.get("/").status_code == 200
        world.clock.forward(IDLE.total_seconds() + 1)
        assert client.get("/").status_code == 303
        sign_in(client)
        for _ in range(int(LONGEST / IDLE) + 1):
            last = client.get("/").status_code
            world.clock.forward(IDLE.total_seconds() - 60)
        assert last == 200
        for _ in range(4):
            last = client.get("/").status_code
            world.clock.forward(IDLE.total_seconds() - 60)
        assert last == 303


def test_who_has_left_is_out_at_once(quiet_world: World) -> None:
    employ(quiet_world)
    with console(quiet_world) as client:
        sign_in(client)
        with quiet_world.office.store.write() as uow:
            uow.people.change(NAME, active=False)
            uow.commit()
        assert client.get("/").status_code == 303
        assert sign_in(client).status_code == 403


# ------------------------------------------------------------------------------- other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Sec-Fetch-Site": ""},
    ],
    ids=str,
)
def test_a_form_from_another_site_is_refused(quiet_world: World, headers: dict[str, str]) -> None:
    employ(quiet_world)
    with console(quiet_world) as client:
        refused = client.post("/login", data={"name": NAME, "password": PASSWORD}, headers=headers)
        assert refused.status_code == 403
        assert "没有办理" in refused.text
        sign_in(client)
        form = form_in(client.get("/").text)
        assert client.post("/logout", data={"form": form}, headers=headers).status_code == 403
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("form", ["", "0" * 64, "口"])
def test_a_form_without_what_the_page_gave_is_refused(quiet_world: World, form: str) -> None:
    employ(quiet_world)
    with console(quiet_world) as client:
        sign_in(client)
        assert client.post("/logout", data={"form": form}).status_code == 403
        assert client.get("/").status_code == 200


def test_every_answer_says_what_browsers_may_do(quiet_world: World) -> None:
    employ(quiet_world)
    with console(quiet_world) as client:
        answers = [
            client.get("/login"),
            client.get("/nothing"),
            client.get("/static/console.css"),
            sign_in(client),
        ]
        answers.append(client.get("/"))
    assert [a.status_code for a in answers] == [200, 404, 200, 303, 200]
    for answer in answers:
        wanted = HEADERS | ({"Cache-Control": "max-age=600"} if "css" in answer.url.path else {})
        assert {name: answer.headers.get(name) for name in HEADERS} == wanted
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/workbench.html", "/static/%2e%2e/frame.html", "/docs"]
)
def test_nothing_else_is_served(quiet_world: World, path: str) -> None:
    with console(quiet_world) as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text


def test_a_form_that_is_too_long_is_refused_in_plain_words(quiet_world: World) -> None:
    with console(quiet_world) as client:
        answer = sign_in(client, "a" * 201)
    assert answer.status_code == 400
    assert "填写的内容不合要求" in answer.text


# ------------------------------------------------------------------------------- the front page


def front(world: World, client: httpx.Client) -> str:
    sign_in(client)
    page = client.get("/")
    assert page.status_code == 200
    return page.text


def test_the_front_page_shows_what_waits_for_this_person_and_for_nobody_else(quiet_world: World) -> None:
    world = quiet_world
    employ(world)
    world.approved()
    employ(world, "sun", "content_reviewer")
    with console(world) as client:
        assert "已签发，待排期" in front(world, client)
    with console(world) as client:
        sign_in(client, "sun")
        assert "没有等您办理的" in client.get("/").text


def test_the_front_page_escapes_what_people_and_platforms_wrote(quiet_world: World) -> None:
    world = quiet_world
    employ(world)
    item_id, _ = world.released(item_file(channels=["bureau-portal"]))
    (posting,) = world.postings(item_id).values()
    with world.office.store.write() as uow:
        words = {"words": "<script>alert(1)</script>", "sure": ""}
        uow.postings.change(posting.id, state=PostingState.FAILED, error=words)
        uow.commit()
    with console(world) as client:
        page = front(world, client)
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "失败" in page


def test_the_front_page_says_that_nothing_is_sent_while_no_service_runs(quiet_world: World) -> None:
    world = quiet_world
    employ(world)
    with console(world) as client:
        assert "发布服务没有在运行" not in front(world, client)
        with world.office.store.write() as uow:
            uow.workers.leave(world.office.outlets.worker)
            uow.commit()
        assert "发布服务没有在运行" in front(world, client)


def test_every_state_has_its_shape_and_colour() -> None:
    assert set(MARKS) == set(LABELS)
    for machine in MARKS:
        assert set(MARKS[machine]) == set(LABELS[machine]) == set(machine)
