"""A dry run: a pack tried out with made-up people, apart from everything real."""

from __future__ import annotations

import pytest

from bot.packs.known import find_packs
from bot.rehearsal.scratch import key_of
from bot.sending.parcels import open_room
from flows.dialogue import Status
from storage.transaction import Transaction
from tests.bot.journey import LUNCH, Journey
from tests.builders import ANN, OLGA, ORGANIZERS, TABLE_1, TABLE_2, pack_toml, step_toml
from tests.fakes import Room

LONGEST = pack_toml(
    step_toml("individual", "alone", scenario="year", length="744 h", remind_before="48 h"),
    step_toml("group", "together", scenario="year", length="744 h", grace="24 h"),
    step_toml("individual", "later", length="744 h"),
)
"""Three months."""
WAITS = pack_toml(
    step_toml("background", "hello", next="organizer", length="5 min"),
    step_toml("individual", "alone", length="10 min", next="organizer"),
    step_toml("plenary", "bye"),
)


def scratch(journey: Journey) -> Room:
    """The room that was made for the rehearsal."""
    return next(room for room in journey.chat.rooms.values() if room.made_as is not None)


def told(journey: Journey, words: str) -> bool:
    return any(words in text for text in journey.texts(ORGANIZERS))


async def rehearses(journey: Journey, pack: str) -> None:
    await journey.writes(OLGA, f"!dryrun {pack}")
    await journey.until(lambda: told(journey, "is over"), within_s=300)
    await journey.settles()


async def test_a_dry_run_shows_what_a_group_sees_and_gives_the_digest(journey: Journey) -> None:
    # when the organizer tries a pack out
    await rehearses(journey, "lunch")

    # then the organizers are in a room that shows what a group sees, step by step
    room = scratch(journey)
    assert room.invited == [OLGA]
    seen = "\n".join(one.text for one in room.messages)
    for words in ("### Hello", "### Alone", "🔓 **Alone**", "### Together", "### Bye"):
        assert words in seen, words
    assert "🔒 Made-up person 1, in private: 🧪" in seen
    assert "🔒 *What made-up person 1 reads in private:*" in seen

    # and the digest of the whole comes to the organizers, marked as made up
    (digest,) = [text for text in journey.texts(ORGANIZERS) if "### Digest: Lunch" in text]
    assert digest.startswith("🧪 *Dry run:")
    assert "**2 of 3 group answers**" in digest
    assert journey.answer() == (
        "🧪 The dry run of **Lunch** is over: 4 steps, which would have taken 33 minutes. Accept "
        "the invitation to its room within a day if you have not: then I leave it, and you can "
        "still read there."
    )
    assert journey.errors == []


def test_a_room_for_somebody_has_an_address_of_chance() -> None:
    key = key_of(1, "room")
    rooms = [open_room(key, ORGANIZERS, name="🧪", invited=[OLGA]) for _ in range(2)]
    assert rooms[0].content != rooms[1].content
    # others are found by their address, and their keys hold a secret
    public = [open_room(key, ORGANIZERS, name="Tables", open_to_all=True) for _ in range(2)]
    assert public[0].content == public[1].content


async def test_it_touches_nothing_real(journey: Journey) -> None:
    await rehearses(journey, "lunch")

    assert journey.texts(TABLE_1) == journey.texts(TABLE_2) == []
    assert not journey.private, "nobody was written to"

    def kept(tx: Transaction) -> tuple[int, int]:
        return len(tx.dialogues.in_status(*Status)), len(tx.occurrences.due(now_ms=10**15))

    assert await journey.asks(kept) == (0, 0)
    folders = [path.name for path in journey.config.data_folder.iterdir() if path.is_dir()]
    assert folders == ["packs"], "its own database is gone"


async def test_the_bot_stays_in_the_room_until_everybody_had_time_to_come_in(
    journey: Journey,
) -> None:
    await rehearses(journey, "lunch")

    # while it is there, whoever is invited can come in: an empty room opens no more
    room = scratch(journey)
    await journey.time_passes(23 * 60)
    assert journey.config.matrix.user_id in room.members

    # and it does not stay for ever
    await journey.time_passes(2 * 60)
    assert journey.config.matrix.user_id not in room.members
    assert room.messages, "what was shown stays for the organizers to read"


async def test_a_real_dialogue_runs_on_beside_it(journey: Journey) -> None:
    # given a real dialogue with an answer
    await journey.starts_lunch()
    await journey.time_passes(1)
    await journey.writes_in_private(ANN, "Soup")

    # when the same pack is tried out meanwhile
    await rehearses(journey, "lunch")

    # then the real one is where it was, and goes on
    await journey.time_passes(10)
    assert journey.quotes(TABLE_1) == ["Soup"]
    await journey.writes(OLGA, "!digest")
    assert told(journey, "### Digest: Lunch\n\n**1 of 4 have answered**")


async def test_months_pass_in_seconds(journey: Journey) -> None:
    journey.has_pack("year", LONGEST)

    await rehearses(journey, "year")

    assert "3 steps, which would have taken 94 days" in journey.answer()


async def test_where_a_step_waits_for_an_organizer_a_made_up_one_goes_on(
    journey: Journey,
) -> None:
    journey.has_pack("waits", WAITS)

    await rehearses(journey, "waits")

    seen = "\n".join(one.text for one in scratch(journey).messages)
    assert "### Bye" in seen


@pytest.mark.parametrize("shipped", [file.name for file in find_packs()])
async def test_every_pack_that_ships_can_be_tried_out(journey: Journey, shipped: str) -> None:
    await rehearses(journey, shipped)

    assert any("🧪 *Dry run:" in text for text in journey.texts(ORGANIZERS))
    assert journey.errors == []


async def test_one_at_a_time(journey: Journey) -> None:
    # given a rehearsal whose room is not there yet
    journey.chat.unavailable.add(ORGANIZERS)
    await journey.writes(OLGA, "!dryrun lunch")

    await journey.writes(OLGA, "!provkör lunch")
    journey.chat.unavailable.clear()
    await journey.time_passes(1)

    await journey.until(lambda: told(journey, "is over"), within_s=300)
    assert told(journey, "⚠️ En provkörning i taget: den av **Lunch** pågår")
    assert not told(journey, "Provkörningen av")


async def test_it_can_be_stopped(journey: Journey) -> None:
    # given a rehearsal whose room is not there yet
    journey.chat.unavailable.add(ORGANIZERS)
    await journey.writes(OLGA, "!dryrun lunch")

    # when the organizer ends it
    await journey.writes(OLGA, "!dryrun stop")
    journey.chat.unavailable.clear()
    await journey.time_passes(1)

    # then it is over, and another one may begin
    await journey.until(lambda: told(journey, "was ended"), within_s=300)
    assert not told(journey, "### Digest")
    await rehearses(journey, "lunch")


async def test_a_restart_ends_it_and_tells(journey: Journey) -> None:
    # given a rehearsal that has not come far
    journey.chat.unavailable.add(ORGANIZERS)
    await journey.writes(OLGA, "!dryrun lunch")

    # when the bot is killed and started again
    await journey.bot_is_killed()
    journey.chat.unavailable.clear()
    await journey.bot_starts()
    await journey.time_passes(1)

    # then the organizers know, and nothing of it goes on
    assert told(journey, "The dry run of **Lunch** ended when I was restarted.")
    assert not told(journey, "### Digest")
    assert [one.name for one in journey.chat.rooms.values() if one.made_as is not None] == []


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        pytest.param("!dryrun", "Write which pack is to be tried out, `!dryrun grums`.", id="none"),
        pytest.param("!dryrun lunhc", "Did you mean `lunch`?", id="a slip"),
        pytest.param("!dryrun stop", "No dry run is going on.", id="nothing to stop"),
        pytest.param("!dry run broken", "The pack `broken` cannot be started:", id="not sound"),
    ],
)
async def test_what_cannot_be_tried_out_is_told(
    journey: Journey, command: str, answer: str
) -> None:
    journey.has_pack("broken", LUNCH.replace('kind = "group"', 'kind = "gruop"'))

    await journey.writes(OLGA, command)

    assert answer in journey.answer()
