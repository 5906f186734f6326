"""Reading backwards: filling holes that a sync left, and looking for events of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import structlog

from bot.adapters.matrix.content import KEY, SEAL, seal
from bot.adapters.matrix.events import Raw, sent_ms
from bot.adapters.matrix.sync import Open, arrived
from bot.adapters.matrix.transport import CLIENT, Transport, escaped
from bot.chat import Intake
from bot.errors import ChatRefused, ChatUnavailable, first_of
from flows.ids import EffectKey, EventId, RoomId, UserId
from flows.messages import Incoming
from storage.journal import Arrived, Batch, Gap, GapProgress

if TYPE_CHECKING:
    from storage.database import Database
    from storage.transaction import Transaction

log = structlog.get_logger(__name__)

PAGE = 500
"""Events per page. Synapse gives up to 1,000, but the loop must not stand still for long."""

_AT_ONCE = 4
"""Pages, of whatever rooms: the rooms take turns."""
_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_BLOCK = 100
"""Events read between two chances for other tasks to run; decrypting takes 0.1 ms each."""
_DEADLINE_S = 60.0
_MOST_EMPTY = 20
_MOST_PAGES = 100
"""Of one room in one look back: fifty thousand events."""


_SKEW_MS = 3_600_000
"""An instant of ours is looked for so much further back: the homeserver's clock may be behind."""


class _Own(NamedTuple):
    """Our own events of a room, back to an instant, by their key or its digest."""

    oldest_ms: int
    events: dict[str, EventId]


class History:
    """The rooms' past."""

    def __init__(
        self, transport: Transport, database: Database, own_id: UserId, open_event: Open
    ) -> None:
        self._transport = transport
        self._database = database
        self._own_id = own_id
        self._open = open_event
        self._own: dict[RoomId, _Own] = {}
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._filling: set[RoomId] = set()
        self._changed = asyncio.Event()

    def look_for_gaps(self) -> None:
        """There is a new hole in the journal."""
        self._changed.set()

    async def gaps_come(self) -> None:
        """Wait until there are new holes."""
        await self._changed.wait()

    async def fill_gaps(self, intake: Intake, filled: Callable[[], Awaitable[None]]) -> None:
        """Read every journaled hole to its end, also those that come meanwhile.

        Holes and how far each is read are in the journal, so that this goes on after a
        restart where it was. Each room is read by itself: one with a long hole, or whose past the
        homeserver does not give, keeps no other waiting.

        Args:
            filled: called after each hole.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._changed.clear()
                    gaps = await self._database.write(lambda tx: tx.journal.gaps())
                    for room_id in {gap.room_id for gap in gaps} - self._filling:
                        self._filling.add(room_id)
                        tasks.create_task(self._fill_room(room_id, intake, filled))
                    if not self._filling:
                        return
                    await self._changed.wait()
        except BaseExceptionGroup as group:
            raise first_of(group) from group

    async def _fill_room(
        self, room_id: RoomId, intake: Intake, filled: Callable[[], Awaitable[None]]
    ) -> None:
        """Fill a room's holes, oldest first; waits as long as its past cannot be read."""
        pause_s = _FIRST_PAUSE_S
        try:
            while (gap := await self._database.write(lambda tx: _first(tx, room_id))) is not None:
                try:
                    await self._fill(gap, intake)
                    await filled()
                except ChatUnavailable as error:
                    wait_s = max(pause_s, error.retry_after_s or 0.0)
                    log.warning(
                        "gap.waits", room_id=room_id, reason=str(error), retry_after_s=wait_s
                    )
                    await asyncio.sleep(wait_s)
                    pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        finally:
            self._filling.discard(room_id)
            self._changed.set()

    async def _fill(self, gap: Gap, intake: Intake) -> None:
        start: str | None = gap.start
        found = empty = 0
        while start is not None:
            try:
                page = await self._page(gap.room_id, start, gap.stop)
            except ChatRefused as error:
                # The bot may not read this room's past (any more): there is no later try.
                log.warning("gap.refused", room_id=gap.room_id, code=error.code)
                page = {}
            # Never stopped at an event already known: after a split of the network older
            # ones that are not known lie behind it. Nor at an empty page, unless there are
            # so many that the homeserver seems never to come to an end.
            empty = 0 if _chunk(page) else empty + 1
            start = None if empty > _MOST_EMPTY else _following(page, start)
            events = await self._read(gap.room_id, page)
            found += len(events)
            await intake.take(
                Batch(
                    account=self._own_id,
                    events=events,
                    gap_progress=GapProgress(gap_id=gap.gap_id, start=start),
                )
            )
        log.info("gap.filled", room_id=gap.room_id, events=found)

    async def _page(self, room_id: RoomId, start: str, stop: str | None) -> dict[str, Any]:
        query = f"dir=b&limit={PAGE}&from={quote(start, safe='')}"
        if stop is not None:
            query += f"&to={quote(stop, safe='')}"
        async with self._gate:
            return await self._transport.get(
                f"{CLIENT}/rooms/{escaped(room_id)}/messages?{query}", deadline_s=_DEADLINE_S
            )

    async def _read(self, room_id: RoomId, page: Raw) -> list[Arrived]:
        """The page's events, oldest first.

        Changes of membership are left alone: the sync that left the hole told how things
        stand after it.
        """
        events: list[Arrived] = []
        for number, raw in enumerate(reversed(_chunk(page))):
            event = arrived(raw, room_id, self._own_id, self._open)
            if event is not None:
                events.append(event)
            if number % _BLOCK == _BLOCK - 1:
                await asyncio.sleep(0)
        return events

    async def find(
        self, room_id: RoomId, once_key: EffectKey, *, since: datetime, settled: bool = False
    ) -> EventId | None:
        """An event of ours that carries the key, no older than `since`.

        `settled`: what this process has read of the room before is good enough.

        In an encrypted room the key itself is inside the ciphertext; beside it stands its
        digest, so that it is found whether or not we can still decrypt. A message that was
        withdrawn has lost both and is not found.
        """
        oldest_ms = int(since.timestamp() * 1000) - _SKEW_MS
        known = self._own.get(room_id)
        if not settled or known is None or known.oldest_ms > oldest_ms:
            known = self._own[room_id] = await self._read_own(room_id, oldest_ms)
        return known.events.get(once_key) or known.events.get(seal(once_key))

    async def _read_own(self, room_id: RoomId, oldest_ms: int) -> _Own:
        """Our own events of a room, by what tells their key."""
        events: dict[str, EventId] = {}
        async for raw in self._backwards(room_id):
            if raw.get("sender") != self._own_id:
                continue
            content = raw.get("content")
            told = (content.get(KEY), content.get(SEAL)) if isinstance(content, dict) else ()
            events |= {one: EventId(raw["event_id"]) for one in told if isinstance(one, str)}
            # Only our own homeserver's clock is trusted to say that we are far enough.
            if sent_ms(raw) < oldest_ms:
                break
        return _Own(oldest_ms, events)

    async def look_back(
        self, room_id: RoomId, *, since: datetime
    ) -> AsyncIterator[Sequence[Arrived]]:
        """Pages of the room's events, from now back to `since`; see `bot.chat.Chat.look_back`.

        It ends with the first page on which everything is older: one event with a wrong time, as
        somebody's homeserver may give it, ends nothing.
        """
        oldest_ms = int(since.timestamp() * 1000)
        start: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._transport.get(_messages(room_id, start), deadline_s=_DEADLINE_S)
            events = await self._read(room_id, page)
            yield [one for one in events if one.sent_ms >= oldest_ms]
            start = _following(page, start)
            times = [sent_ms(raw) for raw in _chunk(page)]
            if start is None or (times and max(times) < oldest_ms):
                return
        log.warning("look_back.cut_off", room_id=room_id, pages=_MOST_PAGES)

    async def read(self, room_id: RoomId, event_id: EventId) -> Incoming | None:
        """One event, as if it were heard now; None if it was redacted or says nothing.

        Raises:
            ChatUnavailable: the key is missing, and may come.
        """
        raw = await self._transport.get(
            f"{CLIENT}/rooms/{escaped(room_id)}/event/{escaped(event_id)}"
        )
        event = arrived(raw, room_id, self._own_id, self._open)
        if event is None:
            return None
        if event.incoming is None:
            raise ChatUnavailable("the key to the message is missing")
        return event.incoming

    async def _backwards(self, room_id: RoomId) -> AsyncIterator[Raw]:
        start: str | None = None
        while True:
            page = await self._transport.get(_messages(room_id, start), deadline_s=_DEADLINE_S)
            for raw in _chunk(page):
                yield raw
            start = _following(page, start)
            if start is None:
                return


def _first(tx: Transaction, room_id: RoomId) -> Gap | None:
    return next((gap for gap in tx.journal.gaps() if gap.room_id == room_id), None)


def _messages(room_id: RoomId, start: str | None) -> str:
    """What to ask for a page that ends at `start`, or at the room's end."""
    query = f"dir=b&limit={PAGE}"
    if start is not None:
        query += f"&from={quote(start, safe='')}"
    return f"{CLIENT}/rooms/{escaped(room_id)}/messages?{query}"


def _following(page: Raw, start: str | None) -> str | None:
    """Where the next page begins; None if this is the last."""
    following = page.get("end")
    return following if isinstance(following, str) and following != start else None


def _chunk(page: Raw) -> list[Raw]:
    chunk = page.get("chunk")
    if not isinstance(chunk, list):
        return []
    return [raw for raw in chunk if isinstance(raw, dict)]
