"""What the clock does by itself, and what happens when nobody was there to hear it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from demo.homeserver import Homeserver
from tests.journeys.packs import short
from tests.journeys.workshop import workshop


async def test_a_dialogue_ordered_from_the_command_line_runs_by_itself(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given two tables; one person of the first opens a private chat
    async with workshop(
        homeserver,
        tmp_path,
        fresh_name,
        pack=short(individual=9, group=9, grace=4, remind=4),
    ) as scene:
        first, second = scene.tables
        anna, bo = first.people
        room = await anna.direct_chat(scene.bot.user_id)
        scene.private[anna.id] = room
        await scene.shows(anna, room, "Runda")

        # when the operator orders it now; Anna answers, the others do not
        scene.bot.run("start", "test")
        await scene.shows(anna, room, "Vad tänker du?")
        answer = await anna.write(room, "Ja tack")
        await scene.marked(anna, room, answer, "👍")

        # then reminders go only to those who have not answered: Bo, in the room
        await scene.shows(bo, first.room_id, "Om du inte har svarat än")
        events = await scene.seen(bo, first.room_id)
        (reminder,) = [event for event in events if "inte har svarat än" in event.text]
        assert reminder.content["m.mentions"] == {"user_ids": [bo.id]}
        assert not any("kvar att svara" in text for text in await scene.texts(anna, room))

        # when the group step comes by itself, and only the second table answers
        await scene.shows(bo, first.room_id, "Vad säger ni?")
        given = await second.people[0].write(second.room_id, "Gruppsvar: vi är överens")
        await scene.marked(second.people[0], second.room_id, given, "✅")

        # then the first table is asked once, waited for, and noted as having no answer
        await scene.shows(bo, first.room_id, "gruppens svar saknas")
        await scene.shows(bo, first.room_id, "Gruppen har inget svar på den")
        await scene.shows(scene.organizer, scene.organizers_room, "Sammanställning", times=3)
        at_first = await scene.texts(bo, first.room_id)
        assert sum("gruppens svar saknas" in text for text in at_first) == 1
        at_second = await scene.texts(second.people[0], second.room_id)
        assert not any("gruppens svar saknas" in text for text in at_second)
        rounds = {
            (one["step"], one["group"]): one["no_answer"] for one in scene.bot.export()["rounds"]
        }
        assert rounds["grupp", "1"] is True
        assert rounds["grupp", "2"] is False

        # and a withdrawal after the end marks the digest as overtaken, on the board
        await anna.withdraw(room, answer)
        await scene.shows(scene.organizer, scene.organizers_room, "Svar har ändrats")
        shown = await scene.texts(bo, first.room_id)
        assert not any("Ja tack" in text for text in shown)


async def test_what_was_written_while_the_bot_was_away_counts_as_in_time(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given a step that is open when the bot goes away
    async with workshop(
        homeserver,
        tmp_path,
        fresh_name,
        tables=2,
        encrypted=lambda table: table == 2,
        pack=short(individual=14, group=600),
    ) as scene:
        await scene.order("!starta test")
        for table in scene.tables:
            await scene.shows(table.people[0], table.room_id, "Vad tänker du?")
        assert await scene.bot.stop() == 0

        # when more is written than one sync brings, and the step's time passes
        texts = set()
        for table in scene.tables:
            for number in range(130):
                text = f"Svar {number} i {table.name}"
                texts.add(text)
                await table.people[0].write(table.room_id, text)
        await asyncio.sleep(3)
        await scene.bot.start()

        # then the step closes with every answer in it, none late, and the next one opens
        await scene.shows(scene.organizer, scene.organizers_room, "Sammanställning")
        for table in scene.tables:
            await scene.shows(table.people[1], table.room_id, "Vad säger ni?")
        replies = scene.bot.export()["replies"]
        assert sorted(reply["text"] for reply in replies) == sorted(texts)
        assert {reply["late"] for reply in replies} == {False}


async def test_a_second_process_is_refused(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given a running bot
    async with workshop(homeserver, tmp_path, fresh_name, tables=1, people=1) as scene:
        assert scene.bot.process is not None

        # when another is started with the same configuration
        second = await asyncio.create_subprocess_exec(
            *scene.bot.command("run"), stderr=asyncio.subprocess.PIPE
        )
        _, complaint = await asyncio.wait_for(second.communicate(), 30)

        # then it says who is running and ends, and the first one goes on
        assert second.returncode == 1
        assert str(scene.bot.process.pid) in complaint.decode()
        await scene.order("!hjälp")
        await scene.shows(scene.organizer, scene.organizers_room, "Det här kan du göra nu")
