"""Seating by a mixed integer program, solved by HiGHS: it says when nothing better exists.

People who are alike in everything that is asked are one kind, and only their number at each
table is a variable. That takes away most of the ways in which the same seating can be
written down, which is what such programs lose their time on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.grouping.demands import RULE_WEIGHT, Task, counted
from flows.grouping.people import PersonId

if TYPE_CHECKING:
    from highspy import Highs

MOST_SECONDS = 5.0
"""A stop for what is hopeless; until then the same list gives the same seating."""
_MOST_SEATS = 60_000
"""Beyond so many numbers the program alone is too large to be written down in time."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A seating, and whether it is proved that none is better."""

    seats: dict[PersonId, int]
    proved: bool


def seat_by_solver(
    task: Task, start: Mapping[PersonId, int], *, seconds: float = MOST_SECONDS
) -> Solved:
    """The best seating, or the best that was found in time; never worse than `start`."""
    # Loaded here: it takes 20 MB and a fifth of a second, for what most lists never need.
    import highspy  # noqa: PLC0415

    kinds = _kinds(task)
    if len(kinds) * task.groups > _MOST_SEATS:
        return Solved(dict(start), proved=False)
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # it has no types of its own here
    for option, value in _OPTIONS.items():
        highs.setOptionValue(option, value)
    highs.setOptionValue("time_limit", seconds)
    program = _Program(highs, task, kinds)
    program.write(start)
    highs.run()
    proved = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    values = [round(value) for value in highs.getSolution().col_value]
    seats = _seats(task, kinds, values, start)
    if seats is None or task.cost(seats) > task.cost(start):
        return Solved(dict(start), proved=False)
    return Solved(seats, proved=proved)


_OPTIONS: dict[str, bool | int | float] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    # Costs are whole numbers: who is less than one apart is equal.
    "mip_abs_gap": 0.99,
}


def _kinds(task: Task) -> list[tuple[PersonId, ...]]:
    """People alike in everything; who sits fast, belongs together or has a home is her own."""
    paired = frozenset(person for one in task.together for person in one.people)
    alike: dict[tuple[object, ...], list[PersonId]] = defaultdict(list)
    for person in task.people:
        demands = tuple(n for n, demand in enumerate(task.demands) if person in demand.who)
        own = person if person in paired else None
        key = (demands, own, task.fixed.get(person), task.home.get(person))
        alike[key].append(person)
    return [tuple(members) for members in alike.values()]


class _Program:
    """Columns and rows, in the order in which HiGHS numbers them."""

    def __init__(self, highs: Highs, task: Task, kinds: list[tuple[PersonId, ...]]) -> None:
        self._highs = highs
        self._task = task
        self._kinds = kinds
        self._columns = 0
        self._start: list[float] = []

    def _column(self, cost: float, most: float, value: float, *, whole: bool) -> int:
        self._highs.addCol(cost, 0.0, most, 0, [], [])
        if whole:
            import highspy  # noqa: PLC0415  as above; it is loaded by now

            self._highs.changeColIntegrality(self._columns, highspy.HighsVarType.kInteger)
        self._start.append(value)
        self._columns += 1
        return self._columns - 1

    def _row(self, least: float, most: float, entries: list[tuple[int, float]]) -> None:
        columns, factors = [one for one, _ in entries], [factor for _, factor in entries]
        self._highs.addRow(least, most, len(entries), columns, factors)

    def write(self, start: Mapping[PersonId, int]) -> None:
        """The whole program, with a seating to start from."""
        import highspy  # noqa: PLC0415  as above; it is loaded by now

        groups, infinite = range(1, self._task.groups + 1), float("inf")
        of = {person: kind for kind, members in enumerate(self._kinds) for person in members}
        seat: dict[tuple[int, int], int] = {}
        for kind, members in enumerate(self._kinds):
            found = counted(members, start, self._task.groups)
            for group in groups:
                most, cost = self._limits(members, group)
                seat[kind, group] = self._column(cost, most, found[group - 1], whole=True)
            entries = [(seat[kind, group], 1.0) for group in groups]
            self._row(len(members), len(members), entries)
        everybody = len(self._task.people)
        for demand in self._task.demands:
            kinds = sorted({of[person] for person in demand.who})
            found = counted(demand.who, start, self._task.groups)
            for group in groups:
                entries = [(seat[kind, group], 1.0) for kind in kinds]
                if demand.least > 0:
                    short = max(0, demand.least - found[group - 1])
                    entries.append((self._column(demand.weight, infinite, short, whole=False), 1.0))
                if demand.most < everybody:
                    over = max(0, found[group - 1] - demand.most)
                    entries.append((self._column(demand.weight, infinite, over, whole=False), -1.0))
                self._row(demand.least, demand.most, entries)
        for together in self._task.together:
            for group in groups:
                used = any(start[person] == group for person in together.people)
                column = self._column(RULE_WEIGHT, 1.0, float(used), whole=True)
                for person in sorted(together.people):
                    self._row(0.0, infinite, [(column, 1.0), (seat[of[person], group], -1.0)])
        solution = highspy.HighsSolution()
        solution.col_value = self._start
        self._highs.setSolution(solution)

    def _limits(self, members: tuple[PersonId, ...], group: int) -> tuple[float, float]:
        first = members[0]
        fixed, home = self._task.fixed.get(first), self._task.home.get(first)
        most = 0 if fixed is not None and fixed != group else len(members)
        return most, self._task.stay * (home is not None and home != group)


def _seats(
    task: Task,
    kinds: list[tuple[PersonId, ...]],
    values: list[int],
    start: Mapping[PersonId, int],
) -> dict[PersonId, int] | None:
    """People in place of numbers; whoever can stay where she started does."""
    if len(values) < len(kinds) * task.groups:
        return None
    seats: dict[PersonId, int] = {}
    for kind, members in enumerate(kinds):
        room = values[kind * task.groups : (kind + 1) * task.groups]
        if sum(room) != len(members) or min(room) < 0:
            return None
        waiting = []
        for person in members:
            at = start[person]
            if room[at - 1] > 0:
                room[at - 1] -= 1
                seats[person] = at
            else:
                waiting.append(person)
        free = [group for group, left in enumerate(room, start=1) for _ in range(left)]
        seats.update(zip(waiting, free, strict=True))
    return seats
