"""One process per bot account: two would ruin each other's encryption sessions."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bot.errors import ConfigError


class FolderLock:
    """A lock on a folder that the operating system gives back when the process ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock; taken already, it stays.

        Raises:
            ConfigError: Another process has it.
        """
        if self._file is not None:
            return
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 32).decode(errors="replace").strip() or "unknown"
            os.close(file)
            raise ConfigError(
                str(self._path.parent),
                [
                    (
                        f"Runda is already running with this account (process {holder}); "
                        "stop that one first, or give this one an account and a folder of its own"
                    )
                ],
            ) from None
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
