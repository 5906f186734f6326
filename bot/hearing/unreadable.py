"""Asking somebody whose message cannot be decrypted to write it once more.

Her app was asked for the key already, and mostly sends it within seconds. If it does not,
only she can help, and she cannot know: to her, the message looks as always.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.rendering.markdown import escape
from bot.sending.parcels import post
from bot.wording import wording
from flows.ids import DialogueId, EffectKey, RoomId, UserId
from storage.instants import from_ms, to_ms
from storage.journal import InboxState, Resolved
from storage.occurrences import Occurrence, of_no_step
from storage.rooms import RoomUse

if TYPE_CHECKING:
    from bot.world import World
    from storage.journal import Pending
    from storage.outbox import Effect
    from storage.transaction import Transaction

ALARM = "unreadable/"
"""How keys of these alarms begin; they are no step's."""

WAIT_MS = 3 * 60 * 1000
"""So long a key may take that was asked for."""

_ALARMS_OF = DialogueId("unreadable")


class Unreadable:
    """Asks, once per person, room and day, inside the transaction that rings."""

    def __init__(self, world: World, zone: ZoneInfo, language: str) -> None:
        self._world = world
        self._zone = zone
        self._language = language

    def note(self, tx: Transaction, resolved: Iterable[Resolved], *, now: datetime) -> None:
        """Order an alarm for each room in which something could not be read."""
        rooms = {one.room_id for one in resolved if one.state is InboxState.UNREADABLE}
        now_ms = to_ms(now)
        for room_id in sorted(rooms):
            if self._world.use_of(room_id) is RoomUse.NONE:
                continue
            # One for all that comes within the time a key may take.
            key = EffectKey(f"{ALARM}{room_id}/{now_ms // WAIT_MS}")
            tx.occurrences.plan(of_no_step(key, whose=_ALARMS_OF, due_ms=now_ms + WAIT_MS))

    def ring(self, tx: Transaction, occurrence: Occurrence, *, now: datetime) -> None:
        """Ask those whose messages still cannot be read."""
        tx.occurrences.done(occurrence.key, now_ms=to_ms(now))
        room_id = RoomId(occurrence.key.removeprefix(ALARM).rpartition("/")[0])
        asked: dict[UserId, Pending] = {}
        for one in tx.journal.pending(InboxState.UNREADABLE, room_id=room_id):
            if self._is_heard(room_id, one.sender):
                asked.setdefault(one.sender, one)
        effects = [self._question(room_id, one, now) for one in asked.values()]
        tx.outbox.put(effects, now_ms=to_ms(now))

    def _is_heard(self, room_id: RoomId, sender: UserId) -> bool:
        """Whether what she writes there would have meant something."""
        match self._world.use_of(room_id):
            case RoomUse.GROUP:
                return sender in self._world.participants(room_id)
            case RoomUse.ORGANIZERS:
                return sender in self._world.organizers
            case RoomUse.DIRECT | RoomUse.CONTACT:
                return True
            case RoomUse.NONE:
                return False

    def _question(self, room_id: RoomId, one: Pending, now: datetime) -> Effect:
        in_private = self._world.use_of(room_id) in (RoomUse.DIRECT, RoomUse.CONTACT)
        language = self._world.language_of(one.sender) if in_private else None
        words = wording(language or self._language)
        name = self._world.participants(room_id).get(one.sender) or one.sender
        text = words.say(
            "{name}, I cannot read what you wrote at {time}: your app has not given me the key. "
            "Please write it once more. If I still do not answer, restart the app or log in anew.",
            name=escape(name),
            time=f"{from_ms(one.sent_ms).astimezone(self._zone):%H:%M}",
        )
        # A hash: a key can be read in the message's source.
        whom = hashlib.sha256(one.sender.encode()).hexdigest()[:16]
        day = f"{now.astimezone(self._zone):%Y-%m-%d}"
        key = EffectKey(f"{room_id}/-/{whom}/unreadable/{day}")
        return post(key, room_id, text, mentions=(one.sender,), silent=False)
