"""Where the names of known people stand in a text, however they are written.

`Kim said`, `kims förslag`, `Anna Karin` for Anna-Karin, `A. Berg`, `Hakan` for Håkan. A name that
is a word too (Bo, Sten, Will) counts where it begins large within a sentence, or where what follows
shows that a person is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from flows.digest.given_names import EVERYDAY, GIVEN_NAMES

_WORD = re.compile(r"(?<!\w)(?<!\w@)[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*(?!\w)")
_WORDS_OF_NAME = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*")
_HYPHEN = re.compile(r"[-\u2010\u2011]")
_SHORTEST_NAME = 3
_SHORTEST_PART = 2
_MOST_WORDS = 4
"""A name of more words is told by the whole of it, and by those that begin large."""

_AS_WRITTEN = {
    "å": "[åa]",
    "ä": "[äa]",
    "ö": "[öo]",
    "é": "[ée]",
    "è": "[èe]",
    "ü": "[üuy]",
    "ø": "[øöo]",
    " ": r"\s+",
    "-": r"[-\s\u2010\u2011]?",
    "\u2010": r"[-\s\u2010]?",
    "\u2011": r"[-\s\u2011]?",
}
_FOLDED = str.maketrans("åäöéèüøá", "aaoeeuoa")
_BEGINS = re.compile(r"(?:^|[.!?:\n\u2022>*\u201d\"(\u2013-])\s*$")
_IS_SOMEBODY = re.compile(
    r"['\u2019]s[ \t]+[^\W\d_]"
    r"|[ \t]+(?:och jag |and i )?(?:sa|sade|säger|sagt|tycker|tyckte|tror|trodde|vill|"
    r"ville|menar|menade|skrev|skriver|berättade|berättar|frågade|frågar|föreslog|föreslår|svarade|"
    r"svarar|lovade|ringde|kommer|kom|mår|mådde|är|var|har|hade|kan|kunde|ska|skulle|fick|gick|"
    r"jobbar|jobbade|leder|ledde|hjälpte|håller|såg|hörde|blev|"
    r"said|says|thinks|thought|wants|wanted|wrote|writes|told|asked|asks|suggested|answered|"
    r"is|was|has|had|can|could|will|would|came|works|worked|helped|believes|agrees)\b",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"[ \t]+(?:sa|sade|säger|tycker|tyckte|tror|menar|menade|skrev|skriver|berättade|berättar|"
    r"frågade|frågar|föreslog|föreslår|svarade|svarar|"
    r"said|says|thinks|thought|wrote|writes|told|asked|suggested|answered)\b"
)
_NO_NAME_AFTER = re.compile(
    r"\b(?:att|ett|en|den|det|to|the|a|an|of|vi|jag|de|ni)\s+$", re.IGNORECASE
)
_LARGE_BEFORE = re.compile(r"[^\W\d_.!?:] (?P<word>[A-ZÅÄÖ][^\W\d_]+) $")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "herr", "fru", "doktor", "rektor"})
_INITIAL = re.compile(r"[ \t]+(?P<letter>[^\W\d_])(?P<dot>\.?)(?!\w)")


class Roster:
    """The names of a dialogue's people, ready to be looked for.

    Args:
        names: each as it is known: `Anna Berg`, `Kim`, `Åsa-Lena (North)`.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._large: set[str] = set()
        self._small: set[str] = set()
        self._initials: dict[str, set[str]] = {}
        several: set[str] = set()
        for name in names:
            whole = " ".join(name.split())
            if len(whole) < _SHORTEST_PART:
                continue
            words = _WORDS_OF_NAME.findall(whole)
            for word in words:
                self._learn(word)
            several |= {_either(word) for word in words if _HYPHEN.search(word)}
            if " " in whole and len(whole) >= _SHORTEST_NAME:
                several.add(_either(whole))
            if 1 < len(words) <= _MOST_WORDS:
                several |= _shortened(words)
                self._initials.setdefault(_fold(words[0]), set()).add(words[-1][0].casefold())
        self._several = _any_of(several)

    def _learn(self, word: str) -> None:
        parts = [word, *(_HYPHEN.split(word) if _HYPHEN.search(word) else ())]
        if len(parts) > 1:
            parts.append("".join(parts[1:]))
        for part in parts:
            if len(part) < _SHORTEST_PART:
                continue
            spellings = {_plain(part), _fold(part)}
            self._large |= spellings
            if part.casefold() in GIVEN_NAMES or (part == word and len(parts) > 1):
                self._small |= spellings

    def places_in(self, text: str) -> Iterator[tuple[int, int]]:
        """Beginning and end of each; they may overlap. A genitive's `s` is left outside."""
        if self._several is not None:
            for found in self._several.finditer(text):
                yield found.span()
        for found in _WORD.finditer(text):
            yield from self._of_word(text, found.start(), found.group())

    def _of_word(self, text: str, start: int, word: str) -> Iterator[tuple[int, int]]:
        end = self._end_of_name(text, start, word)
        if end is not None:
            yield start, self._with_initial(text, start, end)
            return
        if _HYPHEN.search(word):
            at = start
            for part in _HYPHEN.split(word):
                end = self._end_of_name(text, at, part)
                if end is not None:
                    yield at, end
                at += len(part) + 1

    def _end_of_name(self, text: str, start: int, word: str) -> int | None:
        for name in (word, word[:-1] if word[-1:] in "sS" else ""):
            if len(name) >= _SHORTEST_PART and self._is_meant(text, start, name, word):
                return start + len(name)
        return None

    def _is_meant(self, text: str, start: int, name: str, word: str) -> bool:
        plain = _plain(name)
        if plain not in self._large:
            return False
        is_word = word.casefold() in EVERYDAY
        is_short = len(name) < _SHORTEST_NAME
        if name[:1].isupper() and (name[1:].islower() or _HYPHEN.search(name)):
            return not is_word or self._is_meant_large(text, start, name, word)
        if name.isupper() and not is_word and not is_short:
            return True
        if plain not in self._small:
            return False
        return not (is_word or is_short) or (
            _NO_NAME_AFTER.search(text, max(start - 8, 0), start) is None
            and _SPEAKS.match(text, start + len(word)) is not None
        )

    def _is_meant_large(self, text: str, start: int, name: str, word: str) -> bool:
        """Whether a word that begins large is meant as the name that it is too."""
        if _plain(name) not in self._small and self._is_of_another(text, start):
            return False
        begins = start == 0 or _BEGINS.search(text, max(start - 6, 0), start) is not None
        after = start + len(word)
        return not begins or (name == word and _IS_SOMEBODY.match(text, after) is not None)

    def _is_of_another(self, text: str, start: int) -> bool:
        """Whether a surname that is a word ends somebody else's name, or a place's."""
        before = _LARGE_BEFORE.search(text, max(start - 40, 0), start)
        return before is not None and _plain(before["word"]) not in self._large | _TITLES

    def _with_initial(self, text: str, start: int, end: int) -> int:
        """The end of `Anna B.`, where a known Anna's other name begins so."""
        letters = self._initials.get(_fold(text[start:end]))
        found = _INITIAL.match(text, end)
        if letters is None or found is None or found["letter"].casefold() not in letters:
            return end
        return found.end() if found["letter"].isupper() or found["dot"] else end


def _shortened(words: list[str]) -> set[str]:
    """`A. Berg`, `A Berg`, `A-K Berg`, as patterns."""
    first, last = words[0], words[-1]
    if len(last) < _SHORTEST_NAME:
        return set()
    letters = "".join(rf"{re.escape(part[0])}\.?[ \t-]?" for part in _HYPHEN.split(first) if part)
    return {rf"(?-i:{letters}[ \t]*{re.escape(last[0].upper())}){_either(last[1:])}"}


def _either(word: str) -> str:
    """A pattern of a name, with or without its rings and dots and hyphens."""
    return "".join(_AS_WRITTEN.get(sign, re.escape(sign)) for sign in word.casefold())


def _any_of(patterns: set[str]) -> re.Pattern[str] | None:
    if not patterns:
        return None
    longest_first = sorted(patterns, key=lambda one: (-len(one), one))
    # A genitive belongs to it; nobody is hidden by "[name]s bil".
    return re.compile(rf"(?<!\w)(?i:{'|'.join(longest_first)})(?=s?(?!\w))")


def _plain(word: str) -> str:
    return _HYPHEN.sub("", word.casefold())


def _fold(word: str) -> str:
    """Without its rings and dots: `Hakan` is Håkan, but `säga` is not Saga."""
    return _plain(word).translate(_FOLDED)


@lru_cache(maxsize=16)
def roster(names: tuple[str, ...]) -> Roster:
    """The roster of some names; those of a dialogue are asked for again and again."""
    return Roster(names)
