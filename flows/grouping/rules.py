"""What an organizer asks of the tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from flows.grouping.people import Person, PersonId, folded

TABLE_SIZE = 6
"""How many sit at a table if nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """At most so many of one organisation, whichever, at a table."""

    number: int
    kind: Literal["at_most"] = "at_most"


@dataclass(frozen=True, slots=True)
class AtLeastEach:
    """At least so many of every organisation at every table."""

    number: int
    kind: Literal["at_least_each"] = "at_least_each"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least so many at every table whose role or organisation has one of these words in it."""

    number: int
    words: tuple[str, ...]
    kind: Literal["at_least"] = "at_least"

    def fits(self, person: Person) -> bool:
        """Whether a person counts."""
        said = f"{folded(person.role)} | {folded(person.organisation)}"
        return any(folded(word) in said for word in self.words)


@dataclass(frozen=True, slots=True)
class Together:
    """These people at one table."""

    people: frozenset[PersonId]
    kind: Literal["together"] = "together"


@dataclass(frozen=True, slots=True)
class Apart:
    """No two of these people at one table."""

    people: frozenset[PersonId]
    kind: Literal["apart"] = "apart"


Rule = AtMost | AtLeastEach | AtLeast | Together | Apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many tables, or how many at each; `groups` goes before the sizes where both stand."""

    groups: int | None = None
    smallest: int | None = None
    largest: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything asked of the tables."""

    size: Size = Size()
    rules: tuple[Rule, ...] = field(default=())

    def groups_for(self, people: int) -> int:
        """How many tables so many people need."""
        if self.size.groups is not None:
            return self.size.groups
        smallest, largest = self.size.smallest, self.size.largest
        if smallest is None and largest is None:
            return max(1, round(people / TABLE_SIZE))
        most = max(1, people // smallest) if smallest else people
        fewest = -(-people // largest) if largest else 1
        middle = ((smallest or largest or 1) + (largest or smallest or 1)) / 2
        # A size between both bounds if there is one; too large a table is worse than a small one.
        return max(1, fewest, min(most, round(people / middle)))

    def sizes_for(self, people: int, groups: int, *, slack: int = 0) -> tuple[int, int]:
        """The smallest and the largest a table may be.

        Args:
            slack: how far from even they may be where no size is given: after the first
                answer nobody is moved to make six and six of seven and five.
        """
        even, left = divmod(people, groups)
        smallest = self.size.smallest if self.size.smallest is not None else even - slack
        largest = self.size.largest if self.size.largest is not None else even + (left > 0) + slack
        return max(0, min(smallest, even)), max(largest, even + (left > 0))
