"""What must hold within a step and between steps, once each value has been read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.packs.durations import format_duration
from flows.packs.pack import StepKind
from flows.packs.table import Table, quoted, suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStep:
    """What is known of a step while its pack is read; None is missing or wrong, and noted."""

    table: Table
    id: str | None
    kind: StepKind | None
    scenario: str
    sealed: bool
    length_s: int | None
    remind_before_s: int | None

    @property
    def opens_later(self) -> bool:
        """Whether its answers wait for the group step of its scenario."""
        return self.kind is StepKind.INDIVIDUAL and self.sealed and self.scenario != ""

    @property
    def may_be_group(self) -> bool:
        """Whether it is a group step, or would be if its kind were spelt right."""
        return self.kind in (StepKind.GROUP, None)


def check_steps(steps: Sequence[DraftStep]) -> None:
    """Note everything that is wrong although each value on its own is right."""
    _check_ids(steps)
    for position, step in enumerate(steps):
        _check_length(step, last=position == len(steps) - 1)
        _check_reminder(step)
        if step.opens_later:
            _check_opening(step, steps[position + 1 :])
    _check_one_group_step(steps)


def _check_ids(steps: Sequence[DraftStep]) -> None:
    first: dict[str, DraftStep] = {}
    for step in steps:
        if step.id is None:
            continue
        if step.id not in first:
            first[step.id] = step
            continue
        step.table.note(
            "id",
            f"id = {quoted(step.id)} is used already{_where(first[step.id], 'id')};"
            " every step needs one of its own",
        )


def _check_length(step: DraftStep, *, last: bool) -> None:
    if "length" in step.table.values or step.kind in (StepKind.BACKGROUND, None):
        return
    if step.kind is StepKind.PLENARY and last:
        return
    ends = ", or make it the last step" if step.kind is StepKind.PLENARY else ""
    step.table.note(
        "length",
        f"length is missing, and a step of the kind {quoted(step.kind)} must end;"
        f' write e.g. length = "10 min"{ends}',
    )


def _check_reminder(step: DraftStep) -> None:
    if step.length_s is None or step.remind_before_s is None:
        return
    if step.remind_before_s >= step.length_s:
        step.table.note(
            "remind_before",
            f"remind_before is {format_duration(step.remind_before_s)} before the close, but the"
            f" step is only {format_duration(step.length_s)} long; write less than that",
        )


def _check_opening(step: DraftStep, later: Sequence[DraftStep]) -> None:
    """A scenario that no group step takes up is most often one that is spelt in two ways."""
    groups = [other for other in later if other.may_be_group]
    if any(other.scenario == step.scenario for other in groups):
        return
    scenarios = {other.scenario for other in groups if other.scenario}
    remedy = suggestion(step.scenario, scenarios) if scenarios else "add one, or remove scenario"
    step.table.note(
        "scenario",
        f"no group step after this one has scenario = {quoted(step.scenario)}, to open these"
        f" sealed answers; {remedy}",
    )


def _check_one_group_step(steps: Sequence[DraftStep]) -> None:
    """There is one group answer per group and scenario."""
    first: dict[str, DraftStep] = {}
    for step in steps:
        if step.kind is not StepKind.GROUP or not step.scenario:
            continue
        if step.scenario in first:
            step.table.note(
                "scenario",
                f"scenario = {quoted(step.scenario)} has a group step already"
                f"{_where(first[step.scenario], 'scenario')}; give this one a scenario of its own",
            )
        first.setdefault(step.scenario, step)


def _where(step: DraftStep, key: str) -> str:
    line = step.table.findings.places.line((*step.table.path, key))
    return "" if line is None else f" on line {line}"
