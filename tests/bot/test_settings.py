"""What organizers set from their room."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.bot.journey import Journey
from tests.builders import MONDAY_9H, OLGA, ORGANIZERS, TABLE_1


async def asked(journey: Journey, command: str) -> list[str]:
    before = len(journey.texts(ORGANIZERS))
    await journey.writes(OLGA, command)
    return journey.texts(ORGANIZERS)[before].splitlines()


async def test_they_are_shown_with_how_each_is_changed(journey: Journey) -> None:
    assert await asked(journey, "!settings") == [
        "**Settings**",
        "",
        "- Language of new dialogues: **English** – `!settings language english` or `swedish`",
        "- Reminders: **on** – `!settings reminders off` or `on`",
        (
            "- Quiet hours, when nobody is reminded: **none** – `!settings quiet 21.00-07.00`, "
            "`!settings quiet off`"
        ),
        "- Board: at most every **3600 s** – `!settings board 30`",
    ]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("!settings language svenska", "- Language of new dialogues: **Swedish**"),
        ("!inställningar språk engelska", "- Språk i nya dialoger: **engelska**"),
        ("!installningar PAMINNELSER av", "- Påminnelser: **av**"),
        ("!settings quiet 21-7", "- Quiet hours, when nobody is reminded: **21.00-07.00**"),
        ("!settings board 30 s", "- Board: at most every **30 s**"),
    ],
)
async def test_what_is_set_holds_after_a_restart(journey: Journey, command: str, line: str) -> None:
    assert any(one.startswith(line) for one in await asked(journey, command))
    await journey.bot_is_killed()
    await journey.bot_starts()

    shown = await asked(journey, command.split(maxsplit=1)[0])
    assert any(one.startswith(line) for one in shown)


@pytest.mark.parametrize(
    "command", ["!settings colour red", "!settings board 1", "!settings quiet always"]
)
async def test_what_is_wrong_is_answered_with_how_it_is_written(
    journey: Journey, command: str
) -> None:
    answer = await asked(journey, command)

    assert answer[0].startswith("⚠️ I ")
    assert "- Reminders: **on** – `!settings reminders off` or `on`" in answer


@pytest.mark.parametrize(
    ("command", "reminded"),
    [
        ("!settings reminders off", False),
        ("!settings quiet 9-10", False),
        ("!settings quiet 10-11", True),
    ],
)
async def test_nobody_is_reminded_when_it_is_quiet(
    journey: Journey, command: str, *, reminded: bool
) -> None:
    await journey.writes(OLGA, command)
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=8))

    assert any("minutes left" in head for head in journey.heads(TABLE_1)) is reminded
