"""Whose message cannot be decrypted is asked to write it once more."""

from __future__ import annotations

from tests.bot.journey import Journey
from tests.builders import ANN, BO, STRANGER, TABLE_1

ASKS = "I cannot read what you wrote"


async def writes_unreadably(journey: Journey, who: str, text: str, **where: object) -> object:
    message = journey.message(who, text, **where)  # type: ignore[arg-type]  # as given
    await journey.happens(message, encrypted=True)
    journey.chat.key_is_missing(message)
    await journey.settles()
    return message


def questions(journey: Journey) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (one.text.partition(",")[0], one.mentions)
        for one in journey.shown(TABLE_1)
        if ASKS in one.text
    ]


async def test_she_is_asked_after_a_while_and_once(journey: Journey) -> None:
    # given two messages of Ann's and one of Bo's that cannot be read
    await journey.starts_lunch()
    await writes_unreadably(journey, ANN, "Soup")
    await writes_unreadably(journey, ANN, "Soup?")
    bread = await writes_unreadably(journey, BO, "Bread")
    await journey.time_passes(2)
    assert questions(journey) == []

    # when Bo's key comes, and three minutes pass
    journey.chat.key_arrives(bread)  # type: ignore[arg-type]  # a message
    await journey.time_passes(1.5)

    # then Ann is asked, by name and in plain words; also after a restart, once
    assert questions(journey) == [("Ann", (ANN,))]
    await writes_unreadably(journey, ANN, "Soup!")
    await journey.bot_is_killed()
    await journey.bot_starts()
    await journey.time_passes(4)
    assert questions(journey) == [("Ann", (ANN,))]


async def test_she_is_asked_again_on_another_day(journey: Journey) -> None:
    await writes_unreadably(journey, ANN, "Soup")
    await journey.time_passes(4)
    await journey.time_passes(24 * 60)
    await writes_unreadably(journey, ANN, "Soup")
    await journey.time_passes(4)
    assert len(questions(journey)) == 2


async def test_in_private_she_is_asked_there_in_her_language(journey: Journey) -> None:
    await journey.opens_private_chat(ANN)
    await journey.writes(ANN, "svenska", room=journey.private[ANN])
    await writes_unreadably(journey, ANN, "Soup", room=journey.private[ANN])
    await journey.time_passes(4)

    [text] = [one for one in journey.texts(journey.private[ANN]) if "kan inte läsa" in one]
    assert "Skriv det gärna en gång till" in text
    assert questions(journey) == []


async def test_a_stranger_is_not_spoken_to(journey: Journey) -> None:
    await writes_unreadably(journey, STRANGER, "Soup", room=TABLE_1)
    await journey.time_passes(4)
    assert questions(journey) == []
