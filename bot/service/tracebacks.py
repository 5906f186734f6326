"""An exception as a log or a terminal may show it: its kind and the way to it, not its words.

The message of an exception quotes what could not be dealt with: the word that is no number, the
row that is there already, the line that is not JSON. That is as often as not what somebody wrote.
So only errors that are made to be read by an operator keep their sentence.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from bot.errors import CommandError, RundaError
from storage.errors import DatabaseUnusable

_LONGEST = 1_000
_MOST_CAUSES = 20


def printable(text: str) -> str:
    """The same on one line, and short: no sign in it steers a terminal or begins a new line.

    Ids, names and error messages are made by other people's servers. A line break would forge
    a line of the log, an escape would colour or erase others, and marks for the direction of
    writing would show them in another order.
    """
    return visible(f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text)


def visible(text: str) -> str:
    """The same with every sign to be seen, new lines too."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escaped(one) for one in text)


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape", "surrogatepass").decode("ascii")


def shown_exception(error: BaseException) -> str:
    """Its kind and its way through the code, with all that led to it; several lines."""
    return "\n".join(_lines(error, seen=set()))


def _lines(error: BaseException, *, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen and len(seen) < _MOST_CAUSES:
        yield from _lines(before, seen=seen)
        yield "From that came:"
    yield "Traceback (most recent call last):"
    for frame in traceback.format_list(traceback.extract_tb(error.__traceback__)):
        yield from frame.rstrip("\n").split("\n")
    yield _kind(error)
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            if id(inner) not in seen and len(seen) < _MOST_CAUSES:
                yield from (f"  | {line}" for line in _lines(inner, seen=seen))


def _kind(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else _full_name(kind)
    said = _said(error)
    return f"{name}: {printable(said)}" if said else name


def _full_name(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _said(error: BaseException) -> str:
    """The sentence of an error whose sentences quote nobody; else nothing."""
    if isinstance(error, RundaError | DatabaseUnusable) and not isinstance(error, CommandError):
        return str(error)
    if isinstance(error, OSError):
        # Not the name of the file: somebody may have chosen it.
        return error.strerror or ""
    return ""
