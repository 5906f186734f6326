"""The process of the simulated people, seen from the one that started it."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from demo.news import News, from_line
from demo.processes import Leashed


class PeopleGone(Exception):
    """The people's process ended by itself; the text has the end of its log."""


class Crowd:
    """Started as a context manager; iterate over its news until everybody has gone home."""

    def __init__(self, cast: Path, *, log: Path) -> None:
        self._cast = cast
        self._log = log
        self._news: asyncio.Queue[News | None] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        with self._log.open("ab") as log:
            self._process = Leashed("demo.people", [self._cast], stdout=subprocess.PIPE, stderr=log)
        loop = asyncio.get_running_loop()
        # A thread, because a pipe that somebody else writes to cannot be awaited everywhere.
        self._reader = threading.Thread(target=self._read, args=[loop], daemon=True)
        self._reader.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._process.end()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        for line in self._process.stdout:
            loop.call_soon_threadsafe(self._news.put_nowait, from_line(line.decode()))
        loop.call_soon_threadsafe(self._news.put_nowait, None)

    def go_home(self) -> None:
        """Let them look at their rooms once more, write their ledger, and end."""
        self._process.tell_to_end()

    async def next(self) -> News:
        """The next thing they tell.

        Raises:
            PeopleGone: there will be none any more.
        """
        news = await self._news.get()
        if news is None:
            tail = self._log.read_text(encoding="utf-8", errors="replace")[-3000:]
            raise PeopleGone(f"the people's process has ended. The end of its log:\n{tail}")
        return news
