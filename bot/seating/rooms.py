"""Rooms for the tables: made in a space of their own, or those that are there."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.dialogues.orders import group_rooms
from bot.sending.parcels import invite, open_room
from flows.ids import EffectKey, EventId, RoomId, UserId
from storage.instants import to_ms
from storage.rooms import Room, RoomUse
from storage.seating import SPACE, Seated, Seating, Stage, TableRoom, Todo

if TYPE_CHECKING:
    from bot.wording import Wording
    from bot.world import World
    from storage.transaction import Transaction

KEYS = "seating-"
"""How the keys of everything begin that is sent for the seating of people."""
_INVITE = "/invite/"
_BETWEEN_INVITATIONS_MS = 3_000
"""Twenty a minute. A homeserver's limit is of that order, and it holds for everybody on it."""


def make_rooms(
    tx: Transaction,
    seating: Seating,
    words: Wording,
    *,
    near: RoomId,
    encrypted: bool,
    now: datetime,
) -> Seating:
    """Order the space and a room for each table; they are made one after the other.

    The space is open to whoever has its address, and its members may enter the rooms. Its
    address follows from the key: it holds a secret, so that it cannot be guessed.
    """
    secret = secrets.token_hex(8)

    def key(number: int) -> EffectKey:
        return EffectKey(f"{KEYS}{seating.number}/{secret}/{number}/room/0")

    title = words.say("Our tables")
    names = {n: words.say("Table {number}", number=n) for n in range(1, seating.groups + 1)}
    effects = [open_room(key(SPACE), near, name=title, space=True, open_to_all=True)]
    effects += [
        open_room(
            key(number),
            near,
            name=name,
            encrypted=encrypted,
            inside=key(SPACE),
            order=f"{number:03}",
        )
        for number, name in names.items()
    ]
    rooms = [TableRoom(number=SPACE, name=title, key=key(SPACE))]
    rooms += [
        TableRoom(number=number, name=name, key=key(number)) for number, name in names.items()
    ]
    tx.seatings.put_rooms(seating.number, rooms)
    tx.outbox.put(effects, now_ms=to_ms(now))
    return replace(seating, stage=Stage.SETTLED)


def bind_rooms(tx: Transaction, seating: Seating) -> Seating | None:
    """Use the group rooms that are there, in their order; None if there are not enough."""
    there = group_rooms(tx)
    if len(there) < seating.groups:
        return None
    rooms = [
        TableRoom(number=number, name=room.name or str(number), room_id=room.room_id)
        for number, room in enumerate(there[: seating.groups], start=1)
    ]
    tx.seatings.put_rooms(seating.number, rooms)
    return replace(seating, stage=Stage.SETTLED, todo=Todo.CARDS)


def note_made(tx: Transaction, key: EffectKey, event_id: EventId | None, world: World) -> bool:
    """Note that an effect of a seating was carried out; True if its message shall show it."""
    if not key.startswith(KEYS):
        return False
    if _INVITE in key:
        return True
    made = None if event_id is None else tx.seatings.room_is_made(key, RoomId(event_id))
    if made is None:
        return False
    seating_no, table = made
    if table.room_id is not None and table.number != SPACE:
        known = tx.rooms.get(table.room_id) or Room(room_id=table.room_id, use=RoomUse.NONE)
        number = known.number or tx.rooms.next_number(RoomUse.GROUP)
        tx.rooms.put(replace(known, use=RoomUse.GROUP, name=table.name, joined=True, number=number))
        world.see_rooms(tx)
        world.see_rounds(tx)
    settled = tx.seatings.settled()
    if settled is not None and settled.number == seating_no:
        rooms = tx.seatings.rooms(seating_no)
        if all(room.room_id is not None for room in rooms):
            tx.seatings.save(replace(settled, todo=Todo.CARDS, revision=settled.revision + 1))
            return True
    return False


def invitation_key(seating: Seating, user_id: UserId) -> EffectKey:
    """The one invitation of a person."""
    return EffectKey(f"{KEYS}{seating.number}/-{_INVITE}{user_id}/0")


def invite_all(
    tx: Transaction, seating: Seating, people: Sequence[Seated], *, now: datetime
) -> int:
    """Order an invitation for everybody with an account, some seconds apart; returns how many.

    Into the space, from where she finds her table; where there is none, to her table itself.
    """
    rooms = {room.number: room.room_id for room in tx.seatings.rooms(seating.number)}
    wanted = []
    for one in people:
        room_id = rooms.get(SPACE, rooms.get(one.table or SPACE))
        user_id = one.person.user_id
        if user_id is None or room_id is None:
            continue
        key = invitation_key(seating, user_id)
        if tx.outbox.fate(key) is None:
            wanted.append(invite(key, room_id, user_id))
    for place, effect in enumerate(wanted):
        due_ms = to_ms(now) + place * _BETWEEN_INVITATIONS_MS
        tx.outbox.put([effect], now_ms=to_ms(now), due_ms=due_ms)
    return len(wanted)
