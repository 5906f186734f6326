"""What participants do besides writing answers, on a real homeserver: taps, own words, help."""

from __future__ import annotations

from pathlib import Path

from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import EventId, RoomId
from tests.builders import pack_toml, step_toml
from tests.journeys.workshop import Workshop, until_true, workshop

PACK = pack_toml(
    step_toml(
        "poll",
        "rösta",
        'id = "vote"\nsealed = false\nchoose = "single"\noptions.sv = ["Ja", "Nej"]',
        languages=["sv"],
        length="20 min",
    ).replace('id = "rösta"\n', ""),
    languages=["sv"],
)


async def prompt(scene: Workshop, person: Client, room_id: RoomId, words: str) -> EventId:
    """The bot's message with these words."""
    await scene.shows(person, room_id, words)
    seen = await scene.seen(person, room_id)
    return next(
        one.event_id
        for one in seen
        if one.is_message and one.sender == scene.bot.user_id and words in one.text
    )


async def test_taps_own_words_and_calls_for_help(
    homeserver: Homeserver, fresh_name: str, tmp_path: Path
) -> None:
    async with workshop(homeserver, tmp_path, fresh_name, tables=1, pack=PACK) as scene:
        # given a poll with the bot's numbers under it
        (table,) = scene.tables
        ann, bo = table.people
        await scene.order("!starta test")
        asked = await prompt(scene, ann, table.room_id, "Välj ett alternativ")

        async def numbered() -> bool:
            return (await scene.marks(ann, table.room_id)).get(asked) == ["1️⃣", "2️⃣"]

        await until_true(numbered, "the numbers under the question")

        # when one taps and one writes
        await ann.react(table.room_id, asked, "1️⃣")
        answer = await bo.write(table.room_id, "nej, det regnar")
        await scene.marked(bo, table.room_id, answer, "👍")

        # then each sees her own, and only in private
        private = await scene.open_private_chat(ann)
        await ann.write(private, "mina svar")
        await scene.shows(ann, private, "1 svar från dig är sparat")

        # when the group calls, and an organizer has been there
        await bo.write(table.room_id, "kalla på hjälp")
        call = await prompt(scene, scene.organizer, scene.organizers_room, "Bord 1 kallar på hjälp")
        await scene.organizer.react(scene.organizers_room, call, "✅")

        async def cleared() -> bool:
            await scene.order("!hjälpt 1")
            texts = await scene.texts(scene.organizer, scene.organizers_room)
            return any("Ingen grupp väntar på hjälp" in text for text in texts)

        await until_true(cleared, "the call is over")

        # then the digest has counted both choices, and quotes what was said besides
        await scene.order("!nästa")
        await scene.shows(scene.organizer, scene.organizers_room, "1 Ja ██████████ 1")
        await scene.shows(scene.organizer, scene.organizers_room, "2 Nej ██████████ 1")
        await scene.shows(scene.organizer, scene.organizers_room, "nej, det regnar")

        # and one who is forgotten leaves nothing
        await ann.write(private, "ja, glöm mig")
        await scene.shows(ann, private, "Klart: 1 svar är raderat")
