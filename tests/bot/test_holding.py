"""A reply that an organizer holds back, and releases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.matrix.links import MatrixLinks
from flows.packs.pack import Text
from tests.bot.journey import Journey, asked
from tests.builders import ANN, BO, BOT, MONDAY_9H, OLGA, ORGANIZERS, TABLE_1, pack_toml, step_toml

OPEN = pack_toml(
    step_toml("individual", "alone", "sealed = false", length="10 min"),
    step_toml("plenary", "bye"),
)


def told(journey: Journey, who: str) -> list[str]:
    """What the bot told a person in private about her answer."""
    texts = [
        text
        for user, room in journey.private.items()
        if user == who
        for text in journey.texts(room)
    ]
    return [text for text in texts if "holds your answer back" in text or "shown again" in text]


async def test_what_is_held_back_is_counted_and_not_quoted(journey: Journey) -> None:
    journey.has_pack("open", OPEN)
    journey.now = MONDAY_9H - timedelta(seconds=1)
    await journey.writes(OLGA, "!start open")
    await journey.opens_private_chat(ANN)
    answer = await journey.writes(ANN, "Kalle at number 4 never eats")
    await journey.writes(BO, "Soup for all")
    link = MatrixLinks(BOT).message(TABLE_1, answer)

    assert (await asked(journey, f"!hold back {link} names a person")).startswith(
        "🤚 Held back: “Kalle at number 4 never eats”. It is counted, and stands in no digest."
    )
    assert told(journey, ANN) == [
        (
            "An organizer holds your answer back: “Kalle at number 4 never eats”. It is kept and "
            "counted, and nobody else is shown it. They say why: names a person\n\n"
            "Write **show the rules** to see when answers are held back."
        )
    ]
    digest = await asked(journey, "!digest")
    assert "1 reply is held back and not shown." in digest
    everything = "\n".join(journey.texts(ORGANIZERS)[-2:])
    assert "Soup for all" in everything
    assert "Kalle" not in everything

    # when it is released, it is quoted again
    assert "- 1: names a person" in await asked(journey, "!hold")
    assert (await asked(journey, "!release 1")).startswith("Released: “Kalle at number 4")
    assert len(told(journey, ANN)) == len(("held", "released"))
    await journey.writes(OLGA, "!digest")
    assert any("Kalle" in text for text in journey.texts(ORGANIZERS)[-2:])


async def test_a_sealed_answer_goes_from_what_its_group_was_shown(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Kalle never eats")
    await journey.writes_in_private(BO, "Soup")
    await journey.writes(OLGA, "!next")
    assert sorted(journey.quotes(TABLE_1)) == ["Kalle never eats", "Soup"]
    (shown,) = [one for one in journey.shown(TABLE_1) if one.text.startswith("🔓")]
    link = MatrixLinks(BOT).message(TABLE_1, shown.event_id)

    assert (await asked(journey, f"!håll inne {link}")).startswith("⚠️ 2 svar passar.")
    await journey.writes(OLGA, f"!håll inne {link} “kalle never”")

    assert journey.quotes(TABLE_1) == ["Soup"]
    await journey.writes(OLGA, "!släpp")
    assert sorted(journey.quotes(TABLE_1)) == ["Kalle never eats", "Soup"]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("!hold", "Write which reply: its link from the digest"),
        ('!hold back "nobody wrote this"', "⚠️ I find no such reply."),
        ("!release 7", "⚠️ Write the number of a reply that is held back"),
    ],
)
async def test_what_is_not_there(journey: Journey, command: str, answer: str) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")

    assert (await asked(journey, command)).startswith(answer)


async def test_holding_it_twice(journey: Journey) -> None:
    await journey.starts_lunch()
    await journey.writes_in_private(ANN, "Soup")
    await journey.writes(OLGA, '!hold back "soup"')

    assert await asked(journey, '!hold back "soup"') == "⚠️ That reply is held back already."


# ------------------------------------------------------------------ the rules

RULED = 'moderation.en = "We hold back what names a child."\n' + OPEN


async def test_everybody_can_read_when_an_answer_is_held_back(journey: Journey) -> None:
    await journey.writes_in_private(ANN, "show the rules")

    rules = journey.texts(journey.private[ANN])[-1]
    assert "They hold nothing back because they disagree." in rules
    assert "I tell you in private, with the reason." in rules
    assert "Each time is noted in a log" in rules
    assert "They hold nothing back because they disagree." in await asked(journey, "!hold")


async def test_a_pack_has_rules_of_its_own(journey: Journey) -> None:
    journey.has_pack("ruled", RULED)
    await journey.writes(OLGA, "!start ruled")
    await journey.opens_private_chat(ANN)

    await journey.writes_in_private(ANN, "visa reglerna")

    rules = journey.texts(journey.private[ANN])[-1]
    assert "We hold back what names a child." in rules
    assert "för att de tycker annorlunda" not in rules
    assert "We hold back what names a child." in await asked(journey, "!hold")


async def test_the_installation_has_rules_for_packs_that_say_none(journey: Journey) -> None:
    await journey.bot_is_killed()
    rules = (("sv", "Vi håller inne hot."), ("en", "We hold back threats."))
    journey.is_set_up(rules=Text(versions=rules))
    await journey.bot_starts()
    await journey.opens_private_chat(ANN)

    await journey.writes_in_private(ANN, "show the rules")
    await journey.writes_in_private(ANN, "visa reglerna")

    english, swedish = journey.texts(journey.private[ANN])[-2:]
    assert "We hold back threats." in english
    assert "I tell you in private, with the reason." in english
    assert "They hold nothing back" not in english
    assert "Vi håller inne hot." in swedish
    assert "We hold back threats." in await asked(journey, "!hold")

    # a pack's own go before them
    journey.has_pack("ruled", RULED)
    await journey.writes(OLGA, "!start ruled")
    assert "We hold back what names a child." in await asked(journey, "!hold")


async def test_whoever_is_held_back_is_told_of_the_rules(journey: Journey) -> None:
    journey.has_pack("open", OPEN)
    await journey.writes(OLGA, "!start open")
    await journey.opens_private_chat(ANN)
    await journey.writes(ANN, "Kalle at number 4 never eats")

    await journey.writes(OLGA, "!hold back “Kalle at number 4” names a person")

    (text,) = told(journey, ANN)
    assert "They say why: names a person" in text
    assert text.endswith("Write **show the rules** to see when answers are held back.")
