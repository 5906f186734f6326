"""Whether the bot is running, seen from another process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from bot.config.values import Config


def key_folder(data_folder: Path) -> Path:
    """Where the device's keys are kept, and the lock of the process that uses them."""
    return data_folder / "keys"


def running_process(config: Config) -> int | None:
    """The process id of the running bot, None if it does not run."""
    path = key_folder(config.data_folder) / "lock"
    try:
        number = int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None
    return number if _is_alive(number) and _is_locked(path) else None


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It is there, and somebody else's.
        return True
    return True


def _is_locked(path: Path) -> bool:
    # The number alone may by now be that of another program. Asked only then: while we hold
    # the lock to find out, a bot that is just starting would be refused.
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
