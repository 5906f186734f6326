"""A sensitive question: in private, without a word in notifications, and left at a word."""

from __future__ import annotations

from tests.bot.journey import Journey
from tests.builders import ANN, BO, OLGA, TABLE_1, pack_toml, step_toml

PACK = pack_toml(
    step_toml("background", "hello", length="5 min"),
    step_toml("individual", "harm", "sensitive = true", length="10 min"),
    step_toml("individual", "lunch", length="10 min"),
    step_toml("plenary", "bye"),
)


async def asked(journey: Journey) -> None:
    """The sensitive question is open; Ann has a private chat."""
    journey.has_pack("quietly", PACK)
    await journey.opens_private_chat(ANN)
    await journey.writes(OLGA, "!start quietly")
    await journey.time_passes(5)


def room_texts(journey: Journey, who: str = ANN) -> list[str]:
    return [
        text
        for user, room in journey.private.items()
        if user == who
        for text in journey.texts(room)
    ]


async def test_neither_the_room_nor_what_rings_has_a_word_of_it(journey: Journey) -> None:
    await asked(journey)

    in_room = journey.texts(TABLE_1)[-1]
    assert in_room.startswith("🔒 **Now comes a question for each of you alone.**")
    assert "harm" not in in_room.lower()
    question, ping = journey.shown(journey.private[ANN])[-2:]
    assert "What about harm?" in question.text
    assert question.silent
    assert ping.text == "🔔 There is something new for you here, above."
    assert not ping.silent


async def test_help_lines_stand_first(journey: Journey) -> None:
    await asked(journey)

    (question,) = [text for text in room_texts(journey) if "What about harm?" in text]
    assert question.startswith("**112** SOS Alarm – if a life is in danger now")
    assert question.index("Kvinnofridslinjen") < question.index("**leave**")
    assert question.index("**leave**") < question.index("### Harm")


async def test_who_opens_her_chat_later_is_asked_in_the_same_way(journey: Journey) -> None:
    await asked(journey)

    await journey.opens_private_chat(BO)

    question, ping = journey.shown(journey.private[BO])[-2:]
    assert "What about harm?" in question.text
    assert (question.silent, ping.silent) == (True, False)


async def test_one_word_takes_everything_off_the_chat(journey: Journey) -> None:
    await asked(journey)
    await journey.writes_in_private(ANN, "Somebody to talk to")

    await journey.writes_in_private(ANN, "Lämna!")

    assert room_texts(journey) == ["👋 Vi ses en annan gång."]
    # what she answered still counts, and the word itself is no answer
    await journey.writes(OLGA, "!next")
    await journey.writes(OLGA, "!digest")
    said = "\n".join(text for room in journey.chat.rooms for text in journey.texts(room))
    assert "Somebody to talk to" in said
    assert "Lämna" not in said
    assert journey.quotes(TABLE_1) == []


async def test_elsewhere_the_word_is_an_answer_like_another(journey: Journey) -> None:
    await journey.starts_lunch()

    await journey.writes_in_private(ANN, "leave")
    await journey.writes(OLGA, "!next")

    assert journey.quotes(TABLE_1) == ["leave"]


async def test_in_the_room_the_word_is_talk(journey: Journey) -> None:
    await asked(journey)
    before = journey.texts(TABLE_1)

    await journey.writes(BO, "leave")

    assert journey.texts(TABLE_1) == before
