"""How a person names options: by tapping a keycap, by number, or in the option's own words.

Reading is tolerant of how people type and never a guess: what could mean two things means
nothing, and its writer is told what to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from flows.packs.pack import Choosing, Step, StepKind

KEYCAPS = ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣", "🔟")
"""What the bot puts under a prompt, for options 1 to 10; further ones are typed."""

_TEN = "🔟"
_KEYCAP = re.compile("([0-9])\ufe0f?\u20e3")
_SPACE = re.compile(r"[\s\u200b\u200e\u200f\u2060\ufeff]+")
_EDGES = " \t\n.,:;!?()[]*_\"'”“’–-"
_BEFORE = r"(?:(?:svar|alternativ|nummer|nr|option|answer|number|no)\b[.:]?\s*)?[(#]?"
_NUMBER = re.compile(rf"\s*{_BEFORE}([0-9]{{1,2}})(?![0-9]|[.,:][0-9]|\s*%)", re.IGNORECASE)
_IN_LIST = re.compile(rf"\s*{_BEFORE}([0-9]{{1,2}})(?![0-9]|\s*%)", re.IGNORECASE)
_AND = re.compile(r"[.)]?\s*(?:[,;+&/]|\b(?:och|and|samt)\b|(?=[0-9]))\s*", re.IGNORECASE)
_OR = re.compile(r"[.)]?\s*(?:\b(?:eller|or|till|to|och|and)\b|[-–/,;+&])\s*[0-9]", re.IGNORECASE)
_OF = re.compile(r"\s*(?:/|av|of)\s*([0-9]{1,2})(?![0-9])", re.IGNORECASE)
_PARTS = re.compile(r"\n|[,;+&]|\b(?:och|and|samt)\b", re.IGNORECASE)
_FIGURE = re.compile(
    r"(?<![\w.,])[-\u2212]?[0-9]+(?:[\u00a0\u202f ][0-9]{3})*(?:[.,][0-9]+)?(?!\w)"
)

_ALIKE = 0.84
"""How alike a typed word and an option must be: one slip in six letters."""
_LONG_ENOUGH = 4
"""Characters from which the beginning of an option, or a slip in it, is understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What may be chosen in a step. `options` are each option's texts, in every language.

    The text of a place on a scale may be empty. `asks_number`: the answer has a number
    besides. `takes_words` (a check-in): a sentence without a choice is an answer too.
    """

    choosing: Choosing
    options: tuple[tuple[str, ...], ...]
    asks_number: bool = False
    takes_words: bool = False


def ballot_of(step: Step) -> Ballot | None:
    """What may be chosen in a step; None for a kind that offers nothing."""
    if not step.kind.offers_options or not step.options:
        return None
    return Ballot(
        choosing=step.choosing,
        options=tuple(
            tuple(dict.fromkeys(_plain(text) for _, text in option.versions))
            for option in step.options
        ),
        asks_number=step.asks_number,
        takes_words=step.kind is StepKind.CHECK_IN,
    )


def tapped(mark: str) -> int | None:
    """The option that a reaction names; None if it is no keycap."""
    if mark == _TEN:
        return len(KEYCAPS)
    keycap = _KEYCAP.fullmatch(mark)
    return int(keycap[1]) or None if keycap else None


def read_choices(text: str, ballot: Ballot) -> tuple[int, ...]:
    """The numbers of the options that a message names, from 1; () if it names none clearly."""
    plain = _KEYCAP.sub(r"\1 ", text.replace(_TEN, "10 "))
    if _IN_LIST.match(plain) and (plain.strip(_EDGES).isdigit() or not _in_full(plain, ballot)):
        chosen, _ = _numbers(plain, ballot)
        return chosen
    return _in_words(plain, ballot)


def is_mere_choice(text: str, ballot: Ballot) -> bool:
    """Whether a message names options and says nothing besides."""
    plain = _KEYCAP.sub(r"\1 ", text.replace(_TEN, "10 "))
    chosen, end = _numbers(plain, ballot)
    if chosen:
        return not plain[end:].strip(_EDGES) or _plain(plain[end:]) in _texts(ballot, chosen)
    chosen = _in_words(plain, ballot)
    return bool(chosen) and all(_named(part, ballot, whole=True) for part in _said(plain, ballot))


def number_in(text: str, ballot: Ballot) -> float | None:
    """The figure that a check-in asks for besides the choice; None if there is none."""
    plain = _KEYCAP.sub(r"\1 ", text.replace(_TEN, "10 "))
    _, end = _numbers(plain, ballot)
    figures = _FIGURE.findall(plain[end:])
    if not figures:
        return None
    figure = re.sub(r"[\s\u00a0\u202f]", "", figures[-1]).replace("\u2212", "-").replace(",", ".")
    return float(figure)


# ------------------------------------------------------------------ by number


def _numbers(text: str, ballot: Ballot) -> tuple[tuple[int, ...], int]:
    """The options a text begins with, and where its words begin; () if they are not clear."""
    many = ballot.choosing is Choosing.MULTIPLE
    pattern = _IN_LIST if many else _NUMBER
    chosen: list[int] = []
    at = 0
    while (number := pattern.match(text, at)) is not None:
        chosen.append(int(number[1]))
        at = number.end()
        if not many:
            break
        joint = _AND.match(text, at)
        if joint is None or pattern.match(text, joint.end()) is None:
            break
        at = joint.end()
    if not chosen or any(not 1 <= one <= len(ballot.options) for one in chosen):
        return (), 0
    if not many:
        of = _OF.match(text, at)
        if of is not None and int(of[1]) == len(ballot.options):
            at = of.end()
        elif _OR.match(text, at):
            return (), 0
    return tuple(sorted(set(chosen))), at


# ------------------------------------------------------------------- in words


def _in_words(text: str, ballot: Ballot) -> tuple[int, ...]:
    named = [_named(part, ballot) for part in _said(text, ballot)]
    if not named or None in named:
        return ()
    return tuple(sorted({one for one in named if one is not None}))


def _said(text: str, ballot: Ballot) -> Iterator[str]:
    """The parts of a text that each name an option."""
    if ballot.choosing is not Choosing.MULTIPLE or _exact(_plain(text), ballot):
        yield text
        return
    yield from (part for part in _PARTS.split(text) if part.strip(_EDGES))


def _in_full(text: str, ballot: Ballot) -> bool:
    """Whether a text is an option, word for word: some begin with a number themselves."""
    return _exact(_plain(text), ballot) is not None


def _named(text: str, ballot: Ballot, *, whole: bool = False) -> int | None:
    """The one option that a text names, alone or before more words (not if `whole`)."""
    plain = _plain(text)
    if not plain:
        return None
    found = _exact(plain, ballot)
    if found is None and not whole:
        found = _leading(plain, ballot)
    return found or _only(_alike(plain, ballot))


def _exact(plain: str, ballot: Ballot) -> int | None:
    return _only(number for number, option in _each(ballot) if option == plain)


def _leading(plain: str, ballot: Ballot) -> int | None:
    """The option whose words a text begins with, the longest if several are."""
    leading = [
        (len(option), number)
        for number, option in _each(ballot)
        if plain.startswith(option) and not plain[len(option)].isalnum()
    ]
    return max(leading)[1] if leading else None


def _alike(plain: str, ballot: Ballot) -> Iterator[int]:
    """The options that a text begins to write, or writes with a slip."""
    if len(plain) < _LONG_ENOUGH:
        return
    for number, option in _each(ballot):
        slip = len(option) >= _LONG_ENOUGH and abs(len(option) - len(plain)) <= 2  # noqa: PLR2004  letters
        if option.startswith(plain) or (
            slip and SequenceMatcher(None, option, plain).ratio() >= _ALIKE
        ):
            yield number


def _each(ballot: Ballot) -> Iterator[tuple[int, str]]:
    for number, texts in enumerate(ballot.options, start=1):
        yield from ((number, text) for text in texts if text)


def _texts(ballot: Ballot, chosen: Sequence[int]) -> set[str]:
    return {text for number, text in _each(ballot) if number in chosen}


def _only(numbers: Iterable[int]) -> int | None:
    found = set(numbers)
    return found.pop() if len(found) == 1 else None


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip(_EDGES).casefold()
