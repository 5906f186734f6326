"""How long a dialogue is kept after it has ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.recurrence import add_months
from flows.wall import on_the_wall

_AT = (9, 0)
"""By day: whoever is warned or told is at work."""


def erase_at(retention: tuple[int, int], ended_at: datetime, zone: ZoneInfo) -> datetime:
    """When to erase what ended then, in UTC: so many months and days later, on the calendar."""
    months, days = retention
    day = add_months(ended_at.astimezone(zone).date(), months) + timedelta(days=days)
    return on_the_wall(day, _AT, zone)
