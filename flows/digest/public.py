"""Which numbers may leave the organizers' room: none that speaks of fewer than five people."""

from __future__ import annotations

from collections.abc import Sequence

SMALLEST = 5
"""The fewest people a published number may speak of."""


def published(cells: Sequence[int], total: int) -> tuple[int | None, ...]:
    """The cells that may stand beside their total, None for each that may not.

    A cell is hidden if it is small, or if the rest of the total is: whoever knows that 28 of
    30 chose one thing knows what the other two did not. If what is hidden could be had back
    by taking the shown cells from the total, further cells go, the smallest first, until
    it cannot.

    Args:
        cells: Numbers of people. They may overlap; if they do not, nothing can be worked out
            by subtraction either.
        total: How many people there are in all. One that is small itself must not be shown.
    """
    shown = [
        SMALLEST <= cell <= total and not 0 < total - cell < SMALLEST and total >= SMALLEST
        for cell in cells
    ]
    while _tells(cells, shown, total):
        smallest = min((cell, place) for place, cell in enumerate(cells) if shown[place])
        shown[smallest[1]] = False
    return tuple(cell if kept else None for cell, kept in zip(cells, shown, strict=True))


def _tells(cells: Sequence[int], shown: Sequence[bool], total: int) -> bool:
    """Whether what is hidden can be worked out from what is shown."""
    if not any(shown):
        return False
    rest = total - sum(cell for cell, kept in zip(cells, shown, strict=True) if kept)
    hidden = shown.count(False)
    if rest < 0:  # They overlap, so a difference says nothing.
        return False
    if hidden == 0:
        return 0 < rest < SMALLEST
    return rest < SMALLEST or hidden == 1


def published_share(part: int, whole: int) -> tuple[int | None, int | None]:
    """A part of a whole as it may be told: both, the part alone, or neither."""
    if part < SMALLEST:
        return None, None
    if 0 < whole - part < SMALLEST:
        return part, None
    return part, whole
