"""Words for one person alone, in her private chat with the bot; one is opened if there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.sending.parcels import open_room, post
from flows.ids import EffectKey, EventId, RoomId, UserId
from storage.care import Whisper as Kept
from storage.instants import to_ms
from storage.rooms import Room, RoomUse

if TYPE_CHECKING:
    from bot.world import World
    from storage.transaction import Transaction

_ROOM = "whisper-room/"
SELDOM_MS = 10 * 60 * 1000
"""Who declines a private chat is not offered another before so long, but where it is urgent."""


def makes_room(key: EffectKey) -> bool:
    """Whether an effect opens a private chat for such words."""
    return key.startswith(_ROOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A message. `name` tells it from other words at the same time; `silent` rings nowhere."""

    name: str
    markdown: str
    silent: bool = False


class Whisper:
    """Says things to people in private, inside the transaction that decided it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def tell(
        self,
        tx: Transaction,
        user_id: UserId,
        words: Sequence[Word],
        *,
        near: RoomId,
        now: datetime,
        urgent: bool = False,
    ) -> list[EffectKey]:
        """Say these words, in their order; returns the keys under which they are said.

        What was said under its name before there was a private chat is not said again. Where
        she has not come yet after an invitation, they wait for her: nobody can make the bot open
        room after room.

        Args:
            near: a room in whose lane a private chat is opened, if one has to be.
            urgent: it is opened also for somebody who has just declined one.
        """
        early = [EffectKey(f"{user_id}/-/-/{one.name}") for one in words]
        said = [tx.outbox.fate(key) is not None for key in early]
        room_id = self._world.private_room(user_id) or tx.rooms.offered_chat(user_id)
        if room_id is not None:
            effects = [
                post(_key(room_id, one.name), room_id, one.markdown, silent=one.silent)
                for one, known in zip(words, said, strict=True)
                if not known
            ]
            tx.outbox.put(effects, now_ms=to_ms(now))
            return [
                key if known else _key(room_id, one.name)
                for key, one, known in zip(early, words, said, strict=True)
            ]
        kept = [
            tx.care.keep_whisper(user_id, Kept(key=key, markdown=one.markdown, silent=one.silent))
            for key, one, known in zip(early, words, said, strict=True)
            if not known
        ]
        since_ms = to_ms(now) if urgent else to_ms(now) - SELDOM_MS
        if not any(kept) or tx.outbox.is_ordered(_ROOM, user_id, after_ms=since_ms):
            return early
        chat = open_room(
            EffectKey(f"{_ROOM}{to_ms(now)}/{user_id}"),
            near,
            name="Runda",
            encrypted=True,
            direct=True,
            invited=[user_id],
        )
        tx.outbox.put([chat], now_ms=to_ms(now))
        return early

    def room_opened(self, tx: Transaction, key: EffectKey, made: EventId, *, now: datetime) -> None:
        """The private chat is there (its id stands for an event's): say what waits."""
        room_id, user_id = RoomId(made), UserId(key.split("/", 2)[2])
        if self._world.private_room(user_id) is None:
            known = tx.rooms.get(room_id)
            tx.rooms.put(
                Room(
                    room_id=room_id,
                    use=RoomUse.DIRECT,
                    encrypted=True,
                    number=tx.rooms.next_number(RoomUse.DIRECT),
                    peer=user_id,
                    rights=None if known is None else known.rights,
                )
            )
            self._world.see_rooms(tx)
        here = self._world.private_room(user_id) or room_id
        effects = [
            post(one.key, here, one.markdown, silent=one.silent)
            for one in tx.care.take_whispers(user_id)
        ]
        tx.outbox.put(effects, now_ms=to_ms(now))


def _key(room_id: RoomId, name: str) -> EffectKey:
    return EffectKey(f"{room_id}/-/-/{name}")
