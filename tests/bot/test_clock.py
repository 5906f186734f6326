"""The clock: late, jumping, stopped in the middle, and an alarm that fails."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

import bot.clock
from bot.dialogues.orders import Order, order_start
from bot.packs.known import find_packs
from flows.effects import AlarmKind
from storage.database import Database
from storage.instants import to_ms
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    DAN,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    TABLE_1,
    TABLE_2,
    pack_toml,
    step_toml,
)

MINUTE = timedelta(minutes=1)


def lateness(journey: Journey) -> list[str]:
    return [text for text in journey.texts(ORGANIZERS) if "later than planned" in text]


# ---------------------------------------------------------------- late


async def test_a_step_that_fell_due_while_the_bot_was_down_is_done_late_and_told(
    journey: Journey,
) -> None:
    # given a bot that goes down before the step's end
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + 9 * MINUTE)
    await journey.bot_is_killed()

    # when it comes back an hour late
    await journey.clock_shows(MONDAY_9H + 70 * MINUTE)
    await journey.bot_starts()

    # then the next step opens now, for its whole length, and the organizers know
    assert journey.heads(TABLE_1)[-1] == "Together"
    assert "⏳ 20 minutes, until 10:30" in journey.texts(TABLE_1)[-1]
    assert lateness(journey) == [
        "⚠️ **Together** opened 1 hour later than planned. The steps after it move by as much."
    ]


async def test_what_was_written_meanwhile_is_read_before_the_clock_is_looked_at(
    journey: Journey,
) -> None:
    await journey.starts_lunch()
    await journey.bot_is_killed()
    answer = await journey.writes(ANN, "Soup")
    await journey.clock_shows(MONDAY_9H + 70 * MINUTE)
    await journey.bot_starts()

    assert journey.bot_marks(answer) == ["👍"]
    assert "**1 of 4 have answered**" in " ".join(journey.texts(ORGANIZERS))


async def test_a_start_missed_altogether_is_done_late(journey: Journey) -> None:
    await journey.writes(OLGA, "!start lunch 13:00")
    await journey.bot_is_killed()
    await journey.clock_shows(MONDAY_9H + timedelta(hours=6))
    await journey.bot_starts()

    assert journey.heads(TABLE_1) == ["Hello", "Alone"]
    assert lateness(journey) == [
        "⚠️ **Alone** opened 2 hours later than planned. The steps after it move by as much."
    ]


async def test_an_end_that_comes_late_is_told(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + 10 * MINUTE)
    await journey.writes(ANN, "Group answer: Soup")
    await journey.writes(DAN, "Group answer: Pasta")
    await journey.bot_is_killed()
    await journey.clock_shows(MONDAY_9H + 90 * MINUTE)
    await journey.bot_starts()

    assert lateness(journey) == ["⚠️ The dialogue ended 1 hour later than planned."]


async def test_a_late_end_of_the_last_step_is_told(journey: Journey) -> None:
    journey.has_pack("alone", pack_toml(step_toml("individual", "alone", length="10 min")))
    await journey.writes(OLGA, "!start alone")
    await journey.time_passes(40)

    assert lateness(journey) == ["⚠️ The dialogue ended 30 minutes later than planned."]


async def test_a_minute_is_not_late(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + 11 * MINUTE)

    assert lateness(journey) == []


async def test_missing_answers_are_waited_for_also_after_downtime(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + 10 * MINUTE)
    await journey.bot_is_killed()
    await journey.clock_shows(MONDAY_9H + 90 * MINUTE)
    await journey.bot_starts()
    assert journey.heads(TABLE_1)[-1].startswith("⌛ The time is up")

    await journey.writes(ANN, "Group answer: Soup")
    await journey.clock_shows(MONDAY_9H + 93 * MINUTE)

    assert journey.heads(TABLE_1)[-1] == "Bye"
    assert "> Soup" in " ".join(journey.texts(ORGANIZERS))


# ---------------------------------------------------------------- jumping


async def test_a_clock_set_back_does_nothing_twice(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + 10 * MINUTE)
    before = journey.heads(TABLE_1)

    await journey.clock_shows(MONDAY_9H - 50 * MINUTE)
    await journey.clock_shows(MONDAY_9H + 10 * MINUTE)

    assert journey.heads(TABLE_1) == before
    await journey.clock_shows(MONDAY_9H + 30 * MINUTE)
    assert journey.heads(TABLE_1)[-1].startswith("⌛ The time is up")


async def test_a_clock_set_back_between_two_looks_loses_no_alarm(journey: Journey) -> None:
    # given an alarm that is found due, and a clock that is set back before it is carried out
    await journey.starts_lunch()
    close = MONDAY_9H + 10 * MINUTE
    (due,) = [
        one
        for one in await journey.database.write(lambda tx: tx.occurrences.due(now_ms=to_ms(close)))
        if one.alarm is AlarmKind.CLOSE
    ]
    await journey.clock_shows(close - MINUTE)
    await journey.app.clock._ring_one(due)

    # then the step is closed all the same
    await journey.clock_shows(close)
    assert journey.heads(TABLE_1)[-1] == "Together"


async def test_a_clock_set_forward_closes_one_step_at_a_time(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + timedelta(days=3))

    assert journey.heads(TABLE_1)[-1] == "Together"


async def test_a_night_of_winter_time_shortens_and_lengthens_nothing(journey: Journey) -> None:
    # given a step of ten minutes that begins at 02:55, before the clock is set back to 02:00
    begin = datetime(2026, 10, 25, 0, 55, tzinfo=UTC)
    await journey.clock_shows(begin)
    await journey.writes(OLGA, "!start lunch")
    assert "until 02:05" in journey.texts(TABLE_1)[-1]

    await journey.clock_shows(begin + 9 * MINUTE)
    assert journey.heads(TABLE_1)[-1] != "Together"
    await journey.clock_shows(begin + 11 * MINUTE)
    assert journey.heads(TABLE_1)[-1] == "Together"


# ---------------------------------------------------------------- other processes, failures


async def test_a_start_ordered_by_another_process_is_heard(journey: Journey) -> None:
    # given another process that orders a dialogue in the same database
    other = Database.open(journey.url)
    pack = next(file for file in find_packs(journey.config.pack_folders) if file.name == "lunch")

    def order(tx: Transaction) -> None:
        order_start(
            tx,
            Order(
                pack=pack,
                starts_at=journey.now,
                zone="Europe/Stockholm",
                language="en",
                organizers_room=ORGANIZERS,
            ),
            now=journey.now,
        )

    await asyncio.to_thread(other.write_now, order)
    other.close()

    # then the bot begins it without being told
    await journey.until(lambda: journey.heads(TABLE_2) == ["Hello", "Alone"])


async def test_the_alarm_rings_by_itself(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a clock that runs by itself, and a step that closes in a moment
    monkeypatch.setattr(bot.clock, "_LOOK_EVERY_S", 60.0)
    await journey.starts_lunch()
    begun = time.monotonic()
    start = MONDAY_9H + 10 * MINUTE - timedelta(seconds=0.4)

    def runs() -> datetime:
        return start + timedelta(seconds=time.monotonic() - begun)

    journey.app.clock._now = journey.app.sender._now = runs
    journey.app.clock.poke()

    # then nobody has to look
    await journey.until(lambda: journey.heads(TABLE_1)[-1] == "Together", within_s=15)


async def test_an_alarm_that_fails_rings_again(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a mistake that breaks the carrying out of an alarm
    await journey.starts_lunch()

    def broken(*_: object, **__: object) -> None:
        raise ArithmeticError("a mistake")

    with monkeypatch.context() as mistake:
        mistake.setattr(journey.app.dialogues.dispatcher, "_close_step", broken)
        await journey.clock_shows(MONDAY_9H + 10 * MINUTE)
    assert journey.heads(TABLE_1) == ["Hello", "Alone"]
    assert journey.errors == ["alarm.failed"]

    # when it is gone, then the alarm rings again and nothing is missing or doubled
    await journey.clock_shows(MONDAY_9H + 11 * MINUTE)
    assert journey.heads(TABLE_1) == ["Hello", "Alone", "Together"]
    assert journey.heads(ORGANIZERS).count("Digest: Lunch · Alone") == 1


async def test_a_bot_killed_again_and_again_loses_and_doubles_nothing(journey: Journey) -> None:
    # given a bot that is killed between any two things that happen
    async def dies() -> None:
        await journey.bot_is_killed()
        await journey.bot_starts()

    await dies()
    await journey.starts_lunch()
    await dies()
    await journey.writes_in_private(ANN, "Soup")
    await dies()
    await journey.clock_shows(MONDAY_9H + 10 * MINUTE)
    await dies()
    await journey.writes(ANN, "Group answer: Soup")
    await dies()
    await journey.clock_shows(MONDAY_9H + 30 * MINUTE)
    await dies()
    await journey.clock_shows(MONDAY_9H + 33 * MINUTE)
    await dies()

    assert journey.heads(TABLE_1) == [
        "Hello",
        "Alone",
        "🔓 Alone – 1 answer from you, without names:",
        "Together",
        "Bye",
    ]
    digests = [head for head in journey.heads(ORGANIZERS) if head.startswith("Digest")]
    assert digests == [
        "Digest: Lunch · Alone",
        "Digest: Lunch · Together",
        "Digest: Lunch",
    ]
