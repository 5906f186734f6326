"""A dialogue is erased on its day, after warnings, unless a legal hold stops it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.dialogue import Dialogue
from flows.ids import DialogueId
from flows.retention import erase_at
from storage.transaction import Transaction
from tests.bot.journey import LUNCH, Journey
from tests.bot.test_erasing import on_disk, shown_by_the_bot
from tests.builders import ANN, BO, CIA, OLGA, ORGANIZERS

MARKER = "Zebrafink"
DAY = timedelta(days=1)
ERASED = datetime(2026, 6, 4, 7, 0, tzinfo=UTC)
"""A month after the lunch of 4 May, at nine in Stockholm."""


async def runs(journey: Journey) -> None:
    """A lunch with the marker in every kind of answer, to its end."""
    journey.has_pack("lunch", f'retention = "1 month"\n{LUNCH}')
    await journey.starts_lunch()
    first = await journey.writes_in_private(ANN, f"{MARKER} one")
    await journey.edits(ANN, first, f"{MARKER} two")
    await journey.writes_in_private(BO, f"{MARKER} bread")
    await journey.writes_in_private(ANN, "my answers")
    await journey.writes_in_private(ANN, "my data")
    await journey.time_passes(minutes=10)
    await journey.writes(ANN, f"Group answer: {MARKER} three")
    await journey.writes(CIA, f"Group answer: {MARKER} fish")
    await journey.time_passes(minutes=20)


async def dialogue(journey: Journey) -> Dialogue:
    found = await journey.database.write(lambda tx: tx.dialogues.get(DialogueId("lunch-1")))
    assert found is not None
    return found


async def left(journey: Journey) -> list[str]:
    def look(tx: Transaction) -> list[str]:
        return tx.erasure.left(DialogueId("lunch-1"))

    return await journey.database.write(look)


async def test_the_organizers_are_warned_twice_and_then_it_is_erased(journey: Journey) -> None:
    await runs(journey)
    assert (await dialogue(journey)).erase_at == ERASED
    assert await left(journey) != []

    told = []
    for days in (14, 2):
        await journey.clock_shows(ERASED - days * DAY)
        told.append(journey.answer())
        assert MARKER.encode() in on_disk(journey)
    assert [one.partition(",")[0] for one in told] == ["🗓️ In 14 days", "🗓️ In 2 days"]
    assert "on 4 June 2026, I erase" in told[0]

    await journey.clock_shows(ERASED)

    assert journey.answer().startswith("🗑️ Erased, and checked that nothing is left")
    assert "4 answers of 3 people" in journey.answer()
    assert MARKER.encode() not in on_disk(journey)
    assert await left(journey) == []
    assert MARKER not in shown_by_the_bot(journey)
    assert journey.errors == []


async def test_a_killed_bot_erases_when_it_is_back(journey: Journey) -> None:
    await runs(journey)
    await journey.bot_is_killed()
    journey.now = ERASED + 3 * DAY
    await journey.bot_starts()
    await journey.settles()

    assert MARKER.encode() not in on_disk(journey)
    assert (await dialogue(journey)).erased_at is not None


async def test_a_legal_hold_stops_it_until_it_is_lifted(journey: Journey) -> None:
    await runs(journey)
    await journey.writes(OLGA, "!legalhold")
    assert "Write why it must be kept" in journey.answer()
    await journey.writes(OLGA, "!bevara lunch-1 appeal in case 123")
    await journey.clock_shows(ERASED)
    assert "is not erased: a legal hold stands, “appeal in case 123”" in journey.answer()
    assert MARKER.encode() in on_disk(journey)

    await journey.writes(OLGA, "!endhold lunch-1")
    assert "is erased on 11 June 2026" in journey.answer()
    await journey.clock_shows(ERASED + 8 * DAY)

    assert MARKER.encode() not in on_disk(journey)
    acts = await journey.database.write(
        lambda tx: [(one.deed.act, one.deed.reason) for one in tx.audit.all()]
    )
    assert ("legal hold", "appeal in case 123") in acts
    assert ("legal hold end", "appeal in case 123") in acts
    assert ("erase", "retention") in acts


async def test_another_day_counts_and_the_first_is_forgotten(journey: Journey) -> None:
    await runs(journey)
    await journey.writes(OLGA, "!gallra lunch-1 2026-07-01")
    assert "1 juli 2026" in journey.answer()
    await journey.clock_shows(ERASED + DAY)
    assert MARKER.encode() in on_disk(journey)

    await journey.clock_shows(datetime(2026, 7, 1, 7, 0, tzinfo=UTC))
    assert MARKER.encode() not in on_disk(journey)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (
            "!retention lunch-1 soon",
            "Write the day as year, month and day: `!retention 2027-06-30`.",
        ),
        ("!retention lunch-1 2026-05-04", "That day is past or too near"),
        ("!endhold lunch-1", "lunch-1 has no legal hold."),
        ("!retention lunch-1", "What people wrote in lunch-1 is erased on 4 June 2026."),
    ],
)
async def test_what_is_not_understood_says_what_to_write(
    journey: Journey, command: str, answer: str
) -> None:
    await runs(journey)
    await journey.writes(OLGA, command)

    assert answer in journey.answer()


async def test_without_a_time_in_the_pack_nothing_is_erased_by_itself(journey: Journey) -> None:
    journey.has_pack("lunch", LUNCH)
    await journey.starts_lunch()
    await journey.writes(ANN, f"{MARKER} one")
    await journey.time_passes(minutes=10)
    await journey.time_passes(minutes=24)

    assert (await dialogue(journey)).erase_at is None
    await journey.writes(OLGA, "!retention")
    assert "has no day on which it is erased" in journey.answer()
    assert ORGANIZERS in journey.chat.rooms


@pytest.mark.parametrize(
    ("retention", "day"),
    [((6, 0), "2027-02-28 09:00"), ((0, 30), "2026-09-30 09:00"), ((2, 0), "2026-10-31 09:00")],
)
def test_it_counts_on_the_calendar_and_on_the_wall(retention: tuple[int, int], day: str) -> None:
    zone = ZoneInfo("Europe/Stockholm")
    ended = datetime(2026, 8, 31, 20, 0, tzinfo=UTC)

    moment = erase_at(retention, ended, zone)

    assert f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" == day
