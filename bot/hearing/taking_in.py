"""Fetching what was left aside, now that its author has consented."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.bell import Called
from bot.errors import ChatRefused, ChatUnavailable
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.chat import Chat
    from flows.messages import Incoming
    from storage.consents import LeftAside
    from storage.database import Database
    from storage.transaction import Transaction

log = structlog.get_logger()

Fetched = tuple["LeftAside", "Incoming | None"]
"""What was left aside, and what it was; None if it is gone."""

_FIRST_RETRY_S = 5.0
_LONGEST_RETRY_S = 3600.0


class TakingIn(Called):
    """Fetches events one after the other, and hands them to `take`.

    What cannot be fetched now waits, and with it what the same person sent later: an edit
    comes after what it edits.
    """

    def __init__(
        self,
        *,
        database: Database,
        chat: Chat,
        take: Callable[[Sequence[Fetched]], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._database = database
        self._chat = chat
        self._take = take
        self._now = now

    async def run(self) -> None:
        """Fetch, for ever."""
        self.wake()
        wait_s = None
        while True:
            await self._bell.wait(at_most_s=wait_s)
            wait_s = await self._work_off()

    async def _work_off(self) -> float | None:
        """Fetch what is due; returns in how many seconds the next is, None if nothing waits."""
        while due := await self._database.write(self._due):
            fetched: list[Fetched] = []
            for aside in due:
                try:
                    fetched.append((aside, await self._chat.read(aside.room_id, aside.event_id)))
                except ChatRefused as error:
                    # Deleted in the meantime, or the bot may not see it any more.
                    log.warning("aside.gone", event_id=aside.event_id, code=error.code)
                    fetched.append((aside, None))
                except ChatUnavailable as error:
                    await self._postpone(aside, error)
                    break
            if fetched:
                await self._take(fetched)
        next_ms = await self._database.write(lambda tx: tx.consents.next_fetch_ms())
        return None if next_ms is None else max(0.0, (next_ms - to_ms(self._now())) / 1000)

    def _due(self, tx: Transaction) -> list[LeftAside]:
        return tx.consents.to_fetch(now_ms=to_ms(self._now()))

    async def _postpone(self, aside: LeftAside, error: ChatUnavailable) -> None:
        wait_s = error.retry_after_s or min(_FIRST_RETRY_S * 2**aside.tries, _LONGEST_RETRY_S)
        fetch_ms = to_ms(self._now()) + int(wait_s * 1000)
        await self._database.write(lambda tx: tx.consents.postpone([aside], fetch_ms=fetch_ms))
        log.info("aside.postponed", event_id=aside.event_id, retry_after_s=wait_s)
