"""A moment as people write it: ``13``, ``imorgon 9.30``, ``fredag 9``, ``2026-12-01 13:00``.

What is written is read on the wall clock of a zone. Twice a year that clock jumps: a time
that it skips is refused, and of a time that it shows twice the first is meant.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from typing_extensions import override

from flows.errors import FlowError

_DAYS_AHEAD = {
    **dict.fromkeys(("", "idag", "i dag", "today"), 0),
    **dict.fromkeys(("imorgon", "i morgon", "imorron", "i morron", "tomorrow"), 1),
    **dict.fromkeys(
        ("i övermorgon", "övermorgon", "i overmorgon", "overmorgon", "day after tomorrow"), 2
    ),
}

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("måndag", "mandag", "monday"),
            ("tisdag", "tuesday"),
            ("onsdag", "wednesday"),
            ("torsdag", "thursday"),
            ("fredag", "friday"),
            ("lördag", "lordag", "saturday"),
            ("söndag", "sondag", "sunday"),
        )
    )
    for name in names
}
_ON = ("på ", "pa ", "on ")
_WEEK = timedelta(days=7)

_WRITTEN = re.compile(
    r"(?P<day>20[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}|[a-zåäö ]*?)"
    r"(?:\s*,|\s*t(?=[0-9])|\s+|^)\s*"
    r"(?:(?:kl\.?|klockan|at)\s*)?"
    r"(?P<hour>[0-9]{1,2})(?:[.:](?P<minute>[0-9]{2}))?"
)

_SAME_MINUTE = timedelta(minutes=1)
"""Who writes 13:00 when it is 13:00:40 means now."""


class WhenError(FlowError):
    """What was written is no moment at which something can begin; `written` is it."""

    def __init__(self, written: str) -> None:
        self.written = written
        super().__init__(written)


class NotAMoment(WhenError):
    """It cannot be read at all, or names a day or an hour that no calendar has."""

    @override
    def __str__(self) -> str:
        return f'"{self.written}" is not a time; write e.g. 13:00 or 2026-12-01 13:00'


class AlreadyPast(WhenError):
    """It has been; `moment` is when. A day was not written if `today`."""

    def __init__(self, written: str, moment: datetime, *, today: bool) -> None:
        self.moment = moment
        self.today = today
        super().__init__(written)

    @override
    def __str__(self) -> str:
        remedy = "write the day too" if self.today else "write a later one"
        return f"{self.moment:%Y-%m-%d %H:%M} has been; {remedy}"


class SkippedTime(WhenError):
    """The clock jumps over it that night; `instead` is the same time after the jump."""

    def __init__(self, written: str, wall: datetime, instead: datetime) -> None:
        self.wall = wall
        self.instead = instead
        super().__init__(written)

    @override
    def __str__(self) -> str:
        return (
            f"the clock jumps over {self.wall:%H:%M} on {self.wall:%Y-%m-%d}; "
            f"write e.g. {self.instead:%H:%M}"
        )


def parse_when(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment that is written, aware, in `zone`.

    Args:
        now: aware, in any zone; days are counted and what is past is judged from it.

    Raises:
        NotAMoment: it cannot be read.
        AlreadyPast: it has been; a time without a day is always of today.
        SkippedTime: the wall clock never shows it.
    """
    written = " ".join(text.split())
    # In UTC: within one zone Python compares what the clock shows, and 02:30 in the second
    # round of the doubled hour would come before 02:45 in the first.
    now = now.astimezone(UTC)
    if written.lower() in ("nu", "now"):
        return now.astimezone(zone)
    match = _WRITTEN.fullmatch(written.lower())
    if match is None:
        raise NotAMoment(written)
    day = _day(match["day"].strip(), now.astimezone(zone).date(), written)
    moment = _on_the_clock(_wall(day, match, zone, written), now, written)
    if moment <= now - _SAME_MINUTE and _weekday(match["day"]) is not None:
        moment = _on_the_clock(_wall(day + _WEEK, match, zone, written), now, written)
    if moment <= now - _SAME_MINUTE:
        raise AlreadyPast(written, moment, today=not match["day"].strip())
    return moment


def is_shown_twice(moment: datetime) -> bool:
    """True if the wall clock of the moment's zone shows this time twice that night."""
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


def _weekday(written_day: str) -> int | None:
    """The day of the week that is named, 0 for Monday; the next one is meant."""
    name = written_day.strip()
    for on in _ON:
        name = name.removeprefix(on)
    return _WEEKDAYS.get(name)


def _day(written_day: str, today: date, written: str) -> date:
    if written_day in _DAYS_AHEAD:
        return today + timedelta(days=_DAYS_AHEAD[written_day])
    weekday = _weekday(written_day)
    if weekday is not None:
        return today + (timedelta(days=weekday - today.weekday()) % _WEEK)
    try:
        year, month, day = (int(part) for part in written_day.split("-"))
        return date(year, month, day)
    except ValueError as error:
        raise NotAMoment(written) from error


def _wall(day: date, match: re.Match[str], zone: ZoneInfo, written: str) -> datetime:
    try:
        return datetime(
            day.year, day.month, day.day, int(match["hour"]), int(match["minute"] or 0), tzinfo=zone
        )
    except ValueError as error:
        raise NotAMoment(written) from error


def _on_the_clock(wall: datetime, now: datetime, written: str) -> datetime:
    shown = wall.astimezone(UTC).astimezone(wall.tzinfo)
    if shown.replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise SkippedTime(written, wall, shown)
    if wall <= now - _SAME_MINUTE and is_shown_twice(wall):
        # Between the two: only the second can still be meant.
        return wall.replace(fold=1)
    return wall
