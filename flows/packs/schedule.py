"""When a pack comes again: its recurrence, and how long after it a follow-up comes."""

from __future__ import annotations

import re

from flows.packs.kinds import (
    PACK_KEYS,
    PACK_OPTIONAL_KEYS,
    RECURRENCE_KEYS,
    RECURRENCE_OPTIONAL_KEYS,
)
from flows.packs.pack import Recurrence
from flows.packs.table import Table, quoted, what_is
from flows.said import said

PERIODS = ("day", "weekday", "week", "month", "quarter")
ORDINALS = ("first", "second", "third", "fourth", "last")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MAX_TIMES = 1_000
MAX_YEARS = 10
MONTHS = 12

_IN_ENGLISH = {
    **dict.fromkeys(("dag", "varje dag", "dagligen", "daily"), "day"),
    **dict.fromkeys(("vardag", "varje vardag", "workday"), "weekday"),
    **dict.fromkeys(("vecka", "varje vecka", "weekly"), "week"),
    **dict.fromkeys(("månad", "varje månad", "monthly"), "month"),
    **dict.fromkeys(("kvartal", "varje kvartal", "quarterly"), "quarter"),
    **dict.fromkeys(("första", "forsta", "1st"), "first"),
    **dict.fromkeys(("andra", "2nd"), "second"),
    **dict.fromkeys(("tredje", "3rd"), "third"),
    **dict.fromkeys(("fjärde", "fjarde", "4th"), "fourth"),
    **dict.fromkeys(("sista", "siste"), "last"),
    **dict.fromkeys(("måndag", "måndagen", "mandag"), "monday"),
    **dict.fromkeys(("tisdag", "tisdagen"), "tuesday"),
    **dict.fromkeys(("onsdag", "onsdagen"), "wednesday"),
    **dict.fromkeys(("torsdag", "torsdagen"), "thursday"),
    **dict.fromkeys(("fredag", "fredagen"), "friday"),
    **dict.fromkeys(("lördag", "lördagen", "lordag"), "saturday"),
    **dict.fromkeys(("söndag", "söndagen", "sondag"), "sunday"),
}

_UNITS = {
    **dict.fromkeys(("day", "days", "dag", "dagar"), (0, 1)),
    **dict.fromkeys(("week", "weeks", "vecka", "veckor"), (0, 7)),
    **dict.fromkeys(("month", "months", "månad", "månader"), (1, 0)),
    **dict.fromkeys(("year", "years", "år"), (12, 0)),
}
"""A unit as months and days."""

_AFTER = re.compile(r"\s*([0-9]{1,4})\s*([a-zåäö]+)\s*")


def read_recurrence(table: Table) -> Recurrence | None:
    """Read ``[recurrence]``."""
    table.refuse_unknown(
        (*RECURRENCE_KEYS, *RECURRENCE_OPTIONAL_KEYS),
        of=said("[recurrence]"),
        elsewhere=dict.fromkeys(
            (*PACK_KEYS, *PACK_OPTIONAL_KEYS),
            said("it belongs to the pack; write it above [recurrence]"),
        ),
    )
    written = table.values.keys()
    every = _every(table) if table.require("every", 'every = "first tuesday"') else None
    at = table.clock("at") if table.require("at", 'at = "13.00"') else None
    skip_holidays = table.flag("skip_holidays") if "skip_holidays" in written else False
    skip_months = _skip_months(table) if "skip_months" in written else ()
    times = table.number("times", least=1, most=MAX_TIMES) if "times" in written else None
    if every is None or at is None or skip_holidays is None or skip_months is None:
        return None
    return Recurrence(
        every=every, at=at, skip_holidays=skip_holidays, skip_months=skip_months, times=times
    )


def _every(table: Table) -> str | None:
    value = table.values["every"]
    if not isinstance(value, str):
        table.note(
            "every",
            said(
                'every must be text in quotes, e.g. every = "first tuesday", not {it}',
                it=what_is(value),
            ),
        )
        return None
    every = " ".join(value.lower().split())
    if is_every(every):
        return every
    meant = _IN_ENGLISH.get(every) or " ".join(_IN_ENGLISH.get(one, one) for one in every.split())
    if is_every(meant):
        table.note(
            "every",
            said(
                "every = {value} is unknown; did you mean {nearest}?",
                value=quoted(value),
                nearest=quoted(meant),
            ),
        )
    else:
        table.note(
            "every",
            said(
                'every = {value} is unknown; write "day", "weekday", "week", "month", "quarter",'
                ' or a weekday of the month such as "first tuesday" or "last friday"',
                value=quoted(value),
            ),
        )
    return None


def is_every(text: str) -> bool:
    """Whether it says how often, in the words that a `Recurrence` has."""
    ordinal, _, weekday = text.partition(" ")
    return text in PERIODS or (ordinal in ORDINALS and weekday in WEEKDAYS)


def _skip_months(table: Table) -> tuple[int, ...] | None:
    value = table.values["skip_months"]
    known = set(range(1, MONTHS + 1))
    sound = (
        isinstance(value, list)
        and all(isinstance(one, int) and not isinstance(one, bool) for one in value)
        and set(value) <= known
    )
    if not isinstance(value, list) or not sound:
        table.note(
            "skip_months",
            said("skip_months must be a list of months from 1 to 12, e.g. skip_months = [7]"),
        )
        return None
    months = tuple(sorted(set(value)))
    if len(months) == MONTHS:
        table.note("skip_months", said("skip_months leaves no month over; remove some"))
        return None
    return months


def read_after(table: Table, key: str) -> tuple[int, int] | None:
    """Read a time on the calendar, as months and days."""
    value = table.values[key]
    match = _AFTER.fullmatch(value.lower()) if isinstance(value, str) else None
    unit = None if match is None else _UNITS.get(match[2])
    if match is None or unit is None:
        table.note(
            key,
            said(
                "{key} = {value} is not understood; write a number of days, weeks, months or years"
                ' in quotes, e.g. {key} = "6 months"',
                key=key,
                value=quoted(value) if isinstance(value, str) else what_is(value),
            ),
        )
        return None
    number = int(match[1])
    months, days = number * unit[0], number * unit[1]
    if not 0 < months + days / 30 <= MAX_YEARS * MONTHS:
        table.note(
            key,
            said(
                "{key} = {value} must be at least a day and at most {most} years",
                key=key,
                value=quoted(str(value)),
                most=MAX_YEARS,
            ),
        )
        return None
    return months, days
