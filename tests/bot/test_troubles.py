"""What lasts longer than a minute is told once, and its end in the same message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sending.troubles import CLOCKS_DIFFER_S, LASTS_S
from bot.service.vitals import SILENT_S
from flows.ids import RoomId
from storage import database as storage_database
from tests import postgresql
from tests.bot.journey import Journey
from tests.bot.test_sender import decide, say
from tests.builders import ANN, MONDAY_9H, ORGANIZERS, TABLE_1, TABLE_2


async def seconds_pass(journey: Journey, seconds: float) -> None:
    """Both clocks go on, and the bot looks."""
    journey.seconds += seconds
    journey.now += timedelta(seconds=seconds)
    await looks(journey)


async def speaking(journey: Journey, seconds: float) -> None:
    """The same, with a homeserver that says something every half minute."""
    while seconds > 0:
        journey.app.vitals.heard()
        await seconds_pass(journey, min(seconds, 30))
        seconds -= 30


async def looks(journey: Journey) -> None:
    await journey.app.troubles.look()
    await journey.settles()


def told(journey: Journey) -> list[tuple[str, int]]:
    """What the organizers see of troubles, and how often each was edited."""
    return [
        (one.text, one.edits)
        for one in journey.shown(ORGANIZERS)
        if one.key is not None and "/trouble-" in one.key
    ]


# ---------------------------------------------------------------- silence


async def test_a_homeserver_that_says_nothing_is_told_once_and_its_end_in_the_same_message(
    journey: Journey,
) -> None:
    # given a homeserver that falls silent at nine
    journey.now = MONDAY_9H
    journey.app.vitals.heard()
    await seconds_pass(journey, SILENT_S)
    assert told(journey) == []

    # when it lasts, then it is told once
    await seconds_pass(journey, 60)
    await seconds_pass(journey, 600)
    begun = "⚠️ The homeserver has not answered me since 09:00. I keep trying, and nothing is lost."
    assert told(journey) == [(begun, 0)]

    # and when it is over, the message says so
    await journey.writes(ANN, "Hello")
    await looks(journey)
    await looks(journey)
    ended = (
        "✅ The homeserver did not answer me between 09:00 and 09:12. Now it does, and I take in "
        "what was written meanwhile."
    )
    assert told(journey) == [(ended, 1)]
    said = [(log["event"], log["what"]) for log in journey.logs if "trouble" in log["event"]]
    assert said == [("trouble.lasts", "silence"), ("trouble.over", "silence")]


async def test_another_time_it_is_told_anew(journey: Journey) -> None:
    for _ in range(2):
        await seconds_pass(journey, SILENT_S + 1)
        await journey.writes(ANN, "Hello")
        await looks(journey)
    assert [edits for _, edits in told(journey)] == [1, 1]


# ---------------------------------------------------------------- rooms


async def test_a_room_that_takes_nothing_for_longer_than_a_minute(journey: Journey) -> None:
    # given a room that cannot be written to, while the homeserver speaks
    journey.now = MONDAY_9H
    journey.chat.unavailable.add(TABLE_1)
    await decide(journey, say("first"), say("elsewhere", room_id=TABLE_2))
    await speaking(journey, LASTS_S)
    assert told(journey) == []

    # when it lasts, then it is told once
    await speaking(journey, 1)
    await speaking(journey, 1)
    begun = "⚠️ Since 09:00 I cannot write to **Table 1**. I keep trying, and nothing is lost."
    assert told(journey) == [(begun, 0)]

    # and when it is over, the message says so
    journey.chat.unavailable.clear()
    await speaking(journey, 300)
    assert journey.texts(TABLE_1) == ["first"]
    [(ended, edits)] = told(journey)
    assert ended.startswith("✅ Between 09:00 and 09:0")
    assert ended.endswith("to **Table 1**. Now I can, and what waited has been sent.")
    assert edits == 1


async def test_a_minute_of_it_is_nobodys_business(journey: Journey) -> None:
    journey.chat.unavailable.add(TABLE_1)
    await decide(journey, say("first"))
    await speaking(journey, 20)
    journey.chat.unavailable.clear()
    await speaking(journey, 300)

    assert journey.texts(TABLE_1) == ["first"]
    assert told(journey) == []


async def test_rooms_are_named_and_private_chats_are_not(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    for room_id in (TABLE_1, TABLE_2, journey.private[ANN]):
        journey.chat.unavailable.add(room_id)
        await decide(journey, say(f"to {room_id}", room_id=room_id))
    journey.app.vitals.heard()
    await seconds_pass(journey, 30)
    journey.app.vitals.heard()
    await seconds_pass(journey, 31)

    [(text, _)] = told(journey)
    assert "**Table 1**, **Table 2**, 1 more room." in text


async def test_only_a_private_chat(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    journey.chat.unavailable.add(journey.private[ANN])
    await decide(journey, say("to Ann", room_id=journey.private[ANN]))
    await seconds_pass(journey, 30)
    journey.app.vitals.heard()
    await seconds_pass(journey, 31)

    [(text, _)] = told(journey)
    assert "I cannot write to some private chats." in text


async def test_of_a_homeserver_that_is_away_only_its_silence_is_told(journey: Journey) -> None:
    rooms: list[RoomId] = [TABLE_1, TABLE_2]
    journey.chat.unavailable.update(rooms)
    await decide(journey, *(say(f"to {one}", room_id=one) for one in rooms))
    for _ in range(4):
        await seconds_pass(journey, SILENT_S / 2)

    [(text, _)] = told(journey)
    assert text.startswith("⚠️ The homeserver has not answered me since")


async def test_a_room_that_refuses_in_the_end_is_no_trouble_any_more(journey: Journey) -> None:
    journey.chat.unavailable.add(TABLE_1)
    await decide(journey, say("first"))
    journey.chat.unavailable.clear()
    journey.chat.refused.add(TABLE_1)
    await journey.time_passes(1)
    journey.app.vitals.heard()
    await seconds_pass(journey, LASTS_S + 1)

    assert told(journey) == []
    assert sum("cannot reach" in text for text in journey.texts(ORGANIZERS)) == 1


# ---------------------------------------------------------------- clocks


@pytest.mark.parametrize("ahead_s", [-125.0, 125.0])
async def test_clocks_that_differ_are_told(journey: Journey, ahead_s: float) -> None:
    journey.clock_ahead_s = ahead_s
    await looks(journey)
    for _ in range(3):
        journey.app.vitals.heard()
        await seconds_pass(journey, 31)
    [(begun, edits)] = told(journey)
    assert begun.startswith("⚠️ My clock and the homeserver's differ by 2 minutes.")
    assert edits == 0

    journey.clock_ahead_s = CLOCKS_DIFFER_S
    await looks(journey)
    [(ended, edits)] = told(journey)
    assert ended.startswith("✅ My clock and the homeserver's agree again; they differed by 2 min")
    assert edits == 1


async def test_a_second_or_a_moment_is_no_difference(journey: Journey) -> None:
    journey.clock_ahead_s = CLOCKS_DIFFER_S
    await looks(journey)
    await seconds_pass(journey, 80)
    journey.clock_ahead_s = 3600
    await looks(journey)
    journey.clock_ahead_s = 0
    await looks(journey)

    assert told(journey) == []


# ---------------------------------------------------------------- the database


@pytest.fixture
def server() -> Iterator[postgresql.Server]:
    """A server of the test's own, which it may stop."""
    with postgresql.running() as server:
        yield server


async def test_a_database_that_was_away_is_told_when_it_is_back(
    unset_journey: Journey, server: postgresql.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_database, "PAUSES_S", (0.02,))
    journey = unset_journey
    journey.url = server.new_database("troubles")
    await journey.begins()
    journey.now = MONDAY_9H
    server.stop()
    assert not await journey.database.answers()
    journey.seconds += 240
    journey.now += timedelta(minutes=4)
    server.start()
    await journey.until(lambda: journey.app.vitals.database_away is None, within_s=60)
    journey.app.vitals.heard()
    await looks(journey)

    was = (
        "✅ My database was away between 09:00 and 09:04. It is back, and I take in what was "
        "written meanwhile."
    )
    assert told(journey) == [(was, 0)]


# ---------------------------------------------------------------- over a restart


async def restarts(journey: Journey) -> None:
    """The bot is killed and started anew, a minute later."""
    await journey.bot_is_killed()
    journey.seconds += 60
    journey.now += timedelta(seconds=60)
    await journey.bot_starts()
    await looks(journey)


async def test_a_silence_that_was_told_is_ended_by_the_next_process(journey: Journey) -> None:
    # given a silence that was told, and a process that ends while it lasts
    journey.now = MONDAY_9H
    journey.app.vitals.heard()
    await seconds_pass(journey, SILENT_S + 60)
    [(begun, _)] = told(journey)
    journey.chat.speaks.clear()
    await restarts(journey)
    await seconds_pass(journey, SILENT_S + 60)

    # then it is not told again, by however many
    await restarts(journey)
    assert told(journey) == [(begun, 0)]

    # and when it is over, the message says so, and what comes later is another trouble
    journey.chat.speaks.set()
    await journey.writes(ANN, "Hello")
    await looks(journey)
    await restarts(journey)
    ended = (
        "✅ The homeserver did not answer me between 09:00 and 09:07. Now it does, and I take in "
        "what was written meanwhile."
    )
    assert told(journey) == [(ended, 1)]
    await seconds_pass(journey, SILENT_S + 60)
    assert len(told(journey)) == 2


async def test_a_room_that_takes_nothing_is_ended_by_the_next_process(journey: Journey) -> None:
    # given a room that takes nothing, which was told, and another since then
    journey.now = MONDAY_9H
    journey.chat.unavailable |= {TABLE_1}
    await decide(journey, say("first"))
    await speaking(journey, LASTS_S + 2)
    journey.chat.unavailable.add(TABLE_2)
    await decide(journey, say("second", room_id=TABLE_2))
    await speaking(journey, 5)
    [(begun, _)] = told(journey)
    assert begun.startswith("⚠️ Since 09:00 I cannot write to **Table 1**.")

    # when one of them takes something again, in another process
    await restarts(journey)
    journey.chat.unavailable.discard(TABLE_1)
    await speaking(journey, 300)
    assert journey.texts(TABLE_1) == ["first"]
    assert told(journey) == [(begun, 0)]

    # then it is over when the other does so too
    await restarts(journey)
    journey.chat.unavailable.clear()
    await speaking(journey, 300)
    assert journey.texts(TABLE_2) == ["second"]
    [(ended, edits)] = told(journey)
    assert ended.startswith("✅ Between 09:00 and 09:")
    assert edits == 1


async def test_what_was_sent_last_before_a_restart_ends_it(journey: Journey) -> None:
    # given a room that takes everything again, and a process that ends before it could say so
    journey.chat.unavailable.add(TABLE_1)
    await decide(journey, say("first"))
    await speaking(journey, LASTS_S + 2)
    journey.chat.unavailable.clear()
    await journey.time_passes(10)
    assert journey.texts(TABLE_1) == ["first"]
    [(begun, _)] = told(journey)
    assert begun.startswith("⚠️")

    await restarts(journey)

    [(ended, edits)] = told(journey)
    assert (ended[0], edits) == ("✅", 1)


async def test_a_clock_that_is_wrong_is_not_told_by_every_process(journey: Journey) -> None:
    # given a difference that was told; a new process knows of none before it has heard something
    journey.clock_ahead_s = CLOCKS_DIFFER_S * 2
    await speaking(journey, LASTS_S + 35)
    [(begun, _)] = told(journey)
    await journey.bot_is_killed()
    journey.chat.speaks.clear()
    journey.clock_ahead_s = 0.0
    await journey.bot_starts()
    await looks(journey)
    journey.clock_ahead_s = CLOCKS_DIFFER_S * 2
    await speaking(journey, LASTS_S + 35)
    assert told(journey) == [(begun, 0)]

    journey.clock_ahead_s = 0.0
    await speaking(journey, 5)

    [(ended, edits)] = told(journey)
    assert (ended[0], edits) == ("✅", 1)
