"""The real bot on a real database, a chat in memory, and a clock moved by hand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapters.matrix.links import MatrixLinks
from bot.app import App
from bot.config.values import Config, MatrixConfig
from flows.ids import EventId, RoomId, UserId
from flows.messages import Edited, Incoming, Marked, Media, MediaKind, Withdrawn, Written
from storage.database import Database
from storage.instants import to_ms
from storage.journal import Batch
from storage.transaction import Transaction
from tests.builders import (
    ANN,
    BO,
    BOT,
    CIA,
    DAN,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    TABLE_1,
    TABLE_2,
    event_id,
    pack_toml,
    step_toml,
)
from tests.fakes import FakeChat, Message

LUNCH = pack_toml(
    step_toml("background", "hello"),
    step_toml("individual", "alone", scenario="lunch", length="10 min", remind_before="2 min"),
    step_toml(
        "group",
        "together",
        scenario="lunch",
        length="20 min",
        remind_before="5 min",
        grace="3 min",
    ),
    step_toml("plenary", "bye"),
)
"""Ten minutes alone from the start, twenty together, and the end."""

_QUOTE = re.compile(r"^[>-] (.*)$", re.MULTILINE)
SETTLES_WITHIN_S = 20.0
NEVER_S = 3600.0


class Journey:
    """What people do and see. Each act takes a second on the clock."""

    def __init__(self, folder: Path, database_file: Path) -> None:
        self._folder = folder
        self.url = f"sqlite:///{database_file}"
        self.now = MONDAY_9H - timedelta(hours=1)
        self.ticks = False
        self.seconds = 0.0
        """What the clock shows that nobody sets."""
        self.clock_ahead_s = 0.0
        """By how much the homeserver's clock is ahead."""
        self.settles_within_s = SETTLES_WITHIN_S
        self.logs: list[MutableMapping[str, Any]] = []
        self.chat = FakeChat(self.shown_now)
        self.config = Config(
            matrix=MatrixConfig(
                homeserver="https://example.org",
                user_id=BOT,
                device_id="DEVICE",
                access_token="token",
            ),
            organizers_room=ORGANIZERS,
            allowed_servers=("elsewhere.example",),
            data_folder=folder,
            database_url=self.url,
            zone=ZoneInfo("Europe/Stockholm"),
            language="en",
            pack_folders=(folder / "packs",),
            board_interval_s=NEVER_S,
            meaning_rest_s=None,
        )
        self._running: asyncio.Task[None] | None = None
        self.private: dict[UserId, RoomId] = {}
        (folder / "packs").mkdir()
        self.has_pack("lunch", LUNCH)

    def has_pack(self, name: str, source: str) -> None:
        (self._folder / "packs" / f"{name}.toml").write_text(source, "utf-8")

    def is_set_up(self, **settings: object) -> None:
        """Other settings, from the next start of the bot."""
        self.config = replace(self.config, **settings)  # type: ignore[arg-type]  # by name

    # ------------------------------------------------------------ the process

    async def begins(self) -> None:
        """The bot is started; the organizers invite it to two tables."""
        self.chat.add_room("Organizers", OLGA, room_id=ORGANIZERS)
        self.chat._come_or_go(ORGANIZERS, comes=True)
        await self.bot_starts()
        for number, (room_id, people) in enumerate(
            ((TABLE_1, (ANN, BO)), (TABLE_2, (CIA, DAN))), start=1
        ):
            self.chat.add_room(f"Table {number}", OLGA, *people, room_id=room_id)
            self.chat.invite(self.chat.rooms[room_id], OLGA)
            await self.settles()

    async def bot_starts(self) -> None:
        self.database = Database.open(self.url)
        self.app = App(
            self.config,
            database=self.database,
            chat=self.chat,
            links=MatrixLinks(BOT),
            now=self.shown_now,
            ticks=lambda: self.seconds,
            clock_ahead_s=lambda: self.clock_ahead_s,
        )
        self._running = asyncio.create_task(self.app.run())
        begun = self.app.ready if self.chat.speaks.is_set() else self.chat.is_asked
        ready = asyncio.create_task(begun.wait())
        await asyncio.wait([self._running, ready], return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            ready.cancel()
            await self._running
        await self.settles()

    async def bot_is_killed(self) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
            self._running = None
            self.database.close()

    async def bot_ends(self) -> BaseException:
        """Wait until the bot ends by itself, and say why."""
        assert self._running is not None
        running, self._running = self._running, None
        await asyncio.wait([running], timeout=SETTLES_WITHIN_S)
        self.database.close()
        error = running.exception()
        assert error is not None
        return error

    async def settles(self) -> None:
        """Wait until the bot has done all that can be done now."""
        if self._running is None:
            return
        self.app.clock.poke()
        self.app.sender.wake()
        self.app.digests.wake()
        async with asyncio.timeout(self.settles_within_s):
            while not await self._is_quiet():
                if self._running.done():
                    self._running.result()
                await asyncio.sleep(0.002)

    async def until(self, came: Callable[[], bool], *, within_s: float = 10) -> None:
        """Wait for what the bot does by itself."""
        async with asyncio.timeout(within_s):
            while not came():
                if self._running is not None and self._running.done():
                    self._running.result()
                await asyncio.sleep(0.01)

    async def _is_quiet(self) -> bool:
        if not self.chat.is_heard:
            return False
        now_ms = to_ms(self.now)

        held = {room for room, until in self.app.sender._held.items() if until > now_ms}

        def nothing_due(tx: Transaction) -> bool:
            due = tx.outbox.due(now_ms=now_ms, besides=(), limit=1, not_in=held)
            ordered = tx.digest_orders.due(now_ms=now_ms)
            return not due and ordered is None and not tx.occurrences.due(now_ms=now_ms)

        return (
            await self.database.write(nothing_due)
            and self.app.sender.is_idle
            and self.app.digests.is_idle
            and self.app.watch.is_idle
            and self.app.taking_in.is_idle
        )

    async def asks(self, work: Callable[[Transaction], object]) -> object:
        """Look into the database."""
        return await self.database.write(work)

    @property
    def errors(self) -> list[str]:
        """What went wrong, as the log names it."""
        return [log["event"] for log in self.logs if log["log_level"] == "error"]

    # ------------------------------------------------------------ the clock

    def shown_now(self) -> datetime:
        """What the clock shows; if it ticks, a millisecond later at each look."""
        if self.ticks:
            self.now += timedelta(milliseconds=1)
        return self.now

    async def clock_shows(self, moment: datetime) -> None:
        self.now = moment
        await self.settles()

    async def time_passes(self, minutes: float) -> None:
        await self.clock_shows(self.now + timedelta(minutes=minutes))

    # ------------------------------------------------------------ what people do

    def home(self, who: UserId) -> RoomId:
        if who == OLGA:
            return ORGANIZERS
        return TABLE_1 if who in (ANN, BO) else TABLE_2

    async def happens(self, incoming: Incoming, *, encrypted: bool = False) -> Batch:
        """Something comes from the chat."""
        batch = self.chat.hear_event(incoming, encrypted=encrypted)
        await self.settles()
        return batch

    def message(
        self,
        who: UserId,
        text: str,
        *,
        room: RoomId | None = None,
        thread: EventId | None = None,
        reply_to: EventId | None = None,
        media: Media | None = None,
    ) -> Written:
        """A message as it stands in its room; the bot has not heard of it yet."""
        self.now += timedelta(seconds=1)
        room_id = room or self.home(who)
        written = Written(
            room_id=room_id,
            event_id=event_id(),
            sender=who,
            sent_ms=to_ms(self.now),
            text=text,
            thread=thread,
            reply_to=reply_to,
            media=media,
        )
        shown = Message(
            event_id=written.event_id, sender=who, text=text, sent_at=self.now, thread=thread
        )
        self.chat.rooms[room_id].messages.append(shown)
        return written

    async def writes(
        self,
        who: UserId,
        text: str,
        *,
        room: RoomId | None = None,
        thread: EventId | None = None,
        reply_to: EventId | None = None,
        media: Media | None = None,
    ) -> EventId:
        """Somebody writes in her group's room (organizers in theirs), or in another."""
        message = self.message(who, text, room=room, thread=thread, reply_to=reply_to, media=media)
        await self.happens(message)
        return message.event_id

    async def drops(
        self, who: UserId, name: str, data: bytes, *, mime: str = "", room: RoomId | None = None
    ) -> EventId:
        """Somebody sends a file in her group's room (organizers in theirs)."""
        address = f'{{"url":"mxc://example.org/{len(self.chat.files)}"}}'
        self.chat.files[address] = data
        media = Media(kind=MediaKind.FILE, name=name, mime=mime, size=len(data), address=address)
        return await self.writes(who, name, room=room, media=media)

    async def writes_in_private(
        self, who: UserId, text: str, *, media: Media | None = None
    ) -> EventId:
        if who not in self.private:
            await self.opens_private_chat(who)
        return await self.writes(who, text, room=self.private[who], media=media)

    async def opens_private_chat(self, who: UserId) -> None:
        room = self.chat.add_room("", who)
        self.private[who] = room.room_id
        self.chat.invite(room, who, direct=True)
        await self.settles()

    def room_of(self, target: EventId) -> RoomId:
        for room in self.chat.rooms.values():
            for one in room.messages:
                if one.event_id == target or target in one.marks:
                    return room.room_id
        raise LookupError(target)

    def edit(self, who: UserId, target: EventId, text: str) -> Edited:
        self.now += timedelta(seconds=1)
        return Edited(
            room_id=self.room_of(target),
            event_id=event_id(),
            sender=who,
            sent_ms=to_ms(self.now),
            target=target,
            text=text,
        )

    async def edits(self, who: UserId, target: EventId, text: str) -> EventId:
        edit = self.edit(who, target, text)
        await self.happens(edit)
        return edit.event_id

    async def withdraws(self, who: UserId, target: EventId) -> None:
        """A message, a mark or an edit is taken back."""
        self.now += timedelta(seconds=1)
        room_id = self.room_of(target)
        self.chat.take_back(target)
        await self.happens(
            Withdrawn(
                room_id=room_id,
                event_id=event_id(),
                sender=who,
                sent_ms=to_ms(self.now),
                target=target,
            )
        )

    async def marks(self, who: UserId, target: EventId, mark: str = "✅") -> EventId:
        self.now += timedelta(seconds=1)
        marked = Marked(
            room_id=self.room_of(target),
            event_id=event_id(),
            sender=who,
            sent_ms=to_ms(self.now),
            target=target,
            mark=mark,
        )
        self.chat.message(target).marks[marked.event_id] = (who, mark)
        await self.happens(marked)
        return marked.event_id

    async def starts_lunch(self) -> None:
        """The organizer starts the pack; the individual step is open for ten minutes."""
        self.now = MONDAY_9H - timedelta(seconds=1)
        await self.writes(OLGA, "!start lunch")

    # ------------------------------------------------------------ what people see

    def shown(self, room_id: RoomId) -> list[Message]:
        """What the bot has written in a room and not withdrawn."""
        messages = self.chat.rooms[room_id].messages
        return [one for one in messages if one.sender == BOT and not one.withdrawn]

    def texts(self, room_id: RoomId) -> list[str]:
        return [one.text for one in self.shown(room_id)]

    def heads(self, room_id: RoomId) -> list[str]:
        """The first line of each message of the bot, without Markdown's signs."""
        lines = [text.partition("\n")[0] for text in self.texts(room_id)]
        return [line.removeprefix("### ").replace("**", "").rstrip() for line in lines]

    def quotes(self, room_id: RoomId) -> list[str]:
        """The sealed answers that a group sees."""
        shown = [text for text in self.texts(room_id) if text.startswith("🔓")]
        return [quote for text in shown for quote in _QUOTE.findall(text)]

    def answer(self) -> str:
        """What the bot wrote last in the organizers' room."""
        return self.texts(ORGANIZERS)[-1]

    def bot_marks(self, target: EventId) -> list[str]:
        """The marks that the bot has put on a message."""
        marks = self.chat.message(target).marks.values()
        return [mark for who, mark in marks if who == BOT]

    def prompt(self, room_id: RoomId, title: str) -> EventId:
        """The message that opened a step."""
        heads = zip(self.heads(room_id), self.shown(room_id), strict=True)
        return next(one.event_id for head, one in heads if head == title)


async def asked(journey: Journey, command: str) -> str:
    """What the bot writes first in the organizers' room when an organizer writes this there."""
    before = len(journey.texts(ORGANIZERS))
    await journey.writes(OLGA, command)
    return journey.texts(ORGANIZERS)[before]
