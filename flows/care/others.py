"""Hearing that somebody is in danger whom the writer worries for: her daughter, his friend.

A rule needs a person of the writer's own (`who`: "my daughter") or a pronoun for one, and what
is said of that person now. Talk of people in general, of what is long past, of what would be if,
and what is denied are not found. Each pattern reads what `flows.care.plain.plain` gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

RULE = "worry for somebody else"
"""The name under which it is found."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Others:
    """How danger of another is said in a language (`code`).

    `of_her` is said of a person of the writer's, `of_pronoun` of him or her, which counts if
    `who` stands before it, or `asks` anywhere and not `anybody` before it; `alone` needs neither.
    `says` is what comes before words of hers that are repeated. `supposed` before it in its
    sentence takes the meaning away, and so does `past` anywhere in it, which `still` outdoes.
    """

    code: str
    who: re.Pattern[str]
    of_her: re.Pattern[str]
    of_pronoun: re.Pattern[str]
    alone: re.Pattern[str]
    asks: re.Pattern[str]
    anybody: re.Pattern[str]
    says: re.Pattern[str]
    supposed: re.Pattern[str]
    past: re.Pattern[str]
    still: re.Pattern[str]

    def worries(self, said: str) -> bool:
        """Whether somebody else is in danger by what was said."""
        return any(self._counts(said, found) for found in self._found(said))

    def are_meant(self, said: str, start: int, end: int) -> bool:
        """Whether what stands there is said of another, and not of the writer."""
        return any(begin < end and start < stop for begin, stop in _said_of_others(self, said))

    def _found(self, said: str) -> Iterator[re.Match[str]]:
        yield from self.of_a_person(said)
        yield from self.alone.finditer(said)

    def of_a_person(self, said: str) -> Iterator[re.Match[str]]:
        """What is said of another, be it supposed or past too."""
        own = self.who.search(said)
        if own is not None:
            yield from self.of_her.finditer(said)
            yield from self.of_pronoun.finditer(said, own.start())
        elif self.asks.search(said) is not None:
            for found in self.of_pronoun.finditer(said):
                if self.anybody.search(said, 0, found.start()) is None:
                    yield found

    def _counts(self, said: str, found: re.Match[str]) -> bool:
        before = said[: found.start()]
        begins = before.rfind(" . ") + 1
        ends = said.find(" . ", found.end())
        sentence = said[begins : ends if ends >= 0 else len(said)]
        if self.supposed.search(before[begins:]):
            return False
        return self.past.search(sentence) is None or self.still.search(sentence) is not None

    def repeats(self, before: str) -> bool:
        """Whether a person of the writer's says what comes right after this."""
        found = self.says.search(before)
        return found is not None and self._counts(before, found)


@lru_cache(maxsize=8)
def _said_of_others(others: Others, said: str) -> tuple[tuple[int, int], ...]:
    """Where something is said of another; asked again for each thing found in the same text."""
    return tuple(found.span() for found in others.of_a_person(said))
