"""The sentences of a text, as places in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A run of signs is looked at once, from where it begins: somebody may write a thousand dots.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)]*+(?=\s)|\n|•(?=\s)")
_SHORT = re.compile(r"(?:^|\W)(?:\w|t\.ex|bl\.a|d\.v\.s|e\.g|i\.e|kl|ca)\.$", re.IGNORECASE)
_BULLET = re.compile(r"(?:[-–*•>]++|\d{1,4}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a text: ``text[start:end]``."""

    start: int
    end: int
    text: str

    @property
    def asks(self) -> bool:
        """Whether it ends as a question."""
        return self.text.rstrip("\"'”’) !.").endswith("?")


def sentences(text: str) -> Iterator[Sentence]:
    """Every sentence, without the space around it or the mark of a list before it."""
    at = 0
    for end in _END.finditer(text):
        if end.group() in ("\n", "•"):
            yield from _trimmed(text, at, end.start())
        elif _SHORT.search(text[max(at, end.end() - 8) : end.end()]) is None:
            yield from _trimmed(text, at, end.end())
        else:
            continue
        at = end.end()
    yield from _trimmed(text, at, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[Sentence]:
    while start < end and text[start].isspace():
        start += 1
    bullet = _BULLET.match(text, start, end)
    if bullet is not None:
        start = bullet.end()
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Sentence(start, end, text[start:end])
