"""Carrying out one parcel on the homeserver."""

from __future__ import annotations

from typing import Any, Protocol, assert_never

from bot.adapters.matrix.content import KEY, SEAL, Outgoing, event_for, file_event, seal
from bot.adapters.matrix.media import MediaStore
from bot.adapters.matrix.opening import Opening
from bot.adapters.matrix.rooms import EncryptedRooms
from bot.adapters.matrix.transport import CLIENT, SEND_DEADLINE_S, Transport, escaped
from bot.chat import (
    Invite,
    Join,
    Leave,
    OpenRoom,
    Parcel,
    Post,
    PostFile,
    React,
    Revise,
    TakeBack,
)
from bot.errors import ChatRefused, ChatUnavailable
from flows.ids import EventId, RoomId

PUT_TIMEOUT_S = 10.0
"""For one try to post: after that the same transaction id is tried again. A homeserver that
hangs on one room shall not hold that room for long, nor the request that others could use; one
that is only slow recognises the second try, and answers it with what came of the first."""

_LEFT_ALREADY = frozenset(("M_FORBIDDEN", "M_NOT_FOUND", "M_UNKNOWN"))


class Encrypts(Protocol):
    """What the sender needs of encryption."""

    async def encrypt(self, room_id: RoomId, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """The content of an ``m.room.encrypted`` that every member of the room can read."""
        ...


class Sender:
    """Sends parcels.

    Args:
        deadline_s: how long a call goes on trying by itself.
        put_timeout_s: how long one try to post an event may take.
    """

    def __init__(
        self,
        transport: Transport,
        rooms: EncryptedRooms,
        encryption: Encrypts,
        *,
        media: MediaStore,
        opening: Opening,
        deadline_s: float = SEND_DEADLINE_S,
        put_timeout_s: float = PUT_TIMEOUT_S,
    ) -> None:
        self._transport = transport
        self._rooms = rooms
        self._encryption = encryption
        self._media = media
        self._opening = opening
        self._deadline_s = deadline_s
        self._put_timeout_s = put_timeout_s

    async def send(self, parcel: Parcel) -> EventId | None:
        """Carry out a parcel; the id of the event, where one is made."""
        match parcel.content:
            case Join():
                await self._join(parcel.room_id)
                return None
            case Leave():
                await self._leave(parcel.room_id)
                return None
            case TakeBack(target=target):
                return await self._take_back(parcel, target)
            case OpenRoom() as wanted:
                # Where an event's id is asked for, the room's is the answer.
                return EventId(await self._opening.open_room(wanted))
            case Invite(user_id=user_id):
                await self._opening.invite(parcel.room_id, user_id)
                return None
            case PostFile() as file:
                encrypted = await self._rooms.is_encrypted(parcel.room_id)
                where = await self._media.put(file, encrypted=encrypted)
                return await self._event(parcel, file_event(file, where, parcel.once_key))
            case Post() | Revise() | React() as said:
                return await self._event(parcel, event_for(said, parcel.once_key))
            case _:
                assert_never(parcel.content)

    async def _event(self, parcel: Parcel, outgoing: Outgoing) -> EventId:
        room_id, kind, content = parcel.room_id, outgoing.type, outgoing.content
        if outgoing.encryptable and await self._rooms.is_encrypted(room_id):
            content = await self._encryption.encrypt(room_id, kind, content)
            content[SEAL] = seal(parcel.once_key)
            kind = "m.room.encrypted"
        return await self._put(
            f"{CLIENT}/rooms/{escaped(room_id)}/send/{kind}/{escaped(parcel.transaction_id)}",
            content,
        )

    async def _take_back(self, parcel: Parcel, target: EventId) -> EventId:
        room, transaction = escaped(parcel.room_id), escaped(parcel.transaction_id)
        return await self._put(
            f"{CLIENT}/rooms/{room}/redact/{escaped(target)}/{transaction}",
            {KEY: parcel.once_key},
        )

    async def _put(self, path: str, content: dict[str, Any]) -> EventId:
        answer = await self._transport.put(
            path, content, timeout_s=self._put_timeout_s, deadline_s=self._deadline_s
        )
        event_id = answer.get("event_id")
        if not isinstance(event_id, str):
            raise ChatUnavailable(f"PUT {path}: the homeserver's answer names no event")
        return EventId(event_id)

    async def _join(self, room_id: RoomId) -> None:
        await self._transport.post(
            f"{CLIENT}/join/{escaped(room_id)}", {}, deadline_s=self._deadline_s
        )

    async def _leave(self, room_id: RoomId) -> None:
        try:
            await self._transport.post(
                f"{CLIENT}/rooms/{escaped(room_id)}/leave", {}, deadline_s=self._deadline_s
            )
        except ChatRefused as error:
            if error.code not in _LEFT_ALREADY:
                raise
