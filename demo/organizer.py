"""The simulated organizer: steers from the organizers' room, and reads what appears there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot.errors import ChatUnavailable
from demo.client import Client
from demo.patience import within
from demo.seen import Seen
from flows.ids import EventId, RoomId, UserId

_POLL_S: Final = 5.0
_BETWEEN_S: Final = 0.5
_INVITED_WITHIN_S: Final = 20.0


@dataclass(slots=True)
class Digest:
    """A digest as it came: an overview, and its parts in the thread."""

    overview: Seen
    parts: list[Seen] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its first line."""
        return self.overview.text.split("\n", 1)[0]


class Organizer:
    """One organizer; `heard` is told of every message and edit of the bot in the room."""

    room_id: RoomId

    def __init__(self, client: Client, *, bot: UserId) -> None:
        self.client = client
        self.heard: Callable[[Seen], None] = lambda _: None
        self.board: str = ""
        self.digests: list[Digest] = []
        self.answers: list[str] = []
        self._bot = bot
        self._board_id: EventId | None = None

    async def come_in(self) -> None:
        """Accept the invitation to the organizers' room."""
        async with within(_INVITED_WITHIN_S, "the invitation to the organizers' room"):
            while not self.client.invitations:
                await self.client.sync(timeout_s=1)
        self.room_id = next(iter(self.client.invitations))
        await self.client.join(self.room_id)

    async def orders(self, command: str) -> None:
        """Write a command."""
        await self.client.write(self.room_id, command)

    async def watch(self) -> None:
        """Read the organizers' room, for ever."""
        while True:
            try:
                seen = await self.client.sync(timeout_s=_POLL_S)
            except ChatUnavailable:
                seen = []
            for one in seen:
                if one.room_id == self.room_id and one.sender == self._bot:
                    self._read(one)
            await asyncio.sleep(_BETWEEN_S)

    def _read(self, seen: Seen) -> None:
        if seen.is_edit and seen.target == self._board_id:
            self.board = seen.text
        elif seen.is_message:
            self._read_message(seen)
        self.heard(seen)

    def _read_message(self, seen: Seen) -> None:
        relation = seen.content.get("m.relates_to") or {}
        thread = relation.get("event_id") if relation.get("rel_type") == "m.thread" else None
        if seen.text.startswith("📋") and self._board_id is None:
            self._board_id = seen.event_id
            self.board = seen.text
        elif thread is not None:
            for digest in self.digests:
                if digest.overview.event_id == thread:
                    digest.parts.append(seen)
        elif (seen.html or "").startswith("<h3>"):
            self.digests.append(Digest(seen))
        else:
            self.answers.append(seen.text)
