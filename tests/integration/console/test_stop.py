"""The stop button, and what stands on the accounts that we did not send."""

from __future__ import annotations

import pytest

from tests.integration.console.test_deliveries import released, state_of
from tests.seats import seats
from tests.world import World

CHAIN = {
    "lu2": "drafter",
    "zhou": "editor",
    "shen2": "content_reviewer secrecy_reviewer",
    "qin2": "approver",
    "gong": "disclosure_office",
}
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def frozen(world: World) -> list[tuple[str, int, str]]:
    rows = world.rows(
        "SELECT channel, urgent_too, frozen_by FROM freezes WHERE lifted_at IS NULL ORDER BY id"
    )
    return [(row["channel"], row["urgent_too"], row["frozen_by"]) for row in rows]


def test_everyone_in_the_chain_and_administrators_stop_everything_and_the_approver_lifts_it(
    quiet_world: World,
) -> None:
    with seats(quiet_world, **CHAIN, wang="administrator") as at:
        for who in at:
            page = at[who].get("/")
            assert 'href="/stop"' in page, "one tap from every page"
            assert "马上生效" in at[who].get("/stop")
            assert "已经叫停" in at[who].done("/stop", {"what": "all", "reason": "标题有错"})
            assert frozen(quiet_world) == [("", 0, who)]
            assert "什么都不发" in at["lu2"].get("/postings")
            for other in at:
                if other != "qin2":
                    assert 'action="/stop/lift"' not in at[other].get("/stop")
                    at[other].refused("/stop/lift", {"channel": ""}, 403)
            assert "已经解除" in at["qin2"].done("/stop/lift", {"channel": "", "reason": "查清了"})
            assert frozen(quiet_world) == []


def test_auditors_and_security_administrators_stop_nothing(quiet_world: World) -> None:
    with seats(quiet_world, an2="auditor", bao="security_administrator") as at:
        for seat in at.values():
            assert 'href="/stop"' not in seat.get("/")
            seat.get("/stop", 403)
            seat.refused("/stop", {"what": "all", "reason": "x"}, 403)
    assert frozen(quiet_world) == []


def test_one_channel_or_urgent_things_too_may_be_stopped_and_nothing_is_claimed_there(
    quiet_world: World,
) -> None:
    key = released(quiet_world)["bureau-portal"]
    with seats(quiet_world, **CHAIN) as at:
        at["lu2"].done("/stop", {"what": "channel:bureau-portal", "reason": "页面乱码"})
        assert frozen(quiet_world) == [("bureau-portal", 1, "lu2")]
        quiet_world.turn("bureau-portal")
        assert state_of(quiet_world, key) in ("waiting", "queued")
        page = at["zhou"].get("/stop")
        assert "页面乱码" in page
        assert 'value="channel:bureau-portal"' not in page
        at["zhou"].done("/stop", {"what": "all-urgent", "reason": "账号被人用了"})
        assert frozen(quiet_world)[1] == ("", 1, "zhou")
        at["zhou"].refused("/stop", {"what": "all", "reason": "再停一次"}, 409)
        at["qin2"].done("/stop/lift", {"channel": "bureau-portal"})
        at["qin2"].done("/stop/lift", {"channel": ""})
        at["qin2"].refused("/stop/lift", {"channel": ""}, 409)


@pytest.mark.parametrize("what", ["", "channel:", "channel:none", "everything", HOSTILE])
def test_a_stop_of_nothing_known_or_without_a_reason_is_refused_and_what_was_written_is_kept(
    quiet_world: World, what: str
) -> None:
    with seats(quiet_world, lu2="drafter") as at:
        page = at["lu2"].refused("/stop", {"what": what, "reason": "写好的理由"}, 422)
        assert "写好的理由" in page
        assert "<script>alert" not in page
        at["lu2"].refused("/stop", {"what": "all", "reason": "  "}, 422)
    assert frozen(quiet_world) == []


def stranger(world: World, number: int = 1) -> None:
    with world.office.store.write() as uow:
        uow.strangers.add(
            channel="weibo",
            remote_id=f"{number}{HOSTILE}",
            url=f"javascript:alert(1)//{HOSTILE}",
            words=HOSTILE,
            posting_id="",
            posted_at=world.clock.now,
            seen_at=world.clock.now,
        )
        uow.commit()


def test_a_stranger_is_explained_by_editor_or_approver_with_a_reason(quiet_world: World) -> None:
    stranger(quiet_world)
    fields = {"channel": "weibo", "remote_id": f"1{HOSTILE}", "reason": "值班同志手工发的"}
    with seats(quiet_world, **CHAIN, an2="auditor") as at:
        assert "有 1 条没有人说明来历" in at["an2"].get("/strangers")
        for who in ("lu2", "shen2", "gong", "an2"):
            assert 'name="remote_id"' not in at[who].get("/strangers")
            at[who].refused("/strangers", fields, 403)
        page = at["zhou"].get("/strangers")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page
        at["zhou"].refused("/strangers", fields | {"reason": ""}, 422)
        at["zhou"].refused("/strangers", fields | {"remote_id": "9"}, 404)
        assert "已记下来历" in at["zhou"].done("/strangers", fields)
        assert "没有要说明的" in at["qin2"].get("/strangers")
        stranger(quiet_world, 2)
        at["qin2"].done("/strangers", fields | {"remote_id": f"2{HOSTILE}"})


def test_strangers_come_fifty_a_page(quiet_world: World) -> None:
    for number in range(60):
        stranger(quiet_world, number + 100)
    with seats(quiet_world, zhou="editor") as at:
        assert at["zhou"].get("/strangers").count('name="remote_id"') == 50
        assert at["zhou"].get("/strangers?page=2").count('name="remote_id"') == 10
        at["zhou"].get("/strangers?page=-4")
