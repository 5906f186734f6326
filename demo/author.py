"""Writes the play: who does what, and when, drawn from a seed.

Pure. The same seed, people, steps and answers give the same play, word for word.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto
from itertools import count
from pathlib import Path
from typing import Final

from demo.script import BEFOREHAND_S, Act, Deed, Meant, PlannedStep, Where
from flows.packs.pack import StepKind

ANSWERS: Final = Path(__file__).with_name("answers_sv.toml")

Shelf = Mapping[str, Mapping[str, Sequence[str]]]
"""The texts of the answers file: section, then key."""

Person = tuple[int, int]
"""Table and seat."""

_PREFIXES: Final = (
    "Gruppsvar: ",
    "Gruppsvar: ",
    "Gruppsvar:\n",
    "gruppsvar: ",
    "Grupp svar: ",
    "GRUPPSVAR: ",
)
_SILENT: Final = 0.035
_ABSENT: Final = 0.05
_IN_NO_HURRY: Final = 0.12
"""Open their private chat only when the dialogue has begun."""
_IMPATIENT: Final = 0.03
"""Open their private chat to answer, and write before the bot has come into it."""
_LATE_NEEDS_S: Final = 2.5
"""Shorter steps leave no time to be late in."""
_FEWEST_WITH_A_SILENT_TABLE: Final = 3


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


def load_answers(path: Path = ANSWERS) -> Shelf:
    """Read the answers file."""
    with path.open("rb") as file:
        shelf: Shelf = tomllib.load(file)
    return shelf


def write_script(
    steps: Sequence[PlannedStep], tables: Sequence[int], answers: Shelf, *, seed: int
) -> tuple[Deed, ...]:
    """The play: everybody's deeds, in no particular order.

    Args:
        tables: how many people sit at each.
    """
    return tuple(_Author(steps, tables, answers, seed).deeds())


@dataclass(slots=True)
class _Texts:
    """Texts in a shuffled order, each once before any comes again."""

    shelf: Shelf
    dice: random.Random
    decks: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def next(self, section: str, key: str) -> str:
        key = key if key in self.shelf[section] else "anything"
        deck = self.decks.get((section, key))
        if not deck:
            deck = self.decks[section, key] = list(self.shelf[section][key])
            self.dice.shuffle(deck)
        return deck.pop()


class _Author:
    def __init__(
        self, steps: Sequence[PlannedStep], tables: Sequence[int], answers: Shelf, seed: int
    ) -> None:
        self._steps = steps
        self._tables = tables
        self._dice = random.Random(seed)
        self._texts = _Texts(answers, self._dice)
        self._numbers = count(1)
        everybody = [(table, seat) for table, size in enumerate(tables) for seat in range(size)]
        # Whoever sits first has the phone on the table, and is never one of the silent.
        silent = self._some([person for person in everybody if person[1] > 0], _SILENT)
        self._people = [person for person in everybody if person not in silent]
        self._impatient = self._some(self._people, _IMPATIENT)

    def deeds(self) -> Iterator[Deed]:
        """Step by step."""
        yield from self._chats()
        group_steps = count()
        for place, step in enumerate(self._steps):
            match step.kind:
                case StepKind.INDIVIDUAL:
                    yield from self._alone(step, place)
                case StepKind.GROUP:
                    yield from self._together(step, next(group_steps))
                case _ if step.lasts_s:
                    yield from self._chatter(step)
                case _:
                    continue

    # -------------------------------------------------------------------------- dice

    def _some(self, people: Sequence[Person], share: float) -> list[Person]:
        number = min(len(people), max(1, round(len(people) * share)))
        return self._dice.sample(people, number)

    def _deed(self, person: Person, step: PlannedStep, after_s: float) -> Deed:
        table, seat = person
        return Deed(
            number=next(self._numbers),
            table=table,
            person=seat,
            step=step.id,
            after_s=round(after_s, 3),
        )

    def _early(self, step: PlannedStep) -> float:
        return self._dice.uniform(0.12, 0.4) * step.lasts_s

    def _sometime(self, step: PlannedStep) -> float:
        return self._dice.triangular(0.12, 0.8, 0.4) * step.lasts_s

    def _soon_after(self, deed: Deed, step: PlannedStep) -> float:
        return deed.after_s + self._dice.uniform(0.15, 0.4) * step.lasts_s

    def _following(self, place: int) -> PlannedStep | None:
        """The step after one, if there is time in it to be late."""
        following = self._steps[place + 1 : place + 2]
        return following[0] if following and following[0].lasts_s >= _LATE_NEEDS_S else None

    # ---------------------------------------------------------------- private chats

    def _chats(self) -> Iterator[Deed]:
        """Most have opened their private chat when they sat down; the others do in time."""
        first = next((place for place, one in enumerate(self._steps) if one.sealed), None)
        if first is None:
            return
        time_s = sum(step.lasts_s for step in self._steps[:first])
        for person in self._people:
            if person in self._impatient:
                continue
            step, after_s = self._steps[0], BEFOREHAND_S
            if self._dice.random() < _IN_NO_HURRY:
                step = self._steps[0] if time_s else self._steps[first]
                after_s = self._dice.uniform(0.05, 0.7) * (time_s or step.lasts_s * 0.2)
            deed = self._deed(person, step, after_s)
            yield replace(deed, act=Act.OPEN_CHAT, where=Where.PRIVATE)

    # ------------------------------------------------------------- individual steps

    def _alone(self, step: PlannedStep, place: int) -> Iterator[Deed]:
        habits = self._habits(step, place)
        for person in self._people:
            habit = habits.get(person)
            if habit is None and self._dice.random() < _ABSENT:
                continue
            yield from self._own_answer(person, step, habit, self._following(place))

    def _habits(self, step: PlannedStep, place: int) -> dict[Person, Habit]:
        people = list(self._people)
        self._dice.shuffle(people)
        dealt: dict[Person, Habit] = {}
        first = not any(one.kind is StepKind.INDIVIDUAL for one in self._steps[:place])
        for habit, share in _SHARES.items():
            if not _fits(habit, step, first=first, last=self._following(place) is None):
                continue
            for _ in range(max(1, round(len(self._people) * share))):
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
                answer = replace(answer, after_s=self._early(step))
                yield answer
                yield self._edited(answer, step, self._soon_after(answer, step))
            case Habit.EDITS_AFTERWARDS if following is not None:
                yield answer
                yield self._edited(answer, following, self._dice.uniform(0.6, 1.6))
            case Habit.WITHDRAWS:
                yield from self._regretted(answer, step)
            case Habit.WITHDRAWS_AFTERWARDS if following is not None:
                yield answer
                later = self._deed(person, following, self._dice.uniform(0.6, 1.6))
                yield replace(later, act=Act.WITHDRAW, where=answer.where, target=answer.number)
            case _:
                yield from self._odd_answer(answer, step, habit)

    def _odd_answer(self, answer: Deed, step: PlannedStep, habit: Habit) -> Iterator[Deed]:
        person = answer.table, answer.person
        match habit:
            case Habit.WRITES_MORE:
                answer = replace(answer, after_s=self._early(step))
                yield answer
                more = self._deed(person, step, self._soon_after(answer, step))
                yield self._worded(more, answer, self._texts.next("change", "more"))
            case Habit.SENDS_A_PHOTO:
                caption = self._texts.next("change", "caption")
                # A file without a caption carries its name alone.
                text = caption if self._dice.random() < 0.7 else ""  # noqa: PLR2004  most
                yield replace(answer, act=Act.PHOTO, text=text)
            case Habit.STRAYS:
                yield replace(answer, text=self._texts.next("change", "off_topic"))
            case Habit.WRITES_ELSEWHERE:
                where = Where.ROOM if step.sealed else Where.PRIVATE
                yield replace(answer, where=where, hurries=where is Where.ROOM, pointing=False)
            case Habit.ASKS_FOR_HELP:
                asks = self._deed(person, step, self._early(step))
                yield replace(asks, where=Where.PRIVATE, text="hjälp!")
                yield replace(answer, after_s=self._soon_after(asks, step))
            case _:
                yield answer

    def _plain_answer(self, person: Person, step: PlannedStep) -> Deed:
        pointing = not step.sealed and self._dice.random() < 0.5  # noqa: PLR2004  half of them
        hurries = not step.sealed and not pointing
        # What nothing but its time ties to the question is better not written at the bell.
        after_s = self._sometime(step) * (0.75 if hurries else 1)
        return replace(
            self._deed(person, step, after_s),
            where=Where.PRIVATE if step.sealed else Where.ROOM,
            meant=Meant.INDIVIDUAL,
            text=self._texts.next("individual", step.id),
            answers=step.id,
            pointing=pointing,
            hurries=hurries,
            waits=person not in self._impatient,
        )

    def _late(self, answer: Deed, following: PlannedStep) -> Deed:
        after_s = self._dice.uniform(0.5, min(3.0, following.lasts_s * 0.6))
        return replace(
            answer,
            step=following.id,
            after_s=round(after_s, 3),
            text=self._texts.next("change", "late"),
            # In the room, only its place in the thread tells what it answers.
            pointing=answer.where is Where.ROOM,
            hurries=False,
        )

    def _edited(self, answer: Deed, step: PlannedStep, after_s: float) -> Deed:
        deed = self._deed((answer.table, answer.person), step, after_s)
        text = answer.text + self._texts.next("change", "addition")
        return replace(
            deed,
            act=Act.EDIT,
            where=answer.where,
            meant=answer.meant,
            answers=answer.answers,
            text=text,
            target=answer.number,
        )

    def _regretted(self, answer: Deed, step: PlannedStep) -> Iterator[Deed]:
        person = answer.table, answer.person
        first = replace(
            answer, after_s=self._early(step), text=self._texts.next("change", "regretted")
        )
        yield first
        gone = self._deed(person, step, first.after_s + 0.2 * step.lasts_s)
        yield replace(gone, act=Act.WITHDRAW, where=answer.where, target=first.number)
        if self._dice.random() < 0.6:  # noqa: PLR2004  more often than not
            again = self._deed(person, step, gone.after_s + 0.15 * step.lasts_s)
            yield self._worded(again, answer, answer.text)

    def _worded(self, deed: Deed, like: Deed, text: str) -> Deed:
        return replace(
            deed,
            where=like.where,
            meant=like.meant,
            answers=like.answers,
            pointing=like.pointing,
            hurries=like.hurries,
            text=text,
        )

    # ------------------------------------------------------------------ group steps

    def _together(self, step: PlannedStep, number: int) -> Iterator[Deed]:
        tables = list(range(len(self._tables)))
        self._dice.shuffle(tables)
        manners = list(_MANNERS[min(number, len(_MANNERS) - 1)])
        if len(self._tables) < _FEWEST_WITH_A_SILENT_TABLE and Manner.NONE in manners:
            manners.remove(Manner.NONE)
        for place, table in enumerate(tables):
            manner = manners[place] if place < len(manners) else None
            members = [person for person in self._people if person[0] == table]
            yield from self._talk(members, step)
            yield from self._group_answer(members, step, manner)

    def _talk(self, members: Sequence[Person], step: PlannedStep) -> Iterator[Deed]:
        for _ in range(self._dice.randint(2, 4)):
            after_s = self._dice.uniform(0.08, 0.45) * step.lasts_s
            deed = self._deed(self._dice.choice(members), step, after_s)
            text = self._texts.next("talk", "group")
            yield replace(deed, meant=Meant.TALK, text=text, answers=step.id, hurries=True)

    def _group_answer(
        self, members: Sequence[Person], step: PlannedStep, manner: Manner | None
    ) -> Iterator[Deed]:
        writer = self._dice.choice(members)
        text = self._dice.choice(_PREFIXES) + self._texts.next("group", step.id)
        deed = self._deed(writer, step, self._dice.uniform(0.5, 0.8) * step.lasts_s)
        answer = replace(deed, meant=Meant.GROUP, text=text, answers=step.id, hurries=True)
        early = replace(answer, after_s=round(self._dice.uniform(0.35, 0.5) * step.lasts_s, 3))
        later_s = self._dice.uniform(0.6, 0.8) * step.lasts_s
        match manner:
            case Manner.NONE:
                return
            case Manner.MARKS:
                yield from self._marked(early, members, step, later_s)
            case Manner.REPLACES:
                yield early
                text += self._texts.next("change", "replacement")
                again = self._deed(self._dice.choice(members), step, later_s)
                yield self._worded(again, early, text)
            case Manner.EDITS:
                yield early
                yield self._edited(early, step, later_s)
            case Manner.STARTS_ANEW:
                yield early
                gone = self._deed(writer, step, early.after_s + 0.1 * step.lasts_s)
                yield replace(gone, act=Act.WITHDRAW, target=early.number)
                again = self._deed(writer, step, later_s)
                yield self._worded(again, early, "Gruppsvar: " + self._next_group_text(step))
            case Manner.SENDS_A_PHOTO:
                text = "Gruppsvar: " + self._texts.next("change", "caption")
                yield replace(answer, act=Act.PHOTO, text=text)
            case Manner.WHEN_ASKED:
                # Unless the wait is too short to count on.
                long_enough = step.grace_s >= 1.5  # noqa: PLR2004  seconds
                after_s = step.lasts_s + 0.3 * step.grace_s
                yield replace(answer, after_s=round(after_s, 3)) if long_enough else answer
            case None:
                yield answer

    def _next_group_text(self, step: PlannedStep) -> str:
        return self._texts.next("group", step.id)

    def _marked(
        self, answer: Deed, members: Sequence[Person], step: PlannedStep, later_s: float
    ) -> Iterator[Deed]:
        """An answer without the first word, and somebody's mark on it."""
        plain = replace(answer, meant=Meant.TALK, text=self._next_group_text(step))
        yield plain
        others = [person for person in members if person[1] != plain.person] or members
        mark = self._deed(self._dice.choice(others), step, later_s)
        yield replace(mark, act=Act.MARK, meant=Meant.GROUP, target=plain.number, hurries=True)

    # -------------------------------------------------------------------- chatter

    def _chatter(self, step: PlannedStep) -> Iterator[Deed]:
        """What is said in rooms while nothing is asked; the bot is to keep none of it."""
        for table in range(len(self._tables)):
            members = [person for person in self._people if person[0] == table]
            if self._dice.random() < 0.4:  # noqa: PLR2004  at some tables
                after_s = self._dice.uniform(0.1, 0.7) * step.lasts_s
                deed = self._deed(self._dice.choice(members), step, after_s)
                yield replace(deed, text=self._texts.next("talk", "room"), hurries=True)


def _fits(habit: Habit, step: PlannedStep, *, first: bool, last: bool) -> bool:
    """Whether people can have that habit in a step."""
    match habit:
        case Habit.LATE | Habit.EDITS_AFTERWARDS | Habit.WITHDRAWS_AFTERWARDS:
            return not last
        case Habit.ASKS_FOR_HELP:
            return first and step.sealed
        case _:
            return True
