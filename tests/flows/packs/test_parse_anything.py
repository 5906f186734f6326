"""Whatever a file says, a pack comes of it, or a list of what is wrong, soon."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import PackError, Problem
from flows.packs.kinds import OPTIONAL_KEYS, STEP_KEYS
from flows.packs.parse import parse
from tests.flows.packs.sources import (
    EXAMPLE,
    HEAD,
    problems,
)


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
