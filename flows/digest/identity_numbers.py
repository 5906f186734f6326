"""Swedish personal identity numbers and coordination numbers, in whatever way people write them.

A number is told by its date and its check digit. Where the check digit is wrong somebody may have
mistyped it, and it still says who is meant: then its form decides, or a word beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_GAP = r"[ \t\u00a0\u2009\u202f\u200b\u2060]{0,2}"
_DASH = r"[-+\u2010-\u2015\u2212\ufe63\uff0d\uff0b]"
_BETWEEN = rf"{_GAP}(?:[./]|{_DASH})?{_GAP}"
_NUMBER = re.compile(
    r"(?<![\d,])(?<!\d[.-])"
    rf"(?:(?P<century>1{_GAP}[89]|2{_GAP}0){_GAP})?"
    rf"(?P<year>\d{_GAP}\d){_BETWEEN}(?P<month>\d{_GAP}\d){_BETWEEN}(?P<day>\d{_GAP}\d)"
    rf"(?P<before>{_GAP})(?P<sign>{_DASH}?)(?P<after>{_GAP})"
    rf"(?P<last>\d{_GAP}\d{_GAP}\d{_GAP}\d)(?!\d|[.,]\d)"
)
_RESERVE = re.compile(
    rf"(?<!\d)(?:19|20)?\d{{2}}(?P<month>\d{{2}})(?P<day>\d{{2}}){_GAP}{_DASH}{_GAP}"
    r"[A-Za-z]{1,2}\d{2,3}(?!\w)"
)
"""What health care gives out where nobody knows the number: letters among the last four."""

_SPOKEN_OF = re.compile(
    r"(?i:person-?\s?n(?:umme)?r\w*|\bp-?nr\b|\bpnr\b|samordnings-?n(?:umme)?r\w*|"
    r"födelse-?n(?:umme)?r\w*|person(?:al)? (?:identity |id )?numbers?|coordination number)"
    r"[^\d\n]{0,24}(?P<number>\d(?:[\s./\-+\u2010-\u2015]{0,2}\d){5,13})(?!\d)"
)
"""After such a word any number of that size is meant as one, also with a digit too few."""

_COORDINATION = 60
"""Added to the day of a number for people who are not registered as living in Sweden."""
_LATEST_HOUR = 24
_MOST_MINUTES = 60


def identity_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where such numbers stand: beginning and end."""
    for found in _NUMBER.finditer(text):
        if _is_one(found):
            yield found.span()
    for found in _RESERVE.finditer(text):
        if _is_day(found["month"], found["day"]):
            yield found.span()
    for found in _SPOKEN_OF.finditer(text):
        yield found.span("number")


def _is_one(found: re.Match[str]) -> bool:
    year, month, day, last = (_digits(found[name]) for name in ("year", "month", "day", "last"))
    if not _is_day(month, day):
        return False
    if _sums_up(year + month + day + last):
        return True
    # The check digit is wrong, or it is something else.
    written = found.group()
    if found["century"] is not None:
        return not _is_a_time(found)
    if written.isdecimal():
        # Ten digits without a sign that begin as a telephone number are one.
        return not year.startswith("0")
    date_is_whole = re.fullmatch(r"\d{6}", written[: found.start("before") - found.start()])
    last_is_whole = found["last"].isdecimal() and len(found["last"]) == len(last)
    return bool(date_is_whole and last_is_whole and (found["sign"] or found["before"]))


def _is_a_time(found: re.Match[str]) -> bool:
    """``2026-11-25 1300`` is when something begins."""
    last = _digits(found["last"])
    apart = found["sign"] == "" and bool(found["before"] or found["after"])
    written = found.group()[: found.start("before") - found.start()]
    dashed = not written.isdecimal()
    return apart and dashed and int(last[:2]) < _LATEST_HOUR and int(last[2:]) < _MOST_MINUTES


def _is_day(month: str, day: str) -> bool:
    born = int(day) - _COORDINATION if int(day) > _COORDINATION else int(day)
    return 1 <= int(month) <= 12 and 1 <= born <= 31  # noqa: PLR2004  of a calendar


def _digits(written: str) -> str:
    """The digits alone, in their common form."""
    return "".join(str(int(sign)) for sign in written if sign.isdecimal())


def _sums_up(digits: str) -> bool:
    """Luhn's check of ten digits."""
    total = 0
    for place, digit in enumerate(map(int, digits)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004  of one digit
    return total % 10 == 0
