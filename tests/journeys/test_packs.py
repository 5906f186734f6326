"""A pack dropped into the organizers' room of a real homeserver."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from demo.homeserver import Homeserver
from tests.builders import pack_toml, step_toml
from tests.journeys.packs import short
from tests.journeys.workshop import workshop

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200
SV = ("sv",)


def parcel(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("samtal/samtal.toml", source)
        archive.writestr("samtal/karta.png", PNG)
    return buffer.getvalue()


async def test_from_the_dropped_file_to_the_question(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with workshop(
        homeserver, tmp_path, fresh_name, tables=1, pack=short(individual=600, group=600)
    ) as scene:
        organizer, room = scene.organizer, scene.organizers_room
        picture = step_toml(
            "picture", "karta", 'file = "karta.png"', 'description.sv = "En karta"', languages=SV
        )
        question = step_toml("group", "fraga", languages=SV, length="10 min")
        sound = pack_toml(picture, question, languages=SV)

        # when an organizer drops a pack with a slip in it, then she reads which, and where
        broken = parcel(sound.replace('"group"', '"grupp"'))
        await organizer.file(room, broken, name="samtal.zip", mime="application/zip")
        await scene.shows(organizer, room, 'kind = "grupp" är okänt; menade du "group"?')

        # when she drops it mended, then it is offered
        await organizer.file(room, parcel(sound), name="samtal.zip", mime="application/zip")
        await scene.shows(organizer, room, "(samtal) är i sin ordning")

        # and it can be seen, and started, and reaches the table
        await scene.order("!förhandsvisa samtal")
        await scene.shows(organizer, room, "steg för steg i den här tråden")
        await scene.order("!starta samtal")
        (table,) = scene.tables
        await scene.shows(table.people[0], table.room_id, "What about fraga?")
        assert await scene.bot.stop() == 0
