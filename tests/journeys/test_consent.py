"""From a yes to being forgotten, on a real homeserver: at an encrypted table, by every byte."""

from __future__ import annotations

from pathlib import Path

from bot.rendering.consent import heading
from bot.wording import wording
from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import EventId, RoomId
from tests.builders import pack_toml, step_toml
from tests.journeys.workshop import Workshop, until_true, workshop

MARKER = "Zebrafink"
SV = ("sv",)
PACK = pack_toml(
    step_toml("individual", "eget", "sealed = false", languages=SV, length="20 min"),
    step_toml("group", "ihop", languages=SV, length="20 min"),
    languages=SV,
    consent=True,
)


async def question(scene: Workshop, person: Client, room_id: RoomId) -> EventId:
    """The one message in a room that asks for consent."""
    asked = heading(wording("sv")).replace("*", "")
    await scene.shows(person, room_id, asked)
    (found,) = [
        one.event_id
        for one in await scene.seen(person, room_id)
        if one.is_message and one.sender == scene.bot.user_id and one.text.startswith(asked)
    ]
    return found


def on_disk(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in (folder / "data").glob("runda.db*"))


async def test_from_a_yes_to_being_forgotten(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with workshop(
        homeserver, tmp_path, fresh_name, tables=1, pack=PACK, encrypted=lambda _: True
    ) as scene:
        # given Ann, who answers before she has said yes: told once, and nothing of it is kept
        (table,) = scene.tables
        ann, bo = table.people
        await scene.order("!starta test")
        asked = await question(scene, ann, table.room_id)
        early = await ann.write(table.room_id, f"{MARKER} ett")
        await scene.shows(ann, table.room_id, "Jag har inte sparat ditt svar än")
        assert MARKER.encode() not in on_disk(tmp_path)

        # when she says yes, it is fetched, decrypted, and confirmed; what comes later at once
        await ann.react(table.room_id, asked, "✅")
        await scene.marked(ann, table.room_id, early, "👍")
        await bo.react(table.room_id, asked, "✅")
        kept = await bo.write(table.room_id, "Bröd")
        await scene.marked(bo, table.room_id, kept, "👍")
        await scene.order("!nästa")
        await scene.shows(ann, table.room_id, "Ihop")
        await ann.write(table.room_id, f"Gruppsvar: {MARKER} två")
        await scene.order("!nästa")
        await scene.shows(scene.organizer, scene.organizers_room, f"{MARKER} två")
        assert MARKER.encode() in on_disk(tmp_path)

        # when she asks to be forgotten
        private = await scene.open_private_chat(ann)
        await ann.write(private, "ja, glöm mig")
        await scene.shows(ann, private, "inget svar leder till dig längre")

        # then no message of ours has her words, edits in the history included, and no byte either
        async def nothing_is_shown() -> bool:
            seen = [
                *await scene.seen(scene.organizer, scene.organizers_room),
                *await scene.seen(bo, table.room_id),
                *await scene.seen(ann, private),
            ]
            ours = [one.text for one in seen if one.sender == scene.bot.user_id]
            return not any(MARKER in text for text in ours)

        await until_true(nothing_is_shown, "digests are taken back", within_s=120)

        async def nothing_is_kept() -> bool:
            return MARKER.encode() not in on_disk(tmp_path)

        await until_true(nothing_is_kept, "no byte is left", within_s=120)
        await scene.shows(scene.organizer, scene.organizers_room, "Bröd")
        assert MARKER not in scene.bot.log.read_text()
