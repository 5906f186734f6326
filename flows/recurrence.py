"""When something comes again: by the calendar and the clock on the wall, never counted in hours.

An occurrence belongs to a day. Its instant is found from the day and the wall clock at the very
end, so that neither of the two nights when the clocks change moves the ones after it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from flows.packs.pack import Recurrence
from flows.wall import on_the_wall

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDINALS = ("first", "second", "third", "fourth", "last")
HORIZON = timedelta(days=5 * 366)
"""So far is looked: what has no occurrence within five years has none."""

_DAY = timedelta(days=1)
_SATURDAY = 5


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def occurrences(
    recurrence: Recurrence, *, anchor: date, zone: ZoneInfo, after: datetime
) -> Iterator[datetime]:
    """The instants, in UTC, at which it comes again later than `after`, earliest first.

    `times` is not looked at: who counts them knows how many there were.

    Args:
        anchor: the day it is counted from; "week" means its weekday, "month" and "quarter" its
            day of the month.
        after: aware.
    """
    # Compared in UTC: within a zone Python compares what the clock shows.
    after = after.astimezone(UTC)
    today = after.astimezone(zone).date()
    for day in _days(recurrence.every, anchor, today - _DAY):
        if day > today + HORIZON:
            return
        if _is_left_out(recurrence, day):
            continue
        moment = on_the_wall(day, recurrence.at, zone)
        if moment > after:
            yield moment


def next_occurrence(
    recurrence: Recurrence, *, anchor: date, zone: ZoneInfo, after: datetime
) -> datetime | None:
    """The first instant later than `after`, None if there is none within five years."""
    coming = occurrences(recurrence, anchor=anchor, zone=zone, after=after)
    return next(islice(coming, 1), None)


def _days(every: str, anchor: date, since: date) -> Iterator[date]:
    """The days of a rule from `since` on, and not before the anchor, without an end."""
    start = max(anchor, since)
    match every:
        case "day" | "weekday":
            for day in _step_by(start, 1):
                if every == "day" or day.weekday() < _SATURDAY:
                    yield day
        case "week":
            yield from _step_by(start + timedelta(days=(anchor - start).days % 7), 7)
        case "month" | "quarter":
            step = 1 if every == "month" else 3
            months = (start.year - anchor.year) * 12 + start.month - anchor.month
            number = max(0, months // step)
            while True:
                day = add_months(anchor, number * step)
                if day >= start:
                    yield day
                number += 1
        case _:
            ordinal, _, weekday = every.partition(" ")
            yield from _weekdays_of_months(ORDINALS.index(ordinal), WEEKDAYS.index(weekday), start)


def _step_by(day: date, days: int) -> Iterator[date]:
    while True:
        yield day
        day += timedelta(days=days)


def _weekdays_of_months(ordinal: int, weekday: int, start: date) -> Iterator[date]:
    month = start.replace(day=1)
    while True:
        first = month + timedelta(days=(weekday - month.weekday()) % 7)
        following = add_months(month, 1)
        day = first + timedelta(weeks=ordinal)
        while day >= following:
            # "last" is the fourth or the fifth.
            day -= timedelta(weeks=1)
        if day >= start:
            yield day
        month = following


def _is_left_out(recurrence: Recurrence, day: date) -> bool:
    in_skipped_month = day.month in recurrence.skip_months
    return in_skipped_month or (recurrence.skip_holidays and is_holiday(day))


def is_holiday(day: date) -> bool:
    """Whether it is a holiday in Sweden, eves of midsummer, Christmas and the new year among them.

    An ordinary Sunday is none.
    """
    return day in _holidays(day.year)


_FIXED_HOLIDAYS = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
_DAYS_FROM_EASTER = (-2, 0, 1, 39, 49)
"""Good Friday, Easter and the day after, Ascension, Whitsun."""


@lru_cache(maxsize=16)
def _holidays(year: int) -> frozenset[date]:
    # A library that knows the holidays of all countries takes seconds to load and 20 MB, in the
    # middle of a transaction; the law for this one has been the same since 2005.
    easter = _easter(year)
    midsummer = _saturday_from(date(year, 6, 20))
    return frozenset(
        [
            *(date(year, month, day) for month, day in _FIXED_HOLIDAYS),
            *(easter + timedelta(days=days) for days in _DAYS_FROM_EASTER),
            midsummer - _DAY,
            midsummer,
            _saturday_from(date(year, 10, 31)),
        ]
    )


def _saturday_from(day: date) -> date:
    return day + timedelta(days=(_SATURDAY - day.weekday()) % 7)


def _easter(year: int) -> date:
    """The Sunday after the full moon of spring, as the Gregorian calendar reckons that moon."""
    century = year // 100
    # How old the moon is, corrected for leap days left out and for the moon's own drift.
    age = (19 * (year % 19) + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    age -= (age // 28) * (1 - (29 // (age + 1)) * ((21 - year % 19) // 11))
    full_moon = date(year, 3, 21) + timedelta(days=age)
    return full_moon + timedelta(days=7 - (full_moon.weekday() + 1) % 7)
