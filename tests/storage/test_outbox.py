"""Effects wait in order, each once, and leave no words behind."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from flows.ids import EffectKey, EventId, RoomId
from storage.database import Database
from storage.outbox import Due, Effect, OutboxState, Sent, outbox_row
from storage.transaction import Transaction
from tests.builders import NOW_MS, TABLE_1, TABLE_2


def effect(key: str, *, room_id: RoomId = TABLE_1, content: str = '{"kind":"join"}') -> Effect:
    return Effect(key=EffectKey(key), room_id=room_id, content=content)


def put(database: Database, *keys: str, due_ms: int | None = None, now_ms: int = NOW_MS) -> None:
    effects = [effect(key) for key in keys]
    database.write_now(lambda tx: tx.outbox.put(effects, now_ms=now_ms, due_ms=due_ms))


def due(database: Database, *, now_ms: int = NOW_MS, limit: int = 100) -> list[str]:
    return [one.key for one in look(database, now_ms=now_ms, limit=limit)]


def look(database: Database, *, now_ms: int = NOW_MS, limit: int = 100) -> list[Due]:
    return database.write_now(lambda tx: tx.outbox.due(now_ms=now_ms, besides=(), limit=limit))


def next_due_ms(database: Database, after_ms: int) -> int | None:
    return database.write_now(lambda tx: tx.outbox.next_due_ms(after_ms=after_ms))


def fate(database: Database, key: str) -> Sent | None:
    return database.write_now(lambda tx: tx.outbox.fate(EffectKey(key)))


def test_effects_are_due_in_the_order_in_which_they_were_decided(database: Database) -> None:
    put(database, "b", "a")
    put(database, "c", due_ms=NOW_MS - 1)

    assert due(database) == ["c", "b", "a"]
    assert due(database, limit=2) == ["c", "b"]


def test_nothing_is_due_before_its_time(database: Database) -> None:
    put(database, "later", due_ms=NOW_MS + 1000)

    assert due(database, now_ms=NOW_MS + 999) == []
    assert due(database, now_ms=NOW_MS + 1000) == ["later"]
    assert next_due_ms(database, NOW_MS) == NOW_MS + 1000
    assert next_due_ms(database, NOW_MS + 1000) is None


def test_an_effect_is_decided_once_for_ever(database: Database) -> None:
    put(database, "a")
    put(database, "a", "b")
    put(database, "b", "b", "c")
    assert due(database) == ["a", "b", "c"]

    database.write_now(lambda tx: tx.outbox.note_sent([(1, EventId("$1"))], now_ms=NOW_MS))
    put(database, "a")
    assert due(database) == ["b", "c"]


def test_a_repeat_leaves_the_rest_of_the_transaction_as_it_was(database: Database) -> None:
    put(database, "a")

    def work(tx: Transaction) -> None:
        tx.outbox.put([effect("b")], now_ms=NOW_MS)
        tx.outbox.put([effect("a"), effect("c")], now_ms=NOW_MS)

    database.write_now(work)

    assert due(database) == ["a", "b", "c"]


def test_effects_already_on_their_way_are_left_out(database: Database) -> None:
    put(database, "a", "b", "c")

    found = database.write_now(lambda tx: tx.outbox.due(now_ms=NOW_MS, besides={1, 3}, limit=1))

    assert [one.key for one in found] == ["b"]


def test_the_first_try_is_written_down_once(database: Database) -> None:
    put(database, "a", "b")
    database.write_now(lambda tx: tx.outbox.note_try([1], now_ms=NOW_MS + 1))
    database.write_now(lambda tx: tx.outbox.note_try([1, 2], now_ms=NOW_MS + 9))
    database.write_now(lambda tx: tx.outbox.note_try([], now_ms=NOW_MS + 9))

    assert [one.first_try_ms for one in look(database)] == [NOW_MS + 1, NOW_MS + 9]


def became(state: OutboxState, event_id: EventId | None) -> Sent:
    return Sent(state=state, event_id=event_id, room_id=TABLE_1)


def test_many_tries_at_once(database: Database) -> None:
    put(database, *(f"{number:04}" for number in range(1201)))
    numbers = [one.number for one in look(database, limit=2000)]
    database.write_now(lambda tx: tx.outbox.note_try(numbers, now_ms=NOW_MS))

    assert all(one.first_try_ms == NOW_MS for one in look(database, limit=2000))
    database.write_now(lambda tx: tx.outbox.drop(numbers))
    assert look(database) == []


def test_what_became_of_an_effect(database: Database) -> None:
    put(database, "waiting", "sent", "joined", "failed")

    def send(tx: Transaction) -> None:
        tx.outbox.note_sent([(2, EventId("$2")), (3, None)], now_ms=NOW_MS)
        tx.outbox.note_sent([], now_ms=NOW_MS)
        tx.outbox.fail(4, now_ms=NOW_MS, error="M_FORBIDDEN")

    database.write_now(send)

    assert fate(database, "waiting") == became(OutboxState.WAITING, None)
    assert fate(database, "sent") == became(OutboxState.SENT, EventId("$2"))
    assert fate(database, "joined") == became(OutboxState.SENT, None)
    assert fate(database, "failed") == became(OutboxState.FAILED, None)
    assert fate(database, "never") is None
    assert due(database) == ["waiting"]
    assert database.write_now(_counts) == [1, 2, 1]


def test_what_was_said_or_given_up_is_not_kept_a_second_time(database: Database) -> None:
    effects = [effect(key, content="somebody's words") for key in ("sent", "failed", "waiting")]

    def send(tx: Transaction) -> None:
        tx.outbox.put(effects, now_ms=NOW_MS)
        tx.outbox.note_sent([(1, EventId("$1"))], now_ms=NOW_MS)
        tx.outbox.fail(2, now_ms=NOW_MS, error="M_FORBIDDEN")

    database.write_now(send)

    assert [one.content for one in look(database)] == ["somebody's words"]
    assert raw_contents(database) == ["", "", "somebody's words"]


def test_a_postponed_effect_comes_again_later_and_remembers_how_often(database: Database) -> None:
    put(database, "a")
    database.write_now(lambda tx: tx.outbox.postpone(1, due_ms=NOW_MS + 500, error="no answer"))

    assert due(database) == []
    (again,) = look(database, now_ms=NOW_MS + 500)
    assert again.tries == 1


def test_what_a_newer_one_replaces_is_dropped_unless_it_is_sent(database: Database) -> None:
    put(database, "new", "tried", "sent")

    def work(tx: Transaction) -> list[bool]:
        tx.outbox.note_try([2, 3], now_ms=NOW_MS)
        tx.outbox.note_sent([(3, EventId("$3"))], now_ms=NOW_MS)
        keys = ("new", "new", "tried", "sent", "never")
        return [tx.outbox.withdraw_waiting(EffectKey(key)) for key in keys]

    assert database.write_now(work) == [True, False, True, False, False]
    assert due(database) == []
    assert fate(database, "sent") == became(OutboxState.SENT, EventId("$3"))


def test_acknowledgements_are_forgotten_when_they_are_sent(database: Database) -> None:
    row = outbox_row(EffectKey("ack/1"), TABLE_2, "{}", now_ms=NOW_MS)
    database.write_now(lambda tx: tx.outbox.put_new([row]))
    database.write_now(lambda tx: tx.outbox.put_new([]))
    (found,) = look(database)
    assert found == Due(
        number=1,
        key=EffectKey("ack/1"),
        room_id=TABLE_2,
        content="{}",
        created_ms=NOW_MS,
        first_try_ms=None,
        tries=0,
    )

    database.write_now(lambda tx: tx.outbox.drop([1]))

    assert fate(database, "ack/1") is None


def test_an_empty_outbox(database: Database) -> None:
    put(database)

    assert due(database) == []
    assert next_due_ms(database, 0) is None


@pytest.mark.parametrize("text", ["åäö 💬", 'quotes " and \\', "a\nb", "%s ? {0} :name"])
def test_content_comes_back_as_it_was(database: Database, text: str) -> None:
    effects = [effect("a", content=text)]
    database.write_now(lambda tx: tx.outbox.put(effects, now_ms=NOW_MS))

    assert look(database)[0].content == text


def _counts(tx: Transaction) -> list[int]:
    return [tx.outbox.count(state) for state in OutboxState]


def raw_contents(database: Database) -> list[str]:
    query = sa.text("SELECT content FROM outbox ORDER BY number")
    return database.write_now(lambda tx: list(tx.outbox._db.scalars(query)))
