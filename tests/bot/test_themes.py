"""Organizers put themes right, in both languages; digests are written anew."""

from __future__ import annotations

import json

import pytest

from flows.digest.book import Book
from flows.ids import DialogueId, StepId, ThemeNo
from tests.bot.journey import Journey
from tests.bot.test_digests import TIMES_UP
from tests.builders import ANN, BO, CIA, DAN, OLGA, ORGANIZERS
from tests.flows.digest.texts import ALL

LUNCH = DialogueId("lunch-1")


@pytest.fixture
async def themed(journey: Journey) -> Journey:
    """A step was answered by many, and its digest has themes."""
    await journey.starts_lunch()
    for number, text in enumerate(ALL):
        await journey.writes((ANN, BO, CIA, DAN)[number % 4], text)
    await journey.clock_shows(TIMES_UP)
    return journey


async def book(journey: Journey) -> Book:
    return await journey.database.write(lambda tx: tx.themes.book(LUNCH))


async def themes(journey: Journey) -> dict[int, dict[str, object]]:
    """The themes of the newest digest of the step."""
    newest = await journey.database.write(lambda tx: tx.digests.newest_of(LUNCH, StepId("alone")))
    assert newest is not None
    found = json.loads(newest.document)["findings"]["themes"]
    return {theme["number"]: theme for theme in found}


async def asked(journey: Journey, command: str) -> str:
    await journey.writes(OLGA, command)
    return journey.answer()


async def test_what_organizers_say_of_themes_is_how_they_are(themed: Journey) -> None:
    # given three themes
    before = await themes(themed)
    one, two, three = before
    posted = len(themed.heads(ORGANIZERS))

    # when they are put right, in either language
    said = [
        await asked(themed, f"!tema {one} heter Skolgården & *annat*"),
        await asked(themed, f"!slå ihop {one} {two}"),
        await asked(themed, f"!theme move {three}.1, {three}.2 to {one}"),
        await asked(themed, f"!tema dela {three}.3 som Eget"),
        await asked(themed, f"!dölj {three}"),
    ]

    # then it is so, and the digest is the one that stood there
    assert said[0].startswith(f"✅ Tema {one} heter nu **Skolgården")
    now = await themes(themed)
    assert set(now) == {one, three, 4}
    assert now[one]["title"] == "Skolgården & *annat*"
    assert now[three]["hidden"]
    assert now[4]["title"] == "Eget"
    assert len(now[4]["replies"]) == 1  # type: ignore[arg-type]  # a list
    moved = set(before[three]["replies"][:2])  # type: ignore[index]  # a list
    assert moved | set(before[two]["replies"]) <= set(now[one]["replies"])  # type: ignore[call-overload]  # lists
    assert len(themed.heads(ORGANIZERS)) == posted + len(said)
    assert themed.errors == []


async def test_a_hidden_theme_can_be_shown_again_and_an_answer_put_outside(themed: Journey) -> None:
    number = min(await themes(themed))
    await asked(themed, f"!theme hide {number}")
    assert await asked(themed, f"!tema visa {number}") == (
        f"✅ Tema {number} visas igen. Sammanställningarna skrivs om."
    )
    assert not (await themes(themed))[number]["hidden"]
    await asked(themed, f"!tema flytta {number}.1 till utanför")
    pins = (await book(themed)).pins
    assert [pin.theme for pin in pins] == [None]


async def test_themes_are_listed_with_their_numbers(themed: Journey) -> None:
    await asked(themed, "!theme 1 is called School yard")
    listed = await asked(themed, "!themes")
    assert "- **1** School yard · 8 replies" in listed
    assert "!theme merge 2 3" in listed


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        pytest.param("!theme 99 is called X", "There is no theme 99. There are: 1", id="no theme"),
        pytest.param("!theme move 1.99 to 2", "Theme 1 has ", id="no answer"),
        pytest.param("!theme merge 2", "Write at least two themes", id="one alone"),
        pytest.param("!merge", "Write for example", id="nothing"),
        pytest.param("!tema dölj", "Skriv till exempel", id="nothing to hide"),
        pytest.param(f"!theme 1 is called {'x' * 81}", "A title has at most 80", id="too long"),
    ],
)
async def test_what_cannot_be_done_is_answered_with_what_to_write(
    themed: Journey, command: str, answer: str
) -> None:
    before = await book(themed)
    assert (await asked(themed, command)).startswith(f"⚠️ {answer}")
    assert await book(themed) == before


async def test_before_there_are_themes_it_is_said_when_they_come(journey: Journey) -> None:
    assert (await asked(journey, "!themes")).startswith("⚠️ There are no themes yet")


async def test_a_number_that_is_merged_means_what_it_became(themed: Journey) -> None:
    await asked(themed, "!merge 1 2")
    await asked(themed, "!theme 2 is called Both")
    found = (await book(themed)).theme(ThemeNo(1))
    assert found is not None
    assert found.title == "Both"
