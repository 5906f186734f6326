"""Who can read what a simulated client writes: it gives its room keys to everybody there."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from bot.adapters.matrix.transport import CLIENT, Transport, escaped
from demo.olm import Device, Keys, devices_of
from flows.ids import RoomId, UserId

Json = dict[str, Any]


class RoomKeys:
    """Encrypts for rooms. Members and devices are asked for once, and again when told so."""

    def __init__(self, transport: Transport, keys: Keys, transaction: Callable[[], str]) -> None:
        self._transport = transport
        self._keys = keys
        self._transaction = transaction
        self._members: dict[RoomId, frozenset[UserId]] = {}
        self._devices: dict[UserId, list[Device]] = {}
        self._reached: defaultdict[RoomId, set[Device]] = defaultdict(set)
        self._locks: defaultdict[RoomId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def encrypt(self, room_id: RoomId, kind: str, content: Json) -> Json:
        """The content of an encrypted event that everybody in the room can read."""
        async with self._locks[room_id]:
            await self._give_out_key(room_id)
            return self._keys.encrypt(room_id, kind, content)

    def note_member(self, room_id: RoomId, membership: str) -> None:
        """Somebody came or went; who went must not read what is written from now on."""
        self._members.pop(room_id, None)
        if membership in {"leave", "ban"}:
            self._keys.forget_room_key(room_id)
            self._reached.pop(room_id, None)

    def note_devices(self, lists: Mapping[str, Any]) -> None:
        """Somebody has other devices than before (`device_lists` of a sync)."""
        for user_id in (*lists.get("changed", ()), *lists.get("left", ())):
            self._devices.pop(user_id, None)

    async def _give_out_key(self, room_id: RoomId) -> None:
        members = await self._members_of(room_id)
        await self._query(members)
        devices = {device for user in members for device in self._devices.get(user, ())}
        key = self._keys.room_key(room_id)
        missing = [
            device
            for device in devices - self._reached[room_id]
            if device.curve25519 != self._keys.curve25519
        ]
        if missing:
            await self._open_sessions(missing)
            await self._send(missing, key)
            self._reached[room_id].update(missing)

    async def _members_of(self, room_id: RoomId) -> frozenset[UserId]:
        known = self._members.get(room_id)
        if known is None:
            # The invited as well: the bot comes into a private chat a moment later.
            path = f"{CLIENT}/rooms/{escaped(room_id)}/members?not_membership=leave"
            answer = await self._transport.get(path)
            known = frozenset(UserId(event["state_key"]) for event in answer["chunk"])
            self._members[room_id] = known
        return known

    async def _query(self, users: Collection[UserId]) -> None:
        unknown = sorted(user for user in users if user not in self._devices)
        if unknown:
            asked: Json = {"device_keys": {user: [] for user in unknown}}
            answer = await self._transport.post(f"{CLIENT}/keys/query", asked)
            for user in unknown:
                self._devices[user] = devices_of(answer, user)

    async def _open_sessions(self, devices: Iterable[Device]) -> None:
        wanted: defaultdict[str, Json] = defaultdict(dict)
        strangers = [device for device in devices if not self._keys.knows(device)]
        for device in strangers:
            wanted[device.user_id][device.device_id] = "signed_curve25519"
        if not wanted:
            return
        answer = await self._transport.post(f"{CLIENT}/keys/claim", {"one_time_keys": wanted})
        claimed = answer.get("one_time_keys", {})
        for device in strangers:
            for key in claimed.get(device.user_id, {}).get(device.device_id, {}).values():
                self._keys.begin(device, key)

    async def _send(self, devices: Iterable[Device], key: Json) -> None:
        messages: defaultdict[str, Json] = defaultdict(dict)
        for device in devices:
            if self._keys.knows(device):
                sealed = self._keys.seal(device, "m.room_key", key)
                messages[device.user_id][device.device_id] = sealed
        path = f"{CLIENT}/sendToDevice/m.room.encrypted/{self._transaction()}"
        await self._transport.put(path, {"messages": messages})
