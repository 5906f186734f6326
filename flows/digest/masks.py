"""What must not leave with a quote: personal numbers, telephones, addresses, names.

A quote keeps its span and its words, so that it can be checked to the letter; masks are
places in the reply, and a renderer shows a word in their stead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


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
