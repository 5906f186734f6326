"""Consent: what says yes, and which text was said yes to."""

from __future__ import annotations

import pytest

from flows.consent import count_words, says_yes, version_of
from flows.packs.pack import Text

SHORT = Text(versions=(("sv", "Vi läser."), ("en", "We read.")))


@pytest.mark.parametrize("text", ["ja", "JA!", " Yes. ", "**yes**", "Ja, jag samtycker", "I agree"])
def test_a_yes_alone_says_yes(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize(
    "text", ["", "nej", "no", "ja?", "ja men inte nu", "yes and no", "inte ja", "ja " * 40]
)
def test_anything_else_does_not(text: str) -> None:
    assert not says_yes(text)


def test_a_text_has_the_same_version_whatever_the_order_of_its_languages() -> None:
    turned = Text(versions=tuple(reversed(SHORT.versions)))

    assert version_of(turned) == version_of(SHORT)
    assert len(version_of(SHORT)) == 12


@pytest.mark.parametrize(
    "versions",
    [
        (("sv", "Vi läser."), ("en", "We read!")),
        (("sv", "Vi läser."),),
        (("sv", "Vi läser.We"), ("en", " read.")),
    ],
)
def test_another_wording_in_any_language_is_another_version(
    versions: tuple[tuple[str, str], ...],
) -> None:
    assert version_of(Text(versions=versions)) != version_of(SHORT)


def test_signs_are_no_words() -> None:
    assert count_words("- Vem läser? – **Vi** & ni …\n\n> Ja") == 5
