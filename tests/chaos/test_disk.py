"""The disk of a running bot fills up while people write, and is mended."""

from __future__ import annotations

import random
import resource
from pathlib import Path

import pytest

from demo.homeserver import Homeserver
from tests.chaos.play import Size
from tests.chaos.reaper import Reaper
from tests.chaos.run import Kills, Run, assert_everything_once
from tests.chaos.stage import DoomedBot, stage
from tests.journeys.workshop import until

pytestmark = pytest.mark.timeout(900)

_SIZE = Size(tables=2, seats=2, pairs=1, rounds=8, digests=0)
_NONE = Kills(answering=0, changing=0, closing=0)


def _let_files_grow(bot: DoomedBot, *, to: int | None) -> None:
    """As for a disk that is full, the system refuses to let the process's files grow."""
    assert bot.process is not None
    (_, hard) = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
    soft = hard if to is None else to
    resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


def _size_of_log(bot: DoomedBot) -> int:
    """Of the files that every write has to grow."""
    data = bot.folder / "data"
    return max(
        path.stat().st_size for path in (data / "runda.db-wal", data / "keys" / "keys.db-wal")
    )


async def test_a_disk_that_is_full_for_a_while(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with stage(homeserver, tmp_path / "bot", fresh_name, _SIZE) as scene:
        bot = scene.bot
        run = Run(scene, Reaper(bot, random.Random(1)), _NONE)
        own, group = _SIZE.steps
        await run.begin()
        await run.is_asked(own)
        first, *others = run.answers(own)
        await first()
        await run.all_stored()

        # given a disk that is full, and people who go on writing
        _let_files_grow(bot, to=_size_of_log(bot))
        for deed in others:
            await deed()
        # then the bot waits, or ends where a key could not be kept, and says why
        await until(
            lambda: bot.is_gone or "database.unavailable" in bot.log.read_text(), "it is told"
        )

        # when there is room again, then everything is read, marked and told once
        if bot.is_gone:
            assert "cannot be used (" in bot.log.read_text()
            await bot.start()
        else:
            _let_files_grow(bot, to=None)
        await run.all_stored()
        for deed in run.closes(own):
            await deed()
        await run.is_asked(group)
        for deed in (*run.answers(group), *run.closes(group)):
            await deed()
        await assert_everything_once(run)
