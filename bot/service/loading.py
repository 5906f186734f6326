"""Loading modules in the shortest time."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SEARCH_AFTER = 10_000
"""So many objects more than before, and Python looks for garbage among the young ones. Nearly all
that an answer of the chat brings goes away by itself when it has been taken: with Python's usual
700, a batch of a hundred messages was searched a few times over, a tenth of what it cost."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Import something large inside.

    Nothing of a module is garbage, yet Python would look through all of them again and
    again while they come in: a tenth of the time that a start takes. Afterwards they are
    put aside for good, so that later searches, which stop the bot, stay short.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_SEARCH_AFTER)
        gc.enable()


@contextmanager
def without(*libraries: str) -> Iterator[None]:
    """Import inside as if these libraries were not installed.

    For what others import only because it is there, and the bot has no use for. Whoever
    has imported one of them already keeps it; whoever imports it afterwards gets it.
    """
    absent = [name for name in libraries if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # documented: import then fails
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
