"""Once a night the rooms are read back, and whatever never reached the journal is counted.

There should be nothing. What there is, a homeserver has kept from the bot, or the bot has lost it:
it is taken in, and people are told, because one that was missed may not be the only one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.errors import ChatRefused, ChatUnavailable
from bot.rendering.markdown import escape
from bot.sending.parcels import post
from bot.wording import wording
from flows.ids import EffectKey, RoomId
from storage.instants import to_ms
from storage.journal import Arrived, Batch
from storage.rooms import RoomUse

if TYPE_CHECKING:
    from bot.chat import Chat, Intake
    from bot.world import World
    from storage.database import Database
    from storage.transaction import Transaction

log = structlog.get_logger()

HOUR = 3
"""Of the night, by the clock on the wall: from then on, once a day."""
LOOKS_BACK = timedelta(days=7)
"""No further, however long ago a dialogue began: each night has looked at the days before."""
ON_ITS_WAY = timedelta(minutes=10)
"""What was written so short a time ago may still come by itself."""


class Recount:
    """Reads back in the rooms of every dialogue that is running.

    Args:
        intake: takes in what was found, as if it had just come.
        posted: called when there is something new in the outbox.
    """

    def __init__(
        self,
        *,
        database: Database,
        chat: Chat,
        intake: Intake,
        world: World,
        zone: ZoneInfo,
        language: str,
        now: Callable[[], datetime],
        posted: Callable[[], None],
    ) -> None:
        self._database = database
        self._chat = chat
        self._intake = intake
        self._world = world
        self._zone = zone
        self._language = language
        self._now = now
        self._posted = posted
        self._is_due = asyncio.Event()
        self._counted_on = self._night()

    def tick(self) -> None:
        """Some time has passed."""
        if self._night() != self._counted_on:
            self._counted_on = self._night()
            self._is_due.set()

    def _night(self) -> date:
        """The date of the last night whose hour has come."""
        return (self._now().astimezone(self._zone) - timedelta(hours=HOUR)).date()

    async def run(self) -> None:
        """Count every night, for ever."""
        while True:
            await self._is_due.wait()
            self._is_due.clear()
            await self.count()

    async def count(self) -> int:
        """Look back once; how many messages had not reached the journal."""
        now = self._now()
        rooms = await self._database.write(lambda tx: self._rooms(tx, now))
        found: Counter[RoomId] = Counter()
        seen = 0
        for room_id, since in rooms.items():
            try:
                looked_at, missed = await self._look_back(room_id, since)
            except (ChatUnavailable, ChatRefused) as error:
                # The next night looks at the same days again.
                log.warning("recount.cut_off", room_id=room_id, reason=str(error))
                continue
            seen += looked_at
            if missed:
                found[room_id] = len(missed)
                await self._intake.take(Batch(account=self._chat.own_id, events=missed))
        log.info("recount.done", rooms=len(rooms), events=seen, unseen=found.total())
        if found:
            log.error("recount.found", unseen=found.total(), rooms=len(found))
            await self._database.write(lambda tx: self._tell(tx, found, now))
            self._posted()
        return found.total()

    def _rooms(self, tx: Transaction, now: datetime) -> dict[RoomId, datetime]:
        """The rooms in which people answer, and since when they do."""
        world = self._world.ready(tx)
        # Of a room with a hole that is being read everybody knows that something is missing.
        holes = {gap.room_id for gap in tx.journal.gaps()}
        since: dict[RoomId, datetime] = {}
        for dialogue in world.running.values():
            begun = max(dialogue.opened_at or now, now - LOOKS_BACK)
            for group in dialogue.groups:
                people = world.participants(group.room_id)
                private = (world.private_room(user_id) for user_id in people)
                for room_id in (group.room_id, *private):
                    if room_id is not None and room_id not in holes:
                        since[room_id] = min(begun, since.get(room_id, begun))
        return since

    async def _look_back(self, room_id: RoomId, since: datetime) -> tuple[int, list[Arrived]]:
        """How many events there are, and those that nobody has seen, the oldest first."""
        seen = 0
        missed: list[Arrived] = []
        newest_ms = to_ms(self._now() - ON_ITS_WAY)
        async for page in self._chat.look_back(room_id, since=since):
            seen += len(page)
            missed += await self._unseen(one for one in page if one.sent_ms <= newest_ms)
        return seen, sorted(missed, key=lambda one: (one.sent_ms, one.event_id))

    async def _unseen(self, page: Iterable[Arrived]) -> list[Arrived]:
        events = list(page)
        return await self._database.write(lambda tx: tx.journal.unseen(events))

    def _tell(self, tx: Transaction, found: Counter[RoomId], now: datetime) -> None:
        world, words = self._world.ready(tx), wording(self._language)
        rooms = (world.rooms.get(room_id) for room_id in found)
        names = sorted(
            f"**{escape(room.name or str(room.number))}**"
            for room in rooms
            if room is not None and room.use is RoomUse.GROUP
        )
        if len(names) < len(found):
            names.append(words.say("some private chats"))
        text = words.say_n(
            "⚠️ Looking back in the rooms I found {number} message that had not reached me, in "
            "{rooms}. I have taken it in. Tell whoever runs the bot.",
            "⚠️ Looking back in the rooms I found {number} messages that had not reached me, in "
            "{rooms}. I have taken them in. Tell whoever runs the bot.",
            found.total(),
            rooms=", ".join(names),
        )
        key = EffectKey(f"-/-/-/recount/{to_ms(now)}")
        notice = post(key, world.organizers_room, text, silent=False)
        tx.outbox.put([notice], now_ms=to_ms(now))
