"""Packs that organizers drop into their room: answered, kept, started."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from bot.errors import ChatLoggedOut
from bot.hearing import dropped
from bot.hearing.dropped_packs import DroppedPacks
from bot.packs.known import find_packs
from bot.packs.shelf import Shelf
from bot.rendering.markdown import render
from bot.wording import wording
from flows.messages import Media, MediaKind
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.bot.test_pack_parcel import zipped
from tests.builders import ANN, MONDAY_9H, OLGA, ORGANIZERS, pack_toml, step_toml

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PICTURE = step_toml("picture", "map", 'file = "map.png"', 'description.en = "D"')
DINNER = pack_toml(step_toml("group", "agree", length="10 min"), step_toml("plenary", "bye"))


async def drops(journey: Journey, name: str, data: bytes) -> str:
    """An organizer drops a file; the bot's answer."""
    before = len(journey.texts(ORGANIZERS))
    await journey.drops(OLGA, name, data)
    await journey.until(lambda: len(journey.texts(ORGANIZERS)) > before, within_s=30)
    await journey.settles()
    return render(journey.texts(ORGANIZERS)[before]).text


# ------------------------------------------------------------------ in the room


async def test_a_sound_pack_is_shown_kept_and_can_be_started(journey: Journey) -> None:
    answer = await drops(journey, "dinner.toml", DINNER.encode())

    assert answer == (
        "✅ Lunch (dinner) is in order.\n\n2 steps · 10 minutes · en\n\n"
        "1. Agree · in groups · 10 minutes\n2. Bye · all together\n\n"
        "Write !preview dinner to see it as the groups will, and !start dinner to start it."
    )
    await journey.writes(OLGA, "!start dinner")
    assert journey.texts(ORGANIZERS)[-1] == "▶️ **Lunch** begins now with 2 groups (dinner-1)."


async def test_a_pack_with_problems_is_answered_with_all_of_them(journey: Journey) -> None:
    broken = DINNER.replace('kind = "group"', 'kind = "helgrupp"').replace('"10 min"', "10")

    answer = await drops(journey, "dinner.toml", broken.encode())

    head, _, rest = answer.partition("\n\n")
    assert head == "⚠️ dinner cannot be used yet: 2 problems."
    assert 'line 7: kind = "helgrupp" is unknown; did you mean "plenary"?' in rest
    assert "line 8: length has no unit" in rest
    assert rest.endswith("Mend the file and drop it here again.")


async def test_a_newer_one_is_used_after_a_mark(journey: Journey) -> None:
    await drops(journey, "dinner.toml", DINNER.encode())
    longer = DINNER.replace("10 min", "15 min")

    answer = await drops(journey, "dinner.toml", longer.encode())

    assert answer.endswith(
        "There is a pack dinner already. Put ✅ on this message to use this one from now on; "
        "dialogues that run keep theirs."
    )
    folder = journey.config.kept_packs
    assert current(folder) == DINNER
    await journey.marks(OLGA, journey.chat.rooms[ORGANIZERS].messages[-1].event_id)
    assert current(folder) == longer
    await journey.writes(OLGA, "!behåll dinner 1")
    assert current(folder) == DINNER


def current(folder: Path) -> str:
    return {file.name: file.source() for file in find_packs([folder])}["dinner"]


async def test_a_caption_that_is_a_command_has_an_answer_of_its_own(journey: Journey) -> None:
    # given a file that asks for a mark, and a caption that asks for one as well
    await drops(journey, "dinner.toml", DINNER.encode())
    await journey.writes(OLGA, "!start lunch")
    before = len(journey.texts(ORGANIZERS))
    address = '{"url":"mxc://example.org/longer"}'
    journey.chat.files[address] = DINNER.replace("10 min", "15 min").encode()
    media = Media(kind=MediaKind.FILE, name="dinner.toml", mime="", size=9, address=address)

    # when it is dropped
    await journey.writes(OLGA, "!stop", media=media)
    await journey.until(lambda: len(journey.texts(ORGANIZERS)) >= before + 2, within_s=30)

    # then both are answered, and both can be marked
    stop, keep = [one.event_id for one in journey.chat.rooms[ORGANIZERS].messages[-2:]]
    await journey.marks(OLGA, keep)
    assert "15 min" in current(journey.config.kept_packs)
    await journey.marks(OLGA, stop)
    assert not journey.app.world.running
    assert journey.errors == []


async def test_a_zip_brings_its_pictures(journey: Journey) -> None:
    parcel = zipped(
        {
            "dinner/dinner.toml": pack_toml(PICTURE),
            "dinner/map.png": PNG,
            "__MACOSX/dinner/._map.png": b"x",
        }
    )

    answer = await drops(journey, "anything.zip", parcel)

    assert answer.startswith("✅ Lunch (dinner) is in order.")
    kept = {file.name: file for file in find_packs([journey.config.kept_packs])}["dinner"]
    assert kept.media("map.png") == PNG


async def test_what_was_dropped_while_the_bot_died_is_answered_by_the_next(
    journey: Journey,
) -> None:
    await journey.bot_is_killed()
    await journey.drops(OLGA, "dinner.toml", DINNER.encode())

    await journey.bot_starts()

    await journey.until(lambda: "dinner" in "".join(journey.texts(ORGANIZERS)), within_s=30)
    assert current(journey.config.kept_packs) == DINNER


async def test_participants_drop_in_vain(journey: Journey) -> None:
    before = journey.texts(ORGANIZERS)

    await journey.drops(ANN, "dinner.toml", DINNER.encode())
    await journey.drops(ANN, "dinner.toml", DINNER.encode(), room=ORGANIZERS)

    assert await journey.asks(lambda tx: tx.dropped.waiting()) == ()
    assert journey.texts(ORGANIZERS) == before


async def test_too_large_a_file_is_not_even_fetched(journey: Journey) -> None:
    answer = await drops(journey, "dinner.toml", b"#" * 10_000_001)

    assert answer == "⚠️ dinner.toml is larger than 10 MB, and I have not read it."


async def test_a_long_preview_is_a_file(journey: Journey) -> None:
    steps = [step_toml("background", f"s{n}") for n in range(31)]
    await drops(journey, "long.toml", pack_toml(*steps).encode())

    await journey.writes(OLGA, "!förhandsvisa long")

    message = journey.chat.rooms[ORGANIZERS].messages[-1]
    assert "Så här ser grupperna" in message.text


async def test_a_hostile_file_is_answered_and_changes_nothing(journey: Journey) -> None:
    answer = await drops(journey, "a.toml", b"a = " + b"[" * 400_000)

    assert answer == (
        "⚠️ a cannot be used yet: 1 problem.\n\n"
        "• line 1: this is nested more than 12 levels deep; a pack needs six\n\n"
        "Mend the file and drop it here again."
    )
    assert Shelf(journey.config.kept_packs).versions("a") == ()


async def test_what_takes_too_much_memory_is_stopped(tmp_path: Path) -> None:
    reader = DroppedPacks(shelf=Shelf(tmp_path), packs=tuple, megabytes=1)
    keys = "\n".join(f"k{n:x}=1" for n in range(80_000))

    act = await reader.read("a.toml", keys.encode(), wording("en"))

    answer = act(cast("Transaction", None), MONDAY_9H)
    assert answer.markdown == (
        "⚠️ a\\.toml takes too much time or memory to read, so I have stopped. Nothing has changed."
    )
    assert Shelf(tmp_path).versions("a") == ()


def never_ends(_data: bytes) -> None:
    while True:
        pass


async def test_what_takes_too_much_time_is_stopped(tmp_path: Path) -> None:
    reader = DroppedPacks(
        shelf=Shelf(tmp_path),
        packs=tuple,
        seconds=1,
        reading=f"{never_ends.__module__}:{never_ends.__name__}",
    )

    act = await reader.read("a.toml", DINNER.encode(), wording("en"))

    answer = act(cast("Transaction", None), MONDAY_9H)
    assert answer.markdown == (
        "⚠️ a\\.toml takes too much time or memory to read, so I have stopped. Nothing has changed."
    )
    assert Shelf(tmp_path).versions("a") == ()


# ------------------------------------------------------------------ servers and crashes


async def test_a_file_whose_server_is_away_holds_up_no_other(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropped, "PAUSES_S", (3600.0,))
    journey.chat.files_away.add(next_address(journey))
    await journey.drops(OLGA, "dinner.toml", b"lost")
    await journey.until(lambda: len(journey.chat.fetched) == 1)

    answer = await drops(journey, "dinner.toml", DINNER.encode())

    assert answer.startswith("✅ Lunch (dinner) is in order.")
    assert len(journey.chat.fetched) == 2


async def test_a_file_whose_server_stays_away_is_given_up_and_told(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropped, "PAUSES_S", (0.01, 0.02, 0.02))
    journey.chat.files_away.add(next_address(journey))

    answer = await drops(journey, "lost.toml", b"x")

    assert answer == (
        "⚠️ The server that keeps lost.toml does not give it to me. I have stopped trying; "
        "please send it again later."
    )
    assert len(journey.chat.fetched) == 4
    assert await journey.database.write(lambda tx: tx.dropped.waiting()) == ()


def next_address(journey: Journey) -> str:
    """Where the file will lie that is dropped next."""
    return f'{{"url":"mxc://example.org/{len(journey.chat.files)}"}}'


def is_in_order(journey: Journey) -> bool:
    return any("is in order" in text for text in journey.texts(ORGANIZERS))


async def test_a_file_whose_server_comes_back_is_read(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropped, "PAUSES_S", (0.01,) * 5)
    address = next_address(journey)
    journey.chat.files_away.add(address)
    await journey.drops(OLGA, "dinner.toml", DINNER.encode())
    await journey.until(lambda: journey.chat.fetched.count(address) >= 2)
    journey.chat.files_away.clear()

    await journey.until(lambda: is_in_order(journey), within_s=60)
    assert current(journey.config.kept_packs) == DINNER


async def test_killed_between_keeping_and_answering_a_pack_is_kept_once(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a bot that is ended when a pack is on the shelf and not answered
    def dies(*_: object, **__: object) -> None:
        raise ChatLoggedOut("as good a way to end as any")

    monkeypatch.setattr(dropped.DroppedFileDesk, "_finish", dies)
    await journey.drops(OLGA, "dinner.toml", DINNER.encode())
    await journey.bot_ends()
    shelf = Shelf(journey.config.kept_packs)
    assert shelf.versions("dinner") == (1,)

    # when the next one reads it again
    monkeypatch.undo()
    await journey.bot_starts()
    await journey.until(lambda: is_in_order(journey), within_s=60)

    # then there is one version, it is the one that is used, and nobody has to confirm it
    assert shelf.versions("dinner") == (1,)
    assert current(journey.config.kept_packs) == DINNER
    assert "✅ on this message" not in journey.answer()


def test_only_the_newest_version_once_more_is_the_same_version(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    media = [("map.png", PNG)]
    assert [
        shelf.keep("a", "one", media),
        shelf.keep("a", "one", media),
        shelf.keep("a", "one", ()),
        shelf.keep("a", "one", media),
        shelf.keep("a", "one", [("map.png", PNG + b"x")]),
    ] == [1, 1, 2, 3, 4]
