"""What must not leave with a quote: personal numbers, telephones, addresses, names.

A quote keeps its span and its words, so that it can be checked to the letter; masks are
places in the reply, and a renderer shows a word in their stead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class MaskKind(StrEnum):
    """What is under a mask."""

    PERSONAL_NUMBER = "personal number"
    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"


MaskWord = Callable[[MaskKind], str]
"""What is shown in the place of a kind, in the reader's language: ``[phone number]``."""


@dataclass(frozen=True, slots=True, order=True)
class Mask:
    """A place in a text that must not be shown; `end` is the first character after it."""

    start: int
    end: int
    kind: MaskKind


def covered(text: str, masks: Iterable[Mask], word: MaskWord, *, start: int = 0) -> str:
    """The text with each mask's word in its place.

    Args:
        start: where in the masked text `text` begins; a mask that begins before it or ends
            after it covers what of it is there.
    """
    shown: list[str] = []
    at = 0
    for mask in sorted(masks):
        begin, end = max(mask.start - start, at), min(mask.end - start, len(text))
        if begin >= end:
            continue
        shown += [text[at:begin], word(mask.kind)]
        at = end
    return "".join([*shown, text[at:]])


# -------------------------------------------------------------------- finding

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PERSONAL = re.compile(r"(?<!\d)(?:19|20)?(\d{2})(\d{2})(\d{2})[ ]?[-+–]?[ ]?(\d{4})(?!\d)")
_LIKE_A_PHONE = re.compile(r"(?<![\w+])[+(]?\d(?:[\s().\-/–]{0,3}\d){6,15}(?!\w)")
_DIGITS = re.compile(r"\d")
_FEWEST_DIGITS = 6
_COORDINATION = 60
"""Added to the day of a number for people who are not registered as living in Sweden."""

_SHORTEST_NAME = 3


def find_masks(text: str, names: Iterable[str] = (), *, region: str = "SE") -> tuple[Mask, ...]:
    """What of a text must not be shown, in order; places do not overlap.

    Args:
        names: how people of the dialogue are called: each whole name, and each word of it that
            is written with a capital letter.
        region: whose telephone numbers need no country code.
    """
    found = [Mask(*match.span(), MaskKind.EMAIL) for match in _EMAIL.finditer(text)]
    if may_hold_numbers(text):
        found += _personal_numbers(text)
        found += _phones(text, region, [(mask.start, mask.end) for mask in found])
    pattern = _names(tuple(sorted(set(names))))
    if pattern is not None:
        found += [Mask(*match.span(), MaskKind.NAME) for match in pattern.finditer(text)]
    return _without_overlaps(found)


def may_hold_numbers(text: str) -> bool:
    """Whether a text has digits enough for a telephone or a personal number."""
    return sum(1 for _ in _DIGITS.finditer(text)) >= _FEWEST_DIGITS


def _personal_numbers(text: str) -> Iterator[Mask]:
    for match in _PERSONAL.finditer(text):
        _, month, day, _ = match.groups()
        born = int(day) - _COORDINATION if int(day) > _COORDINATION else int(day)
        if not (1 <= int(month) <= 12 and 1 <= born <= 31):  # noqa: PLR2004  of a calendar
            continue
        # Ten digits without a sign that begin as a mobile number are one, if the sum is wrong.
        is_bare = match.group().isdecimal() and match.group().startswith("07")
        if is_bare and not _sums_up("".join(match.groups())):
            continue
        if _sums_up("".join(match.groups())) or not match.group().isdecimal():
            yield Mask(*match.span(), MaskKind.PERSONAL_NUMBER)


def _sums_up(digits: str) -> bool:
    """Luhn's check of ten digits."""
    total = 0
    for place, digit in enumerate(map(int, digits)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004  of one digit
    return total % 10 == 0


def _phones(text: str, region: str, taken: Sequence[tuple[int, int]]) -> Iterator[Mask]:
    import phonenumbers  # noqa: PLC0415  its tables are large

    # Short pieces: over a long text of digits the library takes minutes.
    for piece in _LIKE_A_PHONE.finditer(text):
        for match in phonenumbers.PhoneNumberMatcher(piece.group(), region):
            begin, end = piece.start() + match.start, piece.start() + match.end
            if not any(begin < other_end and start < end for start, other_end in taken):
                yield Mask(begin, end, MaskKind.PHONE)


@lru_cache(maxsize=16)
def _names(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Whole names however they are written; the words of a name where they begin large.

    "Kim" is a name in "Kim said", and "sten" (stone) none in a sentence about stones, even if
    somebody is called Sten.
    """
    whole = {" ".join(name.split()) for name in names if len(name.strip()) >= _SHORTEST_NAME}
    parts = {
        part
        for name in whole
        for part in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", name)
        if len(part) >= _SHORTEST_NAME
    }
    if not whole:
        return None
    several = sorted((name for name in whole if " " in name), key=len, reverse=True)
    single = sorted((part[:1].upper() + part[1:] for part in parts), key=len, reverse=True)
    either = [
        *(rf"(?i:{re.escape(name)})".replace(r"\ ", r"\s+") for name in several),
        *(rf"(?:{re.escape(part)}|{re.escape(part.upper())})" for part in single),
    ]
    if not either:
        return None
    # A genitive belongs to it; nobody is hidden by "[name]s bil".
    return re.compile(rf"(?<!\w)(?:{'|'.join(either)})(?=s?(?!\w))")


def _without_overlaps(masks: Iterable[Mask]) -> tuple[Mask, ...]:
    kept: list[Mask] = []
    for mask in sorted(masks):
        if kept and mask.start < kept[-1].end:
            first = kept.pop()
            mask = Mask(first.start, max(first.end, mask.end), first.kind)  # noqa: PLW2901  grown
        kept.append(mask)
    return tuple(kept)
