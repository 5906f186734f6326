"""When a pack comes again, in words and as dates."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date, get_day_names

from bot.wording import Wording
from flows.packs.pack import Recurrence
from flows.packs.schedule import WEEKDAYS


def recurrence_words(recurrence: Recurrence, words: Wording) -> str:
    """How often it comes: "the first Tuesday of the month"."""
    match recurrence.every:
        case "day":
            return words.say("every day")
        case "weekday":
            return words.say("Monday to Friday")
        case "week":
            return words.say("once a week")
        case "month":
            return words.say("once a month")
        case "quarter":
            return words.say("once a quarter")
        case every:
            return _weekday_of_the_month(every, words)


def _weekday_of_the_month(every: str, words: Wording) -> str:
    ordinal, _, weekday = every.partition(" ")
    name = get_day_names("wide", locale=words.language)[WEEKDAYS.index(weekday)]
    match ordinal:
        case "first":
            return words.say("the first {weekday} of the month", weekday=name)
        case "second":
            return words.say("the second {weekday} of the month", weekday=name)
        case "third":
            return words.say("the third {weekday} of the month", weekday=name)
        case "fourth":
            return words.say("the fourth {weekday} of the month", weekday=name)
        case _:
            return words.say("the last {weekday} of the month", weekday=name)


def day_words(day: date, words: Wording) -> str:
    """A day with its weekday and year: "Tuesday 1 December 2026"."""
    return format_date(day, "EEEE d MMMM y", locale=words.language)
