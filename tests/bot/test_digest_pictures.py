"""The picture that comes with a digest: what stands in it, where it is, and when it is renewed."""

from __future__ import annotations

import asyncio
import base64
import io
from dataclasses import replace

import pytest
from PIL import Image

import bot.digest.pictures
from bot.rendering import markdown
from bot.rendering.forms.drawing import as_png
from bot.rendering.forms.picture import MOST_THEMES, Picture, Row, caption, picture_of
from bot.wording import wording
from flows.digest.document import Digest, Participation
from flows.digest.findings import Theme
from flows.digest.wording import Worded
from flows.ids import GroupId, StepId, ThemeNo
from tests.bot.journey import Journey
from tests.bot.rendering.forms.materials import workshop
from tests.bot.test_digests import ENDED, TIMES_UP, event_of
from tests.builders import ANN, BO, CIA, DAN, OLGA, ORGANIZERS
from tests.fakes import Message
from tests.flows.digest.texts import ALL

SWEDISH = wording("sv")
PHONE_PX = 1080
MOST_BYTES = 200_000
"""Of a picture: it is loaded over a phone's network."""


def pictures(journey: Journey) -> list[Message]:
    return [one for one in journey.shown(ORGANIZERS) if one.file is not None]


def png(picture: Picture) -> bytes:
    return base64.b64decode(as_png(picture.as_bytes()))


async def everybody_answers(journey: Journey) -> None:
    """Many have answered, both groups too, and the dialogue is over."""
    await journey.starts_lunch()
    for number, text in enumerate(ALL):
        await journey.writes((ANN, BO, CIA, DAN)[number % 4], text)
    await journey.clock_shows(TIMES_UP)
    await journey.writes(ANN, "Group answer: Soup")
    await journey.writes(DAN, "Group answer: Pasta")
    await journey.clock_shows(ENDED)


@pytest.fixture
async def ended(journey: Journey) -> Journey:
    await everybody_answers(journey)
    return journey


# ------------------------------------------------------------------- in the room


async def test_a_scenario_and_the_whole_dialogue_have_a_picture_in_their_thread(
    ended: Journey,
) -> None:
    overviews = [one for one in ended.shown(ORGANIZERS) if one.text.startswith("### Digest")]

    shown = pictures(ended)

    # The step in which each one answered alone has none: its scenario goes on.
    assert [one.thread for one in shown] == [one.event_id for one in overviews[1:]]
    for one in shown:
        assert one.file is not None
        assert (one.file.name, one.file.mime) == ("lunch-1.png", "image/png")
        assert Image.open(io.BytesIO(one.file.data)).width == PHONE_PX
        told = markdown.render(one.file.markdown).text
        assert told.startswith("Themes by number of replies. buss · kvällen · helger: 8 replies, ")
    everything = [one.event_id for one in ended.shown(ORGANIZERS)]
    assert everything.index(shown[-1].event_id) == everything.index(overviews[-1].event_id) + 1
    assert ended.errors == []


async def test_a_picture_is_renewed_when_it_would_look_different_and_only_then(
    ended: Journey,
) -> None:
    before = pictures(ended)

    # when an answer is edited and stays under its theme
    await ended.edits(DAN, event_of(ended, "Group answer: Pasta"), "Group answer: Pasta!")
    await ended.time_passes(1)

    # then the pictures are those that stood there
    assert [one.event_id for one in pictures(ended)] == [one.event_id for one in before]

    # when a theme gets another name
    await ended.writes(OLGA, "!theme 1 name Food and drink")
    await ended.time_passes(1)

    # then each picture is taken back for a new one, in the same thread
    now = pictures(ended)
    assert [one.thread for one in now] == [one.thread for one in before]
    assert {one.event_id for one in now}.isdisjoint({one.event_id for one in before})
    assert all("Food and drink" in one.file.markdown for one in now if one.file is not None)
    assert ended.errors == []


async def test_a_digest_does_without_a_picture_that_cannot_be_drawn(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.digest.pictures, "_FUNCTION", "bot.nowhere:as_png")

    await everybody_answers(journey)

    assert "Digest: Lunch" in journey.heads(ORGANIZERS)
    assert pictures(journey) == []
    assert "picture.failed" in [log["event"] for log in journey.logs]


async def test_a_picture_that_takes_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.digest.pictures, "WITHIN_S", 0.0)
    picture = picture_of(workshop().digest, SWEDISH)
    assert picture is not None

    assert await bot.digest.pictures.drawn(picture, "") is None


async def test_a_child_draws_what_is_drawn_here() -> None:
    picture = picture_of(workshop().digest, SWEDISH)
    assert picture is not None

    made = await bot.digest.pictures.drawn(picture, "in words")

    assert made is not None
    assert (made.mark, made.caption) == (picture.mark, "in words")
    assert made.png == await asyncio.to_thread(png, picture)


# ------------------------------------------------------------------- what stands in it


def changed(digest: Digest, *themes: Theme) -> Digest:
    return replace(digest, findings=replace(digest.findings, themes=themes))


def test_themes_from_large_to_small_with_their_groups() -> None:
    picture = picture_of(workshop().digest, SWEDISH)

    assert picture is not None
    assert picture.rows == (
        Row(
            name="Skolan",
            number_name="Tema 1",
            replies=3,
            groups="2 av 3 grupper",
            raised=(True, True, False),
        ),
        Row(
            name="Köerna",
            number_name="Tema 2",
            replies=2,
            groups="1 av 3 grupper",
            raised=(False, True, False),
        ),
    )
    assert (picture.title, picture.subtitle) == ("Teman efter antal svar", "Unga i Grums")
    assert picture.notes == ("Fylld: gruppen med det numret tog upp temat.",)
    assert caption(picture, SWEDISH) == (
        "Teman efter antal svar. Skolan: 3 svar, 2 av 3 grupper; Köerna: 2 svar, 1 av 3 grupper."
    )


def test_groups_with_names_of_their_own_are_named_below() -> None:
    digest = workshop().digest
    named = tuple(
        replace(group, name=name)
        for group, name in zip(digest.groups, ("Elever", "Föräldrar", "Lärare"), strict=True)
    )

    picture = picture_of(replace(digest, groups=named), SWEDISH)

    assert picture is not None
    assert picture.notes == (
        "Fylld: gruppen tog upp temat. 1\u00a0Elever, 2\u00a0Föräldrar, 3\u00a0Lärare",
    )


def test_many_groups_are_a_number_and_many_themes_end() -> None:
    digest = workshop().digest
    theme = digest.findings.themes[0]
    groups = tuple(
        Participation(group_id=GroupId(str(n)), name=f"Bord {n}", counts=digest.total)
        for n in range(1, 41)
    )
    many = changed(
        replace(digest, groups=groups),
        *(replace(theme, number=ThemeNo(n), title=f"Tema om {n}") for n in range(1, 12)),
    )

    picture = picture_of(many, SWEDISH)

    assert picture is not None
    assert [row.raised for row in picture.rows] == [()] * MOST_THEMES
    assert picture.rows[0].groups == "2 av 40 grupper"
    assert picture.notes == ("och 3 teman till",)


def test_what_is_sensitive_is_not_drawn_and_one_theme_alone_is_no_picture() -> None:
    digest = workshop().digest
    one, two, _ = digest.findings.themes
    third = replace(one, number=ThemeNo(9), title="Bussen")

    picture = picture_of(changed(digest, one, replace(two, sensitive=True), third), SWEDISH)

    assert picture is not None
    assert [row.name for row in picture.rows] == ["Skolan", "Bussen"]
    assert picture.notes[-1] == "1 känsligt tema är inte med i bilden."
    assert picture_of(changed(digest, one, replace(two, sensitive=True)), SWEDISH) is None
    assert picture_of(changed(digest, one, replace(two, hidden=True)), SWEDISH) is None
    assert picture_of(replace(digest, scope=StepId("alone")), SWEDISH) is None


def test_a_name_of_a_language_model_is_marked_as_one() -> None:
    label = Worded(theme=ThemeNo(2), label="Långa köer", statements=())
    other = Worded(theme=ThemeNo(1), label="Någonting", statements=())

    picture = picture_of(workshop().digest, SWEDISH, {ThemeNo(1): other, ThemeNo(2): label})

    # What the organizers have named keeps its name.
    assert picture is not None
    assert [row.name for row in picture.rows] == ["Skolan", "Långa köer *"]
    assert picture.notes[-1] == "* namnet kommer från en språkmodell"


NAMES = (
    "Skolvägar och trafik",
    "Antidisestablishmentarianism" * 4,
    "ord och åter ord " * 12,
    "😀👩‍👩‍👧‍👦",
    "שלום עולם",
    "مرحبا بالعالم",
    "$x^2$ \\frac {a} \ud800",
    "   ",
)


def test_whatever_themes_are_called_it_is_a_small_picture_of_one_width() -> None:
    rows = tuple(
        Row(
            name=name,
            number_name=f"Tema {place}",
            replies=600 - 80 * place,
            groups="12 av 12 grupper",
            raised=(True, False) * 6,
        )
        for place, name in enumerate(NAMES)
    )
    longest = "Fylld: gruppen tog upp temat. " + ", ".join(f"{n} {'grupp ' * 3}" for n in range(12))
    picture = Picture(title="T" * 300, subtitle="s " * 300, rows=rows, notes=(longest,) * 3)

    drawn = png(picture)

    with Image.open(io.BytesIO(drawn)) as image:
        assert (image.format, image.width) == ("PNG", PHONE_PX)
        assert image.height < 3 * PHONE_PX
    assert len(drawn) < MOST_BYTES
    assert png(picture) == drawn
