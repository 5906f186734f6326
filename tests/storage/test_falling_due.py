"""Alarms ring once; what comes early waits; digests go stale."""

from __future__ import annotations

import pytest

from flows.effects import AlarmKind
from flows.ids import EffectKey, EventId, StepId
from storage.database import Database
from storage.early import Pointing
from storage.occurrences import Occurrence
from storage.transaction import Transaction
from tests.builders import NOW_MS, TABLE_1, TABLE_2, edited, marked, withdrawn
from tests.storage.house import ALONE, LUNCH, TOGETHER, add_dialogue

# ---------------------------------------------------------------- occurrences


def alarm(name: str, *, after_ms: int = 0, step_id: StepId | None = ALONE) -> Occurrence:
    return Occurrence(
        key=EffectKey(name),
        dialogue_id=LUNCH,
        alarm=AlarmKind.CLOSE,
        step_id=step_id,
        due_ms=NOW_MS + after_ms,
        wall_time="2026-05-04T09:00:00 Europe/Stockholm",
    )


def plan(database: Database, *alarms: Occurrence) -> None:
    def work(tx: Transaction) -> None:
        for one in alarms:
            tx.occurrences.plan(one)

    database.write_now(work)


def due(database: Database, *, after_ms: int = 0) -> list[str]:
    found = database.write_now(lambda tx: tx.occurrences.due(now_ms=NOW_MS + after_ms))
    return [one.key for one in found]


def test_an_alarm_is_planned_once_and_keeps_its_first_time(database: Database) -> None:
    plan(database, alarm("a"), alarm("a", after_ms=60_000))

    assert database.write_now(lambda tx: tx.occurrences.due(now_ms=NOW_MS)) == [alarm("a")]


def test_it_rings_once_even_if_it_is_planned_again(database: Database) -> None:
    plan(database, alarm("a"))
    database.write_now(lambda tx: tx.occurrences.done(EffectKey("a"), now_ms=NOW_MS))
    plan(database, alarm("a"))

    assert due(database, after_ms=10**9) == []


def test_what_is_due_comes_in_the_order_in_which_it_fell_due(database: Database) -> None:
    plan(database, alarm("b", after_ms=2), alarm("a", after_ms=2), alarm("c", after_ms=1))
    plan(database, alarm("later", after_ms=3, step_id=None))

    assert due(database, after_ms=2) == ["c", "a", "b"]
    assert due(database) == []
    assert database.write_now(lambda tx: tx.occurrences.next_due_ms()) == NOW_MS + 1
    waiting = database.write_now(lambda tx: tx.occurrences.waiting(LUNCH))
    assert waiting[-1] == alarm("later", after_ms=3, step_id=None)


def test_a_postponed_alarm_rings_later(database: Database) -> None:
    plan(database, alarm("a"))
    database.write_now(lambda tx: tx.occurrences.postpone(EffectKey("a"), due_ms=NOW_MS + 9))

    assert due(database, after_ms=8) == []
    assert due(database, after_ms=9) == ["a"]


def test_nothing_is_planned(database: Database) -> None:
    assert database.write_now(lambda tx: tx.occurrences.next_due_ms()) is None


# ---------------------------------------------------------------- early arrivals


def keep(database: Database, *early: Pointing) -> None:
    def work(tx: Transaction) -> None:
        for one in early:
            tx.early.keep(one)

    database.write_now(work)


TARGET = EventId("$not-here-yet")


def test_what_came_early_is_handed_out_once_in_the_order_of_writing(database: Database) -> None:
    first = edited(TARGET, "soup 🍲", sent_ms=NOW_MS + 1)
    second = marked(TARGET, sent_ms=NOW_MS + 2)
    third = withdrawn(TARGET, sent_ms=NOW_MS + 3)
    keep(database, third, first, second, first)
    assert database.write_now(lambda tx: tx.early.targets()) == {TARGET}

    taken = database.write_now(lambda tx: tx.early.take(TABLE_1, TARGET))

    assert taken == [first, second, third]
    assert database.write_now(lambda tx: tx.early.take(TABLE_1, TARGET)) == []
    assert database.write_now(lambda tx: tx.early.targets()) == set()


def test_another_rooms_message_of_the_same_id_is_another(database: Database) -> None:
    keep(database, edited(TARGET, "soup"))

    assert database.write_now(lambda tx: tx.early.take(TABLE_2, TARGET)) == []


def test_an_early_edit_that_is_itself_withdrawn(database: Database) -> None:
    edit = edited(TARGET, "soup")
    keep(database, edit)

    assert database.write_now(lambda tx: tx.early.forget(TABLE_1, edit.event_id))
    assert not database.write_now(lambda tx: tx.early.forget(TABLE_1, edit.event_id))
    assert database.write_now(lambda tx: tx.early.targets()) == set()


# ---------------------------------------------------------------- digests


@pytest.fixture
def lunch(database: Database) -> Database:
    database.write_now(add_dialogue)
    return database


def issue(database: Database, *scopes: StepId | None) -> list[int]:
    def work(tx: Transaction) -> list[int]:
        return [tx.digests.add(LUNCH, scope, document="{}", made_ms=NOW_MS) for scope in scopes]

    return database.write_now(work)


def stale(database: Database) -> dict[StepId | None, bool]:
    newest = database.write_now(lambda tx: tx.digests.newest(LUNCH))
    return {one.scope: one.stale for one in newest}


def overtake(database: Database, *scopes: StepId | None) -> list[StepId | None]:
    return database.write_now(lambda tx: tx.digests.mark_stale(LUNCH, scopes))


def test_the_newest_digest_of_each_scope(lunch: Database) -> None:
    assert issue(lunch, ALONE, TOGETHER, ALONE, None) == [1, 2, 3, 4]

    newest = lunch.write_now(lambda tx: tx.digests.newest(LUNCH))
    assert {one.scope: one.number for one in newest} == {ALONE: 3, TOGETHER: 2, None: 4}


def test_a_digest_goes_stale_once(lunch: Database) -> None:
    issue(lunch, ALONE, TOGETHER, None)

    assert overtake(lunch, ALONE, None) == [ALONE, None]
    assert overtake(lunch, ALONE, None) == []
    assert stale(lunch) == {ALONE: True, TOGETHER: False, None: True}


def test_a_new_digest_replaces_a_stale_one(lunch: Database) -> None:
    issue(lunch, ALONE, None)
    overtake(lunch, ALONE, None)
    issue(lunch, ALONE)

    assert stale(lunch) == {ALONE: False, None: True}


def test_without_a_digest_nothing_goes_stale(lunch: Database) -> None:
    assert overtake(lunch, ALONE, None) == []
