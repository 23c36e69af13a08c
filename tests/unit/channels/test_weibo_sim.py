"""The practice Weibo behaves as the platform is known to behave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from channels.sandbox.stage import InProcess
from channels.sandbox.weibo import FIRST_ID, App, Knobs, User, WeiboSim
from channels.sandbox.weibo_world import CURRENT, OLD_TEST, Rates, base62, short_link

UID, OTHER = "9000000001", "9000000002"
DOMAIN = "slj.example.gov.cn"
LINK = f"https://{DOMAIN}/a.html"
BACK = "http://127.0.0.1/callback"
APP = App("100000001", "hush", OTHER, safe_domains=(DOMAIN,))
PNG = b"\x89PNG\r\n\x1a\n"


class Platform:
    def __init__(self, app: App = APP, knobs: Knobs | None = None, first_id: int = FIRST_ID) -> None:
        people = (User(UID, "临澜水利", "临澜市水利局政务微博"), User(OTHER, "路人甲"))
        self.sim = WeiboSim(app, people, knobs=knobs, first_id=first_id)
        self.at = datetime(2026, 7, 8, 6, 0, tzinfo=UTC)
        self.stage = self.sim.stage(clock=lambda: self.at)
        self.http = httpx.Client(
            transport=InProcess({"weibo.test": self.stage}), base_url="http://weibo.test"
        )
        self.token = self.sim.grant(UID)

    def share(self, status: str = f"通告 {LINK}", *, rip: str = "203.0.113.9", **more: Any) -> dict[str, Any]:
        form = {"status": status, "rip": rip, "access_token": self.token}
        return self.http.post("/2/statuses/share.json", data=form, **more).json()  # type: ignore[no-any-return]

    def get(self, path: str, **query: str) -> Any:
        return self.http.get(f"/2/{path}.json", params={"access_token": self.token, **query}).json()

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def code(answer: Mapping[str, Any]) -> int:
    return int(answer["error_code"])


@pytest.fixture
def platform() -> Platform:
    return Platform()


# ---------------------------------------------------------------------- posting


@pytest.mark.parametrize(
    ("knobs", "first", "second", "expected"),
    [
        ({"similar_percent": 80}, "石渡镇今晚停水", "石渡镇明晚停水", 20017),
        ({"similar_percent": 80}, "石渡镇今晚停水", "水库开始腾库", 0),
        ({"repeat_window_s": 0}, "石渡镇今晚停水", "石渡镇今晚停水", 0),
        ({"bad_words": frozenset({"彩票"})}, "一", "二，彩票", 20021),
        ({"bad_hosts": frozenset({DOMAIN})}, "", "二", 20018),
    ],
)
def test_likeness_words_and_hosts_are_refused_as_turned(
    platform: Platform, knobs: dict[str, Any], first: str, second: str, expected: int
):
    for name, value in knobs.items():
        setattr(platform.sim.knobs, name, value)
    if first:
        assert "idstr" in platform.share(f"{first} {LINK}")
    assert int(platform.share(f"{second} {LINK}").get("error_code", 0)) == expected


@pytest.mark.parametrize(("counting", "most"), [("points", 129), ("utf16", 64), ("plain", 99)])
def test_the_way_of_counting_can_be_turned(platform: Platform, counting: str, most: int):
    platform.sim.knobs.counting = counting
    faces = "😀" if counting == "utf16" else "水"
    room = 139 - len(LINK) if counting == "plain" else most
    assert "idstr" in platform.share(faces * room + " " + LINK)
    assert code(platform.share(faces * (room + 2) + " " + LINK)) == 20012


def test_the_life_of_a_consent_can_be_shortened(platform: Platform):
    platform.sim.knobs.lifetime_s = 60
    platform.token = platform.sim.grant(UID)
    platform.wait(61)
    assert code(platform.share()) == 21327


def test_a_post_is_answered_with_the_whole_object(platform: Platform):
    made = platform.share("通告：停水 https://slj.example.gov.cn/a.html 请看")
    assert (made["id"], made["idstr"], made["mid"]) == (FIRST_ID, str(FIRST_ID), str(FIRST_ID))
    assert re.fullmatch(r"通告：停水 http://t\.cn/[0-9a-zA-Z]{7} 请看", made["text"])
    assert made["created_at"] == "Wed Jul 08 14:00:00 +0800 2026"
    assert made["user"]["screen_name"] == "临澜水利"
    assert made["visible"] == {"type": 0, "list_id": 0}
    assert platform.stage.log.lines[-1].creates


def test_numbers_above_doubles_can_be_asked_for():
    platform = Platform(first_id=2**53 + 1)
    assert platform.share()["idstr"] == "9007199254740993"


@pytest.mark.parametrize("way", ["query", "form", "header", "multipart"])
def test_the_token_is_taken_wherever_clients_put_it(platform: Platform, way: str):
    form, token = {"status": f"通告{way} {LINK}", "rip": "203.0.113.9"}, platform.token
    ways: dict[str, dict[str, Any]] = {
        "query": {"data": form, "params": {"access_token": token}},
        "form": {"data": {**form, "access_token": token}},
        "header": {"data": form, "headers": {"Authorization": f"OAuth2 {token}"}},
        "multipart": {"data": {**form, "access_token": token}, "files": {"pic": ("a.png", PNG)}},
    }
    assert "idstr" in platform.http.post("/2/statuses/share.json", **ways[way]).json()


def test_a_picture_part_needs_no_type_and_keeps_its_bytes(platform: Platform):
    content = PNG + b"\r\n--x\r\n\r\n\x00" * 3
    made = platform.share(files={"pic": ("图.png", content, None)})
    assert made["original_pic"].endswith(f"/pic/{FIRST_ID}.png")
    shown = platform.http.get(f"/pic/{FIRST_ID}.png")
    assert (shown.content, shown.headers["content-type"]) == (content, "image/png")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"rip": ""}, 10016),
        ({"status": ""}, 20008),
        ({"status": "水" * 140 + LINK}, 20012),
        ({"status": f"#停水# 通告 {LINK}"}, 20021),
        ({"status": "通告"}, 10017),
        ({"status": "通告 https://www.slj.example.gov.cn/a"}, 10017),
        ({"files": {"pic": ("a.jpg", b"RIFF0000WEBP")}}, 20005),
        ({"files": {"pic": ("a.png", PNG + b"0" * 5 * 1024 * 1024)}}, 20006),
        ({"params": {"pic": "a.png"}}, 20007),
    ],
)
def test_what_is_wrong_with_a_post_has_its_code(platform: Platform, fault: dict[str, Any], expected: int):
    assert code(platform.share(**fault)) == expected
    assert platform.sim.public_posts() == []


def test_checks_come_in_the_platforms_order():
    """Everything is wrong at once; mending the first fault shows the next."""
    app = App("100000001", "hush", OTHER, audited=False)
    platform = Platform(app, Knobs(rates=Rates(user_day=1)))
    good, platform.token = platform.token, "2.00unknown"
    assert code(platform.share("", rip="")) == 21332
    platform.token = good
    assert code(platform.share("", rip="")) == 21321
    platform.sim.world.app = App("100000001", "hush", OTHER)
    assert code(platform.share("", rip="")) == 10016
    platform.get("account/get_uid")
    assert code(platform.share("")) == 10023
    platform.sim.knobs.rates = Rates(posts_hour=0)
    assert code(platform.share("")) == 20016
    platform.sim.knobs.rates = CURRENT
    assert code(platform.share("")) == 20008
    assert platform.share("通告")["error"] == "appkey not bind domain!"
    platform.sim.world.app = APP
    assert platform.share("通告")["error"] == "text not find domain!"
    assert "idstr" in platform.share()
    assert code(platform.share(files={"pic": ("a.txt", b"text")})) == 20005
    assert code(platform.share()) == 20019


def test_the_same_words_are_refused_for_an_hour(platform: Platform):
    platform.share()
    assert platform.share()["error"] == "repeat content!"
    platform.wait(3600)
    assert "idstr" in platform.share()


def test_slow_servers_post_and_still_answer_an_error():
    platform = Platform(knobs=Knobs(slow_posts=1))
    assert code(platform.share()) == 20032
    assert len(platform.sim.public_posts()) == 1
    assert platform.stage.log.lines[-1].creates


@pytest.mark.parametrize("call", ["update", "upload", "upload_url_text"])
def test_closed_calls_are_closed(platform: Platform, call: str):
    answer = platform.http.post(
        f"/2/statuses/{call}.json", data={"access_token": platform.token, "status": "x"}
    )
    assert (answer.status_code, code(answer.json())) == (403, 10014)


def test_unknown_addresses_and_methods_have_their_codes(platform: Platform):
    assert code(platform.get("statuses/nothing")) == 10020
    assert code(platform.get("statuses/share")) == 10021


def test_codes_come_as_text_on_request():
    platform = Platform(knobs=Knobs(code_as_text=True))
    assert platform.share("")["error_code"] == "20008"


def test_a_server_outside_the_safe_list_is_refused():
    assert code(Platform(App("1", "hush", OTHER, safe_ips=("203.0.113.9",))).share()) == 10004


# ---------------------------------------------------------------------- lists, removal, limits


def test_a_list_has_the_five_newest_of_ones_own(platform: Platform):
    for number in range(7):
        platform.share(f"通告{number} {LINK}")
    platform.sim.post_by_hand(UID, "手工发的")
    listed = platform.get("statuses/user_timeline", count="100", trim_user="1")
    assert [post["text"][:4] for post in listed["statuses"]] == [
        "手工发的",
        "通告6 ",
        "通告5 ",
        "通告4 ",
        "通告3 ",
    ]
    assert listed["total_number"] == 8
    assert "screen_name" not in listed["statuses"][0]
    ours = platform.get("statuses/user_timeline", base_app="1", count="2")["statuses"]
    assert [post["text"][:3] for post in ours] == ["通告6", "通告5"]
    assert code(platform.get("statuses/user_timeline", uid=OTHER)) == 21335


def test_a_new_post_shows_in_the_list_after_the_lag():
    platform = Platform(knobs=Knobs(lag_s=90))
    platform.share()
    assert platform.get("statuses/user_timeline")["statuses"] == []
    platform.wait(90)
    assert len(platform.get("statuses/user_timeline")["statuses"]) == 1


def test_a_post_can_be_shown_counted_and_removed_once(platform: Platform):
    made = platform.share()
    assert platform.get("statuses/show", id=made["idstr"])["mid"] == made["mid"]
    assert platform.get("statuses/count", ids=f"{made['idstr']},1")[0]["id"] == made["id"]
    assert code(platform.get("statuses/count", ids=",".join(["1"] * 101))) == 20009
    form = {"access_token": platform.token, "id": made["idstr"]}
    assert platform.http.post("/2/statuses/destroy.json", data=form).json()["id"] == made["id"]
    assert code(platform.http.post("/2/statuses/destroy.json", data=form).json()) == 20101
    assert code(platform.get("statuses/show", id=made["idstr"])) == 20101


def test_nobody_removes_what_others_posted(platform: Platform):
    form = {"access_token": platform.token, "id": platform.sim.post_by_hand(OTHER, "别人的")}
    assert code(platform.http.post("/2/statuses/destroy.json", data=form).json()) == 20102


def test_a_hundred_calls_a_day_and_no_more(platform: Platform):
    answers = [platform.get("account/get_uid") for _ in range(101)]
    assert answers[99] == {"uid": int(UID)}
    assert code(answers[100]) == 10023
    platform.wait(10 * 3600)
    assert platform.get("account/get_uid") == {"uid": int(UID)}, "a new day has begun in Beijing"


def test_limits_by_address_and_by_call_have_codes_of_their_own():
    by_address = Platform(knobs=Knobs(rates=Rates(ip_hour=1), rate_status=400))
    by_address.get("account/get_uid")
    answer = by_address.http.get("/2/account/get_uid.json", params={"access_token": by_address.token})
    assert (answer.status_code, code(answer.json())) == (400, 10022)
    by_call = Platform(knobs=Knobs(api_hour={"/2/account/get_uid.json": 1}))
    by_call.get("account/get_uid")
    assert code(by_call.get("account/get_uid")) == 10024


def test_the_state_of_the_limits_can_be_read():
    platform = Platform(knobs=Knobs(rates=OLD_TEST))
    state = platform.get("account/rate_limit_status")
    assert (state["user_limit"], state["remaining_user_hits"]) == (150, 149)
    assert state["reset_time"] == "2026-07-08 15:00:00"


# ---------------------------------------------------------------------- consent


def consent(platform: Platform, **fields: str) -> httpx.Response:
    form = {
        "client_id": APP.key,
        "redirect_uri": BACK,
        "state": "s 1",
        "uid": UID,
        "answer": "allow",
        **fields,
    }
    return platform.http.post("/oauth2/authorize", data=form)


def exchange(platform: Platform, grant: str, **fields: str) -> dict[str, Any]:
    form = {
        "client_id": APP.key,
        "client_secret": "hush",
        "grant_type": "authorization_code",
        "code": grant,
        "redirect_uri": BACK,
        **fields,
    }
    return platform.http.post("/oauth2/access_token", params=form).json()  # type: ignore[no-any-return]


def test_a_person_consents_and_the_code_works_once(platform: Platform):
    asked = platform.http.get("/oauth2/authorize", params={"client_id": APP.key, "redirect_uri": BACK})
    assert "临澜水利" in asked.text
    back = httpx.URL(consent(platform).headers["location"])
    assert back.params["state"] == "s 1"
    token = exchange(platform, back.params["code"])
    assert (token["uid"], token["expires_in"], token["remind_in"]) == (UID, 2_592_000, "2592000")
    assert code(exchange(platform, back.params["code"])) == 21325
    assert code(platform.get("account/get_uid")) == 21316, "the consent before was replaced"
    platform.token = token["access_token"]
    assert platform.get("account/get_uid") == {"uid": int(UID)}


def test_a_person_can_say_no(platform: Platform):
    back = httpx.URL(consent(platform, answer="deny").headers["location"])
    assert (back.params["error"], back.params["error_code"]) == ("access_denied", "21330")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"client_secret": "wrong"}, 21324),
        ({"redirect_uri": "http://evil.example/"}, 21322),
        ({"grant_type": "password"}, 21328),
        ({"code": "wrong"}, 21325),
    ],
)
def test_a_wrong_exchange_has_its_code(platform: Platform, fields: dict[str, str], expected: int):
    grant = httpx.URL(consent(platform).headers["location"]).params["code"]
    answer = exchange(platform, grant, **fields)
    assert code(answer) == expected
    assert {"error", "error_uri", "error_description", "request"} <= set(answer)


def test_no_redirect_to_an_address_that_is_not_registered(platform: Platform):
    assert code(consent(platform, redirect_uri="http://evil.example/").json()) == 21322


@pytest.mark.parametrize(
    ("app", "uid", "days"),
    [(APP, UID, 30), (APP, OTHER, 1825), (App("1", "hush", "", audited=False), UID, 1)],
)
def test_a_consent_lives_as_long_as_its_kind(app: App, uid: str, days: int):
    platform = Platform(app)
    form = {"access_token": platform.sim.grant(uid)}
    info = platform.http.post("/oauth2/get_token_info", data=form).json()
    assert (info["uid"], info["appkey"], round(info["expire_in"] / 86_400)) == (int(uid), app.key, days)


def test_an_ended_consent_is_refused_and_its_time_is_negative(platform: Platform):
    platform.wait(30 * 86_400 + 1)
    assert code(platform.get("account/get_uid")) == 21327
    form = {"access_token": platform.token}
    assert platform.http.post("/oauth2/get_token_info", data=form).json()["expire_in"] == -1


def test_a_revoked_consent_is_refused(platform: Platform):
    query = {"access_token": platform.token}
    assert platform.http.get("/oauth2/revokeoauth2", params=query).json() == {"result": "true"}
    assert code(platform.get("account/get_uid")) == 21316


# ---------------------------------------------------------------------- reader's view


@pytest.fixture
def published(platform: Platform) -> Platform:
    platform.share(f"【通告】<b>停水</b>& 全文 {LINK}", files={"pic": ("a.png", PNG)})
    return platform


def address(number: int = FIRST_ID) -> str:
    return f"/{UID}/{base62(str(number))}"


@pytest.mark.parametrize("path", [address(), f"/u/{UID}", "/nothing", "/oauth2/authorize"])
def test_every_page_carries_the_marks_of_practice(published: Platform, path: str):
    page = published.http.get(path, params={"client_id": APP.key, "redirect_uri": BACK}).text
    for mark in (
        'class="practice"',
        'class="frame"',
        'class="feed"',
        "<title>【练习】",
        'content="noindex, nofollow"',
    ):
        assert mark in page
    assert "练习模式" in page


def test_a_reader_sees_the_words_and_the_link_as_the_platform_shows_it(published: Platform):
    page = published.http.get(address()).text
    assert "【通告】&lt;b&gt;停水&lt;/b&gt;&amp; 全文" in page
    assert f'href="/sinaurl?u=https%3A%2F%2F{DOMAIN}%2Fa.html" title="{LINK}">网页链接</a>' in page
    assert short_link(LINK) not in page
    assert f'<img src="/pic/{FIRST_ID}.png"' in page


def test_a_link_leads_on_only_to_what_was_posted(published: Platform):
    assert published.http.get("/sinaurl", params={"u": LINK}).headers["location"] == LINK
    assert published.http.get("/sinaurl", params={"u": "https://evil.example/"}).status_code == 404


def test_a_deleted_post_says_so_with_404(published: Platform):
    published.sim.delete_by_hand(str(FIRST_ID))
    page = published.http.get(address())
    assert (page.status_code, "此微博已被作者删除" in page.text, "停水" in page.text) == (404, True, False)
    assert published.http.get(f"/pic/{FIRST_ID}.png").status_code == 404
    assert "此微博已被作者删除" in published.http.get(f"/u/{UID}").text


def test_the_account_page_lists_posts_and_the_budget(published: Platform):
    page = published.http.get(f"/u/{UID}").text
    assert address() in page
    assert "临澜市水利局政务微博　微博 1" in page
    assert "1 / 100" in page


def test_styles_and_drawings_of_the_pages_are_served(platform: Platform):
    assert "--practice" in platform.http.get("/readers.css").text
    assert platform.http.get("/img/gate.svg").headers["content-type"] == "image/svg+xml"


def test_with_the_readers_view_stopped_only_the_api_answers(published: Platform):
    published.stage.reader_open = False
    assert published.http.get(address()).status_code == 503
    assert published.get("account/get_uid") == {"uid": int(UID)}


def test_no_secret_stands_in_what_is_printed(platform: Platform):
    assert "hush" not in repr(platform.sim.world)
    assert platform.token not in repr(platform.sim.world)
