"""Words that nobody would write by chance, each named for the place where somebody writes it."""

from __future__ import annotations

SIGN = "zqx"
"""What every such word begins and ends with."""


class Words:
    """The words of all places so far."""

    def __init__(self) -> None:
        self.all: dict[str, str] = {}

    def at(self, place: str) -> str:
        """The word of a place; letters alone, so that nothing splits or masks it."""
        self.all[place] = f"{SIGN}{place.replace(' ', '')}{SIGN}"
        return self.all[place]

    def found_in(self, told: str) -> list[str]:
        """The places whose words are there, whatever is done to their case."""
        folded = told.casefold()
        return sorted(place for place, word in self.all.items() if word in folded)
