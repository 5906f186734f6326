"""What somebody wrote, as the rules read it: small letters, one space, slips of the pen mended."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_QUOTED = re.compile(
    r"[\"“”„«»][^\"“”„«»]{2,200}[\"“”„«»]"
    r"|(?<![^\s:(])['\u2018\u2019][^'\u2018\u2019\n]{2,200}['\u2018\u2019](?!\w)"
    r"|^\s*>.*$",
    re.MULTILINE,
)
_FEWEST_WORDS_AROUND = 2
_MOST_QUOTES = 20
_RIGHT_BEFORE = 200
_APOSTROPHE = re.compile(r"(?<=\w)['\u2018\u2019\u00b4`](?=\w)")
_RUNS_ON = re.compile(r"\n(?=[ \t]*[a-zåäö])")
_ENDING = re.compile(r"[.!?;:…\n|]+")
_NOT_SAID = re.compile(r"[^\w.,]+")
_MANY = re.compile(r"([^\W\d_])\1{2,}")
_SPACED = re.compile(r"\b(?:d ö|d i e|d ö d)\b")

_MENDED = (
    *("självmord", "självmordstankar", "självmordstankarna", "självmordsbenägen"),
    *("självmordsbrev", "självmordsplaner", "självmordsförsök", "suicidtankar", "suicid"),
    *("överdos", "livet", "längre", "tänker", "försvinna", "tabletter", "meningslöst"),
    *("önskar", "orkar"),
    *("suicide", "suicidal", "myself", "killing", "living", "anymore", "pointless", "overdose"),
)
"""Words that are known when one letter is wrong, missing, too many or in the wrong place."""

_KNOWN = frozenset(_MENDED)
_UNLIKE = frozenset(
    (
        *("livets", "lives", "liver", "orka", "önska", "tänkte", "tanker", "suicider", "tänkes"),
        *("loving", "liking", "lining", "filling", "milling", "willing", "billing", "killings"),
    )
)
"""Words of their own that are one letter away from one of those."""

_SHORTEST_MENDED = 5
_SPELLINGS = {
    "döö": "dö", "diee": "die", "dye": "die", "ded": "dead", "daed": "dead",
    "ja": "jag", "jg": "jag", "jagvill": "jag vill", "jagska": "jag ska",
    "mej": "mig", "vil": "vill", "villl": "vill", "ba": "bara",
    "ite": "inte", "int": "inte", "innte": "inte", "iinte": "inte", "ej": "inte", "icke": "inte",
    "leeva": "leva", "läva": "leva", "lev": "leva", "live": "live", "lvet": "livet",
    "orkr": "orkar", "tänkr": "tänker", "henga": "hänga", "va": "var", "e": "är",
    "ikvall": "ikväll", "imorron": "imorgon", "skall": "ska", "dom": "de",
    "doter": "dotter",
    "önksar": "önskar", "onskar": "önskar", "forsvinna": "försvinna",
    "wnat": "want", "wanna": "want to", "wana": "want to", "wan": "want", "wanto": "want to",
    "gonna": "going to", "gona": "going to", "goin": "going", "ima": "im going to",
    "imma": "im going to", "kil": "kill", "livin": "living", "lif": "life",
    "exsist": "exist", "mysel": "myself", "suicidle": "suicidal", "sucidal": "suicidal",
    "commiting": "committing", "too": "to", "anymroe": "anymore", "tmrw": "tomorrow",
    "cannot": "cant", "u": "you",
}  # fmt: skip
"""How people write in haste what the rules know in full."""

_FOLDED = str.maketrans("åäöø", "aaoo")
_BY_LETTER = {
    letter: tuple(
        (known.translate(_FOLDED), known)
        for known in _MENDED
        if known.translate(_FOLDED)[0] == letter
    )
    for letter in {known.translate(_FOLDED)[0] for known in _MENDED}
}
"""A word's first letter is right: looking at each word must cost next to nothing."""


def plain(text: str) -> str:
    """The text for the rules, sentences ending in " . ", clauses in " , ".

    What stands in quotation marks among other words is somebody else's, and left out.
    """
    text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    text = _RUNS_ON.sub(" ", _without_quotes(text)).casefold()
    text = _APOSTROPHE.sub("", text)
    text = _NOT_SAID.sub(" ", _ENDING.sub(" . ", text).replace(",", " , "))
    text = _SPACED.sub(lambda found: found.group().replace(" ", ""), text)
    return " ".join(_mended(word) for word in text.replace("_", " ").split())


def quoted(text: str) -> Iterator[tuple[str, str]]:
    """What stands in quotation marks, the first of it, each with what stands right before it."""
    for found in islice(_QUOTED.finditer(text), _MOST_QUOTES):
        before = text[max(found.start() - _RIGHT_BEFORE, 0) : found.start()]
        yield before, found.group().strip("\"“”„«»'\u2018\u2019> ")


def _without_quotes(text: str) -> str:
    rest = _QUOTED.sub(" … ", text)
    around = len(re.findall(r"\w+", rest))
    return rest if around >= _FEWEST_WORDS_AROUND else text


@lru_cache(maxsize=8192)
def _mended(word: str) -> str:
    word = _MANY.sub(r"\1\1", word)
    if word in _SPELLINGS:
        return _SPELLINGS[word]
    if len(word) < _SHORTEST_MENDED or word in _UNLIKE:
        return word
    if word in _KNOWN:
        return word
    folded = word.translate(_FOLDED)
    for plainly, known in _BY_LETTER.get(folded[0], ()):
        if _is_near(folded, plainly):
            return known
    return word


def _is_near(one: str, other: str) -> bool:
    """Whether at most one letter differs, is missing, is too many or has changed places."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    rest, wanted = one[same:], other[same:]
    return (
        rest[1:] == wanted[1:]
        or rest[1:] == wanted
        or rest == wanted[1:]
        or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    )
