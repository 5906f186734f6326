"""The ends of a process's pipes."""

from __future__ import annotations

from typing import TypeVar

End = TypeVar("End")


def given(end: End | None) -> End:
    """The end of a pipe that the process was started with."""
    if end is None:
        raise LookupError("the process was started without this pipe")
    return end
