"""Whether groups raised a theme equally often: said only where chance would rarely do the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from math import comb

from flows.digest.findings import Comparison, Share, Verdict
from flows.ids import GroupId, ThemeNo

FEWEST_ANSWERED = 5
"""Persons who answered in a group; with fewer nothing is said of it."""

LEVEL = 0.05


def compare(
    answered: Mapping[GroupId, int], raised: Mapping[ThemeNo, Mapping[GroupId, int]]
) -> tuple[Comparison, ...]:
    """Compare how often groups raised each theme.

    Fisher's exact test for each two groups and theme, all of them corrected together by Holm:
    with many groups and themes some two always differ a lot.

    Args:
        answered: how many persons answered in each group, in the groups' order.
        raised: how many of them raised each theme.
    """
    enough = [group for group, number in answered.items() if number >= FEWEST_ANSWERED]
    pairs = list(combinations(enough, 2))
    comparisons = []
    tried: list[tuple[float, int]] = []
    for place, (theme, by_group) in enumerate(raised.items()):
        shares = tuple(
            Share(group_id=group, raised=by_group.get(group, 0), answered=number)
            for group, number in answered.items()
        )
        comparisons.append(Comparison(theme=theme, shares=shares, verdict=Verdict.TOO_FEW))
        tried += [
            (
                fisher(
                    (by_group.get(one, 0), answered[one]), (by_group.get(other, 0), answered[other])
                ),
                place,
            )
            for one, other in pairs
        ]
    return _judged(comparisons, tried)


def _judged(
    comparisons: Sequence[Comparison], tried: Sequence[tuple[float, int]]
) -> tuple[Comparison, ...]:
    least: dict[int, float] = {}
    corrected = 0.0
    for rank, (p, place) in enumerate(sorted(tried)):
        corrected = max(corrected, min(1.0, p * (len(tried) - rank)))
        least.setdefault(place, corrected)
    return tuple(
        comparison
        if place not in least
        else replace(
            comparison,
            p=least[place],
            verdict=Verdict.DIFFERENT if least[place] < LEVEL else Verdict.ALIKE,
        )
        for place, comparison in enumerate(comparisons)
    )


def fisher(one: tuple[int, int], other: tuple[int, int]) -> float:
    """How often chance alone makes two shares differ at least as much (two-sided).

    Args:
        one, other: how many of how many.
    """
    (a, n), (b, m) = one, other
    hits = a + b
    ways = [comb(n, k) * comb(m, hits - k) for k in range(max(0, hits - m), min(n, hits) + 1)]
    seen = comb(n, a) * comb(m, b)
    # Whole numbers: no rounding decides which tables are as rare as the one that was seen.
    return sum(way for way in ways if way <= seen) / comb(n + m, hits)
