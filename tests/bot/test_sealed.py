"""Answers in private: sealed until the group's question, then shown without names."""

from __future__ import annotations

from datetime import timedelta

from flows.ids import UserId
from tests.bot.journey import Journey
from tests.builders import (
    ANN,
    BO,
    CIA,
    DAN,
    MONDAY_9H,
    OLGA,
    ORGANIZERS,
    PHOTO,
    TABLE_1,
    TABLE_2,
    pack_toml,
    step_toml,
)

TIMES_UP = MONDAY_9H + timedelta(minutes=10)
HEAD = "🔓 Alone – {} from you, without names:"


def quotes(journey: Journey) -> list[str]:
    """What table 1 sees of its sealed answers."""
    return journey.quotes(TABLE_1)


async def shown(journey: Journey, *answers: tuple[UserId, str]) -> list[str]:
    """Answer in private and wait until the group's question opens."""
    await journey.starts_lunch()
    events = [await journey.writes_in_private(who, text) for who, text in answers]
    await journey.clock_shows(TIMES_UP)
    return [str(event) for event in events]


async def test_sealed_answers_are_seen_by_nobody_until_the_groups_question(
    journey: Journey,
) -> None:
    # given two sealed answers at one table
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    await journey.writes_in_private(BO, "Bread")
    await journey.clock_shows(TIMES_UP - timedelta(seconds=1))
    everything = [text for room in (TABLE_1, TABLE_2, ORGANIZERS) for text in journey.texts(room)]
    assert not any("Soup" in text or "Bread" in text for text in everything)

    # when the group's question opens
    await journey.clock_shows(TIMES_UP)

    # then the group sees its own, without names, and the other group sees none
    assert journey.heads(TABLE_1)[-2] == HEAD.format("2 answers")
    assert sorted(quotes(journey)) == ["Bread", "Soup"]
    assert not any(text.startswith("🔓") for text in journey.texts(TABLE_2))
    seen = " ".join(journey.texts(TABLE_1)).casefold()
    assert not [name for name in ("ann", "bo:", "@") if f" {name}" in seen]


async def test_what_is_shown_cannot_be_code(journey: Journey) -> None:
    await shown(journey, (ANN, "[click](https://evil.example) <b>@room</b> {title}\n# big"))

    (text,) = [text for text in journey.texts(TABLE_1) if text.startswith("🔓")]
    assert text.endswith(
        "\\[click\\]\\(https\\:\\/\\/evil\\.example\\) \\<b\\>\\@room\\<\\/b\\> "
        "\\{title\\}\\\n  \\# big"
    )


async def test_an_edit_before_the_showing_counts(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes_in_private(ANN, "Soup")
    await journey.edits(ANN, answer, "Pasta")
    await journey.clock_shows(TIMES_UP)

    assert quotes(journey) == ["Pasta"]


async def test_a_withdrawal_before_the_showing_counts(journey: Journey) -> None:
    await journey.starts_lunch()
    answer = await journey.writes_in_private(ANN, "Soup")
    await journey.writes_in_private(BO, "Bread")
    await journey.withdraws(ANN, answer)
    await journey.clock_shows(TIMES_UP)

    assert quotes(journey) == ["Bread"]


async def test_a_late_answer_is_marked_late_and_shown_too(journey: Journey) -> None:
    # given a group that has seen its answers
    await shown(journey, (ANN, "Soup"))

    # when another one comes late
    late = await journey.writes_in_private(BO, "Bread")

    # then the answers stand in one new message, and the old one is gone
    assert journey.bot_marks(late) == ["🕓"]
    assert sorted(quotes(journey)) == ["Bread", "Soup"]
    assert [head for head in journey.heads(TABLE_1) if head.startswith("🔓")] == [
        HEAD.format("2 answers")
    ]


async def test_a_late_answer_where_nothing_was_shown(journey: Journey) -> None:
    await shown(journey)
    assert quotes(journey) == []

    await journey.writes_in_private(BO, "Bread")

    assert quotes(journey) == ["Bread"]


async def test_an_edit_afterwards_replaces_what_the_group_sees(journey: Journey) -> None:
    (answer, _) = await shown(journey, (ANN, "Soup"), (BO, "Bread"))

    await journey.edits(ANN, answer, "Pasta")  # type: ignore[arg-type]  # an EventId

    assert sorted(quotes(journey)) == ["Bread", "Pasta"]
    # Not edited in place: an edit leaves the old words in the message's history.
    assert all(one.edits == 0 for one in journey.shown(TABLE_1))


async def test_a_withdrawal_afterwards_takes_it_from_the_group(journey: Journey) -> None:
    (answer,) = await shown(journey, (ANN, "Soup"))

    await journey.withdraws(ANN, answer)  # type: ignore[arg-type]  # an EventId

    assert quotes(journey) == []
    assert not any("Soup" in one.text for one in journey.chat.rooms[TABLE_1].messages)


async def test_several_changes_one_after_the_other(journey: Journey) -> None:
    (answer, other) = await shown(journey, (ANN, "Soup"), (BO, "Bread"))

    await journey.edits(ANN, answer, "Pasta")  # type: ignore[arg-type]  # an EventId
    await journey.withdraws(BO, other)  # type: ignore[arg-type]  # an EventId
    await journey.edits(ANN, answer, "Rice")  # type: ignore[arg-type]  # an EventId

    assert quotes(journey) == ["Rice"]


async def test_a_photo_stays_in_the_private_chat(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "board.jpg", media=PHOTO)
    await journey.clock_shows(TIMES_UP)

    assert quotes(journey) == ["📎 board\\.jpg (a file, sent in private)"]


async def test_many_long_answers_are_shown_in_several_messages(journey: Journey) -> None:
    await journey.starts_lunch()
    for number in range(5):
        await journey.writes_in_private(ANN, f"{number} " + "long " * 1500)
    await journey.clock_shows(TIMES_UP)

    assert len([head for head in journey.heads(TABLE_1) if head.startswith("🔓")]) == 5
    assert {quote[0] for quote in quotes(journey)} == set("01234")


async def test_an_answer_longer_than_a_message_is_shown_whole(journey: Journey) -> None:
    await shown(journey, (ANN, "word " * 8000 + "end"))

    assert journey.heads(TABLE_1)[-1] == "Together"
    assert "".join(quotes(journey)).count("word") == 8000
    assert quotes(journey)[-1].endswith("end")


async def test_two_individual_steps_do_not_mix(journey: Journey) -> None:
    # given a pack with two sealed steps, one after the other, of the same scenario
    toml = pack_toml(
        step_toml("individual", "first", scenario="a", length="10 min"),
        step_toml("individual", "second", scenario="a", length="10 min"),
        step_toml("group", "third", scenario="a", length="10 min"),
    )
    journey.has_pack("two", toml)
    await journey.writes(OLGA, "!start two")
    await journey.writes_in_private(ANN, "to the first")
    await journey.time_passes(10)
    await journey.writes_in_private(ANN, "to the second")
    await journey.time_passes(10)

    assert [head for head in journey.heads(TABLE_1) if head.startswith("🔓")] == [
        "🔓 First – 1 answer from you, without names:",
        "🔓 Second – 1 answer from you, without names:",
    ]
    assert quotes(journey) == ["to the first", "to the second"]


async def test_where_no_group_step_follows_they_are_shown_at_the_close(journey: Journey) -> None:
    journey.has_pack("alone", pack_toml(step_toml("individual", "alone", length="10 min")))
    await journey.writes(OLGA, "!start alone")
    await journey.writes_in_private(ANN, "Soup")
    await journey.time_passes(10)

    assert quotes(journey) == ["Soup"]
    assert "Soup" in " ".join(journey.texts(ORGANIZERS))


async def test_a_stopped_dialogue_leaves_them_sealed(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    await journey.writes(OLGA, "!stop lunch-1")

    assert quotes(journey) == []
    assert "1 reply is sealed and not shown yet." in " ".join(journey.texts(ORGANIZERS))
    assert "Soup" not in " ".join(journey.texts(ORGANIZERS))


async def test_people_of_both_tables_have_their_own(journey: Journey) -> None:
    await shown(journey, (ANN, "Soup"), (CIA, "Pasta"), (DAN, "Rice"))

    assert quotes(journey) == ["Soup"]
    assert journey.heads(TABLE_2)[-2] == HEAD.format("2 answers")


async def test_answers_that_stay_private_are_read_by_the_organizers_alone(
    journey: Journey,
) -> None:
    # given a question whose answers the group never reads
    quiet = step_toml("individual", "quiet", "shown = false", length="10 min")
    journey.has_pack("quiet", pack_toml(quiet, step_toml("plenary", "bye")))
    journey.now = MONDAY_9H - timedelta(seconds=1)
    await journey.writes(OLGA, "!start quiet")
    answer = await journey.writes_in_private(ANN, "A place to call at night")
    assert "The group never sees the answers" in journey.texts(TABLE_1)[-1]
    assert "The group never sees it" in "\n".join(journey.texts(journey.private[ANN]))

    # when it closes, and its author puts it differently afterwards
    await journey.clock_shows(TIMES_UP)
    await journey.edits(ANN, answer, "Somebody to call at night")
    await journey.writes(OLGA, "!digest")

    # then no group has seen a word of it, and the digest quotes it
    for room in (TABLE_1, TABLE_2):
        assert not any("at night" in text or "🔓" in text for text in journey.texts(room))
    digests = "\n".join(journey.texts(ORGANIZERS))
    assert "A place to call at night" in digests
    assert "Somebody to call at night" in digests
    assert journey.errors == []
