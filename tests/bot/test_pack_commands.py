"""Commands about one pack."""

from __future__ import annotations

from bot.packs.known import find_packs
from bot.packs.shelf import Shelf
from bot.rendering.markdown import render
from tests.bot.journey import Journey
from tests.builders import OLGA, ORGANIZERS, pack_toml, step_toml

DINNER = pack_toml(step_toml("group", "agree", length="10 min"), step_toml("plenary", "bye"))


async def asked(journey: Journey, command: str) -> str:
    """What the bot answers first."""
    before = len(journey.texts(ORGANIZERS))
    await journey.writes(OLGA, command)
    return render(journey.texts(ORGANIZERS)[before]).text


async def test_the_preview_is_a_thread_of_what_people_will_see(journey: Journey) -> None:
    await journey.writes(OLGA, "!preview lunch")

    messages = journey.chat.rooms[ORGANIZERS].messages
    root = next(one for one in messages if "as groups will see it" in one.text)
    thread = [render(one.text).text for one in messages if one.thread == root.event_id]
    assert render(root.text).text == (
        "Lunch as groups will see it, step by step in this thread.\n\nIn all: 30 minutes"
    )
    assert [text.splitlines()[0] for text in thread if text.startswith("──")] == [
        "── +0:00 · Hello · background ──",
        "── +0:00 · Alone · each on their own · 10 minutes ──",
        "── +0:10 · Together · in groups · 20 minutes ──",
        "── +0:30 · Bye · all together ──",
    ]


async def test_a_long_preview_is_a_file(journey: Journey) -> None:
    journey.has_pack("long", pack_toml(*(step_toml("background", f"s{n}") for n in range(31))))

    assert await asked(journey, "!förhandsvisa long") == "Så här ser grupperna Lunch:"


async def test_which_pack(journey: Journey) -> None:
    names = [file.name for file in find_packs(journey.config.pack_folders)]
    there_are = f"There are: {', '.join(names)}."

    assert await asked(journey, "!preview") == f"⚠️ Write which pack. {there_are}"
    assert await asked(journey, "!preview lunsh") == (
        f"⚠️ There is no pack of that name. Did you mean lunch? {there_are}"
    )
    assert await asked(journey, "!preview zzzzz") == f"⚠️ There is no pack of that name. {there_are}"


async def test_another_version(journey: Journey) -> None:
    shelf = Shelf(journey.config.kept_packs)
    for source in (DINNER, DINNER.replace("10 min", "15 min")):
        shelf.keep("dinner", source, ())

    assert await asked(journey, "!keep dinner 1") == (
        "👍 dinner is version 1 from now on. Dialogues that run keep theirs."
    )
    packs = {file.name: file for file in find_packs([journey.config.kept_packs])}
    assert packs["dinner"].source() == DINNER
    assert await asked(journey, "!keep dinner 3") == (
        "⚠️ Of dinner there are the versions 1, 2. Write for example !keep dinner 2."
    )
    assert await asked(journey, "!keep") == (
        "⚠️ Write which pack, and which version of it: !keep grums 1."
    )
    assert await asked(journey, "!keep ../dinner") == (
        "⚠️ No pack of that name has been dropped here. Drop one as a .toml or .zip file."
    )
