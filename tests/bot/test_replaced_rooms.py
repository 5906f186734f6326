"""Rooms that are replaced by others: a group's own, and the organizers'."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sending.parcels import post, revise
from flows.ids import EffectKey, RoomId, UserId
from storage.instants import to_ms
from storage.journal import MemberChange, Membership, RoomFacts
from storage.outbox import Effect
from tests.bot.journey import Journey
from tests.bot.test_rooms import was_out
from tests.builders import (
    ANN,
    BO,
    BOT,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    STRANGER,
    TABLE_1,
    TABLE_2,
)

NEW = RoomId("!new")


def is_replaced(journey: Journey, room_id: RoomId, new: RoomId) -> None:
    journey.chat.hear(rooms=[RoomFacts(room_id=room_id, successor=new)])


def comes_into(journey: Journey, new: RoomId, *people: UserId, before: RoomId | None) -> None:
    """The bot is in the room that replaces another."""
    journey.chat.rooms[new].members.add(BOT)
    members = [
        MemberChange(
            room_id=new,
            user_id=one,
            membership=Membership.JOIN,
            name=None,
            sent_ms=to_ms(journey.now),
        )
        for one in (BOT, *people)
    ]
    journey.chat.hear(
        rooms=[RoomFacts(room_id=new, joined=True, predecessor=before)], members=members
    )


@pytest.mark.parametrize("told_first", ["old", "new"])
async def test_a_group_goes_on_in_the_room_that_replaces_its_own(
    journey: Journey, told_first: str
) -> None:
    # given a dialogue with an answer
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    await journey.writes(ANN, "Group answer: rice")

    # when the room is replaced, whichever of the two is heard of first
    journey.chat.add_room("Table 1", ANN, BO, room_id=NEW)
    if told_first == "new":
        comes_into(journey, NEW, ANN, BO, before=TABLE_1)
        await journey.settles()
    is_replaced(journey, TABLE_1, NEW)
    await journey.settles()
    if told_first == "old":
        comes_into(journey, NEW, ANN, BO, before=TABLE_1)
        await journey.settles()

    # then the open question stands in the new one, and answers there count beside the old
    assert journey.heads(NEW) == ["Together"]
    second = await journey.writes(
        BO, "Group answer: bread", room=NEW, thread=journey.shown(NEW)[0].event_id
    )
    assert journey.bot_marks(second) == ["✅"]
    await journey.writes(OLGA, "!groups")
    assert "1. Table 1: 2 people" in journey.answer()
    await journey.writes(OLGA, "!stop lunch-1")
    digest = "\n".join(journey.texts(ORGANIZERS))
    assert "Soup" in digest
    assert "bread" in digest
    assert any("moved to another room" in text for text in journey.texts(ORGANIZERS))
    assert journey.errors == []


async def test_a_room_that_does_not_say_so_itself_replaces_none(journey: Journey) -> None:
    await journey.starts_lunch()
    shown = len(journey.texts(TABLE_1))
    journey.chat.add_room("Den", STRANGER, room_id=NEW)
    # given rooms that are said to replace another: a group's, the organizers', a stranger's
    for new in (TABLE_2, ORGANIZERS, NEW):
        is_replaced(journey, TABLE_1, new)
        await journey.settles()
    comes_into(journey, NEW, STRANGER, before=None)
    await journey.settles()

    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    assert journey.texts(NEW) == []
    assert len(journey.texts(TABLE_1)) > shown
    await journey.writes(STRANGER, "!stop lunch-1", room=NEW)
    await journey.writes(OLGA, "!groups")
    assert "1. Table 1: 2 people" in journey.answer()


def is_replaced_with(journey: Journey, new: RoomId, *people: UserId) -> None:
    """The organizers' room says that another replaces it; the people and the bot are in there."""
    journey.chat.add_room("New room", *people, room_id=new)
    is_replaced(journey, ORGANIZERS, new)
    comes_into(journey, new, *people, before=ORGANIZERS)


async def draws_board(journey: Journey) -> None:
    """The board, and after it the growing digest."""
    await journey.app.dialogues.boards.bring_up_to_date()
    await journey.settles()


@pytest.mark.parametrize("told_first", ["old", "new"])
async def test_the_organizers_room_is_followed(journey: Journey, told_first: str) -> None:
    # given two organizers, a dialogue, and a board
    journey.chat.change_membership(ORGANIZERS, STRANGER)
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    await draws_board(journey)
    board, _ = journey.texts(ORGANIZERS)[-2:]
    assert board.startswith("📋 **Lunch**")

    # when their room is replaced by one in which only one of them is
    journey.chat.add_room("New room", OLGA, room_id=NEW)
    if told_first == "new":
        comes_into(journey, NEW, OLGA, before=ORGANIZERS)
        await journey.settles()
    is_replaced(journey, ORGANIZERS, NEW)
    await journey.settles()
    if told_first == "old":
        comes_into(journey, NEW, OLGA, before=ORGANIZERS)
        await journey.settles()
    await journey.bot_is_killed()
    await journey.bot_starts()

    # then the new one is told, has the board, and steers; the old one does not any more
    assert "has replaced **Organizers**" in journey.texts(NEW)[0]
    assert 'it shall say `room = "!new"`' in journey.texts(NEW)[0]
    await draws_board(journey)
    board, _ = journey.texts(NEW)[-2:]
    assert board.startswith("📋 **Lunch**")
    told = len(journey.texts(ORGANIZERS))
    await journey.writes(STRANGER, "!stop lunch-1", room=ORGANIZERS)
    await journey.writes(STRANGER, "!stop lunch-1", room=NEW)
    await journey.writes(OLGA, "!groups", room=NEW)
    # (who was in the old one is still nobody's participant)
    assert "1. Table 1: 2 people" in journey.texts(NEW)[-1]
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    await journey.writes(OLGA, "!stop lunch-1", room=NEW)
    assert "Soup" in "\n".join(journey.texts(NEW))
    assert len(journey.texts(ORGANIZERS)) == told
    assert journey.errors == []


async def test_the_organizers_room_is_followed_again_and_a_new_configuration_is_believed(
    journey: Journey,
) -> None:
    # given a room that was replaced twice
    later = RoomId("!later")
    is_replaced_with(journey, NEW, OLGA)
    await journey.settles()
    journey.chat.add_room("Later", OLGA, room_id=later)
    is_replaced(journey, NEW, later)
    comes_into(journey, later, OLGA, before=NEW)
    await journey.settles()
    await journey.writes(OLGA, "!groups", room=later)
    assert "1. Table 1" in journey.texts(later)[-1]

    # when the configuration names the last one, or another altogether
    for room_id in (later, TABLE_2):
        await journey.bot_is_killed()
        journey.is_set_up(organizers_room=room_id)
        await journey.bot_starts()
        assert journey.app.world.organizers_room == room_id


async def test_what_waited_for_the_organizers_room_comes_into_the_one_that_replaces_it(
    journey: Journey,
) -> None:
    # given a digest that could not be posted, since the room is closed
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    journey.chat.refused.add(ORGANIZERS)
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    assert "Soup" not in "\n".join(journey.texts(ORGANIZERS))

    is_replaced_with(journey, NEW, OLGA)
    await journey.settles()

    assert "Soup" in "\n".join(journey.texts(NEW))


async def test_what_belongs_to_a_message_of_the_old_room_stands_by_itself(journey: Journey) -> None:
    # given a message in the old room
    first = EffectKey("first")
    await puts(journey, post(first, ORGANIZERS, "first"))
    is_replaced_with(journey, NEW, OLGA)
    await journey.settles()

    # when it is edited and answered in the new one
    await puts(
        journey,
        revise(EffectKey("edit"), NEW, first, "other words"),
        post(EffectKey("answer"), NEW, "an answer", under=first),
    )

    # then neither reaches from one room into another
    shown = journey.shown(NEW)[-2:]
    assert [(one.text, one.thread) for one in shown] == [
        ("other words", None),
        ("an answer", None),
    ]
    assert journey.answer() == "first"


async def puts(journey: Journey, *effects: Effect) -> None:
    await journey.asks(lambda tx: tx.outbox.put(effects, now_ms=to_ms(journey.now)))
    await journey.settles()


async def test_a_digest_that_waited_for_the_organizers_room_is_posted_when_the_bot_is_back(
    journey: Journey,
) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    was_out(journey, ORGANIZERS)
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    assert "Soup" not in "\n".join(journey.texts(ORGANIZERS))

    journey.chat.invite(journey.chat.rooms[ORGANIZERS], OLGA)
    await journey.settles()

    assert "Soup" in "\n".join(journey.texts(ORGANIZERS))


@pytest.mark.parametrize("said_by", ["old", "new", "a stranger's"])
async def test_nobody_takes_the_organizers_place_by_one_rooms_word(
    journey: Journey, said_by: str
) -> None:
    # given a stranger's room, of which only one room says that it replaces the organizers'
    journey.chat.add_room("Den", STRANGER, room_id=NEW)
    if said_by == "old":
        is_replaced(journey, ORGANIZERS, NEW)
    elif said_by == "a stranger's":
        other = RoomId("!other")
        journey.chat.add_room("Other", STRANGER, room_id=other)
        comes_into(journey, other, STRANGER, before=None)
        is_replaced(journey, other, NEW)
    before = None if said_by == "old" else ORGANIZERS
    comes_into(journey, NEW, STRANGER, before=before)
    await journey.settles()

    # then it gives no right
    await journey.writes(STRANGER, "!start lunch", room=NEW)
    assert journey.texts(NEW) == []
    assert await journey.asks(lambda tx: tx.dialogues.in_status()) == []
    await journey.writes(OLGA, "!groups")
    assert "1. Table 1: 2 people" in journey.answer()


async def test_a_room_in_which_a_dialogue_runs_does_not_become_the_organizers(
    journey: Journey,
) -> None:
    await journey.starts_lunch()
    is_replaced(journey, ORGANIZERS, TABLE_1)
    comes_into(journey, TABLE_1, ANN, BO, before=ORGANIZERS)
    await journey.settles()

    await journey.writes(ANN, "!stop lunch-1")
    await journey.writes(OLGA, "!groups")
    assert "1. Table 1: 2 people" in journey.answer()
    assert journey.app.world.running


CHAT = RoomId("!anothers-chat:example.org")


async def test_a_private_chat_that_was_replaced_is_cleared_of_who_is_forgotten(
    journey: Journey,
) -> None:
    # given Ann, who was told her answers in a private chat that another room has replaced
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup of nettles")
    await journey.writes_in_private(ANN, "my answers")
    old = journey.private[ANN]
    assert any("nettles" in text for text in journey.texts(old))
    journey.chat.add_room("Ann", ANN, room_id=CHAT)
    is_replaced(journey, old, CHAT)
    comes_into(journey, CHAT, ANN, before=old)
    await journey.settles()
    journey.private[ANN] = CHAT

    await journey.writes_in_private(ANN, "yes, forget me")
    await journey.time_passes(minutes=1)

    assert not any("nettles" in text for text in journey.texts(old))


async def test_nobody_leads_the_bot_into_a_room_that_knows_nothing_of_it(journey: Journey) -> None:
    # given Ann, whose private chat says that a room of strangers replaces it
    await journey.starts_lunch()
    await journey.opens_private_chat(ANN)
    journey.chat.add_room("Everybody", STRANGER, room_id=CHAT)
    is_replaced(journey, journey.private[ANN], CHAT)
    await journey.settles()

    # then the bot has gone in, has seen that it replaces nothing, and has left
    gone_in = [key for key in journey.chat.tried if key.startswith(f"{CHAT}/upgrade/")]
    assert [key.rpartition("/")[2] for key in gone_in] == ["join", "leave"]
    assert BOT not in journey.chat.rooms[CHAT].members
