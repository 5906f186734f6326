"""What somebody takes back is nowhere in the database's files, whatever had become of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from flows.ids import EventId
from storage.journal import Arrived
from tests.bot.journey import Journey
from tests.builders import ANN, BO, MONDAY_9H, OLGA, TABLE_1

MARK = "Hemlighet-4711"
"""A word that stands nowhere else."""


def on_disk(folder: Path) -> bytes:
    """The database with everything beside it: the log, too."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("runda.db*")))


async def answered_in_private(journey: Journey) -> EventId:
    return await journey.writes_in_private(ANN, MARK)


async def answered_in_the_room(journey: Journey) -> EventId:
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    return await journey.writes(ANN, f"Group answer: {MARK}")


async def edited_away(journey: Journey) -> EventId:
    said = await journey.writes_in_private(ANN, MARK)
    await journey.edits(ANN, said, "Soup")
    return said


async def shown_and_in_a_digest(journey: Journey) -> EventId:
    said = await journey.writes_in_private(ANN, MARK)
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    await journey.writes(OLGA, "!digest")
    return said


async def shown_in_a_room_out_of_reach(journey: Journey) -> EventId:
    said = await journey.writes_in_private(ANN, MARK)
    journey.chat.unavailable.add(TABLE_1)
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    journey.chat.unavailable.clear()
    await journey.time_passes(10)
    return said


async def still_encrypted(journey: Journey) -> EventId:
    message = journey.message(ANN, "?")
    raw = f'{{"ciphertext":"{MARK}"}}'
    arrived = Arrived(
        room_id=TABLE_1,
        event_id=message.event_id,
        sender=ANN,
        sent_ms=message.sent_ms,
        raw=raw,
    )
    journey.chat.hear(events=[arrived])
    await journey.settles()
    return message.event_id


async def malformed(journey: Journey) -> EventId:
    message = journey.message(ANN, "?")
    arrived = Arrived(
        room_id=TABLE_1,
        event_id=message.event_id,
        sender=ANN,
        sent_ms=message.sent_ms,
        raw=f'{{"content":"{MARK}"}}',
        odd=True,
    )
    journey.chat.hear(events=[arrived])
    await journey.settles()
    return message.event_id


async def edited_before_it_could_be_read(journey: Journey) -> EventId:
    message = journey.message(ANN, "Soup")
    await journey.happens(message, encrypted=True)
    await journey.edits(ANN, message.event_id, MARK)
    return message.event_id


@pytest.mark.parametrize(
    "became",
    [
        answered_in_private,
        answered_in_the_room,
        edited_away,
        shown_and_in_a_digest,
        shown_in_a_room_out_of_reach,
        still_encrypted,
        malformed,
        edited_before_it_could_be_read,
    ],
    ids=lambda became: became.__name__,
)
async def test_what_is_taken_back_is_nowhere(
    journey: Journey, tmp_path: Path, became: Callable[[Journey], Awaitable[EventId]]
) -> None:
    # given words that have become one thing or the other
    await journey.starts_lunch()
    said = await became(journey)
    assert MARK.encode() in on_disk(tmp_path)

    # when they are taken back
    await journey.withdraws(ANN, said)
    await journey.time_passes(1)

    # then nothing of them is in any file of the database, and others' words are
    assert MARK.encode() not in on_disk(tmp_path)
    await journey.writes(BO, "Group answer: bread")
    assert journey.errors == []
