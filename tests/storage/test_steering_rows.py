"""What steering keeps: questions, series, holds, settings, and the state of a dialogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from flows.dialogue import Phase, Status
from flows.effects import AlarmKind
from flows.ids import DialogueId, EffectKey, EventId, ReplyNo, RoomId, StepId
from flows.packs.parse import parse
from storage.confirmations import Confirmation
from storage.database import Database
from storage.holds import Hold
from storage.occurrences import Occurrence
from storage.outbox import Effect
from storage.series import Series
from storage.transaction import Transaction
from tests.builders import (
    MINUTE,
    MONDAY_9H,
    NOW_MS,
    OLGA,
    ORGANIZERS,
    TABLE_1,
    dialogue,
    pack_toml,
    step_toml,
)

QUESTION = Confirmation(
    key=EffectKey("question"),
    room_id=ORGANIZERS,
    line="stop lunch-1",
    language="sv",
    asked_ms=NOW_MS,
)
ASKED = EventId("$asked")
SOURCE = pack_toml(step_toml("individual", "alone", length="10 min"))


def asks(tx: Transaction) -> None:
    """The question is kept, and sent."""
    tx.outbox.put([Effect(key=QUESTION.key, room_id=ORGANIZERS, content="{}")], now_ms=NOW_MS)
    (due,) = tx.outbox.due(now_ms=NOW_MS, besides=(), limit=1)
    tx.outbox.note_sent([(due.number, ASKED)], now_ms=NOW_MS)
    tx.confirmations.ask(QUESTION)


def taken(room_id: RoomId, event_id: EventId, database: Database) -> Confirmation | None:
    return database.write_now(lambda tx: tx.confirmations.take(room_id, event_id, now_ms=NOW_MS))


def test_a_question_is_taken_once_by_its_message(database: Database) -> None:
    database.write_now(asks)

    assert taken(ORGANIZERS, EventId("$other"), database) is None
    assert taken(TABLE_1, ASKED, database) is None
    assert taken(ORGANIZERS, ASKED, database) == QUESTION
    assert taken(ORGANIZERS, ASKED, database) is None


def test_questions_of_yesterday_are_forgotten(database: Database) -> None:
    database.write_now(asks)
    later = replace(QUESTION, key=EffectKey("later"), asked_ms=NOW_MS + 25 * 3600 * 1000)
    database.write_now(lambda tx: tx.confirmations.ask(later))

    assert taken(ORGANIZERS, ASKED, database) is None


def test_a_series_comes_back_as_it_was_until_it_ends(database: Database) -> None:
    series = Series(
        id="lunch-series-1",
        pack=parse(SOURCE, name="lunch"),
        pack_text=SOURCE,
        language="en",
        organizers_room=ORGANIZERS,
        rooms=(TABLE_1,),
        zone="Europe/Stockholm",
        pace=1.0,
        since=date(2026, 5, 4),
    )

    def keep(tx: Transaction) -> None:
        assert tx.series.next_id("lunch") == series.id
        tx.series.add(series)

    database.write_now(keep)
    assert database.write_now(lambda tx: tx.series.get(series.id)) == series
    database.write_now(lambda tx: tx.series.count(series.id))
    assert database.write_now(lambda tx: list(tx.series.going())) == [replace(series, ran=1)]
    database.write_now(lambda tx: tx.series.end(series.id, now_ms=NOW_MS))
    assert database.write_now(lambda tx: list(tx.series.going())) == []
    assert database.write_now(lambda tx: tx.series.next_id("lunch")) == "lunch-series-2"


def test_a_hold_is_of_a_message_and_not_of_a_number(database: Database) -> None:
    hold = Hold(
        reply_no=ReplyNo(1),
        event_id=EventId("$first"),
        held_by=OLGA,
        reason="a name",
        held_ms=NOW_MS,
    )
    again = replace(hold, event_id=EventId("$second"))

    assert database.write_now(lambda tx: tx.holds.add(hold))
    assert not database.write_now(lambda tx: tx.holds.add(hold))
    # Its reply was erased, and the number given to another.
    assert database.write_now(lambda tx: tx.holds.add(again))
    assert database.write_now(lambda tx: tx.holds.all()) == [again]
    assert database.write_now(lambda tx: tx.holds.release(ReplyNo(1)))
    assert not database.write_now(lambda tx: tx.holds.release(ReplyNo(1)))


def test_settings_replace_each_other(database: Database) -> None:
    database.write_now(lambda tx: tx.settings.put("language", "sv"))
    database.write_now(lambda tx: tx.settings.put("language", "en"))
    database.write_now(lambda tx: tx.settings.put("reminders", "off"))
    database.write_now(lambda tx: tx.settings.drop("reminders"))

    assert database.write_now(lambda tx: tx.settings.all()) == {"language": "en"}


def test_the_whole_state_of_a_dialogue_comes_back(database: Database) -> None:
    steered = replace(
        dialogue(),
        pack=parse(SOURCE, name="lunch"),
        status=Status.RUNNING,
        phase=Phase.WAITING,
        position=0,
        opens_at=MONDAY_9H + 5 * MINUTE,
        paused_at=MONDAY_9H + MINUTE,
        moves=3,
        by_hand=True,
        skipped=(StepId("pause"),),
        own_pace=True,
        follows=DialogueId("lunch-0"),
        series="lunch-series-1",
    )
    database.write_now(
        lambda tx: tx.dialogues.add(steered, number=1, pack_text=SOURCE, now=MONDAY_9H)
    )

    assert database.write_now(lambda tx: tx.dialogues.get(steered.id)) == steered
    assert database.write_now(lambda tx: tx.dialogues.any_in(Status.RUNNING))
    assert not database.write_now(lambda tx: tx.dialogues.any_in(Status.PLANNED, Status.ENDED))


@pytest.mark.parametrize(("done", "due"), [(False, 90), (True, None)])
def test_an_alarm_is_moved_until_it_has_rung(
    database: Database, *, done: bool, due: int | None
) -> None:
    alarm = Occurrence(
        key=EffectKey("follow-up"),
        dialogue_id=DialogueId("lunch-1"),
        alarm=AlarmKind.FOLLOW_UP,
        step_id=None,
        due_ms=NOW_MS,
        about="autumn",
    )

    def move(tx: Transaction) -> list[Occurrence]:
        tx.occurrences.plan(alarm)
        if done:
            tx.occurrences.done(alarm.key, now_ms=NOW_MS)
        later_ms = NOW_MS + int(timedelta(minutes=90).total_seconds() * 1000)
        tx.occurrences.move(alarm.key, due_ms=later_ms, wall_time="then")
        assert tx.occurrences.waiting_for(AlarmKind.SERIES) == []
        return tx.occurrences.waiting_for(AlarmKind.FOLLOW_UP)

    waiting = database.write_now(move)
    assert [(one.about, one.wall_time, (one.due_ms - NOW_MS) // 60_000) for one in waiting] == (
        [] if due is None else [("autumn", "then", due)]
    )
