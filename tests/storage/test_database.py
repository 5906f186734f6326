"""Transactions: whole or not at all, one at a time, also beside another process."""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows.ids import EffectKey
from storage.database import Database, create_engine
from storage.errors import DatabaseUnusable
from storage.outbox import Effect
from storage.overview import reading
from storage.transaction import Transaction
from tests.builders import NOW_MS, TABLE_1


def put(tx: Transaction, key: str) -> None:
    tx.outbox.put([Effect(key=EffectKey(key), room_id=TABLE_1, content="{}")], now_ms=NOW_MS)


def keys(database: Database) -> list[str]:
    found = database.write_now(lambda tx: tx.outbox.due(now_ms=NOW_MS, besides=(), limit=99))
    return [one.key for one in found]


# ---------------------------------------------------------------- whole or not at all


def test_an_error_takes_everything_back(database: Database) -> None:
    def torn(tx: Transaction) -> None:
        put(tx, "a")
        raise LookupError("torn")

    with pytest.raises(LookupError):
        database.write_now(torn)
    assert keys(database) == []

    database.write_now(lambda tx: put(tx, "b"))
    assert keys(database) == ["b"]


def test_an_error_of_the_database_leaves_it_usable(database: Database) -> None:
    def torn(tx: Transaction) -> None:
        put(tx, "a")
        tx.people.number_of("none-1", "@x:y", "1")  # type: ignore[arg-type]  # no such dialogue

    with pytest.raises(sa.exc.IntegrityError):
        database.write_now(torn)

    database.write_now(lambda tx: put(tx, "b"))
    assert keys(database) == ["b"]


def test_a_part_can_fail_alone(database: Database) -> None:
    def torn_part(tx: Transaction) -> None:
        put(tx, "before")
        with suppress(LookupError), tx.savepoint():
            put(tx, "part")
            with tx.savepoint():
                put(tx, "inner")
            raise LookupError
        with tx.savepoint():
            put(tx, "after")

    database.write_now(torn_part)

    assert keys(database) == ["before", "after"]


def test_a_part_that_the_database_refuses_fails_alone(database: Database) -> None:
    def torn_part(tx: Transaction) -> None:
        put(tx, "before")
        with pytest.raises(sa.exc.IntegrityError), tx.savepoint():
            tx.people.number_of("none-1", "@x:y", "1")  # type: ignore[arg-type]  # no such dialogue
        put(tx, "after")

    database.write_now(torn_part)

    assert keys(database) == ["before", "after"]


def test_hooks_run_when_the_transaction_has_ended(database: Database) -> None:
    ran: list[str] = []

    def hooked(tx: Transaction) -> None:
        tx.after_commit(lambda: ran.append("committed"))
        tx.after_rollback(lambda: ran.append("rolled back"))

    def torn(tx: Transaction) -> None:
        hooked(tx)
        raise LookupError

    database.write_now(hooked)
    assert ran == ["committed"]
    with pytest.raises(LookupError):
        database.write_now(torn)
    assert ran == ["committed", "rolled back"]


async def test_a_cancelled_caller_does_not_tear_the_transaction(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        begun.set()
        put(tx, "a")
        go_on.wait(5)
        put(tx, "b")

    writing = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(begun.wait, 5)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    go_on.set()

    await database.write(lambda tx: put(tx, "c"))
    assert await asyncio.to_thread(keys, database) == ["a", "b", "c"]


async def test_transactions_never_run_into_each_other(database: Database) -> None:
    inside: list[int] = []

    def work(tx: Transaction, number: int) -> None:
        inside.append(number)
        put(tx, str(number))
        assert inside == [number]
        inside.remove(number)

    await asyncio.gather(
        *(database.write(lambda tx, n=number: work(tx, n)) for number in range(40))  # type: ignore[misc]  # n is bound now
    )

    assert await asyncio.to_thread(keys, database) == [str(number) for number in range(40)]


def test_a_lost_connection_is_made_anew(database: Database) -> None:
    database.write_now(lambda tx: put(tx, "a"))

    def lose(tx: Transaction) -> None:
        tx.outbox._db.invalidate()
        raise LookupError

    with pytest.raises(LookupError):
        database.write_now(lose)

    assert keys(database) == ["a"]


# ---------------------------------------------------------------- beside another process


def _write_much(url: str, name: str) -> None:
    database = Database.open(url)
    for number in range(10):
        database.write_now(lambda tx, n=number: put(tx, f"{name}{n}"))  # type: ignore[misc]  # n is bound now
    database.close()


def test_two_processes_wait_for_each_other(migrated_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    other = context.Process(target=_write_much, args=(migrated_url, "other"))
    other.start()
    _write_much(migrated_url, "own")
    other.join(30)
    assert other.exitcode == 0

    database = Database.open(migrated_url)
    assert len(keys(database)) == 20
    database.close()


def test_another_process_may_order_while_a_transaction_is_open(migrated_url: str) -> None:
    """SQLite has one writer at a time: the second waits instead of failing."""
    first, second = Database.open(migrated_url), Database.open(migrated_url)
    reading, go_on = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        tx.outbox.fate(EffectKey("x"))
        reading.set()
        go_on.wait(5)
        put(tx, "first")

    slowly = threading.Thread(target=first.write_now, args=(slow,))
    slowly.start()
    reading.wait(5)
    waiting = threading.Thread(target=second.write_now, args=(lambda tx: put(tx, "second"),))
    waiting.start()
    go_on.set()
    slowly.join(10)
    waiting.join(10)

    assert sorted(keys(first)) == ["first", "second"]
    first.close()
    second.close()


# ---------------------------------------------------------------- settings and errors


def test_sqlite_is_safe_against_a_power_cut_and_erases_for_good(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)

    def settings(tx: Transaction) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        return [tx.outbox._db.scalar(sa.text(f"PRAGMA {name}")) for name in names]

    assert database.write_now(settings) == ["wal", 2, 1, 10000, 1]
    database.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "cannot be read; write e.g. sqlite:///runda.db"),
        ("mysql://somewhere/runda", "is not a database Runda knows"),
        ("sqlite:////no/such/folder/runda.db", "check that the folder exists"),
    ],
)
def test_an_address_that_cannot_be_used(url: str, message: str) -> None:
    with pytest.raises(DatabaseUnusable, match=message):
        Database.open(url)


def test_a_server_that_does_not_answer_and_no_password_in_the_error() -> None:
    with pytest.raises(DatabaseUnusable) as caught:
        Database.open("postgresql+psycopg://runda:hush@127.0.0.1:1/runda?connect_timeout=2")

    assert "hush" not in str(caught.value)
    assert "127.0.0.1:1/runda" in str(caught.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "runda.db"
    file.write_text("shopping list: milk, bread, and a great many eggs" * 50)

    with pytest.raises(DatabaseUnusable, match=r"runda\.db is damaged"):
        Database.open(f"sqlite:///{file}")


def test_the_name_for_people_has_no_password() -> None:
    database = Database(create_engine("postgresql+psycopg://runda:hush@db.example/runda"))

    assert database.name == "postgresql+psycopg://runda:***@db.example/runda"
    database.close()


# ---------------------------------------------------------------- erased for good


def test_what_is_erased_leaves_the_log_too(sqlite_url: str, tmp_path: Path) -> None:
    database = Database.open(sqlite_url)
    database.write_now(lambda tx: put(tx, "Zucchini"))
    assert b"Zucchini" in on_disk(tmp_path)

    def erase(tx: Transaction) -> None:
        tx.outbox.drop([1])
        tx.erase_for_good()
        tx.erase_for_good()

    database.write_now(erase)

    assert b"Zucchini" not in on_disk(tmp_path)
    database.close()


def test_a_reader_is_not_waited_for(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    database.write_now(lambda tx: put(tx, "Zucchini"))
    with reading(sqlite_url) as seen:
        seen.overview.waiting()
        begun = time.monotonic()
        database.write_now(lambda tx: tx.erase_for_good())
        assert time.monotonic() - begun < 5
    database.write_now(lambda tx: put(tx, "after"))
    assert database.write_now(lambda tx: tx.outbox._db.scalar(sa.text("PRAGMA busy_timeout"))) > 0
    database.close()


def test_other_databases_erase_by_themselves(database: Database) -> None:
    database.write_now(lambda tx: tx.erase_for_good())
    database.write_now(lambda tx: put(tx, "after"))

    assert keys(database) == ["after"]


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("runda.db*"))
