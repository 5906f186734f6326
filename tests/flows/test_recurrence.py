"""Days and instants of what comes again, at every edge of the calendar."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from flows.packs.pack import Recurrence
from flows.recurrence import (
    ORDINALS,
    WEEKDAYS,
    add_months,
    is_holiday,
    next_occurrence,
    occurrences,
)
from flows.wall import on_the_wall

STOCKHOLM = ZoneInfo("Europe/Stockholm")
JANUARY = date(2026, 1, 1)


def instant(day: str, time: str = "00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=STOCKHOLM)


def shown(
    recurrence: Recurrence, count: int, *, after: str = "2026-01-01", anchor: date = JANUARY
) -> list[str]:
    """The next instants as the wall in Stockholm shows them."""
    coming = occurrences(recurrence, anchor=anchor, zone=STOCKHOLM, after=instant(after))
    return [f"{one.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" for one in islice(coming, count)]


def days(recurrence: Recurrence, count: int, **since: object) -> list[str]:
    return [one.split()[0] for one in shown(recurrence, count, **since)]  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        ("day", ["2026-01-01", "2026-01-02", "2026-01-03"]),
        ("weekday", ["2026-01-01", "2026-01-02", "2026-01-05"]),
        ("week", ["2026-01-01", "2026-01-08", "2026-01-15"]),
        ("month", ["2026-01-01", "2026-02-01", "2026-03-01"]),
        ("quarter", ["2026-01-01", "2026-04-01", "2026-07-01"]),
        ("first tuesday", ["2026-01-06", "2026-02-03", "2026-03-03"]),
        ("third monday", ["2026-01-19", "2026-02-16", "2026-03-16"]),
        ("last friday", ["2026-01-30", "2026-02-27", "2026-03-27"]),
        ("last sunday", ["2026-01-25", "2026-02-22", "2026-03-29"]),
    ],
)
def test_each_rule(every: str, expected: list[str]) -> None:
    assert days(Recurrence(every=every, at=(13, 0)), 3) == expected


def test_it_stays_on_the_wall_over_both_nights_when_the_clocks_change() -> None:
    meeting = Recurrence(every="first tuesday", at=(13, 0), skip_months=(7,))
    coming = list(
        islice(
            occurrences(meeting, anchor=JANUARY, zone=STOCKHOLM, after=instant("2026-01-01")), 11
        )
    )

    assert {f"{one.astimezone(STOCKHOLM):%H:%M}" for one in coming} == {"13:00"}
    assert [one.hour for one in coming] == [12, 12, 12, 11, 11, 11, 11, 11, 11, 12, 12]
    assert 7 not in {one.month for one in coming}


def test_the_hour_that_comes_twice_comes_once_and_is_the_first() -> None:
    nightly = Recurrence(every="day", at=(2, 30))
    first = next_occurrence(nightly, anchor=JANUARY, zone=STOCKHOLM, after=instant("2026-10-25"))
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    second = next_occurrence(nightly, anchor=JANUARY, zone=STOCKHOLM, after=first)
    assert second == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_the_hour_that_is_left_out_is_as_long_after_midnight() -> None:
    nightly = Recurrence(every="day", at=(2, 30))

    assert shown(nightly, 2, after="2026-03-29") == ["2026-03-29 03:30", "2026-03-30 02:30"]


def test_midnight_belongs_to_the_day_that_begins() -> None:
    nightly = Recurrence(every="day", at=(0, 0))

    assert shown(nightly, 2, after="2026-03-28") == ["2026-03-29 00:00", "2026-03-30 00:00"]


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        pytest.param(
            date(2026, 1, 31),
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
            id="the end of the month",
        ),
        pytest.param(
            date(2028, 1, 30),
            ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"],
            id="the leap day",
        ),
    ],
)
def test_a_day_that_a_month_has_not_is_its_last(anchor: date, expected: list[str]) -> None:
    monthly = Recurrence(every="month", at=(9, 0))

    assert days(monthly, 4, anchor=anchor) == expected


def test_holidays_are_left_out_and_not_moved() -> None:
    # Epiphany is a Tuesday in 2026.
    meeting = Recurrence(every="first tuesday", at=(13, 0), skip_holidays=True)

    assert days(meeting, 2) == ["2026-02-03", "2026-03-03"]
    assert not is_holiday(date(2026, 5, 3))
    assert all(is_holiday(day) for day in (date(2026, 6, 19), date(2026, 12, 24), JANUARY))


def test_holidays_are_those_that_others_know() -> None:
    years = range(2005, 2100)
    known = country_holidays("SE", years=years, categories=("public", "de_facto"))
    every_day = (date(2005, 1, 1) + timedelta(days=number) for number in range(95 * 365))

    assert [day for day in every_day if is_holiday(day) != (day in known)] == []


def test_what_never_comes_is_none() -> None:
    never = Recurrence(every="month", at=(9, 0), skip_months=tuple(range(1, 13)))

    after = instant("2026-01-01")
    assert next_occurrence(never, anchor=JANUARY, zone=STOCKHOLM, after=after) is None


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 25), 3, date(2027, 2, 25)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_months_later(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


rules = st.one_of(
    st.sampled_from(("day", "weekday", "week", "month", "quarter")),
    st.builds(
        lambda ordinal, weekday: f"{ordinal} {weekday}",
        st.sampled_from(ORDINALS),
        st.sampled_from(WEEKDAYS),
    ),
)
recurrences = st.builds(
    Recurrence,
    every=rules,
    at=st.tuples(st.integers(0, 23), st.integers(0, 59)),
    skip_months=st.lists(st.integers(1, 12), max_size=4).map(tuple),
    skip_holidays=st.booleans(),
)
zones = st.sampled_from(
    [
        ZoneInfo(key)
        for key in ("Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "UTC")
    ]
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31)).map(  # noqa: DTZ001  aware below
    lambda naive: naive.replace(tzinfo=UTC)
)


@given(
    recurrence=recurrences, zone=zones, after=moments, anchor=st.dates(JANUARY, date(2028, 1, 1))
)
def test_every_occurrence_is_later_on_a_day_of_its_own_and_at_its_time_on_the_wall(
    recurrence: Recurrence, zone: ZoneInfo, after: datetime, anchor: date
) -> None:
    coming = list(islice(occurrences(recurrence, anchor=anchor, zone=zone, after=after), 12))

    assert all(earlier < later for earlier, later in zip([after, *coming], coming, strict=False))
    on = [moment.astimezone(zone).date() for moment in coming]
    assert len(set(on)) == len(on)
    for day, moment in zip(on, coming, strict=True):
        assert moment == on_the_wall(day, recurrence.at, zone)
        assert day.month not in recurrence.skip_months
        assert day >= anchor
        assert not (recurrence.skip_holidays and is_holiday(day))


@given(recurrence=recurrences, zone=zones, after=moments)
def test_one_after_the_other_or_all_at_once_they_are_the_same(
    recurrence: Recurrence, zone: ZoneInfo, after: datetime
) -> None:
    at_once = list(islice(occurrences(recurrence, anchor=JANUARY, zone=zone, after=after), 6))
    one_by_one: list[datetime] = []
    while len(one_by_one) < len(at_once):
        newest = one_by_one[-1] if one_by_one else after
        coming = next_occurrence(recurrence, anchor=JANUARY, zone=zone, after=newest)
        assert coming is not None
        one_by_one.append(coming)

    assert one_by_one == at_once


@given(
    ordinal=st.sampled_from(ORDINALS),
    weekday=st.sampled_from(WEEKDAYS),
    year=st.integers(2025, 2040),
)
def test_a_weekday_of_the_month_comes_once_in_each_month(
    ordinal: str, weekday: str, year: int
) -> None:
    rule = Recurrence(every=f"{ordinal} {weekday}", at=(12, 0))
    after = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    coming = occurrences(rule, anchor=date(year, 1, 1), zone=STOCKHOLM, after=after)
    on = [one.date() for one in islice(coming, 12)]

    assert [day.month for day in on] == list(range(1, 13))
    assert {day.weekday() for day in on} == {WEEKDAYS.index(weekday)}
    if ordinal != "last":
        assert {(day.day - 1) // 7 for day in on} == {ORDINALS.index(ordinal)}
    else:
        ends = [calendar.monthrange(day.year, day.month)[1] - day.day for day in on]
        assert all(left < len(WEEKDAYS) for left in ends)
