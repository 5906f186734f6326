"""From what the clock on the wall shows, on a day, to the instant that is meant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def on_the_wall(day: date, at: tuple[int, int], zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the wall clock of a zone shows hours and minutes on a day.

    Of a time that it shows twice that night the first is meant; a time that it skips becomes
    the one that is as long after midnight: 02.30 is then shown as 03.30.
    """
    hours, minutes = at
    return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=zone).astimezone(UTC)
