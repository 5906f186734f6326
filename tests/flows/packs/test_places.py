"""The scan knows the line of every key, whatever stands in the values."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.packs.places import MAX_DEPTH, Path, TooDeepError, find_places

SOURCE = '''\
# [[step]] in a comment
plain = "a # [[step]] \\" = 1"  # and after a value
long = """
[[step]]
fake = 1 \\""" ""
"""""
literal = \'\'\'
[not]
\'\'\'
date = 1979-05-27 07:32:00
"quoted.key" . 'b' = 1.5

[table]
a.b = [ 1,  # one
  { c = 2 },
  [ 3 ],
]

[[step]]
text.sv = "x"
text.en = { deep = "y" }
  [step.more]
  d = 4
[[step]]
e = 5
[[step.inner]]
f = 6
[[step.inner]]
f = 7
'''

LINES: dict[Path, int] = {
    ("plain",): 2,
    ("long",): 3,
    ("literal",): 7,
    ("date",): 10,
    ("quoted.key",): 11,
    ("quoted.key", "b"): 11,
    ("table",): 13,
    ("table", "a"): 14,
    ("table", "a", "b"): 14,
    ("table", "a", "b", 0): 14,
    ("table", "a", "b", 1): 15,
    ("table", "a", "b", 1, "c"): 15,
    ("table", "a", "b", 2): 16,
    ("table", "a", "b", 2, 0): 16,
    ("step",): 19,
    ("step", 0): 19,
    ("step", 0, "text"): 20,
    ("step", 0, "text", "sv"): 20,
    ("step", 0, "text", "en"): 21,
    ("step", 0, "text", "en", "deep"): 21,
    ("step", 0, "more"): 22,
    ("step", 0, "more", "d"): 23,
    ("step", 1): 24,
    ("step", 1, "e"): 25,
    ("step", 1, "inner"): 26,
    ("step", 1, "inner", 0): 26,
    ("step", 1, "inner", 0, "f"): 27,
    ("step", 1, "inner", 1): 28,
    ("step", 1, "inner", 1, "f"): 29,
}


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield the way to everything in a value."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))


def test_every_value_has_its_line() -> None:
    assert find_places(SOURCE).lines == LINES
    assert set(paths(tomllib.loads(SOURCE))) == set(LINES)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param(("step", 0, "text", "sv"), 20, id="there"),
        pytest.param(("step", 0, "length"), 19, id="missing: where its table begins"),
        pytest.param(("nothing",), None, id="missing altogether"),
    ],
)
def test_what_is_missing_has_the_place_around_it(path: Path, line: int | None) -> None:
    assert find_places(SOURCE).line(path) == line


NAMES = st.sampled_from("abcde")
SCALARS = st.sampled_from(
    ["1", '"#"', "'\"'", '"""\n[x]\n"""', "'''\n'''", '"\\""', '""', '""""a"""""', "-0.5e3", "true"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[\n" + ",  # ]\n".join(items) + "\n]"),
        st.dictionaries(NAMES, inner, max_size=2).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        ),
    ),
    max_leaves=4,
)
ASSIGNMENTS = st.builds(
    "{} = {}".format, st.lists(NAMES, min_size=1, max_size=2).map(" . ".join), VALUES
)
HEADERS = st.sampled_from(["[t]", "[[u]]", "[[ u . v ]]", "[u.w]", '[["x y"]]', "# ]", ""])


@given(st.lists(ASSIGNMENTS | HEADERS, max_size=8))
def test_what_tomllib_accepts_has_a_place_for_everything(lines: list[str]) -> None:
    source = "\n".join(lines)
    places = find_places(source)
    try:
        values = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return
    assert set(places.lines) == set(paths(values))


@given(st.text(alphabet="[]{}=.,\"'\\#\n ab\x00", max_size=80))
def test_the_scan_ends_for_anything(source: str) -> None:
    with contextlib.suppress(TooDeepError):
        find_places(source)


def test_how_deep_is_too_deep() -> None:
    deepest = "a = " + "[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1)
    find_places(deepest.replace("1", ""))

    with pytest.raises(TooDeepError) as caught:
        find_places("\n" + deepest.replace("1", "[1]"))
    assert caught.value.line == 2
