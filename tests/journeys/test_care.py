"""Somebody in danger, on a real homeserver: the bot opens a chat with her and calls duty."""

from __future__ import annotations

from pathlib import Path

from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import RoomId
from tests.journeys.packs import short
from tests.journeys.workshop import Workshop, comes_in, workshop

WORDS = "jag tänker ta livet av mig ikväll"


async def everything(scene: Workshop, person: Client, *rooms: RoomId) -> str:
    return "\n".join([text for room in rooms for text in await scene.texts(person, room)])


async def test_she_is_answered_and_duty_is_called(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    duty = Client(homeserver.url, await homeserver.register(f"{fresh_name}duty"))
    await duty.start()
    try:
        async with workshop(
            homeserver,
            tmp_path,
            fresh_name,
            tables=1,
            duty=[duty.id],
            pack=short(individual=600, group=600, grace=1),
        ) as scene:
            (table,) = scene.tables
            anna, bo = table.people
            await scene.order("!starta test")
            await scene.shows(anna, table.room_id, "Vad tänker du?")
            before = await scene.texts(anna, table.room_id)

            # when she writes it in her group's room, where no private chat is open
            await anna.write(table.room_id, WORDS)

            # then both get a chat of their own with the bot, and the room gets nothing
            hers = await comes_in(anna)
            await scene.shows(anna, hers, "112")
            theirs = await comes_in(duty)
            await scene.shows(duty, theirs, anna.id)
            await scene.shows(duty, theirs, "Jag behöver dig")
            assert WORDS not in await everything(scene, duty, theirs)
            assert await scene.texts(anna, table.room_id) == before
            log = scene.bot.log.read_text()
            assert "care.heard" in log
            assert WORDS not in log

            # and Bo's private answer is shown while hers, written in private, is not
            own = await scene.open_private_chat(bo)
            taken = await bo.write(own, "Mer tid")
            await scene.marked(bo, own, taken, "👍")
            held = await anna.write(hers, f"Igen: {WORDS}")
            await scene.marked(anna, hers, held, "👍")
            await scene.order("!nästa")
            await scene.shows(bo, table.room_id, "Mer tid")
            assert WORDS not in await everything(scene, bo, table.room_id)
    finally:
        await duty.close()
