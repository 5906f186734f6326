"""From a dropped list to answers at the tables, on a real homeserver."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import aiohttp
import pypdf
import pytest

from bot.adapters.matrix.transport import CLIENT, Transport, escaped
from bot.errors import ChatRefused
from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import EventId, RoomId
from tests.journeys.packs import short
from tests.journeys.workshop import Workshop, until_true, workshop


def list_of(people: list[Client]) -> str:
    """Twelve people, the first of whom have accounts."""
    rows = [
        f"Person {n};{('lärare', 'präst')[n % 2]};Org {n % 3};"
        f"{people[n - 1].id if n <= len(people) else ''}"
        for n in range(1, 13)
    ]
    return "\n".join(["Namn;Roll;Arbetsgivare;Chatt-ID", *rows])


async def drop(scene: Workshop, text: str) -> None:
    """The organizer drops a list, as a client does."""
    data = text.encode("cp1252")
    url = await scene.organizer._upload(data, "text/csv", "Deltagare.csv")
    content = {
        "msgtype": "m.file",
        "body": "Deltagare.csv",
        "filename": "Deltagare.csv",
        "url": url,
        "info": {"mimetype": "text/csv", "size": len(data)},
    }
    await scene.organizer.send(scene.organizers_room, "m.room.message", content)


async def events(person: Client, room_id: RoomId) -> list[dict[str, Any]]:
    path = f"{CLIENT}/rooms/{escaped(room_id)}/messages?dir=b&limit=100"
    answer = await person.ask("GET", path)
    return list(reversed(answer["chunk"]))


async def cards(scene: Workshop) -> pypdf.PdfReader:
    """The PDF that the bot has posted."""
    found: list[str] = []

    async def there() -> bool:
        posted = await events(scene.organizer, scene.organizers_room)
        found[:] = [
            one["content"]["url"]
            for one in posted
            if one["sender"] == scene.bot.user_id and one["content"].get("msgtype") == "m.file"
        ]
        return bool(found)

    await until_true(there, "the cards")
    server, _, media = found[0].removeprefix("mxc://").partition("/")
    url = f"{scene.homeserver.url}/_matrix/client/v1/media/download/{server}/{media}"
    headers = {"Authorization": f"Bearer {scene.organizer.account.access_token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers=headers, raise_for_status=True) as answer,
    ):
        return pypdf.PdfReader(io.BytesIO(await answer.read()))


async def room_of(person: Client, address: str) -> RoomId:
    """Where a person comes who follows a link to an address."""
    joined = await person.ask("POST", f"{CLIENT}/join/{escaped(address)}", {})
    return RoomId(joined["room_id"])


async def rooms_listed(person: Client, space: RoomId) -> list[str]:
    """The rooms of the tables as the space lists them, in their order."""
    path = f"{CLIENT}/rooms/{escaped(space)}/state"
    async with Transport(person._homeserver, person.account.access_token) as transport:
        state = await transport.get_list(path)
    children = [one for one in state if one["type"] == "m.space.child"]
    return [one["state_key"] for one in sorted(children, key=lambda one: one["content"]["order"])]


async def proposal(scene: Workshop) -> EventId:
    """The message with the tables."""
    posted = await events(scene.organizer, scene.organizers_room)
    return next(
        EventId(one["event_id"])
        for one in posted
        if one["sender"] == scene.bot.user_id
        and one["content"].get("body", "").startswith("🪑")
        and "m.relates_to" not in one["content"]
    )


async def test_from_a_dropped_list_to_answers_at_the_tables(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given an organizer with a list of twelve, of whom two are here with their phones
    async with workshop(
        homeserver, tmp_path, fresh_name, tables=0, pack=short(individual=600, group=600)
    ) as scene:
        organizer, room = scene.organizer, scene.organizers_room
        people = [
            Client(homeserver.url, await homeserver.register(f"{fresh_name}{name}"))
            for name in ("anna", "bo")
        ]
        try:
            for person in people:
                await person.start()
            anna, bo = people

            # when the list is dropped, in the encoding of an old Excel, and people are moved
            await drop(scene, list_of(people))
            await scene.shows(organizer, room, "12 personer vid 2 bord")
            await scene.order("!isär Person 1, Person 2")
            await scene.shows(organizer, room, "isär: Person 1, Person 2")
            await scene.order("!flytta person 12 1")
            await scene.shows(organizer, room, "Person 12 sitter nu vid bord 1")
            # and the organizer puts ✅ on the tables
            await organizer.react(room, await proposal(scene), "✅")

            # then there are cards with addresses, and the rooms are only for members of the space
            pages = (await cards(scene)).pages
            text = pages[0].extract_text()
            first, second = dict.fromkeys(re.findall(r"#runda-[0-9a-f]{16}:\S+", text))
            assert len(pages) == 3
            with pytest.raises(ChatRefused) as refused:
                await room_of(anna, first)
            assert refused.value.code == "M_FORBIDDEN"

            # when those with an account are invited into the space, and come by the cards' links
            await scene.order("!bjud in")
            await scene.shows(organizer, room, "2 av 2 inbjudningar är skickade")
            tables: dict[str, RoomId] = {}
            listed: list[list[str]] = []
            for person, address in ((anna, first), (bo, second)):
                await person.sync()
                (space,) = person.invitations
                await person.join(space)
                tables[person.id] = await room_of(person, address)
                listed.append(await rooms_listed(person, space))
                path = f"{CLIENT}/rooms/{escaped(tables[person.id])}/state/m.room.create"
                assert (await person.ask("GET", path))["room_version"] == "12"
            assert listed == [list(tables.values())] * 2

            # and the bot is killed and starts again, and the organizer starts the dialogue
            scene.bot.kill()
            await scene.bot.start()
            await scene.order("!starta test")
            for person in people:
                await scene.shows(person, tables[person.id], "Vad tänker du?")
            privately = await scene.open_private_chat(anna)
            answer = await anna.write(privately, "Mer tid att prata")
            await scene.marked(anna, privately, answer, "👍")

            # then a walk-in gets a seat, and Anna, who has answered, keeps hers
            await scene.order("!lägg till Person 13; lärare; Org 1")
            await scene.shows(organizer, room, "13 personer vid 2 bord")
            await scene.order("!ta bort Person 5")
            await scene.shows(organizer, room, "12 personer vid 2 bord")
            assert await scene.bot.stop() == 0
        finally:
            for person in people:
                await person.close()
