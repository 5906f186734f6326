"""The play of the simulated people as values: the steps, and what somebody does in them.

Pure. Every deed waits for the question of one step and comes a while after it, as people
do who read first. `demo.author` writes the play.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flows.ids import StepId
from flows.packs.pack import Choosing, Pack, StepKind


class Act(StrEnum):
    """What somebody does."""

    OPEN_CHAT = "open_chat"
    WRITE = "write"
    PHOTO = "photo"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    MARK = "mark"
    TAP = "tap"
    """Puts a keycap on the question of a poll."""


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

    `sealed`: it is answered in private. `options` is how many may be chosen from, and
    `asks_number` whether a figure belongs to the choice. `scenarios` are one for each table in
    turn, a single one for all, or none.
    `lasts_s` is how long it is open in this run, 0 for one that is over at once; `grace_s`
    how much longer a group is waited for.
    """

    id: StepId
    kind: StepKind
    title: str
    sealed: bool
    lasts_s: float
    grace_s: float = 0.0
    options: int = 0
    many: bool = False
    asks_number: bool = False
    scenarios: tuple[str, ...] = ()
    turn: int = 1

    def scenario_of(self, table: int) -> str:
        """The scenario of a table (from 0); "" for none."""
        if not self.scenarios:
            return ""
        return self.scenarios[(table + self.turn - 1) % len(self.scenarios)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing somebody does.

    `after_s` seconds after the question of `step`. `answers` is the step that it says
    something to ("" for none), `target` the deed that is edited, taken back or marked.
    `pointing`: into the thread of that step's question. `hurries`: better not done at all
    than after the close, when it would be understood otherwise. `waits`: until the bot is in
    the private chat. Who has no private chat when it is needed opens one. `option` is what is
    tapped, from 1.
    """

    number: int
    table: int
    person: int
    step: StepId
    after_s: float
    act: Act = Act.WRITE
    where: Where = Where.ROOM
    meant: Meant = Meant.ASIDE
    text: str = ""
    answers: str = ""
    target: int | None = None
    pointing: bool = False
    hurries: bool = False
    waits: bool = True
    option: int = 0


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
            sealed=step.is_private,
            lasts_s=_lasting(step.kind, (step.length_s or 0) / pace, most_idle_s),
            grace_s=step.grace_s / pace if step.kind is StepKind.GROUP else 0.0,
            options=len(step.options),
            many=step.choosing is Choosing.MULTIPLE,
            asks_number=step.asks_number,
            scenarios=step.scenarios or ((step.scenario,) if step.scenario else ()),
            turn=step.turn,
        )
        for step in pack.steps
    )


BEFOREHAND_S: Final = -1.0
"""The `after_s` of what is done before the dialogue begins."""

_WORTH_IT_S: Final = 6.0
"""An organizer's word takes a moment to arrive, longer on a busy machine: cutting off less
could hit the next step."""


def _lasting(kind: StepKind, length_s: float, most_idle_s: float) -> float:
    if kind.collects or length_s < most_idle_s + _WORTH_IT_S:
        return length_s
    return most_idle_s
