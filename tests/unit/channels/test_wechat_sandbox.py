"""The practice WeChat behaves as the platform is known to, also towards callers that are not ours."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from channels.http import open_client
from channels.reading import read_page
from channels.sandbox.stage import InProcess
from tests.contract.rig import deliver
from tests.contract.wechat_rig import World, picture
from tests.unit.channels.sandbox_caller import BASE, Caller


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def caller(world: World) -> Caller:
    return Caller(world)


# ---------------------------------------------------------------------------- tokens


def test_the_token_before_lives_five_more_minutes(world: World, caller: Caller) -> None:
    old = caller.token
    caller.get_token()
    assert "errcode" not in caller.ask("draft/batchget", {"offset": 0, "count": 1})
    world.clock.advance(301)
    assert caller.token == old
    assert caller.ask("draft/batchget", {"offset": 0, "count": 1})["errcode"] == 42001


def test_the_stable_token_stays_until_five_minutes_before_its_end(world: World, caller: Caller) -> None:
    first = caller.stable()
    world.clock.advance(6000)
    assert caller.stable() == {"access_token": first["access_token"], "expires_in": 1200}
    world.clock.advance(900)
    assert caller.stable()["access_token"] != first["access_token"]


def test_a_forced_token_needs_thirty_seconds_and_is_given_twenty_times_a_day(
    world: World, caller: Caller
) -> None:
    first = caller.stable()["access_token"]
    second = caller.stable(force=True)["access_token"]
    assert second != first
    assert caller.stable(force=True)["access_token"] == second
    seen = set()
    for _ in range(30):
        world.clock.advance(31)
        seen.add(caller.stable(force=True)["access_token"])
    assert len(seen | {second}) == 20


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"secret": "x"}, 40125),
        ({"appid": "x"}, 40013),
        ({"grant_type": "x"}, 40002),
        ({"secret": ""}, 41004),
    ],
)
def test_a_wrong_token_request(caller: Caller, asked: dict[str, str], code: int) -> None:
    assert caller.get_token(**asked)["errcode"] == code


def test_an_address_outside_the_list_is_named(world: World, caller: Caller) -> None:
    world.sim.gate.whitelist = frozenset({"203.0.113.7"})
    answer = caller.stable()
    assert answer["errcode"] == 40164
    assert "invalid ip 127.0.0.1" in answer["errmsg"]


# ---------------------------------------------------------------------------- requests


def test_answers_are_200_with_the_platforms_own_content_type(caller: Caller) -> None:
    answer = caller.raw("draft/get", b'{"media_id":"x"}')
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; encoding=utf-8"
    assert answer.json()["errcode"] == 40007
    assert "hint: [" in answer.json()["errmsg"]


def test_a_get_to_a_call_that_needs_post(caller: Caller) -> None:
    answer = caller.http.get(f"{BASE}/cgi-bin/draft/add", params={"access_token": caller.token})
    assert answer.json()["errcode"] == 43002


@pytest.mark.parametrize(("body", "code"), [(b"media_id=x", 47001), (b"", 44002), (b"[]", 47001)])
def test_a_body_that_is_no_json_object(caller: Caller, body: bytes, code: int) -> None:
    assert caller.raw("draft/get", body).json()["errcode"] == code


def test_escapes_are_kept_and_counted_as_they_stand(caller: Caller) -> None:
    article = caller.article(title="停水")
    answer = caller.raw("draft/add", json.dumps({"articles": [article]}, ensure_ascii=True).encode()).json()
    assert caller.stored(answer["media_id"])["title"] == "\\u505c\\u6c34"
    long = json.dumps({"articles": [{**article, "title": "停水通告停水"}]}, ensure_ascii=True).encode()
    assert caller.raw("draft/add", long).json()["errcode"] == 45003


def test_the_hundred_and_first_call_of_a_day_is_refused_until_midnight_in_beijing(
    world: World, caller: Caller
) -> None:
    codes = [caller.ask("freepublish/get", {"publish_id": 1})["errcode"] for _ in range(101)]
    assert codes == [53502] * 100 + [45009]
    world.clock.at += timedelta(hours=16)
    caller.token = caller.get_token()["access_token"]
    assert caller.ask("freepublish/get", {"publish_id": 1})["errcode"] == 53502


def test_an_uncertified_account_may_draft_but_not_publish(world: World, caller: Caller) -> None:
    world.sim.gate.kind = "uncertified"
    media_id = caller.draft()
    assert caller.ask("freepublish/submit", {"media_id": media_id})["errcode"] == 48001


# ---------------------------------------------------------------------------- pictures


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"RIFF\x10\x00\x00\x00WEBPVP8 ", 40005), (picture("g", "GIF"), 40005), (b"", 44001), (b"x" * 9, 40005)],
    ids=["webp", "gif", "empty", "text"],
)
def test_bytes_decide_what_a_picture_is(caller: Caller, content: bytes, code: int) -> None:
    assert caller.upload("media/uploadimg", content, "photo.jpg")["errcode"] == code


def test_a_body_picture_of_one_megabyte_is_too_large(caller: Caller) -> None:
    assert caller.upload("media/uploadimg", picture("a") + b"\0" * 1_048_576)["errcode"] == 40009


def test_the_same_bytes_twice_are_two_pictures(caller: Caller) -> None:
    assert caller.cover() != caller.cover()


def test_a_part_without_a_file_name_is_no_file(caller: Caller) -> None:
    query = {"access_token": caller.token}
    answer = caller.http.post(f"{BASE}/cgi-bin/media/uploadimg", params=query, files={"media": (None, b"x")})
    assert answer.json()["errcode"] == 41005


@pytest.mark.parametrize("size", [(1, 1), (199, 600), (2000, 300)])
def test_a_tiny_or_long_cover_cannot_be_cropped(caller: Caller, size: tuple[int, int]) -> None:
    article = {"title": "t", "content": "c", "thumb_media_id": caller.cover(size)}
    assert caller.ask("draft/add", {"articles": [article]})["errcode"] == 53402


# ---------------------------------------------------------------------------- drafts


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"title": "题" * 33}, 45003),
        ({"author": "作" * 17}, 45110),
        ({"digest": "摘" * 129}, 45004),
        ({"content": "长" * 20_001}, 45002),
        ({"content": ""}, 44003),
        ({"content_source_url": "slj"}, 41039),
        ({"content_source_url": "https://a/" + "a" * 1024}, 45005),
        ({"thumb_media_id": "temporary"}, 40007),
    ],
)
def test_a_draft_that_is_refused(caller: Caller, more: dict[str, str], code: int) -> None:
    assert caller.ask("draft/add", {"articles": [caller.article(**more)]})["errcode"] == code


@pytest.mark.parametrize(("articles", "code"), [({}, 44003), ([], 44003), ([[{}]], 44003), ([{}] * 9, 45008)])
def test_articles_in_the_wrong_shape(caller: Caller, articles: object, code: int) -> None:
    assert caller.ask("draft/add", {"articles": articles})["errcode"] == code


def test_html_is_cleaned_as_the_platform_does(caller: Caller) -> None:
    url = caller.upload("media/uploadimg", picture("b"))["url"]
    content = (
        '<style>p{}</style><script>alert(1)</script><div class="a" style="position:fixed;color:red" onclick="x()">'
        '甲<br><a href="https://slj.example.gov.cn/">乙</a><a href="https://mp.weixin.qq.com/s?a=1">丙</a>'
        f'<img src="{url}" alt="图"><img src="https://slj.example.gov.cn/a.jpg"></div>'
    )
    kept = caller.stored(caller.draft(content=content))["content"]
    assert kept.startswith(
        '<section style="color:red"><span leaf="">甲</span><br  /><span leaf="">乙</span>'
        '<a href="https://mp.weixin.qq.com/s?a=1"><span leaf="">丙</span></a>'
        f'<img data-src="{url}" alt="图"></section>'
    )


def test_a_draft_without_a_summary_gets_the_beginning_of_the_text(caller: Caller) -> None:
    assert caller.stored(caller.draft(content=f"<p>{'水' * 99}</p>"))["digest"] == "水" * 54


def test_a_draft_is_updated_counted_listed_and_deleted(caller: Caller) -> None:
    media_id = caller.draft()
    changed = {"media_id": media_id, "index": 0, "articles": caller.article(title="新题")}
    assert caller.ask("draft/update", changed)["errcode"] == 0
    assert caller.ask("draft/update", {**changed, "index": 1})["errcode"] == 40114
    listed = caller.ask("draft/batchget", {"offset": 0, "count": 20, "no_content": 1})
    assert [item["content"]["news_item"][0]["title"] for item in listed["item"]] == ["新题"]
    assert "content" not in listed["item"][0]["content"]["news_item"][0]
    count = caller.http.get(f"{BASE}/cgi-bin/draft/count", params={"access_token": caller.token}).json()
    assert count == {"total_count": 1}
    assert caller.ask("draft/delete", {"media_id": media_id})["errcode"] == 0
    assert caller.ask("draft/get", {"media_id": media_id})["errcode"] == 40007


# ---------------------------------------------------------------------------- publishing


def test_a_job_runs_and_then_the_draft_is_gone(world: World, caller: Caller) -> None:
    media_id = caller.draft()
    answer = caller.ask("freepublish/submit", {"media_id": media_id})
    assert answer["publish_id"] > 2**31
    job = {"publish_id": answer["publish_id"]}
    assert caller.ask("freepublish/get", job)["publish_status"] == 1
    assert caller.ask("draft/get", {"media_id": media_id})["news_item"]
    world.clock.advance(3)
    done = caller.ask("freepublish/get", {"publish_id": str(answer["publish_id"])})
    assert done["publish_status"] == 0
    assert done["article_detail"]["item"][0]["article_url"].startswith(f"{BASE}/s?__biz=")
    assert caller.ask("draft/get", {"media_id": media_id})["errcode"] == 40007


def test_a_blind_second_submit_of_a_draft_posts_twice(world: World, caller: Caller) -> None:
    media_id = caller.draft()
    for _ in range(2):
        assert caller.ask("freepublish/submit", {"media_id": media_id})["errcode"] == 0
    world.clock.advance(3)
    assert world.sim.press.public() == 2


def test_a_deleted_article_is_marked_and_the_second_deletion_says_so(world: World, caller: Caller) -> None:
    caller.ask("freepublish/submit", {"media_id": caller.draft()})
    world.clock.advance(3)
    (item,) = caller.ask("freepublish/batchget", {"offset": 0, "count": 20})["item"]
    target = {"article_id": item["article_id"], "index": 1}
    assert caller.ask("freepublish/delete", target)["errcode"] == 0
    assert caller.ask("freepublish/delete", target)["errcode"] == 53600
    assert caller.ask("freepublish/getarticle", target)["news_item"][0]["is_deleted"] is True


def test_the_remaining_calls_of_a_day_can_be_asked(caller: Caller) -> None:
    caller.ask("freepublish/get", {"publish_id": 1})
    answer = caller.ask("openapi/quota/get", {"cgi_path": "/cgi-bin/freepublish/get"})
    assert answer["quota"] == {"daily_limit": 100, "used": 1, "remain": 99}


# ---------------------------------------------------------------------------- the reader's view


@pytest.fixture
def article_page(world: World) -> str:
    rig = world.rig()
    receipt = deliver(rig, world.message("k1", title="停水 <通告>"), rig.journal())
    return open_client(transport=InProcess(world.stages)).get(receipt.parts[0].url).text


@pytest.mark.parametrize(
    "mark",
    [
        'class="practice"',
        'class="phone"',
        "/readers.css",
        'class="chip">练习模式',
        "<title>【练习】",
        "noindex",
    ],
)
def test_every_page_carries_the_marks_of_practice(world: World, article_page: str, mark: str) -> None:
    home = open_client(transport=InProcess(world.stages)).get(f"{BASE}/").text
    assert mark in article_page
    assert mark in home


def test_the_article_is_shaped_like_the_platforms(article_page: str) -> None:
    title = read_page(article_page, element_id="activity-name").region
    body = read_page(article_page, element_id="js_content").region
    assert title
    assert body
    assert title.text == "停水 <通告>"
    assert "需要临时停水" in body.text
    assert "练习" not in body.text
    assert 'id="js_view_source"' in article_page


def test_the_home_page_lists_what_is_out_and_what_was_deleted(world: World) -> None:
    rig = world.rig()
    receipt = deliver(rig, world.group("k1", 3), rig.journal())
    world.vanish(receipt.parts[1])
    http = open_client(transport=InProcess(world.stages))
    home = http.get(f"{BASE}/").text
    assert "一组3篇" in home
    assert home.count("该内容已被发布者删除") == 1
    assert "该内容已被发布者删除" in http.get(receipt.parts[1].url).text
    assert http.get(f"{BASE}/readers.css").status_code == 200


def test_only_calls_that_change_something_are_marked_in_the_log(world: World) -> None:
    rig = world.rig()
    receipt = deliver(rig, world.message("k1"), rig.journal())
    rig.channel.withdraw(receipt.parts[0], rig.journal())
    assert [line.path.removeprefix("/cgi-bin/") for line in world.stage.log.lines if line.creates] == [
        "media/uploadimg",
        "material/add_material",
        "draft/add",
        "freepublish/submit",
        "freepublish/delete",
    ]
