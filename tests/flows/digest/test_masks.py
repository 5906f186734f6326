"""Words in the place of what must not be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.digest.masks import Mask, MaskKind, covered


def word(kind: MaskKind) -> str:
    return f"[{kind.name}]"


@pytest.mark.parametrize(
    ("masks", "start", "shown"),
    [
        pytest.param((), 0, "abcdef", id="none"),
        pytest.param((Mask(0, 6, MaskKind.NAME),), 0, "[NAME]", id="all of it"),
        pytest.param((Mask(1, 3, MaskKind.EMAIL),), 0, "a[EMAIL]def", id="within"),
        pytest.param((Mask(4, 99, MaskKind.PHONE),), 0, "abcd[PHONE]", id="beyond the end"),
        pytest.param((Mask(0, 12, MaskKind.PHONE),), 10, "[PHONE]cdef", id="begun before"),
        pytest.param((Mask(0, 10, MaskKind.PHONE),), 10, "abcdef", id="ended before"),
        pytest.param((Mask(16, 18, MaskKind.PHONE),), 10, "abcdef", id="after it"),
        pytest.param(
            (Mask(3, 5, MaskKind.NAME), Mask(0, 4, MaskKind.EMAIL)),
            0,
            "[EMAIL][NAME]f",
            id="overlapping, in any order",
        ),
    ],
)
def test_what_is_shown_in_the_place_of_masks(
    masks: tuple[Mask, ...], start: int, shown: str
) -> None:
    assert covered("abcdef", masks, word, start=start) == shown


@given(text=st.text(), data=st.data())
def test_nothing_masked_is_shown_and_everything_else_is(text: str, data: st.DataObject) -> None:
    # given masks anywhere
    places = st.integers(0, len(text) + 2)
    pairs = data.draw(st.lists(st.tuples(places, places), max_size=4))
    masks = [Mask(min(pair), max(pair), MaskKind.NAME) for pair in pairs]

    # when their word is nothing, then exactly the rest is shown
    hidden = {place for mask in masks for place in range(mask.start, mask.end)}
    rest = "".join(letter for place, letter in enumerate(text) if place not in hidden)
    assert covered(text, masks, lambda _: "") == rest
