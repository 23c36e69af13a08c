"""What a practice platform holds survives a restart, byte for byte, and a spoilt file stops nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from channels.sandbox.kept import keep_wechat, keep_weibo
from tests.contract.wechat_rig import World, picture
from tests.unit.channels.sandbox_caller import Caller
from tests.unit.channels.test_weibo_sim import PNG, Platform


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "practice" / "one.json"


def test_wechat_goes_on_where_it_was(path: Path) -> None:
    before = World()
    caller = Caller(before)
    url = caller.upload("media/uploadimg", picture("b"))["url"]
    caller.ask("freepublish/submit", {"media_id": caller.draft(content=f'<p>正文</p><img src="{url}">')})
    kept_draft = caller.draft(title="还在草稿箱")
    mass = caller.send_all(caller.draft(title="群发一篇"), clientmsgid="k" * 32)
    before.clock.advance(3)
    before.sim.press.limits.title = 64
    before.sim.text_ids = True
    home = caller.page()
    keep_wechat(before.sim, path).save()

    after = World()
    after.clock.at = before.clock.at
    assert keep_wechat(after.sim, path).load()
    again = Caller(after)
    assert again.page() == home
    assert again.http.get(url).content == picture("b")
    again.token = caller.token
    assert again.stored(kept_draft)["title"] == "还在草稿箱"
    assert again.mass_state(mass["msg_id"]) == "SEND_SUCCESS"
    after.clock.advance(60)
    repeated = again.send_all(kept_draft, clientmsgid="k" * 32)
    assert (repeated["errcode"], repeated["msg_id"]) == (45065, mass["msg_id"])
    assert (after.sim.press.limits.title, after.sim.text_ids) == (64, True)
    assert after.sim.gate.used_today("draft/add") == before.sim.gate.used_today("draft/add")


def test_numbers_are_not_given_twice_after_a_restart(path: Path) -> None:
    before = World()
    first = Caller(before).draft()
    keep_wechat(before.sim, path).save()
    after = World()
    keep_wechat(after.sim, path).load()
    assert Caller(after).draft() != first


def test_weibo_goes_on_where_it_was(path: Path) -> None:
    before = Platform()
    made = before.share("通告 https://slj.example.gov.cn/a.html", files={"pic": ("a.png", PNG + b"x" * 999)})
    keep_weibo(before.sim, path).save()
    after = Platform()
    keep_weibo(after.sim, path).load()
    after.token = before.token
    assert [post["idstr"] for post in after.get("statuses/user_timeline")["statuses"]] == [made["idstr"]]
    assert after.http.get(f"/pic/{made['idstr']}.png").content == PNG + b"x" * 999
    assert after.share("别的 https://slj.example.gov.cn/b")["id"] == made["id"] + 1
    assert after.sim.world.counts["user", "9000000001", "20260708"] == 3


def test_the_file_is_for_its_owner_only_and_written_only_when_something_changed(path: Path) -> None:
    platform = Platform()
    keeper = keep_weibo(platform.sim, path)
    keeper.save()
    assert path.stat().st_mode & 0o777 == 0o600
    number = path.stat().st_ino
    keeper.save()
    assert path.stat().st_ino == number
    platform.share()
    keeper.save()
    assert path.stat().st_ino != number


@pytest.mark.parametrize("spoil", ["", "{", '{"form":1,"parts":{}}', '{"form":9}', "bytes"])
def test_a_spoilt_file_is_put_aside_and_the_platform_starts_empty(path: Path, spoil: str) -> None:
    before = Platform()
    before.share(files={"pic": ("a.png", PNG + b"x" * 999)})
    keep_weibo(before.sim, path).save()
    if spoil == "bytes":
        (blob,) = (path.parent / "bytes").iterdir()
        blob.write_bytes(b"other")
    else:
        path.write_text(spoil, "utf-8")
    after = Platform()
    assert keep_weibo(after.sim, path).load() is False
    assert after.sim.public_posts() == []
    assert after.share()["idstr"]
    assert path.with_suffix(".unread").exists()
    assert not path.exists()


def test_nothing_kept_is_no_fault(path: Path) -> None:
    assert keep_weibo(Platform().sim, path).load() is False


def test_the_secret_of_the_account_is_not_in_the_file(path: Path) -> None:
    world = World()
    Caller(world).draft()
    keep_wechat(world.sim, path).save()
    assert world.sim.secret not in path.read_text("utf-8")
    assert json.loads(path.read_text("utf-8"))["form"] == 1
