"""The organizers' room: every command, in both languages, and what is answered when it fails."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.commands.desk import COMMANDS
from storage.journal import Membership
from tests.bot.journey import Journey, asked
from tests.builders import (
    ANN,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    STRANGER,
    TABLE_1,
    pack_toml,
    step_toml,
)

THERE_ARE = (
    "There are: `example`, `grums`, `kristinehamn`, `lunch`, `nordmaling`, `skelleftea`, "
    "`storuman`, `storuman-manad`."
)
FOR_EXAMPLE = "Write for example `13.00` or `2026-12-01 13.00`."


# ---------------------------------------------------------------- who and what


@pytest.mark.parametrize(
    ("command", "head"),
    [
        ("!help", "What you can do now"),
        ("!hjälp", "Det här kan du göra nu"),
        ("!hjalp", "Det här kan du göra nu"),
        ("!hja\u0308lp", "Det här kan du göra nu"),
        ("!HELP", "What you can do now"),
        ("  ! help ", "What you can do now"),
        ("!packs", "Packs you can start"),
        ("!paket", "Paket du kan starta"),
        ("!groups", "2 groups"),
        ("!grupper", "2 grupper"),
        ("!status", "⚠️ No dialogue is running. Write `!start` and a pack's name."),
        ("!läge", "⚠️ Ingen dialog pågår. Skriv `!starta` och namnet på ett paket."),
        ("!lage", "⚠️ Ingen dialog pågår. Skriv `!starta` och namnet på ett paket."),
    ],
)
async def test_a_command_is_answered_in_the_language_it_was_called_in(
    journey: Journey, command: str, head: str
) -> None:
    await journey.writes(OLGA, command)

    assert journey.heads(ORGANIZERS) == [head]


def named(answer: str) -> tuple[list[str], list[str]]:
    """The commands that a help lists, and those it names for other times."""
    listed = [
        line.split("`")[1].split()[0] for line in answer.splitlines() if line.startswith("- `")
    ]
    _, _, rest = answer.partition(": `!")
    return listed, re.findall(r"`(!\w+)(?: \w+)?`", f"`!{rest}") if rest else []


async def test_help_lists_what_can_be_done_now_and_names_the_rest(journey: Journey) -> None:
    now, later = named(await asked(journey, "!help"))
    assert "!start" in now
    assert {"!next", "!stop", "!digest"} <= set(later)
    assert sorted(now + later) == sorted(f"!{one.english}" for one in COMMANDS)

    await journey.starts_lunch()
    now, later = named(await asked(journey, "!hjälp"))
    assert {"!nästa", "!avsluta", "!sammanställning", "!läge"} <= set(now)
    assert sorted(now + later) == sorted(f"!{one.swedish}" for one in COMMANDS)


async def test_help_names_a_command_of_two_words_in_full(journey: Journey) -> None:
    assert "`!hoppa över`" in await asked(journey, "!hjälp")
    assert "`!forget list`" in await asked(journey, "!help")


async def test_help_shows_an_example_as_it_is_written(journey: Journey) -> None:
    assert "- `!lägg till Ann Ek; lärare; Skolan; @ann:server.se` –" in await asked(
        journey, "!hjälp"
    )


def test_no_two_commands_are_called_alike() -> None:
    names = [name for command in COMMANDS for name in command.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("text", ["!", "Hello!", "help", "What a day! start lunch", "!  "])
async def test_what_is_no_command_is_not_answered(journey: Journey, text: str) -> None:
    await journey.writes(OLGA, text)

    assert journey.texts(ORGANIZERS) == []


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("!strat", "⚠️ I know no command `!strat`. Did you mean `!start`? `!help` lists them all."),
        (
            "!grupp",
            "⚠️ Jag känner inte till kommandot `!grupp`. Menade du `!grupper`? `!hjälp` visar alla.",
        ),
        ("!xyz", "⚠️ I know no command `!xyz`. Write `!help` to see what there is."),
        ("!*x*", "⚠️ I know no command `!\\*x\\*`. Write `!help` to see what there is."),
    ],
)
async def test_a_wrong_name_is_answered_with_what_to_write(
    journey: Journey, written: str, answer: str
) -> None:
    assert await asked(journey, written) == answer


async def test_a_command_on_two_lines(journey: Journey) -> None:
    assert (await asked(journey, "!start\nlunch")).startswith("▶️ **Lunch** begins now")


@pytest.mark.parametrize("room", [TABLE_1, None], ids=["a group's room", "in private"])
async def test_elsewhere_a_command_is_an_ordinary_message(journey: Journey, room: object) -> None:
    if room is None:
        await journey.writes_in_private(OLGA, "!start lunch")
    else:
        await journey.writes(OLGA, "!start lunch", room=TABLE_1)
        await journey.writes(ANN, "!start lunch")

    # A participant is told in private that it does nothing; nobody else sees anything of it.
    assert journey.texts(ORGANIZERS) == []
    assert journey.texts(TABLE_1) == []


async def test_who_has_left_steers_no_more(journey: Journey) -> None:
    # given an organizer who wrote a command and left before it was heard
    command = journey.message(OLGA, "!start lunch")
    journey.chat.change_membership(ORGANIZERS, OLGA, Membership.LEAVE)
    await journey.happens(command)

    assert journey.texts(ORGANIZERS) == []
    assert journey.texts(TABLE_1) == []


async def test_who_is_only_invited_does_not_steer_yet(journey: Journey) -> None:
    journey.chat.change_membership(ORGANIZERS, STRANGER, Membership.INVITE)
    await journey.writes(STRANGER, "!start lunch", room=ORGANIZERS)

    assert journey.texts(ORGANIZERS) == []


async def test_a_command_heard_twice_is_done_once(journey: Journey) -> None:
    message = journey.message(OLGA, "!start lunch")
    batch = await journey.happens(message)
    journey.chat.hear_again(batch)
    await journey.settles()

    assert journey.heads(ORGANIZERS) == ["▶️ Lunch begins now with 2 groups (lunch-1)."]
    assert journey.heads(TABLE_1) == ["Hello", "Alone"]


# ---------------------------------------------------------------- packs and groups


async def test_packs_that_are_broken_are_listed_as_such(journey: Journey) -> None:
    journey.has_pack("broken", "languages = []")

    answer = await asked(journey, "!packs")

    assert "- `lunch` – Lunch (4 steps)" in answer
    assert "- ⚠️ `broken`: " in answer
    assert "see `runda pack check`" in answer


async def test_without_groups_it_says_how_to_get_some(unset_journey: Journey) -> None:
    unset_journey.chat.add_room("Organizers", OLGA, room_id=ORGANIZERS)
    unset_journey.chat._come_or_go(ORGANIZERS, comes=True)
    await unset_journey.bot_starts()

    how = (
        "There are no groups yet. Make a room for each group and invite `@runda:example.org` to "
        "it; every room an organizer invites me to becomes a group."
    )
    assert await asked(unset_journey, "!groups") == how
    assert await asked(unset_journey, "!start lunch") == f"⚠️ {how}"


# ---------------------------------------------------------------- start


@pytest.mark.parametrize(
    ("argument", "answer"),
    [
        (
            "",
            "⚠️ Write which pack, and when if not now: `!start grums` or `!start grums 13.00`.",
        ),
        (
            "lunhc",
            f"⚠️ There is no pack of that name. Did you mean `lunch`? {THERE_ARE}",
        ),
        ("xyz", f"⚠️ There is no pack of that name. {THERE_ARE}"),
        (
            "lunch tomorow",
            f"⚠️ “tomorow” is not a time I understand. {FOR_EXAMPLE}",
        ),
        ("lunch 7:00", "⚠️ 2026-05-04 07:00 has been. Write the day too."),
        ("lunch 2026-05-03 9:00", "⚠️ 2026-05-03 09:00 has been. Write a later time."),
        (
            "lunch 2027-03-28 2:30",
            "⚠️ The clock jumps over 02:30 that night. Write for example 03:30.",
        ),
    ],
)
async def test_a_start_that_cannot_be(journey: Journey, argument: str, answer: str) -> None:
    assert await asked(journey, f"!start {argument}") == answer
    assert journey.texts(TABLE_1) == []


@pytest.mark.parametrize("name", ["lunch", "LUNCH", "lunch.toml", " lunch "])
async def test_a_packs_name_is_understood(journey: Journey, name: str) -> None:
    assert (await asked(journey, f"!start {name}")).startswith("▶️ **Lunch** begins now")


async def test_a_broken_pack_is_answered_with_its_problems(journey: Journey) -> None:
    journey.has_pack("broken", "languages = []")

    answer = await asked(journey, "!start broken")

    assert answer.startswith("⚠️ The pack `broken` cannot be started:\n\n- ")


async def test_one_dialogue_at_a_time(journey: Journey) -> None:
    await journey.writes(OLGA, "!start lunch 13:00")

    assert await asked(journey, "!start lunch") == (
        "⚠️ lunch-1 is not finished, and a group does one thing at a time: wait until it ends, "
        "or end it with `!stop lunch-1`."
    )


async def test_a_pack_edited_while_its_dialogue_runs_changes_nothing(journey: Journey) -> None:
    await journey.starts_lunch()
    journey.has_pack("lunch", pack_toml(step_toml("background", "other")))
    await journey.time_passes(11)

    assert journey.heads(TABLE_1)[-1] == "Together"


# ---------------------------------------------------------------- status, next, stop


async def test_the_whole_way_by_hand(journey: Journey) -> None:
    await journey.writes(OLGA, "!start lunch 13:00")
    assert await asked(journey, "!status") == (
        "🗓️ **Lunch** begins 2026-05-04 at 13:00 with 2 groups (lunch-1)."
    )
    assert await asked(journey, "!next") == "⚠️ lunch-1 has not begun yet."

    await journey.clock_shows(MONDAY_9H + timedelta(hours=4))
    assert await asked(journey, "!status") == (
        "📋 **Lunch** (lunch-1)\n\nStep 2 of 4: Alone\n\n⏳ until 13:10"
    )
    assert await asked(journey, "!läge") == (
        "📋 **Lunch** (lunch-1)\n\nSteg 2 av 4: Alone\n\n⏳ till 13.10"
    )

    await journey.writes(OLGA, "!next")
    assert "⏭️ Now open: **Together**" in journey.texts(ORGANIZERS)
    assert journey.heads(TABLE_1)[-1] == "Together"

    await journey.writes(OLGA, "!next")
    assert "⏭️ That was the last step. The dialogue has ended." in journey.texts(ORGANIZERS)
    assert journey.heads(TABLE_1)[-1] == "Bye"
    assert (await asked(journey, "!status")).startswith("⚠️ No dialogue is running.")


async def test_after_moving_on_the_old_alarms_are_silent(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(OLGA, "!next")
    before = journey.heads(TABLE_1)
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=12))

    assert journey.heads(TABLE_1) == before


async def test_stopping_asks_once_more(journey: Journey) -> None:
    await journey.starts_lunch()
    assert await asked(journey, "!stop") == (
        "⚠️ This ends lunch-1 for all groups and cannot be undone. If you mean it, put ✅ on "
        "this message, or write `!stop lunch-1`."
    )
    assert await asked(journey, "!avsluta lunch") == (
        "⚠️ Det här avslutar lunch-1 för alla grupper och går inte att ångra. "
        "Om du menar det, sätt ✅ på det här meddelandet, eller skriv `!avsluta lunch-1`."
    )

    await journey.writes(OLGA, "!stop LUNCH-1")

    assert journey.heads(ORGANIZERS)[-3:] == [
        "⏹️ lunch-1 has ended.",
        "Digest: Lunch · Alone",
        "Digest: Lunch",
    ]
    before = journey.heads(TABLE_1)
    await journey.time_passes(60)
    assert journey.heads(TABLE_1) == before


async def test_a_planned_dialogue_is_stopped_before_it_begins(journey: Journey) -> None:
    await journey.writes(OLGA, "!start lunch 13:00")
    await journey.writes(OLGA, "!stop lunch-1")
    await journey.clock_shows(MONDAY_9H + timedelta(hours=5))

    assert journey.texts(TABLE_1) == []
    assert journey.heads(ORGANIZERS)[-1] == "⏹️ lunch-1 has ended."
    assert (await asked(journey, "!start lunch")).endswith("(lunch-2).")


# ---------------------------------------------------------------- digest


async def test_a_digest_of_what_there_is_so_far(journey: Journey) -> None:
    assert await asked(journey, "!digest") == (
        "⚠️ No dialogue has begun yet, so there is nothing to compile."
    )
    await journey.starts_lunch()
    await journey.writes(ANN, "Soup")

    assert "**1 of 4 have answered** · 1 reply" in await asked(journey, "!digest")
    assert "- Soup" in journey.texts(ORGANIZERS)[-1]


async def test_a_digest_of_an_earlier_dialogue(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes(ANN, "Soup")
    await journey.writes(OLGA, "!stop lunch-1")
    await journey.writes(OLGA, "!start lunch")

    assert "**1 of 4 have answered**" in await asked(journey, "!digest LUNCH-1")
    assert await asked(journey, "!digest lunch-9") == (
        "⚠️ There is no dialogue of that name. The newest are: `lunch-1`, `lunch-2`."
    )


# ---------------------------------------------------------------- wall-clock times


@pytest.mark.parametrize(
    ("now", "written", "starts", "told"),
    [
        pytest.param(
            datetime(2026, 5, 4, 6, 0, tzinfo=UTC),
            "13.00",
            datetime(2026, 5, 4, 11, 0, tzinfo=UTC),
            "2026-05-04 at 13:00",
            id="summer",
        ),
        pytest.param(
            datetime(2026, 10, 24, 6, 0, tzinfo=UTC),
            "tomorrow 13:00",
            datetime(2026, 10, 25, 12, 0, tzinfo=UTC),
            "2026-10-25 at 13:00",
            id="over the night when the clock is set back",
        ),
        pytest.param(
            datetime(2026, 10, 24, 6, 0, tzinfo=UTC),
            "tomorrow 2:30",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            "2026-10-25 at 02:30",
            id="in the hour that comes twice: the first",
        ),
        pytest.param(
            datetime(2027, 3, 27, 6, 0, tzinfo=UTC),
            "imorgon 9.00",
            datetime(2027, 3, 28, 7, 0, tzinfo=UTC),
            "2027-03-28 at 09:00",
            id="over the night when the clock is set forward",
        ),
    ],
)
async def test_a_start_is_a_time_on_the_wall(
    journey: Journey, now: datetime, written: str, starts: datetime, told: str
) -> None:
    await journey.clock_shows(now)
    assert told in await asked(journey, f"!start lunch {written}")

    await journey.clock_shows(starts - timedelta(seconds=1))
    assert journey.texts(TABLE_1) == []
    await journey.clock_shows(starts)
    assert journey.heads(TABLE_1) == ["Hello", "Alone"]
    # An hour later the clock on the wall may show the same time again.
    await journey.clock_shows(starts + timedelta(hours=1))
    assert journey.heads(TABLE_1).count("Hello") == 1
