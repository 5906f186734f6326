"""The disk of a running bot fills up while people write, and is mended."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from demo.homeserver import Homeserver
from tests.chaos.play import Size
from tests.chaos.reaper import Reaper
from tests.chaos.run import Kills, Run, assert_everything_once
from tests.chaos.small_disk import small_disk
from tests.chaos.stage import stage
from tests.journeys.workshop import until

pytestmark = pytest.mark.timeout(900)

_SIZE = Size(tables=2, seats=2, pairs=1, rounds=8, digests=0)
_NONE = Kills(answering=0, changing=0, closing=0)


async def test_a_disk_that_is_full_for_a_while(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "bot"
    async with AsyncExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "data"))
        scene = await stack.enter_async_context(stage(homeserver, folder, fresh_name, _SIZE))
        bot = scene.bot
        run = Run(scene, Reaper(bot, random.Random(1)), _NONE)
        own, _ = _SIZE.steps
        await run.begin()
        await run.is_asked(own)
        first, *others = run.answers(own)
        await first()
        await run.all_stored()

        # given a disk that is full, and people who go on writing
        disk.fill(bot)
        await run.do(*others)
        # then the bot waits, or ends where a key could not be kept, and says why
        await until(lambda: bot.is_gone or disk.says in bot.log.read_text(), "it is told")

        # when there is room again, then everything is read, marked and told once
        disk.free(bot)
        if bot.is_gone:
            assert "cannot be used (" in bot.log.read_text()
            await bot.start()
        await run.all_stored()
        await run.goes_on_to_its_end()
        await assert_everything_once(run)
