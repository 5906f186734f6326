"""A group's answer: by its first word or by a mark, replaced, taken back, asked for once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.ids import EventId, UserId
from tests.bot.journey import Journey
from tests.builders import ANN, BO, CIA, DAN, MONDAY_9H, OLGA, ORGANIZERS, TABLE_1, TABLE_2

TIMES_UP = MONDAY_9H + timedelta(minutes=30)
ASKED = "⌛ The time is up, and your group's answer is missing."


@pytest.fixture
async def talking(journey: Journey) -> Journey:
    """The group step is open for twenty minutes."""
    await journey.starts_lunch()
    await journey.clock_shows(MONDAY_9H + timedelta(minutes=10))
    return journey


async def digested(journey: Journey) -> str:
    """What the digest of the group step says of the groups, after the time is up."""
    await journey.clock_shows(TIMES_UP)
    await journey.clock_shows(TIMES_UP + timedelta(minutes=3))
    return next(
        text for text in journey.texts(ORGANIZERS) if text.startswith("### Group answers: Together")
    )


def asked(journey: Journey) -> list[bool]:
    """Whether each table was asked for its missing answer."""
    return [
        any(text.startswith(ASKED) for text in journey.texts(room)) for room in (TABLE_1, TABLE_2)
    ]


def standing(journey: Journey, *events: EventId) -> list[bool]:
    """Which of the messages bear the bot's mark."""
    return [journey.bot_marks(event) == ["✅"] for event in events]


# ---------------------------------------------------------------- which message it is


async def test_the_newest_declared_answer_stands(talking: Journey) -> None:
    first = await talking.writes(ANN, "Group answer: Soup")
    second = await talking.writes(BO, "Group answer: Pasta")

    assert standing(talking, first, second) == [False, True]
    assert "> Pasta" in await digested(talking)
    assert "1 group answer was replaced by a later one." in " ".join(talking.texts(ORGANIZERS))


async def test_a_mark_makes_any_message_the_answer(talking: Journey) -> None:
    talk = await talking.writes(ANN, "Let us have soup")
    assert standing(talking, talk) == [False]

    await talking.marks(BO, talk)

    assert standing(talking, talk) == [True]
    assert "> Let us have soup" in await digested(talking)


async def test_a_mark_on_an_earlier_answer_makes_it_stand_again(talking: Journey) -> None:
    first = await talking.writes(ANN, "Group answer: Soup")
    second = await talking.writes(BO, "Group answer: Pasta")
    await talking.marks(BO, first)

    assert standing(talking, first, second) == [True, False]


@pytest.mark.parametrize("mark", ["✅️", "✅"])
async def test_with_or_without_the_invisible_sign_behind_it(talking: Journey, mark: str) -> None:
    talk = await talking.writes(ANN, "Soup")
    await talking.marks(BO, talk, mark)

    assert standing(talking, talk) == [True]


@pytest.mark.parametrize("mark", ["👍", "❌", "x"])
async def test_other_marks_are_only_marks(talking: Journey, mark: str) -> None:
    talk = await talking.writes(ANN, "Soup")
    await talking.marks(BO, talk, mark)

    assert standing(talking, talk) == [False]


@pytest.mark.parametrize("who", [OLGA, CIA], ids=["organizer", "another table"])
async def test_only_the_group_itself_may_mark(talking: Journey, who: UserId) -> None:
    talk = await talking.writes(ANN, "Soup")
    await talking.marks(who, talk)

    assert standing(talking, talk) == [False]


async def test_a_mark_taken_back_makes_it_talk_again(talking: Journey) -> None:
    talk = await talking.writes(ANN, "Soup")
    mark = await talking.marks(BO, talk)
    await talking.withdraws(BO, mark)

    assert standing(talking, talk) == [False]


async def test_of_two_marks_one_is_enough(talking: Journey) -> None:
    talk = await talking.writes(ANN, "Soup")
    mark = await talking.marks(BO, talk)
    await talking.marks(ANN, talk)
    await talking.withdraws(BO, mark)

    assert standing(talking, talk) == [True]


async def test_a_mark_taken_back_gives_way_to_the_answer_before(talking: Journey) -> None:
    declared = await talking.writes(ANN, "Group answer: Soup")
    talk = await talking.writes(BO, "Pasta")
    mark = await talking.marks(BO, talk)
    assert standing(talking, declared, talk) == [False, True]

    await talking.withdraws(BO, mark)

    assert standing(talking, declared, talk) == [True, False]


async def test_a_mark_taken_back_from_a_declared_answer(talking: Journey) -> None:
    # given two declared answers, the first of which was marked afterwards
    first = await talking.writes(ANN, "Group answer: Soup")
    second = await talking.writes(BO, "Group answer: Pasta")
    mark = await talking.marks(BO, first)
    assert standing(talking, first, second) == [True, False]

    # when the mark is taken back, then it is as before the mark
    await talking.withdraws(BO, mark)
    assert standing(talking, first, second) == [False, True]


async def test_an_edit_makes_talk_the_answer_and_back(talking: Journey) -> None:
    talk = await talking.writes(ANN, "Soup")
    await talking.edits(ANN, talk, "Group answer: Soup")
    assert standing(talking, talk) == [True]

    await talking.edits(ANN, talk, "Soup after all?")
    assert standing(talking, talk) == [False]


async def test_an_edit_changes_the_words_of_the_answer(talking: Journey) -> None:
    answer = await talking.writes(ANN, "Group answer: Soup")
    await talking.edits(ANN, answer, "Group answer: Pasta")

    assert standing(talking, answer) == [True]
    assert "> Pasta" in await digested(talking)


async def test_a_marked_answer_stays_one_whatever_its_first_word(talking: Journey) -> None:
    talk = await talking.writes(ANN, "Soup")
    await talking.marks(BO, talk)
    await talking.edits(ANN, talk, "Pasta")

    assert standing(talking, talk) == [True]


async def test_a_withdrawn_answer_gives_way_to_the_one_before(talking: Journey) -> None:
    first = await talking.writes(ANN, "Group answer: Soup")
    second = await talking.writes(BO, "Group answer: Pasta")
    await talking.withdraws(BO, second)

    assert standing(talking, first) == [True]
    assert "> Soup" in await digested(talking)


async def test_back_and_forth_between_two_answers(talking: Journey) -> None:
    first = await talking.writes(ANN, "Group answer: Soup")
    second = await talking.writes(BO, "Group answer: Pasta")
    for _ in range(3):
        mark = await talking.marks(BO, first)
        assert standing(talking, first, second) == [True, False]
        await talking.withdraws(BO, mark)
        assert standing(talking, first, second) == [False, True]


# ---------------------------------------------------------------- when it is missing


async def test_a_group_without_an_answer_is_asked_once_and_then_noted(talking: Journey) -> None:
    # given one group that has answered and one that has not
    await talking.writes(ANN, "Group answer: Soup")
    await talking.clock_shows(TIMES_UP)

    # then that one is asked, and nothing is closed yet
    assert asked(talking) == [False, True]
    assert "Digest: Lunch · Together" not in talking.heads(ORGANIZERS)

    # when it does not answer, then that is what is recorded
    await talking.clock_shows(TIMES_UP + timedelta(minutes=3))
    assert talking.texts(TABLE_2)[-2] == ("The question is closed. Your group has no answer to it.")
    assert "**No group answer from:** Table 2" in await digested(talking)
    assert sum(text.startswith(ASKED) for text in talking.texts(TABLE_2)) == 1


async def test_an_answer_while_it_is_waited_for_is_in_time(talking: Journey) -> None:
    await talking.writes(ANN, "Group answer: Soup")
    await talking.clock_shows(TIMES_UP)
    await talking.writes(CIA, "Group answer: Pasta")

    told = await digested(talking)
    assert "> Pasta" in told
    assert "after the close" not in told


async def test_when_all_have_answered_nobody_is_waited_for(talking: Journey) -> None:
    await talking.writes(ANN, "Group answer: Soup")
    await talking.writes(DAN, "Group answer: Pasta")
    await talking.clock_shows(TIMES_UP)

    assert asked(talking) == [False, False]
    assert talking.heads(TABLE_1)[-1] == "Bye"


# ---------------------------------------------------------------- after the close


async def test_a_late_answer_is_kept_as_late(talking: Journey) -> None:
    # given a group that gave no answer
    await talking.writes(CIA, "Group answer: Pasta")
    await digested(talking)

    # when it answers after the end
    late = await talking.writes(BO, "Group answer: Soup")

    # then that is its answer, and the new digest says that it is late
    assert standing(talking, late) == [True]
    await talking.writes(OLGA, "!digest")
    texts = talking.texts(ORGANIZERS)[-2:]
    assert "> Soup *(after the close)*" in texts[1]
    assert "1 reply came after the close." in texts[0]


async def test_a_late_answer_replaces_none_that_came_in_time(talking: Journey) -> None:
    answer = await talking.writes(ANN, "Group answer: Soup")
    await digested(talking)

    late = await talking.writes(
        BO, "Group answer: Pasta", thread=talking.prompt(TABLE_1, "Together")
    )

    assert standing(talking, answer, late) == [True, False]


async def test_after_the_close_marks_change_nothing(talking: Journey) -> None:
    answer = await talking.writes(ANN, "Group answer: Soup")
    other = await talking.writes(BO, "Group answer: Pasta")
    await digested(talking)
    await talking.marks(ANN, answer)

    assert standing(talking, answer, other) == [False, True]


async def test_an_edit_after_the_close_changes_the_words_only(talking: Journey) -> None:
    answer = await talking.writes(ANN, "Group answer: Soup")
    await digested(talking)
    await talking.edits(ANN, answer, "Pasta")

    assert standing(talking, answer) == [True]
    await talking.writes(OLGA, "!digest")
    assert "> Pasta" in talking.texts(ORGANIZERS)[-1]
