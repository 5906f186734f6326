"""Seating by hand's way: deal people out, then let those who sit badly swap or move.

Quick, and nearly always as good as can be; it cannot say that it is. Where the bound of the
task is not reached, `flows.grouping.solver` goes on from here.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from operator import itemgetter

from flows.grouping.demands import RULE_WEIGHT, Task, counted
from flows.grouping.people import PersonId

_MOST_TRIES = 2_000_000
"""Changes looked at before it has to be good enough: some seconds, for a list of thousands."""


def seat_by_swaps(task: Task, *, seed: int = 0) -> dict[PersonId, int]:
    """A seating that no single move and no swap of two makes better.

    Args:
        seed: another one gives another seating; the same gives the same, on every machine.
    """
    board = _Board(task, deal(task, seed=seed))
    while board.cost_of_rest > 0 and board.better():
        pass
    return board.seats


def deal(task: Task, *, seed: int = 0) -> dict[PersonId, int]:
    """Like cards: one kind after the other, each to the table with the fewest."""
    seats = dict(task.fixed)
    seats.update({one: at for one, at in task.home.items() if one not in seats})
    sizes = [0, *counted(seats, seats, task.groups)]
    kinds: dict[tuple[int, ...], list[PersonId]] = defaultdict(list)
    for person in task.people:
        kind = tuple(n for n, demand in enumerate(task.demands) if person in demand.who)
        kinds[kind].append(person)
    place = _number(f"{seed}") % task.groups if seed else 0
    for kind in sorted(kinds, key=lambda one: (-len(kinds[one]), one)):
        for person in sorted(kinds[kind], key=lambda one: (_number(f"{seed}/{one}"), one)):
            if person not in seats:
                around = (*range(place, task.groups), *range(place))
                at = 1 + min(around, key=lambda group: sizes[group + 1])
                seats[person] = at
                sizes[at] += 1
                place = at % task.groups
    return seats


def _number(words: str) -> int:
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:6])


class _Board:
    """Counts for every demand and table, kept while people change places."""

    def __init__(self, task: Task, seats: dict[PersonId, int]) -> None:
        self.seats = seats
        self._task = task
        self._counts = [[0, *counted(one.who, seats, task.groups)] for one in task.demands]
        self._of = {
            person: tuple(n for n, one in enumerate(task.demands) if person in one.who)
            for person in task.people
        }
        self._sets = {
            person: tuple(one.people for one in task.together if person in one.people)
            for person in task.people
        }
        most = len(task.people) + 1
        self._price = [
            [one.weight * one.misses(found) for found in range(most + 1)] for one in task.demands
        ]
        # What is missed beyond what nobody can help.
        self._missed = [
            sum(price[found] for found in counts[1:]) - one.unavoidable(task.groups)
            for one, counts, price in zip(task.demands, self._counts, self._price, strict=True)
        ]
        self._tries = 0
        self._free = [person for person in task.people if person not in task.fixed]
        self.cost_of_rest = task.cost(seats) - task.bound

    def better(self) -> bool:
        """Let everybody who sits badly make her best move or swap; False if none helps."""
        before = self.cost_of_rest
        for person in self._free:
            if self._tries < _MOST_TRIES and self._is_unhappy(person):
                gain, partner, table = min(self._changes(person), key=itemgetter(0))
                if gain < 0:
                    self._change(person, partner, table)
                    self.cost_of_rest += gain
        return self.cost_of_rest < before

    def _change(self, person: PersonId, partner: PersonId | None, table: int) -> None:
        here = self.seats[person]
        self._put(person, table)
        if partner is not None:
            self._put(partner, here)

    def _changes(self, person: PersonId) -> Iterator[tuple[int, PersonId | None, int]]:
        """What she could do: what it adds to the cost, with whom, and to which table."""
        here = self.seats[person]
        self._tries += self._task.groups + len(self._free)
        yield 0, None, here
        for table in range(1, self._task.groups + 1):
            if table != here:
                yield self._gain(person, here, table), None, table
        for other in self._free:
            table = self.seats[other]
            if table != here:
                yield self._gain_of_swap(person, other), other, table

    def _is_unhappy(self, person: PersonId) -> bool:
        """Whether she has a part in something that is missed and could be met."""
        at = self.seats[person]
        return (
            any(self._missed[number] > 0 for number in self._of[person])
            or any(self.seats[one] != at for group in self._sets[person] for one in group)
            or self._task.home.get(person, at) != at
        )

    def _gain(self, person: PersonId, here: int, there: int) -> int:
        total = sum(self._step(number, here, there) for number in self._of[person])
        return total + self._gain_around(person, {person: there})

    def _step(self, number: int, here: int, there: int) -> int:
        """What a demand's cost grows by when one of its people goes from here to there."""
        counts, price = self._counts[number], self._price[number]
        before, after = counts[here], counts[there]
        return price[before - 1] - price[before] + price[after + 1] - price[after]

    def _gain_of_swap(self, one: PersonId, other: PersonId) -> int:
        here, there = self.seats[one], self.seats[other]
        mine, others = self._of[one], self._of[other]
        # What both count for stays as it is.
        total = sum(self._step(n, here, there) for n in mine if n not in others)
        total += sum(self._step(n, there, here) for n in others if n not in mine)
        change = {one: there, other: here}
        total += self._gain_around(one, change)
        shared = set(self._sets[one]) & set(self._sets[other])
        return total + self._gain_around(other, change, besides=shared)

    def _gain_around(
        self,
        person: PersonId,
        change: Mapping[PersonId, int],
        besides: Collection[frozenset[PersonId]] = (),
    ) -> int:
        """What changes for those she shall sit with, and for her own wish to stay."""
        total = 0
        for group in self._sets[person]:
            if group not in besides:
                before = {self.seats[one] for one in group}
                after = {change.get(one, self.seats[one]) for one in group}
                total += RULE_WEIGHT * (len(after) - len(before))
        home = self._task.home.get(person)
        if home is not None:
            total += self._task.stay * ((change[person] != home) - (self.seats[person] != home))
        return total

    def _put(self, person: PersonId, table: int) -> None:
        here = self.seats[person]
        for number in self._of[person]:
            self._missed[number] += self._step(number, here, table)
            self._counts[number][here] -= 1
            self._counts[number][table] += 1
        self.seats[person] = table
