"""A disk under a bot's data that can be filled up: a real one, where one may be mounted."""

from __future__ import annotations

import errno
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.chaos.stage import DoomedBot

_MEGABYTES = 32
_BLOCK = 4096


class SmallDisk(Protocol):
    """A disk. `says` is what the log holds when it is full."""

    says: str

    def fill(self, bot: DoomedBot) -> None:
        """No file grows any more."""
        ...

    def free(self, bot: DoomedBot) -> None:
        """There is room again."""
        ...


class Mounted:
    """A disk of its own: what does not fit is refused by the system with ENOSPC."""

    says = "database or disk is full"

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def fill(self, bot: DoomedBot) -> None:
        """Put something there that takes all that is left."""
        del bot
        with self._ballast.open("ab", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(_BLOCK))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self, bot: DoomedBot) -> None:
        """Take it away."""
        del bot
        self._ballast.unlink()


class Bounded:
    """As for a disk that is full, the system refuses to let the process's files grow."""

    says = "database.unavailable"

    def fill(self, bot: DoomedBot) -> None:
        """Bound them by those that every write has to grow."""
        data = bot.folder / "data"
        logs = (data / "runda.db-wal", data / "keys" / "keys.db-wal")
        self._bound(bot, max(path.stat().st_size for path in logs))

    def free(self, bot: DoomedBot) -> None:
        """A process that has ended took its bound with it."""
        if not bot.is_gone:
            self._bound(bot, None)

    def _bound(self, bot: DoomedBot, size: int | None) -> None:
        assert bot.process is not None
        (_, hard) = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
        soft = hard if size is None else size
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """A small disk at `folder`; files with a bound where nobody lets us mount one."""
    folder.mkdir(mode=0o700, parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m,mode=700", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        yield Bounded()
        return
    try:
        yield Mounted(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
