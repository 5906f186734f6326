"""In which language a reply is written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Protocol

from flows.digest.words import small_words, words

KNOWN = ("sv", "en", "fi")
"""The languages that are told apart; a dialogue's own is added to them."""

_FEWEST_WORDS = 3


class Guesser(Protocol):
    """What tells languages apart."""

    def classify(self, text: str) -> tuple[str, float]:
        """The likeliest language, and how likely."""
        ...


def language_of(text: str, own: str, guess: Guesser) -> str:
    """The language of a text, as two letters.

    Args:
        own: what a text is in that says too little, or is in none that is known.
    """
    found = [match.group().casefold() for match in words(text)]
    if len(found) < _FEWEST_WORDS:
        return own
    counted = {
        language: sum(word in small_words(language) for word in found)
        for language in ("sv", "en", "fi")
    }
    best = max(counted, key=lambda language: (counted[language], language == own))
    others = max(number for language, number in counted.items() if language != best)
    # Small words are sure where there are some; the guesser is for texts without.
    if counted[best] >= others + 2:
        return best
    return guess.classify(text)[0]


@cache
def guesser(own: str) -> Guesser:
    """What tells apart the languages that are known and the dialogue's own."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  heavy

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(sorted({*KNOWN, own} & set(identifier.labels)))
    found: Guesser = identifier
    return found


def languages_of(texts: Sequence[str], own: str) -> list[str]:
    """The language of each text."""
    guess = guesser(own)
    return [language_of(text, own, guess) for text in texts]
