"""A pack's source becomes a pack, or a list of everything that is wrong with it."""

from __future__ import annotations

import pytest

from flows.errors import PackError
from flows.ids import StepId
from flows.packs.pack import Pack, Step, StepKind
from flows.packs.parse import parse
from flows.packs.steps import MAX_STEPS, MAX_TEXT_CHARS, MAX_TITLE_CHARS
from tests.flows.packs.sources import (
    EXAMPLE,
    HEAD,
    KINDS,
    group,
    individual,
    problems,
    step,
    text,
)


def test_the_example_is_read_in_full() -> None:
    assert parse(EXAMPLE, name="example") == Pack(
        name="example",
        title=text("Bättre möten", "Better meetings"),
        purpose=text(
            "Vi bestämmer en sak som gör våra möten bättre.",
            "We decide on one thing that makes our meetings better.",
        ),
        languages=("sv", "en"),
        steps=(
            Step(
                id=StepId("welcome"),
                kind=StepKind.BACKGROUND,
                title=text("Välkommen", "Welcome"),
                text=text(
                    "I dag pratar vi om våra möten. Först svarar var och en för sig. "
                    "Sedan kommer gruppen överens om ett svar.",
                    "Today we talk about our meetings. First, each of you answers alone. "
                    "Then the group agrees on one answer.",
                ),
            ),
            Step(
                id=StepId("alone"),
                kind=StepKind.INDIVIDUAL,
                scenario="meetings",
                title=text("Tänk själv", "Think for yourself"),
                length_s=240,
                remind_before_s=60,
                text=text(
                    "Tänk på ett möte som var värt tiden. Vad gjorde det så bra?",
                    "Think of a meeting that was worth its time. What made it good?",
                ),
            ),
            Step(
                id=StepId("together"),
                kind=StepKind.GROUP,
                scenario="meetings",
                title=text("Prata ihop er", "Talk it through"),
                length_s=720,
                remind_before_s=180,
                text=text(
                    "Vilken enda sak vill ni ändra redan till nästa möte?",
                    "What is the one thing you want to change before the next meeting?",
                ),
            ),
        ),
    )


def test_sealed_and_grace_are_what_the_pack_says() -> None:
    pack = parse(HEAD + individual(sealed="false") + group(grace='"30 s"'), name="test")

    assert [(each.sealed, each.grace_s) for each in pack.steps] == [(False, 120), (True, 30)]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("\ufeff" + HEAD + step(), id="byte order mark, as Notepad writes it"),
        pytest.param((HEAD + step()).replace("\n", "\r\n"), id="line ends of Windows"),
        pytest.param(HEAD + step(text='"""\n\n  X\n"""'), id="space around a text"),
        pytest.param(
            "step = [{id='a', kind='background', title='T', text='X'}]\n" + HEAD, id="inline"
        ),
    ],
)
def test_how_it_is_written_down_does_not_matter(source: str) -> None:
    assert parse(source, name="test") == parse(HEAD + step(), name="test")


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(HEAD + group(), id="a group step without an individual one"),
        pytest.param(HEAD + individual(), id="sealed answers tied to no group step"),
        pytest.param(HEAD + individual(scenario='"x"', sealed="false"), id="open, with a scenario"),
        pytest.param(HEAD + individual(scenario='"x"') + group(scenario='"x"'), id="tied"),
        pytest.param(HEAD + step(kind='"plenary"'), id="a plenary without a length, at the end"),
        pytest.param(HEAD + individual(remind_before='"239 s"'), id="a reminder after one second"),
        pytest.param(HEAD + step(id=f'"{"a" * 40}"'), id="the longest id"),
        pytest.param(HEAD + step(text=f'"{"å" * MAX_TEXT_CHARS}"'), id="the longest text"),
        pytest.param(HEAD + step(title=f'"{"å" * MAX_TITLE_CHARS}"'), id="the longest title"),
        pytest.param(HEAD + step(text='"👩‍⚕️ för\\tdig"'), id="joined emoji and a tab"),
        pytest.param(HEAD + step(length='"744 h"'), id="the longest step"),
        pytest.param(
            HEAD + "".join(step(id=f'"s{n}"') for n in range(MAX_STEPS)), id="the most steps"
        ),
    ],
)
def test_sound(source: str) -> None:
    parse(source, name="test")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "",
            [
                'languages is missing; write e.g. languages = ["sv", "en"]',
                'title is missing; write title.sv = "…"',
                'purpose is missing; write purpose.sv = "…"',
                "there is no step; write at least one [[step]] with id, kind, title and text",
            ],
            id="empty",
        ),
        pytest.param(
            'titel.sv = "T"\nlength = "4 min"\n' + HEAD + step(),
            [
                'line 1: "titel" is not a key of a pack; did you mean "title"?',
                (
                    'line 2: "length" is not a key of a pack; it belongs to a step;'
                    " write it below [[step]]"
                ),
            ],
            id="unknown keys",
        ),
        pytest.param(
            HEAD + "step = []",
            ["line 4: there is no step; write at least one [[step]] with id, kind, title and text"],
            id="no steps",
        ),
        pytest.param(
            HEAD + step().replace("[[step]]", "[step]"),
            ["line 4: write [[step]], with two brackets, not [step]"],
            id="single brackets",
        ),
        pytest.param(
            HEAD + "step = [1]",
            ["line 4: step must be tables; write [[step]]"],
            id="steps that are no tables",
        ),
        pytest.param(
            HEAD + "".join(step(id=f'"s{n}"') for n in range(MAX_STEPS + 1)),
            ["line 4: there are 201 [[step]] and may be 200; make two packs"],
            id="one step too many",
        ),
    ],
)
def test_what_is_wrong_with_the_pack(source: str, expected: list[str]) -> None:
    assert problems(source) == expected


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        pytest.param("[]", ['languages must be a list, e.g. languages = ["sv", "en"]'], id="empty"),
        pytest.param(
            '"sv"', ['languages must be a list, e.g. languages = ["sv", "en"]'], id="no list"
        ),
        pytest.param(
            '["svenska", 1]',
            [
                'languages: "svenska" is no language code; write two or three letters, e.g. "sv"',
                'languages: a number is no language code; write two or three letters, e.g. "sv"',
            ],
            id="no codes",
        ),
        pytest.param(
            '["sv", "en", "sv"]', ['languages: "sv" is there twice; keep one of them'], id="twice"
        ),
        pytest.param(
            "[" + '"sv",' * 11 + "]", ["languages has 11 and may have 10"], id="one too many"
        ),
    ],
)
def test_what_is_wrong_with_the_languages(languages: str, expected: list[str]) -> None:
    source = (HEAD + step()).replace('["sv"]', languages)

    assert problems(source) == [f"line 1: {message}" for message in expected]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Unga i Åre", "unga-i-are", id="spaces and capitals"),
        pytest.param("../etc/passwd", "etc-passwd", id="a path that climbs out"),
        pytest.param("", "my-pack", id="nothing"),
        pytest.param("a" * 41, "a" * 40, id="too long"),
    ],
)
def test_what_is_wrong_with_the_name(name: str, expected: str) -> None:
    shown = name if len(name) <= 40 else name[:39] + "…"

    assert problems(HEAD + step(), name=name) == [
        (
            f'the file\'s name, "{shown}", is the pack\'s name and may have only a-z, 0-9 and "-";'
            f" call the file {expected}.toml"
        )
    ]


def test_the_whole_error_reads_well() -> None:
    with pytest.raises(PackError) as caught:
        parse(HEAD + step(lenght="4", kind='"grup"'), name="test")

    assert str(caught.value) == (
        "test.toml: 2 problem(s)\n"
        '  - line 6: kind = "grup" is unknown; did you mean "group"? The known ones are'
        f" {KINDS}\n"
        '  - line 9: "lenght" is not a key of a step; did you mean "length"?'
    )
