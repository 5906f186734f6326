"""Rooms the bot is in, and the people in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from flows.ids import RoomId, UserId
from storage.journal import MemberChange, Membership, RoomFacts
from storage.rights import Rights, from_text, to_text
from storage.tables import (
    ContactRow,
    HelpCallRow,
    MemberRow,
    OutboxRow,
    RoomRow,
    RoundRow,
    TableRoomRow,
    table_of,
)

_room = table_of(RoomRow)
_member = table_of(MemberRow)
_outbox = table_of(OutboxRow)
_round = table_of(RoundRow)
_table_room = table_of(TableRoomRow)
_call = table_of(HelpCallRow)
_contact = table_of(ContactRow)


class RoomUse(StrEnum):
    """What a room is to us."""

    ORGANIZERS = "organizers"
    GROUP = "group"
    DIRECT = "direct"
    CONTACT = "contact"
    """The room of a remote contact, who takes part in no group."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room. `number` orders group rooms (table 1, 2 …); `peer` is who a private chat is with.

    `rights` is None until the homeserver has told. `successor` is the room by which it was
    replaced, `predecessor` the one it replaces; each as the room itself says.
    """

    room_id: RoomId
    use: RoomUse
    name: str = ""
    encrypted: bool = False
    joined: bool = True
    number: int | None = None
    peer: UserId | None = None
    rights: Rights | None = None
    successor: RoomId | None = None
    predecessor: RoomId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in a room."""

    room_id: RoomId
    user_id: UserId
    name: str | None


class Rooms:
    """Rooms and members inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def get(self, room_id: RoomId) -> Room | None:
        """The room, or None if it was never seen."""
        row = self._db.execute(sa.select(_room).where(_room.c.room_id == room_id)).first()
        return None if row is None else _to_room(row)

    def all(self) -> list[Room]:
        """Every room ever seen, group rooms first in their order."""
        rows = self._db.execute(sa.select(_room).order_by(_room.c.number, _room.c.room_id))
        return [_to_room(row) for row in rows]

    def used_as(self, use: RoomUse) -> list[Room]:
        """Joined rooms of one use, in the order of their numbers."""
        query = (
            sa.select(_room)
            .where(_room.c.use == use.value, _room.c.joined)
            .order_by(_room.c.number, _room.c.room_id)
        )
        return [_to_room(row) for row in self._db.execute(query)]

    def put(self, room: Room) -> None:
        """Add a room, or replace what is known of it."""
        values = {
            "use": room.use.value,
            "name": room.name,
            "encrypted": room.encrypted,
            "joined": room.joined,
            "number": room.number,
            "peer": room.peer,
            "rights": None if room.rights is None else to_text(room.rights),
            "successor": room.successor,
            "predecessor": room.predecessor,
        }
        here = _room.c.room_id == room.room_id
        if self._db.execute(sa.update(_room).where(here).values(**values)).rowcount == 0:
            self._db.execute(sa.insert(_room).values(room_id=room.room_id, **values))

    def next_number(self, use: RoomUse) -> int:
        """The number a new room of this use gets."""
        query = sa.select(sa.func.max(_room.c.number)).where(_room.c.use == use.value)
        return (self._db.scalar(query) or 0) + 1

    def learn(self, facts: RoomFacts) -> None:
        """Keep what changed of a room; an unknown room is added without a use.

        Encryption is never unlearned: no room goes back to plain text.
        """
        room = self.get(facts.room_id) or Room(room_id=facts.room_id, use=RoomUse.NONE)
        self.put(
            replace(
                room,
                name=room.name if facts.name is None else facts.name,
                encrypted=room.encrypted or bool(facts.encrypted),
                joined=room.joined if facts.joined is None else facts.joined,
                rights=_learned(room.rights, facts),
                successor=facts.successor or room.successor,
                predecessor=facts.predecessor or room.predecessor,
            )
        )

    def replaced_by(self, room_id: RoomId) -> Room | None:
        """The room that says that this one replaces it."""
        row = self._db.execute(sa.select(_room).where(_room.c.successor == room_id)).first()
        return None if row is None else _to_room(row)

    def move(self, old: RoomId, new: RoomId) -> None:
        """Another room takes the place of one in all that goes on there.

        What was said in the old one stays where it was said.
        """
        for table in (_outbox, _round, _table_room, _call, _contact):
            here = table.c.room_id == old
            if table is _outbox:
                here = sa.and_(here, _outbox.c.state == 0)
            elif table is _round:
                here = sa.and_(here, _round.c.closed_ms.is_(None))
            self._db.execute(sa.update(table).where(here).values(room_id=new))

    def apply(self, changes: Sequence[MemberChange]) -> list[MemberChange]:
        """Keep changes of membership, and return those that were newer than what is known."""
        return [change for change in changes if self._apply(change)]

    def _apply(self, change: MemberChange) -> bool:
        here = (_member.c.room_id == change.room_id, _member.c.user_id == change.user_id)
        known = self._db.execute(sa.select(_member).where(*here)).first()
        values: dict[str, Any] = {
            "membership": change.membership.value,
            "name": change.name,
            "sent_ms": change.sent_ms,
        }
        if known is None:
            keys = {"room_id": change.room_id, "user_id": change.user_id}
            self._db.execute(sa.insert(_member).values(**keys, **values))
            return True
        if known.sent_ms > change.sent_ms:
            return False
        self._db.execute(sa.update(_member).where(*here).values(**values))
        return True

    def members(self, room_id: RoomId) -> list[Member]:
        """The people joined to a room."""
        return self._members(_member.c.room_id == room_id)

    def names_of(self, user_id: UserId) -> list[str]:
        """What a person calls herself in rooms, each name once."""
        query = sa.select(_member.c.name).where(
            _member.c.user_id == user_id, _member.c.name.is_not(None)
        )
        return sorted({str(name) for name in self._db.scalars(query)})

    def forget_name(self, user_id: UserId) -> None:
        """Erase what a person called herself; that she is in a room stays."""
        self._db.execute(sa.update(_member).where(_member.c.user_id == user_id).values(name=None))

    def members_of_groups(self) -> list[Member]:
        """The people joined to any group room."""
        groups = sa.select(_room.c.room_id).where(
            _room.c.use == RoomUse.GROUP.value, _room.c.joined
        )
        return self._members(_member.c.room_id.in_(groups))

    def private_chats(self) -> list[Room]:
        """The joined private chats that their person has not left, in their order."""
        peer = sa.and_(_member.c.room_id == _room.c.room_id, _member.c.user_id == _room.c.peer)
        query = (
            sa.select(_room)
            .join(_member, peer)
            .where(
                _room.c.use == RoomUse.DIRECT.value,
                _room.c.joined,
                _member.c.membership == Membership.JOIN.value,
            )
            .order_by(_room.c.number, _room.c.room_id)
        )
        return [_to_room(row) for row in self._db.execute(query)]

    def offered_chat(self, user_id: UserId) -> RoomId | None:
        """The newest private chat that is open to a person: she may come yet, or is in there."""
        peer = sa.and_(_member.c.room_id == _room.c.room_id, _member.c.user_id == _room.c.peer)
        away = (Membership.LEAVE.value, Membership.BAN.value)
        query = (
            sa.select(_room.c.room_id)
            .outerjoin(_member, peer)
            .where(
                _room.c.use == RoomUse.DIRECT.value,
                _room.c.joined,
                _room.c.peer == user_id,
                sa.or_(_member.c.membership.is_(None), _member.c.membership.not_in(away)),
            )
            .order_by(_room.c.number.desc(), _room.c.room_id)
            .limit(1)
        )
        found = self._db.scalar(query)
        return None if found is None else RoomId(found)

    def _members(self, where: sa.ColumnElement[bool]) -> list[Member]:
        query = (
            sa.select(_member)
            .where(where, _member.c.membership == Membership.JOIN.value)
            .order_by(_member.c.room_id, _member.c.user_id)
        )
        return [
            Member(room_id=RoomId(row.room_id), user_id=UserId(row.user_id), name=row.name)
            for row in self._db.execute(query)
        ]


def _to_room(row: sa.Row[Any]) -> Room:
    return Room(
        room_id=RoomId(row.room_id),
        use=RoomUse(row.use),
        name=row.name,
        encrypted=row.encrypted,
        joined=row.joined,
        number=row.number,
        peer=None if row.peer is None else UserId(row.peer),
        rights=None if row.rights is None else from_text(row.rights),
        successor=None if row.successor is None else RoomId(row.successor),
        predecessor=None if row.predecessor is None else RoomId(row.predecessor),
    )


def _learned(known: Rights | None, facts: RoomFacts) -> Rights | None:
    if facts.creators is None and facts.levels is None:
        return known
    before = known or Rights()
    return Rights(
        creators=before.creators if facts.creators is None else facts.creators,
        levels=before.levels if facts.levels is None else facts.levels,
    )
