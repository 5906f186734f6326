"""Files on their way out."""

from __future__ import annotations

from flows.ids import EffectKey
from storage.database import Database
from storage.outbox import Effect
from storage.transaction import Transaction
from tests.builders import NOW_MS, TABLE_1, TABLE_2

CARDS = b"%PDF cards \x00\xff"


def decide(tx: Transaction, key: str, data: bytes) -> str:
    name = tx.blobs.keep(data)
    room_id = TABLE_1 if key.startswith("1") else TABLE_2
    effect = Effect(key=EffectKey(key), room_id=room_id, content=f'{{"blob":"{name}"}}')
    tx.outbox.put([effect], now_ms=NOW_MS)
    return name


def finish(tx: Transaction, key: str) -> None:
    due = {one.key: one.number for one in tx.outbox.due(now_ms=NOW_MS, besides=(), limit=9)}
    tx.outbox.note_sent([(due[EffectKey(key)], None)], now_ms=NOW_MS)


def test_the_same_file_is_kept_once_and_as_it_is(database: Database) -> None:
    names = [database.write_now(lambda tx: tx.blobs.keep(CARDS)) for _ in range(2)]
    other = database.write_now(lambda tx: tx.blobs.keep(b""))

    assert names[0] == names[1] != other
    assert database.write_now(lambda tx: tx.blobs.get(names[0])) == CARDS
    assert database.write_now(lambda tx: tx.blobs.get(other)) == b""
    assert database.write_now(lambda tx: tx.blobs.get("unknown")) is None


def test_a_file_stays_until_nothing_waits_for_it(database: Database) -> None:
    # given one file for two rooms and another for one
    name = database.write_now(lambda tx: decide(tx, "1", CARDS))
    database.write_now(lambda tx: decide(tx, "2", CARDS))
    alone = database.write_now(lambda tx: decide(tx, "1b", b"alone"))

    # when the first and the last are sent, then the last's is gone and the first's is not
    database.write_now(lambda tx: finish(tx, "1"))
    database.write_now(lambda tx: finish(tx, "1b"))
    assert database.write_now(lambda tx: tx.blobs.drop_unneeded()) == 1
    assert database.write_now(lambda tx: tx.blobs.get(alone)) is None
    assert database.write_now(lambda tx: tx.blobs.get(name)) == CARDS

    # when the second is given up, then that one goes too
    database.write_now(lambda tx: tx.outbox.withdraw_waiting(EffectKey("2")))
    assert database.write_now(lambda tx: tx.blobs.drop_unneeded()) == 1
    assert database.write_now(lambda tx: tx.blobs.get(name)) is None
