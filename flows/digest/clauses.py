"""The sentences of a text, as places in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(
    r"(?:(?<=[.!?…])(?<!\b[A-ZÅÄÖa-zåäö]\.)(?<!t\.ex\.)(?<!bl\.a\.)(?<!\be\.g\.)|(?<=[.!?…][\"'”’)]))\s+"
    r"|\s*\n\s*(?:[-*•]\s+|\d+[.)]\s+)?|\s+[•]\s+"
)
_BULLET = re.compile(r"\s*(?:[-–*•>]+|\d+[.)])\s+")


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
        yield from _trimmed(text, at, end.start())
        at = end.end()
    yield from _trimmed(text, at, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[Sentence]:
    bullet = _BULLET.match(text, start, end)
    if bullet is not None:
        start = bullet.end()
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Sentence(start, end, text[start:end])
