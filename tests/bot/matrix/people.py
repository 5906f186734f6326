"""People in a test's rooms: plain HTTP for plain rooms."""

from __future__ import annotations

import secrets
from types import TracebackType
from typing import Any, Self

from bot.adapters.matrix.transport import CLIENT, Transport, escaped
from demo.homeserver import Account, Homeserver
from flows.ids import EventId, RoomId, UserId


class Person:
    """Somebody with a client that speaks plain HTTP."""

    def __init__(self, homeserver: Homeserver, account: Account) -> None:
        self.account = account
        self.homeserver = homeserver.url
        self._transport = Transport(homeserver.url, account.access_token)

    @property
    def id(self) -> UserId:
        """The person's account."""
        return self.account.user_id

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.close()

    async def makes_room(
        self, *invited: UserId, version: str = "12", encrypted: bool = False, **more: Any
    ) -> RoomId:
        """Make a room and invite people."""
        state = [ENCRYPTION] if encrypted else []
        body = {
            "preset": "private_chat",
            "room_version": version,
            "invite": list(invited),
            "initial_state": state,
            **more,
        }
        answer = await self._transport.post(f"{CLIENT}/createRoom", body)
        return RoomId(answer["room_id"])

    async def joins(self, room_id: RoomId) -> None:
        """Accept an invitation."""
        await self._transport.post(f"{CLIENT}/join/{escaped(room_id)}", {})

    async def leaves(self, room_id: RoomId) -> None:
        """Leave."""
        await self._transport.post(f"{CLIENT}/rooms/{escaped(room_id)}/leave", {})

    async def does(self, room_id: RoomId, what: str, user_id: UserId) -> None:
        """Invite, kick or ban somebody."""
        await self._transport.post(
            f"{CLIENT}/rooms/{escaped(room_id)}/{what}", {"user_id": user_id}
        )

    async def writes(self, room_id: RoomId, text: str, **content: Any) -> EventId:
        """Write a message."""
        return await self.sends(
            room_id, "m.room.message", {"msgtype": "m.text", "body": text, **content}
        )

    async def sends(self, room_id: RoomId, kind: str, content: Any) -> EventId:
        """Send an event of any kind."""
        path = f"{CLIENT}/rooms/{escaped(room_id)}/send/{kind}/{secrets.token_hex(8)}"
        return EventId((await self._transport.put(path, content))["event_id"])

    async def withdraws(self, room_id: RoomId, event_id: EventId) -> EventId:
        """Redact an event."""
        path = f"{CLIENT}/rooms/{escaped(room_id)}/redact/{escaped(event_id)}"
        answer = await self._transport.put(f"{path}/{secrets.token_hex(8)}", {})
        return EventId(answer["event_id"])

    async def sets(self, room_id: RoomId, kind: str, content: Any) -> None:
        """Set the room's state."""
        await self._transport.put(f"{CLIENT}/rooms/{escaped(room_id)}/state/{kind}/", content)

    async def sends_to_device(self, kind: str, user_id: UserId, device: str, content: Any) -> None:
        """Send a message to a device."""
        await self._transport.put(
            f"{CLIENT}/sendToDevice/{kind}/{secrets.token_hex(8)}",
            {"messages": {user_id: {device: content}}},
        )

    async def reads(self, room_id: RoomId) -> list[dict[str, Any]]:
        """The room's latest events, oldest first."""
        path = f"{CLIENT}/rooms/{escaped(room_id)}/messages?dir=b&limit=1000"
        events: list[dict[str, Any]] = (await self._transport.get(path))["chunk"]
        return events[::-1]

    async def asks(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call the homeserver with this person's token."""
        return await self._transport.request(method, path, body)


ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}
