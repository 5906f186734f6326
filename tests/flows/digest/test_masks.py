"""Words in the place of what must not be shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.digest.masks import Mask, MaskKind, covered, find_masks
from tests.flows.digest.samples import texts as drawn_texts


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


def masked(text: str, *names: str) -> str:
    return covered(text, find_masks(text, names), lambda kind: f"[{kind.value}]")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # Numbers that the tax agency and the post and telecom authority keep for examples.
        pytest.param("Jag är 811228-9874.", "Jag är [personal number].", id="ten digits"),
        pytest.param("19811228-9874", "[personal number]", id="twelve digits"),
        pytest.param("8112289874 är jag", "[personal number] är jag", id="no sign"),
        pytest.param("811228 9874", "[personal number]", id="a space"),
        pytest.param("121212+1212", "[personal number]", id="over a hundred"),
        pytest.param("701063-2391", "[personal number]", id="coordination number"),
        pytest.param("Ring 070-174 06 05", "Ring [phone]", id="mobile"),
        pytest.param("Ring 0701740605!", "Ring [phone]!", id="mobile without signs"),
        pytest.param("+46 8 465 004 12", "[phone]", id="abroad"),
        pytest.param("08-465 004 12 eller mejl", "[phone] eller mejl", id="landline"),
        pytest.param("Skriv till a.b+c@exempel.se.", "Skriv till [email].", id="email"),
        pytest.param("Vi var 15 personer 2026-11-25 kl 13.00", None, id="a date"),
        pytest.param("Rum 1234567890123", None, id="a long number"),
        pytest.param("Det kostar 150 000 kronor", None, id="money"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_numbers_and_addresses_are_masked(text: str, shown: str | None) -> None:
    assert masked(text) == (text if shown is None else shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("anna berg sa det", "[name] sa det", id="whole, however written"),
        pytest.param("Anna sa det", "[name] sa det", id="the first name"),
        pytest.param("ANNA sa det", "[name] sa det", id="in capitals"),
        pytest.param("Annas bil", "[name]s bil", id="genitive"),
        pytest.param("Annars är det bra", None, id="the beginning of a word"),
        pytest.param("ett berg av papper", None, id="a word that is a surname"),
        pytest.param("Bo", None, id="too short to tell from words"),
    ],
)
def test_names_of_people_are_masked(text: str, shown: str | None) -> None:
    assert masked(text, "Anna Berg", "Bo") == (text if shown is None else shown)


@given(text=drawn_texts, names=st.lists(st.text(max_size=8), max_size=4))
def test_masks_lie_in_the_text_in_order_and_do_not_overlap(text: str, names: list[str]) -> None:
    masks = find_masks(text, names)
    places = [place for mask in masks for place in (mask.start, mask.end)]
    assert places == sorted(places)
    assert all(0 <= mask.start < mask.end <= len(text) for mask in masks)
