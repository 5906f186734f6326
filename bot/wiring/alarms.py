"""Who rings which alarm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.dialogues.returns import BEGINNINGS
from bot.hearing import unreadable
from bot.later import Later
from bot.persons import contact_questions, ordered, retention

if TYPE_CHECKING:
    from bot.wiring.dialogues import DialogueParts
    from bot.wiring.hearing import HearingParts
    from bot.wiring.persons import PersonParts
    from bot.world import World
    from flows.dialogue import Dialogue
    from flows.effects import AlarmKind
    from flows.ids import DialogueId
    from storage.occurrences import Occurrence
    from storage.transaction import Transaction


class Ring(Protocol):
    """Does what an alarm is for, and marks it done; returns the dialogue it moved."""

    def __call__(
        self, tx: Transaction, occurrence: Occurrence, *, now: datetime
    ) -> DialogueId | None:
        """Ring."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """The table.

    Args:
        of_keys: those of no dialogue's step, by how their keys begin;
        of_kinds: of the others, those that begin a dialogue;
        of_steps: and all that is left.
    """

    world: World
    of_keys: Mapping[str, Ring]
    of_kinds: Mapping[AlarmKind, Ring]
    of_steps: Ring

    def ring(self, tx: Transaction, occurrence: Occurrence, now: datetime) -> DialogueId | None:
        """Do what an alarm is for, in this transaction; returns the dialogue it moved."""
        self.world.ready(tx)
        return self._whose(occurrence)(tx, occurrence, now=now)

    def _whose(self, occurrence: Occurrence) -> Ring:
        for prefix, ring in self.of_keys.items():
            if occurrence.key.startswith(prefix):
                return ring
        return self.of_kinds.get(occurrence.alarm, self.of_steps)


def wire_alarms(
    world: World, *, persons: PersonParts, dialogues: DialogueParts, hearing: HearingParts
) -> Alarms:
    """Fill the table."""
    return Alarms(
        world=world,
        of_keys={
            contact_questions.ALARM: persons.contacts.ring,
            unreadable.ALARM: hearing.unreadable.ring,
            retention.ALARM: persons.retention.ring,
            ordered.ALARM: _with_what_follows(persons, hearing),
        },
        of_kinds=dict.fromkeys(BEGINNINGS, _id_of(dialogues.returns.ring)),
        of_steps=_id_of(dialogues.dispatcher.ring),
    )


class _RingOfDialogue(Protocol):
    def __call__(
        self, tx: Transaction, occurrence: Occurrence, *, now: datetime
    ) -> Dialogue | None: ...


def _id_of(ring: _RingOfDialogue) -> Ring:
    def rung(tx: Transaction, occurrence: Occurrence, *, now: datetime) -> DialogueId | None:
        dialogue = ring(tx, occurrence, now=now)
        return None if dialogue is None else dialogue.id

    return rung


def _with_what_follows(persons: PersonParts, hearing: HearingParts) -> Ring:
    """What an operator has ordered for a person, and all that follows as if she had said it."""

    def rung(tx: Transaction, occurrence: Occurrence, *, now: datetime) -> DialogueId | None:
        later = Later()
        persons.ordered.ring(tx, occurrence, later, now=now)
        hearing.intake.do_later(tx, later, now)
        return min(later.touched, default=None)

    return rung
