"""The board: one message in the organizers' room, edited in place, and quiet."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from tests.bot.journey import Journey
from tests.builders import ANN, BO, CIA, MONDAY_9H, OLGA, ORGANIZERS
from tests.fakes import Message

INTERVAL_S = 0.03
TIMES_UP = MONDAY_9H + timedelta(minutes=10)


@pytest.fixture
async def watched(journey: Journey) -> Journey:
    """A bot that brings its boards up to date all the time."""
    await journey.bot_is_killed()
    journey.is_set_up(board_interval_s=INTERVAL_S)
    journey.ticks = True
    await journey.bot_starts()
    return journey


Told = tuple[tuple[str, ...], dict[str, tuple[bool, str]], str]

_LINE = re.compile(r"^(?P<mark>\S+) (?P<name>Table [0-9])(?::| ·)? ?(?P<rest>.*?) *$", re.MULTILINE)


def boards(journey: Journey) -> list[Message]:
    return [one for one in journey.shown(ORGANIZERS) if one.text.startswith("📋")]


def told(text: str) -> Told:
    """What a board tells: its times, its groups, and the sum."""
    groups = {
        match["name"]: (match["mark"] == "✅", match["rest"]) for match in _LINE.finditer(text)
    }
    times = tuple(re.findall(r"[0-9]{2}:[0-9]{2}", text))
    total = re.search(r"\*\*.*?([0-9]+ of [0-9]+).*?\*\*$", text, re.MULTILINE)
    return times, groups, "" if total is None else total[1]


async def shows(journey: Journey, wanted: Told) -> None:
    """Wait until the one board tells this."""
    try:
        await journey.until(
            lambda: [told(one.text) for one in boards(journey)] == [wanted], within_s=5
        )
    except TimeoutError:
        assert [told(one.text) for one in boards(journey)] == [wanted]


def alone(table_1: str, table_2: str, total: str) -> Told:
    groups = {
        "Table 1": (table_1.startswith("2 of 2"), table_1),
        "Table 2": (table_2.startswith("2 of 2"), table_2),
    }
    return ("09:10",), groups, total


def together(closes: str, quiet: str = "") -> Told:
    """Table 1 has an answer."""
    quiet = f"👥 2 · {quiet}" if quiet else "👥 2"
    return (closes,), {"Table 1": (True, "👥 2"), "Table 2": (False, quiet)}, "1 of 2"


NOBODY = alone("0 of 2", "0 of 2", "0 of 4")


async def test_the_board_follows_the_dialogue_in_one_message(watched: Journey) -> None:
    # given a dialogue that has begun
    await watched.starts_lunch()
    await shows(watched, NOBODY)
    (first,) = boards(watched)

    # when people answer
    await watched.writes(ANN, "Soup")
    await watched.writes_in_private(BO, "Bread")
    await watched.writes_in_private(BO, "And soup")
    await watched.writes(CIA, "Pasta")
    await shows(watched, alone("2 of 2", "1 of 2", "3 of 4"))

    # when the groups talk, and one has an answer
    await watched.clock_shows(TIMES_UP)
    await watched.writes(ANN, "Group answer: Soup")
    await shows(watched, together("09:30"))

    # when the other one is waited for, and then it ends
    await watched.clock_shows(TIMES_UP + timedelta(minutes=20))
    await shows(watched, together("09:33", "quiet for 20 minutes"))
    await watched.clock_shows(TIMES_UP + timedelta(minutes=23))
    await watched.until(lambda: boards(watched)[0].text == "📋 **Lunch** – ended.")
    assert [one.event_id for one in boards(watched)] == [first.event_id]


async def test_a_quiet_group_is_told_of_after_three_minutes(watched: Journey) -> None:
    await watched.starts_lunch()
    await watched.clock_shows(MONDAY_9H + timedelta(minutes=3))

    quiet = " · quiet for 3 minutes"
    await shows(watched, alone(f"0 of 2{quiet}", f"0 of 2{quiet}", "0 of 4"))


async def test_nothing_is_edited_where_nothing_changes(watched: Journey) -> None:
    await watched.starts_lunch()
    await shows(watched, NOBODY)
    await asyncio.sleep(10 * INTERVAL_S)

    assert [one.edits for one in boards(watched)] == [0]
    assert not any(key.startswith("board-edit") for key in watched.chat.tried)


async def test_it_is_never_edited_more_often_than_its_interval(journey: Journey) -> None:
    # given an interval, and people who write much faster
    await journey.bot_is_killed()
    journey.is_set_up(board_interval_s=0.25)
    journey.ticks = True
    await journey.bot_starts()
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await journey.starts_lunch()
    await journey.until(lambda: boards(journey) != [])
    for number in range(12):
        await journey.writes((ANN, BO, CIA)[number % 3], f"Soup {number}")
        await journey.time_passes(0.1)
        await asyncio.sleep(0.05)

    # then the board has been touched once per interval at most
    await journey.until(lambda: any(one.edits for one in boards(journey)))
    (board,) = boards(journey)
    assert board.edits <= (loop.time() - begun) / 0.25


async def test_of_edits_that_could_not_be_sent_only_the_newest_counts(watched: Journey) -> None:
    # given a homeserver that takes nothing for a while
    await watched.starts_lunch()
    await shows(watched, NOBODY)
    watched.chat.unavailable.add(ORGANIZERS)
    for who in (ANN, BO, CIA):
        await watched.writes(who, "Soup")
        await asyncio.sleep(3 * INTERVAL_S)

    # when it is back
    watched.chat.unavailable.clear()
    for _ in range(5):
        await watched.clock_shows(watched.now + timedelta(seconds=5))

    # then the board shows the newest, and went the shortest way there
    await shows(watched, alone("2 of 2", "1 of 2", "3 of 4"))
    (board,) = boards(watched)
    assert board.edits <= 2


async def test_after_a_restart_it_is_still_the_same_message(watched: Journey) -> None:
    await watched.starts_lunch()
    await shows(watched, NOBODY)
    await watched.bot_is_killed()
    answer = await watched.writes(ANN, "Soup")
    await watched.bot_starts()

    await shows(watched, alone("1 of 2", "0 of 2", "1 of 4"))
    assert watched.bot_marks(answer) == ["👍"]


@pytest.mark.parametrize("command", ["!board", "!tavla"])
async def test_asked_for_it_is_posted_anew_and_goes_on_there(
    watched: Journey, command: str
) -> None:
    # given a board that has been edited, and much that was written since
    await watched.starts_lunch()
    await watched.writes(ANN, "Soup")
    await shows(watched, alone("1 of 2", "0 of 2", "1 of 4"))
    earlier = boards(watched)[0]
    await watched.writes(OLGA, "And now?")

    # when an organizer asks for it, twice, and the bot dies meanwhile
    for time in (1, 2):
        await watched.writes(OLGA, command)
        (board,) = boards(watched)
        assert watched.shown(ORGANIZERS)[-1].event_id == board.event_id
        assert board.event_id != earlier.event_id
        assert told(board.text) == alone(f"{time} of 2", "0 of 2", f"{time} of 4")
        earlier = board
        await watched.bot_is_killed()
        await watched.bot_starts()

        # then it is the one that goes on
        await watched.writes((BO, CIA)[time - 1], "Bread")
        await shows(watched, alone("2 of 2", f"{time - 1} of 2", f"{time + 1} of 4"))
        assert [one.event_id for one in boards(watched)] == [board.event_id]


async def test_a_board_that_is_not_yet_sent_is_posted_once(watched: Journey) -> None:
    watched.chat.unavailable.add(ORGANIZERS)
    await watched.starts_lunch()
    await asyncio.sleep(5 * INTERVAL_S)
    await watched.writes(OLGA, "!board")
    watched.chat.unavailable.clear()
    for _ in range(5):
        await watched.clock_shows(watched.now + timedelta(seconds=5))

    await shows(watched, NOBODY)


async def test_where_nothing_runs_there_is_no_board(watched: Journey) -> None:
    await watched.writes(OLGA, "!tavla")
    assert watched.answer().startswith("⚠️ Ingen dialog pågår.")
    await watched.writes(OLGA, "!start lunch 13.00")
    await watched.writes(OLGA, "!board")
    assert watched.answer().startswith("🗓️ **Lunch** begins")


async def test_it_says_what_cannot_be_read_and_which_digest_is_stale(watched: Journey) -> None:
    # given an answer that changes after the digest, and a message without its key
    await watched.starts_lunch()
    answer = await watched.writes(ANN, "Soup")
    await watched.writes(OLGA, "!next")
    await watched.edits(ANN, answer, "Pasta")
    locked = watched.message(BO, "…")
    await watched.happens(locked, encrypted=True)
    watched.chat.key_is_missing(locked)
    await watched.settles()

    # then the board says both
    await watched.until(
        lambda: (
            [one.text.split("\n\n")[-2:] for one in boards(watched)]
            == [
                [
                    "🔒 1 message cannot be decrypted yet.",
                    "♻️ Answers have changed since the digest was made. `!digest` makes a new one.",
                ]
            ]
        )
    )


async def test_it_comes_back_to_what_it_showed(watched: Journey) -> None:
    await watched.starts_lunch()
    await shows(watched, NOBODY)
    answer = await watched.writes(ANN, "Soup")
    await shows(watched, alone("1 of 2", "0 of 2", "1 of 4"))
    await watched.withdraws(ANN, answer)
    await shows(watched, NOBODY)


async def test_it_says_who_wants_help_how_long_is_left_and_what_comes_next(
    watched: Journey,
) -> None:
    await watched.starts_lunch()
    await watched.writes(CIA, "call for help")

    await watched.until(lambda: any("🙋 Table 2" in one.text for one in boards(watched)))
    text = boards(watched)[0].text
    assert "⏳ until 09:10 · 10 min left" in text
    assert "⏭️ next: Together" in text

    # when somebody has been there
    told = next(one for one in watched.shown(ORGANIZERS) if one.text.startswith("🙋"))
    await watched.marks(OLGA, told.event_id)
    await watched.until(lambda: "🙋" not in boards(watched)[0].text)


async def test_an_edit_that_waited_at_a_restart_is_not_sent_beside_the_new_one(
    watched: Journey,
) -> None:
    # given an edit of the board that could not be sent
    await watched.starts_lunch()
    await shows(watched, NOBODY)
    watched.chat.unavailable.add(ORGANIZERS)
    await watched.writes(ANN, "Soup")
    await asyncio.sleep(5 * INTERVAL_S)
    await watched.bot_is_killed()
    await watched.bot_starts()
    await watched.writes(BO, "Bread")
    await asyncio.sleep(5 * INTERVAL_S)

    # when the homeserver is back
    watched.chat.unavailable.clear()
    for _ in range(5):
        await watched.clock_shows(watched.now + timedelta(seconds=5))

    # then one edit has brought it up to date
    await shows(watched, alone("2 of 2", "0 of 2", "2 of 4"))
    (board,) = boards(watched)
    assert board.edits <= 2
