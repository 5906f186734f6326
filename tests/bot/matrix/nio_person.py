"""Somebody with an encrypting client of another make: nio's own, as a second opinion."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nio import (
    AsyncClient,
    AsyncClientConfig,
    JoinResponse,
    MegolmEvent,
    RoomMessage,
    RoomSendResponse,
    SyncResponse,
)
from nio.store import SqliteStore

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

    async def _reads(self, _room: object, event: RoomMessage) -> None:
        self.read[event.event_id] = event.source

    async def _cannot_read(self, _room: object, event: MegolmEvent) -> None:
        self.unread.append(event.event_id)
