"""Every night the rooms are read back; what never reached the journal comes in, and is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.ids import RoundNo, UserId
from flows.messages import Written
from storage.journal import NewGap
from tests.bot.journey import Journey
from tests.builders import ANN, BO, MONDAY_9H, OLGA, ORGANIZERS, TABLE_1, pack_toml, step_toml
from tests.fakes import arrived

LATER = timedelta(minutes=20)
LONG = pack_toml(step_toml("individual", "alone", length="48 hours"), step_toml("plenary", "bye"))


@pytest.fixture
async def open_step(journey: Journey) -> Journey:
    """An individual step is open for two days, and its answers are counted at both tables."""
    journey.has_pack("long", LONG)
    journey.now = MONDAY_9H
    await journey.writes(OLGA, "!start long")
    return journey


def kept_back(journey: Journey, who: UserId, text: str) -> Written:
    """Somebody writes, and the homeserver does not tell the bot."""
    message = journey.message(who, text)
    journey.chat.kept_back.append(arrived(message))
    return message


async def texts(journey: Journey) -> list[str]:
    numbers = [RoundNo(number) for number in range(1, 9)]
    replies = await journey.database.write(lambda tx: tx.replies.of_rounds(numbers))
    return [reply.text for reply in replies]


def told(journey: Journey) -> list[str]:
    return [text for text in journey.texts(ORGANIZERS) if "Looking back" in text]


async def test_what_was_kept_back_comes_in_once_and_in_order_and_is_told(
    open_step: Journey,
) -> None:
    # given answers, of which the homeserver keeps three back
    journey = open_step
    heard = [await journey.writes(ANN, f"heard {number}") for number in range(7)]
    missed = [kept_back(journey, who, f"missed {n}") for n, who in enumerate((ANN, BO, ANN))]
    journey.now += LATER

    # when it is counted, and counted again
    assert await journey.app.recount.count() == 3
    assert await journey.app.recount.count() == 0
    await journey.settles()

    # then they are answers like the others, and the organizers know
    assert (await texts(journey))[-3:] == ["missed 0", "missed 1", "missed 2"]
    assert len(await texts(journey)) == 10
    marked = [*heard, *(one.event_id for one in missed)]
    assert [journey.bot_marks(one) for one in marked] == [["👍"]] * 10
    assert told(journey) == [
        (
            "⚠️ Looking back in the rooms I found 3 messages that had not reached me, in "
            "**Table 1**. I have taken them in. Tell whoever runs the bot."
        )
    ]
    assert journey.errors == ["recount.found"]


async def test_a_private_answer_is_found_too_and_nobody_is_named(open_step: Journey) -> None:
    journey = open_step
    await journey.writes_in_private(ANN, "heard")
    message = journey.message(ANN, "missed", room=journey.private[ANN])
    journey.chat.kept_back.append(arrived(message))
    journey.now += LATER

    assert await journey.app.recount.count() == 1
    await journey.settles()
    assert "missed" in await texts(journey)
    [text] = told(journey)
    assert "in some private chats." in text


async def test_a_night_without_anything_says_nothing(open_step: Journey) -> None:
    journey = open_step
    for number in range(7):
        await journey.writes(ANN, f"heard {number}")
    journey.now += LATER

    assert await journey.app.recount.count() == 0
    await journey.settles()
    assert told(journey) == []
    [done] = [log for log in journey.logs if log["event"] == "recount.done"]
    assert (done["rooms"], done["events"], done["unseen"]) == (2, 7, 0)


async def test_it_counts_once_a_night(open_step: Journey) -> None:
    journey = open_step
    kept_back(journey, ANN, "missed")
    await journey.clock_shows(MONDAY_9H + timedelta(hours=17))
    assert journey.chat.looked_back == []

    # at three in the night
    await journey.clock_shows(MONDAY_9H + timedelta(hours=18))
    await journey.until(lambda: len(told(journey)) == 1)
    looked = len(journey.chat.looked_back)
    await journey.clock_shows(MONDAY_9H + timedelta(hours=30))
    assert len(journey.chat.looked_back) == looked


async def test_what_may_still_come_by_itself_is_left_alone(open_step: Journey) -> None:
    journey = open_step
    kept_back(journey, ANN, "on its way")
    journey.now += timedelta(minutes=9)

    assert await journey.app.recount.count() == 0
    assert await texts(journey) == []


async def test_a_room_with_a_hole_that_is_being_read_is_left_alone(open_step: Journey) -> None:
    journey = open_step
    kept_back(journey, ANN, "in the hole")
    journey.chat.hear(gaps=[NewGap(room_id=TABLE_1, start="t1", stop=None)])
    journey.now += LATER
    await journey.settles()

    assert await journey.app.recount.count() == 0
    assert TABLE_1 not in journey.chat.looked_back


async def test_a_room_that_cannot_be_read_stops_no_other(open_step: Journey) -> None:
    journey = open_step
    kept_back(journey, ANN, "missed")
    missed = journey.message(UserId("@cia:example.org"), "also missed")
    journey.chat.kept_back.append(arrived(missed))
    journey.chat.unavailable.add(TABLE_1)
    journey.now += LATER

    assert await journey.app.recount.count() == 1
    journey.chat.unavailable.clear()
    assert await journey.app.recount.count() == 1


async def test_where_nothing_runs_nothing_is_read(journey: Journey) -> None:
    kept_back(journey, ANN, "talk")
    journey.now += LATER

    assert await journey.app.recount.count() == 0
    assert journey.chat.looked_back == []
