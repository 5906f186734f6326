"""Hours of the day in which nobody is pinged, on the clock on the wall."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from typing_extensions import override

_WRITTEN = re.compile(
    r"(?:kl\.?\s*)?([0-9]{1,2})(?:[.:]([0-9]{2}))?\s*(?:-|\u2013|till|to)\s*"
    r"([0-9]{1,2})(?:[.:]([0-9]{2}))?"
)
_HOURS = 24
_MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `begins` until `ends`, hours and minutes; over midnight where it ends earlier."""

    begins: tuple[int, int]
    ends: tuple[int, int]

    def covers(self, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether the wall clock of a zone shows a quiet time at that instant."""
        local = moment.astimezone(zone)
        shown = (local.hour, local.minute)
        if self.begins <= self.ends:
            return self.begins <= shown < self.ends
        return shown >= self.begins or shown < self.ends

    def over_at(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first instant from `moment` on that is not quiet, in the zone of `moment`."""
        if not self.covers(moment, zone):
            return moment
        local = moment.astimezone(zone)
        end = time(*self.ends)
        # Quiet still, and past the end of today's: it is tomorrow's that ends it.
        day = local.date() + timedelta(days=1 if local.time() >= end else 0)
        over = datetime.combine(day, end, tzinfo=zone).astimezone(moment.tzinfo)
        # In the night the clocks go back the end may come twice: the first is meant.
        return max(over, moment)

    @override
    def __str__(self) -> str:
        """As it is written: ``21.00-07.00``."""
        hours = (f"{hour:02}.{minute:02}" for hour, minute in (self.begins, self.ends))
        return "-".join(hours)


def parse_quiet_hours(text: str) -> QuietHours | None:
    """The hours that are written, ``21.00-07.00`` or ``21-7``; None if that cannot be read.

    Nor is a day without a single quiet minute, or with nothing but those.
    """
    match = _WRITTEN.fullmatch(text.strip().casefold())
    if match is None:
        return None
    numbers = [int(part or 0) for part in match.groups()]
    begins, ends = (numbers[0], numbers[1]), (numbers[2], numbers[3])
    sound = all(hour < _HOURS and minute < _MINUTES for hour, minute in (begins, ends))
    return QuietHours(begins=begins, ends=ends) if sound and begins != ends else None
