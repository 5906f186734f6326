"""Invitations, coming and going, and who counts as whom."""

from __future__ import annotations

import pytest

from flows.ids import RoomId, UserId
from storage.journal import Departure, Membership, RoomFacts
from storage.rights import Levels
from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    BO,
    BOT,
    CIA,
    OLGA,
    ORGANIZERS,
    STRANGER,
    TABLE_1,
    TABLE_2,
)
from tests.fakes import Room


async def invited(
    journey: Journey, who: UserId, name: str = "Den", *, direct: bool = False
) -> Room:
    room = journey.chat.add_room(name, who)
    journey.chat.invite(room, who, direct=direct)
    await journey.settles()
    return room


# ---------------------------------------------------------------- invitations


async def test_an_organizers_room_becomes_a_group(journey: Journey) -> None:
    room = await invited(journey, OLGA, "Window")

    assert BOT in room.members
    await journey.writes(OLGA, "!groups")
    assert journey.answer().splitlines()[2:] == [
        "1. Table 1: 2 people",
        "2. Table 2: 2 people",
        "3. Window: 0 people",
    ]


@pytest.mark.parametrize("who", [STRANGER, ANN], ids=["stranger", "participant"])
async def test_others_cannot_draw_the_bot_into_their_rooms(journey: Journey, who: UserId) -> None:
    room = await invited(journey, who)

    assert BOT not in room.members
    assert journey.chat.tried[-1].endswith("/leave")
    await journey.writes(OLGA, "!groups")
    assert "Den" not in journey.answer()


async def test_an_invitation_heard_twice_is_accepted_once(journey: Journey) -> None:
    room = journey.chat.add_room("Window", OLGA)
    journey.chat.invite(room, OLGA)
    journey.chat.invite(room, OLGA)
    await journey.settles()

    await journey.writes(OLGA, "!groups")
    assert journey.answer().count("Window") == 1


async def test_who_is_made_an_organizer_may_add_groups_and_is_no_participant(
    journey: Journey,
) -> None:
    journey.chat.change_membership(ORGANIZERS, ANN)
    await journey.settles()
    room = await invited(journey, ANN, "Window")

    assert BOT in room.members
    await journey.writes(OLGA, "!groups")
    assert "1. Table 1: 1 person" in journey.answer()


async def test_the_bot_put_out_of_a_group_is_told_and_comes_back_when_invited(
    journey: Journey,
) -> None:
    # given a group that the bot was put out of
    journey.chat.rooms[TABLE_2].members.discard(BOT)
    journey.chat.hear(departures=[Departure(room_id=TABLE_2, by=CIA, banned=False)])
    await journey.settles()
    assert journey.answer().startswith("⚠️ I am not in **Table 2** any more")

    # when it is invited again
    await journey.time_passes(1)
    journey.chat.invite(journey.chat.rooms[TABLE_2], OLGA)
    await journey.settles()

    # then it is table 2 again
    await journey.writes(OLGA, "!groups")
    assert "2. Table 2: 2 people" in journey.answer()


async def test_what_was_decided_while_the_bot_was_out_comes_once_when_it_is_back(
    journey: Journey,
) -> None:
    # given a step that began while the bot was out of one group, and one that also ended
    await journey.starts_lunch()
    was_out(journey, TABLE_2)
    await journey.time_passes(11)
    await journey.writes_in_private(ANN, "Soup")
    before = journey.texts(TABLE_2)
    assert "Together" in journey.heads(TABLE_1)
    told = [text for text in journey.texts(ORGANIZERS) if "Table 2" in text and "⚠️" in text]
    assert len(told) == 1

    # when it is invited again
    journey.chat.invite(journey.chat.rooms[TABLE_2], OLGA)
    await journey.settles()
    await journey.bot_is_killed()
    await journey.bot_starts()

    # then the open question is put, once, with what belongs to it, and nothing of what is over
    assert journey.texts(TABLE_2)[: len(before)] == before
    new = journey.heads(TABLE_2)[len(before) :]
    assert new.count("Together") == 1
    assert "Alone" not in new
    assert "✅ I am in **Table 2** again, and post there now what had to wait." in journey.texts(
        ORGANIZERS
    )
    answer = await journey.writes(CIA, "Group answer: bread")
    assert journey.bot_marks(answer) == ["✅"]


async def test_a_question_refused_before_the_departure_was_heard_is_not_lost(
    journey: Journey,
) -> None:
    # given a room that refuses, and nobody knows why yet
    journey.chat.refused.add(TABLE_2)
    await journey.starts_lunch()
    was_out(journey, TABLE_2)
    await journey.settles()
    assert journey.texts(TABLE_2) == []

    # when the bot is back
    journey.chat.refused.clear()
    journey.chat.invite(journey.chat.rooms[TABLE_2], OLGA)
    await journey.settles()

    assert journey.heads(TABLE_2).count("Alone") == 1


async def test_who_may_write_again_writes_what_had_to_wait(journey: Journey) -> None:
    # given a room in which the bot may not write
    journey.chat.refused.add(TABLE_2)
    await journey.starts_lunch()

    # when its level is raised
    journey.chat.refused.clear()
    levels = Levels(users={BOT: 50}, users_default=0, events_default=50)
    journey.chat.hear(rooms=[RoomFacts(room_id=TABLE_2, levels=levels)])
    await journey.settles()

    assert journey.heads(TABLE_2).count("Alone") == 1


def was_out(journey: Journey, room_id: RoomId) -> None:
    """The bot is put out of a room."""
    journey.chat.rooms[room_id].members.discard(BOT)
    journey.chat.hear(departures=[Departure(room_id=room_id, by=CIA, banned=False)])


async def test_people_come_and_go(journey: Journey) -> None:
    journey.chat.change_membership(TABLE_1, STRANGER)
    journey.chat.change_membership(TABLE_1, BO, Membership.LEAVE)
    journey.chat.change_membership(TABLE_1, ANN, Membership.BAN)
    await journey.settles()

    await journey.writes(OLGA, "!groups")
    assert "1. Table 1: 1 person" in journey.answer()


async def test_a_room_without_a_use_is_left_alone(journey: Journey) -> None:
    room = journey.chat.add_room("Elsewhere", ANN, room_id=RoomId("!elsewhere:example.org"))
    await journey.starts_lunch()
    await journey.writes(ANN, "help", room=room.room_id)

    assert journey.shown(room.room_id) == []


# ---------------------------------------------------------------- who only reads


async def test_who_stands_below_the_others_reads_and_does_not_steer(journey: Journey) -> None:
    # given Ann in the organizers' room, as one who may only read
    journey.chat.change_membership(ORGANIZERS, ANN)
    journey.chat.hear(rooms=[RoomFacts(room_id=ORGANIZERS, levels=Levels(users={ANN: -1}))])
    await journey.settles()

    # when she writes commands, then nothing happens, and she is asked nothing
    said = journey.texts(ORGANIZERS)
    await journey.writes(ANN, "!start lunch", room=ORGANIZERS)
    assert journey.texts(ORGANIZERS) == said
    room = await invited(journey, ANN, "Window")
    assert BOT not in room.members
    await journey.writes(OLGA, "!groups")
    assert "1. Table 1: 1 person" in journey.answer()

    # when she is raised, then she steers, also after a restart
    journey.chat.hear(rooms=[RoomFacts(room_id=ORGANIZERS, levels=Levels())])
    await journey.settles()
    await journey.bot_is_killed()
    await journey.bot_starts()
    await journey.writes(ANN, "!groups", room=ORGANIZERS)
    assert "Table 2" in journey.answer()


# ---------------------------------------------------------------- the wrong room

HINT = (
    "You have come into another group's room. Yours is **Table 1**: "
    "https://matrix.to/#/!table1:example.org?via=example.org\n\n"
    "Have you changed groups? Then just stay."
)


async def moves(journey: Journey, who: UserId, came: RoomId, left: RoomId) -> None:
    journey.chat.change_membership(left, who, Membership.LEAVE)
    await journey.settles()
    journey.chat.change_membership(came, who)
    await journey.settles()


def private_chats_made(journey: Journey) -> list[Room]:
    made = [(one, one.made_as) for one in journey.chat.rooms.values()]
    return [one for one, wanted in made if wanted is not None and wanted.direct]


async def test_who_comes_into_another_groups_room_is_told_which_is_hers(journey: Journey) -> None:
    # given Ann, who has answered in private at table 1, and Bo, who has not answered
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")

    # when both come into table 2's room instead, then she is told in private, and only she
    for who in (ANN, BO):
        await moves(journey, who, TABLE_2, TABLE_1)
    assert journey.texts(journey.private[ANN])[-1] == HINT
    assert HINT not in journey.texts(TABLE_2)
    assert private_chats_made(journey) == []

    # when she comes back, then she is told nothing
    said = journey.texts(journey.private[ANN])
    await moves(journey, ANN, TABLE_1, TABLE_2)
    assert journey.texts(journey.private[ANN]) == said


async def test_who_has_no_private_chat_gets_one_for_it(journey: Journey) -> None:
    # given Ann, who has left her private chat, and a bot that is killed in between
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    journey.chat.change_membership(journey.private[ANN], ANN, Membership.LEAVE)
    await journey.settles()
    journey.chat.holds_after = True
    journey.chat.change_membership(TABLE_1, ANN, Membership.LEAVE)
    journey.chat.change_membership(TABLE_2, ANN)
    await journey.chat.held.wait()
    await journey.bot_is_killed()
    journey.chat.let_go()
    await journey.bot_starts()

    # then there is one, with her invited and the hint in it, and her answers are taken there
    [chat] = private_chats_made(journey)
    assert chat.invited == [ANN]
    assert journey.texts(chat.room_id) == [HINT]
