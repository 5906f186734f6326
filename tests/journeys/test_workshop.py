"""From the first prompt to the digest, in plain and encrypted rooms of both room versions."""

from __future__ import annotations

from pathlib import Path

from demo.homeserver import Homeserver
from tests.journeys.packs import short
from tests.journeys.workshop import workshop


async def test_from_the_first_prompt_to_the_digest(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given three tables: plain and encrypted, room versions 11 and 12
    async with workshop(
        homeserver,
        tmp_path,
        fresh_name,
        tables=3,
        encrypted=lambda table: table in (2, 3),
        version=lambda table: "11" if table == 2 else "12",
        pack=short(individual=600, group=600, grace=1),
    ) as scene:
        organizer, room = scene.organizer, scene.organizers_room
        first, second, third = scene.tables
        anna, bo = first.people
        cilla, dan = second.people
        eva, _silent = third.people

        # when the organizer starts the pack and people answer in private
        await scene.order("!starta test")
        for table in scene.tables:
            await scene.shows(table.people[0], table.room_id, "Vad tänker du?")
        privately = await scene.open_private_chat(anna)
        taken = await anna.write(privately, "Mer tid för *samtal* & <lek>")
        await scene.marked(anna, privately, taken, "👍")
        secretly = await scene.open_private_chat(cilla, encrypted=True)
        edited = await cilla.write(secretly, "Fel från början")
        await scene.marked(cilla, secretly, edited, "👍")
        await cilla.edit(secretly, edited, "Rätt till slut")
        withdrawn = await cilla.write(secretly, "Det här ångrar jag")
        await scene.marked(cilla, secretly, withdrawn, "👍")
        await cilla.withdraw(secretly, withdrawn)
        openly = await dan.write(second.room_id, "Jag svarar i rummet")
        await scene.marked(dan, second.room_id, openly, "👍")

        # then nobody at the tables sees the sealed answers
        for table in scene.tables:
            shown = " ".join(await scene.texts(table.people[1], table.room_id))
            assert "samtal" not in shown
            assert "till slut" not in shown

        # when the group step opens
        await scene.order("!nästa")
        await scene.shows(bo, first.room_id, "Vad säger ni?")
        await scene.shows(dan, second.room_id, "Vad säger ni?")

        # then each table reads its own answers, literally and without names
        at_first = await scene.texts(bo, first.room_id)
        assert [text for text in at_first if "🔓" in text] == [
            "🔓 Var för sig – 1 svar från er, utan namn:\n\n• Mer tid för *samtal* & <lek>"
        ]
        at_second = await scene.texts(dan, second.room_id)
        assert [text for text in at_second if "🔓" in text] == [
            "🔓 Var för sig – 1 svar från er, utan namn:\n\n• Rätt till slut"
        ]

        # when two tables answer, one by its first word and one by a mark, and one not at all
        by_word = await bo.write(first.room_id, "Gruppsvar: en fritidsgård till")
        await scene.marked(bo, first.room_id, by_word, "✅")
        talk = await dan.write(second.room_id, "Vi kan väl säga öppna skolan på kvällar")
        await cilla.react(second.room_id, talk, "✅")
        await scene.marked(dan, second.room_id, talk, "✅")
        chatter = await eva.write(third.room_id, "jag vet inte riktigt")
        await scene.order("!nästa")

        # then the digest holds what was said, word for word, and names the silent table
        await scene.shows(organizer, room, "Sammanställning", times=3)
        texts = "\n".join(await scene.texts(organizer, room))
        for words in (
            "Mer tid för *samtal* & <lek>",
            "Rätt till slut",
            "Jag svarar i rummet",
            "en fritidsgård till",
            "Vi kan väl säga öppna skolan på kvällar",
        ):
            assert words in texts, words
        assert "Det här ångrar jag" not in texts
        assert "Fel från början" not in texts
        assert "jag vet inte riktigt" not in texts
        assert f"https://matrix.to/#/{first.room_id}/{by_word}" in texts
        assert f"https://matrix.to/#/{second.room_id}/{talk}" in texts
        assert privately not in texts

        # and the export counts what was sent
        exported = scene.bot.export()
        assert exported["counts"] == {"received": 6, "withdrawn": 1, "exported": 5}
        assert chatter not in str(exported)
        assert await scene.bot.stop() == 0


async def test_the_same_on_postgresql(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path, postgresql_url: str
) -> None:
    # given a bot that remembers in PostgreSQL
    async with workshop(
        homeserver,
        tmp_path,
        fresh_name,
        tables=1,
        pack=short(individual=600, group=600),
        database=postgresql_url,
    ) as scene:
        (table,) = scene.tables
        anna, bo = table.people

        # when a dialogue runs from its first prompt to its end
        await scene.order("!starta test")
        await scene.shows(anna, table.room_id, "Vad tänker du?")
        room = await scene.open_private_chat(anna)
        answer = await anna.write(room, "Å ä ö och 👋")
        await scene.marked(anna, room, answer, "👍")
        await scene.order("!nästa")
        await scene.shows(bo, table.room_id, "Vad säger ni?")
        given = await bo.write(table.room_id, "Gruppsvar: vi är överens")
        await scene.marked(bo, table.room_id, given, "✅")
        await scene.order("!nästa")

        # then the digest has both answers, and the export too
        await scene.shows(scene.organizer, scene.organizers_room, "Sammanställning", times=3)
        told = "\n".join(await scene.texts(scene.organizer, scene.organizers_room))
        assert "Å ä ö och 👋" in told
        assert "vi är överens" in told
        assert scene.bot.export()["counts"] == {
            "received": 2,
            "withdrawn": 0,
            "exported": 2,
        }
