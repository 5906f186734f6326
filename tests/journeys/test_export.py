"""Files of a digest come into the organizers' room, open, and add up; in an encrypted room too."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from nio.crypto.attachments import decrypt_attachment
from PIL import Image

from bot.adapters.matrix.transport import Transport
from demo.client import Client
from demo.homeserver import Homeserver
from demo.seen import Seen
from tests.bot.rendering.forms.adding_up import assert_they_add_up, unzipped, words_of
from tests.flows.digest.texts import ALL
from tests.journeys.packs import short
from tests.journeys.workshop import until_true, workshop

FILES = {
    "test-1.pdf",
    "test-1.docx",
    "test-1.xlsx",
    "test-1.csv",
    "test-1.json",
    "test-1.md",
    "test-1-offentlig.pdf",
    "test-1-offentlig.docx",
    "test-1-offentlig.md",
}
MOST_BYTES = 20_000_000
MADE_WITHIN_S = 240
"""All forms, in a process that loads what draws and sets pages, on a busy machine."""


async def opened(homeserver: Homeserver, person: Client, event: Seen) -> bytes:
    """The file of a message, as a person's client gets it."""
    sealed = event.content.get("file")
    address = event.content["url"] if sealed is None else sealed["url"]
    server, media = address.removeprefix("mxc://").split("/")
    path = f"/_matrix/client/v1/media/download/{server}/{media}"
    async with Transport(homeserver.url, person.account.access_token) as transport:
        data = await transport.download(path, most_bytes=MOST_BYTES)
    if sealed is None:
        return data
    return bytes(
        decrypt_attachment(data, sealed["key"]["k"], sealed["hashes"]["sha256"], sealed["iv"])
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_every_form_comes_opens_and_adds_up(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path, encrypted: bool
) -> None:
    async with workshop(
        homeserver,
        tmp_path,
        fresh_name,
        tables=2,
        pack=short(individual=600, group=600, grace=1),
        encrypted_organizers=encrypted,
    ) as scene:
        organizer, room = scene.organizer, scene.organizers_room
        first, second = scene.tables
        (anna, bo), (cilla, _) = first.people, second.people

        async def files() -> dict[str, Seen]:
            events = await scene.seen(organizer, room)
            mine = [one for one in events if one.sender == scene.bot.user_id]
            return {str(one.content["filename"]): one for one in mine if "filename" in one.content}

        # given a dialogue with answers of every kind, one of them taken back
        await scene.order("!starta test")
        await scene.shows(anna, first.room_id, "Vad tänker du?")
        await scene.shows(cilla, second.room_id, "Vad tänker du?")
        places = ((anna, first), (bo, first), (cilla, second))
        for number, text in enumerate((*ALL, "=1+1")):
            person, table = places[number % len(places)]
            await person.write(table.room_id, text)
        last = await cilla.write(second.room_id, "Ring 070-123 45 67 😀")
        await scene.marked(cilla, second.room_id, last, "👍")
        gone = await anna.write(first.room_id, "Det här ångrar jag")
        await scene.marked(anna, first.room_id, gone, "👍")
        await anna.withdraw(first.room_id, gone)
        await scene.order("!nästa")
        await scene.shows(bo, first.room_id, "Vad säger ni?")
        said = await bo.write(first.room_id, "Gruppsvar: en kvällsbuss till")
        await scene.marked(bo, first.room_id, said, "✅")
        await scene.order("!nästa")

        # when the digests are there, then the last one has its picture, and that opens
        async def pictured() -> bool:
            return "test-1.png" in await files()

        await until_true(pictured, "the picture", within_s=MADE_WITHIN_S)
        picture = (await files())["test-1.png"]
        assert picture.content["msgtype"] == "m.image"
        assert picture.text.startswith("Teman efter antal svar. ")
        shown = Image.open(io.BytesIO(await opened(homeserver, organizer, picture)))
        assert (shown.format, shown.width) == ("PNG", 1080)

        # when every file is asked for, then an archive comes
        await scene.order("!exportera allt")

        async def come() -> bool:
            return "test-1.zip" in await files()

        await until_true(come, "the archive", within_s=MADE_WITHIN_S)
        found = await files()
        assert set(found) == {"test-1.zip", "test-1.png"}
        assert [one.encrypted for one in found.values()] == [encrypted, encrypted]

        # and each form in it opens, and the numbers are those of what is stored
        data = unzipped(await opened(homeserver, organizer, found["test-1.zip"]))
        assert set(data) >= FILES
        stored = scene.bot.export()["counts"]
        assert stored == {"received": 28, "withdrawn": 1, "exported": 27}
        sentence = "28 svar kom in, 1 togs tillbaka och 27 visas eller räknas här."
        assert_they_add_up(data, stored, stem="test-1", sentence=sentence)
        # and what was taken back or is masked is nowhere
        for name in ("test-1.json", "test-1.csv", "test-1.md", "test-1-offentlig.md"):
            assert "ångrar" not in data[name].decode(), name
            assert "070-123" not in data[name].decode(), name
        assert "Skolgården" not in words_of(data["test-1-offentlig.pdf"])
        assert await scene.bot.stop() == 0
