"""A remote contact on a real homeserver, hers or another, in an encrypted room of her own."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import RoomId
from tests.cut import Line
from tests.journeys.packs import short
from tests.journeys.workshop import Workshop, until, until_true, workshop

PACK = f"""{short(individual=600, group=600, grace=1)}
[[contact]]
id = "strateg"
title.sv = "Hälsostrateg"
questions.sv = ["Vad gör regionen?"]
"""


async def test_a_question_and_its_answer(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given two tables, one encrypted, and Eva who is named and has come
    async with workshop(
        homeserver, tmp_path, fresh_name, encrypted=lambda table: table == 2, pack=PACK
    ) as scene:
        first, second = scene.tables
        anna, cilla = first.people[0], second.people[0]
        account = await homeserver.register(f"{fresh_name}eva")
        async with Client(homeserver.url, account) as eva:
            await eva.start()
            room = await takes_part(scene, eva)

            # when the pack's question is answered, and both tables ask
            await eva.write(room, "Vi *utbildar*")
            await scene.shows(anna, first.room_id, "Vi *utbildar*")
            await scene.shows(cilla, second.room_id, "Vi *utbildar*")
            began = time.monotonic()
            await anna.write(first.room_id, "fråga: Vem ringer vi?")
            await scene.shows(eva, room, "Fråga från grupp 1")
            there_s = time.monotonic() - began
            await cilla.write(second.room_id, "fråga strategen: När?")
            await scene.shows(eva, room, "Fråga från grupp 2")

            # and the bot is killed before she answers
            scene.bot.kill()
            await eva.write(room, "Ring 1177")
            await scene.bot.start()
            began = time.monotonic()
            await scene.shows(anna, first.room_id, "Ring 1177")
            await eva.write(room, "Dygnet runt")
            await scene.shows(cilla, second.room_id, "Dygnet runt")
            back_s = time.monotonic() - began
            print(f"to her {there_s:.2f} s, two answers back {back_s:.2f} s")  # noqa: T201  shown

            # then each answer stands at its own table, once, with her role and without her name
            at_first = await scene.texts(anna, first.room_id)
            assert [one for one in at_first if "Ring 1177" in one] == [
                "💬 Hälsostrateg, via länk:\n\n> Ring 1177"
            ]
            assert "Dygnet runt" not in "\n".join(at_first)
            assert eva.id not in "\n".join(at_first)

            # and she can look into no other room, and the digest tells it all
            assert await rooms_of(eva) == [room]
            await scene.order("!avsluta test-1")
            await digest_with(scene, "Via länk: 3 av 3 frågor besvarade")


async def test_a_contact_on_another_homeserver(tmp_path: Path) -> None:
    # given the bot and its tables at home, and Eva's account at the region's homeserver
    async with (
        Line() as to_home,
        Line() as to_elsewhere,
        behind(to_home) as home,
        behind(to_elsewhere) as elsewhere,
        workshop(home, tmp_path, "", people=1, pack=PACK) as scene,
        Client(elsewhere.url, await elsewhere.register("eva")) as eva,
    ):
        first, second = scene.tables
        anna, cilla = first.people[0], second.people[0]
        await eva.start()
        assert eva.id == f"@eva:{elsewhere.server_name}"
        assert home.server_name != elsewhere.server_name
        room = await takes_part(scene, eva)
        await eva.write(room, "Vi utbildar")
        await scene.shows(anna, first.room_id, "Vi utbildar")

        # when a table asks, and Eva answers from where she is
        asked = await anna.write(first.room_id, "fråga: Vem ringer vi?")
        await scene.shows(eva, room, "Vem ringer vi?")
        await eva.write(room, "Ring 1177")

        # then the answer stands in the thread of the question, with her role and without her name
        await scene.shows(anna, first.room_id, "Ring 1177")
        events = await scene.seen(anna, first.room_id)
        (answer,) = [one for one in events if "Ring 1177" in one.text]
        assert answer.text == "💬 Hälsostrateg, via länk:\n\n> Ring 1177"
        assert answer.sender == scene.bot.user_id
        assert answer.content["m.relates_to"]["rel_type"] == "m.thread"
        assert answer.content["m.relates_to"]["event_id"] == asked
        assert all(eva.id not in one.text for one in events)

        # and no other table reads it, and she is in no room but her own
        assert "Ring 1177" not in "\n".join(await scene.texts(cilla, second.room_id))
        assert await rooms_of(eva) == [room]

        # when the line is cut, both sides write, and the dialogue goes on without her
        for line in (to_home, to_elsewhere):
            line.cut()
        await anna.write(first.room_id, "fråga: Vem ringer vi i natt?")
        await eva.write(room, "Jag tillägger: dygnet runt")
        await scene.order("!nästa")
        await scene.shows(anna, first.room_id, "Tillsammans")
        await until(lambda: to_elsewhere.refused > 0, "a call while the line was cut")
        assert "i natt" not in "\n".join(await scene.texts(eva, room))
        assert "dygnet runt" not in "\n".join(await scene.texts(anna, first.room_id))

        # then, when it is healed, each side has what the other wrote, once
        for line in (to_home, to_elsewhere):
            line.heal()
        await scene.shows(eva, room, "Vem ringer vi i natt?")
        await scene.shows(anna, first.room_id, "dygnet runt")
        await cilla.write(second.room_id, "fråga: Och i morgon?")
        await scene.shows(eva, room, "Och i morgon?")
        questions = [text for text in await scene.texts(eva, room) if text.startswith("❓")]
        assert sum("i natt" in text for text in questions) == 1
        answers = [
            text
            for person, table in ((anna, first), (cilla, second))
            for text in await scene.texts(person, table.room_id)
            if "dygnet runt" in text
        ]
        assert len(answers) == 1


@asynccontextmanager
async def behind(line: Line) -> AsyncIterator[Homeserver]:
    """A federated homeserver that others reach by this line."""
    homeserver = Homeserver.federated(at=line.port)
    line.to = homeserver.federation_port
    async with homeserver:
        yield homeserver


async def takes_part(scene: Workshop, eva: Client) -> RoomId:
    """Eva is named and comes into her room; the dialogue begins, and she is asked."""
    first = scene.tables[0]
    await scene.order(f"!kontakt strateg {eva.id}")
    room = await invitation(eva)
    await eva.join(room)
    await scene.order("!starta test")
    await scene.shows(first.people[0], first.room_id, "Hälsostrateg deltar via länk")
    await scene.shows(eva, room, "Vad gör regionen?")
    return room


async def invitation(person: Client) -> RoomId:
    """Wait to be invited; the room."""
    found: list[RoomId] = []
    since = ""

    async def came() -> bool:
        # Each time from where the last one ended: the same first sync twice is answered alike.
        nonlocal since
        answer = await person.ask("GET", f"/_matrix/client/v3/sync?timeout=0{since}")
        since = f"&since={answer['next_batch']}"
        found.extend(RoomId(one) for one in answer.get("rooms", {}).get("invite", {}))
        return bool(found)

    await until_true(came, "an invitation")
    return found[0]


async def rooms_of(person: Client) -> list[RoomId]:
    answer = await person.ask("GET", "/_matrix/client/v3/joined_rooms")
    return [RoomId(one) for one in answer["joined_rooms"]]


async def digest_with(scene: Workshop, words: str) -> None:
    await scene.order("!sammanställning")
    await scene.shows(scene.organizer, scene.organizers_room, words)
