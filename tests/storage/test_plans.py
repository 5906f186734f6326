"""The hot look-ups find their rows by an index: what they cost does not grow with the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from flows.ids import DialogueId, EffectKey, EventId, GroupId, RoomId, RoundNo, StepId, UserId
from storage.database import Database
from storage.journal import InboxState, Resolved
from storage.outbox import Effect
from storage.rooms import Room, RoomUse
from storage.transaction import Transaction
from tests.builders import NOW_MS, TABLE_1, written
from tests.storage.house import add_dialogue
from tests.storage.test_journal import arrived

ROOM, EVENT, KEY = RoomId("!r"), EventId("$e"), EffectKey("k")
LUNCH = DialogueId("lunch-1")
ROUNDS = [RoundNo(1), RoundNo(2)]
DONE = Resolved(room_id=ROOM, event_id=EVENT, sent_ms=1, state=InboxState.DONE)
SAID = written(room_id=ROOM, event_id=EVENT, sent_ms=1)
WAITING = Effect(key=KEY, room_id=ROOM, content="{}")


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    opened = Database.open(sqlite_url)
    opened.write_now(add_dialogue)
    opened.write_now(lambda tx: tx.rooms.put(Room(room_id=TABLE_1, use=RoomUse.GROUP)))
    yield opened
    opened.close()


def plans(database: Database, work: Callable[[Transaction], object]) -> list[str]:
    """How SQLite would carry out each statement that reads or changes rows."""

    def explained(tx: Transaction) -> list[str]:
        connection = tx.outbox._db
        found: list[str] = []
        with watched(connection) as statements:
            work(tx)
        for statement, parameters in statements:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found += [row.detail for row in rows]
        return found

    return database.write_now(explained)


Statement = tuple[str, tuple[object, ...]]


@contextmanager
def watched(connection: sa.Connection) -> Iterator[list[Statement]]:
    statements: list[Statement] = []

    def note(*event: object) -> None:
        _, _, statement, parameters, _, many = event
        assert isinstance(statement, str)
        if re.match("SELECT|UPDATE|DELETE", statement):
            one = parameters[0] if many else parameters  # type: ignore[index]  # a list, then
            statements.append((statement, one))  # type: ignore[arg-type]  # a tuple of values

    sa.event.listen(connection, "before_cursor_execute", note)
    yield statements
    sa.event.remove(connection, "before_cursor_execute", note)


CASES: dict[str, Callable[[Transaction], object]] = {
    "journal: read or not": lambda tx: tx.journal.mark([DONE]),
    "journal: set aside": lambda tx: tx.journal.set_aside(SAID),
    "journal: withdrawn": lambda tx: tx.journal.forget_raw(ROOM, EVENT),
    "journal: still to be read": lambda tx: tx.journal.pending(),
    "journal: of a room": lambda tx: tx.journal.unread(ROOM),
    "journal: unreadable": lambda tx: tx.journal.unreadable_by_room(),
    "journal: count": lambda tx: tx.journal.count(InboxState.BAD),
    "outbox: due": lambda tx: tx.outbox.due(now_ms=1, besides=(), limit=9),
    "outbox: next": lambda tx: tx.outbox.next_due_ms(after_ms=1),
    "outbox: fate": lambda tx: tx.outbox.fate(KEY),
    "outbox: try": lambda tx: tx.outbox.note_try([1], now_ms=1),
    "outbox: sent": lambda tx: tx.outbox.note_sent([(1, EVENT)], now_ms=1),
    "outbox: drop": lambda tx: tx.outbox.drop([1]),
    "outbox: postpone": lambda tx: tx.outbox.postpone(1, due_ms=1, error=""),
    "outbox: withdraw": lambda tx: tx.outbox.withdraw_waiting(KEY),
    "replies: of a message": lambda tx: tx.replies.find(TABLE_1, EVENT),
    "replies: of rounds": lambda tx: tx.replies.of_rounds(ROUNDS),
    "replies: counted": lambda tx: tx.replies.tallies(ROUNDS),
    "replies: who answered": lambda tx: tx.replies.answered(ROUNDS),
    "replies: standing": lambda tx: tx.replies.standing_answer(RoundNo(1)),
    "replies: earlier wordings": lambda tx: tx.replies.revisions(ROUNDS),
    "replies: drop talk": lambda tx: tx.replies.drop_talk(ROUNDS),
    "replies: withdraw": lambda tx: tx.replies.withdraw(1, now_ms=1),  # type: ignore[arg-type]  # a number
    "marks: newest": lambda tx: tx.replies.newest_mark_ms(ROOM, EVENT),
    "marks: remove": lambda tx: tx.replies.remove_mark(ROOM, EVENT),
    "replies: not looked at": lambda tx: tx.replies.unlooked(limit=10),
    "early: take": lambda tx: tx.early.take(ROOM, EVENT),
    "early: forget": lambda tx: tx.early.forget(ROOM, EVENT),
    "alarms: due": lambda tx: tx.occurrences.due(now_ms=1),
    "alarms: next": lambda tx: tx.occurrences.next_due_ms(),
    "alarms: done": lambda tx: tx.occurrences.done(KEY, now_ms=1),
    "alarms: of a dialogue": lambda tx: tx.occurrences.waiting(LUNCH),
    "rounds: of a step": lambda tx: tx.rounds.of_step(LUNCH, StepId("s")),
    "rounds: of dialogues": lambda tx: tx.rounds.of_dialogues([LUNCH]),
    "rounds: prompt": lambda tx: tx.rounds.note_prompt(LUNCH, StepId("s"), GroupId("1"), EVENT),
    "rounds: one": lambda tx: tx.rounds.get(RoundNo(1)),
    "people: one": lambda tx: tx.people.number_of(LUNCH, UserId("@ann:x"), GroupId("1")),
    "people: of a dialogue": lambda tx: tx.people.of_dialogue(LUNCH),
    "digests: newest": lambda tx: tx.digests.newest(LUNCH),
    "rooms: members": lambda tx: tx.rooms.members(ROOM),
    "rooms: one": lambda tx: tx.rooms.get(ROOM),
}


@pytest.mark.parametrize("work", CASES.values(), ids=CASES.keys())
def test_a_look_up_goes_by_an_index(
    sqlite: Database, work: Callable[[Transaction], object]
) -> None:
    found = plans(sqlite, work)

    assert found
    # A partial index holds only what is open, so walking through it whole is short.
    whole = [
        plan
        for plan in found
        if plan.startswith("SCAN")
        and not re.search(r"INDEX (inbox_pending|outbox_due|occurrence_due|reply_unlooked)", plan)
        # Holes are few, and gone when they are filled.
        and plan not in ("SCAN gap", "SCAN CONSTANT ROW")
    ]
    assert whole == []


def test_repeats_are_looked_up_by_the_whole_key(sqlite: Database) -> None:
    sqlite.write_now(lambda tx: tx.journal.add([arrived("$1")]))
    sqlite.write_now(lambda tx: tx.outbox.put([WAITING], now_ms=NOW_MS))

    assert plans(sqlite, lambda tx: tx.journal.add([arrived("$1")])) == [
        "SEARCH inbox USING PRIMARY KEY (sent_ms=? AND room_id=? AND event_id=?)"
    ]
    assert plans(sqlite, lambda tx: tx.outbox.put([WAITING], now_ms=NOW_MS)) == [
        "SEARCH outbox USING COVERING INDEX sqlite_autoindex_outbox_1 (key=?)"
    ]
