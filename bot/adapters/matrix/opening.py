"""Making rooms, so that each is made once, and inviting people to them.

A homeserver does not recognise a second request to make the same room. But it gives an
address to one room only: who is refused the address finds there what was made before.
"""

from __future__ import annotations

from typing import Any

import structlog

from bot.adapters.matrix.rooms import EncryptedRooms
from bot.adapters.matrix.setting_up import ENCRYPTION
from bot.adapters.matrix.transport import CLIENT, SEND_DEADLINE_S, Transport, escaped
from bot.chat import OpenRoom
from bot.errors import ChatRefused, ChatUnavailable
from flows.ids import RoomId, UserId

log = structlog.get_logger(__name__)

_IN_IT = frozenset(("join", "invite"))
_ADDRESS_TAKEN = "M_ROOM_IN_USE"
_SPACE_LEVEL = 50
"""What one needs to write into a space: it is a list of rooms, and no place to talk."""


class Opening:
    """Makes rooms for one account."""

    def __init__(
        self,
        transport: Transport,
        rooms: EncryptedRooms,
        own_id: UserId,
        *,
        deadline_s: float = SEND_DEADLINE_S,
    ) -> None:
        self._transport = transport
        self._rooms = rooms
        self._own_id = own_id
        self._server = own_id.partition(":")[2]
        self._deadline_s = deadline_s

    async def open_room(self, wanted: OpenRoom) -> RoomId:
        """Make the room, or finish what an earlier call began.

        Raises:
            ChatRefused: `code` is M_ROOM_IN_USE if somebody else's room has the address.
        """
        try:
            room_id = await self._make(wanted)
        except ChatRefused as error:
            if error.code != _ADDRESS_TAKEN:
                raise
            room_id = await self._made_before(wanted.alias)
            for user_id in wanted.invited:
                await self.invite(room_id, user_id)
        self._rooms.set(room_id, encrypted=wanted.encrypted)
        if wanted.parent is not None:
            await self._list(wanted.parent, room_id, wanted.order)
        log.info("room.opened", room_id=room_id)
        return room_id

    async def _make(self, wanted: OpenRoom) -> RoomId:
        answer = await self._transport.post(
            f"{CLIENT}/createRoom", creation(wanted, self._server), deadline_s=self._deadline_s
        )
        room_id = answer.get("room_id")
        if not isinstance(room_id, str):
            raise ChatUnavailable("POST /createRoom: the homeserver's answer names no room")
        return RoomId(room_id)

    async def _made_before(self, alias: str) -> RoomId:
        address = f"#{alias}:{self._server}"
        answer = await self._transport.get(
            f"{CLIENT}/directory/room/{escaped(address)}", deadline_s=self._deadline_s
        )
        room_id = answer.get("room_id")
        if not isinstance(room_id, str) or not await self._is_ours(RoomId(room_id)):
            raise ChatRefused(f"{address} is the address of a room not ours", code=_ADDRESS_TAKEN)
        log.info("room.adopted", room_id=room_id)
        return RoomId(room_id)

    async def _is_ours(self, room_id: RoomId) -> bool:
        """Whether we have made it: anybody on the server may have guessed an address."""
        path = f"{CLIENT}/rooms/{escaped(room_id)}/state"
        try:
            state = await self._transport.get_list(path, deadline_s=self._deadline_s)
        except ChatRefused as error:
            if error.code != "M_FORBIDDEN":
                raise
            return False
        makers = [one.get("sender") for one in state if one.get("type") == "m.room.create"]
        return makers == [self._own_id]

    async def _list(self, parent: RoomId, room_id: RoomId, order: str) -> None:
        content: dict[str, Any] = {"via": [self._server], "suggested": True}
        if order:
            content["order"] = order
        await self._transport.put(
            f"{CLIENT}/rooms/{escaped(parent)}/state/m.space.child/{escaped(room_id)}",
            content,
            deadline_s=self._deadline_s,
        )

    async def invite(self, room_id: RoomId, user_id: UserId) -> None:
        """Invite a person; one who is invited or in the room stays so."""
        try:
            await self._transport.post(
                f"{CLIENT}/rooms/{escaped(room_id)}/invite",
                {"user_id": user_id},
                deadline_s=self._deadline_s,
            )
        except ChatRefused as error:
            if error.code != "M_FORBIDDEN" or not await self._is_in(room_id, user_id):
                raise

    async def _is_in(self, room_id: RoomId, user_id: UserId) -> bool:
        path = f"{CLIENT}/rooms/{escaped(room_id)}/state/m.room.member/{escaped(user_id)}"
        try:
            member = await self._transport.get(path, deadline_s=self._deadline_s)
        except ChatRefused:
            return False  # the refusal that is told is that of the invitation
        return member.get("membership") in _IN_IT


def creation(wanted: OpenRoom, server: str) -> dict[str, Any]:
    """The request that makes a room. Pure."""
    state: list[dict[str, Any]] = [ENCRYPTION] if wanted.encrypted else []
    if wanted.parent is not None:
        state.append(
            {
                "type": "m.space.parent",
                "state_key": wanted.parent,
                "content": {"via": [server], "canonical": True},
            }
        )
        rule = {
            "join_rule": "restricted",
            "allow": [{"type": "m.room_membership", "room_id": wanted.parent}],
        }
    else:
        rule = {"join_rule": "public" if wanted.open_to_all else "invite"}
    state.append({"type": "m.room.join_rules", "state_key": "", "content": rule})
    body: dict[str, Any] = {
        "preset": "private_chat",
        # Found by those who have its address, and in no list.
        "visibility": "private",
        "room_alias_name": wanted.alias,
        "name": wanted.name,
        "initial_state": state,
        "invite": list(wanted.invited),
    }
    if wanted.topic:
        body["topic"] = wanted.topic
    if wanted.direct:
        body["is_direct"] = True
    if wanted.space:
        body["creation_content"] = {"type": "m.space"}
        body["power_level_content_override"] = {"events_default": _SPACE_LEVEL}
    return body
