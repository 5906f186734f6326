"""What made-up people do in a step, when a dialogue is rehearsed.

Pure: chance comes in as dice. What they write is only drawn here, as numbers; the words are
found where the language is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from flows.packs.pack import Choosing, Step, StepKind

_MOMENTS = (0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75)
"""The parts of a step at which something is done: in company, that many people at once."""
_TALK_AT, _ANSWER_AT = 0.3, 0.7
_ABSENT = 0.08
_SAYS_MORE = 0.15
_DRAWS = 1 << 16
_GROUPS_FOR_A_SILENT_ONE = 3


T = TypeVar("T")


class Dice(Protocol):
    """Chance, as it comes in: a `random.Random` is one."""

    def random(self) -> float:
        """From 0 up to 1."""
        ...

    def randint(self, a: int, b: int) -> int:
        """From `a` to `b`, both included."""
        ...

    def choice(self, seq: Sequence[T]) -> T:
        """One of them."""
        ...

    def sample(self, population: Sequence[T], k: int) -> list[T]:
        """So many of them, each at most once."""
        ...


class Doing(StrEnum):
    """What somebody does."""

    ANSWERS = "answers"
    """Writes an answer of her own."""
    CHOOSES = "chooses"
    """Names one or more options, and in a check-in says why."""
    TALKS = "talks"
    """Says something to the group on the way to its answer."""
    DECLARES = "declares"
    """Writes the group's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that one made-up person does.

    `when` is the part of the step's length that has passed; `group` and `seat` count from 0.
    `options` are what she chooses, from 1. `draw` is what her words are chosen by, and
    `number` the figure that a check-in may ask for.
    """

    when: float
    group: int
    seat: int
    doing: Doing
    draw: int
    options: tuple[int, ...] = ()
    number: int = 0


def acts_in(step: Step, sizes: Sequence[int], dice: Dice) -> tuple[Act, ...]:
    """What everybody does in a step, in order of time.

    Some are silent, some say two things; of three groups or more the last gives no answer of
    its own to a group step, so that one sees what happens then.

    Args:
        sizes: how many people sit in each group.
    """
    acts = _together(sizes, dice) if step.kind is StepKind.GROUP else _each(step, sizes, dice)
    return tuple(sorted(acts, key=lambda act: act.when))


def _each(step: Step, sizes: Sequence[int], dice: Dice) -> Iterator[Act]:
    if not step.kind.asks_each:
        return
    chooses = step.kind.offers_options and bool(step.options)
    for group, size in enumerate(sizes):
        for seat in range(size):
            # Whoever sits first always answers, so that no group looks deserted.
            if seat and dice.random() < _ABSENT:
                continue
            moments = 1 if chooses or dice.random() >= _SAYS_MORE else 2
            for when in sorted(dice.sample(_MOMENTS, moments)):
                yield Act(
                    when=when,
                    group=group,
                    seat=seat,
                    doing=Doing.CHOOSES if chooses else Doing.ANSWERS,
                    draw=dice.randint(0, _DRAWS),
                    options=_chosen(step, dice) if chooses else (),
                    number=dice.randint(1, 60),
                )


def _chosen(step: Step, dice: Dice) -> tuple[int, ...]:
    known = range(1, len(step.options) + 1)
    if step.choosing is Choosing.MULTIPLE:
        return tuple(sorted(dice.sample(known, dice.randint(1, min(3, len(known))))))
    if step.choosing is Choosing.SCALE:
        # Two throws make the middle likelier than the ends, as people are.
        return (round((dice.choice(known) + dice.choice(known)) / 2),)
    return (dice.choice(known),)


def _together(sizes: Sequence[int], dice: Dice) -> Iterator[Act]:
    for group, size in enumerate(sizes):
        speaks = Act(
            when=_TALK_AT,
            group=group,
            seat=dice.randint(0, size - 1),
            doing=Doing.TALKS,
            draw=dice.randint(0, _DRAWS),
        )
        yield speaks
        silent = len(sizes) >= _GROUPS_FOR_A_SILENT_ONE and group == len(sizes) - 1
        if not silent:
            yield Act(
                when=_ANSWER_AT,
                group=group,
                seat=dice.randint(0, size - 1),
                doing=Doing.DECLARES,
                draw=dice.randint(0, _DRAWS),
            )
