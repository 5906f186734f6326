"""Invitations, private chats, and who counts as whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sending.parcels import post, revise
from flows.grouping.people import Person, PersonId
from flows.ids import EffectKey, RoomId, UserId
from storage.contacts import Named
from storage.instants import to_ms
from storage.journal import Departure, MemberChange, Membership, RoomFacts
from storage.outbox import Effect
from storage.rights import Levels
from storage.seating import Seated
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    BO,
    BOT,
    CIA,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    STRANGER,
    TABLE_1,
    TABLE_2,
)
from tests.fakes import Room

WELCOME = "Hello! I am Runda."
NOTHING_OPEN = "No question is open right now, so I have not kept what you wrote."
NO_GROUP = "I cannot find you in any group yet, so I cannot keep answers from you."


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


# ---------------------------------------------------------------- rooms that are replaced

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
    await journey.app.dialogues.boards.bring_up_to_date()
    await journey.settles()


@pytest.mark.parametrize("told_first", ["old", "new"])
async def test_the_organizers_room_is_followed(journey: Journey, told_first: str) -> None:
    # given two organizers, a dialogue, and a board
    journey.chat.change_membership(ORGANIZERS, STRANGER)
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    await draws_board(journey)
    assert journey.answer().startswith("📋 **Lunch**")

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
    assert journey.texts(NEW)[-1].startswith("📋 **Lunch**")
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


async def test_people_come_and_go(journey: Journey) -> None:
    journey.chat.change_membership(TABLE_1, STRANGER)
    journey.chat.change_membership(TABLE_1, BO, Membership.LEAVE)
    journey.chat.change_membership(TABLE_1, ANN, Membership.BAN)
    await journey.settles()

    await journey.writes(OLGA, "!groups")
    assert "1. Table 1: 1 person" in journey.answer()


# ---------------------------------------------------------------- private chats


def in_private(journey: Journey, who: UserId) -> list[str]:
    return journey.texts(journey.private[who])


async def test_a_private_chat_begins_with_a_welcome(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)

    (welcome,) = in_private(journey, ANN)
    assert welcome.startswith(WELCOME)
    assert NO_GROUP not in welcome


async def test_who_opens_it_in_the_middle_of_a_question_gets_the_question(
    journey: Journey,
) -> None:
    await journey.starts_lunch()
    await journey.time_passes(4)
    await journey.opens_private_chat(ANN)

    (welcome, question) = in_private(journey, ANN)
    assert welcome.startswith(WELCOME)
    assert question.startswith("### Alone\n\nWhat about alone?")
    assert "until 09:10" in question


async def test_who_has_one_already_gets_each_question_there(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    await journey.starts_lunch()

    question = in_private(journey, ANN)[-1]
    assert question.startswith("### Alone\n\nWhat about alone?")
    assert "until 09:10" in question


async def test_a_stranger_is_told_how_to_take_part(journey: Journey) -> None:
    await journey.opens_private_chat(STRANGER)

    (welcome,) = in_private(journey, STRANGER)
    assert NO_GROUP in welcome


async def test_whom_nobody_knows_gets_no_private_chat(unset_journey: Journey) -> None:
    # given a bot that allows no other server than its own
    journey = unset_journey
    journey.is_set_up(allowed_servers=())
    await journey.begins()
    neighbour = UserId("@neighbour:example.org")

    # when a stranger of another server, and one of its own, open a private chat
    await journey.opens_private_chat(STRANGER)
    await journey.opens_private_chat(neighbour)

    # then it comes to the second alone
    assert BOT not in journey.chat.rooms[journey.private[STRANGER]].members
    assert in_private(journey, STRANGER) == []
    assert in_private(journey, neighbour)[0].startswith(WELCOME)


async def test_a_stranger_is_known_once_an_organizer_or_a_list_has_brought_her(
    unset_journey: Journey,
) -> None:
    journey = unset_journey
    journey.is_set_up(allowed_servers=())
    await journey.begins()
    eva, fay = UserId("@eva:elsewhere.example"), UserId("@fay:elsewhere.example")
    journey.chat.change_membership(TABLE_1, STRANGER)
    named = Named(role="cook", user_id=eva, key=EffectKey("contact-room/cook/1"))
    await journey.asks(lambda tx: tx.contacts.name(named))
    await journey.asks(lambda tx: seated(tx, fay))

    for who in (STRANGER, eva, fay):
        await journey.opens_private_chat(who)

    assert [who for who in (STRANGER, eva, fay) if not in_private(journey, who)] == []


def seated(tx: Transaction, who: UserId) -> None:
    """Somebody stands on a list of participants."""
    seating = tx.seatings.begin(None, language="en", now_ms=1)
    person = Person(id=PersonId(1), name="Fay", user_id=who)
    tx.seatings.put_people(seating.number, [Seated(person=person)])


async def test_a_person_opens_only_so_many_private_chats(journey: Journey) -> None:
    for _ in range(15):
        room = journey.chat.add_room("", ANN)
        journey.chat.invite(room, ANN, direct=True)
        await journey.settles()

    came = [room for room in journey.chat.rooms.values() if not room.name and BOT in room.members]
    assert len(came) == 10


async def test_an_organizer_is_not_sent_to_a_group(journey: Journey) -> None:
    await journey.opens_private_chat(OLGA)

    (welcome,) = in_private(journey, OLGA)
    assert NO_GROUP not in welcome


async def test_when_nothing_is_open_it_says_so_and_keeps_nothing(journey: Journey) -> None:
    answer = await journey.writes_in_private(ANN, "Soup")

    assert in_private(journey, ANN)[-1].startswith(NOTHING_OPEN)
    assert journey.bot_marks(answer) == []


async def test_a_groups_answer_in_private_is_sent_to_the_group(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes_in_private(ANN, "Group answer: Soup")

    assert in_private(journey, ANN)[-1].startswith(NOTHING_OPEN)
    assert journey.bot_marks(answer) == []


async def test_a_chat_opened_anew_is_greeted_anew(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    room_id = journey.private[ANN]
    journey.chat.hear(departures=[Departure(room_id=room_id, by=ANN, banned=False)])
    await journey.time_passes(1)
    journey.chat.invite(journey.chat.rooms[room_id], ANN, direct=True)
    await journey.settles()

    assert [text.startswith(WELCOME) for text in in_private(journey, ANN)] == [True, True]


async def test_of_two_private_chats_the_newer_gets_the_question(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    old = journey.private[ANN]
    await journey.opens_private_chat(ANN)
    await journey.starts_lunch()

    assert journey.heads(old)[1:] == []
    assert journey.heads(journey.private[ANN])[1:] == ["Alone"]


# ---------------------------------------------------------------- help


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("help", "How to answer"),
        ("Help!", "How to answer"),
        ("hjälp", "Så svarar du"),
        ("HJÄLP?", "Så svarar du"),
        ("hjalp", "Så svarar du"),
    ],
)
async def test_help_is_answered_in_the_language_it_was_asked_in(
    journey: Journey, words: str, answer: str
) -> None:
    await journey.writes_in_private(ANN, words)
    assert journey.heads(journey.private[ANN])[-1] == answer


async def test_help_is_no_answer_to_the_question(journey: Journey) -> None:
    await journey.starts_lunch()
    call = await journey.writes_in_private(ANN, "help")

    assert journey.bot_marks(call) == []
    assert journey.heads(journey.private[ANN])[-1] == "How to answer"


@pytest.mark.parametrize("begun", [False, True], ids=["nothing is open", "a question is open"])
async def test_help_in_the_groups_room(journey: Journey, *, begun: bool) -> None:
    if begun:
        await journey.starts_lunch()
    call = await journey.writes(ANN, "hjälp")

    assert journey.heads(TABLE_1)[-1] == "Så svarar du"
    assert journey.bot_marks(call) == []


async def test_an_answer_that_speaks_of_help_is_an_answer(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes_in_private(ANN, "We need help with the soup")

    assert journey.bot_marks(answer) == ["👍"]


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
