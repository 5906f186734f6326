"""Helping a person who has come into another group's room than her own.

Her own is where she has answered in the dialogue that runs, or else where the list of participants
seats her. She is told in private, with a link,
and nobody else reads it. If she has no private chat with the bot, it opens one: that is one
invitation, to somebody who has just come in by herself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.persons.whisper import SELDOM_MS
from bot.rendering.help import wrong_room_markdown
from bot.sending.parcels import open_room, post
from bot.wording import wording
from flows.ids import EffectKey, EventId, RoomId, UserId
from storage.instants import to_ms
from storage.rooms import Room, RoomUse

if TYPE_CHECKING:
    from bot.chat import Links
    from bot.world import World
    from storage.transaction import Transaction

log = structlog.get_logger()

_ROOM = "wrong-room/"


def makes_room(key: EffectKey) -> bool:
    """Whether an effect opens a private chat for such a hint."""
    return key.startswith(_ROOM)


class WrongRoom:
    """Tells people which room is theirs, inside the transaction that heard of their coming."""

    def __init__(self, world: World, links: Links, language: str) -> None:
        self._world = world
        self._links = links
        self._language = language

    def help(
        self, tx: Transaction, came: Iterable[tuple[RoomId, UserId]], *, now: datetime
    ) -> None:
        """Help those of the newcomers who sit elsewhere and have not been there since."""
        for room_id, user_id in came:
            own = self._own(tx, user_id)
            if own in (None, room_id) or user_id in self._world.participants(own or room_id):
                continue
            log.info("person.misplaced", room_id=room_id)
            private = self._world.private_room(user_id) or tx.rooms.offered_chat(user_id)
            if private is not None:
                self._tell(tx, private, user_id, now)
                continue
            if tx.outbox.is_ordered(_ROOM, user_id, after_ms=to_ms(now) - SELDOM_MS):
                continue
            key = EffectKey(f"{_ROOM}{to_ms(now)}/{user_id}")
            chat = open_room(key, room_id, name="Runda", direct=True, invited=[user_id])
            tx.outbox.put([chat], now_ms=to_ms(now))

    def room_opened(self, tx: Transaction, key: EffectKey, made: EventId, *, now: datetime) -> None:
        """The private chat is there (its id stands for an event's)."""
        room_id, user_id = RoomId(made), UserId(key.split("/", 2)[2])
        room = Room(
            room_id=room_id,
            use=RoomUse.DIRECT,
            number=tx.rooms.next_number(RoomUse.DIRECT),
            peer=user_id,
        )
        tx.rooms.put(room)
        self._world.see_rooms(tx)
        self._tell(tx, room_id, user_id, now)

    def _own(self, tx: Transaction, user_id: UserId) -> RoomId | None:
        return self._world.own_room(user_id) or tx.seatings.room_of(user_id)

    def _tell(self, tx: Transaction, private: RoomId, user_id: UserId, now: datetime) -> None:
        own = self._own(tx, user_id)
        if own is None:
            return
        room = self._world.rooms.get(own)
        name = "" if room is None else room.name or str(room.number)
        said = wrong_room_markdown(name, self._links.room(own), wording(self._language))
        key = EffectKey(f"{private}/-/-/wrong-room/{to_ms(now)}")
        tx.outbox.put([post(key, private, said, silent=False)], now_ms=to_ms(now))
