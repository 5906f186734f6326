"""A question of the bot that an organizer answers with ✅."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.ids import EventId, UserId
from storage.journal import Membership
from tests.bot.journey import Journey
from tests.builders import ANN, OLGA, ORGANIZERS, TABLE_1

OLLE = UserId("@olle:example.org")


async def is_asked(journey: Journey, command: str = "!stop") -> EventId:
    """The dialogue runs, and the bot asks whether to end it."""
    await journey.starts_lunch()
    await journey.writes(OLGA, command)
    return journey.shown(ORGANIZERS)[-1].event_id


def ended(journey: Journey) -> int:
    return journey.heads(ORGANIZERS).count("⏹️ lunch-1 has ended.")


async def test_a_mark_does_what_was_asked_and_answers_under_the_question(journey: Journey) -> None:
    question = await is_asked(journey)
    assert ended(journey) == 0

    await journey.marks(OLGA, question)

    assert ended(journey) == 1
    [answer] = [one for one in journey.shown(ORGANIZERS) if "has ended" in one.text]
    assert answer.thread == question


async def test_the_answer_is_in_the_language_of_the_question(journey: Journey) -> None:
    question = await is_asked(journey, "!avsluta")
    await journey.marks(OLGA, question)

    assert "⏹️ lunch-1 är avslutad." in journey.heads(ORGANIZERS)


async def test_any_organizer_may_confirm_and_it_is_done_once(journey: Journey) -> None:
    question = await is_asked(journey)
    journey.chat.change_membership(ORGANIZERS, OLLE)
    await journey.marks(OLLE, question)
    await journey.marks(OLGA, question)

    assert ended(journey) == 1


async def test_it_survives_a_restart(journey: Journey) -> None:
    question = await is_asked(journey)
    await journey.bot_is_killed()
    await journey.bot_starts()
    await journey.marks(OLGA, question)

    assert ended(journey) == 1


async def test_who_has_left_confirms_nothing(journey: Journey) -> None:
    question = await is_asked(journey)
    journey.chat.change_membership(ORGANIZERS, OLGA, Membership.LEAVE)
    await journey.marks(OLGA, question)
    await journey.marks(ANN, question)

    assert ended(journey) == 0


@pytest.mark.parametrize(
    ("waited", "times"),
    [
        pytest.param(timedelta(minutes=15), 1, id="at the last moment"),
        pytest.param(timedelta(minutes=15, seconds=1), 0, id="too late"),
    ],
)
async def test_a_question_holds_for_a_quarter_of_an_hour(
    journey: Journey, waited: timedelta, times: int
) -> None:
    question = await is_asked(journey)
    asked_at = journey.now
    journey.now = asked_at + waited - timedelta(seconds=1)
    await journey.marks(OLGA, question)

    assert ended(journey) == times
    too_late = [text for text in journey.texts(ORGANIZERS) if "I asked that a while ago" in text]
    assert len(too_late) == 1 - times


async def test_other_marks_and_other_messages_do_nothing(journey: Journey) -> None:
    question = await is_asked(journey)
    await journey.marks(OLGA, question, "👍")
    await journey.marks(OLGA, journey.shown(ORGANIZERS)[0].event_id)
    await journey.marks(OLGA, journey.shown(TABLE_1)[0].event_id)

    assert ended(journey) == 0


async def test_what_is_confirmed_after_it_has_happened_is_an_error(journey: Journey) -> None:
    question = await is_asked(journey)
    await journey.writes(OLGA, "!stop lunch-1")
    await journey.marks(OLGA, question)

    assert ended(journey) == 1
    assert journey.heads(ORGANIZERS)[-1].startswith("⚠️ No dialogue is running.")
