"""Long lists of values, in pieces that one statement takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")

AT_ONCE = 500
"""Values in one statement: SQLite takes 32,766 variables, PostgreSQL 65,535."""


def chunked(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """The values in their order, at most `AT_ONCE` in each piece."""
    for begin in range(0, len(values), AT_ONCE):
        yield values[begin : begin + AT_ONCE]
