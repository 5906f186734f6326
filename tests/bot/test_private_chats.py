"""Private chats, and help in them and in groups' rooms."""

from __future__ import annotations

import pytest

from flows.grouping.people import Person, PersonId
from flows.ids import EffectKey, UserId
from storage.contacts import Named
from storage.journal import Departure
from storage.seating import Seated
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    BOT,
    OLGA,
    STRANGER,
    TABLE_1,
)

WELCOME = "Hello! I am Runda."
NOTHING_OPEN = "No question is open right now, so I have not kept what you wrote."
NO_GROUP = "I cannot find you in any group yet, so I cannot keep answers from you."


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
