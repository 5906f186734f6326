"""Lists of participants and their tables, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.grouping.people import Person, PersonId
from flows.grouping.rules import Apart, AtLeast, AtLeastEach, AtMost, Rules, Size, Together
from flows.ids import EffectKey, RoomId
from storage.database import Database
from storage.seating import (
    SPACE,
    ListFile,
    Seated,
    Seating,
    Stage,
    TableRoom,
    Todo,
    plan_of,
)
from storage.seating_rules import rules_from_json
from storage.transaction import Transaction
from tests.builders import ANN, NOW_MS, OLGA, TABLE_1

FILE = ListFile(name="list.csv", address='{"url":"mxc://a/b"}')
PEOPLE = [
    Seated(
        person=Person(
            id=PersonId(n),
            name=f"P{n}",
            role="r",
            organisation="o",
            user_id=ANN if n == 1 else None,
        ),
        table=None if n == 3 else n,
        locked=n == 2,
    )
    for n in (1, 2, 3)
]
RULES = Rules(
    size=Size(smallest=5, largest=7),
    rules=(
        AtMost(2),
        AtLeastEach(1),
        AtLeast(1, ("lärare", "rektor")),
        Together(frozenset({PersonId(1), PersonId(2)})),
        Apart(frozenset({PersonId(1), PersonId(3)})),
    ),
)


def begin(database: Database, file: ListFile | None = FILE) -> Seating:
    return database.write_now(lambda tx: tx.seatings.begin(file, language="sv", now_ms=NOW_MS))


def newest(database: Database) -> Seating | None:
    return database.write_now(lambda tx: tx.seatings.newest())


def test_a_seating_comes_back_as_it_was_kept(database: Database) -> None:
    begun = begin(database)
    assert (begun.stage, begun.todo) == (Stage.READING, Todo.READ)
    changed = replace(
        begun,
        stage=Stage.PROPOSED,
        file=None,
        rules=RULES,
        problems=(["no_name", 4, {}],),
        groups=3,
        seed=2,
        proved=True,
        moved=1,
        todo=Todo.CARDS,
        revision=5,
        posted=1,
        shown=7,
    )
    database.write_now(lambda tx: tx.seatings.save(changed))
    assert newest(database) == changed
    assert database.write_now(lambda tx: tx.seatings.to_do()) == changed


def test_people_are_kept_moved_locked_and_removed(database: Database) -> None:
    number = begin(database).number

    def work(tx: Transaction) -> list[Seated]:
        tx.seatings.put_people(number, PEOPLE)
        assert tx.seatings.people(number) == PEOPLE
        assert tx.seatings.lists(ANN)
        assert not tx.seatings.lists(OLGA)
        tx.seatings.seat(number, {PersonId(3): 2, PersonId(1): 2})
        tx.seatings.lock(number, [PersonId(1)], locked=True)
        tx.seatings.lock(number, [PersonId(2)], locked=False)
        tx.seatings.remove(number, PersonId(2))
        return tx.seatings.people(number)

    people = database.write_now(work)
    assert [(one.person.id, one.table, one.locked) for one in people] == [
        (1, 2, True),
        (3, 2, False),
    ]
    assert plan_of(2, people).tables() == {1: (), 2: (1, 3)}
    assert database.write_now(lambda tx: tx.seatings.next_person(number)) == 4


def test_another_list_takes_the_place_of_a_proposal_but_not_of_tables(database: Database) -> None:
    proposed = begin(database)
    database.write_now(lambda tx: tx.seatings.put_people(proposed.number, PEOPLE))
    settled = begin(database, None)
    database.write_now(lambda tx: tx.seatings.save(replace(settled, stage=Stage.SETTLED)))
    database.write_now(lambda tx: tx.seatings.put_people(settled.number, PEOPLE))
    third = begin(database)
    assert newest(database) == third
    kept = database.write_now(
        lambda tx: [tx.seatings.people(one.number) for one in (proposed, settled, third)]
    )
    assert kept == [[], PEOPLE, []]
    found = database.write_now(lambda tx: tx.seatings.settled())
    assert found is not None
    assert found.number == settled.number


def test_rooms_of_tables_are_noted_when_they_are_made(database: Database) -> None:
    number = begin(database).number
    space = TableRoom(number=SPACE, name="Våra bord", key=EffectKey("seating-1/x/0/room/0"))
    table = TableRoom(number=1, name="Bord 1", key=EffectKey("seating-1/x/1/room/0"))

    def work(tx: Transaction) -> list[TableRoom]:
        tx.seatings.put_rooms(number, [space, table])
        made = tx.seatings.room_is_made(EffectKey("seating-1/x/1/room/0"), TABLE_1)
        assert made == (number, replace(table, room_id=TABLE_1))
        assert tx.seatings.room_is_made(EffectKey("other"), RoomId("!x")) is None
        return tx.seatings.rooms(number)

    assert database.write_now(work) == [space, replace(table, room_id=TABLE_1)]


def test_erasing_leaves_no_name(database: Database) -> None:
    begun = begin(database)

    def work(tx: Transaction) -> dict[int, int]:
        tx.seatings.put_people(begun.number, PEOPLE)
        assert tx.seatings.last_used() == {begun.number: NOW_MS}
        tx.seatings.erase(begun.number)
        assert tx.seatings.people(begun.number) == []
        return tx.seatings.last_used()

    assert database.write_now(work) == {}
    assert newest(database) is None


def test_rules_of_another_program_are_not_guessed_at() -> None:
    value = {"size": [None, None, None], "rules": [["at_dawn", 1]]}
    with pytest.raises(ValueError, match="at_dawn"):
        rules_from_json(value)
