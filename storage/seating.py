"""Lists of participants, who sits where, and the rooms of tables.

The only place where people's names stand that they have not written themselves. They go
with the list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import orjson
import sqlalchemy as sa

from flows.grouping.people import Person, PersonId, Plan
from flows.grouping.rules import Rules
from flows.ids import EffectKey, RoomId, UserId
from storage.seating_rules import rules_from_json, rules_json
from storage.tables import RoundRow, SeatedRow, SeatingRow, TableRoomRow, table_of

_seating = table_of(SeatingRow)
_seated = table_of(SeatedRow)
_table_room = table_of(TableRoomRow)
_round = table_of(RoundRow)

NO_RULES: Final = Rules()
SPACE: Final = 0
"""The number of the space among the rooms of a seating."""


class Stage(StrEnum):
    """How far a list has come."""

    READING = "reading"
    UNCLEAR = "unclear"
    """The file could not be used, or which of its sheets is meant has been asked."""
    PROPOSED = "proposed"
    SETTLED = "settled"
    """Confirmed: rooms are made, or those that were there are used."""
    GONE = "gone"
    """Another list has come, or the names have been erased."""


class Todo(StrEnum):
    """What is to be worked out outside of a transaction."""

    NOTHING = ""
    READ = "read"
    PROPOSE = "propose"
    REBALANCE = "rebalance"
    CARDS = "cards"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFile:
    """A dropped file: its name, and the chat's way to fetch it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """A list and what has been decided of it; people and rooms are asked for by its number.

    `problems` is what was wrong with the list, as the reader gave it. `proved`: no seating
    does better by the rules. `moved` counts whom the last closing up has moved.
    """

    number: int
    stage: Stage
    language: str
    file: ListFile | None = None
    sheet: str = ""
    rules: Rules = NO_RULES
    problems: tuple[Any, ...] = ()
    groups: int = 0
    seed: int = 0
    proved: bool = False
    moved: int = 0
    todo: Todo = Todo.NOTHING
    revision: int = 0
    posted: int = 0
    shown: int = 0
    changed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """A person and her place. `table` is None until she has one."""

    person: Person
    table: int | None = None
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRoom:
    """The room of a table (or the space), made by the effect `key` or there before."""

    number: int
    name: str
    key: EffectKey | None = None
    room_id: RoomId | None = None


class Seatings:
    """Seatings inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def newest(self) -> Seating | None:
        """The one that commands are about; None if there is none, or its names are erased."""
        query = (
            sa.select(_seating)
            .where(_seating.c.status != Stage.GONE.value)
            .order_by(_seating.c.seating_no.desc())
        )
        row = self._db.execute(query).first()
        return None if row is None else _to_seating(row)

    def settled(self) -> Seating | None:
        """The newest whose tables are decided."""
        query = (
            sa.select(_seating)
            .where(_seating.c.status == Stage.SETTLED.value)
            .order_by(_seating.c.seating_no.desc())
        )
        row = self._db.execute(query).first()
        return None if row is None else _to_seating(row)

    def to_do(self) -> Seating | None:
        """One for which something is to be worked out."""
        query = (
            sa.select(_seating)
            .where(_seating.c.todo != "", _seating.c.status != Stage.GONE.value)
            .order_by(_seating.c.seating_no)
        )
        row = self._db.execute(query).first()
        return None if row is None else _to_seating(row)

    def begin(self, file: ListFile | None, *, language: str, now_ms: int) -> Seating:
        """A new list; those before that were only proposed are erased."""
        waiting = (Stage.READING.value, Stage.UNCLEAR.value, Stage.PROPOSED.value)
        earlier = sa.select(_seating.c.seating_no).where(_seating.c.status.in_(waiting))
        for number in list(self._db.scalars(earlier)):
            self.erase(number)
        stage, todo = (Stage.READING, Todo.READ) if file else (Stage.PROPOSED, Todo.NOTHING)
        fresh = Seating(
            number=0, stage=stage, language=language, file=file, todo=todo, changed_ms=now_ms
        )
        added = self._db.execute(
            sa.insert(_seating).values(**_values(fresh)).returning(_seating.c.seating_no)
        )
        return replace(fresh, number=int(added.scalar_one()))

    def save(self, seating: Seating) -> None:
        """Keep what has changed of a seating itself."""
        self._db.execute(
            sa.update(_seating)
            .where(_seating.c.seating_no == seating.number)
            .values(**_values(seating))
        )

    # ------------------------------------------------------------ people

    def people(self, number: int) -> list[Seated]:
        """Everybody on the list, in its order."""
        query = (
            sa.select(_seated).where(_seated.c.seating_no == number).order_by(_seated.c.person_no)
        )
        return [_to_seated(row) for row in self._db.execute(query)]

    def put_people(self, number: int, people: Sequence[Seated]) -> None:
        """The whole list, in place of what was there."""
        self._db.execute(sa.delete(_seated).where(_seated.c.seating_no == number))
        if people:
            self._db.execute(sa.insert(_seated), [_person_values(number, one) for one in people])

    def add(self, number: int, one: Seated) -> None:
        """A person more."""
        self._db.execute(sa.insert(_seated).values(**_person_values(number, one)))

    def next_person(self, number: int) -> PersonId:
        """The number a person gets who comes later."""
        last = self._db.scalar(
            sa.select(sa.func.max(_seated.c.person_no)).where(_seated.c.seating_no == number)
        )
        return PersonId((last or 0) + 1)

    def remove(self, number: int, person: PersonId) -> None:
        """Somebody does not come; her name goes."""
        self._db.execute(sa.delete(_seated).where(*_one(number, person)))

    def seat(self, number: int, seats: Mapping[PersonId, int]) -> None:
        """Put people at tables; who is not named stays."""
        if seats:
            self._db.execute(
                sa.update(_seated)
                .where(
                    _seated.c.seating_no == number, _seated.c.person_no == sa.bindparam("person")
                )
                .values(place=sa.bindparam("at")),
                [{"person": person, "at": table} for person, table in seats.items()],
            )

    def lock(self, number: int, people: Iterable[PersonId], *, locked: bool) -> None:
        """Let people sit fast, or not."""
        for person in people:
            self._db.execute(sa.update(_seated).where(*_one(number, person)).values(locked=locked))

    # ------------------------------------------------------------ rooms

    def rooms(self, number: int) -> list[TableRoom]:
        """The rooms of the tables in their order; the space, if there is one, comes first."""
        query = (
            sa.select(_table_room)
            .where(_table_room.c.seating_no == number)
            .order_by(_table_room.c.number)
        )
        return [_to_room(row) for row in self._db.execute(query)]

    def put_rooms(self, number: int, rooms: Sequence[TableRoom]) -> None:
        """The rooms of the tables, in place of what was there."""
        self._db.execute(sa.delete(_table_room).where(_table_room.c.seating_no == number))
        for room in rooms:
            self._db.execute(
                sa.insert(_table_room).values(
                    seating_no=number,
                    number=room.number,
                    name=room.name,
                    key=room.key or "",
                    room_id=room.room_id,
                )
            )

    def room_of(self, user_id: UserId) -> RoomId | None:
        """The room of the table where a person sits by the newest settled list.

        None if her account is not on it, or the room is not made yet.
        """
        settled = self.settled()
        if settled is None:
            return None
        found: str | None = self._db.scalar(
            sa.select(_table_room.c.room_id)
            .join(
                _seated,
                (_seated.c.seating_no == _table_room.c.seating_no)
                & (_seated.c.place == _table_room.c.number),
            )
            .where(_seated.c.seating_no == settled.number, _seated.c.user_id == user_id)
        )
        return None if found is None else RoomId(found)

    def lists(self, user_id: UserId) -> bool:
        """Whether an account stands on a list of participants that is kept."""
        row = self._db.execute(
            sa.select(_seated.c.seating_no).where(_seated.c.user_id == user_id).limit(1)
        )
        return row.first() is not None

    def room_is_made(self, key: EffectKey, room_id: RoomId) -> tuple[int, TableRoom] | None:
        """Note the room that the effect `key` has made.

        Returns:
            The number of the seating and the room; None if the effect makes no room of a table.
        """
        here = _table_room.c.key == key
        self._db.execute(sa.update(_table_room).where(here).values(room_id=room_id))
        row = self._db.execute(sa.select(_table_room).where(here)).first()
        return None if row is None else (row.seating_no, _to_room(row))

    # ------------------------------------------------------------ the end

    def erase(self, number: int) -> None:
        """Forget everybody on a list, and what was wrong with it."""
        self._db.execute(sa.delete(_seated).where(_seated.c.seating_no == number))
        self._db.execute(
            sa.update(_seating)
            .where(_seating.c.seating_no == number)
            .values(status=Stage.GONE.value, file="", problems="", rules="", todo="")
        )

    def listed(self, user_id: UserId) -> list[Person]:
        """How a person stands on the lists."""
        rows = self._db.execute(sa.select(_seated).where(_seated.c.user_id == user_id))
        return [_to_seated(row).person for row in rows]

    def forget(self, user_id: UserId) -> list[int]:
        """Erase who somebody on the lists is; her place at the table stays taken.

        Returns:
            The numbers of the lists she stood on.
        """
        here = _seated.c.user_id == user_id
        numbers = list(self._db.scalars(sa.select(_seated.c.seating_no).where(here).distinct()))
        self._db.execute(sa.update(_seated).where(here).values(**_NOBODY))
        self._forget_problems(numbers)
        return sorted(numbers)

    def forget_name(self, name: str) -> list[int]:
        """Erase somebody without an account from the lists, by her name as it stands there.

        Returns:
            The numbers of the lists she stood on.
        """
        query = sa.select(_seated).where(_seated.c.user_id.is_(None))
        found = [row for row in self._db.execute(query).all() if _same(row.name, name)]
        for row in found:
            here = _one(row.seating_no, row.person_no)
            self._db.execute(sa.update(_seated).where(*here).values(**_NOBODY))
        numbers = sorted({row.seating_no for row in found})
        self._forget_problems(numbers)
        return numbers

    def _forget_problems(self, numbers: Collection[int]) -> None:
        """What was wrong with lists: it names people too."""
        here = _seating.c.seating_no.in_(numbers)
        self._db.execute(sa.update(_seating).where(here).values(problems=""))

    def get(self, number: int) -> Seating | None:
        """A list by its number, erased or not."""
        row = self._db.execute(sa.select(_seating).where(_seating.c.seating_no == number)).first()
        return None if row is None else _to_seating(row)

    def of_rooms(self, rooms: Collection[RoomId]) -> list[int]:
        """The lists with names whose tables have any of these rooms."""
        query = (
            sa.select(_table_room.c.seating_no)
            .join(_seating, _seating.c.seating_no == _table_room.c.seating_no)
            .where(_table_room.c.room_id.in_(rooms), _seating.c.status != Stage.GONE.value)
            .distinct()
        )
        return sorted(self._db.scalars(query))

    def named(self, name: str) -> list[Person]:
        """Who stands on the lists under a name, with an account or without."""
        people = (_to_seated(row).person for row in self._db.execute(sa.select(_seated)))
        return [one for one in people if _same(one.name, name)]

    def last_used(self) -> dict[int, int]:
        """When each list that holds names was last used: changed, or a round in its rooms."""
        opened = sa.func.max(sa.func.coalesce(_round.c.closed_ms, _round.c.opened_ms))
        query = (
            sa.select(_seating.c.seating_no, _seating.c.changed_ms, opened.label("round_ms"))
            .select_from(
                _seating.outerjoin(
                    _table_room, _table_room.c.seating_no == _seating.c.seating_no
                ).outerjoin(_round, _round.c.room_id == _table_room.c.room_id)
            )
            .where(_seating.c.status != Stage.GONE.value)
            .group_by(_seating.c.seating_no, _seating.c.changed_ms)
        )
        return {
            row.seating_no: max(row.changed_ms, row.round_ms or 0)
            for row in self._db.execute(query)
        }


_NOBODY = {"name": "–", "role": "", "organisation": "", "user_id": None}


def plan_of(groups: int, people: Iterable[Seated]) -> Plan:
    """Where those sit who have a place."""
    return Plan(groups, {one.person.id: one.table for one in people if one.table is not None})


def _same(one: str, other: str) -> bool:
    return one.casefold().split() == other.casefold().split()


def _one(number: int, person: PersonId) -> tuple[sa.ColumnElement[bool], ...]:
    return (_seated.c.seating_no == number, _seated.c.person_no == person)


def _values(seating: Seating) -> dict[str, Any]:
    file = seating.file
    return {
        "status": seating.stage.value,
        "language": seating.language,
        "file": "" if file is None else _json({"name": file.name, "address": file.address}),
        "sheet": seating.sheet,
        "rules": rules_json(seating.rules),
        "problems": _json(list(seating.problems)),
        "groups": seating.groups,
        "seed": seating.seed,
        "proved": seating.proved,
        "moved": seating.moved,
        "todo": seating.todo.value,
        "revision": seating.revision,
        "posted": seating.posted,
        "shown": seating.shown,
        "changed_ms": seating.changed_ms,
    }


def _to_seating(row: sa.Row[Any]) -> Seating:
    file = orjson.loads(row.file) if row.file else None
    return Seating(
        number=row.seating_no,
        stage=Stage(row.status),
        language=row.language,
        file=None if file is None else ListFile(**file),
        sheet=row.sheet,
        rules=rules_from_json(orjson.loads(row.rules)) if row.rules else Rules(),
        problems=tuple(orjson.loads(row.problems)) if row.problems else (),
        groups=row.groups,
        seed=row.seed,
        proved=row.proved,
        moved=row.moved,
        todo=Todo(row.todo),
        revision=row.revision,
        posted=row.posted,
        shown=row.shown,
        changed_ms=row.changed_ms,
    )


def _person_values(number: int, one: Seated) -> dict[str, Any]:
    return {
        "seating_no": number,
        "person_no": one.person.id,
        "name": one.person.name,
        "role": one.person.role,
        "organisation": one.person.organisation,
        "user_id": one.person.user_id,
        "place": one.table,
        "locked": one.locked,
    }


def _to_seated(row: sa.Row[Any]) -> Seated:
    person = Person(
        id=PersonId(row.person_no),
        name=row.name,
        role=row.role,
        organisation=row.organisation,
        user_id=None if row.user_id is None else UserId(row.user_id),
    )
    return Seated(person=person, table=row.place, locked=row.locked)


def _to_room(row: sa.Row[Any]) -> TableRoom:
    return TableRoom(
        number=row.number,
        name=row.name,
        key=EffectKey(row.key) if row.key else None,
        room_id=None if row.room_id is None else RoomId(row.room_id),
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
