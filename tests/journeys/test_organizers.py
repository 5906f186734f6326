"""The organizers' room of a real homeserver: who may steer, and what can be done from there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.adapters.matrix.transport import CLIENT, escaped
from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import EventId
from tests.journeys.packs import short
from tests.journeys.workshop import Workshop, comes_in, until_true, workshop

LATER = """
[[follow_up]]
id = "host"
title.sv = "I höst"
after = "6 months"
at = "09.00"

  [[follow_up.step]]
  id = "sedan-sist"
  kind = "individual"
  length = "72 h"
  title.sv = "Sedan sist"
  text.sv = "Vad har hänt?"
"""
OWN_PACE = "self_paced = true\n" + short(individual=600, group=600)


async def answered(scene: Workshop, command: str, words: str) -> None:
    """Order it, and wait for words that nothing before it brought."""
    before = await said(scene, words)
    await scene.order(command)
    await scene.shows(scene.organizer, scene.organizers_room, words, times=before + 1)


async def said(scene: Workshop, words: str) -> int:
    texts = await scene.texts(scene.organizer, scene.organizers_room)
    return sum(words in text for text in texts)


async def message(scene: Workshop, words: str) -> EventId:
    """The newest message of the bot in the organizers' room with these words."""
    seen = await scene.seen(scene.organizer, scene.organizers_room)
    return [
        one.event_id
        for one in seen
        if one.sender == scene.bot.user_id and one.is_message and words in one.text
    ][-1]


async def boards(scene: Workshop) -> list[EventId]:
    """The messages that are a board, and are there still."""
    seen = await scene.seen(scene.organizer, scene.organizers_room)
    return [
        one.event_id
        for one in seen
        if one.sender == scene.bot.user_id and one.is_message and one.text.startswith("📋 Kort")
    ]


async def set_levels(scene: Workshop, **change: Any) -> None:
    """Change the power levels of the organizers' room."""
    path = f"{CLIENT}/rooms/{escaped(scene.organizers_room)}/state/m.room.power_levels"
    levels = await scene.organizer.ask("GET", path)
    await scene.organizer.ask("PUT", path, {**levels, **change})


async def test_who_may_steer_and_who_only_reads(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    helper = Client(homeserver.url, await homeserver.register(f"{fresh_name}helper"))
    await helper.start()
    try:
        async with workshop(
            homeserver,
            tmp_path,
            fresh_name,
            tables=2,
            pack=short(individual=600, group=600, grace=1) + LATER,
        ) as scene:
            first, second = scene.tables
            anna, bo = first.people

            # given one in the organizers' room who stands below what is usual there
            await scene.organizer.invite(scene.organizers_room, helper.id)
            await helper.join(scene.organizers_room)
            await set_levels(scene, users_default=10, users={helper.id: 0, scene.bot.user_id: 10})
            await answered(scene, "!läge", "Ingen dialog pågår")

            # when she writes a command, it is none; when she is raised, it is one
            await helper.write(scene.organizers_room, "!starta test")
            await answered(scene, "!läge", "Ingen dialog pågår")
            await set_levels(scene, users_default=10, users={scene.bot.user_id: 10})
            await answered(scene, "!läge", "Ingen dialog pågår")
            await helper.write(scene.organizers_room, "!STARTA test")
            await scene.shows(anna, first.room_id, "Vad tänker du?")

            # when a participant tries a command, she is told in private, and the group is not
            before = await scene.texts(bo, first.room_id)
            await anna.write(first.room_id, "!nasta")
            hers = await comes_in(anna)
            await scene.shows(anna, hers, "ett ord för arrangörernas rum")
            assert await scene.texts(bo, first.room_id) == before
            await answered(scene, "!lage", "Steg 2 av 3: Var för sig")

            # and from then on in the language that she asks for
            await anna.write(hers, "english")
            await anna.write(hers, "my answers")
            await scene.shows(anna, hers, "Nothing that you have written is stored")

            # when she has answered and comes to the other table, she is told which is hers
            answer = await anna.write(hers, "Mer tid att prata")
            await scene.marked(anna, hers, answer, "👍")
            await scene.organizer.invite(second.room_id, anna.id)
            await anna.leave(first.room_id)
            await anna.join(second.room_id)
            await scene.shows(anna, hers, "Du har kommit till en annan grupps rum. Ditt är Bord 1")

            # when the day has ended and its follow-up begins, the same tables are asked
            await scene.order("!avsluta test-1")
            await scene.shows(scene.organizer, scene.organizers_room, "test-1 är avslutad")
            await scene.order("!boka uppföljning nu")
            await scene.shows(bo, first.room_id, "Vad har hänt?")
            since = await bo.write(first.room_id, "Vi ses varje vecka")
            await scene.marked(bo, first.room_id, since, "👍")
            await scene.order("!nästa")
            await scene.shows(scene.organizer, scene.organizers_room, "Vi ses varje vecka")
    finally:
        await helper.close()


async def test_what_can_be_done_from_there(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with workshop(
        homeserver,
        tmp_path,
        fresh_name,
        tables=2,
        people=1,
        pack=short(individual=600, group=600, grace=1) + LATER,
    ) as scene:
        first, second = scene.tables
        (anna,) = first.people
        room = scene.organizers_room
        await answered(scene, "!paket", "Kort dialog")
        await answered(scene, "!installningar paminnelser av", "Påminnelser: av")
        await scene.order("!starta test")
        await scene.shows(anna, first.room_id, "Vad tänker du?")
        private = await scene.open_private_chat(anna)
        await anna.write(private, "Mer tid att prata")

        # the board, asked for, stands once, below everything else
        earlier = await boards(scene)
        await scene.order("!tavla")

        async def moved() -> bool:
            return len(now := await boards(scene)) == 1 and now != earlier

        await until_true(moved, "the board in another place")

        # words to one group alone
        await answered(scene, "!säg bord 2 Kom fram till oss", "Sagt till")
        await scene.shows(second.people[0], second.room_id, "Kom fram till oss")
        assert not any("Kom fram" in text for text in await scene.texts(anna, first.room_id))

        # an answer held back, and released
        await answered(scene, '!håll inne "Mer tid" nämner någon', "Hålls inne")
        await answered(scene, "!sammanställning", "1 svar hålls inne")
        await answered(scene, "!släpp 1 det gör det inte", "Släppt")

        # a step left out, a follow-up booked before the day ends and cancelled with a ✅
        await answered(scene, "!hoppa över", "Tillsammans hoppas över")
        await answered(scene, "!boka uppföljning 2030-10-05 9.00", "2030-10-05")
        await answered(scene, "!avboka 1", "sätt ✅")
        await scene.organizer.react(room, await message(scene, "sätt ✅"), "✅")
        await scene.shows(scene.organizer, room, "är avbokad")
        await answered(scene, "!uppföljningar", "Inget är bokat")

        # and the end, which asks first
        await answered(scene, "!avsluta", "går inte att ångra")
        await answered(scene, "!läge", "Steg 2 av 3")
        await scene.organizer.react(room, await message(scene, "går inte att ångra"), "✅")
        await scene.shows(scene.organizer, room, "test-1 är avslutad")


async def test_each_group_at_its_own_pace(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with workshop(
        homeserver, tmp_path, fresh_name, tables=2, people=1, pack=OWN_PACE
    ) as scene:
        first, second = scene.tables
        (anna,), (bo,) = first.people, second.people
        await scene.order("!starta test i egen takt")
        await scene.shows(anna, first.room_id, "Vad tänker du?")
        await scene.shows(bo, second.room_id, "Vad tänker du?")

        # when one group is done with both steps, in the middle of which the bot is killed
        await anna.write(first.room_id, "klar")
        await scene.shows(anna, first.room_id, "Vad säger ni?")
        scene.bot.kill()
        await scene.bot.start()
        answer = await anna.write(first.room_id, "Gruppsvar: fler möten ute")
        await scene.marked(anna, first.room_id, answer, "✅")
        await anna.write(first.room_id, "klar")

        # then it has its digest, and the other is where it was
        await scene.shows(scene.organizer, scene.organizers_room, "fler möten ute")
        assert not any("Vad säger ni?" in text for text in await scene.texts(bo, second.room_id))
