"""One unreadable event never makes a whole answer unreadable."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.matrix.decoding import DEEPEST, decoded, encoded


def answer(part: bytes) -> bytes:
    return b'{"before": [1, "{[\\""], "odd": ' + part + b', "after": {"x": "]}"}}'


@pytest.mark.parametrize(
    ("part", "read"),
    [
        pytest.param(b'"\\ud800 x"', "? x", id="half a surrogate pair"),
        pytest.param(b"1e999", None, id="infinite"),
        pytest.param(b"[NaN, -Infinity]", [None, None], id="no numbers"),
        pytest.param(b'NaN, "long": ' + b"9" * 5000, None, id="five thousand digits"),
        pytest.param(b'NaN, "large": 99999999999999999999999', None, id="a large number"),
        pytest.param(b'"\xff"', "\ufffd", id="no UTF-8"),
        pytest.param(b'"\\ud800", "x": "\\u0000"', "?", id="nothing, written out"),
    ],
)
def test_what_cannot_be_read_is_left_out(part: bytes, read: object) -> None:
    got: Any = decoded(answer(part))
    assert got["odd"] == read
    assert (got["before"], got["after"]) == ([1, '{["'], {"x": "]}"})


@pytest.mark.parametrize("depth", [1_100, 30_000])
@pytest.mark.parametrize(("opens", "closes"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_what_is_nested_too_deep_is_left_out(depth: int, opens: bytes, closes: bytes) -> None:
    got: Any = decoded(answer(opens * depth + b"7" + closes * depth))
    assert got["after"] == {"x": "]}"}
    levels, inner = 0, got["odd"]
    while inner is not None:
        levels, inner = levels + 1, inner[0] if isinstance(inner, list) else inner["a"]
    assert levels == DEEPEST - 2


@pytest.mark.parametrize("raw", [b"", b"<html>", b'{"cut": [1, 2', b"[" * 5000, b"]" * 300, b'"'])
def test_what_is_no_json(raw: bytes) -> None:
    assert decoded(raw) is None


def test_what_was_read_can_be_written() -> None:
    deep: Any = decoded(b"[" * 900 + b"]" * 900)
    assert encoded(deep).startswith("[[[")
    assert encoded({"a": [1, None]}) == '{"a":[1,null]}'


@given(st.recursive(st.none() | st.text() | st.integers(-9, 9), st.lists, max_leaves=9))
def test_what_is_in_order_is_read_as_it_is(value: object) -> None:
    assert decoded(json.dumps(value).encode(errors="replace")) == value
    # As it is read if another part is not in order.
    both: Any = decoded(json.dumps([value, float("nan")]).encode())
    assert both == [value, None]
