"""Rooms that are replaced by others (a homeserver "upgrades" them): the bot goes along.

Both rooms have to say so, the old one and the new one: else whoever may close a room could
make any other room the group's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.rendering.markdown import escape
from bot.sending.parcels import join, post
from bot.wording import wording
from flows.ids import EffectKey, RoomId
from storage.instants import to_ms
from storage.rooms import RoomUse

if TYPE_CHECKING:
    from bot.dialogues.prompting import Prompting
    from bot.world import World
    from storage.journal import RoomFacts
    from storage.rooms import Room
    from storage.transaction import Transaction

log = structlog.get_logger()

_MOVES = frozenset((RoomUse.GROUP, RoomUse.DIRECT, RoomUse.CONTACT))


class Upgrades:
    """Follows a room to the one that replaces it, inside the transaction that journals it."""

    def __init__(self, world: World, prompting: Prompting, language: str) -> None:
        self._world = world
        self._prompting = prompting
        self._language = language

    def learn(self, tx: Transaction, facts: Iterable[RoomFacts], *, now: datetime) -> bool:
        """Act on what rooms tell of the one before or after them; True if one was replaced."""
        moved = False
        for one in facts:
            if one.successor is not None:
                self._follow(tx, one.room_id, one.successor, now)
            for old in self._pairs(tx, one):
                moved = self._move(tx, old, now) or moved
        return moved

    def is_awaited(self, tx: Transaction, room_id: RoomId) -> bool:
        """Whether a room of ours says that this one replaces it."""
        return tx.rooms.replaced_by(room_id) is not None

    def _follow(self, tx: Transaction, old_id: RoomId, new_id: RoomId, now: datetime) -> None:
        if old_id == self._world.organizers_room:
            # Which room steers stands in the configuration, and nobody in chat can change it.
            log.error("organizers_room.replaced", room_id=old_id, successor=new_id)
            return
        old, new = tx.rooms.get(old_id), tx.rooms.get(new_id)
        if old is None or old.use not in _MOVES or (new is not None and new.joined):
            return
        key = EffectKey(f"{new_id}/upgrade/{to_ms(now)}/join")
        tx.outbox.put([join(key, new_id)], now_ms=to_ms(now))

    def _pairs(self, tx: Transaction, facts: RoomFacts) -> list[Room]:
        """The rooms that this news may be the last missing word about."""
        before = tx.rooms.replaced_by(facts.room_id)
        itself = tx.rooms.get(facts.room_id) if facts.successor is not None else None
        return [one for one in (before, itself) if one is not None and one.use in _MOVES]

    def _move(self, tx: Transaction, old: Room, now: datetime) -> bool:
        new = None if old.successor is None else tx.rooms.get(old.successor)
        if new is None or not new.joined or new.predecessor != old.room_id:
            return False
        is_taken = new.use is not RoomUse.NONE and self._world.busy([new.room_id]) is not None
        if is_taken or new.use in (RoomUse.ORGANIZERS, RoomUse.CONTACT):
            log.warning("room.not_replaced", room_id=old.room_id, successor=new.room_id)
            return False
        name = new.name or old.name
        tx.rooms.put(replace(new, use=old.use, number=old.number, peer=old.peer, name=name))
        tx.rooms.put(replace(old, use=RoomUse.NONE, number=None, peer=None))
        tx.rooms.move(old.room_id, new.room_id)
        tx.dialogues.move(old.room_id, new.room_id)
        tx.series.move(old.room_id, new.room_id)
        self._world.see_rooms(tx)
        self._world.see_rounds(tx)
        log.info("room.replaced", room_id=old.room_id, successor=new.room_id)
        if old.use is RoomUse.GROUP:
            self._tell(tx, new.room_id, name or str(old.number), now)
        return True

    def _tell(self, tx: Transaction, room_id: RoomId, name: str, now: datetime) -> None:
        words = wording(self._language)
        text = words.say(
            "**{group}** has moved to another room, and I have moved with it. Its answers so far "
            "count.",
            group=escape(name),
        )
        key = EffectKey(f"{room_id}/-/-/replaced/{to_ms(now)}")
        tx.outbox.put(
            [post(key, self._world.organizers_room, text, silent=True)], now_ms=to_ms(now)
        )
        self._prompting.ask_again(tx, room_id, now=now)
