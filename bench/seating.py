"""``python -m bench.seating``: the solver against swapping by hand's way, on made-up lists.

Prints the table of docs/decisions/0035: what each misses, how uneven the tables are, how long
it takes, and whether it is known that nothing is better.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from flows.grouping.demands import Task, make_task
from flows.grouping.people import Person, PersonId, Plan
from flows.grouping.propose import Proposal, judge, propose
from flows.grouping.rules import Apart, AtLeast, AtLeastEach, AtMost, Rule, Rules, Size, Together
from flows.grouping.solver import seat_by_solver
from flows.grouping.swaps import deal

SEEDS = range(1, 21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sort of list, and what is asked of its tables."""

    name: str
    people: Callable[[random.Random], list[Person]]
    rules: Callable[[random.Random, list[Person]], Rules]


def _crowd(chance: random.Random, size: int, organisations: int, roles: int) -> list[Person]:
    """People of organisations that are as unlike in size as they are in a municipality."""
    weights = [1 / (1 + place) for place in range(organisations)]
    return [
        Person(
            id=PersonId(number),
            name=f"Person {number}",
            organisation=f"Organisation {chance.choices(range(organisations), weights)[0]}",
            role=f"Role {chance.randrange(roles):02}",
        )
        for number in range(1, size + 1)
    ]


def _pairs(
    chance: random.Random, people: list[Person], together: int, apart: int
) -> Iterator[Rule]:
    ids = [person.id for person in people]
    for _ in range(together):
        yield Together(frozenset(chance.sample(ids, 3)))
    for _ in range(apart):
        yield Apart(frozenset(chance.sample(ids, 4)))


CASES = (
    Case(
        name="60 at 10, at most 2 of one employer, 3 roles everywhere",
        people=lambda chance: _crowd(chance, 60, 14, 12),
        rules=lambda _chance, _people: Rules(
            size=Size(groups=10),
            rules=(AtMost(2), *(AtLeast(1, (f"Role 0{n}", f"Role 0{n + 3}")) for n in range(3))),
        ),
    ),
    Case(
        name="90 at 15, two organisations, at least 2 of each",
        people=lambda chance: _crowd(chance, 90, 2, 8),
        rules=lambda _chance, _people: Rules(size=Size(groups=15), rules=(AtLeastEach(2),)),
    ),
    Case(
        name="24 at 4, at most 2 of one organisation",
        people=lambda chance: _crowd(chance, 24, 8, 6),
        rules=lambda _chance, _people: Rules(size=Size(groups=4), rules=(AtMost(2),)),
    ),
    Case(
        name="90 at 15, with 8 trios together and 8 fours apart",
        people=lambda chance: _crowd(chance, 90, 12, 15),
        rules=lambda chance, people: Rules(
            size=Size(groups=15), rules=(AtMost(2), *_pairs(chance, people, 8, 8))
        ),
    ),
    Case(
        name="40 at 8, with more wishes than can be met",
        people=lambda chance: _crowd(chance, 40, 5, 6),
        rules=lambda chance, people: Rules(
            size=Size(groups=8),
            rules=(AtMost(1), AtLeast(1, ("Role 00",)), *_pairs(chance, people, 9, 14)),
        ),
    ),
)


@dataclass(slots=True)
class Tally:
    """What one way came to over all lists of a case."""

    cost: int = 0
    best: int = 0
    proved: int = 0
    longest_s: float = 0.0

    def add(self, cost: int, best: int, took_s: float, *, proved: bool) -> None:
        """One list more."""
        self.cost += cost
        self.best += cost == best
        self.proved += proved
        self.longest_s = max(self.longest_s, took_s)


def _timed(work: Callable[[], Proposal]) -> tuple[Proposal, float]:
    began = time.perf_counter()
    proposal = work()
    return proposal, time.perf_counter() - began


def _solved(task: Task, people: list[Person], rules: Rules) -> Proposal:
    solved = seat_by_solver(task, deal(task))
    return judge(Plan(task.groups, solved.seats), people, rules, proved=solved.proved)


def measure(case: Case) -> dict[str, Tally]:
    """All ways on all lists of a case."""
    tallies = {"swapping": Tally(), "solver alone": Tally(), "swapping, then solver": Tally()}
    for seed in SEEDS:
        chance = random.Random(seed)
        people = case.people(chance)
        rules = case.rules(chance, people)
        groups = rules.groups_for(len(people))
        task = make_task(people, rules, groups, fixed={})
        ways = {
            "swapping": _timed(partial(propose, people, rules, solves=False)),
            "solver alone": _timed(partial(_solved, task, people, rules)),
            "swapping, then solver": _timed(partial(propose, people, rules)),
        }
        costs = {name: task.cost(found.plan.seats) for name, (found, _) in ways.items()}
        for name, (found, took_s) in ways.items():
            tallies[name].add(
                costs[name], min(costs.values()), took_s, proved=found.measures.proved
            )
    return tallies


def main() -> None:
    """Print the table."""
    lists = len(SEEDS)
    print("| lists | way | mean cost | best of the three | proved best | longest |")
    print("|---|---|---|---|---|---|")
    for case in CASES:
        for name, tally in measure(case).items():
            print(
                f"| {case.name} | {name} | {tally.cost / lists:.1f} | {tally.best}/{lists} "
                f"| {tally.proved}/{lists} | {tally.longest_s:.2f} s |"
            )


if __name__ == "__main__":
    main()
