"""The short version: killed once at each boundary, with something to do there for certain."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from demo.homeserver import Homeserver
from tests.chaos.play import Size
from tests.chaos.points import ERASING, HEARING, SENDING, STEERING
from tests.chaos.reaper import Reaper
from tests.chaos.run import Kills, Outcome, Run, differences
from tests.chaos.stage import stage

_SIZE = Size(tables=2, seats=2, pairs=1, rounds=len(HEARING) + len(SENDING), digests=0)
_NONE = Kills(answering=0, changing=0, closing=0)


@pytest.mark.timeout(900)
async def test_killed_at_every_boundary_nothing_is_lost_and_nothing_doubled(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    calm = await _undisturbed(homeserver, tmp_path / "calm", f"{fresh_name}c")
    killed = await _killed(homeserver, tmp_path / "killed", f"{fresh_name}k")

    assert calm.reckoning.problems == ()
    assert killed.reckoning.problems == ()
    assert killed.reckoning.rows == calm.reckoning.rows
    assert all(row.agrees for row in killed.reckoning.rows)
    assert set(killed.kills) == {point.name for point in (*HEARING, *SENDING, *ERASING, *STEERING)}
    assert differences(killed.digest, calm.digest) == []


async def _undisturbed(homeserver: Homeserver, folder: Path, name: str) -> Outcome:
    async with stage(homeserver, folder, name, _SIZE) as scene:
        return await Run(scene, Reaper(scene.bot, random.Random(1)), _NONE).whole()


async def _killed(homeserver: Homeserver, folder: Path, name: str) -> Outcome:
    async with stage(homeserver, folder, name, _SIZE) as scene:
        reaper = Reaper(scene.bot, random.Random(1))
        run = Run(scene, reaper, _NONE)
        own, group = _SIZE.steps
        await run.begin()
        await run.is_asked(own)

        # Each time something is written while the bot is dead, and its next life ends at
        # the boundary. The first words in an encrypted room bring its keys.
        scene.bot.bury()
        points = (*_FIRST, *(one for one in (*HEARING, *SENDING) if one not in _FIRST))
        for deed, point in zip(run.answers(own), points, strict=True):
            await deed()
            await reaper.at(point)
        await reaper.live()
        await run.all_stored()

        scene.bot.bury()
        *changes, last = run.changes(own)
        for deed, point in zip(changes, ERASING, strict=True):
            await deed()
            await reaper.at(point)
        await last()
        await reaper.live()
        await run.all_changed()

        scene.bot.bury()
        await run.next()
        for point in STEERING:
            await reaper.at(point)
        await reaper.live()
        await run.is_closed(own)
        await run.is_asked(group)

        await run.do(*run.answers(group))
        await run.all_stored()
        await run.do(*run.closes(group))
        return await run.reckoned()


_FIRST = tuple(
    point for point in HEARING if point.name in {"keys heard, not noted", "decrypted, not marked"}
)
