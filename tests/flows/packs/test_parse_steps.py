"""What can be wrong with a step of a pack, its scenario and its texts."""

from __future__ import annotations

import pytest

from flows.packs.steps import MAX_TEXT_CHARS
from flows.packs.table import MAX_UNKNOWN_KEYS
from tests.flows.packs.sources import (
    BACKGROUND_KEYS,
    HEAD,
    KINDS,
    group,
    individual,
    problems,
    step,
)


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
