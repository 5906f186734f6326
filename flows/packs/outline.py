"""When each step of a pack begins, for whoever plans the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flows.ids import StepId
from flows.packs.pack import Pack, StepKind, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineLine:
    """One step in the plan.

    `begins_after_s` counts from the start of the dialogue. `begins_at` is None where the plan
    has no start yet. `length_s` None is a step that the next one follows at once.
    """

    step_id: StepId
    kind: StepKind
    title: Text
    scenario: str
    begins_after_s: int
    begins_at: datetime | None
    length_s: int | None


def outline(pack: Pack, starts_at: datetime | None) -> tuple[OutlineLine, ...]:
    """Lay the steps one after the other, as planned: no pause, no waiting for late answers.

    A step that begins at an hour of its own waits for it where the start is known; without one
    nobody can say how long, and it follows at once.

    Args:
        starts_at: Aware; the steps come in its zone. None gives relative times alone.

    Raises:
        ValueError: The start is naive, so that nobody can know when it is.
    """
    if starts_at is not None and starts_at.tzinfo is None:
        raise ValueError(f"{starts_at} has no zone")
    lines = []
    elapsed_s = 0
    for step in pack.steps:
        begins_at = None
        if starts_at is not None:
            begins_at = _later(starts_at, elapsed_s)
            waited_s = _until(begins_at, step.begins_at)
            elapsed_s += waited_s
            begins_at = _later(begins_at, waited_s)
        lines.append(
            OutlineLine(
                step_id=step.id,
                kind=step.kind,
                title=step.title,
                scenario=step.scenario,
                begins_after_s=elapsed_s,
                begins_at=begins_at,
                length_s=step.length_s,
            )
        )
        elapsed_s += step.length_s or 0
    return tuple(lines)


def planned_s(pack: Pack, starts_at: datetime) -> int:
    """How long a dialogue lasts as planned, in seconds; see `outline`."""
    lines = outline(pack, starts_at)
    return lines[-1].begins_after_s + (lines[-1].length_s or 0) if lines else 0


def _until(moment: datetime, wall: tuple[int, int] | None) -> int:
    """The seconds until the clock shows `wall` on that day, none if it has shown it."""
    if wall is None:
        return 0
    hour, minute = wall
    then = moment.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
    seconds = (then.astimezone(UTC) - moment.astimezone(UTC)).total_seconds()
    return max(0, round(seconds))


def _later(starts_at: datetime, seconds: int) -> datetime:
    # Counted in UTC: in its own zone an aware datetime counts on the wall, and an hour's break
    # on the night when the clocks change would take two hours, or none.
    return (starts_at.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(starts_at.tzinfo)
