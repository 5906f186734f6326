"""Room keys of our own: made, given to everybody in the room, and made anew when needed.

What is kept here lives as long as the process; the next one begins with new room keys.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog

from bot.adapters.matrix.keys import DeviceKeys
from bot.adapters.matrix.olm import Device, Machine, OutboundGroupSession
from bot.adapters.matrix.transport import CLIENT, Transport, escaped
from bot.errors import ChatRefused, ChatUnavailable
from flows.ids import RoomId, UserId
from storage.journal import MemberChange, Membership

log = structlog.get_logger(__name__)

_MEGOLM = "m.megolm.v1.aes-sha2"
_PRESENT = frozenset((Membership.JOIN.value, Membership.INVITE.value))
_GONE = frozenset((Membership.LEAVE, Membership.BAN))

_OPEN_PAST = frozenset(("shared", "world_readable"))
"""Where whoever comes may read what was written before."""

_PAST_AFTER_S = 5.0
"""Whoever comes has her client ask the homeserver first whose devices are in the room: some
show nothing that came before they knew, and do not look again."""

_AT_ONCE = 20
"""Devices per request: encrypting for them keeps the loop busy for some 10 ms."""

_FIRST_SWEEP_S = 30.0
_LONGEST_SWEEP_S = 3600.0
_MOST_OWED = 50
"""Keys kept for a device that cannot be reached; older ones are dropped."""

DeviceId = tuple[UserId, str]


@dataclass(slots=True)
class _Shared:
    """The key in use in a room, and who has it."""

    session: OutboundGroupSession
    first_key: str
    """The key as of the first message: who was there may read from there on."""
    founders: frozenset[UserId]
    reached: set[DeviceId] = field(default_factory=set)
    is_current: bool = False
    """False when somebody or some device may have come since it was last given out."""


@dataclass(slots=True)
class _Owed:
    """Keys for a device with which no session could be begun (it had no key to give)."""

    keys: list[dict[str, Any]] = field(default_factory=list)
    next_try: float = 0.0
    pause: float = _FIRST_SWEEP_S


class RoomKeys:
    """Encrypts for rooms."""

    def __init__(
        self, transport: Transport, machine: Machine, keys: DeviceKeys, own_id: UserId
    ) -> None:
        self._transport = transport
        self._machine = machine
        self._keys = keys
        self._own_id = own_id
        self._shared: dict[RoomId, _Shared] = {}
        self._members: dict[RoomId, frozenset[UserId]] = {}
        self._owed: dict[DeviceId, _Owed] = {}
        self._late: dict[RoomId, dict[UserId, float]] = defaultdict(dict)
        self._came: set[tuple[RoomId, UserId]] = set()
        self._locks: defaultdict[RoomId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def encrypt(self, room_id: RoomId, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """The content of an encrypted event that everybody in the room can read.

        Raises:
            ChatUnavailable: The key could not be given out now; nothing may be sent.
        """
        shared = await self._current(room_id)
        plain = {"type": kind, "content": content, "room_id": room_id}
        encrypted: dict[str, Any] = {
            "algorithm": _MEGOLM,
            "sender_key": self._machine.account.identity_keys["curve25519"],
            "ciphertext": shared.session.encrypt(orjson.dumps(plain).decode()),
            "session_id": shared.session.id,
            "device_id": self._machine.device_id,
        }
        relation = content.get("m.relates_to")
        if relation is not None:
            encrypted["m.relates_to"] = relation
        return encrypted

    # ------------------------------------------------------------------ changes

    def note_members(self, changes: Iterable[MemberChange]) -> None:
        """Somebody came or went; who went must not read what is written from now on."""
        for change in changes:
            room_id = change.room_id
            self._members.pop(room_id, None)
            self._note_comer(change)
            shared = self._shared.get(room_id)
            if shared is None:
                continue
            shared.is_current = False
            if change.membership in _GONE:
                del self._shared[room_id]

    def _note_comer(self, change: MemberChange) -> None:
        """Who comes sees what was written before, and needs its keys; once in this process."""
        place = (change.room_id, change.user_id)
        if change.membership in _GONE:
            self._came.discard(place)
            self._late[change.room_id].pop(change.user_id, None)
        elif change.user_id != self._own_id and place not in self._came:
            self._came.add(place)
            self._late[change.room_id][change.user_id] = time.monotonic() + _PAST_AFTER_S

    def note_devices(self, users: Collection[UserId]) -> None:
        """Somebody has other devices than before."""
        if not users:
            return
        for room_id, shared in self._shared.items():
            if not self._members.get(room_id, frozenset()).isdisjoint(users):
                shared.is_current = False

    # ------------------------------------------------------------------ sharing

    async def _current(self, room_id: RoomId) -> _Shared:
        shared = self._shared.get(room_id)
        if shared is not None and shared.is_current and not shared.session.expired:
            return shared
        async with self._locks[room_id]:
            # Whoever waited here finds it done.
            shared = self._shared.get(room_id)
            while shared is None or not shared.is_current or shared.session.expired:
                shared = await self._share(room_id)
            return shared

    async def _share(self, room_id: RoomId) -> _Shared:
        members = await self._members_of(room_id)
        await self._keys.query(members)
        devices = self._devices_of(members)
        shared = self._shared.get(room_id)
        here = {_name(device) for device in devices}
        if shared is None or shared.session.expired or not shared.reached <= here:
            shared = self._make(room_id, members)
        # From here on every change is one that this round may have missed.
        shared.is_current = True
        try:
            missing = [device for device in devices if _name(device) not in shared.reached]
            await self._give_out(room_id, shared, missing)
        except BaseException:
            shared.is_current = False
            raise
        return shared

    def _make(self, room_id: RoomId, members: frozenset[UserId]) -> _Shared:
        self._machine.create_outbound_group_session(room_id)
        session = self._machine.outbound_group_sessions.pop(room_id)
        session.shared = True  # nio's own guard; ours is that _current gives nothing else out
        self._machine.keep_own_session(room_id, session)
        made = _Shared(session=session, first_key=session.session_key, founders=members)
        self._shared[room_id] = made
        return made

    async def _members_of(self, room_id: RoomId) -> frozenset[UserId]:
        known = self._members.get(room_id)
        if known is not None:
            return known
        # Those invited as well: they see the room's past when they come in.
        answer = await self._transport.get(
            f"{CLIENT}/rooms/{escaped(room_id)}/members?not_membership=leave"
        )
        chunk = answer.get("chunk")
        if not isinstance(chunk, list):
            raise ChatUnavailable(f"GET /members of {room_id}: the answer has no members")
        members = frozenset(
            UserId(raw["state_key"])
            for raw in chunk
            if raw.get("content", {}).get("membership") in _PRESENT
        )
        self._members[room_id] = members
        return members

    def _devices_of(self, members: Iterable[UserId]) -> list[Device]:
        return [
            device
            for user in sorted(members)
            for device in self._machine.device_store.active_user_devices(user)
            if _name(device) != (self._own_id, self._machine.device_id)
        ]

    async def _give_out(self, room_id: RoomId, shared: _Shared, devices: list[Device]) -> None:
        sessions = self._machine.session_store
        strangers = [device for device in devices if sessions.get(device.curve25519) is None]
        if strangers:
            try:
                await self._keys.open_sessions(strangers)
            except ChatUnavailable:
                # The others can be reached all the same; these are tried again later.
                log.warning("sessions.postponed", room_id=room_id, devices=len(strangers))
        for at in range(0, len(devices), _AT_ONCE):
            block = devices[at : at + _AT_ONCE]
            letters = {_name(device): self._key_for(device, room_id, shared) for device in block}
            await self._deliver(block, letters, shared)

    async def _deliver(
        self, block: Sequence[Device], letters: dict[DeviceId, dict[str, Any]], shared: _Shared
    ) -> None:
        messages: dict[str, dict[str, Any]] = defaultdict(dict)
        with self._machine.at_once():
            for device in block:
                letter = letters[_name(device)]
                sealed = self._machine.encrypt_for(device, "m.room_key", letter)
                if sealed is None:
                    self._owe(device, letter)
                else:
                    messages[device.user_id][device.device_id] = sealed
        if messages:
            await self._keys.send("m.room.encrypted", messages)
        # Only now: had the request failed, the next try must send to them again.
        shared.reached.update(_name(device) for device in block)

    def _key_for(self, device: Device, room_id: RoomId, shared: _Shared) -> dict[str, Any]:
        founder = device.user_id in shared.founders
        return {
            "algorithm": _MEGOLM,
            "room_id": room_id,
            "session_id": shared.session.id,
            "session_key": shared.first_key if founder else shared.session.session_key,
        }

    # ---------------------------------------------------------- not yet reached

    @property
    def unreached(self) -> int:
        """How many devices wait for a key that could not be given to them yet."""
        return len(self._owed)

    def _owe(self, device: Device, letter: dict[str, Any]) -> None:
        owed = self._owed.setdefault(_name(device), _Owed())
        if not owed.keys:
            owed.next_try = time.monotonic() + _FIRST_SWEEP_S
        owed.keys = [*owed.keys, letter][-_MOST_OWED:]
        log.warning("device.unreached", user_id=device.user_id, device_id=device.device_id)

    async def sweep(self, *, now: bool = False) -> None:
        """Try again to reach those who could not be reached, less and less often."""
        at = time.monotonic()
        due = [name for name, owed in self._owed.items() if now or owed.next_try <= at]
        devices = [device for name in due if (device := self._device(name)) is not None]
        if not devices:
            return
        for name in due:
            owed = self._owed[name]
            owed.next_try, owed.pause = at + owed.pause, min(owed.pause * 2, _LONGEST_SWEEP_S)
        sessions = self._machine.session_store
        await self._keys.open_sessions(
            [device for device in devices if sessions.get(device.curve25519) is None]
        )
        for device in devices:
            if sessions.get(device.curve25519) is not None:
                await self._pay(device)

    def _device(self, name: DeviceId) -> Device | None:
        user_id, device_id = name
        device = self._machine.device_store[user_id].get(device_id)
        if device is None or device.deleted:
            self._owed.pop(name, None)
            return None
        return device

    async def _pay(self, device: Device) -> None:
        owed = self._owed.get(_name(device))
        while owed is not None and owed.keys:
            letter = owed.keys[0]
            sealed = self._machine.encrypt_for(device, "m.room_key", letter)
            await self._keys.send("m.room.encrypted", {device.user_id: {device.device_id: sealed}})
            owed.keys.remove(letter)
        self._owed.pop(_name(device), None)
        log.info("device.reached", user_id=device.user_id, device_id=device.device_id)

    # ---------------------------------------------------------- those who came late

    @property
    def has_comers(self) -> bool:
        """Whether somebody may lack keys to what was written before she came."""
        return any(self._late.values())

    async def give_past(self, encrypted: Collection[RoomId]) -> None:
        """Give those who came the keys to what we wrote before, where they may read the past."""
        now = time.monotonic()
        for room_id, waiting in list(self._late.items()):
            users = [user for user, due in waiting.items() if due <= now]
            if room_id in encrypted:
                await self._give_past_to(users, room_id)
            # Only now: had a request failed, the next try must do it again.
            for user in users:
                waiting.pop(user, None)

    async def _give_past_to(self, users: Collection[UserId], room_id: RoomId) -> None:
        sessions = self._machine.own_sessions(room_id) if users else []
        if not sessions or not await self._is_past_open(room_id):
            return
        await self._keys.query(users)
        for device in self._devices_of(users):
            await self._give_sessions(device, room_id, sessions)

    async def _is_past_open(self, room_id: RoomId) -> bool:
        path = f"{CLIENT}/rooms/{escaped(room_id)}/state/m.room.history_visibility/"
        try:
            answer = await self._transport.get(path)
        except ChatRefused as error:
            # Not set means "shared"; anything else, that we may not ask.
            return error.code == "M_NOT_FOUND"
        return answer.get("history_visibility") in _OPEN_PAST

    async def _give_sessions(
        self, device: Device, room_id: RoomId, sessions: Sequence[OutboundGroupSession]
    ) -> None:
        if self._machine.session_store.get(device.curve25519) is None:
            await self._keys.open_sessions([device])
        for session in sessions:
            letter = {
                "algorithm": _MEGOLM,
                "room_id": room_id,
                "session_id": session.id,
                "session_key": session.session_key,
            }
            sealed = self._machine.encrypt_for(device, "m.room_key", letter)
            if sealed is None:
                self._owe(device, letter)
                continue
            await self._keys.send("m.room.encrypted", {device.user_id: {device.device_id: sealed}})
        log.info("past.given", room_id=room_id, user_id=device.user_id, keys=len(sessions))

    async def renew(self) -> None:
        """Give the keys in use to those who came, before the next message needs it."""
        for room_id, shared in list(self._shared.items()):
            if not shared.is_current:
                await self._current(room_id)


def _name(device: Device) -> DeviceId:
    return UserId(device.user_id), device.device_id
