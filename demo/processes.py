"""Processes of ours that end when we do, however we end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from demo.homeserver import REPOSITORY

_LEASH: Final = Path(__file__).with_name("leash.py")
_END_S: Final = 10.0


class Leashed:
    """A module of ours, run by a Python of its own."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str | Path],
        *,
        stdout: IO[bytes] | int,
        stderr: IO[bytes] | int,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        command = [sys.executable, "-P", _LEASH, "-", module, *arguments]
        self._process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), **(environ or {})},
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            # Ctrl-C in a terminal is for us; we then end the others in our own order.
            start_new_session=True,
        )

    @property
    def stdout(self) -> IO[bytes]:
        """What it writes, if it was started with a pipe."""
        if self._process.stdout is None:
            raise ValueError("started without a pipe")
        return self._process.stdout

    @property
    def status(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def tell_to_end(self) -> None:
        """Ask it to end in its own time (SIGTERM)."""
        if self.status is None:
            self._process.send_signal(signal.SIGTERM)

    async def ended(self, within_s: float) -> int | None:
        """Wait for the end; None if it did not come in time."""
        with suppress(subprocess.TimeoutExpired):
            return await asyncio.to_thread(self._process.wait, within_s)
        return None

    async def end(self) -> None:
        """End it: ask, wait a while, and then insist."""
        self.tell_to_end()
        if await self.ended(_END_S) is None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
