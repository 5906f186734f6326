"""What the authors of the play share: people, dice, texts, and the shapes of deeds.

Pure: the dice are seeded.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Final

from demo.script import Act, Deed, PlannedStep

ANSWERS: Final = Path(__file__).with_name("answers_sv.toml")

Shelf = Mapping[str, Mapping[str, Sequence[str]]]
"""The texts of the answers file: section, then key."""

Person = tuple[int, int]
"""Table and seat."""

_SILENT: Final = 0.035
_IMPATIENT: Final = 0.03
_LATE_NEEDS_S: Final = 2.5
"""Shorter steps leave no time to be late in."""


def load_answers(path: Path = ANSWERS) -> Shelf:
    """Read the answers file."""
    with path.open("rb") as file:
        shelf: Shelf = tomllib.load(file)
    return shelf


@dataclass(slots=True)
class Texts:
    """Texts in a shuffled order, each once before any comes again."""

    shelf: Shelf
    dice: random.Random
    decks: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def next(self, section: str, *keys: str) -> str:
        """The next text of a kind, by the first key there is; else of "anything"."""
        key = next((one for one in keys if one in self.shelf[section]), "anything")
        deck = self.decks.get((section, key))
        if not deck:
            deck = self.decks[section, key] = list(self.shelf[section][key])
            self.dice.shuffle(deck)
        return deck.pop()


class Desk:
    """Who sits where, and all that is needed to write for them.

    `impatient` people open their private chat only to answer, and write before the bot has
    come into it. Silent ones are not among the `people`.
    """

    def __init__(
        self, steps: Sequence[PlannedStep], tables: Sequence[int], answers: Shelf, seed: int
    ) -> None:
        self.steps = steps
        self.tables = tables
        self.dice = random.Random(seed)
        self.texts = Texts(answers, self.dice)
        self._numbers = count(1)
        everybody = [(table, seat) for table, size in enumerate(tables) for seat in range(size)]
        # Whoever sits first has the phone on the table, and is never one of the silent.
        silent = self._some([person for person in everybody if person[1] > 0], _SILENT)
        self.people = [person for person in everybody if person not in silent]
        self.impatient = self._some(self.people, _IMPATIENT)

    def _some(self, people: Sequence[Person], share: float) -> list[Person]:
        number = min(len(people), max(1, round(len(people) * share)))
        return self.dice.sample(people, number)

    def deed(self, person: Person, step: PlannedStep, after_s: float) -> Deed:
        """Something to be written at a time; the caller says what."""
        table, seat = person
        return Deed(
            number=next(self._numbers),
            table=table,
            person=seat,
            step=step.id,
            after_s=round(after_s, 3),
        )

    def says(self, section: str, step: PlannedStep, table: int) -> str:
        """What is written in a step: about the table's scenario, or what all are asked."""
        about = f"{step.id}.{step.scenario_of(table)}"
        return self.texts.next(section, about, step.id)

    def early(self, step: PlannedStep) -> float:
        """A time in the first half of a step."""
        return self.dice.uniform(0.12, 0.4) * step.lasts_s

    def sometime(self, step: PlannedStep) -> float:
        """A time at which people answer: most towards the middle."""
        return self.dice.triangular(0.12, 0.8, 0.4) * step.lasts_s

    def soon_after(self, deed: Deed, step: PlannedStep) -> float:
        """A while after another deed."""
        return deed.after_s + self.dice.uniform(0.15, 0.4) * step.lasts_s

    def following(self, place: int) -> PlannedStep | None:
        """The step after one, if there is time in it to be late."""
        following = self.steps[place + 1 : place + 2]
        return following[0] if following and following[0].lasts_s >= _LATE_NEEDS_S else None

    def edited(self, answer: Deed, step: PlannedStep, after_s: float) -> Deed:
        """The same with something added."""
        deed = self.deed((answer.table, answer.person), step, after_s)
        text = answer.text + self.texts.next("change", "addition")
        return replace(
            deed,
            act=Act.EDIT,
            where=answer.where,
            meant=answer.meant,
            answers=answer.answers,
            text=text,
            target=answer.number,
        )

    def worded(self, deed: Deed, like: Deed, text: str) -> Deed:
        """A new message of the same kind."""
        return replace(
            deed,
            where=like.where,
            meant=like.meant,
            answers=like.answers,
            pointing=like.pointing,
            hurries=like.hurries,
            text=text,
        )

    def withdrawn(self, deed: Deed, target: Deed) -> Deed:
        """Taking a message back."""
        return replace(
            deed,
            act=Act.WITHDRAW,
            where=target.where,
            answers=target.answers,
            target=target.number,
        )
