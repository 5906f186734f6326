"""Rooms the bot was put out of: what is decided for them waits until it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from bot.errors import ChatRefused
from bot.rendering.markdown import escape
from bot.sending.parcels import post
from bot.sending.reactions import ACKNOWLEDGEMENT
from bot.wording import wording
from flows.dialogue import Status
from flows.ids import DialogueId, EffectKey, RoomId, StepId
from storage.instants import to_ms
from storage.rooms import RoomUse

if TYPE_CHECKING:
    from bot.world import World
    from storage.outbox import Due
    from storage.rooms import Room
    from storage.transaction import Transaction

_FORBIDDEN = "M_FORBIDDEN"
_COMING = frozenset(("join", "leave", "open_room", "invite"))
"""What is about coming into a room needs nobody in it."""


class Away:
    """Keeps effects for rooms the bot is not in, and lets them go when it is there again."""

    def __init__(self, world: World, language: str) -> None:
        self._world = world
        self._language = language

    def keep(self, tx: Transaction, due: Sequence[Due]) -> list[Due]:
        """Set aside what cannot be carried out before the bot is back; returns the rest."""
        world = self._world.ready(tx)
        out = {one.room_id for one in due if self._is_out(world.rooms.get(one.room_id))}
        if not out:
            return list(due)
        kept = [one for one in due if one.room_id in out and not _is_about_coming(one)]
        tx.outbox.park([one.number for one in kept], error="the bot is not in the room")
        numbers = {one.number for one in kept}
        return [one for one in due if one.number not in numbers]

    def may_be_out(self, due: Due, error: Exception) -> bool:
        """Whether a refusal says that the bot is not in the room, or may not write there now."""
        room = self._world.rooms.get(due.room_id)
        forbidden = isinstance(error, ChatRefused) and error.code == _FORBIDDEN
        return (
            forbidden
            and room is not None
            and self._can_come_back(room)
            and not due.key.startswith(ACKNOWLEDGEMENT)
            and not _is_about_coming(due)
        )

    def come_back(self, tx: Transaction, room_id: RoomId, *, now: datetime) -> None:
        """The bot is in a room again: what was kept for it goes out, unless its time is over."""
        kept = tx.outbox.parked(room_id)
        if not kept:
            return
        # A digest is of a step that is over; only groups are spared what comes too late.
        is_of_group = self._world.use_of(room_id) is RoomUse.GROUP
        late = [one.number for one in kept if is_of_group and self._is_over(tx, one.key)]
        for number in late:
            tx.outbox.fail(number, now_ms=to_ms(now), error="its step was over")
        tx.outbox.unpark(room_id, now_ms=to_ms(now))
        self._tell(tx, room_id, len(kept) - len(late), now)

    def _tell(self, tx: Transaction, room_id: RoomId, number: int, now: datetime) -> None:
        room = self._world.rooms.get(room_id)
        if room is None or room.use is not RoomUse.GROUP or not number:
            return
        words = wording(self._language)
        text = words.say(
            "✅ I am in **{group}** again, and post there now what had to wait.",
            group=escape(room.name or str(room.number)),
        )
        key = EffectKey(f"{room_id}/-/-/return/{to_ms(now)}")
        notice = post(key, self._world.organizers_room, text, silent=True)
        tx.outbox.put([notice], now_ms=to_ms(now))

    def _is_out(self, room: Room | None) -> bool:
        return room is not None and not room.joined and self._can_come_back(room)

    def _can_come_back(self, room: Room) -> bool:
        return room.use is RoomUse.GROUP or room.room_id == self._world.organizers_room

    def _is_over(self, tx: Transaction, key: EffectKey) -> bool:
        """Whether it belongs to a step that is closed, or to a dialogue that has ended."""
        if key.startswith(ACKNOWLEDGEMENT):
            return False
        name, _, rest = key.partition("/")
        dialogue = tx.dialogues.get(DialogueId(name))
        if dialogue is None:
            return False
        step_id = StepId(rest.partition("/")[0])
        if dialogue.pack.step(step_id) is None:
            return False
        return dialogue.status is not Status.RUNNING or not dialogue.is_at(step_id)


def _is_about_coming(due: Due) -> bool:
    content = orjson.loads(due.content)
    return isinstance(content, dict) and content.get("kind") in _COMING
