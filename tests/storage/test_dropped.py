"""Files that wait until they are answered."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from storage.database import Database
from storage.dropped import DroppedFile
from storage.transaction import Transaction
from tests.builders import NOW_MS, OLGA, ORGANIZERS, event_id

FILE = DroppedFile(
    room_id=ORGANIZERS,
    event_id=event_id(),
    sender=OLGA,
    sent_ms=NOW_MS,
    name="möte.toml",
    address='{"url":"mxc://example.org/1"}',
)
LATER = replace(FILE, event_id=event_id(), sent_ms=NOW_MS + 1)


def keep(tx: Transaction, *, file: DroppedFile) -> None:
    tx.dropped.keep(file)


def waiting(tx: Transaction) -> tuple[DroppedFile, ...]:
    return tx.dropped.waiting()


def test_they_wait_in_order_and_each_once(database: Database) -> None:
    for file in (LATER, FILE, FILE):
        database.write_now(partial(keep, file=file))

    assert database.write_now(waiting) == (FILE, LATER)


def test_what_is_answered_is_forgotten_once(database: Database) -> None:
    database.write_now(lambda tx: tx.dropped.keep(FILE))

    assert [database.write_now(lambda tx: tx.dropped.forget(FILE)) for _ in range(2)] == [
        True,
        False,
    ]
    assert database.write_now(waiting) == ()
