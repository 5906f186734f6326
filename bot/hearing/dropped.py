"""Files that organizers drop into their room: fetched, looked at, answered.

The transaction that hears of a file keeps it; fetching and reading come afterwards and outside
of it. If the process dies in between, the next one finds the file waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.commands.registry import Answer
from bot.errors import ChatLoggedOut, ChatRefused, ChatUnavailable
from bot.rendering.markdown import escape
from bot.wording import Wording, wording
from flows.ids import EffectKey, EventId
from storage.dropped import DroppedFile

if TYPE_CHECKING:
    from bot.chat import Chat
    from bot.commands.desk import CommandDesk
    from bot.world import World
    from flows.messages import Written
    from storage.database import Database
    from storage.transaction import Transaction

log = structlog.get_logger()

PAUSES_S = (5.0, 15.0, 30.0, 60.0, 120.0)
"""Before each further try to fetch a file; after the last the organizer is told."""
_AT_ONCE = 4
_MEGABYTE = 1_000_000

Act = Callable[["Transaction", datetime], Answer]
"""What a reader decides: carried out in the transaction that answers."""


class FileReader(Protocol):
    """What is done with files whose names end in one of `endings` (in lower case)."""

    @property
    def endings(self) -> tuple[str, ...]:
        """``.toml``, for example."""
        ...

    @property
    def most_bytes(self) -> int:
        """A larger file is not fetched."""
        ...

    async def read(self, name: str, data: bytes, words: Wording) -> Act:
        """Look at a file, without keeping the event loop from its work."""
        ...


class DroppedFileDesk:
    """Takes files dropped in the organizers' room: a few at once, those of one name in order."""

    def __init__(
        self,
        *,
        database: Database,
        chat: Chat,
        world: World,
        desk: CommandDesk,
        readers: Sequence[FileReader],
        language: str,
        now: Callable[[], datetime],
        answered: Callable[[], None],
    ) -> None:
        self._database = database
        self._chat = chat
        self._world = world
        self._desk = desk
        self._readers = readers
        self._language = language
        self._now = now
        self._answered = answered
        self._some = asyncio.Event()
        self._noted = False
        self._tries: dict[EventId, int] = {}
        self._at_work: dict[EventId, str] = {}
        """Files that are being read or wait for another try, and the names not to be read."""
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def note(self, tx: Transaction, message: Written) -> None:
        """Keep the file of a message of the organizers' room, if there is a reader for it."""
        media = message.media
        if media is None or self._reader(media.name) is None:
            return
        if message.sender not in self._world.organizers:
            log.warning("file.refused", event_id=message.event_id)
            return
        tx.dropped.keep(
            DroppedFile(
                room_id=message.room_id,
                event_id=message.event_id,
                sender=message.sender,
                sent_ms=message.sent_ms,
                name=media.name,
                address=media.address,
            )
        )
        self._noted = True

    def poke(self) -> None:
        """A transaction has ended that may have noted a file."""
        if self._noted:
            self._noted = False
            self._some.set()

    async def run(self) -> None:
        """Answer what waits, for ever."""
        self._some.set()
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._some.wait()
                self._some.clear()
                for file in await self._database.write(lambda tx: tx.dropped.waiting()):
                    # Of two with one name the older goes first: the newer may replace it.
                    if file.event_id not in self._at_work and file.name not in self._names():
                        self._at_work[file.event_id] = file.name
                        tasks.create_task(self._take(file))

    def _names(self) -> set[str]:
        return set(self._at_work.values())

    async def _take(self, file: DroppedFile) -> None:
        try:
            async with self._slots:
                await self._answer(file)
            self._tries.pop(file.event_id, None)
        except ChatUnavailable as error:
            tries = self._tries[file.event_id] = self._tries.get(file.event_id, 0) + 1
            delay_s = max(error.retry_after_s or 0.0, PAUSES_S[tries - 1])
            log.info("file.postponed", event_id=file.event_id, retry_after_s=delay_s)
            # Nobody shall wait for it meanwhile, not even another of its name.
            self._at_work[file.event_id] = ""
            self._some.set()
            await asyncio.sleep(delay_s)
        finally:
            del self._at_work[file.event_id]
            self._some.set()

    async def _answer(self, file: DroppedFile) -> None:
        act = await self._read(file)
        try:
            await self._database.write(partial(self._finish, file=file, act=act))
        except Exception:  # kept waiting, it would end every bot that starts
            log.exception("file.failed", event_id=file.event_id)
            act = self._not_read(file)
            await self._database.write(partial(self._finish, file=file, act=act))
        self._answered()

    async def _read(self, file: DroppedFile) -> Act:
        words = wording(self._language)
        reader = self._reader(file.name)
        if reader is None:
            return _say(words.say("⚠️ I cannot read files of this kind."))
        try:
            data = await self._chat.fetch(file.address, most_bytes=reader.most_bytes)
            return await reader.read(file.name, data, words)
        except ChatRefused as error:
            log.warning("file.not_fetched", event_id=file.event_id, code=error.code)
            return _say(_not_fetched(file, reader, error, words))
        except ChatUnavailable as error:
            if self._tries.get(file.event_id, 0) < len(PAUSES_S):
                raise
            log.warning("file.given_up", event_id=file.event_id, reason=str(error))
            return _say(
                words.say(
                    "⚠️ The server that keeps {name} does not give it to me. I have stopped trying; "
                    "please send it again later.",
                    name=_shown(file),
                )
            )
        except ChatLoggedOut:
            raise
        except Exception:  # an odd file must not stop what else is dropped
            log.exception("file.failed", event_id=file.event_id)
            return self._not_read(file)

    def _not_read(self, file: DroppedFile) -> Act:
        words = wording(self._language)
        return _say(words.say("⚠️ I could not read {name}. Nothing has changed.", name=_shown(file)))

    def _finish(self, tx: Transaction, *, file: DroppedFile, act: Act) -> None:
        if not tx.dropped.forget(file):
            return
        now = self._now()
        answer = act(tx, now)
        # Its caption may be a command, which has an answer of its own.
        key = EffectKey(f"{file.room_id}/-/-/file/{file.event_id}")
        self._desk.reply(tx, answer, key, file.room_id, self._language, now=now)

    def _reader(self, name: str) -> FileReader | None:
        lower = name.lower()
        return next((one for one in self._readers if lower.endswith(one.endings)), None)


def _say(markdown: str) -> Act:
    return lambda _tx, _now: Answer(markdown=markdown)


def _shown(file: DroppedFile) -> str:
    return escape(file.name)


def _not_fetched(file: DroppedFile, reader: FileReader, error: ChatRefused, words: Wording) -> str:
    if error.code == "TOO_LARGE":
        return words.say(
            "⚠️ {name} is larger than {most} MB, and I have not read it.",
            name=_shown(file),
            most=reader.most_bytes // _MEGABYTE,
        )
    return words.say(
        "⚠️ I could not fetch {name} from the chat. Please send it again.", name=_shown(file)
    )
