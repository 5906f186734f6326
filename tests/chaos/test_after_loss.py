"""A new device, a homeserver that has forgotten, a machine that is lost: still once each."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.adapters.matrix.account import login
from demo.homeserver import Homeserver
from tests.chaos.play import Size
from tests.chaos.points import SENDING, Point
from tests.chaos.reaper import Reaper
from tests.chaos.run import Kills, Run, assert_everything_once
from tests.chaos.stage import Stage, stage

pytestmark = pytest.mark.timeout(900)

_SIZE = Size(tables=2, seats=2, pairs=1, rounds=4, digests=0)
_NONE = Kills(answering=0, changing=0, closing=0)
_AN_HOUR_MS = 3_600_000


async def _logs_in_anew(scene: Stage, homeserver: Homeserver) -> None:
    """What `runda init --force` does to the configuration."""
    bot = scene.bot
    device = await login(homeserver.url, bot.user_id, scene.password)
    config = bot.config.read_text()
    bot.config.write_text(re.sub('device_id = ".*"', f'device_id = "{device.device_id}"', config))
    (bot.folder / "access_token").write_text(device.access_token)


def _named(points: tuple[Point, ...], name: str) -> Point:
    (found,) = (point for point in points if point.name == name)
    return found


async def test_killed_before_it_was_noted_and_then_logged_in_anew(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with stage(homeserver, tmp_path / "bot", fresh_name, _SIZE) as scene:
        reaper = Reaper(scene.bot, random.Random(1))
        run = Run(scene, reaper, _NONE)
        own, group = _SIZE.steps

        # given a bot that is killed when its questions have come to a plain and an encrypted
        # room and it does not know yet, and that is another device then
        scene.bot.bury()
        await run.begin()
        await reaper.at(_named(SENDING, "in marking sent"))
        await _logs_in_anew(scene, homeserver)
        await reaper.live()
        await run.is_asked(own)

        # when the same happens while marks are put and the step is closed
        scene.bot.bury()
        first, *answers = run.answers(own)
        await first()
        await reaper.at(_named(SENDING, "in marking sent"))
        await _logs_in_anew(scene, homeserver)
        await reaper.live()
        await run.do(*answers)
        await run.all_stored()
        scene.bot.bury()
        await run.next()
        await reaper.at(_named(SENDING, "sent, not marked"))
        await _logs_in_anew(scene, homeserver)
        await reaper.live()
        await run.is_closed(own)
        await run.is_asked(group)
        await run.do(*run.answers(group), *run.closes(group))

        # then everything is there once
        await assert_everything_once(run)
        assert "effect.found" in scene.bot.log.read_text()


async def test_a_homeserver_that_has_forgotten_what_was_sent(
    fresh_name: str, tmp_path: Path
) -> None:
    async with (
        Homeserver() as homeserver,
        stage(homeserver, tmp_path / "bot", fresh_name, _SIZE) as scene,
    ):
        reaper = Reaper(scene.bot, random.Random(1))
        run = Run(scene, reaper, _NONE)
        own, _ = _SIZE.steps

        # given a bot that is killed when its questions are there and it does not know yet
        scene.bot.bury()
        await run.begin()
        await reaper.at(_named(SENDING, "in marking sent"))
        path = scene.bot.folder / "data" / "runda.db"
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"UPDATE outbox SET first_try_ms = first_try_ms - {_AN_HOUR_MS}")
            database.commit()

        # and a homeserver that forgets in the meantime which transactions there were
        await homeserver.stop()
        with closing(sqlite3.connect(homeserver.folder / "synapse.db")) as database:
            forgotten = database.execute("DELETE FROM event_txn_id_device_id").rowcount
            database.commit()
        assert forgotten > 0
        await homeserver.start()

        # when it comes back and goes on, then everything is there once
        await reaper.live()
        await run.is_asked(own)
        await run.do(*run.answers(own))
        await run.all_stored()
        await run.goes_on_to_its_end()
        await assert_everything_once(run)
        assert "effect.found" in scene.bot.log.read_text()


async def test_a_machine_is_lost_and_its_backup_restored(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with stage(homeserver, tmp_path / "bot", fresh_name, _SIZE) as scene:
        bot = scene.bot
        reaper = Reaper(bot, random.Random(1))
        run = Run(scene, reaper, _NONE)
        own, _ = _SIZE.steps
        before, *after = run.answers(own)

        # given a backup of the running bot, and answers and edits after it; what was taken
        # back meanwhile is not on the homeserver any more
        await run.begin()
        await run.is_asked(own)
        await before()
        await run.all_stored()
        await asyncio.to_thread(bot.run, "backup", "--to", str(tmp_path / "backups"))
        await run.do(*after)
        await run.all_stored()
        await run.do(*run.changes(own)[::2])
        await run.all_changed()

        # when the machine is lost, its backup restored on another and the bot logged in anew
        bot.bury()
        shutil.rmtree(bot.folder / "data")
        (backup,) = (tmp_path / "backups").iterdir()
        await asyncio.to_thread(bot.run, "restore", str(backup))
        await _logs_in_anew(scene, homeserver)
        await reaper.live()

        # then what the homeserver has is stored again, and the dialogue goes on to its end
        await run.all_stored()
        await run.all_changed()
        await run.goes_on_to_its_end()
        await assert_everything_once(run)
