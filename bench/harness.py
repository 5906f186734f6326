"""How a figure is come by: repeated, in an order drawn by lot, and held against a goal.

The bot and its raw counterpart take turns within one run, so that whatever else the
machine does falls on both. What is compared is the two of one turn: the ratio is made
pair by pair, and only then is the middle taken.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one run of the bench may spend.

    `folder` is on the disk whose commits are measured, and goes when the run is over.
    """

    folder: Path
    rounds: int
    quick: bool
    chance: random.Random
    tell: Callable[[str], None]
    """Says how far a bench has come, for whoever waits."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound; at most unless `at_least`."""

    bound: float
    at_least: bool = False

    def is_met_by(self, values: Sequence[float]) -> bool:
        """Whether the median keeps the bound, or each value where nothing may be missing."""
        if self.at_least:
            return min(values) >= self.bound
        return statistics.median(values) <= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. Without a goal it is there to be compared with."""

    what: str
    unit: str
    values: Sequence[float]
    goal: Goal | None = None
    digits: int = 2
    note: str = ""

    @property
    def median(self) -> float:
        """The middle one of the values."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return None if self.goal is None else self.goal.is_met_by(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one bench found."""

    title: str
    figures: Sequence[Figure]
    notes: Sequence[str] = field(default=())


async def alternate(
    plan: Plan,
    contenders: Mapping[Key, Callable[[], Awaitable[Value]]],
    *,
    rounds: int | None = None,
    warm_up: bool = True,
) -> dict[Key, list[Value]]:
    """Measure each contender once in each round, in an order drawn anew for each.

    Args:
        warm_up: Run everything once before and forget it: files are then in memory,
            connections known and code compiled for all alike.
    """
    rounds = rounds or plan.rounds
    if warm_up:
        for measure in contenders.values():
            await measure()
    found: dict[Key, list[Value]] = {key: [] for key in contenders}
    for number in range(rounds):
        order = list(contenders)
        plan.chance.shuffle(order)
        for key in order:
            found[key].append(await contenders[key]())
        plan.tell(f"round {number + 1} of {rounds}")
    return found


def ratios(ours: Sequence[float], raw: Sequence[float]) -> list[float]:
    """Ours over raw, pair by pair."""
    return [one / other for one, other in zip(ours, raw, strict=True)]


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that `percent` of all do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]
