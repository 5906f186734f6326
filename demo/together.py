"""How a table comes to its answer: by the first word or by a mark, once, twice or never.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum, auto
from typing import Final

from demo.desk import Desk, Person
from demo.script import Act, Deed, Meant, PlannedStep

_PREFIXES: Final = (
    "Gruppsvar: ",
    "Gruppsvar: ",
    "Gruppsvar:\n",
    "gruppsvar: ",
    "Grupp svar: ",
    "GRUPPSVAR: ",
)
_FEWEST_WITH_A_SILENT_TABLE: Final = 3


class Manner(StrEnum):
    """How a table gives its answer, if not plainly."""

    NONE = auto()
    MARKS = auto()
    REPLACES = auto()
    EDITS = auto()
    STARTS_ANEW = auto()
    SENDS_A_PHOTO = auto()
    WHEN_ASKED = auto()


_MANNERS: Final = (
    (Manner.MARKS, Manner.NONE, Manner.REPLACES, Manner.SENDS_A_PHOTO, Manner.EDITS),
    (Manner.REPLACES, Manner.MARKS, Manner.WHEN_ASKED, Manner.STARTS_ANEW),
)
"""In the first group step, and in every later one; dealt to tables as far as there are any."""


class Together:
    """Writes group steps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def deeds(self, step: PlannedStep, number: int) -> Iterator[Deed]:
        """What the tables do in their group step of that number, from 0."""
        tables = list(range(len(self._desk.tables)))
        self._desk.dice.shuffle(tables)
        manners = list(_MANNERS[min(number, len(_MANNERS) - 1)])
        if len(self._desk.tables) < _FEWEST_WITH_A_SILENT_TABLE and Manner.NONE in manners:
            manners.remove(Manner.NONE)
        for place, table in enumerate(tables):
            manner = manners[place] if place < len(manners) else None
            members = [person for person in self._desk.people if person[0] == table]
            yield from self._talk(members, step)
            yield from self._group_answer(members, step, manner)

    def _talk(self, members: Sequence[Person], step: PlannedStep) -> Iterator[Deed]:
        for _ in range(self._desk.dice.randint(2, 4)):
            after_s = self._desk.dice.uniform(0.08, 0.45) * step.lasts_s
            deed = self._desk.deed(self._desk.dice.choice(members), step, after_s)
            text = self._desk.texts.next("talk", "group")
            yield replace(deed, meant=Meant.TALK, text=text, answers=step.id, hurries=True)

    def _group_answer(
        self, members: Sequence[Person], step: PlannedStep, manner: Manner | None
    ) -> Iterator[Deed]:
        writer = self._desk.dice.choice(members)
        text = self._desk.dice.choice(_PREFIXES) + self._next_group_text(step, writer[0])
        deed = self._desk.deed(writer, step, self._desk.dice.uniform(0.5, 0.8) * step.lasts_s)
        answer = replace(deed, meant=Meant.GROUP, text=text, answers=step.id, hurries=True)
        early = replace(answer, after_s=round(self._desk.dice.uniform(0.35, 0.5) * step.lasts_s, 3))
        later_s = self._desk.dice.uniform(0.6, 0.8) * step.lasts_s
        match manner:
            case Manner.NONE:
                return
            case Manner.MARKS:
                yield from self._marked(early, members, step, later_s)
            case Manner.REPLACES:
                yield early
                text += self._desk.texts.next("change", "replacement")
                again = self._desk.deed(self._desk.dice.choice(members), step, later_s)
                yield self._desk.worded(again, early, text)
            case Manner.EDITS:
                yield early
                yield self._desk.edited(early, step, later_s)
            case Manner.STARTS_ANEW:
                yield early
                gone = self._desk.deed(writer, step, early.after_s + 0.1 * step.lasts_s)
                yield self._desk.withdrawn(gone, early)
                again = self._desk.deed(writer, step, later_s)
                yield self._desk.worded(
                    again, early, "Gruppsvar: " + self._next_group_text(step, writer[0])
                )
            case Manner.SENDS_A_PHOTO:
                text = "Gruppsvar: " + self._desk.texts.next("change", "caption")
                yield replace(answer, act=Act.PHOTO, text=text)
            case Manner.WHEN_ASKED:
                # Unless the wait is too short to count on.
                long_enough = step.grace_s >= 1.5  # noqa: PLR2004  seconds
                after_s = step.lasts_s + 0.3 * step.grace_s
                yield replace(answer, after_s=round(after_s, 3)) if long_enough else answer
            case None:
                yield answer

    def _next_group_text(self, step: PlannedStep, table: int) -> str:
        return self._desk.says("group", step, table)

    def _marked(
        self, answer: Deed, members: Sequence[Person], step: PlannedStep, later_s: float
    ) -> Iterator[Deed]:
        """An answer without the first word, and somebody's mark on it."""
        plain = replace(answer, meant=Meant.TALK, text=self._next_group_text(step, answer.table))
        yield plain
        others = [person for person in members if person[1] != plain.person] or members
        mark = self._desk.deed(self._desk.dice.choice(others), step, later_s)
        yield replace(
            mark,
            act=Act.MARK,
            meant=Meant.GROUP,
            answers=step.id,
            target=plain.number,
            hurries=True,
        )
