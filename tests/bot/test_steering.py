"""Steering from the organizers' room, as the groups see it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.ids import RoomId
from tests.bot.journey import Journey, asked
from tests.builders import (
    ANN,
    BO,
    CIA,
    DAN,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    TABLE_1,
    TABLE_2,
    pack_toml,
    step_toml,
)

TABLES = (TABLE_1, TABLE_2)


async def at_minute(journey: Journey, minutes: float) -> None:
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=minutes))


def newest(journey: Journey, room: RoomId = TABLE_1) -> str:
    return journey.heads(room)[-1]


# ---------------------------------------------------------------- the clock


async def test_a_pause_stops_every_clock_and_going_on_moves_what_is_to_come(
    journey: Journey,
) -> None:
    # given a step of ten minutes, paused after three for half an hour
    await journey.starts_lunch()
    await at_minute(journey, 3)
    await journey.writes(OLGA, "!pause")
    for table in TABLES:
        assert newest(journey, table).startswith("⏸️ We pause.")
    await at_minute(journey, 30)
    assert [head for head in journey.heads(TABLE_1) if head.startswith("⏳")] == []

    # when it goes on
    await journey.writes(OLGA, "!resume")

    # then what was left is left, the reminder comes two minutes before, and the next step after
    for table in TABLES:
        assert newest(journey, table) == "▶️ We go on with Alone, until 09:37."
    await at_minute(journey, 34)
    assert newest(journey) == "▶️ We go on with Alone, until 09:37."
    await at_minute(journey, 35)
    assert newest(journey).startswith("⏳ 2 minutes left.")
    await at_minute(journey, 37)
    assert newest(journey) == "Together"


async def test_what_is_written_in_a_pause_is_kept(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(OLGA, "!paus")
    answer = await journey.writes_in_private(ANN, "Soup")

    assert journey.bot_marks(answer) == ["👍"]


async def test_a_pause_survives_a_restart(journey: Journey) -> None:
    await journey.starts_lunch()
    await at_minute(journey, 3)
    await journey.writes(OLGA, "!pause")
    await journey.bot_is_killed()
    journey.now = MONDAY_9H + timedelta(hours=5)
    await journey.bot_starts()
    assert newest(journey).startswith("⏸️ We pause.")

    await journey.writes(OLGA, "!resume")
    await journey.time_passes(8)
    assert newest(journey) == "Together"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("!resume", "⚠️ lunch-1 is not paused."),
        (
            "!extend",
            "⚠️ Write how many minutes: `!extend 5` gives five more, `!extend -5` takes five away.",
        ),
        ("!extend -10", "⚠️ Only 9 minutes are left of this step. `!next` closes it now."),
        ("!förläng ett tag", "⚠️ Skriv hur många minuter: `!förläng 5` ger fem till"),
    ],
)
async def test_what_cannot_be_is_answered_with_what_to_write(
    journey: Journey, command: str, answer: str
) -> None:
    await journey.starts_lunch()
    await at_minute(journey, 1)

    assert (await asked(journey, command)).startswith(answer)


@pytest.mark.parametrize(
    ("command", "ends", "at"),
    [
        ("!extend 5", "09:15", 15),
        ("!förläng 5 min", "09:15", 15),
        ("!FORLANG +5", "09:15", 15),
        ("!extend -5", "09:05", 5),
    ],
)
async def test_the_open_step_ends_later_or_earlier_in_all_groups(
    journey: Journey, command: str, ends: str, at: float
) -> None:
    await journey.starts_lunch()
    await journey.writes(OLGA, command)

    for table in TABLES:
        assert newest(journey, table) == f"⏱️ Alone now ends at {ends}."
    await at_minute(journey, at - 2)
    assert newest(journey).startswith("⏳ 2 minutes left.")
    await at_minute(journey, at - 0.1)
    assert newest(journey) != "Together"
    await at_minute(journey, at)
    assert newest(journey) == "Together"
    assert journey.heads(TABLE_1).count("⏳ 2 minutes left.") <= 1


# ---------------------------------------------------------------- steps


async def test_a_step_is_left_out(journey: Journey) -> None:
    journey.has_pack(
        "day",
        pack_toml(
            step_toml("individual", "alone", length="10 min", sealed="x").replace(
                'sealed = "x"', "sealed = false"
            ),
            step_toml("break", "coffee", length="10 min"),
            step_toml("group", "together", length="10 min"),
        ),
    )
    journey.now = MONDAY_9H - timedelta(seconds=1)
    await journey.writes(OLGA, "!start day")
    assert await asked(journey, "!skip") == (
        "⏭️ **Coffee** will not be asked. Next comes **Together**."
    )
    assert (await asked(journey, "!hoppa över 1")).startswith("⚠️ Bara ett steg som inte har börjat")
    assert "⏭️ left out: Coffee" in await asked(journey, "!status")

    await at_minute(journey, 10)
    assert newest(journey) == "Together"


async def test_a_step_waits_for_its_time_and_is_told(journey: Journey) -> None:
    journey.has_pack(
        "day",
        pack_toml(
            step_toml("break", "coffee", length="10 min"),
            step_toml("group", "together", length="10 min", begins_at="10.00"),
        ),
    )
    journey.now = MONDAY_9H - timedelta(seconds=1)
    await journey.writes(OLGA, "!start day")
    await at_minute(journey, 10)

    assert newest(journey) == "⏳ Together begins at 10:00."
    assert "⏳ **Together** begins at 10:00." in await asked(journey, "!status")
    await at_minute(journey, 59)
    assert newest(journey) == "⏳ Together begins at 10:00."
    await at_minute(journey, 60)
    assert newest(journey) == "Together"


async def test_when_all_have_answered_the_next_step_comes_a_moment_later(
    journey: Journey,
) -> None:
    journey.has_pack(
        "quick",
        pack_toml(
            step_toml("individual", "alone", length="10 min", next="everyone"),
            step_toml("group", "together", length="10 min", next="50 %"),
            step_toml("plenary", "bye"),
        ),
    )
    journey.now = MONDAY_9H - timedelta(seconds=1)
    await journey.writes(OLGA, "!start quick")
    for who in (ANN, BO, CIA):
        await journey.writes(who, "Soup")
    assert newest(journey) == "Alone"

    await journey.writes(DAN, "Soup")
    for table in TABLES:
        assert newest(journey, table).startswith("✅ Enough have answered: Alone closes at 09:00:")
    await journey.time_passes(0.4)
    assert newest(journey) == "Together"

    await journey.writes(CIA, "Group answer: Soup")
    assert newest(journey).startswith("✅ Enough have answered: Together closes")
    await journey.time_passes(0.4)
    assert newest(journey) == "Bye"


async def test_an_organizer_is_waited_for(journey: Journey) -> None:
    journey.has_pack(
        "slow",
        pack_toml(
            step_toml("group", "together", length="10 min", next="organizer"),
            step_toml("plenary", "bye"),
        ),
    )
    journey.now = MONDAY_9H - timedelta(seconds=1)
    await journey.writes(OLGA, "!start slow")
    await at_minute(journey, 60 * 24)
    assert newest(journey) == "Together"
    assert "⏳ until somebody goes on" in await asked(journey, "!status")

    await journey.writes(OLGA, "!next")
    assert newest(journey) == "Bye"


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("command", "answer", "first", "second"),
    [
        ("!say all We begin", "📣 Said to 2 groups.", True, True),
        ("!säg alla: We begin", "📣 Sagt till 2 grupper.", True, True),
        ("!say 2 We begin", "📣 Said to **Table 2**.", False, True),
        ("!säg till grupp 1 We begin", "📣 Sagt till **Table 1**.", True, False),
        ("!say table 2 We begin", "📣 Said to **Table 2**.", False, True),
        ("!säg till Table 1: We begin", "📣 Sagt till **Table 1**.", True, False),
        ("!sag bord 2 We begin", "📣 Sagt till **Table 2**.", False, True),
        ("!say 1, 2 We begin", "📣 Said to 2 groups.", True, True),
        ("!say 1-2 We begin", "📣 Said to 2 groups.", True, True),
    ],
)
async def test_words_to_all_groups_or_to_one(
    journey: Journey, command: str, answer: str, *, first: bool, second: bool
) -> None:
    assert await asked(journey, command) == answer
    assert journey.texts(TABLE_1) == (["📣 We begin"] if first else [])
    assert journey.texts(TABLE_2) == (["📣 We begin"] if second else [])


async def test_what_is_said_is_text_and_nothing_else(journey: Journey) -> None:
    await journey.writes(OLGA, "!say all {dialogue} **now** %s")

    assert journey.texts(TABLE_1) == ["📣 \\{dialogue\\} \\*\\*now\\*\\* \\%s"]


@pytest.mark.parametrize("command", ["!say", "!say all", "!say 3"])
async def test_a_word_without_anything_to_say(journey: Journey, command: str) -> None:
    assert (await asked(journey, command)).startswith("⚠️ Write to whom and what: `!say all")


async def test_a_group_that_is_not_there(journey: Journey) -> None:
    assert (await asked(journey, "!say 3 Hello")).startswith("⚠️ I know no group “3”. There are 2")


# ---------------------------------------------------------------- several at once


async def test_two_dialogues_in_different_groups(journey: Journey) -> None:
    journey.now = MONDAY_9H - timedelta(seconds=1)
    assert (await asked(journey, "!start lunch groups 1")).endswith("with 1 group (lunch-1).")
    assert (await asked(journey, "!start lunch")).endswith("with 1 group (lunch-2).")
    assert "lunch-1 is not finished" in await asked(journey, "!start lunch group 1")
    assert (await asked(journey, "!pause")).startswith(
        "⚠️ Several dialogues are running: `lunch-1`, `lunch-2`."
    )
    answer = await journey.writes_in_private(CIA, "Soup")
    assert journey.bot_marks(answer) == ["👍"]

    await journey.writes(OLGA, "!next lunch-2")
    assert newest(journey, TABLE_1) == "Alone"
    assert newest(journey, TABLE_2) == "Together"
    await journey.writes(OLGA, "!stop lunch-2")

    # What comes late in the one that has ended finds its round, while the other goes on.
    late = await journey.writes(DAN, "Group answer: Bread", room=TABLE_2)
    assert journey.bot_marks(late) == ["✅"]


async def test_groups_at_their_own_pace(journey: Journey) -> None:
    journey.has_pack("lunch", LUNCH_ALONE)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    assert (await asked(journey, "!starta lunch i egen takt")).startswith(
        "▶️ **Lunch** börjar i 2 grupper, var och en i egen takt: lunch-1, lunch-2."
    )
    # Weeks may pass.
    await at_minute(journey, 60 * 24 * 20)
    assert newest(journey) == "Alone"

    await journey.writes(ANN, "klar")
    assert newest(journey, TABLE_1) == "Together"
    assert newest(journey, TABLE_2) == "Alone"

    # A group's answer is not forgotten.
    await journey.writes(BO, "Done!")
    assert newest(journey, TABLE_1).startswith("Your group has no answer yet.")
    await journey.writes(BO, "Group answer: Soup")
    await journey.writes(BO, "Done!")
    assert newest(journey, TABLE_1) == "Bye"
    assert "Digest: Lunch" in journey.heads(ORGANIZERS)


LUNCH_ALONE = "self_paced = true\n" + pack_toml(
    step_toml("individual", "alone", scenario="lunch", length="10 min"),
    step_toml("group", "together", scenario="lunch", length="20 min"),
    step_toml("plenary", "bye"),
)


async def test_a_pack_that_somebody_must_lead_is_not_run_so(journey: Journey) -> None:
    assert (await asked(journey, "!start lunch at own pace")).startswith(
        "⚠️ `lunch` is not made for groups at their own pace"
    )


async def test_elsewhere_the_word_is_an_answer_like_another(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes(ANN, "klar")

    assert journey.bot_marks(answer) == ["👍"]
    assert newest(journey) == "Alone"
