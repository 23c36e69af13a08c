"""Statements that run on the driver itself: the library's types and errors, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from publisher.domain.catalogue import Bureau
from publisher.domain.clocks import WorkCalendar
from publisher.domain.posting import ChannelState
from publisher.store import schema as t
from publisher.store.blobs import Blobs
from publisher.store.engine import CommitUnsure, StoreUnavailable, Target
from publisher.store.migrate import upgrade
from publisher.store.prepared import Prepared
from publisher.store.unit_of_work import Store
from tests.postgres import Server, running

AT = datetime(2026, 11, 24, 2, 0, 0, 120, tzinfo=UTC)
BUREAU = Bureau("bureau", "临澜市水利局", "99000123-4", {}, {}, WorkCalendar(2026, 2026, {}))
GIVEN = ("name", "body", "kind", "state", "since")
ADD = Prepared(sa.insert(t.channels), GIVEN)
OPEN = Prepared(
    sa.select(t.channels.c.state, t.channels.c.since, t.channels.c.next_probe_at, t.channels.c.reason).where(
        t.channels.c.name == sa.bindparam("called"), t.channels.c.state == ChannelState.OPEN
    )
)
MOVE = Prepared(sa.update(t.channels).where(t.channels.c.name == sa.bindparam("called")), ("since",))
BROKEN = Prepared(sa.select(sa.literal_column("no_such_column")).select_from(t.channels))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as started:
        yield started


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def store(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[Store]:
    target: Target = tmp_path / "a.db"
    if request.param == "PostgreSQL":
        target = server.database().replace("postgresql:", "postgresql+psycopg:")
    upgrade(target)
    made = Store(target, BUREAU, Blobs(tmp_path / "blobs"), "gongkai/0000000000000001")
    yield made
    made.close()


@pytest.fixture
def connection(store: Store) -> Iterator[sa.Connection]:
    with store.engine.execution_options(unlocked=True).connect() as opened, opened.begin():
        yield opened


def channel(name: str = "weibo") -> dict[str, Any]:
    return {"name": name, "body": "bureau", "kind": "weibo", "state": ChannelState.OPEN, "since": AT}


def test_values_and_rows_have_the_librarys_types_and_columns_their_usual_values(
    connection: sa.Connection,
) -> None:
    assert ADD.changed(connection, channel()) == 1
    assert OPEN.rows(connection, {"called": "weibo"}) == [[ChannelState.OPEN, AT, None, ""]]
    later = AT.replace(year=2027)
    assert MOVE.changed(connection, {"called": "weibo", "since": later}) == 1
    assert MOVE.changed(connection, {"called": "wechat", "since": later}) == 0
    whole = connection.execute(sa.select(t.channels.c.since, t.channels.c.state)).one()
    assert tuple(whole) == (later, ChannelState.OPEN)


def test_a_naive_instant_and_an_unknown_word_are_refused_before_the_database_is_asked(
    connection: sa.Connection,
) -> None:
    with pytest.raises(ValueError, match="naive"):
        ADD.changed(connection, {**channel(), "since": AT.replace(tzinfo=None)})
    with pytest.raises(ValueError, match="ajar"):
        ADD.changed(connection, {**channel(), "state": "ajar"})
    with pytest.raises(KeyError, match="since"):
        ADD.changed(connection, {"name": "weibo", "body": "b", "kind": "k", "state": "open"})
    assert OPEN.rows(connection, {"called": "weibo"}) == []


def test_what_the_database_refuses_is_the_librarys_error(connection: sa.Connection) -> None:
    ADD.changed(connection, channel())
    with pytest.raises(sa.exc.IntegrityError) as why:
        ADD.changed(connection, channel())
    assert why.value.params is None, "no value stands in the message"


def test_what_cannot_be_asked_is_an_error_and_no_outage(connection: sa.Connection) -> None:
    with pytest.raises(sa.exc.DBAPIError) as why:
        BROKEN.rows(connection, {})
    assert not why.value.connection_invalidated


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match="只读"), store.read() as reading:
        ADD.changed(reading._connection, channel())


def test_a_server_that_goes_away_is_said_in_plain_words_and_the_next_transaction_works(
    server: Server, tmp_path: Path
) -> None:
    target = server.database().replace("postgresql:", "postgresql+psycopg:")
    upgrade(target)
    store = Store(target, BUREAU, Blobs(tmp_path / "blobs"), "gongkai/0000000000000001")
    with store.write() as uow:
        ADD.changed(uow._connection, channel())
        server.stop()
        server.start()
        with pytest.raises(StoreUnavailable, match="数据库连不上"):
            ADD.changed(uow._connection, channel("wechat"))
        with pytest.raises((StoreUnavailable, CommitUnsure, sa.exc.InvalidRequestError)):
            uow.commit()
    with store.write() as uow:
        assert OPEN.rows(uow._connection, {"called": "weibo"}) == [], "nothing of the broken one was stored"
        ADD.changed(uow._connection, channel())
        uow.commit()
    store.close()
