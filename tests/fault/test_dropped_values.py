"""What an adapter dropped from its account is gone: else a lost cover would be sent again as an empty one."""

from __future__ import annotations

from publisher.workflow.account import StoreAccount
from tests.fault.killing import Scene


def test_a_dropped_value_is_none_and_its_place_is_free_again(at: Scene) -> None:
    account = StoreAccount(at.office.store, "wechat")
    assert account.put("cover", "M1", expires_at=None, expected_version=0)
    assert not account.put("cover", "M2", expires_at=None, expected_version=0)
    assert account.drop("cover", expected_version=1)
    assert account.get("cover") is None
    assert account.put("cover", "M2", expires_at=None, expected_version=0)
    kept = account.get("cover")
    assert kept is not None
    assert (kept.value, kept.version) == ("M2", 3)
