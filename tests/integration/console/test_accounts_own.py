"""One's own account: the password, what it may be, and where one is signed in."""

from __future__ import annotations

import pytest

from publisher.domain.errors import Reason, Refused
from publisher.domain.passwords import ALPHABET, KEPT, one_time_password, password_problems
from publisher.domain.people import Role
from publisher.workflow.passwords import ResetPasswordRequest, reset_password
from publisher.workflow.staff import AddUserRequest, add_user
from tests.seats import NAME, PASSWORD, console, employ, form_in, seats, sign_in
from tests.world import World

NEW = "柳湾村口的老槐树 2003"


def change(old: str = PASSWORD, new: str = NEW, again: str = "") -> dict[str, str]:
    return {"old": old, "new": new, "again": again or new}


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("短的 1234", "至少 12 个字符"),
        ("zhou.he.the.river.98", "账号或姓名"),
        ("周编辑的口令 20031104", "账号或姓名"),
        ("Password2026!!xyz", "太常见"),
        ("aaaaaaaaaaaaaaaa", "太常见"),
        ("x" * 201, "至多 200"),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(password: str, wrong: str) -> None:
    problems = password_problems(password, "zhou", "周编辑")
    assert wrong in "".join(p.sentence() for p in problems)
    assert password not in "".join(p.sentence() + p.english for p in problems)


def test_a_sentence_one_remembers_is_a_good_password() -> None:
    assert password_problems(NEW, "zhou", "周编辑") == []


def test_a_one_time_password_can_be_read_out() -> None:
    made = one_time_password(bytes(range(16)))
    assert [len(group) for group in made.split("-")] == [4, 4, 4, 4]
    assert set(made) <= {*ALPHABET, "-"}
    assert not {"0", "o", "1", "l", "i"} & set(ALPHABET)


def test_a_changed_password_ends_every_session_and_gives_this_one_a_new_token(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor") as at, console(quiet_world) as other:
        sign_in(other)
        before = at["zhou"].client.cookies["gongkai"]
        page = at["zhou"].done("/own/password", change())
        assert "口令改好了" in page
        assert at["zhou"].client.cookies["gongkai"] != before
        assert other.get("/").status_code == 303
        at["zhou"].client.cookies.set("gongkai", before, domain="127.0.0.1")
        assert sign_in(other).status_code == 403
        assert sign_in(other, password=NEW).status_code == 303
    assert "person:user:password" in quiet_world.kinds()
    log = "".join(row["canonical"] for row in quiet_world.rows("SELECT canonical FROM log_entries"))
    assert NEW not in log


@pytest.mark.parametrize(
    ("fields", "words", "status"),
    [
        (change(old="不对的口令 1234"), "现在的口令不对", 403),
        (change(again="另一个口令不一样"), "两次填写的新口令不一样", 422),
        (change(new="柳湾 8"), "口令太短", 422),
        (change(new=PASSWORD), "这个口令用过", 422),
    ],
    ids=["wrong old", "differs", "short", "the same"],
)
def test_a_refused_change_leaves_the_old_password(
    quiet_world: World, fields: dict[str, str], words: str, status: int
) -> None:
    with seats(quiet_world, zhou="editor") as at, console(quiet_world) as other:
        page = at["zhou"].refused("/own/password", fields, status)
        assert words in page
        assert not any(value in page for name, value in fields.items() if value)
        assert sign_in(other).status_code == 303


def test_guessing_the_old_password_in_a_stolen_session_locks_the_account(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor") as at, console(quiet_world) as other:
        for _ in range(5):
            at["zhou"].refused("/own/password", change(old="不对的口令 1234"))
        assert "暂时锁住" in at["zhou"].refused("/own/password", change())
        assert sign_in(other).status_code == 403


def test_none_of_the_last_five_passwords_is_used_again(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor") as at:
        seat, used = at["zhou"], [PASSWORD]
        for number in range(KEPT):
            seat.form = form_in(seat.get("/own"))
            fresh = f"{NEW} 第{number}回"
            seat.done("/own/password", change(used[-1], fresh))
            used.append(fresh)
        seat.form = form_in(seat.get("/own"))
        assert "这个口令用过" in seat.refused("/own/password", change(used[-1], used[1]), 422)
        seat.done("/own/password", change(used[-1], PASSWORD))


def test_a_reset_password_is_changed_before_anything_else_and_serves_three_days(quiet_world: World) -> None:
    world = quiet_world
    employ(world)
    with console(world) as client:
        sign_in(client)
        made = world.do("admin", reset_password, ResetPasswordRequest(NAME))
        assert client.get("/").status_code == 303, "a reset ends every session"
        assert sign_in(client).status_code == 403
        assert sign_in(client, password=made).status_code == 303
        for path in ("/", "/own", "/items"):
            assert client.get(path).headers.get("location") in ("/own/password", None), path
        assert client.get("/").headers["location"] == "/own/password"
        page = client.get("/own/password")
        assert "一次性口令" in page.text
        data = {"form": form_in(page.text), **change(made)}
        assert client.post("/own/password", data=data).headers["location"] == "/own?done=password"
        assert client.get("/").status_code == 200
        late = world.do("admin", reset_password, ResetPasswordRequest(NAME))
        world.clock.forward(3 * 86_400)
        assert "过期" in sign_in(client, password=late).text
    log = "".join(row["canonical"] for row in world.rows("SELECT canonical FROM log_entries"))
    assert made not in log
    assert made.encode() not in b"".join(path.read_bytes() for path in world.home.glob("gongkai.db*"))


def test_a_one_time_password_does_nothing_at_the_command_line_but_change(quiet_world: World) -> None:
    employ(quiet_world)
    made = quiet_world.do("admin", reset_password, ResetPasswordRequest(NAME))
    with pytest.raises(Refused):
        quiet_world.office.prove(NAME, password=made)
    assert quiet_world.office.prove(NAME, password=made, changing=True).name == NAME


def test_an_old_password_is_changed_before_anything_else(quiet_world: World) -> None:
    world = quiet_world
    employ(world)
    world.clock.forward(181 * 86_400)
    with console(world) as client:
        sign_in(client)
        assert client.get("/").headers["location"] == "/own/password"
        assert "用得久了" in client.get("/own/password").text


def test_passwords_are_reset_by_the_security_administrator_where_there_is_one(quiet_world: World) -> None:
    world = quiet_world
    employ(world)
    request = ResetPasswordRequest(NAME)
    token = world.do("admin", add_user, AddUserRequest("he", "何安", (Role.SECURITY_ADMINISTRATOR.value,)))
    with pytest.raises(Refused) as refused:
        world.do("admin", reset_password, request)
    assert refused.value.reason is Reason.NOT_PERMITTED
    assert "何安" in str(refused.value)
    world.staff["he"] = world.office.prove("he", token=token)
    assert world.do("he", reset_password, request)
    with pytest.raises(Refused):
        world.do("he", reset_password, ResetPasswordRequest("he"))
    assert world.do("admin", reset_password, ResetPasswordRequest("he")), "nobody else could help"


def test_one_sees_where_one_is_signed_in_and_ends_it(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor") as at, console(quiet_world) as other:
        other.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36"
        sign_in(other)
        page = at["zhou"].get("/own")
        assert "Chrome · Windows" in page
        assert "就是这里" in page
        assert "结束其他 1 处登录" in page
        assert "其他地方的登录都已结束" in at["zhou"].done("/own/sessions/end")
        assert other.get("/").status_code == 303
        at["zhou"].get("/own")


def test_nobody_ends_a_session_of_somebody_else_by_its_number(quiet_world: World) -> None:
    with seats(quiet_world, zhou="editor", sun="content_reviewer") as at:
        (session,) = quiet_world.rows("SELECT id FROM sessions WHERE person = 'sun'")
        at["zhou"].done("/own/sessions/end", {"session": session["id"]})
        at["sun"].get("/own")


def test_a_token_planted_before_the_sign_in_is_worth_nothing_after_it(quiet_world: World) -> None:
    employ(quiet_world)
    with console(quiet_world) as client, console(quiet_world) as attacker:
        client.cookies.set("gongkai", "planted" * 9, domain="127.0.0.1")
        answer = sign_in(client)
        attacker.cookies.set("gongkai", "planted" * 9)
        assert "planted" not in answer.headers["set-cookie"]
        assert attacker.get("/").status_code == 303


def test_a_name_that_nobody_has_is_locked_as_an_account_is(quiet_world: World) -> None:
    employ(quiet_world)
    with console(quiet_world) as client:
        for name in (NAME, "nobody"):
            answers = [sign_in(client, name, "不对的口令 1234") for _ in range(6)]
            assert [a.status_code for a in answers] == [403] * 6
            assert "暂时锁住" in answers[-1].text, name
