"""A line between homeservers that can be cut: bytes are passed on as long as it holds."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

_PART_BYTES = 65_536


class Line:
    """Listens on a free port of the loopback and passes on what comes.

    Where to is said afterwards, in `to`: the one at the other end bears our port in its name.
    """

    def __init__(self) -> None:
        self.to: int | None = None
        self.holds = True
        self.refused = 0
        """Calls while it was cut."""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cut()
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """End what is under way, and take nothing more."""
        self.holds = False
        for writer in self._open:
            writer.transport.abort()

    def heal(self) -> None:
        """Take calls again."""
        self.holds = True

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.holds or self.to is None:
            self.refused += 1
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.to)
        self._open |= {writer, there_writer}
        for one, other in ((reader, there_writer), (there_reader, writer)):
            task = asyncio.create_task(self._pass_on(one, other))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while part := await reader.read(_PART_BYTES):
                writer.write(part)
                await writer.drain()
        writer.close()
        self._open.discard(writer)
