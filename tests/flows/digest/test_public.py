"""Numbers that may be published, and what cannot be worked out from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.digest.public import SMALLEST, published, published_share


@pytest.mark.parametrize(
    ("cells", "total", "shown"),
    [
        pytest.param([12, 9], 21, (12, 9), id="nothing is small"),
        pytest.param([12, 9, 4], 25, (12, None, None), id="a small one takes a second along"),
        pytest.param([12, 9, 4, 3], 28, (12, 9, None, None), id="two small ones hide each other"),
        pytest.param([12, 9, 2, 1], 24, (12, None, None, None), id="not if they are few together"),
        pytest.param([28, 2], 30, (None, None), id="the rest would be small"),
        pytest.param([28], 30, (None,), id="a rest that is not listed is a rest"),
        pytest.param([5, 5], 10, (5, 5), id="five is enough"),
        pytest.param([9, 8, 7], 10, (None, None, None), id="two of ten said nothing of it"),
        pytest.param([10, 5, 5], 10, (10, 5, 5), id="they overlap"),
        pytest.param([4], 4, (None,), id="hardly anybody"),
        pytest.param([], 0, (), id="nothing"),
    ],
)
def test_what_is_shown(cells: list[int], total: int, shown: tuple[int | None, ...]) -> None:
    assert published(cells, total) == shown


@given(cells=st.lists(st.integers(0, 40), max_size=8), rest=st.integers(0, 20))
def test_no_small_number_can_be_worked_out(cells: list[int], rest: int) -> None:
    """`cells` and `rest` divide the people among them."""
    total = sum(cells) + rest
    shown = published(cells, total)

    told = [number for number in shown if number is not None]
    hidden = [cell for cell, number in zip(cells, shown, strict=True) if number is None]
    assert all(number >= SMALLEST for number in told)
    assert not any(0 < total - number < SMALLEST for number in told)
    if told:
        left = total - sum(told)
        assert left == 0 or left >= SMALLEST
        assert len(hidden) != 1


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(4, 20, (None, None)), (16, 20, (16, None)), (15, 20, (15, 20)), (20, 20, (20, 20))],
)
def test_a_share(part: int, whole: int, shown: tuple[int | None, int | None]) -> None:
    assert published_share(part, whole) == shown
