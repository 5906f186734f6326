"""The quiet hours: nobody is pinged in them, on either side of midnight and of a clock change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.quiet import QuietHours
from tests.bot.journey import Journey
from tests.builders import ANN, BO, MONDAY_9H, OLGA, TABLE_1, pack_toml, step_toml

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NIGHT = QuietHours(begins=(21, 0), ends=(7, 0))
LUNCH = QuietHours(begins=(11, 30), ends=(13, 0))


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=STOCKHOLM)  # type: ignore[arg-type,misc]  # year, month, day, hour …


@pytest.mark.parametrize(
    ("hours", "moment", "rests"),
    [
        pytest.param(NIGHT, local(2026, 5, 4, 20, 59, 59), False, id="just before"),
        pytest.param(NIGHT, local(2026, 5, 4, 21), True, id="as they begin"),
        pytest.param(NIGHT, local(2026, 5, 5, 0), True, id="at midnight"),
        pytest.param(NIGHT, local(2026, 5, 5, 6, 59, 59), True, id="the last second"),
        pytest.param(NIGHT, local(2026, 5, 5, 7), False, id="as they end"),
        pytest.param(NIGHT, local(2026, 10, 25, 2, 30, 0), True, id="in the doubled hour"),
        pytest.param(LUNCH, local(2026, 5, 4, 11, 29), False, id="before noon's"),
        pytest.param(LUNCH, local(2026, 5, 4, 12), True, id="within noon's"),
        pytest.param(LUNCH, local(2026, 5, 4, 13), False, id="after noon's"),
    ],
)
def test_when_people_rest(hours: QuietHours, moment: datetime, *, rests: bool) -> None:
    assert hours.covers(moment.astimezone(UTC), STOCKHOLM) is rests


@pytest.mark.parametrize(
    ("hours", "moment", "over"),
    [
        pytest.param(NIGHT, local(2026, 5, 4, 22), local(2026, 5, 5, 7), id="the evening"),
        pytest.param(NIGHT, local(2026, 5, 5, 3), local(2026, 5, 5, 7), id="the small hours"),
        pytest.param(NIGHT, local(2026, 5, 5, 9), local(2026, 5, 5, 9), id="the day"),
        pytest.param(NIGHT, local(2026, 3, 28, 23), local(2026, 3, 29, 7), id="a short night"),
        pytest.param(NIGHT, local(2026, 10, 24, 23), local(2026, 10, 25, 7), id="a long night"),
        pytest.param(NIGHT, local(2026, 12, 31, 23), local(2027, 1, 1, 7), id="a new year"),
        pytest.param(LUNCH, local(2026, 5, 4, 12), local(2026, 5, 4, 13), id="noon"),
    ],
)
def test_when_it_is_over(hours: QuietHours, moment: datetime, over: datetime) -> None:
    assert hours.over_at(moment.astimezone(UTC), STOCKHOLM) == over


# ---------------------------------------------------------------- in a dialogue


async def rests(journey: Journey, begins: tuple[int, int], ends: tuple[int, int]) -> None:
    await journey.bot_is_killed()
    journey.is_set_up(quiet_hours=QuietHours(begins=begins, ends=ends))
    await journey.bot_starts()


async def test_a_prompt_in_the_quiet_hours_makes_no_sound(journey: Journey) -> None:
    await rests(journey, (8, 0), (9, 5))
    await journey.opens_private_chat(ANN)
    await journey.starts_lunch()

    prompts = [*journey.shown(TABLE_1), journey.shown(journey.private[ANN])[-1]]
    assert [one.silent for one in prompts] == [True] * 3


async def test_a_reminder_waits_until_the_hours_are_over(journey: Journey) -> None:
    # given quiet hours that end between the reminder's time and the close
    await rests(journey, (8, 0), (9, 9))
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=8))
    assert journey.heads(TABLE_1) == ["Hello", "Alone"]
    await journey.writes(ANN, "Soup")

    # when they end
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=9))

    # then those who have not answered by now are reminded of what is left
    assert journey.texts(TABLE_1)[-1].startswith("⏳ 60 seconds left.") or journey.texts(TABLE_1)[
        -1
    ].startswith("⏳ 1 minute left.")
    assert journey.shown(TABLE_1)[-1].mentions == (BO,)


async def test_a_reminder_of_a_step_that_ends_before_they_do_is_left_out(
    journey: Journey,
) -> None:
    await rests(journey, (8, 0), (10, 0))
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=9))

    assert not [text for text in journey.texts(TABLE_1) if text.startswith("⏳")]
    assert not any(one.mentions for one in journey.shown(TABLE_1))


async def test_a_silent_group_is_nudged_once(journey: Journey) -> None:
    toml = pack_toml(step_toml("group", "together", length="20 min", remind_before="5 min"))
    journey.has_pack("quick", toml)
    await journey.writes(OLGA, "!start quick")
    await journey.time_passes(15)

    nudges = [text for text in journey.texts(TABLE_1) if "nobody has written yet" in text]
    assert len(nudges) == 1
    await journey.time_passes(4)
    assert [text for text in journey.texts(TABLE_1) if "⏳" in text[:1]] == nudges
