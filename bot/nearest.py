"""What somebody probably meant to write."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


def nearest(written: str, known: Sequence[str]) -> str | None:
    """The known word most like the written one, capitals aside; None if none is near."""
    folded = {word.casefold(): word for word in reversed(known)}
    matches = get_close_matches(written.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None
