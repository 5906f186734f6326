"""Rooms, who is in them, and who takes part."""

from __future__ import annotations

from dataclasses import replace

from flows.ids import GroupId, RoomId, UserId
from storage.database import Database
from storage.journal import MemberChange, Membership, RoomFacts
from storage.people import Participant
from storage.rights import Levels, Rights
from storage.rooms import Member, Room, RoomUse
from storage.transaction import Transaction
from tests.builders import ANN, BO, CIA, NOW_MS, TABLE_1, TABLE_2
from tests.storage.house import LUNCH, add_dialogue

TABLE = Room(room_id=TABLE_1, use=RoomUse.GROUP, name="Table 1", number=1)


def learn(database: Database, **facts: object) -> Room | None:
    changed = replace(RoomFacts(room_id=TABLE_1), **facts)  # type: ignore[arg-type]  # by name
    database.write_now(lambda tx: tx.rooms.learn(changed))
    return database.write_now(lambda tx: tx.rooms.get(TABLE_1))


def put(database: Database, *rooms: Room) -> None:
    def work(tx: Transaction) -> None:
        for room in rooms:
            tx.rooms.put(room)

    database.write_now(work)


def change(
    who: UserId,
    membership: Membership = Membership.JOIN,
    *,
    room_id: RoomId = TABLE_1,
    name: str | None = None,
    after_ms: int = 0,
) -> MemberChange:
    return MemberChange(
        room_id=room_id,
        user_id=who,
        membership=membership,
        name=name,
        sent_ms=NOW_MS + after_ms,
    )


def apply(database: Database, *changes: MemberChange) -> int:
    return len(database.write_now(lambda tx: tx.rooms.apply(changes)))


def members(database: Database, room_id: RoomId = TABLE_1) -> list[str]:
    return [one.user_id for one in database.write_now(lambda tx: tx.rooms.members(room_id))]


# ---------------------------------------------------------------- rooms


def test_an_unknown_room_is_learned_without_a_use(database: Database) -> None:
    assert database.write_now(lambda tx: tx.rooms.get(TABLE_1)) is None
    assert learn(database, name="Table 1") == replace(TABLE, use=RoomUse.NONE, number=None)


def test_what_is_not_said_of_a_room_stays(database: Database) -> None:
    put(database, TABLE)

    assert learn(database, encrypted=True) == replace(TABLE, encrypted=True)
    assert learn(database, encrypted=False) == replace(TABLE, encrypted=True)
    assert learn(database, name="Window") == replace(TABLE, encrypted=True, name="Window")
    assert learn(database, joined=False) == replace(
        TABLE, encrypted=True, name="Window", joined=False
    )


def test_rooms_of_one_use_in_the_order_of_their_numbers(database: Database) -> None:
    put(
        database,
        replace(TABLE, room_id=RoomId("!a"), number=2),
        replace(TABLE, room_id=RoomId("!b"), number=1),
        replace(TABLE, room_id=RoomId("!left"), number=3, joined=False),
        Room(room_id=RoomId("!c"), use=RoomUse.NONE),
    )

    groups = database.write_now(lambda tx: tx.rooms.used_as(RoomUse.GROUP))
    assert [room.room_id for room in groups] == ["!b", "!a"]
    assert database.write_now(lambda tx: tx.rooms.next_number(RoomUse.GROUP)) == 4
    assert database.write_now(lambda tx: tx.rooms.next_number(RoomUse.DIRECT)) == 1
    everything = {room.room_id for room in database.write_now(lambda tx: tx.rooms.all())}
    assert everything == {"!a", "!b", "!c", "!left"}


# ---------------------------------------------------------------- members


def test_people_come_and_go(database: Database) -> None:
    assert apply(database, change(ANN), change(BO), change(CIA, Membership.INVITE)) == 3
    assert members(database) == [ANN, BO]

    apply(database, change(BO, Membership.LEAVE, after_ms=1), change(CIA, after_ms=2))

    assert members(database) == [ANN, CIA]


def test_an_older_change_that_comes_later_changes_nothing(database: Database) -> None:
    apply(database, change(ANN, after_ms=5, name="Ann"))

    assert apply(database, change(ANN, Membership.LEAVE, after_ms=4)) == 0
    assert members(database) == [ANN]


def test_a_new_name_is_kept(database: Database) -> None:
    apply(database, change(ANN, name="Ann"))
    apply(database, change(ANN, name="Ann ☕", after_ms=1))

    found = database.write_now(lambda tx: tx.rooms.members(TABLE_1))
    assert found == [Member(room_id=TABLE_1, user_id=ANN, name="Ann ☕")]


def test_members_of_groups_are_those_of_joined_group_rooms(database: Database) -> None:
    other = RoomId("!other")
    put(
        database,
        TABLE,
        replace(TABLE, room_id=TABLE_2, number=2, joined=False),
        Room(room_id=other, use=RoomUse.NONE),
    )
    apply(database, change(ANN), change(BO, room_id=TABLE_2), change(CIA, room_id=other))

    found = database.write_now(lambda tx: tx.rooms.members_of_groups())
    assert [one.user_id for one in found] == [ANN]


# ---------------------------------------------------------------- participants


def test_a_person_has_one_number_in_a_dialogue(database: Database) -> None:
    def work(tx: Transaction) -> list[int]:
        add_dialogue(tx)
        seats = ((ANN, "1"), (BO, "1"), (ANN, "2"))
        return [tx.people.number_of(LUNCH, who, GroupId(group)) for who, group in seats]

    assert database.write_now(work) == [1, 2, 1]
    assert database.write_now(lambda tx: tx.people.of_dialogue(LUNCH)) == [
        Participant(number=1, user_id=ANN, group_id=GroupId("1")),
        Participant(number=2, user_id=BO, group_id=GroupId("1")),
    ]


def test_rights_come_in_parts_and_stay(database: Database) -> None:
    assert learn(database, name="Table 1").rights is None  # type: ignore[union-attr]  # it is there
    learn(database, creators=frozenset({ANN}))
    learn(database, levels=Levels(users={BO: -1}, users_default=0, events_default=0))
    room = learn(database, name="Table One")

    assert room is not None
    assert room.rights == Rights(creators=frozenset({ANN}), levels=Levels(users={BO: -1}))


def test_who_stands_below() -> None:
    def below(**levels: object) -> set[UserId]:
        rights = Rights(creators=frozenset({ANN}), levels=replace(Levels(), **levels))  # type: ignore[arg-type]  # by name
        return {one for one in (ANN, BO, CIA) if rights.is_below(one)}

    assert below() == set()
    assert below(users={BO: -1, CIA: 100}) == {BO}
    assert below(users={BO: 50}, users_default=50) == set()
    assert below(users={BO: 49}, users_default=50) == {BO}
    assert below(users={BO: 50}, events_default=50) == {CIA}
    assert below(users={ANN: -5, BO: -5}, users_default=-5) == {BO, CIA}
