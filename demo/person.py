"""One simulated person: a client, a place at a table, and what she does there."""

from __future__ import annotations

import asyncio
import struct
import time
import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final, assert_never

from bot.errors import ChatRefused, ChatUnavailable
from demo.ledger import Line, Sent, Skipped
from demo.script import Act, Deed, Meant, PlannedStep, Where
from flows.ids import EventId, RoomId, StepId, UserId

if TYPE_CHECKING:
    from demo.cast import Table
    from demo.client import Client
    from demo.seen import Seen

_PATIENCE_S: Final = 20.0
"""How long somebody waits for the bot to come into the private chat."""
_LOOK_EVERY_S: Final = 1.0
_LOOKS: Final = 6
_BELL_S: Final = 1.2
"""Who hurries writes nothing this short before the close."""


class Question:
    """A step's question as a table has seen it."""

    def __init__(self, step: PlannedStep, seen: Seen) -> None:
        self.step = step
        self.event_id = seen.event_id
        self.at_s = seen.sent_ms / 1000

    @property
    def closes_s(self) -> float:
        """When the step closes, by the clock on the wall."""
        return self.at_s + self.step.lasts_s + self.step.grace_s


class Person:
    """Does deeds, reads what comes, and writes both down."""

    def __init__(
        self,
        client: Client,
        *,
        name: str,
        table: Table,
        bot: UserId,
        write: Callable[[Line], None],
    ) -> None:
        self.client = client
        self.name = name
        self._table = table
        self._bot = bot
        self._write = write
        self._private: RoomId | None = None
        self._opening = asyncio.Lock()
        self._said: dict[RoomId, list[Seen]] = defaultdict(list)
        self._bot_came = asyncio.Event()
        self._read: set[StepId] = set()
        self.could_not_read: list[str] = []

    @property
    def rooms(self) -> list[tuple[RoomId, Where]]:
        """The rooms this person writes in."""
        private = [] if self._private is None else [(self._private, Where.PRIVATE)]
        return [(self._table.room_id, Where.ROOM), *private]

    # --------------------------------------------------------------------- reading

    async def look(self, *, wait_s: float = 0.0) -> list[Seen]:
        """Look at the phone: what is new in the table's room."""
        new = []
        for seen in await self.client.sync(timeout_s=wait_s):
            if seen.room_id == self._table.room_id:
                new.append(seen)
            elif seen.sender == self._bot:
                self._bot_came.set()
            if seen.is_message and seen.sender == self._bot:
                self._said[seen.room_id].append(seen)
        return new

    async def _reads(self, step: PlannedStep) -> None:
        """Read a question before answering it, in either room."""
        if step.id in self._read:
            return
        self._read.add(step.id)
        for _ in range(_LOOKS):
            await self.look()
            if any(asks(seen, step) for said in self._said.values() for seen in said):
                return
            await asyncio.sleep(_LOOK_EVERY_S)
        self.could_not_read.append(step.id)

    async def _prompt_in(self, room_id: RoomId, step: PlannedStep) -> EventId | None:
        """The message that puts a step's question in a room; None if it does not come."""
        for _ in range(_LOOKS):
            for seen in self._said[room_id]:
                if asks(seen, step):
                    return seen.event_id
            await self.look(wait_s=_LOOK_EVERY_S)
        return None

    # ----------------------------------------------------------------------- doing

    async def prepares(self, door: asyncio.Semaphore) -> None:
        """Open the private chat in good time, and wait until the bot is in it."""
        async with door:
            await self._open_chat()
        await self._wait_for_the_bot()

    async def does(
        self,
        deed: Deed,
        question: Question,
        questions: dict[StepId, Question],
        done: dict[int, asyncio.Future[Sent | None]],
    ) -> None:
        """Do a deed when its time has come, and keep what came of it in `done`."""
        result = done[deed.number]
        sent: Sent | None = None
        try:
            await asyncio.sleep(max(0.0, question.at_s + deed.after_s - time.time()))
            target = None if deed.target is None else await done[deed.target]
            if deed.target is not None and target is None:
                self._skips(deed, "what it speaks of was not sent")
            elif deed.hurries and time.time() > question.closes_s - _BELL_S:
                self._skips(deed, "the time was up")
            else:
                sent = await self._carry_out(deed, target, questions)
        except (ChatRefused, ChatUnavailable) as error:
            self._skips(deed, str(error))
        finally:
            result.set_result(sent)

    def _skips(self, deed: Deed, why: str) -> None:
        self._write(Skipped(table=self._table.name, person=self.name, step=deed.answers, why=why))

    async def _carry_out(
        self, deed: Deed, target: Sent | None, questions: dict[StepId, Question]
    ) -> Sent | None:
        if deed.act is Act.OPEN_CHAT:
            await self._open_chat()
            return None
        room_id = await self._room(deed)
        asked = questions.get(StepId(deed.answers)) if deed.answers else None
        if asked is not None and deed.meant is Meant.INDIVIDUAL:
            await self._reads(asked.step)
        thread = asked.event_id if deed.pointing and asked is not None else None
        prompt = None
        if deed.act is Act.TAP and asked is not None:
            prompt = await self._prompt_in(room_id, asked.step)
            if prompt is None:
                # Whoever does not see what to tap writes the number.
                deed = replace(deed, act=Act.WRITE, text=str(deed.option))
        started_ms = _now_ms()
        event_id, text, media = await self._act(deed, room_id, prompt or _event(target), thread)
        sent = Sent(
            event_id=event_id,
            act=deed.act,
            where=deed.where,
            meant=deed.meant,
            room_id=room_id,
            table=self._table.name,
            person=self.name,
            step=deed.answers,
            text=text,
            media=media,
            target=None if target is None else target.event_id,
            pointing=thread is not None,
            encrypted=self._table.encrypted,
            started_ms=started_ms,
            taken_ms=_now_ms(),
        )
        self._write(sent)
        return sent

    async def _act(
        self, deed: Deed, room_id: RoomId, on: EventId, thread: EventId | None
    ) -> tuple[EventId, str, str | None]:
        """Do it; returns the event, its text and the name of its file, if it has one."""
        client = self.client
        match deed.act:
            case Act.WRITE:
                return await client.write(room_id, deed.text, thread=thread), deed.text, None
            case Act.PHOTO:
                name = f"bild-{deed.number}.png"
                picture = drawing(deed.number)
                event_id = await client.photo(room_id, picture, name=name, caption=deed.text)
                return event_id, deed.text or name, name
            case Act.EDIT:
                return await client.edit(room_id, on, deed.text), deed.text, None
            case Act.WITHDRAW:
                return await client.withdraw(room_id, on), "", None
            case Act.MARK:
                return await client.react(room_id, on, "✅"), "✅", None
            case Act.TAP:
                mark = f"{deed.option}\ufe0f\u20e3"
                return await client.react(room_id, on, mark), mark, None
            case Act.OPEN_CHAT:
                raise ValueError("opening a chat sends nothing")
            case _:
                assert_never(deed.act)

    async def _room(self, deed: Deed) -> RoomId:
        if deed.where is Where.ROOM:
            return self._table.room_id
        room_id = await self._open_chat()
        if deed.waits:
            await self._wait_for_the_bot()
        return room_id

    async def _open_chat(self) -> RoomId:
        async with self._opening:
            if self._private is None:
                table = self._table
                self._private = await self.client.direct_chat(
                    self._bot, encrypted=table.encrypted, version=table.version
                )
            return self._private

    async def _wait_for_the_bot(self) -> None:
        give_up_at = time.monotonic() + _PATIENCE_S
        while not self._bot_came.is_set() and time.monotonic() < give_up_at:
            await self.look(wait_s=_LOOK_EVERY_S)


def asks(seen: Seen, step: PlannedStep) -> bool:
    """Whether a message of the bot puts a step's question; its first line is the title."""
    return seen.is_message and seen.text.split("\n", 1)[0] == step.title


def _event(sent: Sent | None) -> EventId:
    return EventId("" if sent is None else sent.event_id)


def drawing(number: int) -> bytes:
    """A small PNG: a sheet of a flip chart, in a colour of its own."""
    side = 24
    paper = bytes((200 + number % 50, 190 + number % 60, 150 + number % 90))
    ink = bytes((40, 60, 90))
    rows = [
        b"\x00" + b"".join(ink if (x * y + number) % 7 == 0 else paper for x in range(side))
        for y in range(side)
    ]
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
