"""What a pack wants people to read before their first answer: where they read it, and how often."""

from __future__ import annotations

from tests.bot.journey import Journey
from tests.builders import ANN, MONDAY_9H, OLGA, TABLE_1, TABLE_2, pack_toml, step_toml

CONSENT = 'consent.en = """\nThe municipality reads this.\n\nFor *two* years.\n"""\n'
READ_THIS = (
    "📄 **Read this before you answer:**\n\n> The municipality reads this.\n> \n> For *two* years."
)
STEPS = (
    step_toml("background", "facts", length="1 min"),
    step_toml("individual", "alone", "sealed = false", length="10 min"),
    step_toml("group", "together", length="10 min"),
)
SEALED = (
    step_toml("individual", "secret", length="10 min"),
    step_toml("group", "together", length="10 min"),
)


async def starts(journey: Journey, source: str) -> None:
    journey.has_pack("consent", source)
    journey.now = MONDAY_9H
    await journey.writes(OLGA, "!start consent")


def asked(journey: Journey) -> list[tuple[str, bool]]:
    """The prompts of each table, and whether the consent text stands in them."""
    titles = ("Facts", "Alone", "Secret", "Together")
    return [
        (head, READ_THIS in text)
        for table in (TABLE_1, TABLE_2)
        for head, text in zip(journey.heads(table), journey.texts(table), strict=True)
        if head in titles
    ]


async def test_it_stands_once_in_each_room_above_how_to_answer(journey: Journey) -> None:
    await starts(journey, CONSENT + pack_toml(*STEPS))
    await journey.time_passes(minutes=1)
    await journey.time_passes(minutes=10)

    there = [("Facts", False), ("Alone", True), ("Together", False)]
    assert asked(journey) == there * 2
    prompt = journey.chat.message(journey.prompt(TABLE_1, "Alone")).text
    parts = (prompt.find(one) for one in ("What about alone?", READ_THIS, "Answer on your own:"))
    assert -1 not in (places := list(parts))
    assert places == sorted(places)


async def test_where_the_first_question_is_left_out_it_stands_in_the_next(
    journey: Journey,
) -> None:
    await starts(journey, CONSENT + pack_toml(*STEPS))
    await journey.writes(OLGA, "!skip 2")
    await journey.writes(OLGA, "!next")

    assert asked(journey) == [("Facts", False), ("Together", True)] * 2


async def test_every_dialogue_says_it_anew(journey: Journey) -> None:
    await starts(journey, CONSENT + pack_toml(STEPS[2]))
    await journey.writes(OLGA, "!next")
    await journey.time_passes(minutes=10)
    await journey.writes(OLGA, "!start consent")

    assert asked(journey) == [("Together", True)] * 4


async def test_who_has_a_private_chat_already_reads_it_there_too(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    await starts(journey, CONSENT + pack_toml(*SEALED))

    assert [READ_THIS in text for text in journey.texts(journey.private[ANN])] == [False, True]
    assert asked(journey) == [("Secret", True)] * 2


async def test_a_killed_bot_does_not_say_it_twice(journey: Journey) -> None:
    await starts(journey, CONSENT + pack_toml(*STEPS[1:]))
    await journey.bot_is_killed()
    await journey.bot_starts()
    await journey.time_passes(minutes=10)

    assert asked(journey) == [("Alone", True), ("Together", False)] * 2


async def test_a_pack_without_such_a_text_says_nothing(journey: Journey) -> None:
    await starts(journey, pack_toml(*STEPS[1:]))

    assert asked(journey) == [("Alone", False)] * 2
    assert "Read this" not in "".join(journey.texts(TABLE_1))
