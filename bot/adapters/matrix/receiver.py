"""The loop that hears: sync after sync, each one journaled before anything is done with it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import structlog

from bot.adapters.matrix import sync
from bot.adapters.matrix.history import History
from bot.adapters.matrix.rooms import EncryptedRooms
from bot.adapters.matrix.sync import Heard
from bot.adapters.matrix.transport import CLIENT, Transport, escaped
from bot.chat import Intake
from bot.errors import ChatRefused, ChatUnavailable, first_of
from flows.ids import RoomId, UserId
from storage.journal import Batch, InboxState, Pending

if TYPE_CHECKING:
    from bot.adapters.matrix.encryption import Encryption
    from storage.database import Database

T = TypeVar("T")

log = structlog.get_logger(__name__)

_LONG_POLL_MS = 30_000
_ANSWER_WITHIN_S = 30.0
_FIRST_ANSWER_WITHIN_S = 300.0
"""The first sync of an account in many rooms is slow."""

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0
_REFUSED_PAUSE_S = 60.0
_HEARS_EVERY_S = 1.0
"""While holes are filled."""
_HOLES_WITHIN_S = 120.0
"""Then the clock starts all the same: when the past of such a room comes, nobody knows.
An answer counts by when it was written, also when it is read after its step was closed."""
_UPKEEP_EVERY_S = 5.0
_MOST_ROUNDS = 20
"""In a room where somebody always writes there is always something new."""

_RETRIED = 5_000
_BLOCK = 50


class Receiver:
    """Hears one account."""

    def __init__(
        self,
        *,
        transport: Transport,
        database: Database,
        own_id: UserId,
        rooms: EncryptedRooms,
        encryption: Encryption,
        history: History,
    ) -> None:
        self._transport = transport
        self._database = database
        self._own_id = own_id
        self._rooms = rooms
        self._encryption = encryption
        self._history = history
        self._since: str | None = None
        self._work = asyncio.Event()

    async def catch_up(self, intake: Intake) -> None:
        """Hear everything missed, holes included; waits as long as the homeserver is away."""
        self._since = await self._database.write(lambda tx: tx.journal.position(self._own_id))
        await self._learn_rights(intake)
        await self._read_device_messages(intake)
        # A crash may have come between the arrival of a key and its use.
        await self._read_pending(intake, InboxState.WAITING, InboxState.UNREADABLE)
        for _ in range(_MOST_ROUNDS):
            first = self._since is None
            heard = await _insist(lambda: self._hear(intake, 0))
            filled = await self._fill_gaps_and_hear(intake)
            await _insist(self._encryption.upkeep)
            if heard.is_empty or first or not filled:
                break
        log.info("chat.caught_up")

    async def listen(self, intake: Intake) -> None:
        """Hear for ever."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_hearing(intake))
                tasks.create_task(self._keep_filling_gaps(intake))
                tasks.create_task(self._keep_keeping_up())
        except BaseExceptionGroup as group:
            raise first_of(group) from group

    async def _learn_rights(self, intake: Intake) -> None:
        """Ask who may how much in rooms that were joined before this was asked of them.

        A sync tells only what has changed since.
        """
        if self._since is None:
            return
        rooms = await self._database.write(lambda tx: tx.rooms.all())
        for room in rooms:
            if room.joined and room.rights is None:
                await _insist(partial(self._learn_rights_of, room.room_id, intake))

    async def _learn_rights_of(self, room_id: RoomId, intake: Intake) -> None:
        try:
            state = await self._transport.get_list(f"{CLIENT}/rooms/{escaped(room_id)}/state")
        except ChatRefused as error:
            # Put out meanwhile, most likely: the next sync tells.
            log.warning("rights.refused", room_id=room_id, code=error.code)
            return
        told = [raw for raw in state if raw.get("type") in sync.RIGHTS]
        facts = sync.facts_of(told, room_id, self._own_id)
        await intake.take(Batch(account=self._own_id, rooms=facts))

    async def _keep_hearing(self, intake: Intake) -> None:
        while True:
            await _insist(lambda: self._hear(intake, _LONG_POLL_MS))

    async def _fill_gaps_and_hear(self, intake: Intake) -> bool:
        """Fill holes, and meanwhile hear what is written now: people wait for an answer.

        Returns:
            False if there are some left: that takes too long, and goes on beside everything else.
        """
        end = time.monotonic() + _HOLES_WITHIN_S
        filling = asyncio.create_task(self._fill_gaps(intake))
        try:
            while True:
                await asyncio.wait([filling], timeout=_HEARS_EVERY_S)
                if filling.done():
                    await filling
                    return True
                if time.monotonic() > end:
                    log.warning("chat.holes_left", after_s=_HOLES_WITHIN_S)
                    return False
                await _insist(lambda: self._hear(intake, 0))
                if self._encryption.has_work:
                    await _insist(self._encryption.upkeep)
        finally:
            filling.cancel()
            await asyncio.wait([filling])

    async def _fill_gaps(self, intake: Intake) -> None:
        await self._history.fill_gaps(
            intake, lambda: self._read_pending(intake, InboxState.WAITING)
        )

    async def _keep_filling_gaps(self, intake: Intake) -> None:
        while True:
            await self._fill_gaps(intake)
            await self._history.gaps_come()

    async def _keep_keeping_up(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_UPKEEP_EVERY_S):
                    await self._work.wait()
            except TimeoutError:
                pass  # nothing was asked for; there may be something to try again
            self._work.clear()
            await _insist(self._encryption.upkeep)

    async def _hear(self, intake: Intake, timeout_ms: int) -> Heard:
        answer = await self._transport.get(
            sync.path(self._since, timeout_ms),
            timeout_s=timeout_ms / 1000
            + (_FIRST_ANSWER_WITHIN_S if self._since is None else _ANSWER_WITHIN_S),
            deadline_s=0,
        )
        if not isinstance(answer.get("next_batch"), str):
            raise ChatUnavailable("GET /sync: the homeserver's answer has no position")
        heard = sync.heard(
            answer,
            own_id=self._own_id,
            since=self._since,
            open_event=self._encryption.open_event,
        )
        batch = heard.batch
        await intake.take(batch)
        self._since = batch.position
        # From here on everything is either on disk or made anew at the next start.
        self._rooms.learn(batch)
        self._encryption.note(heard)
        if batch.to_device:
            await self._read_device_messages(intake)
        if any(event.raw is not None and not event.odd for event in batch.events):
            await self._read_pending(intake, InboxState.WAITING)
        if batch.gaps:
            self._history.look_for_gaps()
        if self._encryption.has_work:
            self._work.set()
        return heard

    async def _read_device_messages(self, intake: Intake) -> None:
        messages = await self._database.write(lambda tx: tx.journal.device_messages())
        if not messages:
            return
        unlocked = await self._encryption.hear_device_messages(messages)
        numbers = [message.number for message in messages]
        await self._database.write(lambda tx: tx.journal.drop_device_messages(numbers))
        for room_id in unlocked:
            await self._read_pending(intake, InboxState.UNREADABLE, room_id=room_id)

    async def _read_pending(
        self, intake: Intake, *states: InboxState, room_id: RoomId | None = None
    ) -> None:
        """Try to decrypt what waits in the journal."""
        while pending := await self._database.write(
            lambda tx: tx.journal.pending(*states, room_id=room_id, limit=_RETRIED)
        ):
            changed = await self._judge(intake, pending)
            # Those that stay as they are would be found again and again.
            if not changed or len(pending) < _RETRIED:
                break

    async def _judge(self, intake: Intake, pending: Sequence[Pending]) -> bool:
        changed = False
        for at in range(0, len(pending), _BLOCK):
            block = pending[at : at + _BLOCK]
            resolved = [self._encryption.judge(one) for one in block]
            news = [
                new for new, old in zip(resolved, block, strict=True) if new.state is not old.state
            ]
            if news:
                changed = True
                await intake.resolve(news)
            await asyncio.sleep(0)
        return changed


async def _insist(call: Callable[[], Awaitable[T]]) -> T:
    """Make the call until it goes through, waiting longer each time."""
    pause = _FIRST_PAUSE_S
    while True:
        try:
            return await call()
        except ChatUnavailable as error:
            wait = max(pause, error.retry_after_s or 0.0)
            log.warning("homeserver.unavailable", error=str(error), retry_after_s=round(wait, 1))
        except ChatRefused as error:
            wait = _REFUSED_PAUSE_S
            log.error(  # noqa: TRY400  the homeserver's words say it, our stack does not
                "homeserver.refused", error=str(error), retry_after_s=wait
            )
        await asyncio.sleep(wait)
        pause = min(pause * 2, _LONGEST_PAUSE_S)
