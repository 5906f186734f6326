"""The digest that grows while a step is open: one message, edited in place, without a word."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    BO,
    CIA,
    DAN,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    pack_toml,
    step_toml,
)
from tests.fakes import Message

INTERVAL_S = 0.03
# The clock ticks at each look, so that a step of ten minutes ends some milliseconds later.
TIMES_UP = MONDAY_9H + timedelta(minutes=10, seconds=1)
RESTS = (
    "✍️ **Lunch** – nothing is being collected right now. What was answered stands in the digest."
)
POLL = step_toml("poll", "vote", 'options.en = ["Yes", "No", "Perhaps"]', length="10 min")


@pytest.fixture
async def watched(journey: Journey) -> Journey:
    """A bot that brings its messages up to date all the time."""
    await restarted(journey, board_interval_s=INTERVAL_S)
    return journey


async def restarted(journey: Journey, **settings: object) -> None:
    await journey.bot_is_killed()
    journey.is_set_up(**settings)
    journey.ticks = True
    await journey.bot_starts()


def live(journey: Journey) -> list[Message]:
    return [one for one in journey.shown(ORGANIZERS) if one.text.startswith("✍️")]


async def shows(journey: Journey, wanted: str) -> None:
    """Wait until the one message is this."""
    try:
        await journey.until(lambda: [one.text for one in live(journey)] == [wanted], within_s=30)
    except TimeoutError:
        assert [one.text for one in live(journey)] == [wanted]


def alone(counts: str) -> str:
    return f"✍️ **Lunch · Alone** – so far  \n{counts}"


async def some_intervals() -> None:
    await asyncio.sleep(10 * INTERVAL_S)


async def test_it_grows_with_the_answers_and_rests_when_the_digest_is_there(
    watched: Journey,
) -> None:
    # given a dialogue in which nobody has answered, then there is no such message
    await watched.starts_lunch()
    await some_intervals()
    assert live(watched) == []

    # when people answer, on their own
    await watched.writes(ANN, "SECRET soup")
    await shows(watched, alone("**1 of 4 have answered** · 1 reply · newest at 09:00"))
    (first,) = live(watched)
    await watched.writes_in_private(BO, "SECRET bread")
    await watched.writes(CIA, "SECRET pasta")
    await shows(watched, alone("**3 of 4 have answered** · 3 replies · newest at 09:00"))
    assert "SECRET" not in "".join(watched.texts(ORGANIZERS))

    # when the groups talk, and one has an answer
    await watched.clock_shows(TIMES_UP)
    await watched.writes(ANN, "Group answer: SECRET soup")
    await shows(
        watched,
        "✍️ **Lunch · Together** – so far  \n**1 of 2 group answers** · 1 reply · newest at 09:10",
    )
    assert "SECRET" not in live(watched)[0].text

    # when all is over, then the digest is there and the same message leads to it
    await watched.clock_shows(TIMES_UP + timedelta(minutes=20, seconds=2))
    await watched.clock_shows(TIMES_UP + timedelta(minutes=23, seconds=3))
    await shows(watched, RESTS)
    assert [one.event_id for one in live(watched)] == [first.event_id]
    assert any(text.startswith("### Digest") for text in watched.texts(ORGANIZERS))
    assert watched.errors == []


async def test_it_counts_what_a_poll_has_so_far(watched: Journey) -> None:
    watched.has_pack("poll", pack_toml(POLL))
    await watched.writes(OLGA, "!start poll")
    for who, choice in ((ANN, "1"), (BO, "yes"), (DAN, "3")):
        await watched.writes_in_private(who, choice)
    await watched.until(lambda: "3 of 4" in "".join(one.text for one in live(watched)))

    (message,) = live(watched)
    assert message.text.split("\n\n")[1] == (
        "1 Yes ██████████ **2**  \n2 No **0**  \n3 Perhaps █████ **1**"
    )

    # when somebody chooses anew, then only the newest choice counts
    await watched.writes_in_private(ANN, "2")
    await watched.until(lambda: "2 No █" in live(watched)[0].text)
    assert "1 Yes ██████████ **1**" in live(watched)[0].text


async def test_nothing_is_edited_where_nothing_changes(watched: Journey) -> None:
    await watched.starts_lunch()
    await watched.writes(ANN, "Soup")
    await shows(watched, alone("**1 of 4 have answered** · 1 reply · newest at 09:00"))
    await some_intervals()

    assert [one.edits for one in live(watched)] == [0]
    assert not any(key.startswith("live-edit") for key in watched.chat.tried)


async def test_of_edits_that_could_not_be_sent_only_the_newest_counts(watched: Journey) -> None:
    # given a homeserver that takes nothing for a while, and a bot that is started anew meanwhile
    await watched.starts_lunch()
    await watched.writes(ANN, "Soup")
    await watched.until(lambda: live(watched) != [])
    watched.chat.unavailable.add(ORGANIZERS)
    await watched.writes(BO, "Bread")
    await some_intervals()
    await restarted(watched)
    await watched.writes(CIA, "Pasta")
    await some_intervals()

    # when it is back
    watched.chat.unavailable.clear()
    for _ in range(5):
        await watched.clock_shows(watched.now + timedelta(seconds=5))

    # then the same message shows the newest, and went the shortest way there
    await shows(watched, alone("**3 of 4 have answered** · 3 replies · newest at 09:00"))
    assert live(watched)[0].edits <= 2


async def test_it_can_be_switched_off(watched: Journey) -> None:
    await restarted(watched, live_digest=False)
    await watched.starts_lunch()
    await watched.writes(ANN, "Soup")
    await watched.until(
        lambda: any("1 of 4" in text for text in watched.texts(ORGANIZERS)), within_s=5
    )
    await some_intervals()

    assert live(watched) == []
