"""Rules as one sort of arithmetic, so that two ways of seating can be compared by one number.

Everything that is asked is a demand: of these people, so many to so many at each table. A
table that misses it by two costs twice its weight. Whoever shall sit together costs the
weight for each table too many. Weights are a ladder: no gain below is worth a loss above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from flows.grouping.people import Person, PersonId, by_organisation, by_role
from flows.grouping.rules import Apart, AtLeast, AtLeastEach, AtMost, Rule, Rules, Together

SIZE_WEIGHT = 100_000
RULE_WEIGHT = 10_000
MOVE_WEIGHT = 100
BALANCE_WEIGHT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Of `who`, at least `least` and at most `most` at each table.

    `rule` is where it comes from: None for the size of tables, and for even spreading.
    `named` is the organisation or role, as it is written on the list.
    """

    who: frozenset[PersonId]
    least: int
    most: int
    weight: int
    rule: Rule | None = None
    named: str = ""

    def misses(self, found: int) -> int:
        """How far a table with so many of them is from what is asked."""
        return max(0, self.least - found, found - self.most)

    def unavoidable(self, groups: int) -> int:
        """What it costs at the least, however everybody is seated."""
        short = self.least * groups - len(self.who)
        over = len(self.who) - self.most * groups
        return self.weight * max(0, short, over)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A seating to be found: people, tables, demands, and who sits fast.

    `home` is where people sit now, and `stay` what it costs to move one of them.
    """

    people: tuple[PersonId, ...]
    groups: int
    demands: tuple[Demand, ...]
    together: tuple[Together, ...]
    fixed: Mapping[PersonId, int]
    home: Mapping[PersonId, int]
    stay: int = 0

    def cost(self, seats: Mapping[PersonId, int]) -> int:
        """How far a seating is from everything that is asked; 0 is perfect."""
        total = sum(
            demand.weight * sum(map(demand.misses, counted(demand.who, seats, self.groups)))
            for demand in self.demands
        )
        total += sum(RULE_WEIGHT * (spread(one, seats) - 1) for one in self.together)
        return total + self.stay * sum(seats[one] != at for one, at in self.home.items())

    @property
    def bound(self) -> int:
        """No seating costs less than this."""
        return sum(demand.unavoidable(self.groups) for demand in self.demands)


def counted(who: Iterable[PersonId], seats: Mapping[PersonId, int], groups: int) -> list[int]:
    """How many of these people sit at each table, first table first."""
    counts = [0] * groups
    for person in who:
        counts[seats[person] - 1] += 1
    return counts


def spread(together: Together, seats: Mapping[PersonId, int]) -> int:
    """At how many tables those sit who shall sit together."""
    return len({seats[person] for person in together.people})


def make_task(
    people: Sequence[Person],
    rules: Rules,
    groups: int,
    *,
    fixed: Mapping[PersonId, int],
    home: Mapping[PersonId, int] | None = None,
) -> Task:
    """What is asked, as demands. With `home`, people are left where they are if possible."""
    here = frozenset(person.id for person in people)
    smallest, largest = rules.sizes_for(len(people), groups, slack=0 if home is None else 1)
    demands = [Demand(who=here, least=smallest, most=largest, weight=SIZE_WEIGHT)]
    for rule in rules.rules:
        demands += _demands(rule, people, here)
    for named in (by_organisation(people), by_role(people)):
        demands += [_evenly(members, groups) for members in named.values()]
    together = (rule for rule in rules.rules if isinstance(rule, Together))
    present = (Together(one.people & here) for one in together)
    return Task(
        people=tuple(sorted(here)),
        groups=groups,
        demands=tuple(demands),
        together=tuple(one for one in present if len(one.people) > 1),
        fixed={person: at for person, at in fixed.items() if person in here},
        home={} if home is None else {one: at for one, at in home.items() if one in here},
        stay=0 if home is None else MOVE_WEIGHT,
    )


def _demands(rule: Rule, people: Sequence[Person], here: frozenset[PersonId]) -> list[Demand]:
    match rule:
        case AtMost(number):
            return _each(rule, people, 0, number)
        case AtLeastEach(number):
            return _each(rule, people, number, len(people))
        case AtLeast(number):
            who = _ids(people, rule.fits)
            return [_ruled(rule, who, number, len(people), "/".join(rule.words))]
        case Apart():
            return [_ruled(rule, rule.people & here, 0, 1)]
        case Together():
            return []
        case _:
            assert_never(rule)


def _each(rule: Rule, people: Sequence[Person], least: int, most: int) -> list[Demand]:
    return [
        _ruled(rule, frozenset(one.id for one in members), least, most, members[0].organisation)
        for members in by_organisation(people).values()
    ]


def _ruled(rule: Rule, who: frozenset[PersonId], least: int, most: int, named: str = "") -> Demand:
    return Demand(who=who, least=least, most=most, weight=RULE_WEIGHT, rule=rule, named=named)


def _evenly(members: Sequence[Person], groups: int) -> Demand:
    even, left = divmod(len(members), groups)
    return Demand(
        who=frozenset(one.id for one in members),
        least=even,
        most=even + (left > 0),
        weight=BALANCE_WEIGHT,
    )


def _ids(people: Iterable[Person], fits: Callable[[Person], bool]) -> frozenset[PersonId]:
    return frozenset(person.id for person in people if fits(person))
