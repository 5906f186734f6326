"""What the people do, the same in every run: who writes which words, edits and takes back what."""

from __future__ import annotations

from dataclasses import dataclass

_OPINIONS = (
    "Bussen går för sällan på kvällen",
    "Vi behöver en mötesplats för unga",
    "Skolvägen är för mörk om vintern",
    "Öppna biblioteket på söndagar",
    "Hemtjänsten har för lite tid",
    "Det är svårt att få tag i någon på kommunen",
    "Gör torget grönare",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of it there is."""

    tables: int
    seats: int
    pairs: int
    """Steps come in pairs: everybody for herself, then the group."""
    rounds: int
    """How often everybody answers in a step of her own."""
    digests: int = 1
    """How many digests the organizers order after each step."""

    @property
    def steps(self) -> list[str]:
        """The steps in their order."""
        numbers = range(1, self.pairs + 1)
        return [step for number in numbers for step in (f"enskilt{number}", f"grupp{number}")]


def is_for_group(step: str) -> bool:
    """Whether the group answers as one."""
    return step.startswith("grupp")


def title_of(step: str) -> str:
    """The first line of a step's question."""
    kind = "Tillsammans" if is_for_group(step) else "Var för sig"
    return f"{kind} nummer {step.lstrip('enskiltgrup')}"


def pack(size: Size) -> str:
    """The pack, as its file."""
    steps = "".join(
        f"""
[[step]]
id = "{step}"
kind = "{"group" if is_for_group(step) else "individual"}"
title.sv = "{title_of(step)}"
length = "5 h"
text.sv = "Vad tänker ni om {step}?"
"""
        for step in size.steps
    )
    return f"""
languages = ["sv"]
ask_consent = false
title.sv = "Kaos"
purpose.sv = "Att ingenting går förlorat."
{steps}"""


def words(step: str, person: str, number: int) -> str:
    """An answer that nobody else gives."""
    place = sum(map(ord, f"{step}{person}{number}"))
    return f"{_OPINIONS[place % len(_OPINIONS)]}, säger {person} som svar {number} om {step}."


def group_words(step: str, table: str, number: int) -> str:
    """A group's answer, as it is stored."""
    return f"Gruppsvar: {table} vill i försök {number} ha mer av {_OPINIONS[number]} i {step}."
