"""Who does what, and when: the play of the simulated people, drawn from a seed.

Pure. Every deed waits for the question of one step and comes a while after it, as people
do who read first. The same seed, people and steps give the same play.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Final

from flows.ids import StepId
from flows.packs.pack import Pack, StepKind

ANSWERS: Final = Path(__file__).with_name("answers_sv.toml")

Shelf = Mapping[str, Mapping[str, Sequence[str]]]
"""The texts of the answers file: section, then key."""


def load_answers(path: Path = ANSWERS) -> Shelf:
    """Read the answers file."""
    with path.open("rb") as file:
        shelf: Shelf = tomllib.load(file)
    return shelf


class Act(StrEnum):
    """What somebody does."""

    OPEN_CHAT = "open_chat"
    WRITE = "write"
    PHOTO = "photo"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    MARK = "mark"


class Where(StrEnum):
    """In which of a person's two rooms."""

    PRIVATE = "private"
    ROOM = "room"


class Meant(StrEnum):
    """What a message is meant to be; the bot must come to the same conclusion."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    TALK = "talk"
    """Said in a group step on the way to an answer; a mark can make it the answer."""
    ASIDE = "aside"
    """Answers nothing, and is not to be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """A step as the play needs it.

    `lasts_s` is how long it is open in this run, 0 for one that is over at once; `grace_s`
    how much longer a group is waited for.
    """

    id: StepId
    kind: StepKind
    title: str
    sealed: bool
    lasts_s: float
    grace_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing somebody does.

    `after_s` seconds after the question of `step`. `answers` is the step that it says
    something to ("" for none), `target` the deed that is edited, taken back or marked.
    `pointing`: into the thread of that step's question. `hurries`: better not done at all
    than after the close, when it would be understood otherwise. `waits`: until the bot
    is in the private chat.
    """

    number: int
    table: int
    person: int
    step: StepId
    after_s: float
    act: Act
    where: Where
    meant: Meant
    text: str = ""
    answers: str = ""
    target: int | None = None
    pointing: bool = False
    hurries: bool = False
    waits: bool = True


def plan_steps(
    pack: Pack, *, language: str, pace: float, most_idle_s: float
) -> tuple[PlannedStep, ...]:
    """The steps of a pack at a pace.

    Args:
        most_idle_s: the organizer ends a step that collects nothing after this long, unless
            it would be over soon anyway.
    """
    return tuple(
        PlannedStep(
            id=step.id,
            kind=step.kind,
            title=step.title.get(language),
            sealed=step.kind is StepKind.INDIVIDUAL and step.sealed,
            lasts_s=_lasting(step.kind, (step.length_s or 0) / pace, most_idle_s),
            grace_s=step.grace_s / pace if step.kind is StepKind.GROUP else 0.0,
        )
        for step in pack.steps
    )


_WORTH_IT_S = 2.5
"""An organizer's word takes a moment to arrive: cutting off less could hit the next step."""


def _lasting(kind: StepKind, length_s: float, most_idle_s: float) -> float:
    if kind.collects or length_s < most_idle_s + _WORTH_IT_S:
        return length_s
    return most_idle_s


def write_script(
    steps: Sequence[PlannedStep], tables: Sequence[int], answers: Shelf, *, seed: int
) -> tuple[Deed, ...]:
    """The play: everybody's deeds, in no particular order.

    Args:
        tables: how many people sit at each.
    """
    return tuple(_Author(steps, tables, answers, seed).deeds())


Person = tuple[int, int]
"""Table and seat."""


class _Author:
    """Draws the play."""

    def __init__(
        self, steps: Sequence[PlannedStep], tables: Sequence[int], answers: Shelf, seed: int
    ) -> None:
        self._steps = steps
        self._tables = tables
        self._answers = answers
        self._random = random.Random(seed)
        self._numbers = count(1)
        self._decks: dict[tuple[str, str], list[str]] = {}
        everybody = [(table, seat) for table, size in enumerate(tables) for seat in range(size)]
        # Whoever sits first has the phone on the table, and is never one of the silent.
        may_be_silent = [person for person in everybody if person[1] > 0]
        silent = self._some(may_be_silent, 0.035)
        self._people = [person for person in everybody if person not in silent]

    def deeds(self) -> Iterator[Deed]:
        """Step by step."""
        yield from self._open_chats()
        asked_before = False
        group_steps = count()
        for place, step in enumerate(self._steps):
            match step.kind:
                case StepKind.INDIVIDUAL if step.sealed:
                    yield from self._sealed(step, place)
                    asked_before = True
                case StepKind.INDIVIDUAL:
                    yield from self._open(step, place)
                    asked_before = True
                case StepKind.GROUP:
                    yield from self._together(step, next(group_steps))
                case _ if step.lasts_s:
                    yield from self._asides(step, asked_before=asked_before)
                case _:
                    continue

    # ------------------------------------------------------------ dice

    def _some(self, people: Sequence[Person], share: float, least: int = 1) -> set[Person]:
        number = min(len(people), max(least, round(len(people) * share)))
        return set(self._random.sample(people, number))

    def _between(self, low: float, high: float, lasts_s: float) -> float:
        return self._random.uniform(low, high) * lasts_s

    def _text(self, section: str, key: str) -> str:
        """The next text of a kind, each once before any comes again."""
        shelf = self._answers[section]
        key = key if key in shelf else "anything"
        deck = self._decks.get((section, key))
        if not deck:
            deck = self._decks[section, key] = list(shelf[key])
            self._random.shuffle(deck)
        return deck.pop()

    def _after(self, place: int) -> PlannedStep | None:
        """The step after one, if there is time in it to be late."""
        following = self._steps[place + 1 : place + 2]
        return following[0] if following and following[0].lasts_s >= _LATE_NEEDS_S else None

    def _deed(self, person: Person, step: PlannedStep, after_s: float, act: Act, **more: object):  # type: ignore[no-untyped-def]  # the fields of Deed, checked there
        table, seat = person
        values = {"where": Where.ROOM, "meant": Meant.ASIDE, "answers": step.id} | more
        return Deed(
            number=next(self._numbers),
            table=table,
            person=seat,
            step=step.id,
            after_s=round(after_s, 3),
            act=act,
            **values,  # type: ignore[arg-type]  # as above
        )
