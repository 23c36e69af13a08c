"""Hand tasks from the command line: confirm with the link, deny by two people, attest with a picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from channels.sandbox.call import Do
from channels.weibo.wire import base62
from tests.acceptance.test_by_hand import MASS, asked_of_people, list_answers_again, posts, unknown
from tests.acceptance.test_taking_back_by_command import Desk
from tests.world import World, item_file
from tests.worlds import MakeWorld


@pytest.fixture
def tokens(template: tuple[Path, dict[str, str]], tmp_path: Path) -> Path:
    """A folder with the token file of each person."""
    for name, token in template[1].items():
        (tmp_path / name).write_text(token + "\n", encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    return tmp_path


@pytest.fixture
def desk(world: World, tokens: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(world, tokens, capsys)


def test_two_people_deny_by_command_and_it_goes_out_once(world: World, desk: Desk) -> None:
    item_id = unknown(world, Do.DROP_BEFORE)
    posting = asked_of_people(world, item_id)
    code, _, err = desk.run("posting", "deny", posting[:8], by="lu")
    assert (code, "没能查看平台" in err) == (3, True)
    list_answers_again(world)
    asked = ("posting", "deny", posting[:8], "--reason", "账号主页上没有")
    assert desk.get(*asked, by="lu")["queued_again"] is False
    assert desk.run(*asked, by="lu")[0] == 5
    assert desk.get(*asked, by="qin")["queued_again"] is True
    world.until(lambda: world.states(item_id)["weibo"] == "verified")
    assert posts(world) == 1


def test_a_link_is_compared_by_the_command_before_it_is_believed(world: World, desk: Desk) -> None:
    item_id = unknown(world, Do.DROP_AFTER)
    posting = asked_of_people(world, item_id)
    (post,) = world.practice.simulators["weibo"].public_posts()
    other = world.practice.simulators["weibo"].post_by_hand(post.uid, "别的话")
    page = f"{world.office.options['weibo'].reader_url}/{post.uid}"
    wrong, right = (f"{page}/{base62(number)}" for number in (other, str(post.number)))
    code, _, err = desk.run("posting", "confirm", posting, "--url", wrong, by="lu")
    assert (code, "不是批准的内容" in err) == (3, True)
    desk.get("posting", "confirm", posting, "--url", right, by="lu")
    world.turn("weibo")
    assert world.states(item_id)["weibo"] == "verified"
    assert desk.get("audit", "verify")["ok"] is True


def test_a_picture_attests_by_command_what_has_no_address(
    make_world: MakeWorld, tokens: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = make_world(settings=MASS)
    desk = Desk(world, tokens, capsys)
    item_id, _ = world.released(item_file(channels=["bureau-portal", "wechat"]))
    world.until(lambda: bool(world.parts(item_id).get("wechat")))
    picture = tokens / "记录.png"
    Image.new("RGB", (320, 640), "white").save(picture)
    part = world.parts(item_id)["wechat"].id
    asked = ("part", "attest", part, "--reason", "公众号后台发表记录", "--evidence", picture)
    assert desk.run(*asked, by="shen")[0] == 5
    desk.get(*asked, by="lu")
    assert world.states(item_id)["wechat"] == "verified"
    assert desk.get("audit", "verify")["ok"] is True
    code, _, _ = desk.run("part", "attest", part, "--reason", "x", "--evidence", tokens / "no.png", by="lu")
    assert code != 0


@pytest.mark.long
def test_a_draft_that_the_platform_wants_published_in_its_console_is_a_task_and_can_be_cancelled(
    world: World, desk: Desk
) -> None:
    world.practice.simulators["wechat"].press.held = 53504
    item_id, _ = world.released(item_file(channels=["bureau-portal", "wechat"]))
    world.until(lambda: world.states(item_id).get("wechat") == "by_hand")
    (line,) = [p for p in desk.get("posting", "list")["postings"] if p["channel"] == "wechat"]
    assert "后台" in line["person_needed"]
    desk.get("posting", "cancel", line["posting"], "--reason", "不发了", by="lu")
    world.pass_time(3600, "wechat", step_s=900)
    assert world.postings(item_id)["wechat"].state == "cancelled"
    assert world.practice.simulators["wechat"].press.public() == 0
