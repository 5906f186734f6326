"""Hours in which nobody is pinged."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from flows.quiet import QuietHours, parse_quiet_hours

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NIGHT = QuietHours(begins=(21, 0), ends=(7, 0))


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("21.00-07.00", NIGHT),
        ("21-7", NIGHT),
        ("21:00 \u2013 07:00", NIGHT),
        ("21 till 7", NIGHT),
        ("12.30-13", QuietHours(begins=(12, 30), ends=(13, 0))),
        ("24-7", None),
        ("21.60-7", None),
        ("7-7", None),
        ("natten", None),
    ],
)
def test_as_people_write_them(text: str, hours: QuietHours | None) -> None:
    assert parse_quiet_hours(text) == hours
    assert hours is None or parse_quiet_hours(str(hours)) == hours


@pytest.mark.parametrize(
    ("local", "quiet"),
    [
        ("20:59", False),
        ("21:00", True),
        ("23:59", True),
        ("00:00", True),
        ("06:59", True),
        ("07:00", False),
        ("12:00", False),
    ],
)
def test_over_midnight(local: str, *, quiet: bool) -> None:
    moment = datetime.fromisoformat(f"2026-05-04T{local}").replace(tzinfo=STOCKHOLM)

    assert NIGHT.covers(moment.astimezone(UTC), STOCKHOLM) is quiet


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        pytest.param(datetime(2026, 10, 25, 0, 45, tzinfo=UTC), True, id="02:45 the first time"),
        pytest.param(datetime(2026, 10, 25, 1, 45, tzinfo=UTC), True, id="02:45 the second time"),
        pytest.param(datetime(2026, 10, 25, 2, 15, tzinfo=UTC), False, id="03:15"),
        pytest.param(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), False, id="03:00 follows 01:59"),
    ],
)
def test_in_the_nights_when_the_clocks_change(moment: datetime, *, quiet: bool) -> None:
    assert QuietHours(begins=(2, 30), ends=(3, 0)).covers(moment, STOCKHOLM) is quiet
