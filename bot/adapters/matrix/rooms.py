"""Which rooms are encrypted: asked before anything is said in them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.adapters.matrix.transport import CLIENT, Transport, escaped
from bot.errors import ChatRefused
from flows.ids import RoomId
from storage.journal import Batch
from storage.rooms import Room


class EncryptedRooms:
    """Remembers of each room whether it is encrypted; a room once encrypted stays so."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._known: dict[RoomId, bool] = {}

    def load(self, rooms: Iterable[Room]) -> None:
        """Take over what the database knows.

        Only once the first sync is in: before, "not encrypted" may only mean "not heard".
        """
        for room in rooms:
            if room.encrypted or room.joined:
                self._known[room.room_id] = room.encrypted

    def learn(self, batch: Batch) -> None:
        """Take over what an answer of the homeserver told."""
        for facts in batch.rooms:
            if facts.encrypted:
                self._known[facts.room_id] = True
        for departure in batch.departures:
            self.forget(departure.room_id)

    def set(self, room_id: RoomId, *, encrypted: bool) -> None:
        """Note how a room was made."""
        self._known[room_id] = encrypted

    def forget(self, room_id: RoomId) -> None:
        """Ask again: while the bot is outside, a room can change unheard."""
        self._known.pop(room_id, None)

    def encrypted(self) -> list[RoomId]:
        """The rooms known to be encrypted."""
        return [room_id for room_id, encrypted in self._known.items() if encrypted]

    async def is_encrypted(self, room_id: RoomId) -> bool:
        """Whether a room is encrypted; the homeserver is asked if it is not known.

        Raises:
            ChatUnavailable, ChatRefused: It cannot be known now; nothing may be sent then,
                for plain text must never go into an encrypted room.
        """
        known = self._known.get(room_id)
        if known is None:
            known = self._known[room_id] = await self._ask(room_id)
        return known

    async def _ask(self, room_id: RoomId) -> bool:
        try:
            await self._transport.get(f"{CLIENT}/rooms/{escaped(room_id)}/state/m.room.encryption/")
        except ChatRefused as error:
            if error.code == "M_NOT_FOUND":
                return False
            raise
        return True
