"""What the shipped packs do long after: months later, again and again, at one's own pace."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.ids import RoomId
from storage.instants import from_ms
from tests.bot.journey import Journey
from tests.builders import ANN, CIA, OLGA, ORGANIZERS, TABLE_1, TABLE_2

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
async def swedish(unset_journey: Journey) -> Journey:
    """A bot that speaks Swedish, with two tables."""
    unset_journey.is_set_up(language="sv")
    await unset_journey.begins()
    return unset_journey


async def until(journey: Journey, day: date) -> None:
    """Let the time pass, an alarm at a time."""
    while journey.now.astimezone(STOCKHOLM).date() < day:
        due_ms = await journey.asks(lambda tx: tx.occurrences.next_due_ms())
        tomorrow = journey.now + timedelta(days=1)
        due = tomorrow if not isinstance(due_ms, int) else from_ms(due_ms)
        await journey.clock_shows(min(max(due, journey.now), tomorrow))


async def ends(journey: Journey, pack: str) -> None:
    """Start a pack and go through all of its steps at once."""
    await journey.writes(OLGA, f"!starta {pack}")
    for _ in range(40):
        running = await journey.asks(lambda tx: [*tx.dialogues.in_status()][-1].status.value)
        if running == "ended":
            return
        await journey.writes(OLGA, "!nästa")
    raise AssertionError(f"{pack} does not end")


def asked_at(journey: Journey, title: str, room_id: RoomId = TABLE_1) -> list[str]:
    """When a question was put, as the wall in Stockholm showed it."""
    return [
        f"{one.sent_at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
        for one in journey.shown(room_id)
        if one.text.startswith(f"### {title}")
    ]


async def test_grums_asks_what_has_happened_after_three_twelve_and_twenty_four_months(
    swedish: Journey,
) -> None:
    # given the workshop, on a Monday in May
    await ends(swedish, "grums")
    assert asked_at(swedish, "Gemensam avslutning") == ["2026-05-04 08:00"]

    # when two years pass with nobody touching the server
    await until(swedish, date(2028, 6, 1))

    # then the same groups were asked three times, at nine on the wall in summer and winter
    after = ["2026-08-04 09:00", "2027-05-04 09:00", "2028-05-04 09:00"]
    for room_id in (TABLE_1, TABLE_2):
        assert asked_at(swedish, "Hej igen!", room_id) == after
        assert len(asked_at(swedish, "Vad har hänt sedan dess?", room_id)) == 3
    assert swedish.errors == []


async def test_what_is_answered_months_later_comes_in_a_digest(swedish: Journey) -> None:
    await ends(swedish, "kristinehamn")
    await until(swedish, date(2026, 11, 5))
    assert asked_at(swedish, "Hej igen!") == ["2026-11-04 09:00"]

    # when people answer in the autumn
    await swedish.writes_in_private(ANN, "ja")
    await swedish.writes_in_private(ANN, "4")
    await until(swedish, date(2026, 11, 13))
    await swedish.writes_in_private(CIA, "ja")
    await swedish.writes_in_private(CIA, "Telefonlistan används varje dag")
    await until(swedish, date(2026, 11, 28))

    # then the digest of the follow-up has it
    digests = "\n".join(swedish.texts(ORGANIZERS))
    assert "Telefonlistan används varje dag" in digests
    assert swedish.errors == []


async def test_the_monthly_meeting_of_storuman_through_a_year(swedish: Journey) -> None:
    await swedish.clock_shows(datetime(2026, 5, 20, 12, 0, tzinfo=UTC))
    await swedish.writes(OLGA, "!starta storuman-manad")
    await until(swedish, date(2027, 5, 1))

    # then it came on every first Tuesday at one, not in July; across both changes of the clock
    assert asked_at(swedish, "Dags för månadsmötet") == [
        "2026-06-02 13:00",
        "2026-08-04 13:00",
        "2026-09-01 13:00",
        "2026-10-06 13:00",
        "2026-11-03 13:00",
        "2026-12-01 13:00",
        "2027-01-05 13:00",
        "2027-02-02 13:00",
        "2027-03-02 13:00",
        "2027-04-06 13:00",
    ]
    assert swedish.errors == []


async def test_the_plan_of_skelleftea_comes_four_times_and_gives_each_its_own_measure(
    swedish: Journey,
) -> None:
    await swedish.clock_shows(datetime(2026, 2, 2, 12, 0, tzinfo=UTC))
    await swedish.writes(OLGA, "!starta skelleftea")
    await until(swedish, date(2027, 12, 1))

    quarters = asked_at(swedish, "Nytt kvartal")
    assert len(quarters) == 4
    assert {one.split()[1] for one in quarters} == {"09:00"}
    assert "Tidigt stöd till familjer" in "\n".join(swedish.texts(TABLE_1))
    assert "Mötesplatser för unga" in "\n".join(swedish.texts(TABLE_2))
    assert swedish.errors == []


async def test_one_table_runs_kristinehamn_at_its_own_pace(swedish: Journey) -> None:
    # when a unit borrows the package, and says when it is done with a step
    await swedish.writes(OLGA, "!starta kristinehamn i egen takt grupp 1")
    await swedish.time_passes(60 * 24 * 3)
    assert asked_at(swedish, "Filmen: Vera ska hem") == []
    await swedish.writes(ANN, "klar")

    # then it goes on three days later, and the other table is asked nothing
    assert len(asked_at(swedish, "Filmen: Vera ska hem")) == 1
    assert asked_at(swedish, "Välkommen", TABLE_2) == []
