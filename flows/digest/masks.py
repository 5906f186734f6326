"""What must not leave with a quote: personal numbers, telephones, addresses, names.

A quote keeps its span and its words, so that it can be checked to the letter; masks are
places in the reply, and a renderer shows a word in their stead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flows.digest.identity_numbers import identity_numbers
from flows.digest.names import roster
from flows.digest.whereabouts import accounts, mail_addresses, postal_addresses


class MaskKind(StrEnum):
    """What is under a mask."""

    PERSONAL_NUMBER = "personal number"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
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

_LIKE_A_PHONE = re.compile(r"(?<![\w+])[+(]{0,2}\d(?:[\s().\-/–]{0,3}\d){6,15}(?!\w)")
_HOURS = re.compile(r"\d{1,2}[.:]\d{2}\s?[-–]\s?\d{1,2}[.:]\d{2}")
_DIGITS = re.compile(r"\d")
_FEWEST_DIGITS = 6


def find_masks(text: str, names: Iterable[str] = (), *, region: str = "SE") -> tuple[Mask, ...]:
    """What of a text must not be shown, in order; places do not overlap.

    Args:
        names: how people of the dialogue are called (`flows.digest.names`).
        region: whose telephone numbers need no country code.
    """
    found = [Mask(*place, MaskKind.EMAIL) for place in mail_addresses(text)]
    found += [Mask(*place, MaskKind.NAME) for place in accounts(text)]
    if may_hold_numbers(text):
        found += [Mask(*place, MaskKind.PERSONAL_NUMBER) for place in identity_numbers(text)]
        found += _phones(text, region, [(mask.start, mask.end) for mask in found])
    found += [Mask(*place, MaskKind.ADDRESS) for place in postal_addresses(text)]
    known = roster(tuple(sorted(set(names))))
    found += [Mask(*place, MaskKind.NAME) for place in known.places_in(text)]
    return _without_overlaps(found)


def may_hold_numbers(text: str) -> bool:
    """Whether a text has digits enough for a telephone or a personal number."""
    return sum(1 for _ in _DIGITS.finditer(text)) >= _FEWEST_DIGITS


def _phones(text: str, region: str, taken: Sequence[tuple[int, int]]) -> Iterator[Mask]:
    import phonenumbers  # noqa: PLC0415  its tables are large

    nobodys = (
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.UAN,
    )
    # Short pieces: over a long text of digits the library takes minutes.
    for piece in _LIKE_A_PHONE.finditer(text):
        if _HOURS.fullmatch(piece.group()):
            continue
        for match in phonenumbers.PhoneNumberMatcher(piece.group(), region):
            if phonenumbers.number_type(match.number) in nobodys:
                # Help lines are such: what people should call is not hidden from them.
                continue
            begin, end = piece.start() + match.start, piece.start() + match.end
            if not any(begin < other_end and start < end for start, other_end in taken):
                yield Mask(begin, end, MaskKind.PHONE)


def _without_overlaps(masks: Iterable[Mask]) -> tuple[Mask, ...]:
    kept: list[Mask] = []
    for mask in sorted(masks):
        if kept and mask.start < kept[-1].end:
            first = kept.pop()
            mask = Mask(first.start, max(first.end, mask.end), first.kind)  # noqa: PLW2901  grown
        kept.append(mask)
    return tuple(kept)
