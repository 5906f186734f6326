"""How quick a dialogue can be on the machine that it runs on."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from flows.packs.pack import Pack

_QUICKEST_STEP_S: Final = 5.0
"""The shortest step that collects something lasts this long on a machine with time to spare."""


def quickest_pace(pack: Pack) -> float:
    """The pace on a machine with time to spare."""
    lengths = [step.length_s for step in pack.steps if step.kind.collects and step.length_s]
    return round(max(1.0, min(lengths, default=1) / _QUICKEST_STEP_S), 1)


class Watch:
    """Finds out how busy the machine is with other things.

    The homeserver has its hands full meanwhile; `share` is how much of one core it got.
    """

    _FULL: Final = 0.75
    """What it gets of a core on a machine with nothing else to do ..."""
    _MOST: Final = 4.0
    """... and we are at most so much slower on another."""

    def __init__(self, pid: int) -> None:
        self._stat = Path(f"/proc/{pid}/stat")
        self.share = self._FULL

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._began = self._now()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Enough was seen."""
        cpu_s, wall_s = (b - a for a, b in zip(self._began, self._now(), strict=True))
        # Where there is no /proc, we believe that there is time to spare.
        self.share = cpu_s / wall_s if cpu_s else self._FULL

    @property
    def slowness(self) -> float:
        """By how much the dialogue should be slower than it could be."""
        return min(max(1.0, self._FULL / self.share), self._MOST)

    def _now(self) -> tuple[float, float]:
        cpu_s = 0.0
        if self._stat.exists():
            # After the name, which may hold anything, in brackets: user and system time.
            fields = self._stat.read_text(encoding="utf-8").rpartition(") ")[2].split()
            cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return cpu_s, time.monotonic()
