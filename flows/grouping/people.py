"""Who is seated, and where."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NewType

from flows.ids import UserId

PersonId = NewType("PersonId", int)
"""Somebody on a list of participants, numbered in the order of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on the list. `user_id` is her account in the chat, if she has one."""

    id: PersonId
    name: str
    role: str = ""
    organisation: str = ""
    user_id: UserId | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Who sits at which table. Tables are numbered from 1 to `groups`; some may be empty."""

    groups: int
    seats: Mapping[PersonId, int]

    def tables(self) -> dict[int, tuple[PersonId, ...]]:
        """The people of each table, in the order of the list."""
        tables: dict[int, list[PersonId]] = defaultdict(list)
        for person in sorted(self.seats):
            tables[self.seats[person]].append(person)
        return {group: tuple(tables[group]) for group in range(1, self.groups + 1)}

    def moved(self, before: Plan) -> tuple[PersonId, ...]:
        """Who sits in both plans, and not at the same table."""
        both = sorted(self.seats.keys() & before.seats.keys())
        return tuple(one for one in both if self.seats[one] != before.seats[one])


def folded(words: str) -> str:
    """Words as they are compared: no difference of case, of å and a, or of spaces."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(letters.split())


def by_organisation(people: Iterable[Person]) -> dict[str, tuple[Person, ...]]:
    """The people of each organisation, those of none left out; keyed by its `folded` name."""
    found: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        if person.organisation:
            found[folded(person.organisation)].append(person)
    return {name: tuple(members) for name, members in sorted(found.items())}


def by_role(people: Iterable[Person]) -> dict[str, tuple[Person, ...]]:
    """The people of each role, likewise."""
    found: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        if person.role:
            found[folded(person.role)].append(person)
    return {name: tuple(members) for name, members in sorted(found.items())}
