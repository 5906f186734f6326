"""Whoever is no organizer changes nothing, whatever command is written, and wherever."""

from __future__ import annotations

import pytest

from bot.commands.desk import COMMANDS
from flows.ids import UserId
from storage.rooms import RoomUse
from storage.transaction import Transaction
from tests.bot.journey import Journey
from tests.builders import ANN, OLGA, ORGANIZERS, STRANGER, TABLE_1, TABLE_2

NAMES = [name for command in COMMANDS for name in command.names]
ARGUMENTS = ("", "lunch", "lunch-1", "5", "all Hello", "series", "reminders off")


def lines() -> list[str]:
    return [f"!{name} {argument}".strip() for name in NAMES for argument in ARGUMENTS]


def state(tx: Transaction) -> object:
    """Everything that a command could change."""
    dialogues = tx.dialogues.in_status()
    return (
        dialogues,
        [tx.occurrences.waiting(one.id) for one in dialogues],
        tx.settings.all(),
        tx.holds.all(),
        list(tx.series.going()),
        # The private chat in which somebody is told that she needs no commands may be new.
        [room for room in tx.rooms.all() if room.use is not RoomUse.DIRECT],
    )


@pytest.mark.parametrize(
    ("who", "where"),
    [
        pytest.param(ANN, "her group's room", id="a participant in her group's room"),
        pytest.param(ANN, "another group's room", id="a participant in another group's room"),
        pytest.param(ANN, "private", id="a participant in private"),
        pytest.param(ANN, "organizers", id="a participant in the organizers' room"),
        pytest.param(STRANGER, "organizers", id="a stranger in the organizers' room"),
        pytest.param(STRANGER, "private", id="a stranger in private"),
        pytest.param(STRANGER, "her group's room", id="a stranger in a group's room"),
        pytest.param(OLGA, "her group's room", id="an organizer in a group's room"),
    ],
)
async def test_no_command_of_theirs_changes_a_dialogue(
    journey: Journey, who: UserId, where: str
) -> None:
    # given a dialogue that runs, and a question of the bot whether to end it
    await journey.starts_lunch()
    await journey.writes(OLGA, "!stop")
    question = journey.shown(ORGANIZERS)[-1].event_id
    if where == "private":
        await journey.opens_private_chat(who)
    room = {
        "her group's room": TABLE_1,
        "another group's room": TABLE_2,
        "private": journey.private.get(who, TABLE_1),
        "organizers": ORGANIZERS,
    }[where]
    before = await journey.asks(state)
    said = journey.texts(ORGANIZERS)

    # when they write every command there is, in both languages, and mark the question
    for line in lines():
        journey.chat.hear_event(journey.message(who, line, room=room))
        # All in the same second: the step must not close meanwhile by itself.
        journey.now = journey.now.replace(second=1)
    await journey.settles()
    if who != OLGA:
        await journey.marks(who, question)

    # then nothing has changed, and the organizers have read nothing of it
    assert await journey.asks(state) == before
    assert journey.texts(ORGANIZERS) == said
    assert not any(text.startswith("📣") for text in journey.texts(TABLE_2))
