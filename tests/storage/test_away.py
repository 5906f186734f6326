"""A database that goes away is waited for; nothing is lost and nothing done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from storage import database as database_module
from storage.database import Database, create_engine
from storage.errors import DatabaseAway
from storage.migrate import bring_up_to_date
from storage.transaction import Transaction
from tests import postgresql
from tests.storage.test_database import keys, put

PATIENCE_S = 60


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "PAUSES_S", (0.02,))


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    """A server of the test's own, which it may stop."""
    with postgresql.running() as server:
        yield server


@pytest.fixture
def away(server: postgresql.Server) -> Iterator[Database]:
    """A database whose server has been stopped since it was last used."""
    engine = create_engine(server.new_database("away"))
    bring_up_to_date(engine)
    database = Database(engine)
    database.write_now(lambda tx: put(tx, "before"))
    server.stop()
    yield database
    database.close()


async def test_what_is_to_be_written_waits_for_the_server(
    server: postgresql.Server, away: Database
) -> None:
    # given a server that is away while three want to write
    told: list[str | None] = []
    gone = asyncio.Event()

    def change(reason: str | None) -> None:
        told.append(reason)
        gone.set()

    away.on_change = change
    async with asyncio.timeout(PATIENCE_S):
        writing = [
            asyncio.create_task(away.write(lambda tx, n=number: put(tx, str(n))))  # type: ignore[misc]  # n is bound now
            for number in range(3)
        ]
        await gone.wait()
        assert not await away.answers()
        assert not any(one.done() for one in writing)

        # when it comes back
        await asyncio.to_thread(server.start)
        await asyncio.gather(*writing)

    # then all is written, once, and both was told once
    assert sorted(await asyncio.to_thread(keys, away)) == ["0", "1", "2", "before"]
    assert await away.answers()
    assert [reason is None for reason in told] == [False, True]
    assert told[0] is not None
    assert told[0].startswith("the database does not answer")


async def test_lost_in_the_middle_a_transaction_is_done_anew(server: postgresql.Server) -> None:
    engine = create_engine(server.new_database("middle"))
    bring_up_to_date(engine)
    database = Database(engine)
    tries = 0

    def work(tx: Transaction) -> None:
        nonlocal tries
        tries += 1
        put(tx, f"try {tries}")
        if tries == 1:
            server.stop()
            server.start()
            # What catches errors on the way, as the intake does, must not hide it.
            with pytest.raises(sa.exc.DBAPIError), tx.savepoint():
                put(tx, "lost")
            put(tx, "lost as well")

    async with asyncio.timeout(PATIENCE_S):
        await database.write(work)

    assert await asyncio.to_thread(keys, database) == ["try 2"]
    await asyncio.to_thread(database.close)


def test_a_command_line_does_not_wait(away: Database) -> None:
    with pytest.raises(DatabaseAway, match="the database does not answer"):
        away.write_now(lambda tx: put(tx, "never"))


async def test_who_is_cancelled_does_not_wait_on(server: postgresql.Server, away: Database) -> None:
    writing = asyncio.create_task(away.write(lambda tx: put(tx, "given up")))
    async with asyncio.timeout(PATIENCE_S):
        while await away.answers():  # noqa: ASYNC110  until it is known to be away
            await asyncio.sleep(0.01)
        writing.cancel()
        await asyncio.wait([writing])
        await asyncio.to_thread(server.start)
        await away.write(lambda tx: put(tx, "after"))

    assert await asyncio.to_thread(keys, away) == ["before", "after"]


async def test_a_file_that_another_process_holds_is_waited_for(sqlite_url: str) -> None:
    Database.open(sqlite_url).close()
    database = Database(create_engine(f"{sqlite_url}?timeout=0"))
    holder = create_engine(sqlite_url)
    told: list[str | None] = []
    gone = asyncio.Event()

    def change(reason: str | None) -> None:
        told.append(reason)
        gone.set()

    database.on_change = change
    await database.write(lambda tx: tx.outbox._db.exec_driver_sql("PRAGMA busy_timeout = 1"))
    with holder.connect() as other, other.begin():
        writing = asyncio.create_task(database.write(lambda tx: put(tx, "a")))
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()
        assert not writing.done()
    async with asyncio.timeout(PATIENCE_S):
        await writing
    assert told[-1] is None
    assert await asyncio.to_thread(keys, database) == ["a"]
    database.close()
    holder.dispose()
