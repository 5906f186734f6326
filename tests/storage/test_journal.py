"""What came from the chat is kept once, and waits until it can be read."""

from __future__ import annotations

import json

import pytest

from flows.ids import EventId
from storage.database import Database
from storage.journal import (
    Arrived,
    Gap,
    GapProgress,
    InboxState,
    NewGap,
    Resolved,
)
from storage.transaction import Transaction
from tests.builders import ANN, BOT, NOW_MS, TABLE_1, TABLE_2, written


def arrived(name: str, **changes: object) -> Arrived:
    sound = Arrived(
        room_id=TABLE_1,
        event_id=EventId(name),
        sender=ANN,
        sent_ms=NOW_MS,
        incoming=written(event_id=EventId(name)),
    )
    return sound._replace(**changes)  # type: ignore[arg-type]  # any field, by name


def encrypted(name: str, **changes: object) -> Arrived:
    return arrived(name, **({"incoming": None, "raw": '{"secret":1}'} | changes))


def resolved(name: str, state: InboxState) -> Resolved:
    return Resolved(room_id=TABLE_1, event_id=EventId(name), sent_ms=NOW_MS, state=state)


def add(database: Database, *events: Arrived) -> list[str]:
    return [one.event_id for one in database.write_now(lambda tx: tx.journal.add(events))]


def pending(database: Database, *states: InboxState) -> list[str]:
    return [one.event_id for one in database.write_now(lambda tx: tx.journal.pending(*states))]


# ---------------------------------------------------------------- once


def test_an_event_is_new_once(database: Database) -> None:
    assert add(database, arrived("$1")) == ["$1"]
    assert add(database, arrived("$1")) == []


def test_of_a_batch_partly_known_only_the_rest_is_new(database: Database) -> None:
    add(database, arrived("$1"), arrived("$2"))

    assert add(database, arrived("$3"), arrived("$2"), arrived("$4")) == ["$3", "$4"]
    assert add(database, arrived("$3"), arrived("$4")) == []


def test_an_event_twice_in_one_batch_is_new_once(database: Database) -> None:
    assert add(database, arrived("$1"), arrived("$2"), arrived("$1")) == ["$1", "$2"]


def test_the_same_id_in_another_room_is_another_event(database: Database) -> None:
    assert add(database, arrived("$1")) == ["$1"]
    assert add(database, arrived("$1", room_id=TABLE_2)) == ["$1"]


def test_nothing_is_nothing_new(database: Database) -> None:
    assert add(database) == []


def test_what_was_added_before_a_repeat_stays(database: Database) -> None:
    def work(tx: Transaction) -> None:
        tx.journal.move_position(BOT, "s1")
        tx.journal.add([arrived("$1")])
        tx.journal.add([arrived("$1"), arrived("$2")])

    database.write_now(work)

    assert database.write_now(lambda tx: tx.journal.position(BOT)) == "s1"
    assert add(database, arrived("$1"), arrived("$2")) == []


# ---------------------------------------------------------------- the read position


def test_position_and_events_are_kept_together_or_not_at_all(database: Database) -> None:
    def torn(tx: Transaction) -> None:
        tx.journal.add([arrived("$1")])
        tx.journal.move_position(BOT, "s1")
        raise OSError("power cut")

    with pytest.raises(OSError, match="power cut"):
        database.write_now(torn)

    assert database.write_now(lambda tx: tx.journal.position(BOT)) is None
    assert add(database, arrived("$1")) == ["$1"]


def test_the_position_moves(database: Database) -> None:
    database.write_now(lambda tx: tx.journal.move_position(BOT, "s1"))
    database.write_now(lambda tx: tx.journal.move_position(BOT, "s2"))

    assert database.write_now(lambda tx: tx.journal.position(BOT)) == "s2"
    assert database.write_now(lambda tx: tx.journal.position(ANN)) is None


# ---------------------------------------------------------------- what cannot be read yet


def test_an_encrypted_event_waits_with_its_raw_form(database: Database) -> None:
    add(database, arrived("$plain"), encrypted("$locked"))

    (waiting,) = database.write_now(lambda tx: tx.journal.pending())
    assert (waiting.event_id, waiting.sender, waiting.raw) == ("$locked", ANN, '{"secret":1}')
    assert waiting.state is InboxState.WAITING


def test_events_wait_in_the_order_in_which_they_were_sent(database: Database) -> None:
    add(
        database,
        encrypted("$c", sent_ms=NOW_MS + 2),
        encrypted("$b"),
        encrypted("$a"),
        encrypted("$d", sent_ms=NOW_MS + 1, room_id=TABLE_2),
    )

    assert pending(database) == ["$a", "$b", "$d", "$c"]
    assert [
        one.event_id
        for one in database.write_now(lambda tx: tx.journal.pending(room_id=TABLE_1, limit=2))
    ] == ["$a", "$b"]


def test_a_read_event_leaves_nothing_behind(database: Database) -> None:
    add(database, encrypted("$1"))
    done = resolved("$1", InboxState.DONE)

    assert database.write_now(lambda tx: tx.journal.mark([done])) == [done]
    assert database.write_now(lambda tx: tx.journal.mark([done])) == []
    assert pending(database, *InboxState) == []
    assert add(database, encrypted("$1")) == []


@pytest.mark.parametrize("state", [InboxState.UNREADABLE, InboxState.BAD])
def test_an_unreadable_event_is_counted_until_it_is_read(
    database: Database, state: InboxState
) -> None:
    add(database, encrypted("$1"), encrypted("$2", room_id=TABLE_2))
    database.write_now(lambda tx: tx.journal.mark([resolved("$1", state)]))

    assert database.write_now(lambda tx: tx.journal.unreadable_by_room()) == {TABLE_1: 1}
    assert database.write_now(lambda tx: tx.journal.count(state)) == 1
    assert pending(database, state) == ["$1"]

    database.write_now(lambda tx: tx.journal.mark([resolved("$1", InboxState.DONE)]))
    assert database.write_now(lambda tx: tx.journal.unreadable_by_room()) == {}


def test_an_event_set_aside_is_not_forgotten(database: Database) -> None:
    add(database, arrived("$1"))
    said = written(event_id=EventId("$1"), sent_ms=NOW_MS, text="odd")
    database.write_now(lambda tx: tx.journal.set_aside(said))

    assert database.write_now(lambda tx: tx.journal.count(InboxState.BAD)) == 1
    assert add(database, arrived("$1")) == []
    [kept] = database.write_now(lambda tx: tx.journal.pending(InboxState.BAD))
    assert (kept.sender, json.loads(kept.raw)["text"]) == (ANN, "odd")
    database.write_now(lambda tx: tx.journal.forget_sender(ANN))
    assert pending(database, *InboxState) == []


def test_an_odd_event_is_kept_as_it_came_and_waits_for_nothing(database: Database) -> None:
    assert add(database, encrypted("$1", odd=True)) == ["$1"]
    assert add(database, encrypted("$1", odd=True)) == []

    [kept] = database.write_now(lambda tx: tx.journal.pending(InboxState.ODD))
    assert (kept.event_id, kept.raw, kept.sender) == ("$1", '{"secret":1}', ANN)
    assert pending(database) == []
    assert database.write_now(lambda tx: tx.journal.unreadable_by_room()) == {}
    assert not database.write_now(lambda tx: tx.journal.unread(TABLE_1))


def test_odd_events_are_kept_up_to_a_number(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.journal._MOST_ODD", 3)
    events = [encrypted(f"${number}", odd=True) for number in range(5)]
    assert len(add(database, *events[:2])) == 2
    assert len(add(database, *events[2:], arrived("$good"))) == 4

    assert pending(database, InboxState.ODD) == ["$0", "$1", "$2"]
    # Those after them are known, and nothing more.
    assert add(database, *events) == []


def test_a_withdrawn_event_loses_its_raw_form(database: Database) -> None:
    add(database, encrypted("$1"))

    assert not database.write_now(lambda tx: tx.journal.forget_raw(TABLE_2, EventId("$1")))
    assert database.write_now(lambda tx: tx.journal.forget_raw(TABLE_1, EventId("$1")))
    assert not database.write_now(lambda tx: tx.journal.forget_raw(TABLE_1, EventId("$1")))
    assert not database.write_now(lambda tx: tx.journal.forget_raw(TABLE_1, EventId("$other")))
    assert pending(database, *InboxState) == []


def test_a_room_is_unread_while_something_of_it_is_locked_or_missing(database: Database) -> None:
    def unread() -> tuple[bool, bool]:
        return database.write_now(
            lambda tx: (tx.journal.unread(TABLE_1), tx.journal.unread(TABLE_2))
        )

    assert unread() == (False, False)
    add(database, encrypted("$1"))
    database.write_now(
        lambda tx: tx.journal.keep_gaps([NewGap(room_id=TABLE_2, start="a", stop="b")])
    )
    assert unread() == (True, True)
    database.write_now(lambda tx: tx.journal.mark([resolved("$1", InboxState.DONE)]))
    database.write_now(lambda tx: tx.journal.move_gap(GapProgress(gap_id=1, start=None)))
    assert unread() == (False, False)


# ---------------------------------------------------------------- device messages, holes


def test_messages_to_the_device_are_kept_in_order_until_handled(database: Database) -> None:
    database.write_now(lambda tx: tx.journal.keep_device_messages(["a", "b"]))
    database.write_now(lambda tx: tx.journal.keep_device_messages(["c"]))
    database.write_now(lambda tx: tx.journal.keep_device_messages([]))
    kept = database.write_now(lambda tx: tx.journal.device_messages())
    assert [one.raw for one in kept] == ["a", "b", "c"]

    database.write_now(lambda tx: tx.journal.drop_device_messages([one.number for one in kept[:2]]))
    database.write_now(lambda tx: tx.journal.drop_device_messages([]))

    assert [one.raw for one in database.write_now(lambda tx: tx.journal.device_messages())] == ["c"]


def test_a_hole_shrinks_and_goes(database: Database) -> None:
    holes = [
        NewGap(room_id=TABLE_1, start="t9", stop="t5"),
        NewGap(room_id=TABLE_2, start="t8", stop=None),
    ]
    database.write_now(lambda tx: tx.journal.keep_gaps(holes))
    database.write_now(lambda tx: tx.journal.move_gap(GapProgress(gap_id=1, start="t7")))
    assert database.write_now(lambda tx: tx.journal.gaps()) == [
        Gap(gap_id=1, room_id=TABLE_1, start="t7", stop="t5"),
        Gap(gap_id=2, room_id=TABLE_2, start="t8", stop=None),
    ]

    database.write_now(lambda tx: tx.journal.move_gap(GapProgress(gap_id=1, start=None)))

    assert [gap.gap_id for gap in database.write_now(lambda tx: tx.journal.gaps())] == [2]
