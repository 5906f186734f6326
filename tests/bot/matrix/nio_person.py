"""Somebody with an encrypting client of another make: nio's own, as a second opinion."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from nio import (
    AsyncClient,
    AsyncClientConfig,
    JoinResponse,
    MegolmEvent,
    RoomMessage,
    RoomSendResponse,
    SyncResponse,
)
from nio.crypto import InboundGroupSession, OutboundGroupSession
from nio.store import SqliteStore

from bot.adapters.matrix.transport import Transport
from demo.homeserver import Account, Homeserver
from flows.ids import EventId, RoomId, UserId


class NioPerson:
    """Reads and writes in encrypted rooms."""

    def __init__(self, homeserver: Homeserver, account: Account, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.account = account
        self.client = AsyncClient(
            homeserver.url,
            account.user_id,
            device_id=account.device_id,
            store_path=str(folder),
            config=AsyncClientConfig(store=SqliteStore, pickle_key=secrets.token_hex(8)),
        )
        self.client.restore_login(account.user_id, account.device_id, account.access_token)
        self.read: dict[str, dict[str, Any]] = {}
        self.unread: list[str] = []
        self.client.add_event_callback(self._reads, RoomMessage)
        self.client.add_event_callback(self._cannot_read, MegolmEvent)

    @property
    def id(self) -> UserId:
        """The person's account."""
        return self.account.user_id

    @property
    def texts(self) -> list[str]:
        """What was read."""
        return [source["content"]["body"] for source in self.read.values()]

    async def __aenter__(self) -> Self:
        await self.syncs()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.client.close()
        if self.client.store is not None:
            self.client.store.database.close()

    async def syncs(self, *, timeout_ms: int = 0) -> None:
        """One round of what a client does."""
        answer = await self.client.sync(timeout=timeout_ms, full_state=not self.client.rooms)
        assert isinstance(answer, SyncResponse), answer
        if self.client.should_upload_keys:
            await self.client.keys_upload()
        if self.client.should_query_keys:
            await self.client.keys_query()
        await self.client.send_to_device_messages()

    async def reads_until(self, text: str, *, within_s: float = 20) -> None:
        """Sync until a text has been read."""
        async with asyncio.timeout(within_s):
            while text not in self.texts:
                await self.syncs(timeout_ms=500)

    async def joins(self, room_id: RoomId) -> None:
        """Accept an invitation."""
        assert isinstance(await self.client.join(room_id), JoinResponse)
        await self.syncs()

    async def writes(self, room_id: RoomId, text: str, **content: Any) -> EventId:
        """Write a message, encrypted if the room is."""
        answer = await self.client.room_send(
            room_id,
            "m.room.message",
            {"msgtype": "m.text", "body": text, **content},
            ignore_unverified_devices=True,
        )
        assert isinstance(answer, RoomSendResponse), answer
        return EventId(answer.event_id)

    # ------------------------------------------------- what no client should do

    async def sends_raw(self, room_id: RoomId, content: Any) -> EventId:
        """Send something that claims to be encrypted."""
        path = f"/_matrix/client/v3/rooms/{quote(room_id, safe='')}/send/m.room.encrypted/"
        return EventId((await self._asks("PUT", path + secrets.token_hex(8), content))["event_id"])

    async def sends_encrypted(self, room_id: RoomId, session_id: str, ciphertext: str) -> EventId:
        """Send a ciphertext as newer clients do, without saying whose key it is."""
        return await self.sends_raw(
            room_id,
            {
                "algorithm": "m.megolm.v1.aes-sha2",
                "ciphertext": ciphertext,
                "session_id": session_id,
            },
        )

    async def reads_raw(self, room_id: RoomId) -> list[dict[str, Any]]:
        """The room's latest events as they are."""
        path = f"/_matrix/client/v3/rooms/{quote(room_id, safe='')}/messages?dir=b&limit=100"
        events: list[dict[str, Any]] = (await self._asks("GET", path))["chunk"]
        return events

    async def reads_again(self, room_id: RoomId, event_id: EventId) -> None:
        """Try again to decrypt an event, once its key has come."""
        [raw] = [one for one in await self.reads_raw(room_id) if one["event_id"] == event_id]
        await self.syncs()
        event = self.client.olm.decrypt_event(MegolmEvent.from_dict(raw), room_id)
        self.read[event_id] = event.source

    def make_session(self, room_id: RoomId) -> OutboundGroupSession:
        """A room key that nobody has been given."""
        session = OutboundGroupSession()
        session.room_id = room_id
        return session

    async def forwards_key(
        self,
        room_id: RoomId,
        user_id: UserId,
        device_id: str,
        *,
        session: OutboundGroupSession | None = None,
        claims: NioPerson | None = None,
    ) -> None:
        """Send a device a room key as if it had asked; `claims`: as somebody else's."""
        olm = self.client.olm
        session = session or olm.outbound_group_sessions[room_id]
        identity = (claims or self).client.olm.account.identity_keys
        inbound = InboundGroupSession(session.session_key, identity["ed25519"], "", room_id)
        known = olm.inbound_group_store.get(
            room_id, olm.account.identity_keys["curve25519"], session.id
        )
        if known is not None:
            inbound = known
        content = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "forwarding_curve25519_key_chain": [],
            "room_id": room_id,
            "sender_claimed_ed25519_key": identity["ed25519"],
            "sender_key": identity["curve25519"],
            "session_id": session.id,
            "session_key": inbound.export_session(inbound.first_known_index),
        }
        device = olm.device_store[user_id][device_id]
        with_device = olm.session_store.get(device.curve25519)
        sealed = olm._olm_encrypt(with_device, device, "m.forwarded_room_key", content)
        path = f"/_matrix/client/v3/sendToDevice/m.room.encrypted/{secrets.token_hex(8)}"
        await self._asks("PUT", path, {"messages": {user_id: {device_id: sealed}}})

    def session_id(self, room_id: RoomId) -> str:
        """The key in use in a room."""
        session_id: str = self.client.olm.outbound_group_sessions[room_id].id
        return session_id

    async def knows_device(self, user_id: UserId) -> None:
        """Learn somebody's devices, and begin a session with each."""
        olm = self.client.olm
        olm.users_for_key_query.add(user_id)
        await self.client.keys_query()
        missing = olm.get_missing_sessions([user_id])
        if missing:
            await self.client.keys_claim(missing)

    async def publishes_keys(self) -> None:
        """Publish new one-time keys."""
        self.client.olm.uploaded_key_count = 1
        await self.client.keys_upload()

    async def _asks(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        async with Transport(self.client.homeserver, self.account.access_token) as transport:
            return await transport.request(method, path, body)

    async def _reads(self, _room: object, event: RoomMessage) -> None:
        self.read[event.event_id] = event.source

    async def _cannot_read(self, _room: object, event: MegolmEvent) -> None:
        self.unread.append(event.event_id)
