"""SIGKILL at any instant: no answer lost, nothing said twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import EventId, RoomId
from tests.journeys.packs import short
from tests.journeys.workshop import Workshop, until_true, workshop

_KILLS = 6
_ANSWERS_EACH = 12


async def test_killed_again_and_again_while_people_write(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given three tables in the middle of a step, one of them encrypted
    chance = random.Random(20261122)
    async with workshop(
        homeserver,
        tmp_path,
        fresh_name,
        tables=3,
        encrypted=lambda table: table == 2,
        pack=short(individual=900, group=900),
    ) as scene:
        await scene.order("!starta test")
        for table in scene.tables:
            await scene.shows(table.people[0], table.room_id, "Vad tänker du?")
        places = [(person, table.room_id) for table in scene.tables for person in table.people]
        private = scene.tables[0].people[0]
        places[0] = (private, await scene.open_private_chat(private, encrypted=True))

        # when everybody writes while the bot is killed and started, killed and started
        writing = asyncio.gather(
            *(_write(person, room_id, chance.random()) for person, room_id in places)
        )
        for _ in range(_KILLS):
            await asyncio.sleep(chance.uniform(0.05, 1.5))
            scene.bot.kill()
            await asyncio.sleep(chance.uniform(0.0, 0.4))
            await scene.bot.start()
        sent = [event_id for ids in await writing for event_id in ids]

        # and once more right after the step was closed, while prompts and digest go out
        await _all_marked(scene, places, len(sent))
        await scene.order("!nästa")
        await asyncio.sleep(chance.uniform(0.1, 0.4))
        scene.bot.kill()
        await scene.bot.start()
        await scene.shows(scene.organizer, scene.organizers_room, "Sammanställning", times=1)
        for table in scene.tables:
            await scene.shows(table.people[1], table.room_id, "Vad säger ni?")

        # then every answer is stored once
        exported = scene.bot.export()
        texts = Counter(reply["text"] for reply in exported["replies"])
        assert texts == Counter(
            f"Svar {number} från {person.id}"
            for person, _ in places
            for number in range(_ANSWERS_EACH)
        )

        # and every mark and prompt stands once
        for person, room_id in places:
            marks = await scene.marks(person, room_id)
            assert set(map(tuple, marks.values())) == {("👍",)}
        for table in scene.tables:
            shown = await scene.texts(table.people[1], table.room_id)
            assert sum("Vad tänker du?" in text for text in shown) == 1
            assert sum("Vad säger ni?" in text for text in shown) == 1
        told = await scene.texts(scene.organizer, scene.organizers_room)
        assert sum(text.startswith("Sammanställning") for text in told) == 1
        assert sum("Nu är det här steget öppet" in text for text in told) == 1


async def _write(person: Client, room_id: RoomId, pause_s: float) -> list[EventId]:
    sent = []
    for number in range(_ANSWERS_EACH):
        sent.append(await person.write(room_id, f"Svar {number} från {person.id}"))
        await asyncio.sleep(0.2 + pause_s / 2)
    return sent


async def _all_marked(scene: Workshop, places: list[tuple[Client, RoomId]], expected: int) -> None:
    async def marked() -> bool:
        rooms = {room_id: person for person, room_id in places}
        found = [await scene.marks(person, room_id) for room_id, person in rooms.items()]
        return sum(len(marks) for marks in found) == expected

    await until_true(marked, "every answer marked")
