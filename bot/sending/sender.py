"""Carries out what the outbox holds: in order in each room, in parallel between rooms.

Before a first attempt it is written down that one is made; afterwards, that it succeeded.
Whatever happens in between, the effect is tried again under the same transaction id, which
the homeserver recognises for a while; after that, and by another device, it is looked up before
it is sent.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.chat import Chat, Content, Invite, Join, Leave, OpenRoom, Parcel, React
from bot.errors import ChatLoggedOut, ChatRefused, ChatUnavailable, KeysUnusable
from bot.keys import BOARD_EDIT, LIVE_EDIT
from bot.sending.parcels import asks_people_in
from bot.sending.reactions import ACKNOWLEDGEMENT, Mark, mark_key, marks_of
from bot.sending.unpacking import Never, NotYet, open_content, unpack
from storage.devices import Past
from storage.errors import DatabaseUnusable
from storage.instants import from_ms, to_ms
from storage.outbox import Due, OutboxState, Sent

if TYPE_CHECKING:
    from bot.sending.away import Away
    from bot.sending.troubles import Troubles
    from bot.sending.undeliverable import Undeliverable
    from flows.ids import EffectKey, EventId, RoomId
    from storage.database import Database
    from storage.transaction import Transaction

log = structlog.get_logger()

IN_FLIGHT = 32
"""Requests at once. A homeserver gains nothing from more, and its other users lose."""

_MARKS_AT_ONCE = 4
"""In one room: a room where everybody writes at once must not take all the requests."""

_BATCH = 512
_FORGOTTEN_AFTER_MS = 20 * 60_000
"""Some homeservers forget transaction ids after half an hour; before that we begin to look."""
_RESTORED_FOR_MS = 30 * 24 * 3_600_000
"""So long after the moment of a backup whatever is decided may have been sent before."""
_LEAVE_NO_EVENT = (Join, Leave, Invite, OpenRoom)
"""Asked for twice they are done once, by whatever device."""
_WAIT_FOR_OTHER_MS = 300
_WAITS_FOR_LINKS = 100
"""So often, half a minute in all: one room out of reach shall not hold back all groups' digest."""
_SHORTEST_REST_S = 0.05
_SHORTEST_WAIT_S = 1.0
_BACK_OFF_S = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
_EPHEMERAL = (ACKNOWLEDGEMENT, BOARD_EDIT, LIVE_EDIT)
"""Effects nobody refers to later; their rows go when they are sent."""
_NAMES_A_FILE = '"blob":'


def transaction_id(key: EffectKey) -> str:
    """What the homeserver knows an effect by: a hash of its key, the same at every try."""
    return "r" + hashlib.sha256(key.encode()).hexdigest()[:40]


def _parcel(room_id: RoomId, content: Content, key: EffectKey) -> Parcel:
    return Parcel(
        room_id=room_id, content=content, once_key=key, transaction_id=transaction_id(key)
    )


def _back_off_s(due: Due) -> float:
    return _BACK_OFF_S[min(due.tries, len(_BACK_OFF_S) - 1)]


class Sender:
    """Drains the outbox. One per process.

    Attributes:
        past: what the homeserver may not recognise; to be told before it runs.
    """

    def __init__(
        self,
        *,
        database: Database,
        chat: Chat,
        away: Away,
        undeliverable: Undeliverable,
        troubles: Troubles,
        now: Callable[[], datetime],
        sent: Callable[[Transaction, EffectKey, EventId | None], None],
    ) -> None:
        self._database = database
        self._chat = chat
        self._away = away
        self._undeliverable = undeliverable
        self._troubles = troubles
        self._now = now
        self._on_sent = sent
        self.past = Past()
        self._tried_here: set[int] = set()
        self._filled = asyncio.Event()
        self._done_ready = asyncio.Event()
        self._done: list[tuple[Due, EventId | None]] = []
        self._flying: set[int] = set()
        self._lanes: dict[str, deque[Due]] = defaultdict(deque)
        self._held: dict[RoomId, int] = {}
        self._just_sent: dict[EffectKey, Sent] = {}
        self._marked: dict[int, set[Mark]] = {}
        self._more_waits = False
        self._claimed_ms = 0
        self._finishing = False
        self._lane_ended = asyncio.Event()
        self._noting = asyncio.Lock()
        self._slots = asyncio.Semaphore(IN_FLIGHT)

    def wake(self) -> None:
        """There may be something to send."""
        self._filled.set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._flying

    async def run(self) -> None:
        """Send, for ever; ends by cancellation, or with ChatLoggedOut."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._note_done())
            while True:
                self._filled.clear()
                due = await self._claim()
                for one in due:
                    self._board(one, tasks)
                self._more_waits = len(due) == _BATCH
                await self._rest()

    async def finish(self) -> None:
        """Begin nothing new, and return when what is on its way has arrived and is noted.

        What waits behind it is in the outbox for the next process.
        """
        self._finishing = True
        while self._lanes:
            self._lane_ended.clear()
            await self._lane_ended.wait()
        await self._note_what_is_done()

    async def _rest(self) -> None:
        """Wait until something is put into the outbox, or what was postponed is due."""
        claimed_ms = self._claimed_ms
        next_ms = await self._database.write(lambda tx: tx.outbox.next_due_ms(after_ms=claimed_ms))
        left_s = None if next_ms is None else (next_ms - to_ms(self._now())) / 1000
        timeout = None if left_s is None else max(_SHORTEST_REST_S, left_s)
        try:
            async with asyncio.timeout(timeout):
                await self._filled.wait()
        except TimeoutError:
            return

    async def _claim(self) -> list[Due]:
        """Take what is due and not yet on its way, and write down that it is tried."""
        if self._finishing:
            return []
        now_ms = self._claimed_ms = to_ms(self._now())
        flying = frozenset(self._flying)
        self._held = {room: until for room, until in self._held.items() if until > now_ms}
        held = frozenset(self._held)

        def claim(tx: Transaction) -> list[Due]:
            due = tx.outbox.due(now_ms=now_ms, besides=flying, not_in=held, limit=_BATCH)
            due = self._away.keep(tx, due)
            tx.outbox.note_try([one.number for one in due], now_ms=now_ms)
            return due

        due = await self._database.write(claim)
        self._flying.update(one.number for one in due)
        # What was postponed is due later than what was decided after it, and goes first.
        return sorted(due, key=lambda one: one.number)

    def _board(self, due: Due, tasks: asyncio.TaskGroup) -> None:
        """Put an effect into its lane: one at a time, in order, for each room.

        Acknowledgements need no order with anything else: they have a lane of their own in
        each room, and never hold up what people wait to read. Neither do invitations, which
        wait for other homeservers.
        """
        lane = str(due.room_id)
        if due.key.startswith(ACKNOWLEDGEMENT):
            lane = f"{lane}/{ACKNOWLEDGEMENT}"
        elif asks_people_in(due.content):
            lane = f"{lane}/people"
        waiting = self._lanes.get(lane)
        if waiting is not None:
            waiting.append(due)
            return
        self._lanes[lane].append(due)
        tasks.create_task(self._drive(lane))

    async def _drive(self, lane: str) -> None:
        waiting = self._lanes[lane]
        try:
            while waiting:
                due = waiting.popleft()
                if not await self._deliver(due) or self._finishing:
                    # The ones behind it keep their order: they come back with it.
                    self._flying.difference_update(one.number for one in waiting)
                    waiting.clear()
        finally:
            del self._lanes[lane]
            self._lane_ended.set()

    async def _deliver(self, due: Due) -> bool:
        """Send one effect; False if it has to come again later."""
        try:
            event_id = await self._carry_out(due)
        except NotYet:
            await self._wait_for_other(due)
            return False
        except ChatUnavailable as error:
            await self._wait_for_chat(due, error)
            return False
        except (ChatRefused, Never) as error:
            await self._give_up(due, error)
            return True
        except (ChatLoggedOut, KeysUnusable, DatabaseUnusable):
            raise
        except Exception as error:
            log.exception("effect.broken", key=due.key)
            return await self._wait_after_mistake(due, error)
        self._just_sent[due.key] = Sent(
            state=OutboxState.SENT, event_id=event_id, room_id=due.room_id
        )
        self._tried_here.discard(due.number)
        self._done.append((due, event_id))
        self._done_ready.set()
        self._troubles.settled(due.room_id)
        return True

    async def _wait_for_other(self, due: Due) -> None:
        """Come again in a moment; or, if the other waits for its room, wait with it."""
        others = open_content(due.content).speaks_of
        if await self._database.write(lambda tx: tx.outbox.park_with(due, others)):
            self._flying.discard(due.number)
            return
        await self._postpone(due, _WAIT_FOR_OTHER_MS, "waits for an earlier message")

    async def _wait_for_chat(self, due: Due, error: ChatUnavailable) -> None:
        wait_s = max(error.retry_after_s or _back_off_s(due), _SHORTEST_WAIT_S)
        log.warning("effect.postponed", key=due.key, retry_after_s=wait_s, reason=str(error))
        beside = due.key.startswith(ACKNOWLEDGEMENT) or asks_people_in(due.content)
        if not asks_people_in(due.content):
            self._troubles.cannot_send(due.room_id)
        if due.tries < len(_BACK_OFF_S) and not beside:
            # What was decided later for the room shall not overtake it; unless it alone is
            # what the chat cannot take, and that would go on for ever.
            self._held[due.room_id] = to_ms(self._now()) + int(wait_s * 1000)
        await self._postpone(due, int(wait_s * 1000), str(error))

    async def _wait_after_mistake(self, due: Due, error: Exception) -> bool:
        """After a mistake of ours: it may pass, but not many times."""
        # The error's own words may be what people wrote.
        reason = type(error).__name__
        if due.tries < len(_BACK_OFF_S):
            await self._postpone(due, int(_back_off_s(due) * 1000), reason)
            return False
        await self._give_up(due, Never(reason))
        return True

    async def _carry_out(self, due: Due) -> EventId | None:
        if due.key.startswith(ACKNOWLEDGEMENT):
            await self._acknowledge(due)
            return None
        async with self._slots:
            packed = open_content(due.content)
            fates = await self._fates(packed.speaks_of) if packed.speaks_of else {}
            content = unpack(
                packed,
                fates,
                room_id=due.room_id,
                waits_for_links=due.tries < _WAITS_FOR_LINKS,
                data=await self._data(packed.blob),
            )
            return await self._send(due, _parcel(due.room_id, content, due.key))

    async def _acknowledge(self, due: Due) -> None:
        """Put every mark of an effect on its message, a few at a time.

        What was put before the chat became unavailable is not put again by this process; by
        the next one it is, under the same transaction ids.
        """
        done = self._marked.setdefault(due.number, set())
        left = [mark for mark in marks_of(due.content) if mark not in done]
        waiting = iter(left)

        async def put_some() -> None:
            for mark in waiting:
                async with self._slots:
                    await self._put_mark(due, mark)
                done.add(mark)

        workers = min(len(left), _MARKS_AT_ONCE)
        # The others finish what they are at: an error of one must not cut them off.
        ended = await asyncio.gather(*(put_some() for _ in range(workers)), return_exceptions=True)
        for error in ended:
            if isinstance(error, BaseException):
                raise error
        del self._marked[due.number]

    async def _put_mark(self, due: Due, mark: Mark) -> None:
        target, emoji = mark
        key = mark_key(due.room_id, target)
        try:
            await self._send(due, _parcel(due.room_id, React(target=target, mark=emoji), key))
        except ChatRefused as error:
            # Its message was taken back, most likely. The answers beside it get theirs.
            log.warning("mark.refused", key=key, reason=str(error))

    async def _send(self, due: Due, parcel: Parcel) -> EventId | None:
        since_ms = self._may_be_there_since(due, parcel.content)
        if since_ms is not None:
            found = await self._chat.find(
                parcel.room_id,
                parcel.once_key,
                since=from_ms(since_ms),
                settled=due.number not in self._tried_here,
            )
            if found is not None:
                log.info("effect.found", key=parcel.once_key)
                return found
        return await self._chat.send(parcel)

    def _may_be_there_since(self, due: Due, content: Content) -> int | None:
        """Since when the effect may be in its room without the homeserver recognising it."""
        if isinstance(content, _LEAVE_NO_EVENT):
            return None
        first_ms, now_ms = due.first_try_ms, to_ms(self._now())
        if first_ms is not None:
            remembers = self._chat.capabilities.recognises_repeats
            forgotten = not remembers or now_ms - first_ms > _FORGOTTEN_AFTER_MS
            if forgotten or first_ms <= self.past.new_since_ms:
                return first_ms
        restored_ms = self.past.restored_ms
        if restored_ms is None or due.number in self._tried_here:
            return None
        return restored_ms if now_ms - restored_ms < _RESTORED_FOR_MS else None

    async def _fates(self, keys: Sequence[EffectKey]) -> dict[EffectKey, Sent]:
        """What became of these; what was sent a moment ago need not be on disk yet."""
        fates = {key: self._just_sent[key] for key in keys if key in self._just_sent}
        unknown = [key for key in keys if key not in fates]

        def look_up(tx: Transaction) -> dict[EffectKey, Sent]:
            found = ((key, tx.outbox.fate(key)) for key in unknown)
            return {key: fate for key, fate in found if fate is not None}

        return fates | await self._database.write(look_up) if unknown else fates

    async def _data(self, blob: str | None) -> bytes | None:
        if blob is None:
            return None
        return await self._database.write(lambda tx: tx.blobs.get(blob))

    async def _postpone(self, due: Due, wait_ms: int, reason: str) -> None:
        self._tried_here.add(due.number)
        due_ms = to_ms(self._now()) + wait_ms
        await self._database.write(
            lambda tx: tx.outbox.postpone(due.number, due_ms=due_ms, error=reason)
        )
        self._flying.discard(due.number)
        self._filled.set()

    async def _give_up(self, due: Due, error: Exception) -> None:
        """Note that an effect cannot be carried out, and tell the organizers."""
        now = self._now()
        log.error("effect.refused", key=due.key, room_id=due.room_id, reason=str(error))

        def give_up(tx: Transaction) -> None:
            if self._away.may_be_out(due, error):
                # It goes out when the bot is back in the room, or may write there again.
                tx.outbox.park([due.number], error=str(error))
            else:
                tx.outbox.fail(due.number, now_ms=to_ms(now), error=str(error))
                _drop_files(tx, [due])
            self._undeliverable.tell(tx, due, error, now=now)

        await self._database.write(give_up)
        self._marked.pop(due.number, None)
        self._troubles.settled(due.room_id)
        self._tried_here.discard(due.number)
        self._flying.discard(due.number)
        self._filled.set()

    async def _note_done(self) -> None:
        """Mark what has been sent: everything since the last commit in one."""
        while True:
            await self._done_ready.wait()
            self._done_ready.clear()
            done = await self._note_what_is_done()
            if done:
                self._flying.difference_update(due.number for due, _ in done)
                for due, _ in done:
                    self._just_sent.pop(due.key, None)
                if self._more_waits:
                    self._filled.set()

    async def _note_what_is_done(self) -> Sequence[tuple[Due, EventId | None]]:
        """Mark what has been sent since the last commit, after what is being marked already."""
        async with self._noting:
            done, self._done = self._done, []
            if done:
                await self._write_down(done)
        return done

    async def _write_down(self, done: Sequence[tuple[Due, EventId | None]]) -> None:
        """Mark them; what follows from one of them must not keep the others from it.

        Left unmarked it would be sent, and fail, again at every start.
        """
        try:
            await self._database.write(partial(self._mark, done=done))
        except Exception:
            log.exception("sent.not_noted", effects=len(done))
            for one in done:
                await self._write_down_alone(one)

    async def _write_down_alone(self, one: tuple[Due, EventId | None]) -> None:
        try:
            await self._database.write(partial(self._mark, done=[one]))
        except Exception:
            log.exception("sent.without_what_follows", key=one[0].key)
            await self._database.write(partial(self._mark, done=[one], follows=False))

    def _mark(
        self,
        tx: Transaction,
        done: Sequence[tuple[Due, EventId | None]],
        *,
        follows: bool = True,
    ) -> None:
        kept = []
        for due, event_id in done:
            if not due.key.startswith(_EPHEMERAL):
                kept.append((due.number, event_id))
                if follows:
                    self._on_sent(tx, due.key, event_id)
        tx.outbox.drop([due.number for due, _ in done if due.key.startswith(_EPHEMERAL)])
        tx.outbox.note_sent(kept, now_ms=to_ms(self._now()))
        _drop_files(tx, [due for due, _ in done])


def _drop_files(tx: Transaction, done: Sequence[Due]) -> None:
    """Keep no file that nothing waits for any more: it may quote people."""
    if any(_NAMES_A_FILE in due.content for due in done) and tx.blobs.drop_unneeded():
        tx.erase_for_good()
