"""Rooms that are replaced by others (a homeserver "upgrades" them): the bot goes along.

Both rooms have to say so, the old one and the new one: else whoever may close a room could
make any other room the group's. Who may say so is for the homeserver to tell: it takes either
word only from people who may, and from nobody inside encryption.

The organizers' room is followed as well. Then whoever is in the new one steers, and nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot import keys
from bot.dialogues.board import boards
from bot.rendering.markdown import escape
from bot.sending.parcels import join, leave, post
from bot.settings import note_organizers_moved
from bot.wording import wording
from flows.dialogue import Status
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

_MOVES = frozenset(RoomUse) - {RoomUse.NONE}


class Upgrades:
    """Follows a room to the one that replaces it, inside the transaction that journals it."""

    def __init__(self, world: World, prompting: Prompting, language: str) -> None:
        self._world = world
        self._prompting = prompting
        self._language = language

    def learn(self, tx: Transaction, facts: Iterable[RoomFacts], *, now: datetime) -> list[RoomId]:
        """Act on what rooms tell of the one before or after them.

        Returns:
            The rooms that have now taken the place of others.
        """
        moved = []
        for one in facts:
            if one.successor is not None:
                self._follow(tx, one.room_id, one.successor, now)
            for old in self._pairs(tx, one):
                new = self._successor(tx, old)
                if new is not None:
                    self._move(tx, old, new, now)
                    moved.append(new.room_id)
            if one.joined:
                self._leave_others(tx, one.room_id, now)
        return moved

    def is_awaited(self, tx: Transaction, room_id: RoomId) -> bool:
        """Whether a room of ours says that this one replaces it."""
        return tx.rooms.replaced_by(room_id) is not None

    def _follow(self, tx: Transaction, old_id: RoomId, new_id: RoomId, now: datetime) -> None:
        new = tx.rooms.get(new_id)
        if not self._is_followed(old_id) or (new is not None and new.joined):
            return
        key = EffectKey(f"{new_id}/upgrade/{to_ms(now)}/join")
        tx.outbox.put([join(key, new_id)], now_ms=to_ms(now))

    def _leave_others(self, tx: Transaction, room_id: RoomId, now: datetime) -> None:
        """Leave a room into which the bot was led and which itself replaces nothing.

        Whoever may close her own private chat could else have it listen in rooms of strangers.
        """
        new, old = tx.rooms.get(room_id), tx.rooms.replaced_by(room_id)
        if new is None or old is None or new.use is not RoomUse.NONE:
            return
        is_led = self._world.use_of(old.room_id) in _MOVES - {RoomUse.ORGANIZERS}
        if is_led and new.predecessor != old.room_id and room_id != self._world.organizers_room:
            log.warning("room.left_again", room_id=room_id)
            key = EffectKey(f"{room_id}/upgrade/{to_ms(now)}/leave")
            tx.outbox.put([leave(key, room_id)], now_ms=to_ms(now))

    def _is_followed(self, room_id: RoomId) -> bool:
        return self._world.use_of(room_id) in _MOVES

    def _pairs(self, tx: Transaction, facts: RoomFacts) -> list[Room]:
        """The rooms that this news may be the last missing word about."""
        itself = tx.rooms.get(facts.room_id)
        if itself is None:
            return []
        before = None if itself.predecessor is None else tx.rooms.get(itself.predecessor)
        pair = (before, itself)
        return [one for one in pair if one is not None and self._is_followed(one.room_id)]

    def _successor(self, tx: Transaction, old: Room) -> Room | None:
        """The room that replaces it, once that is sure and the bot is in there."""
        new = None if old.successor is None else tx.rooms.get(old.successor)
        if new is None or not new.joined or new.predecessor != old.room_id:
            return None
        is_taken = new.use is not RoomUse.NONE and self._world.busy([new.room_id]) is not None
        if is_taken or self._world.use_of(new.room_id) in (RoomUse.ORGANIZERS, RoomUse.CONTACT):
            log.warning("room.not_replaced", room_id=old.room_id, successor=new.room_id)
            return None
        return new

    def _move(self, tx: Transaction, old: Room, new: Room, now: datetime) -> None:
        name, use = new.name or old.name, self._world.use_of(old.room_id)
        tx.rooms.put(replace(new, use=use, number=old.number, peer=old.peer, name=name))
        # Whose private chat it was stays: what was said in it goes when she is forgotten.
        tx.rooms.put(replace(old, use=RoomUse.NONE, number=None))
        tx.rooms.move(old.room_id, new.room_id)
        tx.dialogues.move(old.room_id, new.room_id)
        tx.series.move(old.room_id, new.room_id)
        if use is RoomUse.ORGANIZERS:
            note_organizers_moved(tx, old.room_id, new.room_id)
            _show_anew(tx)
        self._world.see_rooms(tx)
        self._world.see_rounds(tx)
        log.info("room.replaced", room_id=old.room_id, successor=new.room_id)
        if use is RoomUse.GROUP:
            self._tell(tx, new.room_id, name or str(old.number), now)
        elif use is RoomUse.ORGANIZERS:
            self._tell_organizers(tx, new.room_id, old.name or name, now)

    def _tell_organizers(self, tx: Transaction, room_id: RoomId, old: str, now: datetime) -> None:
        words = wording(self._language)
        text = words.say(
            "This room has replaced **{old}**, and from now on I take orders here. Whoever is not "
            "in here steers nothing any more. Tell whoever runs the bot: in `config.toml`, under "
            '`[organizers]`, it shall say `room = "{room}"`. Until then I remember it myself.',
            old=escape(old),
            room=room_id,
        )
        key = EffectKey(f"{room_id}/-/-/organizers-moved/{to_ms(now)}")
        tx.outbox.put([post(key, room_id, text, silent=False)], now_ms=to_ms(now))

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


def _show_anew(tx: Transaction) -> None:
    """What is edited in place begins once more: no edit reaches into another room."""
    for dialogue in tx.dialogues.in_status(Status.RUNNING, Status.PLANNED):
        tx.outbox.withdraw_all_waiting(keys.board_edits(dialogue.id))
        tx.outbox.withdraw_all_waiting(keys.live_edits(dialogue.id))
        tx.outbox.forget([*boards(tx, dialogue.id), keys.live(dialogue.id)])
