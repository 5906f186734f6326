"""What was chosen in a poll or a check-in, counted by person.

A person counts once. Of one option or a place on a scale her newest word counts; where several
may be chosen, what she wrote last and everything she has tapped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flows.choices import tapped
from flows.packs.pack import Choosing


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One message or tap that names options. `number` orders what came in the same moment."""

    person: int
    sent_ms: int
    number: int
    text: str
    choices: tuple[int, ...]


def chosen_by_person(votes: Iterable[Vote], choosing: Choosing) -> dict[int, frozenset[int]]:
    """What each person has chosen; who named nothing is not in it."""
    by_person: dict[int, list[Vote]] = defaultdict(list)
    for vote in votes:
        if vote.choices:
            by_person[vote.person].append(vote)
    return {
        person: _standing(sorted(own, key=lambda vote: (vote.sent_ms, vote.number)), choosing)
        for person, own in by_person.items()
    }


def _standing(votes: list[Vote], choosing: Choosing) -> frozenset[int]:
    if choosing is not Choosing.MULTIPLE:
        return frozenset(votes[-1].choices)
    written = [vote.choices for vote in votes if tapped(vote.text.strip()) is None]
    taps = [vote.choices for vote in votes if tapped(vote.text.strip()) is not None]
    return frozenset(number for choices in (*written[-1:], *taps) for number in choices)


def count(votes: Iterable[Vote], choosing: Choosing, options: int) -> tuple[int, ...]:
    """How many persons chose each of the options."""
    chosen = chosen_by_person(votes, choosing).values()
    return tuple(sum(number in own for own in chosen) for number in range(1, options + 1))
