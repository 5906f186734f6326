"""Who is told that which effect was sent, in the transaction that notes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot import keys
from bot.hearing import wrong_room
from bot.persons import contact_rooms, whisper
from bot.seating.rooms import KEYS as SEATING_KEYS
from bot.seating.rooms import note_made
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.seating.work import SeatingWork
    from bot.wiring.given import Given
    from bot.wiring.hearing import Behind, HearingParts
    from bot.world import World
    from flows.ids import EffectKey, EventId
    from storage.transaction import Transaction


Told = Callable[["Transaction", "EffectKey", "EventId"], None]
"""Acts on what was sent; the event is the message it has become, or stands for the room it made."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: who wants to know, and of effects with which keys."""

    concerns: Callable[[EffectKey], bool]
    told: Told


class SentTable:
    """The table; and what seats people, which wants to know of what has left no event, too."""

    def __init__(self, world: World, seating: SeatingWork, rows: tuple[Row, ...]) -> None:
        self._world = world
        self._seating = seating
        self._rows = rows

    def note(self, tx: Transaction, key: EffectKey, event_id: EventId | None) -> None:
        """An effect was carried out; `event_id` is None for what leaves no event."""
        if key.startswith(SEATING_KEYS):
            self._note_seating(tx, key, event_id)
        if event_id is None:
            return
        for row in self._rows:
            if row.concerns(key):
                row.told(tx, key, event_id)

    def _note_seating(self, tx: Transaction, key: EffectKey, event_id: EventId | None) -> None:
        """A room of a table is made, or somebody is invited: the organizers see it."""
        self._world.ready(tx)
        if note_made(tx, key, event_id, self._world):
            tx.after_commit(self._seating.show_soon)


def wire_sent(given: Given, behind: Behind, hearing: HearingParts) -> SentTable:
    """Fill the table. One effect may concern several: they are told in this order."""
    prompting, voting = behind.dialogues.prompting, behind.replies.voting

    def taps_count(tx: Transaction, key: EffectKey, event_id: EventId, *, now: datetime) -> None:
        room_id = prompting.room_of(key)
        if room_id is not None:
            voting.prompt_is_known(tx, room_id, event_id, now_ms=to_ms(now))

    def at_once(act: _Timed) -> Told:
        def told(tx: Transaction, key: EffectKey, event_id: EventId) -> None:
            given.world.ready(tx)
            act(tx, key, event_id, now=given.now())

        return told

    rows = (
        Row(keys.is_consent, at_once(behind.replies.consenting.note_asked)),
        Row(keys.is_group_prompt, prompting.note_prompt),
        Row(contact_rooms.makes_room, at_once(behind.persons.contacts.room_opened)),
        Row(whisper.makes_room, at_once(behind.safety.whisper.room_opened)),
        Row(wrong_room.makes_room, at_once(hearing.wrong_room.room_opened)),
        Row(keys.is_of_prompt, at_once(taps_count)),
    )
    return SentTable(given.world, behind.steering.seating, rows)


class _Timed(Protocol):
    def __call__(
        self, tx: Transaction, key: EffectKey, event_id: EventId, /, *, now: datetime
    ) -> None: ...
