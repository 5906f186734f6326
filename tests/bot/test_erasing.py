"""Forget me: nothing of a person is left, in the database or in what the bot has posted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.audit import Act
from flows.ids import EffectKey
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import ANN, BO, CIA, OLGA, ORGANIZERS, TABLE_1

MARKER = "Zebrafink"


def on_disk(journey: Journey) -> bytes:
    """Every byte of the database's files, the log beside it included."""
    file = Path(journey.url.removeprefix("sqlite:///"))
    return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


def shown_by_the_bot(journey: Journey) -> str:
    """Everything that stands in any room and was posted by the bot, files included."""
    messages = [one for room in journey.chat.rooms for one in journey.shown(room)]
    files = [one.file.data.decode(errors="replace") for one in messages if one.file is not None]
    return "\n".join([*(one.text for one in messages), *files])


async def answers_everywhere(journey: Journey) -> None:
    """Ann writes the marker in every way there is, and the others write something else."""
    await journey.starts_lunch()
    first = await journey.writes_in_private(ANN, f"{MARKER} one")
    await journey.edits(ANN, first, f"{MARKER} two")
    await journey.writes_in_private(BO, "Bread")
    await journey.writes_in_private(ANN, "my answers")
    await journey.time_passes(minutes=10)
    await journey.writes(ANN, f"Group answer: {MARKER} three")
    await journey.writes(ANN, f"{MARKER} four")
    await journey.writes(CIA, "Group answer: Fish")
    await journey.time_passes(minutes=20)
    await journey.writes(OLGA, "!digest")


async def is_forgotten(journey: Journey) -> None:
    await journey.writes_in_private(ANN, "yes, forget me")
    await journey.time_passes(minutes=1)


async def test_no_byte_of_her_words_is_left(journey: Journey) -> None:
    await answers_everywhere(journey)
    assert MARKER.encode() in on_disk(journey)
    before = shown_by_the_bot(journey)
    assert f"{MARKER} two" in before
    assert f"{MARKER} three" in before

    await is_forgotten(journey)

    assert MARKER.encode() not in on_disk(journey)
    assert MARKER not in shown_by_the_bot(journey)
    assert journey.errors == []


async def test_what_others_wrote_is_told_anew(journey: Journey) -> None:
    await answers_everywhere(journey)
    await is_forgotten(journey)

    assert journey.quotes(TABLE_1) == ["Bread"]
    digests = "\n".join(journey.texts(ORGANIZERS))
    assert "Fish" in digests
    assert "Bread" in digests


async def test_no_edit_of_ours_is_left_that_quoted_her(journey: Journey) -> None:
    """An edit leaves what stood there before in the history: the message itself has to go."""
    await answers_everywhere(journey)
    quoting = [one.event_id for one in journey.shown(ORGANIZERS) if f"{MARKER} three" in one.text]
    assert quoting

    await is_forgotten(journey)

    assert all(journey.chat.message(one).withdrawn for one in quoting)


async def test_waiting_digests_and_files_do_not_go_out(journey: Journey) -> None:
    await answers_everywhere(journey)
    journey.chat.unavailable.add(ORGANIZERS)
    await journey.writes(OLGA, "!digest")
    await journey.writes_in_private(ANN, "yes, forget me")
    journey.chat.unavailable.clear()
    await journey.time_passes(minutes=30)

    assert MARKER.encode() not in on_disk(journey)
    assert MARKER not in shown_by_the_bot(journey)


@pytest.mark.parametrize("arrived", [True, False], ids=["has arrived", "has not arrived"])
async def test_what_is_on_its_way_is_taken_back_when_it_has_arrived(
    journey: Journey, arrived: bool
) -> None:
    # given a digest of which one message is just being sent, and others are behind it
    await answers_everywhere(journey)
    journey.chat.holds_after, journey.chat.holds_before = arrived, not arrived
    journey.chat.hear_event(journey.message(OLGA, "!digest"))
    await journey.until(journey.chat.held.is_set)

    # when she is forgotten before the homeserver has answered
    journey.chat.hear_event(journey.message(ANN, "yes, forget me", room=journey.private[ANN]))
    await is_so(journey, lambda tx: Act.ERASE in [one.deed.act for one in tx.audit.all()])
    assert MARKER.encode() not in on_disk(journey)
    journey.chat.let_through()
    await journey.settles()
    await journey.time_passes(minutes=10)

    # then nothing of it stays
    assert MARKER not in shown_by_the_bot(journey)
    assert "Fish" in shown_by_the_bot(journey)
    assert journey.errors == []


async def is_so(journey: Journey, true: Callable[[Transaction], bool]) -> None:
    """Wait for what stays so in the database."""
    for _ in range(6000):
        if await journey.database.write(true):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("waited a minute in vain")


async def test_a_file_that_waits_is_kept_no_longer(journey: Journey) -> None:
    await answers_everywhere(journey)
    journey.chat.unavailable.add(ORGANIZERS)
    await journey.writes(OLGA, "!export md")
    await is_so(journey, lambda tx: tx.export_orders.oldest() is None)
    await journey.writes_in_private(ANN, "yes, forget me")
    await journey.settles()
    assert MARKER.encode() not in on_disk(journey)
    journey.chat.unavailable.clear()
    await journey.time_passes(minutes=30)

    assert MARKER not in shown_by_the_bot(journey)


async def test_her_account_stands_in_no_key_and_no_name_is_left(journey: Journey) -> None:
    await answers_everywhere(journey)
    await is_forgotten(journey)

    def look(tx: Transaction) -> tuple[list[EffectKey], list[str | None]]:
        keys = [key for key, _ in tx.outbox.sent_with("lunch-1/") if ANN in key]
        return keys, [one.name for one in tx.rooms.members(TABLE_1) if one.user_id == ANN]

    assert await journey.database.write(look) == ([], [None])


async def test_it_is_noted_without_her(journey: Journey) -> None:
    await answers_everywhere(journey)
    await is_forgotten(journey)

    (deed,) = await journey.database.write(
        lambda tx: [one.deed for one in tx.audit.all() if one.deed.act == "erase"]
    )
    assert (deed.actor, deed.reason) == ("participant", "")
    assert ANN not in str(deed)
