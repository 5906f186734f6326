"""Lengths of time in words."""

from __future__ import annotations

from bot.wording import Wording

_MINUTE = 60
_HOUR = 3600
_DAY = 24 * _HOUR


def spoken_length(seconds: float, words: Wording) -> str:
    """A length as a person says it: "45 seconds", "4 minutes", "1 hour 30 minutes", "14 days"."""
    whole = max(1, round(seconds))
    if whole < 2 * _MINUTE and whole % _MINUTE:
        return words.say_n("{number} second", "{number} seconds", whole)
    minutes = round(whole / _MINUTE)
    if minutes < _HOUR // _MINUTE:
        return _minutes(minutes, words)
    if minutes >= 2 * _DAY // _MINUTE:
        days, rest = divmod(round(whole / _HOUR), _DAY // _HOUR)
        spoken = words.say_n("{number} day", "{number} days", days)
        return f"{spoken} {_hours(rest, words)}" if rest else spoken
    hours, rest = divmod(minutes, _HOUR // _MINUTE)
    spoken = _hours(hours, words)
    return f"{spoken} {_minutes(rest, words)}" if rest else spoken


def _hours(hours: int, words: Wording) -> str:
    return words.say_n("{number} hour", "{number} hours", hours)


def _minutes(minutes: int, words: Wording) -> str:
    return words.say_n("{number} minute", "{number} minutes", minutes)
