"""The bot put out of a room, and rooms replaced by others, on a real homeserver."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.matrix.transport import CLIENT, escaped
from bot.errors import ChatRefused
from demo.homeserver import Homeserver
from flows.ids import RoomId
from tests.journeys.packs import short
from tests.journeys.workshop import Workshop, until_true, workshop

PACK = short(individual=600, group=600, grace=1)


async def asks(scene: Workshop, room: RoomId, what: str, body: object) -> dict[str, object]:
    """The organizer, who made the rooms, does something to one."""
    answer: dict[str, object] = await scene.organizer.ask(
        "POST", f"{CLIENT}/rooms/{escaped(room)}/{what}", body
    )
    return answer


@pytest.mark.parametrize("how", ["kick", "ban"])
async def test_put_out_and_invited_again_in_the_middle_of_a_step(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path, how: str
) -> None:
    # given a dialogue, and a bot that somebody puts out of one of two rooms
    async with workshop(
        homeserver, tmp_path, fresh_name, people=1, encrypted=lambda table: table == 1, pack=PACK
    ) as scene:
        first, second = scene.tables
        anna, cilla = first.people[0], second.people[0]
        await scene.order("!starta test")
        await scene.shows(anna, first.room_id, "Var för sig")
        await asks(scene, first.room_id, how, {"user_id": scene.bot.user_id})
        await scene.shows(scene.organizer, scene.organizers_room, "inte kvar i Bord 1")

        # when the next step begins without it, and it is invited again
        await scene.order("!nästa")
        await scene.shows(cilla, second.room_id, "Tillsammans")
        if how == "ban":
            await asks(scene, first.room_id, "unban", {"user_id": scene.bot.user_id})
        await asks(scene, first.room_id, "invite", {"user_id": scene.bot.user_id})

        # then the open question comes, once, and is answered
        await scene.shows(anna, first.room_id, "Tillsammans")
        answer = await anna.write(first.room_id, "Gruppsvar: bröd")
        await scene.marked(anna, first.room_id, answer, "✅")
        texts = await scene.texts(anna, first.room_id)
        assert sum("Tillsammans" in text for text in texts) == 1
        await scene.shows(scene.organizer, scene.organizers_room, "med i Bord 1 igen")


@pytest.mark.parametrize(("old", "new"), [("11", "12"), ("10", "11")])
async def test_a_room_that_is_replaced_is_followed(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path, old: str, new: str
) -> None:
    # given a group's answer in a room of an older version
    async with workshop(
        homeserver, tmp_path, fresh_name, tables=1, version=lambda _: old, pack=PACK
    ) as scene:
        [table] = scene.tables
        anna, bo = table.people
        await scene.order("!starta test")
        await scene.shows(anna, table.room_id, "Var för sig")
        await scene.order("!nästa")
        await scene.shows(anna, table.room_id, "Tillsammans")
        answer = await anna.write(table.room_id, "Gruppsvar: ris")
        await scene.marked(anna, table.room_id, answer, "✅")

        # when the room is replaced, and its people are invited into the new one
        made = await asks(scene, table.room_id, "upgrade", {"new_version": new})
        room = RoomId(str(made["replacement_room"]))
        assert (":" not in room) == (new == "12")
        for one in (scene.bot.user_id, anna.id, bo.id):
            await asks(scene, room, "invite", {"user_id": one})
        for person in (anna, bo):
            await person.join(room)

        # then the open question stands there, and what is answered there counts
        await scene.shows(anna, room, "Tillsammans")
        second = await bo.write(room, "Gruppsvar: bröd")
        await scene.marked(bo, room, second, "✅")
        await scene.order("!grupper")
        await scene.shows(scene.organizer, scene.organizers_room, "1. Bord 1: 2 personer")
        await scene.order("!avsluta test-1")
        await scene.shows(scene.organizer, scene.organizers_room, "bröd")


async def test_people_who_leave_are_put_out_or_come_again(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given three at a table who have answered
    async with workshop(homeserver, tmp_path, fresh_name, tables=1, people=3, pack=PACK) as scene:
        [table] = scene.tables
        anna, bo, cilla = table.people
        await scene.order("!starta test")
        await scene.shows(anna, table.room_id, "Var för sig")
        await scene.order("!nästa")
        await scene.shows(anna, table.room_id, "Tillsammans")

        # when one leaves, one is put out for good, and one is put out and comes again
        await anna.ask("POST", f"{CLIENT}/rooms/{escaped(table.room_id)}/leave", {})
        await asks(scene, table.room_id, "ban", {"user_id": bo.id})
        await asks(scene, table.room_id, "kick", {"user_id": cilla.id})
        await seated(scene, 0)
        await asks(scene, table.room_id, "invite", {"user_id": cilla.id})
        await cilla.join(table.room_id)
        await seated(scene, 1)

        # then who is there answers for the group
        answer = await cilla.write(table.room_id, "Gruppsvar: bröd")
        await scene.marked(cilla, table.room_id, answer, "✅")


async def seated(scene: Workshop, people: int) -> None:
    """Wait until so many are at the table, as the organizers see it."""
    wanted = f"1. Bord 1: {people} person"

    async def shown() -> bool:
        await scene.order("!grupper")
        texts = await scene.texts(scene.organizer, scene.organizers_room)
        return wanted in texts[-1]

    await until_true(shown, wanted)


async def test_the_organizers_room_that_is_replaced_is_followed(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given a dialogue, an organizers' room, and somebody in there who may only write
    async with workshop(homeserver, tmp_path, fresh_name, tables=1, pack=PACK) as scene:
        [table] = scene.tables
        anna, old = table.people[0], scene.organizers_room
        await scene.order("!starta test")
        await scene.shows(anna, table.room_id, "Var för sig")
        await asks(scene, old, "invite", {"user_id": anna.id})
        await anna.join(old)

        # when she says that a room of hers replaces it, in every way that she can
        says_so = {"predecessor": {"room_id": old}}
        hers = await anna.create_room(
            "Arrangörer", invite=[scene.bot.user_id], creation_content=says_so
        )
        body = {"body": "moved", "replacement_room": hers}
        place = f"{CLIENT}/rooms/{escaped(old)}"
        with pytest.raises(ChatRefused, match="M_FORBIDDEN"):
            await anna.ask("PUT", f"{place}/state/m.room.tombstone/", body)
        with pytest.raises(ChatRefused, match="M_UNKNOWN"):
            await anna.send(old, "m.room.tombstone", body)
        await anna.write(hers, "!avsluta test-1")

        # and when an organizer replaces it, while the bot is away
        await scene.bot.stop()
        made = await asks(scene, old, "upgrade", {"new_version": "12"})
        room = RoomId(str(made["replacement_room"]))
        await asks(scene, room, "invite", {"user_id": scene.bot.user_id})
        await scene.bot.start()

        # then the new one is told, and steers from now on
        await scene.shows(scene.organizer, room, "har ersatt Arrangörer")
        scene.organizers_room = room
        await scene.order("!grupper")
        await scene.shows(scene.organizer, room, "1. Bord 1: 1 person")
        await scene.order("!nästa")
        await scene.shows(anna, table.room_id, "Tillsammans")
        assert await scene.texts(anna, hers) == []

        # also after a restart, and the operator is told what to write
        await scene.bot.stop()
        await scene.bot.start()
        await scene.order("!avsluta test-1")
        await scene.shows(scene.organizer, room, "Sammanställning")
        line = scene.bot.config.read_text().splitlines().index(f'room = "{old}"') + 1
        told = f'{scene.bot.config}, rad {line}: room = "{room}"'
        assert told in scene.bot.run("status")
