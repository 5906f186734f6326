"""A dry run on a real homeserver: a room to look at, a digest, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

from demo.homeserver import Homeserver
from demo.seen import Seen
from flows.ids import RoomId
from tests.journeys.workshop import Workshop, until_true, workshop

_WITHIN_S = 240.0


async def told(scene: Workshop, words: str) -> None:
    """Wait until the organizers read these words."""

    async def there() -> bool:
        texts = await scene.texts(scene.organizer, scene.organizers_room)
        return any(words in text for text in texts)

    await until_true(there, f"“{words}”", within_s=_WITHIN_S)


async def invited(scene: Workshop) -> RoomId:
    """The room that the bot has made and invited the organizer to."""

    async def there() -> bool:
        await scene.organizer.sync()
        return bool(scene.organizer.invitations - {scene.organizers_room})

    await until_true(there, "the invitation", within_s=_WITHIN_S)
    (room_id,) = scene.organizer.invitations - {scene.organizers_room}
    return room_id


async def test_an_organizer_tries_a_pack_out(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    # given one real group
    async with workshop(homeserver, tmp_path, fresh_name, tables=1, people=1) as scene:
        table = scene.tables[0]

        # when the organizer tries out a dialogue of an hour and a half
        await scene.order("!provkör kristinehamn")
        room_id = await invited(scene)
        await scene.organizer.join(room_id)
        await told(scene, "är klar")

        # then the room shows what a group sees, and the bot is in it for whoever comes later
        seen: list[Seen] = await scene.seen(scene.organizer, room_id)
        shown = "\n".join(one.text for one in seen if one.is_message)
        for words in ("Välkommen", "Övningen: byt stol", "🔓 Första platsen", "🧪"):
            assert words in shown, words

        assert scene.bot.user_id in await scene.organizer.members(room_id)

        # and the digest is there, marked, while the real group and the export know of nothing
        texts = await scene.texts(scene.organizer, scene.organizers_room)
        (digest,) = [text for text in texts if "Sammanställning: Samma människa" in text]
        assert digest.startswith("🧪 Provkörning:")
        assert await scene.texts(table.people[0], table.room_id) == []
        assert "kristinehamn" not in scene.bot.run("status")
