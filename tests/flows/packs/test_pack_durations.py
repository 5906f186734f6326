"""How long something takes, as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.packs.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("90 s", 90, id="seconds"),
        pytest.param("4 min", 240, id="minutes"),
        pytest.param("4m", 240, id="without a space"),
        pytest.param("1 h", 3600, id="an hour"),
        pytest.param("1 h 30 min", 5400, id="hours and minutes"),
        pytest.param("1h30m15s", 5415, id="all three, tight"),
        pytest.param("4 minuter", 240, id="Swedish minutes"),
        pytest.param("1 timme", 3600, id="Swedish hour"),
        pytest.param("2 tim 5 sek", 7205, id="Swedish, cut short"),
        pytest.param("  4  MIN ", 240, id="capitals and space"),
        pytest.param("4\u00a0min", 240, id="a space that does not break"),
        pytest.param("0 s", 0, id="nothing"),
        pytest.param("", None, id="empty"),
        pytest.param("4", None, id="no unit"),
        pytest.param("min", None, id="no number"),
        pytest.param("4 mn", None, id="no such unit"),
        pytest.param("1.5 h", None, id="a fraction"),
        pytest.param("-4 min", None, id="negative"),
        pytest.param("30 min 1 h", None, id="the smaller unit first"),
        pytest.param("4 min 4 min", None, id="the same unit twice"),
        pytest.param("4 min.", None, id="a full stop"),
        pytest.param("٤ min", None, id="digits of another script"),
        pytest.param("9999999 s", None, id="more digits than anybody needs"),
    ],
)
def test_what_a_duration_says(text: str, seconds: int | None) -> None:
    assert parse_duration(text) == seconds


@given(st.integers(0, 999_999 * 3600))
def test_what_is_written_is_read_back(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    parse_duration(text)
