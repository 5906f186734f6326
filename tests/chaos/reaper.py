"""Who kills the bot: at boundaries in turn, and at instants drawn by chance."""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle

from tests.chaos.points import ERASING, HEARING, SENDING, STEERING, Doom, Point
from tests.chaos.stage import DoomedBot
from tests.journeys.workshop import until

_FOR_SURE_S = 90.0
_AWAKE_S = 3.0
"""So long at most lives who is awake and is to die at an instant drawn by chance."""
_PASSES_WITHIN_S = 6.0
"""A boundary not passed so long after waking is given up."""
_WHILE_STARTING = 0.25
"""The share of random kills that may come before it is awake."""

BY_PHASE: dict[str, tuple[Point, ...]] = {
    "answering": (*HEARING, *SENDING),
    "changing": (*ERASING, *HEARING[:3], SENDING[2]),
    "closing": (*STEERING, *SENDING, HEARING[2]),
}
_AT_RANDOM = "at random"


@dataclass
class Reaper:
    """Kills a bot `quota` times in each phase, and then lets it live.

    Attributes:
        kills: how often it was killed, by where.
    """

    bot: DoomedBot
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)

    @property
    def number(self) -> int:
        """How often it was killed in all."""
        return self.kills.total()

    async def phase(self, name: str, quota: int) -> None:
        """Kill so often; the bot lives when this returns."""
        points = list(BY_PHASE[name])
        self.chance.shuffle(points)
        turns = cycle([turn for point in points for turn in (point, None)])
        for _ in range(quota):
            await self._life(next(turns))
        await self.live()

    async def at(self, point: Point) -> None:
        """Start a life, and wait until it ends at its first passing of a point."""
        bot = self.bot
        bot.launch(Doom(point=point, times=1))
        await until(lambda: bot.is_gone, f"killed {point.name}", within_s=_FOR_SURE_S)
        bot.bury()
        assert bot.dooms()[-1] == point.name
        self.kills[point.name] += 1

    async def _life(self, point: Point | None) -> None:
        """Let the life there is end so; it may be one that was told nothing."""
        bot = self.bot
        if point is None:
            if bot.process is None or bot.is_gone:
                bot.launch(None)
            if self.chance.random() > _WHILE_STARTING:
                await self._wakes()
            await asyncio.sleep(self.chance.uniform(0.0, _AWAKE_S))
            bot.bury()
            self.kills[_AT_RANDOM] += 1
            return
        if bot.process is not None and not bot.is_gone:
            bot.bury()
        bot.launch(Doom(point=point, times=self.chance.choice((1, 1, 1, 2))))
        await self._wakes()
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(bot.ends_within, _PASSES_WITHIN_S)
        came = bot.is_gone
        bot.bury()
        self.kills[point.name if came else _AT_RANDOM] += 1

    async def _wakes(self) -> None:
        """Wait until it has caught up, unless it dies before."""
        bot = self.bot
        await until(lambda: bot.is_gone or bot.is_awake, "awake", within_s=_FOR_SURE_S)

    async def live(self) -> None:
        """Start a life that nothing threatens."""
        if self.bot.process is not None and not self.bot.is_gone:
            self.bot.bury()
        self.bot.doom = None
        await self.bot.start()
