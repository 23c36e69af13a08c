"""What apprise is believed, and what it must not show: against a web hook and a mail server on loopback."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator

import pytest

from publisher.domain.alerting import NotDelivered
from publisher.notices.messenger import KINDS, SEVERAL, UNUSABLE, Messenger
from tests.integration.messages.receivers import Hook, Mailbox, mail_server, web_hook

KEY = "693aXXX6-7aoc-4bc4-97a0"
BOTS = {  # scheme → (module, class, address)
    "wecombot": ("wecombot", "NotifyWeComBot", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"),
    "dingtalk": (
        "dingtalk",
        "NotifyDingTalk",
        "https://oapi.dingtalk.com/robot/send?access_token=693aXXX67aoc",
    ),
    "feishu": ("feishu", "NotifyFeishu", "https://open.feishu.cn/open-apis/bot/v2/hook/693aXXX67aoc"),
}


@pytest.fixture
def hook() -> Iterator[Hook]:
    with web_hook() as made:
        yield made


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as made:
        yield made


@pytest.fixture(params=list(BOTS))
def bot(request: pytest.FixtureRequest, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> Messenger:
    """A messenger for a group bot whose platform answers on loopback."""
    name, plugin, address = BOTS[request.param]
    messenger = Messenger({"group": address})
    assert messenger.fault("group") == ""
    module = KINDS[request.param].load()
    assert module.__name__.endswith(name)
    where = (
        f"http://127.0.0.1:{hook.port}/{{key}}" if name == "wecombot" else f"http://127.0.0.1:{hook.port}/"
    )
    monkeypatch.setattr(getattr(module, plugin), "notify_url", where)
    return messenger


def test_the_address_as_the_platform_shows_it_is_understood_and_the_text_arrives(
    bot: Messenger, hook: Hook
) -> None:
    bot.send("group", "公开发布：1 条", "微博结果不明")
    assert len(hook.got) == 1
    assert "公开发布：1 条" in str(hook.got[0])
    assert "微博结果不明" in str(hook.got[0])


@pytest.mark.parametrize("answer", ['{"errcode": 93000, "code": 19001}', "<html>login</html>", '["x"]', ""])
def test_an_answer_of_200_that_says_no_is_not_a_success(bot: Messenger, hook: Hook, answer: str) -> None:
    hook.answers = [(200, answer)]
    with pytest.raises(NotDelivered, match="对方不收"):
        bot.send("group", "题", "文")
    assert len(hook.got) == 1


def test_an_error_of_the_web_is_said_with_its_number(hook: Hook) -> None:
    hook.answers = [(503, "busy")]
    with pytest.raises(NotDelivered, match="HTTP 503"):
        Messenger({"a": f"json://127.0.0.1:{hook.port}/x"}).send("a", "题", "文")


def test_apprise_never_repeats_by_itself(hook: Hook) -> None:
    hook.answers = [(500, ""), (500, ""), (500, "")]
    with pytest.raises(NotDelivered):
        Messenger({"a": f"json://127.0.0.1:{hook.port}/x?retry=3&wait=0.1"}).send("a", "题", "文")
    assert len(hook.got) == 1


def test_an_optional_address_that_fails_is_a_failure(hook: Hook) -> None:
    hook.answers = [(500, "")]
    with pytest.raises(NotDelivered):
        Messenger({"a": f"json://127.0.0.1:{hook.port}/x?optional=yes"}).send("a", "题", "文")


def mail(box: Mailbox, to: str) -> str:
    return f"mailto://robot:pw@127.0.0.1:{box.port}?to={to}&from=robot@slj.example.gov.cn"


def test_a_mail_arrives_with_its_text(box: Mailbox) -> None:
    Messenger({"lu": mail(box, "lu@slj.example.gov.cn")}).send("lu", "公开发布：1 条", "微博结果不明")
    [(people, raw)] = box.got
    assert people == ("lu@slj.example.gov.cn",)
    read = email.message_from_string(raw, policy=email.policy.default)
    assert read["Subject"] == "公开发布：1 条"
    assert "微博结果不明" in read.get_body(("plain", "html")).get_content()  # type: ignore[union-attr]


def test_a_mail_that_is_refused_is_not_delivered(box: Mailbox) -> None:
    box.refuses = True
    with pytest.raises(NotDelivered):
        Messenger({"lu": mail(box, "lu@slj.example.gov.cn")}).send("lu", "题", "文")
    assert box.got == []


def test_one_target_is_one_recipient(box: Mailbox) -> None:
    messenger = Messenger({"all": mail(box, "a@slj.example.gov.cn,b@slj.example.gov.cn")})
    assert messenger.fault("all") == SEVERAL
    with pytest.raises(NotDelivered):
        messenger.send("all", "题", "文")
    assert box.got == []


@pytest.mark.parametrize(
    "address", ["", "nonsense", f"wecombot://{KEY}!!", "exec://rm", "slack://a/b/c", "json://"]
)
def test_an_address_that_nobody_understands_is_a_fault_in_words_without_it(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    messenger = Messenger({"a": address})
    words = messenger.fault("a")
    assert words == UNUSABLE
    assert capfd.readouterr() == ("", "")


def test_nothing_that_is_said_or_shown_names_the_address(
    hook: Hook, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    secret = "very-secret-key"
    hook.answers = [(404, "no")]
    messenger = Messenger(
        {
            "a": f"json://127.0.0.1:{hook.port}/{secret}",
            "b": f"json://{secret}.invalid/",
            "c": f"slack://{secret}",
        }
    )
    said = [repr(messenger), str(vars(messenger).keys())]
    for name in "abc":
        with pytest.raises(NotDelivered) as caught:
            messenger.send(name, "题", "文")
        said += [repr(caught.value), str(caught.value), caught.value.words]
    printed = capfd.readouterr()
    told = "".join([*said, printed.out, printed.err, caplog.text])
    assert secret not in told
    assert "127.0.0.1" not in told
