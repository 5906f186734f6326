"""Writes the play: who does what, and when, drawn from a seed.

Pure. The same seed, people, steps and answers give the same play, word for word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import Final

from demo.alone import Alone
from demo.choosing import Choosing
from demo.desk import Desk, Shelf
from demo.script import BEFOREHAND_S, Act, Deed, PlannedStep, Where
from demo.together import Together
from flows.packs.pack import StepKind

_IN_NO_HURRY: Final = 0.12
"""Open their private chat only when the dialogue has begun."""


def write_script(
    steps: Sequence[PlannedStep], tables: Sequence[int], answers: Shelf, *, seed: int
) -> tuple[Deed, ...]:
    """The play: everybody's deeds, in no particular order.

    Args:
        tables: how many people sit at each.
    """
    return tuple(_deeds(Desk(steps, tables, answers, seed)))


def _deeds(desk: Desk) -> Iterator[Deed]:
    yield from _chats(desk)
    alone, choosing, together = Alone(desk), Choosing(desk), Together(desk)
    group_steps = count()
    for place, step in enumerate(desk.steps):
        match step.kind:
            case StepKind.INDIVIDUAL | StepKind.EXERCISE:
                yield from alone.deeds(step, place)
            case StepKind.POLL | StepKind.CHECK_IN:
                yield from choosing.deeds(step)
            case StepKind.GROUP:
                yield from together.deeds(step, next(group_steps))
            case _ if step.lasts_s:
                yield from _chatter(desk, step)
            case _:
                continue


def _chats(desk: Desk) -> Iterator[Deed]:
    """Most have opened their private chat when they sat down; the others do in time."""
    first = next((place for place, one in enumerate(desk.steps) if one.sealed), None)
    if first is None:
        return
    time_s = sum(step.lasts_s for step in desk.steps[:first])
    for person in desk.people:
        if person in desk.impatient:
            continue
        step, after_s = desk.steps[0], BEFOREHAND_S
        if desk.dice.random() < _IN_NO_HURRY:
            step = desk.steps[0] if time_s else desk.steps[first]
            after_s = desk.dice.uniform(0.05, 0.7) * (time_s or step.lasts_s * 0.2)
        deed = desk.deed(person, step, after_s)
        yield replace(deed, act=Act.OPEN_CHAT, where=Where.PRIVATE)


def _chatter(desk: Desk, step: PlannedStep) -> Iterator[Deed]:
    """What is said in rooms while nothing is asked; the bot is to keep none of it."""
    for table in range(len(desk.tables)):
        members = [person for person in desk.people if person[0] == table]
        if desk.dice.random() < 0.4:  # noqa: PLR2004  at some tables
            after_s = desk.dice.uniform(0.1, 0.7) * step.lasts_s
            deed = desk.deed(desk.dice.choice(members), step, after_s)
            yield replace(deed, text=desk.texts.next("talk", "room"), hurries=True)
