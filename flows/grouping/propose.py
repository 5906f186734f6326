"""The proposal: who sits where, what could not be met, and how even it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from flows.grouping.demands import BALANCE_WEIGHT, Demand, Task, counted, make_task, spread
from flows.grouping.people import Person, PersonId, Plan
from flows.grouping.rules import Apart, Rule, Rules, Together
from flows.grouping.solver import seat_by_solver
from flows.grouping.swaps import seat_by_swaps


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """Something asked that could not be given.

    `rule` is None for the size of tables. `named` is the organisation or the words the rule
    is about; `there_are` how many such people there are in all. `tables` says where, each
    with how many it has; `wanted` is the number that was missed.
    """

    rule: Rule | None
    wanted: int
    tables: Mapping[int, int]
    there_are: int
    named: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """How even the tables are.

    `uneven` counts, over all organisations and roles, how far tables are from an even share
    of them; `proved` says that no seating does better by what was asked.
    """

    uneven: int
    proved: bool
    moved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A plan, and what is to be known of it."""

    plan: Plan
    unmet: tuple[Unmet, ...]
    measures: Measures


def propose(
    people: Sequence[Person],
    rules: Rules,
    *,
    seed: int = 0,
    locked: Mapping[PersonId, int] | None = None,
    solves: bool = True,
) -> Proposal:
    """Seat everybody.

    Args:
        seed: another seed gives other tables that are as good; the same gives the same.
        locked: who sits fast, and at which table.
        solves: whether the solver goes on where swapping does not reach what is possible.
    """
    fixed = dict(locked or {})
    groups = max(rules.groups_for(len(people)), 1, *fixed.values())
    task = make_task(people, rules, groups, fixed=fixed)
    return _found(task, seed=seed, solves=solves)


def rebalance(
    plan: Plan,
    people: Sequence[Person],
    rules: Rules,
    *,
    pinned: Collection[PersonId] = (),
    solves: bool = True,
) -> Proposal:
    """Seat those who came and close up after those who did not, moving as few as possible.

    Args:
        people: all who are here now; who is not in `plan` has come, who is missing has gone.
        pinned: who is not moved whatever it costs: those who have answered, and the locked.
    """
    here = {person.id for person in people}
    home = {one: at for one, at in plan.seats.items() if one in here}
    fixed = {one: home[one] for one in pinned if one in home}
    task = make_task(people, rules, plan.groups, fixed=fixed, home=home)
    return _found(task, before=plan, solves=solves)


def judge(
    plan: Plan,
    people: Sequence[Person],
    rules: Rules,
    *,
    proved: bool = False,
) -> Proposal:
    """What is to be known of a plan as it stands, after somebody was moved by hand."""
    task = make_task(people, rules, plan.groups, fixed={})
    return _judged(task, plan, proved=proved)


def _found(task: Task, *, seed: int = 0, before: Plan | None = None, solves: bool) -> Proposal:
    if not task.people:
        return _judged(task, Plan(task.groups, {}), proved=True)
    seats = seat_by_swaps(task, seed=seed)
    cost = task.cost(seats)
    # Nobody moved and nothing missed but evenness: nobody shall be moved for that alone.
    settled = cost == task.bound or (before is not None and cost - task.bound < task.stay)
    if not settled and solves:
        solved = seat_by_solver(task, seats)
        return _judged(task, Plan(task.groups, solved.seats), proved=solved.proved, before=before)
    return _judged(task, Plan(task.groups, seats), proved=settled, before=before)


def _judged(task: Task, plan: Plan, *, proved: bool, before: Plan | None = None) -> Proposal:
    unmet = [one for demand in task.demands for one in _missed(demand, plan)]
    unmet += [one for rule in task.together for one in _split(rule, plan)]
    even = [demand for demand in task.demands if demand.weight == BALANCE_WEIGHT]
    uneven = sum(
        sum(map(demand.misses, counted(demand.who, plan.seats, plan.groups))) for demand in even
    )
    moved = 0 if before is None else len(plan.moved(before))
    return Proposal(
        plan=plan,
        unmet=tuple(unmet),
        measures=Measures(uneven=uneven, proved=proved, moved=moved),
    )


def _missed(demand: Demand, plan: Plan) -> Iterable[Unmet]:
    if demand.weight == BALANCE_WEIGHT:
        return
    counts = dict(enumerate(counted(demand.who, plan.seats, plan.groups), start=1))
    for wanted, tables in (
        (demand.least, {group: n for group, n in counts.items() if n < demand.least}),
        (demand.most, {group: n for group, n in counts.items() if n > demand.most}),
    ):
        if tables:
            yield Unmet(
                rule=demand.rule,
                wanted=wanted,
                tables=tables,
                there_are=len(demand.who),
                named=demand.named,
            )


def _split(rule: Together, plan: Plan) -> Iterable[Unmet]:
    if spread(rule, plan.seats) > 1:
        counts = counted(rule.people, plan.seats, plan.groups)
        tables = {group: n for group, n in enumerate(counts, start=1) if n}
        yield Unmet(rule=rule, wanted=1, tables=tables, there_are=len(rule.people))


def contradictions(rules: Rules) -> tuple[tuple[Together, Apart], ...]:
    """Rules that cannot both be met: two who shall sit together and apart."""
    together = [rule for rule in rules.rules if isinstance(rule, Together)]
    apart = [rule for rule in rules.rules if isinstance(rule, Apart)]
    return tuple(
        (one, other)
        for one in together
        for other in apart
        if any(frozenset(pair) <= other.people for pair in combinations(one.people, 2))
    )
