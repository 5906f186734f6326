"""Telling the organizers, by name of group and reason, what could not be delivered."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from bot.errors import ChatRefused
from bot.rendering.markdown import escape
from bot.sending.parcels import asks_people_in, post
from bot.sending.reactions import ACKNOWLEDGEMENT
from bot.wording import wording
from flows.ids import EffectKey
from storage.instants import to_ms
from storage.rooms import RoomUse

if TYPE_CHECKING:
    from bot.world import World
    from storage.outbox import Due
    from storage.transaction import Transaction


class Undeliverable:
    """Says once per room and hour what went wrong there; a room gone fails many times."""

    def __init__(self, world: World, language: str) -> None:
        self._world = world
        self._language = language

    def tell(self, tx: Transaction, due: Due, error: Exception, *, now: datetime) -> None:
        """Put a notice to the organizers into the outbox.

        Not for a failed acknowledgement (the answer is stored, nothing is missing), and not
        when the organizers' own room is the one that refuses.
        """
        world = self._world.ready(tx)
        # A room that is made, or an invitation, only stands in some room's order.
        asks_in = asks_people_in(due.content)
        is_own = due.room_id == world.organizers_room and not asks_in
        if due.key.startswith(ACKNOWLEDGEMENT) or is_own:
            return
        room = world.rooms.get(due.room_id)
        words = wording(self._language)
        if asks_in:
            text = words.say(
                "⚠️ I could not make a room, or invite somebody to one: {reason}. Ask whoever runs "
                "the homeserver whether I may.",
                reason=escape(_code(error)),
            )
        elif room is not None and room.use is RoomUse.GROUP:
            text = words.say(
                "⚠️ I cannot reach **{group}**: {reason}. Check that I am still in its room and "
                "may write there.",
                group=escape(room.name or str(room.number)),
                reason=escape(str(error)),
            )
        else:
            text = words.say(
                "⚠️ A private message could not be delivered: {reason}.",
                reason=escape(_code(error)),
            )
        # A hash: a key can be read in the message's source, and a private chat is nobody's.
        what = f"{due.room_id}/people" if asks_in else due.room_id
        where = hashlib.sha256(what.encode()).hexdigest()[:16]
        key = EffectKey(f"{where}/-/-/undeliverable/{now:%Y-%m-%dT%H}")
        notice = post(key, world.organizers_room, text, silent=False)
        tx.outbox.put([notice], now_ms=to_ms(now))


def _code(error: Exception) -> str:
    """Why, without the chat's own words: those name the room, and often the person."""
    return error.code if isinstance(error, ChatRefused) else type(error).__name__
