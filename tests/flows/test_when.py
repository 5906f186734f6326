"""Moments as people write them, and the two nights when the clock jumps."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.when import AlreadyPast, NotAMoment, SkippedTime, WhenError, is_shown_twice, parse_when

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 11, 20, 12, 0, 40, tzinfo=STOCKHOLM)


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("13", local(2026, 11, 20, 13)),
        ("13.00", local(2026, 11, 20, 13)),
        ("13:05", local(2026, 11, 20, 13, 5)),
        (" kl 13 ", local(2026, 11, 20, 13)),
        ("kl. 13.30", local(2026, 11, 20, 13, 30)),
        ("klockan 13", local(2026, 11, 20, 13)),
        ("at 13:00", local(2026, 11, 20, 13)),
        ("idag 13", local(2026, 11, 20, 13)),
        ("Today 13:00", local(2026, 11, 20, 13)),
        ("imorgon 9.30", local(2026, 11, 21, 9, 30)),
        ("I morgon kl 9", local(2026, 11, 21, 9)),
        ("tomorrow 9:30", local(2026, 11, 21, 9, 30)),
        ("tomorrow at 9", local(2026, 11, 21, 9)),
        ("i övermorgon 0:00", local(2026, 11, 22, 0)),
        ("i overmorgon 0:00", local(2026, 11, 22, 0)),
        ("fredag 13", local(2026, 11, 20, 13)),
        ("fredag 9.30", local(2026, 11, 27, 9, 30)),
        ("på lördag kl. 9", local(2026, 11, 21, 9)),
        ("torsdag 13", local(2026, 11, 26, 13)),
        ("pa mandag 9", local(2026, 11, 23, 9)),
        ("on Sunday at 9:30", local(2026, 11, 22, 9, 30)),
        ("2026-12-01 13:00", local(2026, 12, 1, 13)),
        ("2026-12-01T13:00", local(2026, 12, 1, 13)),
        ("2026-12-01, kl. 13", local(2026, 12, 1, 13)),
        ("2026-12-1 9", local(2026, 12, 1, 9)),
        ("12:00", local(2026, 11, 20, 12)),
        ("nu", NOW),
        ("Now", NOW),
    ],
)
def test_a_moment(text: str, moment: datetime) -> None:
    found = parse_when(text, NOW, STOCKHOLM)

    assert (found, found.tzinfo) == (moment, STOCKHOLM)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "snart",
        "snart 13",
        "nästa fredag 13",
        "fredag",
        "25",
        "13:60",
        "13:0",
        "1300",
        "2026-12-01",
        "2026-02-30 13",
        "2026-13-01 13",
        "1926-12-01 13",
        "-13",
        "13:00 13:00",
        "imorgon",
        "imorgon13x",
        "kl",
        "1\u0660",
    ],
)
def test_not_a_moment(text: str) -> None:
    with pytest.raises(NotAMoment):
        parse_when(text, NOW, STOCKHOLM)


@pytest.mark.parametrize(
    ("text", "moment", "today"),
    [
        pytest.param("11:59", local(2026, 11, 20, 11, 59), True, id="no day"),
        pytest.param("idag 9", local(2026, 11, 20, 9), False, id="today by name"),
        pytest.param("2026-11-19 13", local(2026, 11, 19, 13), False, id="yesterday"),
    ],
)
def test_a_moment_that_has_been(text: str, moment: datetime, today: bool) -> None:
    with pytest.raises(AlreadyPast) as caught:
        parse_when(text, NOW, STOCKHOLM)

    assert (caught.value.moment, caught.value.today) == (moment, today)


def test_days_are_those_of_the_zone_not_of_the_reader() -> None:
    # 23:30 in UTC is half past midnight, the next day, in Stockholm
    now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    assert parse_when("13", now, STOCKHOLM) == local(2026, 11, 21, 13)


def test_a_time_the_clock_jumps_over_in_spring() -> None:
    with pytest.raises(SkippedTime) as caught:
        parse_when("2027-03-28 02:30", NOW, STOCKHOLM)

    assert str(caught.value) == ("the clock jumps over 02:30 on 2027-03-28; write e.g. 03:30")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        pytest.param("2027-03-28 01:59", datetime(2027, 3, 28, 0, 59, tzinfo=UTC), id="before"),
        pytest.param("2027-03-28 03:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC), id="after"),
    ],
)
def test_at_the_edges_of_the_jump(text: str, utc: datetime) -> None:
    assert parse_when(text, NOW, STOCKHOLM).astimezone(UTC) == utc


@pytest.mark.parametrize("ahead", range(8))
def test_a_weekday_is_the_next_that_is_to_come(ahead: int) -> None:
    # given the same hour on eight days in a row, over the night of summer time
    now = datetime(2027, 3, 24, 9, 0, tzinfo=STOCKHOLM) + timedelta(days=ahead)
    moment = parse_when("söndag 9.30", now, STOCKHOLM)

    assert (moment.strftime("%H:%M"), moment.weekday()) == ("09:30", 6)
    assert timedelta(0) < moment - now < timedelta(days=7)


def test_of_a_time_shown_twice_in_autumn_the_first_is_meant() -> None:
    moment = parse_when("2027-10-31 02:30", NOW, STOCKHOLM)

    assert is_shown_twice(moment)
    assert moment.astimezone(UTC) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_between_the_two_the_second_is_meant() -> None:
    # given 02:45 for the first time
    now = datetime(2027, 10, 31, 0, 45, tzinfo=UTC)

    moment = parse_when("02:30", now, STOCKHOLM)

    assert moment.astimezone(UTC) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_whatever_zone_the_present_is_told_in() -> None:
    # given 02:15 for the second time, told in the zone itself
    now = datetime(2027, 10, 31, 2, 15, fold=1, tzinfo=STOCKHOLM)

    moment = parse_when("02:30", now, STOCKHOLM)

    assert moment.astimezone(UTC) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_after_the_two_it_has_been() -> None:
    with pytest.raises(AlreadyPast):
        parse_when("02:30", datetime(2027, 10, 31, 2, 0, tzinfo=UTC), STOCKHOLM)


def test_an_ordinary_time_is_shown_once() -> None:
    assert not is_shown_twice(parse_when("2027-10-31 03:00", NOW, STOCKHOLM))


@given(st.text(max_size=30) | st.from_regex(r"(\w{0,9} |20\d\d-\d\d-\d\d )?\d\d?[:.]?\d*"))
def test_whatever_is_written_is_a_moment_of_the_zone_or_refused(text: str) -> None:
    with suppress(WhenError):
        assert parse_when(text, NOW, STOCKHOLM).tzinfo is STOCKHOLM
