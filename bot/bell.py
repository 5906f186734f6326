"""Calling a task of the bot to what waits for it."""

from __future__ import annotations

import asyncio


class Bell:
    """Rung when there may be something to do; the task it belongs to looks then.

    However often it is rung before the task looks, the task looks once.
    """

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._calls = False
        self._at_work = False

    def ring(self) -> None:
        """There may be something to do; to be called from any thread."""
        self._calls = True
        if self._loop is None:
            self._rung.set()
        else:
            self._loop.call_soon_threadsafe(self._rung.set)

    @property
    def is_idle(self) -> bool:
        """Whether the task has looked since it was rung last, and is done."""
        return not (self._calls or self._at_work)

    async def wait(self, *, at_most_s: float | None = None) -> None:
        """Wait until it is rung, or at most so long. From then on the task is at work."""
        self._loop = asyncio.get_running_loop()
        self._at_work = False
        try:
            async with asyncio.timeout(at_most_s):
                await self._rung.wait()
        except TimeoutError:
            pass  # It looks of itself then.
        self._rung.clear()
        self._calls = False
        self._at_work = True


class Called:
    """A part of the bot that works off what waits, when its bell is rung."""

    def __init__(self) -> None:
        self._bell = Bell()

    def wake(self) -> None:
        """There may be something to do; to be called from any thread."""
        self._bell.ring()

    @property
    def is_idle(self) -> bool:
        """Whether everything that waited is done."""
        return self._bell.is_idle
