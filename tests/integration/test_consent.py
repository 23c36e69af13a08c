"""Consent of a person: asked for, taken once, running out, given again; what waits goes out by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from channels.contract import ChannelError, Consent, OutcomeUnknown
from channels.sandbox.call import Do, Fault
from publisher.bootstrap import diagnose
from publisher.domain.errors import Refused
from publisher.domain.timing import CONSENT_ASKED_S
from publisher.workflow import consent, desk
from publisher.workflow.consent import ConsentRequest
from tests.world import World, fetch, item_file

UID = "1000000001"
WORDS = "石渡片区临时停水"
DAY = 86_400
CHANNELS = ["bureau-portal", "weibo"]


def sim(world: World) -> Any:
    return world.practice.simulators["weibo"]


def ask(world: World, who: str = "lu") -> str:
    return str(world.do(who, consent.ask_consent, ConsentRequest("weibo"), outlets=world.office.outlets))


def allow(address: str, uid: str = UID, answer: str = "allow") -> str:
    """What the account's owner does in the browser; the address it comes back to."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    place = address.partition("?")[0]
    with httpx.Client(trust_env=False) as browser:
        reply = browser.post(place, data={**query, "uid": uid, "answer": answer})
    assert reply.status_code == 302, reply.text
    return str(reply.headers["location"])


def give(world: World, answer: str, who: str = "lu") -> Consent | ChannelError:
    request = ConsentRequest("weibo", answer)
    code = world.do(who, consent.take_consent, request)
    result = consent.exchange(world.office.outlets, "weibo", code)
    ended: Consent | ChannelError = world.do(who, consent.end_consent, request, result=result)
    return ended


def authorise(world: World) -> Consent:
    result = give(world, allow(ask(world)))
    assert isinstance(result, Consent)
    return result


def posts(world: World) -> list[str]:
    return [post.written for post in sim(world).public_posts() if WORDS in post.written]


def channel_state(world: World) -> str:
    return str(world.rows("SELECT state FROM channels WHERE name = 'weibo'")[0]["state"])


def causes(world: World) -> set[str]:
    return {alarm.cause for alarm in world.alarms()}


def short(world: World, seconds: int) -> None:
    """The account's next consents live so long."""
    real = sim(world).world.grant
    sim(world).world.grant = lambda uid, lifetime_s=None: real(uid, lifetime_s or seconds)


# ------------------------------------------------------------------ Must show: it ends in mid-week


def test_a_consent_that_ends_in_mid_week_holds_items_back_and_they_go_out_once_it_is_given_again(
    world: World,
) -> None:
    short(world, 2 * DAY)
    authorise(world)
    world.out_everywhere(item_file(channels=CHANNELS))
    assert len(posts(world)) == 1

    world.pass_time(2 * DAY, step_s=6 * 3600)
    assert channel_state(world) == "paused"
    late, _ = world.released(item_file("关于石渡片区临时停水延期的通告", channels=CHANNELS))
    world.pass_time(5 * 3600, step_s=1800)
    assert world.states(late) == {"bureau-portal": "verified", "weibo": "waiting"}
    assert {cause for cause in causes(world) if "weibo" in cause} == {"channel:weibo", "consent:weibo:1"}

    short(world, 30 * DAY)
    authorise(world)
    world.until(lambda: world.states(late)["weibo"] == "verified")
    assert len(posts(world)) == 2
    assert not {cause for cause in causes(world) if "weibo" in cause}


def test_a_consent_taken_back_pauses_the_channel_and_spends_no_calls_while_it_waits(world: World) -> None:
    authorise(world)
    for token in sim(world).world.tokens.values():
        token.revoked = True
    item, _ = world.released(item_file(channels=CHANNELS))
    world.until(lambda: channel_state(world) == "paused")
    asked = len(world.requests("weibo"))
    world.pass_time(6 * 3600, "weibo", step_s=1200)
    assert len([r for r in world.requests("weibo")[asked:] if r.path.startswith(("/2/", "/oauth2/"))]) <= 8
    authorise(world)
    world.until(lambda: world.states(item)["weibo"] == "verified")
    assert len(posts(world)) == 1


def test_a_lost_permission_pauses_the_channel_once_and_does_not_open_it_for_a_token_that_lives(
    world: World,
) -> None:
    authorise(world)
    refused = (
        '{"error":"Insufficient app permissions!","error_code":10014,"request":"/2/statuses/share.json"}'
    )
    fault = Fault("statuses/share", Do.ANSWER, status=403, body=refused)
    world.practice.stages["weibo"].script(fault)
    item, _ = world.released(item_file(channels=CHANNELS))
    world.until(lambda: channel_state(world) == "paused")
    world.pass_time(3600, "weibo", step_s=300)
    assert world.kinds().count("system:channel:paused") == 1
    assert world.postings(item)["weibo"].state == "waiting"
    world.do("lu", desk.reopen_by_hand, desk.ChannelRequest("weibo"))
    world.until(lambda: world.states(item)["weibo"] == "verified")
    assert len(posts(world)) == 1


def test_a_person_s_pause_outlasts_a_consent(world: World) -> None:
    world.do("lu", desk.pause_by_hand, desk.ChannelRequest("weibo", "维护"))
    authorise(world)
    world.pass_time(1800, "weibo", step_s=300)
    assert channel_state(world) == "paused"


# ------------------------------------------------------------------ warnings


def test_warnings_come_at_seven_three_and_one_day_one_alarm_each_and_go_with_a_new_consent(
    world: World,
) -> None:
    short(world, 10 * DAY)
    authorise(world)
    seen: list[str] = []
    for _ in range(20):
        world.pass_time(DAY / 2, "weibo", step_s=DAY / 2)
        seen += [c for c in sorted(causes(world)) if c.startswith("consent:") and c not in seen]
        assert len([c for c in causes(world) if c.startswith("consent:")]) <= 1
    assert seen == ["consent:weibo:7", "consent:weibo:3", "consent:weibo:1"]
    total = world.rows("SELECT count(*) AS n FROM alarms WHERE cause LIKE 'consent:%'")[0]["n"]
    assert total == 3
    authorise(world)
    assert not [c for c in causes(world) if c.startswith("consent:")]


def test_the_platform_is_asked_once_a_day(world: World) -> None:
    authorise(world)
    before = len([r for r in world.requests("weibo") if "get_token_info" in r.path])
    world.pass_time(3 * DAY, "weibo", step_s=6 * 3600)
    after = len([r for r in world.requests("weibo") if "get_token_info" in r.path])
    assert 2 <= after - before <= 4


def test_doctor_tells_when_a_consent_ends(world: World) -> None:
    def told() -> dict[str, str]:
        return {c.name: c.level for c in diagnose(world.office) if c.name.startswith("授权")}

    short(world, 8 * DAY)
    authorise(world)
    assert told() == {"授权 微博": "ok"}
    world.clock.forward(4 * DAY)
    assert told() == {"授权 微博": "warn"}
    world.clock.forward(5 * DAY)
    assert told() == {"授权 微博": "bad"}


def test_a_token_from_a_file_has_an_end_too_once_it_was_asked_about(world: World) -> None:
    world.serve("weibo")
    known = consent.consent_of(world.office.outlets, "weibo")
    assert known is not None
    token = next(iter(sim(world).world.tokens.values()))
    assert known.expires_at is not None
    assert abs(known.expires_at - token.created_at - timedelta(seconds=token.lifetime_s)) <= timedelta(
        seconds=1
    )


# ------------------------------------------------------------------ the answer


def test_another_account_is_refused_and_the_consent_that_stood_stays(world: World) -> None:
    authorise(world)
    other = "1000000099"
    sim(world).world.users[other] = next(iter(sim(world).world.users.values()))
    result = give(world, allow(ask(world), uid=other))
    assert isinstance(result, ChannelError)
    assert other in result.words
    assert world.kinds()[-1] == "person:channel:consent_failed"
    item, _ = world.out_everywhere(item_file(channels=CHANNELS))
    assert world.states(item)["weibo"] == "verified"


def test_a_lost_answer_burns_the_code_and_the_words_say_authorise_again(world: World) -> None:
    answer = allow(ask(world))
    world.practice.stages["weibo"].script(Fault("oauth2/access_token", Do.DROP_AFTER))
    result = give(world, answer)
    assert isinstance(result, OutcomeUnknown)
    assert "重新授权" in result.words
    with pytest.raises(Refused):
        give(world, answer)
    assert isinstance(give(world, allow(ask(world))), Consent)


def test_the_same_answer_is_taken_once(world: World) -> None:
    answer = allow(ask(world))
    assert isinstance(give(world, answer), Consent)
    with pytest.raises(Refused):
        give(world, answer)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda world, answer: answer.replace("state=", "state=0"),
        lambda world, answer: answer.replace("code=", "kode="),
        lambda world, answer: "https://x.example/cb?" + urlencode({"error": "access_denied"}),
        lambda world, answer: world.clock.forward(CONSENT_ASKED_S) or answer,
    ],
    ids=["another state", "no code", "the owner said no", "too late"],
)
def test_an_answer_that_is_not_ours_is_refused(world: World, spoil: Any) -> None:
    answer = spoil(world, allow(ask(world)))
    with pytest.raises(Refused) as refused:
        give(world, answer)
    assert refused.value.problems[0].field == "answer"


def test_a_bare_code_is_taken_too(world: World) -> None:
    answer = allow(ask(world))
    code = parse_qs(urlsplit(answer).query)["code"][0]
    assert isinstance(give(world, f" {code}\n"), Consent)


def test_a_channel_without_consent_says_so(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.do("lu", consent.ask_consent, ConsentRequest("wechat"), outlets=world.office.outlets)
    assert refused.value.problems[0].allowed == "weibo"


def test_no_secret_of_a_consent_stands_in_log_or_alarm(world: World) -> None:
    address = ask(world)
    state = parse_qs(urlsplit(address).query)["state"][0]
    answer = allow(address)
    code = parse_qs(urlsplit(answer).query)["code"][0]
    result = give(world, answer)
    token = world.rows("SELECT value FROM account_values WHERE name = 'token'")[0]["value"]
    kept = "\n".join(
        str(tuple(row))
        for table in ("log_entries", "log_notes", "alarms", "channels")
        for row in world.rows(f"SELECT * FROM {table}")  # noqa: S608
    )
    secret = world.office.options["weibo"].app_secret.get_secret_value()
    assert [word for word in (state, code, token, secret) if word in kept or word in repr(result)] == []


def test_the_practice_page_of_consent_leads_to_a_page_of_its_own(world: World) -> None:
    place = allow(ask(world))
    page = fetch(place)
    assert page.status == 200
    assert "地址栏" in page.text
