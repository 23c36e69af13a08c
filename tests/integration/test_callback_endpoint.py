"""The callback address: kept before it is answered, strangers turned away and counted, no secret in any line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from publisher.bootstrap import open_callbacks, run_service
from publisher.cli.callbacks import beside_service
from publisher.settings import SettingsRefused
from publisher.web.callbacks import MAX_BYTES
from tests.callback_world import Called, called
from tests.postman import AES_KEY, TOKEN, Postman, failed, sign, with_callback
from tests.worlds import MakeWorld


@pytest.fixture
def here(make_world: MakeWorld) -> Iterator[Called]:
    with called(make_world) as made:
        yield made


def event(here: Called, publish_id: int = 1) -> str:
    return failed(publish_id, 3, here.world.clock.now)


def test_the_address_answers_the_platforms_first_question(here: Called) -> None:
    stamp = str(int(here.world.clock.now.timestamp()))
    query = {"signature": sign(TOKEN, stamp, "n"), "timestamp": stamp, "nonce": "n", "echostr": "5838479218"}
    answer = here.world.client.get(f"{here.postman.base}?{urlencode(query)}")
    assert (answer.status_code, answer.content) == (200, b"5838479218")
    assert here.world.client.get(here.postman.base).status_code == 403


def test_an_event_is_kept_before_it_is_answered_and_readable_without_a_secret(here: Called) -> None:
    assert here.send(event(here)) == 200
    (row,) = here.world.rows("SELECT * FROM inbox")
    assert (row["channel"], row["event_key"], row["kind"]) == ("wechat", "publish:1:3", "PUBLISHJOBFINISH")
    assert row["sealed"] == 1
    assert b"<publish_id>1</publish_id>" in row["raw"]


def test_what_cannot_be_kept_is_not_answered_so_that_the_platform_tries_again(here: Called) -> None:
    here.world.tamper("ALTER TABLE inbox RENAME TO inbox_away")
    assert here.send(event(here)) == 503
    here.world.tamper("ALTER TABLE inbox_away RENAME TO inbox")
    assert here.send(event(here)) == 200
    assert len(here.inbox()) == 1


def test_what_followers_write_is_answered_and_kept_nowhere(here: Called) -> None:
    text = "<xml><FromUserName>oA</FromUserName><MsgType>text</MsgType><Content>我的电话</Content></xml>"
    assert here.send(text) == 200
    assert here.inbox() == []


def test_strangers_are_refused_counted_and_after_several_there_is_one_alarm(here: Called) -> None:
    stranger = Postman(token="somebody-else", base=here.postman.base)
    for number in range(1, 8):
        answer = stranger.deliver(here.world.client, event(here), here.world.clock.now)
        assert (answer.status_code, answer.text) == (403, "")
        alarms = [a.cause for a in here.world.alarms()]
        assert alarms == (["callback:wechat"] if number >= 5 else [])
    assert sum(here.office.desk.refused.values()) == 7
    assert here.inbox() == []
    here.send(event(here))
    assert here.world.alarms(), "a good event within the hour proves nothing about the stranger"
    here.world.clock.forward(3601)
    here.send(event(here, 2))
    assert here.world.alarms() == []


def test_an_old_recording_is_refused(here: Called) -> None:
    query, body = here.postman.request(event(here), here.world.clock.now)
    here.world.clock.forward(601)
    answer = here.world.client.post(f"{here.postman.base}?{urlencode(query)}", content=body)
    assert answer.status_code == 403
    assert here.inbox() == []


def test_too_large_a_body_is_not_read_to_its_end(here: Called) -> None:
    query, _ = here.postman.request(event(here), here.world.clock.now)
    url = f"{here.postman.base}?{urlencode(query)}"
    assert here.world.client.post(url, content=b"x" * (MAX_BYTES + 1)).status_code == 413
    chunks = (b"x" * 1024 for _ in range(65))
    assert here.world.client.post(url, content=chunks).status_code == 413
    assert here.inbox() == []


@pytest.mark.parametrize(("path", "status"), [("weibo", 404), ("nowhere", 404), ("", 404)])
def test_other_addresses_are_not_there(here: Called, path: str, status: int) -> None:
    base = here.postman.base.removesuffix("wechat")
    assert here.world.client.post(base + path).status_code == status


def test_no_line_of_the_log_holds_a_secret_or_what_was_sent(here: Called) -> None:
    stranger = Postman(token="somebody-else", base=here.postman.base)
    stranger.deliver(here.world.client, event(here), here.world.clock.now)
    here.world.client.post(here.postman.base, content=b"x" * (MAX_BYTES + 1))
    shown = "\n".join(here.log.lines)
    assert len(here.log.lines) == 2
    for secret in (TOKEN, AES_KEY, "signature=", "oTest", "publish_id"):
        assert secret not in shown
        assert secret not in repr(here.office)


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("[channels.weibo]", "[channels.weibo]", "channels"),
        (*next(iter(with_callback().items())), "channels.wechat.callback.token_file"),
        (
            "[channels.weibo]",
            '[channels.city-portal.callback]\nmode = "plain"\n\n[channels.weibo]',
            "channels.city",
        ),
    ],
    ids=["no callbacks", "no secret file", "a kind without callbacks"],
)
def test_settings_that_do_not_do_are_refused_by_name(
    make_world: MakeWorld, before: str, after: str, named: str
) -> None:
    world = make_world(practising=False, settings={before: after})
    with pytest.raises(SettingsRefused) as why:
        open_callbacks(world.home)
    assert why.value.problems[0].field.startswith(named)


def test_the_service_serves_the_same_address_where_the_settings_say_so(make_world: MakeWorld) -> None:
    places: dict[str, str] = {}
    settings = {**with_callback(), "[audit]": "[callbacks]\nport = 0\nin_service = true\n\n[audit]"}
    world = make_world(practising=False, settings=settings)
    for name, text in (("callback.token", TOKEN), ("callback.key", AES_KEY)):
        (world.home / "secrets" / name).write_text(text, encoding="utf-8")
    statuses = []

    def ask() -> bool:
        statuses.append(world.client.get(places["callbacks wechat"]).status_code)
        return True

    run_service(world.home, with_sandbox=False, until=ask, on_ready=places.update, beside=beside_service)
    assert statuses == [403]


def test_a_process_of_its_own_needs_no_key_and_no_other_secret(make_world: MakeWorld) -> None:
    settings = {**with_callback(), "[audit]": "[callbacks]\nport = 0\n\n[audit]"}
    world = make_world(practising=False, settings=settings)
    for name, text in (("callback.token", TOKEN), ("callback.key", AES_KEY)):
        (world.home / "secrets" / name).write_text(text, encoding="utf-8")
    for path in ("keys/log.key", "secrets/wechat.secret", "secrets/weibo.secret", "secrets/weibo.token"):
        (world.home / path).unlink()
    start = "import sys; from publisher.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", start, "callbacks", "serve", "--json", "--home", str(world.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            line = process.stdout.readline()
            ready = json.loads(line if line.rstrip().endswith("}") else line + _rest(process.stdout))
            postman = Postman(base=ready["places"]["wechat"])
            now = datetime.now(UTC)
            assert postman.deliver(world.client, failed(1, 3, now), now).text == "success"
            stranger = Postman(base=postman.base, token="somebody-else")
            assert stranger.deliver(world.client, failed(2, 3, now), now).status_code == 403
        finally:
            process.send_signal(signal.SIGTERM)
            told = process.stderr.read()
        assert process.wait(10) == 0
    assert len(world.rows("SELECT id FROM inbox")) == 1
    assert "signature" in told
    for secret in (TOKEN, AES_KEY, "somebody-else", "msg_signature"):
        assert secret not in told


def _rest(stream) -> str:  # type: ignore[no-untyped-def]
    """The rest of one JSON document over several lines."""
    lines: list[str] = []
    for line in stream:
        lines.append(line)
        if line.rstrip() == "}":
            break
    return "".join(lines)
