"""Which rehearsal is going on."""

from __future__ import annotations

from storage.database import Database
from storage.rehearsals import Rehearsal
from storage.transaction import Transaction
from tests.builders import NOW_MS


def begin(tx: Transaction) -> Rehearsal:
    return tx.rehearsals.begin(pack="lunch", title="Lunch", language="en", now_ms=NOW_MS)


def test_one_is_current_until_it_ends(database: Database) -> None:
    begun = database.write_now(begin)
    assert database.write_now(lambda tx: tx.rehearsals.current()) == begun

    assert database.write_now(lambda tx: tx.rehearsals.end(begun.number, now_ms=NOW_MS + 1))

    assert database.write_now(lambda tx: tx.rehearsals.current()) is None


def test_it_ends_once(database: Database) -> None:
    begun = database.write_now(begin)
    database.write_now(lambda tx: tx.rehearsals.end(begun.number, now_ms=NOW_MS + 1))

    assert not database.write_now(lambda tx: tx.rehearsals.end(begun.number, now_ms=NOW_MS + 2))


def test_the_next_has_a_number_of_its_own(database: Database) -> None:
    first = database.write_now(begin)
    database.write_now(lambda tx: tx.rehearsals.end(first.number, now_ms=NOW_MS + 1))

    assert database.write_now(begin).number == first.number + 1


def test_a_new_database_gives_no_number_anew(database: Database) -> None:
    assert database.write_now(begin).number == NOW_MS // 1000
