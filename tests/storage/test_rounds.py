"""Dialogues and their rounds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.dialogue import Phase, Status
from flows.ids import DialogueId, EventId, GroupId, RoundNo, StepId
from flows.packs.pack import StepKind
from flows.packs.parse import parse
from storage.database import Database
from storage.rounds import Round, RoundStatus
from storage.transaction import Transaction
from tests.builders import MINUTE, MONDAY_9H, NOW_MS, TABLE_1
from tests.storage.house import (
    ALONE,
    LUNCH,
    PACK,
    TOGETHER,
    add_dialogue,
    new_round,
    open_rounds,
)

FIRST = Round(
    round_no=RoundNo(1),
    dialogue_id=LUNCH,
    step_id=ALONE,
    group_id=GroupId("1"),
    room_id=TABLE_1,
    step_kind=StepKind.INDIVIDUAL,
    scenario="lunch",
    text_version="abc",
    status=RoundStatus.OPEN,
    opened_ms=NOW_MS,
    closes_ms=NOW_MS + 600_000,
    closed_ms=None,
    prompt_event=None,
    no_answer=False,
    present=0,
    shown=0,
    shown_parts=0,
)


def rounds(database: Database) -> list[Round]:
    return database.write_now(lambda tx: tx.rounds.of_dialogue(LUNCH))


# ---------------------------------------------------------------- rounds


def test_rounds_are_opened_once(database: Database) -> None:
    database.write_now(open_rounds)

    def again(tx: Transaction) -> None:
        tx.rounds.open(
            [
                replace(new_round(ALONE, StepKind.INDIVIDUAL, group), opened_ms=NOW_MS + 5)
                for group in ("1", "2", "3")
            ]
        )
        tx.rounds.open([])

    database.write_now(again)

    places = [(one.round_no, one.step_id, one.group_id, one.opened_ms) for one in rounds(database)]
    assert places == [
        (1, ALONE, "1", NOW_MS),
        (2, ALONE, "2", NOW_MS),
        (3, TOGETHER, "1", NOW_MS),
        (4, TOGETHER, "2", NOW_MS),
        (5, ALONE, "3", NOW_MS + 5),
    ]
    assert rounds(database)[0] == FIRST


def test_which_groups_have_been_asked(database: Database) -> None:
    def work(tx: Transaction) -> tuple[set[GroupId], ...]:
        facts = StepId("facts")
        tx.rounds.open([new_round(facts, StepKind.BACKGROUND, "2")])
        before = tx.rounds.asked(LUNCH, besides=ALONE)
        tx.rounds.open([new_round(ALONE, StepKind.INDIVIDUAL, "1")])
        return before, tx.rounds.asked(LUNCH, besides=ALONE), tx.rounds.asked(LUNCH, besides=facts)

    database.write_now(add_dialogue)
    assert database.write_now(work) == (set(), set(), {"1"})


def test_a_round_closes_once(database: Database) -> None:
    def close(tx: Transaction, closed_ms: int, present: int) -> None:
        tx.rounds.close(RoundNo(1), closed_ms=closed_ms, present=present, no_answer=True)

    database.write_now(open_rounds)
    database.write_now(lambda tx: close(tx, NOW_MS + 1, 4))
    database.write_now(lambda tx: close(tx, NOW_MS + 2, 9))

    assert rounds(database)[0] == replace(
        FIRST, status=RoundStatus.CLOSED, closed_ms=NOW_MS + 1, present=4, no_answer=True
    )


def test_only_open_rounds_are_extended(database: Database) -> None:
    database.write_now(open_rounds)

    def work(tx: Transaction) -> None:
        tx.rounds.close(RoundNo(3), closed_ms=NOW_MS, present=1, no_answer=False)
        tx.rounds.extend(LUNCH, TOGETHER, closes_ms=NOW_MS + 700_000)

    database.write_now(work)

    assert [one.closes_ms for one in rounds(database)] == [
        NOW_MS + 600_000,
        NOW_MS + 600_000,
        NOW_MS + 600_000,
        NOW_MS + 700_000,
    ]


def test_a_round_knows_its_prompt(database: Database) -> None:
    database.write_now(open_rounds)
    place = (LUNCH, ALONE, GroupId("2"), EventId("$prompt"))
    database.write_now(lambda tx: tx.rounds.note_prompt(*place))

    assert [one.prompt_event for one in rounds(database)] == [None, "$prompt", None, None]


def test_how_often_and_in_how_many_parts_answers_were_shown(database: Database) -> None:
    database.write_now(open_rounds)
    database.write_now(lambda tx: tx.rounds.note_shown(RoundNo(1), shown=2, parts=3))

    found = database.write_now(lambda tx: tx.rounds.get(RoundNo(1)))
    assert found == replace(FIRST, shown=2, shown_parts=3)
    assert database.write_now(lambda tx: tx.rounds.get(RoundNo(99))) is None


def test_where_the_bots_mark_stands(database: Database) -> None:
    database.write_now(open_rounds)

    def stands() -> tuple[int, EventId | None] | None:
        return database.write_now(lambda tx: tx.rounds.standing(RoundNo(3)))

    assert stands() is None
    answer = EventId("$answer")
    database.write_now(lambda tx: tx.rounds.note_standing(RoundNo(3), number=1, event_id=answer))
    assert stands() == (1, answer)
    database.write_now(lambda tx: tx.rounds.note_standing(RoundNo(3), number=2, event_id=None))
    assert stands() == (2, None)


def test_rounds_are_found_by_step_and_by_dialogue(database: Database) -> None:
    database.write_now(open_rounds)

    def second(tx: Transaction) -> None:
        add_dialogue(tx, 2)
        tx.rounds.open([new_round(ALONE, StepKind.INDIVIDUAL, dialogue_no=2)])

    database.write_now(second)

    def numbers(*names: str) -> list[int]:
        wanted = [DialogueId(name) for name in names]
        return [
            one.round_no for one in database.write_now(lambda tx: tx.rounds.of_dialogues(wanted))
        ]

    of_step = database.write_now(lambda tx: tx.rounds.of_step(LUNCH, TOGETHER))
    assert [one.round_no for one in of_step] == [3, 4]
    assert database.write_now(lambda tx: tx.rounds.of_step(LUNCH, StepId("other"))) == []
    assert numbers("lunch-2") == [5]
    assert numbers("lunch-1", "lunch-2") == [1, 2, 3, 4, 5]
    assert numbers() == []


# ---------------------------------------------------------------- dialogues


def test_a_dialogue_comes_back_as_it_is(database: Database) -> None:
    kept = database.write_now(add_dialogue)
    assert database.write_now(lambda tx: tx.dialogues.get(LUNCH)) == kept

    moved = replace(kept.at_step(1, at=MONDAY_9H), phase=Phase.GRACE, pace=2.5)
    database.write_now(lambda tx: tx.dialogues.save(moved))

    assert database.write_now(lambda tx: tx.dialogues.get(LUNCH)) == moved
    assert database.write_now(lambda tx: tx.dialogues.get(DialogueId("dinner-1"))) is None


def test_its_pack_stays_as_it_was_when_it_began(database: Database) -> None:
    database.write_now(add_dialogue)

    assert database.write_now(lambda tx: tx.dialogues.pack_text(LUNCH)) == PACK
    found = database.write_now(lambda tx: tx.dialogues.get(LUNCH))
    assert found is not None
    assert found.pack == parse(PACK, name="lunch")


def test_parts_of_a_millisecond_do_not_make_a_close_late(database: Database) -> None:
    kept = database.write_now(add_dialogue)
    odd = MONDAY_9H + MINUTE / 60_000_001
    database.write_now(lambda tx: tx.dialogues.save(replace(kept, closes_at=odd)))

    found = database.write_now(lambda tx: tx.dialogues.get(LUNCH))

    assert found is not None
    assert found.closes_at is not None
    assert found.closes_at <= odd


def test_dialogues_are_numbered_by_pack_and_in_all(database: Database) -> None:
    assert database.write_now(lambda tx: tx.dialogues.next_id("lunch")) == ("lunch-1", 1)
    database.write_now(add_dialogue)

    assert database.write_now(lambda tx: tx.dialogues.next_id("lunch")) == ("lunch-2", 2)
    assert database.write_now(lambda tx: tx.dialogues.next_id("dinner")) == ("dinner-1", 2)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ((), [1, 2, 3]),
        ((Status.RUNNING,), [2]),
        ((Status.RUNNING, Status.ENDED), [1, 2]),
        ((Status.PLANNED,), [3]),
    ],
)
def test_dialogues_by_status(
    database: Database, wanted: tuple[Status, ...], found: list[int]
) -> None:
    def work(tx: Transaction) -> None:
        for number, status in enumerate((Status.ENDED, Status.RUNNING, Status.PLANNED), start=1):
            add_dialogue(tx, number, status)

    database.write_now(work)

    ids = [one.id for one in database.write_now(lambda tx: tx.dialogues.in_status(*wanted))]
    assert ids == [f"lunch-{number}" for number in found]


def test_the_newest_ended_dialogue(database: Database) -> None:
    assert database.write_now(lambda tx: tx.dialogues.newest_ended()) == []

    def work(tx: Transaction) -> None:
        for number, status in enumerate((Status.ENDED, Status.ENDED, Status.PLANNED), start=1):
            add_dialogue(tx, number, status)

    database.write_now(work)

    newest = database.write_now(lambda tx: tx.dialogues.newest_ended())
    assert [one.id for one in newest] == ["lunch-2"]
