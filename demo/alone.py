"""How people answer on their own: in time or late, once or twice, here or there.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum, auto
from typing import Final

from demo.desk import Desk, Person
from demo.script import Act, Deed, Meant, PlannedStep, Where
from flows.packs.pack import StepKind

_ABSENT: Final = 0.05


class Habit(StrEnum):
    """How somebody answers on her own, if not plainly."""

    LATE = auto()
    EDITS = auto()
    EDITS_AFTERWARDS = auto()
    WITHDRAWS = auto()
    WITHDRAWS_AFTERWARDS = auto()
    WRITES_MORE = auto()
    SENDS_A_PHOTO = auto()
    STRAYS = auto()
    """Writes about something else."""
    WRITES_ELSEWHERE = auto()
    """In the room what belongs in private, or the other way round."""
    ASKS_FOR_HELP = auto()


_SHARES: Final[Mapping[Habit, float]] = {
    Habit.LATE: 0.04,
    Habit.EDITS: 0.08,
    Habit.WRITES_MORE: 0.06,
    Habit.WITHDRAWS: 0.03,
    Habit.SENDS_A_PHOTO: 0.03,
    Habit.WRITES_ELSEWHERE: 0.03,
    Habit.STRAYS: 0.03,
    Habit.EDITS_AFTERWARDS: 0.015,
    Habit.WITHDRAWS_AFTERWARDS: 0.015,
    Habit.ASKS_FOR_HELP: 0.015,
}
"""Of all who answer; at least one of each, as far as there are people."""


class Alone:
    """Writes individual steps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def deeds(self, step: PlannedStep, place: int) -> Iterator[Deed]:
        """What everybody does in the step at that place of the pack."""
        habits = self._habits(step, place)
        for person in self._desk.people:
            habit = habits.get(person)
            if habit is None and self._desk.dice.random() < _ABSENT:
                continue
            yield from self._own_answer(person, step, habit, self._desk.following(place))

    def _habits(self, step: PlannedStep, place: int) -> dict[Person, Habit]:
        people = list(self._desk.people)
        self._desk.dice.shuffle(people)
        dealt: dict[Person, Habit] = {}
        first = not any(one.kind.asks_each for one in self._desk.steps[:place])
        for habit, share in _SHARES.items():
            if not _fits(habit, step, first=first, last=self._desk.following(place) is None):
                continue
            for _ in range(max(1, round(len(self._desk.people) * share))):
                if people:
                    dealt[people.pop()] = habit
        return dealt

    def _own_answer(
        self,
        person: Person,
        step: PlannedStep,
        habit: Habit | None,
        following: PlannedStep | None,
    ) -> Iterator[Deed]:
        answer = self._plain_answer(person, step)
        match habit:
            case None:
                yield answer
            case Habit.LATE if following is not None:
                yield self._late(answer, following)
            case Habit.EDITS:
                answer = replace(answer, after_s=self._desk.early(step))
                yield answer
                yield self._desk.edited(answer, step, self._desk.soon_after(answer, step))
            case Habit.EDITS_AFTERWARDS if following is not None:
                yield answer
                yield self._desk.edited(answer, following, self._desk.dice.uniform(0.6, 1.6))
            case Habit.WITHDRAWS:
                yield from self._regretted(answer, step)
            case Habit.WITHDRAWS_AFTERWARDS if following is not None:
                yield answer
                later = self._desk.deed(person, following, self._desk.dice.uniform(0.6, 1.6))
                yield self._desk.withdrawn(later, answer)
            case _:
                yield from self._odd_answer(answer, step, habit)

    def _odd_answer(self, answer: Deed, step: PlannedStep, habit: Habit) -> Iterator[Deed]:
        person = answer.table, answer.person
        match habit:
            case Habit.WRITES_MORE:
                answer = replace(answer, after_s=self._desk.early(step))
                yield answer
                more = self._desk.deed(person, step, self._desk.soon_after(answer, step))
                yield self._desk.worded(more, answer, self._desk.texts.next("change", "more"))
            case Habit.SENDS_A_PHOTO:
                caption = self._desk.texts.next("change", "caption")
                # A file without a caption carries its name alone.
                text = caption if self._desk.dice.random() < 0.7 else ""  # noqa: PLR2004  most
                yield replace(answer, act=Act.PHOTO, text=text)
            case Habit.STRAYS:
                yield replace(answer, text=self._desk.texts.next("change", "off_topic"))
            case Habit.WRITES_ELSEWHERE if step.kind is not StepKind.EXERCISE:
                where = Where.ROOM if step.sealed else Where.PRIVATE
                yield replace(answer, where=where, hurries=where is Where.ROOM, pointing=False)
            case Habit.ASKS_FOR_HELP:
                asks = self._desk.deed(person, step, self._desk.early(step))
                yield replace(asks, where=Where.PRIVATE, text="hjälp!")
                yield replace(answer, after_s=self._desk.soon_after(asks, step))
            case _:
                yield answer

    def _plain_answer(self, person: Person, step: PlannedStep) -> Deed:
        pointing = not step.sealed and self._desk.dice.random() < 0.5  # noqa: PLR2004  half of them
        hurries = not step.sealed and not pointing
        # What nothing but its time ties to the question is better not written at the bell.
        after_s = self._desk.sometime(step) * (0.75 if hurries else 1)
        return replace(
            self._desk.deed(person, step, after_s),
            where=Where.PRIVATE if step.sealed else Where.ROOM,
            meant=Meant.INDIVIDUAL,
            text=self._desk.says("individual", step, person[0]),
            answers=step.id,
            pointing=pointing,
            hurries=hurries,
            waits=person not in self._desk.impatient,
        )

    def _late(self, answer: Deed, following: PlannedStep) -> Deed:
        after_s = self._desk.dice.uniform(0.5, min(3.0, following.lasts_s * 0.6))
        return replace(
            answer,
            step=following.id,
            after_s=round(after_s, 3),
            text=self._desk.texts.next("change", "late"),
            # In the room, only its place in the thread tells what it answers.
            pointing=answer.where is Where.ROOM,
            hurries=False,
        )

    def _regretted(self, answer: Deed, step: PlannedStep) -> Iterator[Deed]:
        person = answer.table, answer.person
        first = replace(
            answer,
            after_s=self._desk.early(step),
            text=self._desk.texts.next("change", "regretted"),
        )
        yield first
        gone = self._desk.deed(person, step, first.after_s + 0.2 * step.lasts_s)
        yield self._desk.withdrawn(gone, first)
        if self._desk.dice.random() < 0.6:  # noqa: PLR2004  more often than not
            again = self._desk.deed(person, step, gone.after_s + 0.15 * step.lasts_s)
            yield self._desk.worded(again, answer, answer.text)


def _fits(habit: Habit, step: PlannedStep, *, first: bool, last: bool) -> bool:
    """Whether people can have that habit in a step."""
    match habit:
        case Habit.LATE | Habit.EDITS_AFTERWARDS | Habit.WITHDRAWS_AFTERWARDS:
            return not last
        case Habit.ASKS_FOR_HELP:
            return first and step.sealed
        case _:
            return True
