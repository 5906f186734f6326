"""How people choose in polls and check-ins: by a tap, by a number, or in a sentence.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from demo.desk import Desk, Person
from demo.script import Act, Deed, Meant, PlannedStep, Where
from flows.packs.pack import StepKind

_ABSENT: Final = 0.06
_TAPS: Final = 0.6
_MOST_TAPPED: Final = 9
"""There is a keycap for each digit."""
_MOST_CHOSEN: Final = 3


class Choosing:
    """Writes polls and check-ins."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def deeds(self, step: PlannedStep) -> Iterator[Deed]:
        """What everybody chooses."""
        for person in self._desk.people:
            if self._desk.dice.random() >= _ABSENT:
                yield self._choice(person, step)

    def _choice(self, person: Person, step: PlannedStep) -> Deed:
        dice = self._desk.dice
        # What nothing but its time ties to the question is better not done at the bell.
        after_s = self._desk.sometime(step) * 0.75
        answer = replace(
            self._desk.deed(person, step, after_s),
            where=Where.PRIVATE if step.sealed else Where.ROOM,
            meant=Meant.INDIVIDUAL,
            answers=step.id,
            pointing=not step.sealed,
            hurries=not step.sealed,
            waits=person not in self._desk.impatient,
        )
        taps = step.kind is StepKind.POLL and not step.many and step.options <= _MOST_TAPPED
        if taps and answer.waits and dice.random() < _TAPS:
            return replace(answer, act=Act.TAP, option=dice.randint(1, step.options))
        return replace(answer, text=self._text(person, step))

    def _text(self, person: Person, step: PlannedStep) -> str:
        dice = self._desk.dice
        if step.many:
            number = dice.randint(1, min(_MOST_CHOSEN, step.options))
            chosen = sorted(dice.sample(range(1, step.options + 1), number))
            return ", ".join(map(str, chosen))
        option = dice.randint(1, step.options)
        if step.kind is StepKind.POLL:
            return str(option)
        figure = f" {dice.randint(3, 180)}" if step.asks_number else ""
        return f"{option} {self._desk.says('reason', step, person[0])}{figure}"
