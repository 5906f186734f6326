"""Telling systemd how it stands, in its own small protocol: one datagram for each thing said.

Where no supervisor asks for it (``NOTIFY_SOCKET`` is not set), nothing is told.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from storage.database import Database

log = structlog.get_logger()

_MICROSECONDS = 1_000_000


class Supervisor:
    """Whoever started the process and wants to know how it is."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        # Meant for this process, or for one that started us and passed it on?
        meant = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        text = environ.get("WATCHDOG_USEC", "") if self._address and meant else ""
        self.patience_s = int(text) / _MICROSECONDS if text.isdecimal() else None
        """So long without a sign of life, and it restarts us; None: it does not watch."""

    def ready(self) -> None:
        """The bot answers people now."""
        self._tell("READY=1\nSTATUS=Answering")

    def waiting(self, what: str) -> None:
        """It does not yet, or not any more, and why."""
        self._tell(f"STATUS={what}")

    def stopping(self) -> None:
        """The bot ends, as it was told to."""
        self._tell("STOPPING=1\nSTATUS=Finishing what is in hand")

    async def watch(self, database: Database) -> None:
        """Give signs of life, for ever; none while event loop or database thread stand still."""
        if self.patience_s is None:
            return
        # Twice in the time it waits, as its manual advises.
        beat_s = self.patience_s / 2
        while True:
            if await database.thread_answers(within_s=beat_s):
                self._tell("WATCHDOG=1")
            await asyncio.sleep(beat_s)

    def _tell(self, said: str) -> None:
        if not self._address:
            return
        # An @ stands for the zero byte of a name that is in no folder.
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.sendto(said.encode(), address)
        except OSError as error:
            log.warning("supervisor.unreachable", reason=error.strerror)
