"""Which numbers may leave the organizers' room: none that speaks of fewer than five people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import compress

from pydantic import TypeAdapter

from flows.digest.document import Digest, StepPart
from flows.ids import StepId, ThemeNo

SMALLEST = 5
"""The fewest people a published number may speak of."""

Cells = tuple[int | None, ...]
"""Numbers of people, None for each that is not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The numbers of one public summary. Once published they cannot be had back.

    `answered` is None where hardly anybody took part: then nothing is told. `present` is None
    too where the two together would tell of the few who did not answer. `chosen` has a step's
    options in their order. `made_ms` is when the replies were read.
    """

    made_ms: int
    answered: int | None = None
    present: int | None = None
    chosen: Mapping[StepId, Cells] = field(default_factory=dict)
    themes: Mapping[ThemeNo, int | None] = field(default_factory=dict)


def released(digest: Digest, earlier: Sequence[Release] = (), *, made_ms: int = 0) -> Release:
    """The numbers of a digest that everybody may read, beside those that were published before.

    Who has two summaries can take one from the other. So a number that has changed by fewer than
    five people since an earlier one is told as it was told last, or not at all, and what is left
    of a difference when all that is told is taken away speaks of nobody or of five.

    Args:
        earlier: of the same dialogue, the oldest first.
    """
    total = digest.total
    answered = _settled(total.answered, [one.answered for one in earlier])
    if answered < SMALLEST:
        return Release(made_ms=made_ms)
    if answered != total.answered:
        # Beside the total of that time only its own cells can stand.
        last = next(one for one in reversed(earlier) if one.answered is not None)
        return replace(last, made_ms=made_ms)
    before = [_Before(release, one) for release in earlier if (one := release.answered) is not None]
    themes = digest.findings.themes
    told = _cells(
        # Every theme counts for what could be worked out, the ones not listed too.
        [theme.persons for theme in themes],
        answered,
        [(one.answered, one.themes([theme.number for theme in themes])) for one in before],
    )
    return Release(
        made_ms=made_ms,
        answered=answered,
        present=_present(answered, total.present, before),
        chosen={
            step.step_id: _cells(
                step.chosen, answered, [(one.answered, one.chosen(step)) for one in before]
            )
            for step in digest.steps
            if step.options
        },
        themes={theme.number: cell for theme, cell in zip(themes, told, strict=True)},
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """A summary that told something."""

    release: Release
    answered: int

    def chosen(self, step: StepPart) -> Cells:
        return self.release.chosen.get(step.step_id, (None,) * len(step.options))

    def themes(self, numbers: Sequence[ThemeNo]) -> Cells:
        return tuple(map(self.release.themes.get, numbers))


def _is_apart(one: int, other: int) -> bool:
    """Whether the difference speaks of nobody, or of enough people."""
    return one == other or abs(one - other) >= SMALLEST


def _settled(now: int, before: Sequence[int | None]) -> int:
    """A number as it may be told after the earlier ones: as it is, or as it was told last."""
    told = [number for number in before if number is not None]
    return now if all(_is_apart(now, number) for number in told) else told[-1]


def _present(answered: int, now: int, before: Sequence[_Before]) -> int | None:
    """How many were there, if neither that nor who did not answer tells of few people."""
    told = [(one.answered, one.release.present) for one in before]
    present = _settled(now, [number for _, number in told])
    _, shown = published_share(answered, present)
    silent = [number - others for others, number in told if number is not None]
    if shown is None or not all(_is_apart(shown - answered, number) for number in silent):
        return None
    return shown


def _cells(now: Sequence[int], total: int, before: Sequence[tuple[int, Cells]]) -> Cells:
    """Cells beside their total, after those that were told with the totals of their time."""
    cells = [
        _cell(cell, total, [(one, own[place]) for one, own in before])
        for place, cell in enumerate(now)
    ]
    known = [cell or 0 for cell in cells]
    told = published(known, total)
    shown = [cell is not None for cell in told]
    # Cells of two times may be more together than all; that is no overlapping yet.
    overlap = sum(now) > total
    while any(shown) and (
        _tells(known, shown, total)
        or (not overlap and sum(compress(known, shown)) > total)
        or any(_tells_since(told, shown, total, own, one) for one, own in before)
    ):
        smallest = min((cell, place) for place, cell in enumerate(known) if shown[place])
        shown[smallest[1]] = False
    return tuple(cell if kept else None for cell, kept in zip(told, shown, strict=True))


def _cell(now: int, total: int, before: Sequence[tuple[int, int | None]]) -> int | None:
    """A cell as it is, or as it was told last; None if neither may be told.

    Not the cell alone must have changed by nobody or by enough, the others of the total too.
    """
    told = [(one, number) for one, number in before if number is not None]
    # What has changed by more is not as it was: told so, it would be wrong.
    last = [number for _, number in told[-1:] if not _is_apart(now, number)]
    for cell in (now, *last):
        if all(
            _is_apart(cell, number) and _is_apart(total - cell, one - number)
            for one, number in told
        ):
            return cell
    return None


def _tells_since(
    cells: Cells, shown: Sequence[bool], total: int, before: Cells, total_before: int
) -> bool:
    """Whether the change of what is hidden is small, and can be worked out from what is shown."""
    pairs = [
        (cell, own)
        for cell, kept, own in zip(cells, shown, before, strict=True)
        if kept and cell is not None and own is not None
    ]
    rest = total - sum(cell for cell, _ in pairs)
    rest_before = total_before - sum(own for _, own in pairs)
    if rest < 0 or rest_before < 0:  # They overlap, so a difference says nothing.
        return False
    return not _is_apart(rest, rest_before)


@cache
def _reader() -> TypeAdapter[Release]:
    return TypeAdapter(Release)


def as_text(release: Release) -> str:
    """A release as it is stored."""
    return _reader().dump_json(release).decode()


def from_text(text: str) -> Release:
    """A stored release read back."""
    return _reader().validate_json(text)


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
