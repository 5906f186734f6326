"""Who writes to the bot without an end is answered so often and not more; answers are all kept."""

from __future__ import annotations

from datetime import timedelta

from bot.throttle import MOST_REMEMBERED, Throttle, Turn
from flows.ids import DialogueId
from tests.bot.journey import Journey
from tests.bot.test_contacts import EVA, PACK, Contact
from tests.builders import ANN, BO, CIA, MONDAY_9H, OLGA, ORGANIZERS, TABLE_1
from tests.fakes import arrived

SECOND = timedelta(seconds=1)
SLOWER = "You write faster than I can answer"


def test_so_many_at_once_then_one_word_then_silence_then_one_for_each_rest() -> None:
    throttle = Throttle(burst=2, every_s=10)

    at_once = [throttle.turn("ann", MONDAY_9H) for _ in range(4)]
    other = throttle.turn("bo", MONDAY_9H)
    rested = [throttle.turn("ann", MONDAY_9H + 10 * SECOND) for _ in range(2)]
    later = [throttle.turn("ann", MONDAY_9H + 3600 * SECOND) for _ in range(3)]

    assert at_once == [Turn.ANSWER, Turn.ANSWER, Turn.SLOWER, Turn.SILENCE]
    assert other is Turn.ANSWER
    assert rested == [Turn.ANSWER, Turn.SLOWER]
    assert later == [Turn.ANSWER, Turn.ANSWER, Turn.SLOWER]


def test_a_clock_that_goes_back_locks_nobody_out_for_longer() -> None:
    throttle = Throttle(burst=1, every_s=10)

    turns = [throttle.turn("ann", MONDAY_9H - hours * 3600 * SECOND) for hours in range(2)]

    assert turns == [Turn.ANSWER, Turn.SLOWER]
    assert throttle.turn("ann", MONDAY_9H - 3590 * SECOND) is Turn.ANSWER


def test_it_remembers_no_more_than_it_must() -> None:
    throttle = Throttle(burst=1, every_s=10)
    for number in range(MOST_REMEMBERED + 50):
        throttle.turn(str(number), MONDAY_9H)

    assert len(throttle._buckets) == MOST_REMEMBERED
    assert throttle.turn("0", MONDAY_9H) is Turn.ANSWER


async def test_a_person_who_floods_is_answered_some_times_and_others_as_always(
    journey: Journey,
) -> None:
    await journey.opens_private_chat(ANN)
    before = len(journey.shown(journey.private[ANN]))
    flood = [journey.message(ANN, "help", room=journey.private[ANN]) for _ in range(200)]

    journey.chat.hear(events=[arrived(one) for one in flood])
    await journey.settles()

    answers = [one.text for one in journey.shown(journey.private[ANN])[before:]]
    assert len(answers) == 21
    assert answers[-1].startswith(SLOWER)
    assert sum(text.startswith(SLOWER) for text in answers) == 1
    await journey.writes_in_private(BO, "help")
    assert "help" in journey.texts(journey.private[BO])[-1].lower()


async def test_answers_are_all_kept_however_many_they_are(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    await journey.starts_lunch()
    flood = [journey.message(ANN, f"Soup {n}", room=journey.private[ANN]) for n in range(300)]

    journey.chat.hear(events=[arrived(one) for one in flood])
    await journey.settles()
    after = await journey.writes(BO, "Bread")

    counted = await journey.asks(lambda tx: len(tx.replies.of_person(DialogueId("lunch-1"), 1)))
    assert counted == 300
    assert all(journey.bot_marks(one.event_id) == ["👍"] for one in flood)
    assert journey.bot_marks(after) == ["👍"]


async def test_who_was_too_fast_is_forgotten_all_the_same(journey: Journey) -> None:
    # given somebody who has an answer stored, and has asked for help without an end
    await journey.opens_private_chat(ANN)
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    flood = [journey.message(ANN, "help", room=journey.private[ANN]) for _ in range(100)]
    journey.chat.hear(events=[arrived(one) for one in flood])
    await journey.settles()

    # when she wants to be forgotten
    await journey.writes_in_private(ANN, "forget me")
    await journey.writes_in_private(ANN, "yes, forget me")

    # then she is
    assert await journey.asks(lambda tx: tx.people.seats(ANN)) == []


async def test_an_organizer_who_floods_is_told_and_can_go_on_after_a_moment(
    journey: Journey,
) -> None:
    flood = [journey.message(OLGA, "!groups", room=ORGANIZERS) for _ in range(200)]
    before = len(journey.texts(ORGANIZERS))

    journey.chat.hear(events=[arrived(one) for one in flood])
    await journey.settles()

    answers = journey.texts(ORGANIZERS)[before:]
    assert len(answers) == 61
    assert answers[-1].startswith("⚠️ Those were many commands at once.")
    await journey.time_passes(1)
    await journey.writes(OLGA, "!groups")
    assert "Table 1" in journey.answer()


async def test_a_person_who_asks_a_contact_without_an_end_does_not_flood_her(
    journey: Journey,
) -> None:
    # given Eva, who is asked from afar
    journey.has_pack("lunch", PACK)
    eva = Contact(journey)
    await journey.writes(OLGA, f"!contact cook {EVA}")
    await eva.comes()
    await journey.starts_lunch()

    # when one person asks a hundred questions, and another one
    flood = [journey.message(ANN, f"ask: question {n}?", room=TABLE_1) for n in range(100)]
    journey.chat.hear(events=[arrived(one) for one in flood])
    await journey.settles()
    await journey.writes(CIA, "ask: is there bread?")

    # then some of the first and the second come to her, and the first knows
    asked = [text for text in eva.texts if "Question from" in text]
    assert len(asked) == 21
    assert "is there bread?" in asked[-1]
    assert sum(text.startswith(SLOWER) for text in journey.texts(TABLE_1)) == 1
