"""Steering on a real homeserver: every group follows, and what was decided survives a kill."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from demo.homeserver import Homeserver
from tests.journeys.packs import short
from tests.journeys.workshop import Workshop, until, workshop


async def test_ten_groups_follow_at_once_and_a_kill_changes_nothing(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given ten tables in the middle of a step
    async with workshop(
        homeserver,
        tmp_path,
        fresh_name,
        tables=10,
        people=1,
        pack=short(individual=900, group=900),
    ) as scene:
        await scene.order("!starta test")
        await everywhere(scene, "Vad tänker du?")

        # when the organizer pauses, goes on, gives more time, says something, goes on
        took = {
            "pause": await said(scene, "!paus", "Klockan står still"),
            "resume": await said(scene, "!fortsätt", "Vi fortsätter med"),
            "extend": await said(scene, "!förläng 5", "slutar nu"),
            "say": await said(scene, "!säg alla Vi ses i foajén", "Vi ses i foajén"),
            "next": await said(scene, "!nästa", "Vad säger ni?"),
        }
        for what, seconds in took.items():
            sys.stdout.write(f"{what}: all ten groups after {seconds:.2f} s\n")

        # and is killed in the instant in which it hears the next word, and started again
        await scene.order("!paus")
        await until(lambda: "command.called" in heard_last(scene, "pause"))
        scene.bot.kill()
        await scene.bot.start()

        # then each group has read everything once, and the pause still stands
        await everywhere(scene, "Klockan står still", times=2)
        await asyncio.sleep(1)
        for table in scene.tables:
            texts = await scene.texts(table.people[0], table.room_id)
            for words, times in (
                ("Klockan står still", 2),
                ("Vi fortsätter med", 1),
                ("slutar nu", 1),
                ("Vi ses i foajén", 1),
                ("Vad säger ni?", 1),
            ):
                assert sum(words in text for text in texts) == times, words
        await scene.order("!läge")
        await scene.shows(scene.organizer, scene.organizers_room, "⏸️ pausad")


async def said(scene: Workshop, command: str, words: str) -> float:
    """How long it takes until every group reads what a command has for them."""
    begun = time.monotonic()
    await scene.order(command)
    await everywhere(scene, words)
    return time.monotonic() - begun


async def everywhere(scene: Workshop, words: str, *, times: int = 1) -> None:
    """Wait until every group reads so many messages with these words."""
    await asyncio.gather(
        *(scene.shows(table.people[0], table.room_id, words, times=times) for table in scene.tables)
    )


def heard_last(scene: Workshop, command: str) -> str:
    """The last line of the log, if it is about this command."""
    lines = [line for line in scene.bot.log.read_text().splitlines() if "command.called" in line]
    return lines[-1] if lines and command in lines[-1] else ""
