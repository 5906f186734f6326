"""Consent: which text somebody has said yes to, and how she says it."""

from __future__ import annotations

import hashlib

from flows.packs.pack import Text

MAX_WORDS = 120
"""More than this nobody reads before she answers."""

_YES = frozenset(
    {
        "ja",
        "ja tack",
        "jag samtycker",
        "ja, jag samtycker",
        "ok",
        "okej",
        "yes",
        "yes please",
        "i agree",
        "i consent",
        "yes, i agree",
        "yes, i consent",
    }
)
_LONGEST = max(map(len, _YES)) + 8


def count_words(text: str) -> int:
    """How many words there are to read; signs of Markdown that stand alone are none."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


def version_of(text: Text) -> str:
    """Twelve hex digits that change when the text changes in any language."""
    joined = "\0".join(f"{code}\0{version}" for code, version in sorted(text.versions))
    return hashlib.sha256(joined.encode()).hexdigest()[:12]


def says_yes(text: str) -> bool:
    """Whether a message, as a whole, says yes to what was asked."""
    if len(text) > _LONGEST:
        return False
    return " ".join(text.strip(" \n\t!.*_\"'✅").casefold().split()) in _YES
