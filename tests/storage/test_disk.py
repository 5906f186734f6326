"""A disk that is full, a file that is torn, a migration that is killed: clear words and no loss."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows.ids import EffectKey
from storage.copying import damage_of
from storage.database import Database, create_engine
from storage.errors import DatabaseAway, DatabaseDamaged, DatabaseUnusable
from storage.migrate import NEWEST, bring_up_to_date, current_version, upgrade
from storage.outbox import Effect
from storage.transaction import Transaction
from tests.builders import NOW_MS, TABLE_1

_LARGE = "x" * 100_000
_FULL = "the database does not answer (database or disk is full)"


def put(tx: Transaction, key: str, content: str = "{}") -> None:
    effect = Effect(key=EffectKey(key), room_id=TABLE_1, content=content)
    tx.outbox.put([effect], now_ms=NOW_MS)


def keys(database: Database) -> list[str]:
    found = database.write_now(lambda tx: tx.outbox.due(now_ms=NOW_MS, besides=(), limit=99))
    return [one.key for one in found]


def limit(database: Database, pages: int | None) -> None:
    """Let the file grow no further, or as far as it likes: SQLite's own SQLITE_FULL."""

    def set_limit(tx: Transaction) -> None:
        (now,) = tx.outbox._db.exec_driver_sql("PRAGMA page_count").one()
        most = now + pages if pages is not None else 1 << 30
        tx.outbox._db.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    database.write_now(set_limit)


@pytest.fixture
def path(sqlite_url: str) -> Path:
    return Path(sqlite_url.removeprefix("sqlite:///"))


# ---------------------------------------------------------------- a full disk


async def test_what_does_not_fit_is_written_when_there_is_room(sqlite_url: str) -> None:
    # given a disk that is full
    database = Database.open(sqlite_url)
    told: list[str | None] = []
    away = asyncio.Event()

    def on_change(reason: str | None) -> None:
        told.append(reason)
        away.set()

    database.on_change = on_change
    await database.write(lambda tx: put(tx, "before"))
    full = await asyncio.to_thread(_fill, database)

    # when something is written, then it waits, and its reason is told once
    writing = asyncio.create_task(database.write(lambda tx: put(tx, "large", _LARGE)))
    await asyncio.wait_for(away.wait(), 60)
    assert told == [_FULL]
    assert not writing.done()

    # and when there is room, it is written, and all of it once
    full.unlimit()
    await asyncio.wait_for(writing, 60)
    assert await asyncio.to_thread(keys, database) == ["before", "large"]
    assert told[-1] is None
    database.close()


class _fill:  # noqa: N801  reads as what it does
    """Let each new connection find the disk full, until `unlimit`."""

    def __init__(self, database: Database) -> None:
        self.engine = database._engine
        limit(database, 0)
        sa.event.listen(self.engine, "connect", self._limit)

    def _limit(self, connection: sqlite3.Connection, _record: object) -> None:
        (now,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {now}")

    def unlimit(self) -> None:
        sa.event.remove(self.engine, "connect", self._limit)


def makes_do(tx: Transaction) -> None:
    """Do without the one part that fails, as who takes in messages does for an odd one."""
    put(tx, "first")
    try:
        with tx.savepoint():
            put(tx, "large", _LARGE)
    except Exception:  # noqa: BLE001  as above
        put(tx, "set aside")
    put(tx, "last")


def test_a_server_that_takes_nothing(postgresql_url: str) -> None:
    """As one that stands by, or whose disk is full."""
    database = Database.open(postgresql_url)
    database.write_now(
        lambda tx: tx.outbox._db.exec_driver_sql(
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
        )
    )

    with pytest.raises(DatabaseAway) as caught:
        database.write_now(makes_do)
    assert "in a read-only transaction" in str(caught.value)

    # a new connection, to a server that takes everything again
    database.write_now(makes_do)
    assert keys(database) == ["first", "large", "last"]
    database.close()


def test_a_transaction_that_sqlite_took_back_is_not_half_done(sqlite_url: str) -> None:
    # given a full disk, and somebody who makes do without the one part that fails
    database = Database.open(sqlite_url)
    limit(database, 0)

    # then nothing of it is there, and nobody takes it for done
    with pytest.raises(DatabaseAway) as caught:
        database.write_now(makes_do)
    assert str(caught.value) == _FULL
    assert keys(database) == []

    # and when there is room all of it is
    limit(database, None)
    database.write_now(makes_do)
    assert keys(database) == ["first", "large", "last"]
    database.close()


def test_a_write_that_the_system_refuses(sqlite_url: str, path: Path) -> None:
    """With a real error of the operating system: a process that may write no larger files."""
    Database.open(sqlite_url).close()
    done = _in_child(_writes_too_much, sqlite_url)

    assert done == 0
    assert damage_of(path) is None


def _writes_too_much(url: str) -> None:
    database = Database.open(url)
    database.write_now(lambda tx: put(tx, "before"))
    wal = Path(url.removeprefix("sqlite:///") + "-wal")
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size, hard))
    with pytest.raises(DatabaseAway):
        database.write_now(lambda tx: put(tx, "large", _LARGE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    database.write_now(lambda tx: put(tx, "large", _LARGE))
    assert keys(database) == ["before", "large"]
    database.close()


# ---------------------------------------------------------------- files that cannot be used


def test_a_folder_that_cannot_be_written_is_told() -> None:
    with pytest.raises(DatabaseUnusable) as caught:
        Database.open("sqlite:////proc/runda.db")

    assert str(caught.value) == (
        "the database sqlite:////proc/runda.db cannot be opened (unable to open database file); "
        "check that the folder exists, that you may write there and that the disk is not full"
    )


def test_a_torn_file_is_told_and_left_as_it_is(sqlite_url: str, path: Path) -> None:
    # given a database whose second half is overwritten
    database = Database.open(sqlite_url)
    for number in range(200):
        database.write_now(lambda tx, n=number: put(tx, f"key {n}", "y" * 400))  # type: ignore[misc]  # bound now
    database.close()
    content = path.read_bytes()
    torn = content[: len(content) // 4] + b"\xa5" * (len(content) * 3 // 4)
    path.write_bytes(torn)

    # when it is used, then whoever runs the bot is told what to do
    with pytest.raises(DatabaseDamaged) as caught:
        _use(sqlite_url)
    assert "is damaged (" in str(caught.value)
    assert str(caught.value).endswith("put the newest backup back: runda restore FOLDER --force")
    assert damage_of(path) is not None


def _use(url: str) -> None:
    database = Database.open(url)
    try:
        database.write_now(lambda tx: tx.outbox.due(now_ms=NOW_MS, besides=(), limit=999))
        database.write_now(lambda tx: put(tx, "more", _LARGE))
    finally:
        database.close()


def test_what_is_no_database_is_told(sqlite_url: str, path: Path) -> None:
    path.write_bytes(b"not a database at all" * 400)

    with pytest.raises(DatabaseDamaged) as caught:
        Database.open(sqlite_url)

    assert "is damaged (file is not a database)" in str(caught.value)


# ---------------------------------------------------------------- a migration that is killed


def test_killed_anywhere_in_its_migrations(sqlite_url: str, path: Path) -> None:
    # given a database of the first version with something in it
    engine = create_engine(sqlite_url)
    upgrade(engine, "0001")
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO outbox (key, room_id, content, created_ms, due_ms, state, tries) "
                "VALUES ('kept', '!one', '{}', 1, 1, 0, 0)"
            )
        )
    engine.dispose()
    first = path.read_bytes()

    # when the process is killed at one statement after the other
    for statement in (1, 2, 5, 10, 20, 40, 80, 160):
        path.write_bytes(first)
        killed = _in_child(_migrates_until, sqlite_url, statement)
        if killed == 0:
            break
        assert killed == -signal.SIGKILL

        # then the next start finds it whole, brings it up to date and has lost nothing
        assert damage_of(path) is None
        engine = create_engine(sqlite_url)
        bring_up_to_date(engine)
        assert current_version(engine) == NEWEST
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT key FROM outbox")) == "kept"
        engine.dispose()
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
    else:
        pytest.fail("there are more statements than were tried")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEWEST,)]


def _migrates_until(url: str, statement: int) -> None:
    engine = create_engine(url)
    left = [statement]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(engine, "after_cursor_execute", count)
    bring_up_to_date(engine)
    engine.dispose()


def _in_child(work: object, *arguments: object) -> int | None:
    child = multiprocessing.get_context("fork").Process(target=work, args=arguments)  # type: ignore[arg-type]  # any function
    child.start()
    child.join(120)
    return child.exitcode
