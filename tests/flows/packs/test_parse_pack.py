"""A pack's source becomes a pack, or a list of everything that is wrong with it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import PackError, Problem
from flows.ids import StepId
from flows.packs.kinds import KIND_KEYS, OPTIONAL_KEYS, STEP_KEYS
from flows.packs.pack import Pack, Step, StepKind, Text
from flows.packs.parse import parse
from flows.packs.steps import MAX_STEPS, MAX_TEXT_CHARS, MAX_TITLE_CHARS
from flows.packs.table import MAX_UNKNOWN_KEYS

EXAMPLE = (Path(__file__).parents[3] / "flows" / "packs" / "example.toml").read_text("utf-8")

KINDS = (
    '"film", "picture", "background", "exercise", "individual", "group", "plenary", "poll",'
    ' "break", "check-in"'
)

BACKGROUND_KEYS = ", ".join(f'"{key}"' for key in (*STEP_KEYS, *KIND_KEYS[StepKind.BACKGROUND]))

HEAD = """\
languages = ["sv"]
title = "T"
purpose = "P"
"""
"""A sound beginning, three lines long; the first step begins on line 4."""


Keys = dict[str, str | None]


def step(**changes: str | None) -> str:
    """Write a sound background step of five lines; None takes a key away, others come last."""
    keys: Keys = {"id": '"a"', "kind": '"background"', "title": '"T"', "text": '"X"'}
    keys |= changes
    lines = [f"{key} = {value}" for key, value in keys.items() if value is not None]
    return "\n".join(["[[step]]", *lines, ""])


def individual(**changes: str | None) -> str:
    keys: Keys = {"kind": '"individual"', "length": '"4 min"'}
    return step(**keys | changes)


def group(**changes: str | None) -> str:
    keys: Keys = {"id": '"b"', "kind": '"group"', "length": '"4 min"'}
    return step(**keys | changes)


def problems(source: str, *, name: str = "test") -> list[str]:
    with pytest.raises(PackError) as caught:
        parse(source, name=name)
    assert caught.value.name == name
    return [problem.sentence for problem in caught.value.problems]


def text(swedish: str, english: str) -> Text:
    return Text(versions=(("sv", swedish), ("en", english)))


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


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            "[[step]]",
            [
                'line 4: id is missing; write a short name of its own, e.g. id = "welcome"',
                (f"line 4: kind is missing; write one of {KINDS}"),
                'line 4: title is missing; write title.sv = "…"',
                'line 4: text is missing; write text.sv = "…"',
            ],
            id="empty",
        ),
        pytest.param(
            step(id='"Fråga 1"'),
            [
                (
                    'line 5: id = "Fråga 1" is not a short name; write at most 40 of a-z, 0-9 and'
                    ' "-", e.g. id = "fraga-1"'
                )
            ],
            id="an id with a space",
        ),
        pytest.param(
            step(id="1"),
            ["line 5: id must be a short name in quotes, not a number"],
            id="an id that is a number",
        ),
        pytest.param(
            step() + step() + step(id='"b"') + step(),
            [
                'line 10: id = "a" is used already on line 5; every step needs one of its own',
                'line 20: id = "a" is used already on line 5; every step needs one of its own',
            ],
            id="the same id again",
        ),
        pytest.param(
            step(kind='"quiz"'),
            [(f'line 6: kind = "quiz" is unknown; the known ones are {KINDS}')],
            id="a kind that there is not",
        ),
        pytest.param(
            step(kind='"groupp"') + step(id='"b"', kind='"rast"'),
            [
                (
                    'line 6: kind = "groupp" is unknown; did you mean "group"? The known ones are'
                    f" {KINDS}"
                ),
                (
                    'line 11: kind = "rast" is unknown; did you mean "break"? The known ones are'
                    f" {KINDS}"
                ),
            ],
            id="a kind misspelt, and in Swedish",
        ),
        pytest.param(
            step(kind="true"),
            [(f"line 6: kind must be one of {KINDS}, not true or false")],
            id="a kind that is no text",
        ),
        pytest.param(
            step(lenght='"4 min"', sealed="true", languages="[]", colour='"red"'),
            [
                (
                    'line 9: "lenght" is not a key of a step of the kind "background";'
                    ' did you mean "length"?'
                ),
                (
                    'line 10: "sealed" is not a key of a step of the kind "background"; remove it;'
                    ' it belongs to steps of the kind "individual", "poll", "check-in"'
                ),
                (
                    'line 11: "languages" is not a key of a step of the kind "background";'
                    " it belongs to the pack; write it above the first [[step]]"
                ),
                (
                    'line 12: "colour" is not a key of a step of the kind "background"; the known'
                    f" ones are {BACKGROUND_KEYS}"
                ),
            ],
            id="unknown keys",
        ),
        pytest.param(
            step(**{f"x{number}": "1" for number in range(MAX_UNKNOWN_KEYS + 2)}),
            [
                *(
                    f'line {9 + number}: "x{number}" is not a key of a step of the kind'
                    f' "background"; the known ones are {BACKGROUND_KEYS}'
                    for number in range(MAX_UNKNOWN_KEYS)
                ),
                'line 29: 2 more keys are not keys of a step of the kind "background"',
            ],
            id="very many unknown keys",
        ),
        pytest.param(
            individual(length=None)
            + group(length=None)
            + step(id='"c"', kind='"break"')
            + step(id='"d"', kind='"plenary"')
            + step(id='"e"'),
            [
                (
                    'line 4: length is missing, and a step of the kind "individual" must end;'
                    ' write e.g. length = "10 min"'
                ),
                (
                    'line 9: length is missing, and a step of the kind "group" must end;'
                    ' write e.g. length = "10 min"'
                ),
                (
                    'line 14: length is missing, and a step of the kind "break" must end;'
                    ' write e.g. length = "10 min"'
                ),
                (
                    'line 19: length is missing, and a step of the kind "plenary" must end;'
                    ' write e.g. length = "10 min", or make it the last step, or let the organizers'
                    ' end it with next = "organizer"'
                ),
            ],
            id="no length where one must be",
        ),
        pytest.param(
            step(length="4") + step(id='"b"', length="1.5") + step(id='"c"', length="-1"),
            [
                (
                    'line 9: length has no unit; write length = "4 min" for minutes, or "4 s" for'
                    " seconds"
                ),
                (
                    'line 15: length has no unit; write length = "1 min" for minutes, or "1 s" for'
                    " seconds"
                ),
                (
                    'line 21: length has no unit; write length = "4 min" for minutes, or "4 s" for'
                    " seconds"
                ),
            ],
            id="lengths that are numbers",
        ),
        pytest.param(
            step(length=f"0x{'f' * 5000}"),
            [
                (
                    'line 9: length has no unit; write length = "4 min" for minutes, or "4 s" for'
                    " seconds"
                ),
            ],
            id="a number too long to be shown",
        ),
        pytest.param(
            step(length='"soon"')
            + step(id='"b"', length="true")
            + step(id='"c"', length="12:00:00"),
            [
                (
                    'line 9: length = "soon" is not understood; write a time such as "90 s", "4'
                    ' min" or "1 h 30 min"'
                ),
                'line 15: length must be a time in quotes, e.g. "4 min", not true or false',
                'line 21: length must be a time in quotes, e.g. "4 min", not a date or a time',
            ],
            id="lengths that are none",
        ),
        pytest.param(
            step(length='"0 s"') + step(id='"b"', length='"744 h 1 s"'),
            [
                'line 9: length = "0 s" must be more than nothing, at most 744 h',
                'line 15: length = "744 h 1 s" must be more than nothing, at most 744 h',
            ],
            id="lengths just too short and too long",
        ),
        pytest.param(
            individual(remind_before='"4 min"'),
            [
                (
                    "line 10: remind_before is 4 min before the close, but the step is only 4 min"
                    " long; write less than that"
                )
            ],
            id="a reminder when the step opens",
        ),
        pytest.param(
            individual(sealed='"false"'),
            ["line 10: sealed must be true or false, without quotes, not a text"],
            id="a flag in quotes",
        ),
    ],
)
def test_what_is_wrong_with_a_step(source: str, expected: list[str]) -> None:
    assert problems(HEAD + source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            individual(scenario='"alex"') + group(scenario='"alx"'),
            [
                (
                    'line 10: no group step after this one has scenario = "alex", to open these'
                    ' sealed answers; did you mean "alx"?'
                )
            ],
            id="spelt in two ways",
        ),
        pytest.param(
            group(scenario='"alex"') + individual(scenario='"alex"'),
            [
                (
                    'line 17: no group step after this one has scenario = "alex", to open these'
                    " sealed answers; add one, or remove scenario"
                )
            ],
            id="the group step comes first",
        ),
        pytest.param(
            individual(scenario='"alex"') + group(kind='"grupp"', scenario='"alex"'),
            [
                (
                    'line 13: kind = "grupp" is unknown; did you mean "group"? The known ones are'
                    f" {KINDS}"
                )
            ],
            id="the group step is only misspelt",
        ),
        pytest.param(
            group(scenario='"alex"') + group(id='"c"', scenario='"alex"'),
            [
                (
                    'line 17: scenario = "alex" has a group step already on line 10; give this one'
                    " a scenario of its own"
                )
            ],
            id="two group steps",
        ),
        pytest.param(
            step(kind='"break"', length='"1 min"', scenario='"alex"'),
            [
                (
                    'line 10: "scenario" is not a key of a step of the kind "break"; remove it; it'
                    ' belongs to steps of the kind "film", "picture", "background", "exercise",'
                    ' "individual", "group", "plenary", "poll", "check-in"'
                )
            ],
            id="a break has none",
        ),
    ],
)
def test_what_is_wrong_with_a_scenario(source: str, expected: list[str]) -> None:
    assert problems(HEAD + source) == expected


TWO_LANGUAGES = """\
languages = ["sv", "en"]
title = {sv = "T", en = "T"}
purpose = {sv = "P", en = "P"}
[[step]]
id = "a"
kind = "background"
title = {sv = "T", en = "T"}
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            'text.sv = "X"',
            ['line 8: text.en is missing; write it, or take "en" out of languages'],
            id="a language is missing",
        ),
        pytest.param(
            'text = "X"',
            [
                'line 8: text is in one language only; write text.sv = "…", text.en = "…"',
            ],
            id="a text for no language in particular",
        ),
        pytest.param(
            'text.sv = "X"\ntext.en = "X"\ntext.fi = "X"',
            [
                (
                    'line 10: "fi" is not a key of text, whose keys are languages; remove it, or'
                    ' add "fi" to languages'
                )
            ],
            id="a language that was not declared",
        ),
        pytest.param(
            '[step.text]\nsv = "X"\nen = "X"\nlength = "1 min"',
            [
                (
                    'line 11: "length" is not a key of text, whose keys are languages; it belongs'
                    " to the step; write it above [step.text]"
                )
            ],
            id="a key of the step among the languages",
        ),
        pytest.param(
            'text.sv = 1\ntext.en = ""',
            [
                "line 8: text.sv must be text in quotes, not a number",
                "line 9: text.en is empty; write what people shall read",
            ],
            id="no text, and none",
        ),
        pytest.param(
            'text.sv = "X"\ntext.en = """\n  \n"""',
            ["line 9: text.en is empty; write what people shall read"],
            id="space alone",
        ),
        pytest.param(
            f'text.sv = "X"\ntext.en = "{"x" * (MAX_TEXT_CHARS + 1)}"',
            [
                (
                    "line 9: text.en has 8001 characters and may have 8000; shorten it or make two"
                    " steps of it"
                )
            ],
            id="a character too many",
        ),
        pytest.param(
            'text.sv = "a\\u0000b"\ntext.en = "a\\u202Eb"',
            [
                "line 8: text.sv contains the invisible character U+0000; remove it",
                "line 9: text.en contains the invisible character U+202E; remove it",
            ],
            id="characters that are not seen",
        ),
        pytest.param("text = []", ["line 8: text must be text in quotes, not a list"], id="a list"),
    ],
)
def test_what_is_wrong_with_a_text(source: str, expected: list[str]) -> None:
    assert problems(TWO_LANGUAGES + source) == expected


def test_a_title_is_one_line() -> None:
    assert problems(HEAD + step(title='"a\\nb"')) == [
        "line 7: title must be one line; put the rest in the text of a step"
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(
            'a = 1\nb = "x\n',
            "line 2: the text is not closed; write quotes at its end, or begin and end it with"
            ' """ if it has several lines',
            id="a text that is not closed",
        ),
        pytest.param(
            'a = 1\nb = """x\ny = 1\n',
            'line 2: a text is not closed; write """ at its end',
            id="a long text that is not closed",
        ),
        pytest.param(
            'a = "x"\nand more\n',
            "line 2: a key is without a value; write key = value. If this line belongs to a long"
            ' text, the text must begin and end with """',
            id="a line that is none",
        ),
        pytest.param(
            "a = 4 min",
            "line 1: there is something more after the value; write one value a line, and see that"
            " the text above it ends with the quotes it begins with",
            id="a value without quotes",
        ),
        pytest.param(
            "a = 1\na = 2", "line 2: the key is written twice; keep one of them", id="a key twice"
        ),
        pytest.param(
            "[a]\n[a]",
            "line 2: the table is written twice; a step begins with two brackets, [[step]]",
            id="a table twice",
        ),
        pytest.param(
            'a = "C:\\windows"',
            "line 1: a backslash must be written twice, \\\\",
            id="a single backslash",
        ),
        pytest.param(
            'a = "\x00"',
            "line 1: there is a control character; remove it",
            id="a control character",
        ),
        pytest.param(
            "\x7fELF\x02\x01",
            "line 1: this is not understood; write key = value, or [[step]]. If this line belongs"
            ' to a long text, the text must begin and end with """',
            id="a program",
        ),
        pytest.param(
            "\udcff", "the file is not text; save it as UTF-8", id="bytes that are not text"
        ),
        pytest.param(
            "#" * 1_000_001, "the file is larger than 1 MB; a pack is text alone", id="too large"
        ),
        pytest.param(
            "#" + "å" * 500_000,
            "the file is larger than 1 MB; a pack is text alone",
            id="too large in bytes, not in characters",
        ),
        pytest.param(
            "\n\na = " + "[" * 13,
            "line 3: this is nested more than 12 levels deep; a pack needs six",
            id="deep lists",
        ),
        pytest.param(
            "a = " + "{a = " * 100_000,
            "line 1: this is nested more than 12 levels deep; a pack needs six",
            id="deep tables",
        ),
        pytest.param(
            "a" + ".a" * 400_000 + " = 1",
            "line 1: this is nested more than 12 levels deep; a pack needs six",
            id="a key of very many parts",
        ),
        pytest.param(
            "a = " + "1" * 10_000,
            "there is a number of thousands of digits; remove it",
            id="a very long number",
        ),
    ],
)
def test_what_is_no_toml(source: str, expected: str) -> None:
    assert problems(source) == [expected]


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param('"""\\', id="long texts not closed"),
        pytest.param('"\\"', id="short texts not closed"),
        pytest.param("'", id="single quotes"),
        pytest.param('a="\\u0041"\n', id="one key again and again"),
        pytest.param("[[a]]\n", id="tables"),
        pytest.param("[[step]]\n", id="steps"),
        pytest.param("[", id="brackets"),
        pytest.param(".", id="dots"),
        pytest.param("a.", id="parts"),
        pytest.param("=", id="equal signs"),
        pytest.param("\n", id="empty lines"),
        pytest.param("#\r", id="comments"),
        pytest.param("\\", id="backslashes"),
    ],
)
def test_a_large_hostile_source_is_refused_soon(piece: str) -> None:
    source = piece * (300_000 // len(piece))
    begun = time.perf_counter()

    with pytest.raises(PackError):
        parse(source, name="test")

    # A quadratic scan of this much would take many minutes.
    assert time.perf_counter() - begun < 20


@given(st.text())
def test_nothing_but_a_pack_error_for_any_text(source: str) -> None:
    only_a_pack_error(source)


@given(st.text(alphabet="[]{}=.,\"'\\#\n \ta1é\x00\udcff", max_size=60))
def test_nothing_but_a_pack_error_for_anything_like_toml(source: str) -> None:
    only_a_pack_error(source)


@given(
    start=st.integers(0, len(EXAMPLE)),
    length=st.integers(0, 200),
    instead=st.text(max_size=20) | st.sampled_from(["[", '"""', "= 1", "[[step]]", "\n", "{"]),
)
def test_nothing_but_a_pack_error_for_a_damaged_pack(start: int, length: int, instead: str) -> None:
    only_a_pack_error(EXAMPLE[:start] + instead + EXAMPLE[start + length :])


KEYS = st.sampled_from(["languages", "title", "purpose", *STEP_KEYS, *OPTIONAL_KEYS, "sv", "x"])
VALUES = st.sampled_from(
    [
        *('"a"', '"group"', '"individual"', '"4 min"', '""', '["sv"]', "[]", "{}", "[[1]]"),
        *("true", "1", "0.5", "nan", "inf", "1979-05-27", '{sv = "x"}', "{sv = 1}", "[{}]"),
    ]
)
LINES = st.one_of(
    st.builds("{} = {}".format, KEYS, VALUES),
    st.sampled_from(["[[step]]", "[step.text]", "[title]", "step = 1"]),
)


@given(st.lists(LINES, max_size=12))
def test_nothing_but_a_pack_error_for_wrong_values(lines: list[str]) -> None:
    only_a_pack_error("\n".join(lines))
    only_a_pack_error(HEAD + "\n".join(lines))


def only_a_pack_error(source: str) -> None:
    """Parse; every problem names a line of the source, and they are in order."""
    lines = [problem.line or 0 for problem in found_in(source)]
    assert lines == sorted(lines)
    assert all(0 <= line <= source.count("\n") + 1 for line in lines)


def found_in(source: str) -> tuple[Problem, ...]:
    try:
        parse(source, name="test")
    except PackError as error:
        return error.problems
    return ()


def test_the_whole_error_reads_well() -> None:
    with pytest.raises(PackError) as caught:
        parse(HEAD + step(lenght="4", kind='"grup"'), name="test")

    assert str(caught.value) == (
        "test.toml: 2 problem(s)\n"
        '  - line 6: kind = "grup" is unknown; did you mean "group"? The known ones are'
        f" {KINDS}\n"
        '  - line 9: "lenght" is not a key of a step; did you mean "length"?'
    )
