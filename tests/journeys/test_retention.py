"""A dialogue's day on a real homeserver: warned, erased, and searched for in every place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.matrix.transport import Transport
from bot.errors import ChatRefused
from bot.persons.retention import ALARM
from demo.client import Client
from demo.homeserver import Homeserver
from demo.seen import Seen
from flows.ids import RoomId
from storage.database import Database
from storage.instants import to_ms
from storage.transaction import Transaction
from tests.builders import pack_toml, step_toml
from tests.journeys.workshop import Workshop, until_true, workshop

MARKER = "Zebrafink"
SV = ("sv",)
PACK = 'retention = "1 month"\n' + pack_toml(
    step_toml("individual", "eget", languages=SV, length="20 min"),
    step_toml("group", "ihop", languages=SV, length="20 min"),
    languages=SV,
)
WITHIN_S = 120.0


def on_disk(folder: Path) -> bytes:
    """Every byte of the database, and of the store of encryption keys beside it."""
    files = [one for one in sorted((folder / "data").rglob("*")) if one.is_file()]
    assert any(one.name == "runda.db" for one in files)
    return b"".join(one.read_bytes() for one in files)


def bring_forward(folder: Path, what: str) -> None:
    """Let an alarm of the dialogue's day ring now: the table is the bot's clock."""

    def work(tx: Transaction) -> None:
        waiting = [one for one in tx.occurrences.due(now_ms=2**50) if one.key.startswith(ALARM)]
        (alarm,) = (one for one in waiting if one.key.endswith(f"/{what}"))
        tx.occurrences.move(alarm.key, due_ms=to_ms(datetime.now(UTC)), wall_time="now")

    database = Database.open(f"sqlite:///{folder / 'data' / 'runda.db'}")
    try:
        database.write_now(work)
    finally:
        database.close()


async def ours(scene: Workshop, *places: tuple[Client, RoomId]) -> list[Seen]:
    """What the bot has posted in rooms and not taken back, edits in the history included."""
    seen = [one for person, room_id in places for one in await scene.seen(person, room_id)]
    said = [one for one in seen if one.sender == scene.bot.user_id]
    assert all(one.readable for one in said)
    return [one for one in said if one.kind == "m.room.message" and one.content]


async def sealed_file(scene: Workshop, place: tuple[Client, RoomId]) -> str:
    """Where the encrypted file of the bot in a room lies on the homeserver."""
    (address,) = (
        one.content["file"]["url"] for one in await ours(scene, place) if "file" in one.content
    )
    return str(address)


async def is_there(homeserver: Homeserver, person: Client, address: str) -> bool:
    """Whether the homeserver still gives a file out."""
    path = f"/_matrix/client/v1/media/download/{address.removeprefix('mxc://')}"
    async with Transport(homeserver.url, person.account.access_token) as transport:
        try:
            return bool(await transport.download(path, most_bytes=20_000_000))
        except ChatRefused as error:
            if error.code != "M_NOT_FOUND":
                raise
            return False


@pytest.mark.timeout(600)
async def test_on_its_day_nothing_is_left_that_the_bot_kept_or_posted(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with workshop(
        homeserver,
        tmp_path,
        fresh_name,
        tables=1,
        pack=PACK,
        encrypted=lambda _: True,
        encrypted_organizers=True,
    ) as scene:
        # given a dialogue in encrypted rooms with the marker in answers, edits, digests and files
        (table,) = scene.tables
        ann, bo = table.people
        private = await scene.open_private_chat(ann, encrypted=True)
        await scene.order("!starta test")
        await scene.shows(ann, private, "Eget")
        answer = await ann.write(private, f"{MARKER} ett")
        await scene.marked(ann, private, answer, "👍")
        await ann.edit(private, answer, f"{MARKER} två")
        await ann.write(private, "mina svar")
        await scene.shows(ann, private, f"{MARKER} två")
        await scene.order("!nästa")
        await scene.shows(bo, table.room_id, f"{MARKER} två")
        group = await bo.write(table.room_id, f"Gruppsvar: {MARKER} tre")
        await scene.marked(bo, table.room_id, group, "✅")
        await scene.order("!nästa")
        await scene.shows(scene.organizer, scene.organizers_room, f"{MARKER} tre")
        room = (scene.organizer, scene.organizers_room)
        await scene.order("!export md")

        async def file_is_there() -> bool:
            return any("filename" in one.content for one in await ours(scene, room))

        await until_true(file_is_there, "the exported file", within_s=WITHIN_S)
        await scene.order(f"!håll inne “{MARKER} tre” nej")
        await scene.shows(scene.organizer, scene.organizers_room, "🤚")
        address = await sealed_file(scene, room)
        assert await is_there(homeserver, scene.organizer, address)
        places = (room, (bo, table.room_id), (ann, private))
        assert MARKER.encode() in on_disk(tmp_path)
        assert sum(MARKER in one.text for one in await ours(scene, *places)) >= 4
        assert any("file" in one.content for one in await ours(scene, *places))

        # when the organizers are warned, and then the day has come
        bring_forward(tmp_path, "14")
        await scene.shows(scene.organizer, scene.organizers_room, "Om 14 dagar")
        assert MARKER.encode() in on_disk(tmp_path)
        bring_forward(tmp_path, "erase")
        await scene.shows(scene.organizer, scene.organizers_room, "Raderat")

        # then no byte is left, and no message or file of the bot, read with the clients' keys
        async def nothing_is_kept() -> bool:
            return MARKER.encode() not in on_disk(tmp_path)

        async def nothing_is_shown() -> bool:
            said = await ours(scene, *places)
            return not any(MARKER in str(one.content) or "file" in one.content for one in said)

        await until_true(nothing_is_kept, "no byte is left", within_s=WITHIN_S)
        await until_true(nothing_is_shown, "everything is taken back", within_s=WITHIN_S)

        # and the file, whose key is gone, stays on the homeserver until an administrator deletes it
        assert await is_there(homeserver, scene.organizer, address)
        assert await homeserver.delete_media_of(scene.bot.user_id) >= 1
        assert not await is_there(homeserver, scene.organizer, address)

        # and what people wrote themselves is theirs, and stands in their room
        own = [one.text for one in await scene.seen(bo, table.room_id) if one.sender == bo.id]
        assert f"Gruppsvar: {MARKER} tre" in own
        assert MARKER not in scene.bot.log.read_text()
