"""When each step of a pack begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.ids import StepId
from flows.packs.outline import OutlineLine, outline
from flows.packs.pack import Pack, Step, StepKind, Text

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TITLE = Text(versions=(("sv", "T"),))
HOUR = 3600


def pack(*lengths: int | None) -> Pack:
    """Make a pack of backgrounds of these lengths."""
    steps = tuple(
        Step(
            id=StepId(str(number)),
            kind=StepKind.BACKGROUND,
            title=TITLE,
            text=TITLE,
            scenario="s",
            length_s=length,
        )
        for number, length in enumerate(lengths)
    )
    return Pack(name="p", title=TITLE, purpose=TITLE, languages=("sv",), steps=steps)


def line(
    step_id: str, begins_after_s: int, begins_at: datetime | None, length_s: int
) -> OutlineLine:
    return OutlineLine(
        step_id=StepId(step_id),
        kind=StepKind.BACKGROUND,
        title=TITLE,
        scenario="s",
        begins_after_s=begins_after_s,
        begins_at=begins_at,
        length_s=length_s,
    )


def test_steps_follow_each_other() -> None:
    nine = datetime(2027, 3, 1, 9, tzinfo=STOCKHOLM)

    assert outline(pack(60, 120), nine) == (
        line("0", 0, nine, 60),
        line("1", 60, nine + timedelta(minutes=1), 120),
    )


def test_without_a_start_times_are_relative() -> None:
    assert outline(pack(60, 120), None) == (line("0", 0, None, 60), line("1", 60, None, 120))


def test_a_step_without_a_length_takes_no_time() -> None:
    assert [each.begins_after_s for each in outline(pack(None, 60, None), None)] == [0, 0, 60]


@pytest.mark.parametrize(
    ("starts_at", "clock"),
    [
        pytest.param(
            datetime(2027, 3, 28, 1, tzinfo=STOCKHOLM),
            ["01:00 +0100", "03:00 +0200"],
            id="hour left out",
        ),
        pytest.param(
            datetime(2027, 10, 31, 2, tzinfo=STOCKHOLM),
            ["02:00 +0200", "02:00 +0100"],
            id="hour doubled",
        ),
    ],
)
def test_an_hour_is_an_hour_when_the_clocks_change(starts_at: datetime, clock: list[str]) -> None:
    lines = outline(pack(HOUR, HOUR), starts_at)

    assert [each.begins_at and f"{each.begins_at:%H:%M %z}" for each in lines] == clock


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        outline(pack(60), datetime(2027, 3, 1, 9, tzinfo=STOCKHOLM).replace(tzinfo=None))


@pytest.mark.parametrize(
    ("day", "hour", "begins_after_s"),
    [
        pytest.param((2027, 3, 1), 9, 2 * HOUR, id="waits"),
        pytest.param((2027, 3, 1), 12, HOUR, id="too late to wait"),
        pytest.param((2027, 3, 28), 1, 9 * HOUR, id="a night of 23 hours"),
        pytest.param((2027, 10, 31), 1, 11 * HOUR, id="a night of 25 hours"),
    ],
)
def test_a_step_may_have_an_hour_of_its_own(
    day: tuple[int, int, int], hour: int, begins_after_s: int
) -> None:
    first, second = pack(HOUR, HOUR).steps
    waiting = replace(pack(), steps=(first, replace(second, begins_at=(11, 0))))
    starts_at = datetime(*day, hour, tzinfo=STOCKHOLM)

    plan = outline(waiting, starts_at)

    assert plan[1].begins_after_s == begins_after_s
    assert plan[1].begins_at == max(
        starts_at.replace(hour=11), (starts_at + timedelta(hours=1)).astimezone(STOCKHOLM)
    )
    assert [each.begins_after_s for each in outline(waiting, None)] == [0, HOUR]
