"""What must hold within a step and between steps, once each value has been read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flows.packs.durations import format_duration
from flows.packs.pack import Opening, StepKind
from flows.packs.table import Table, listed, quoted, suggestion
from flows.said import Said, said

_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStep:
    """What is known of a step while its pack is read; None is missing or wrong, and noted."""

    table: Table
    id: str | None
    kind: StepKind | None
    scenario: str
    scenarios: tuple[str, ...]
    turn: int
    sealed: bool
    shown: bool
    length_s: int | None
    remind_before_s: int | None
    begins_at: tuple[int, int] | None
    opening: Opening
    quorum: float

    @property
    def tie(self) -> str:
        """As `flows.packs.pack.Step.tie`."""
        return f"{'+'.join(self.scenarios)}@{self.turn}" if self.scenarios else self.scenario

    @property
    def opens_later(self) -> bool:
        """Whether its answers wait for the group step of its scenario."""
        sealed = self.kind is StepKind.INDIVIDUAL and self.sealed
        return sealed and self.shown and self.tie != ""

    @property
    def may_be_group(self) -> bool:
        """Whether it is a group step, or would be if its kind were spelt right."""
        return self.kind in (StepKind.GROUP, None)

    @property
    def tied_by(self) -> str:
        """The key that ties it."""
        return "scenarios" if self.scenarios else "scenario"


def check_steps(steps: Sequence[DraftStep]) -> None:
    """Note what is wrong among the steps of one dialogue although each value is right."""
    for position, step in enumerate(steps):
        _check_length(step, last=position == len(steps) - 1)
        _check_reminder(step)
        _check_turn(step)
        _check_shown(step)
        if step.opens_later:
            _check_opening(step, steps[position + 1 :])
    _check_one_group_step(steps)
    _check_beginnings(steps)


def check_ids(steps: Sequence[DraftStep]) -> None:
    """Note ids that two steps have, be they of the pack or of its follow-ups."""
    first: dict[str, DraftStep] = {}
    for step in steps:
        if step.id is None:
            continue
        if step.id not in first:
            first[step.id] = step
            continue
        step.table.note(
            "id",
            said(
                "id = {id} is used already {where}; every step needs one of its own",
                id=quoted(step.id),
                where=_where(first[step.id], "id"),
            ),
        )


def check_anonymous(steps: Sequence[DraftStep]) -> None:
    """Note steps of an anonymous pack that each would answer under her name."""
    for step in steps:
        asks = step.kind in (StepKind.INDIVIDUAL, StepKind.POLL, StepKind.CHECK_IN)
        if asks and not step.sealed:
            step.table.note(
                "sealed",
                said(
                    'sealed = false cannot stand in a pack with identity = "anonymous": in the'
                    " group's room everybody sees who writes and taps; remove it"
                ),
            )


def check_scenarios(steps: Sequence[DraftStep], described: Sequence[str]) -> None:
    """Note scenarios that steps name and the pack does not describe.

    A name that ties two steps together may be without a description; one that stands alone in
    a pack that describes scenarios is a slip.
    """
    named = Counter(step.scenario for step in steps)
    for step in steps:
        for name in step.scenarios:
            if name not in described:
                step.table.note("scenarios", _not_described(name, described))
        slips = described and step.scenario and step.scenario not in described
        if slips and named[step.scenario] == 1:
            step.table.note("scenario", _not_described(step.scenario, described))


def _not_described(name: str, described: Sequence[str]) -> Said:
    if not described:
        return said(
            "there is no scenario {name}; write a [[scenario]] with id = {name}, title and text",
            name=quoted(name),
        )
    return said(
        "there is no [[scenario]] with id = {name}; {remedy}",
        name=quoted(name),
        remedy=suggestion(name, described),
    )


def _check_length(step: DraftStep, *, last: bool) -> None:
    kind = step.kind
    if "length" in step.table.values or kind in (StepKind.BACKGROUND, StepKind.PICTURE, None):
        return
    waits = step.opening is Opening.ORGANIZER
    if kind in (StepKind.PLENARY, StepKind.FILM) and waits:
        return
    if kind is StepKind.PLENARY and last:
        return
    step.table.note("length", _length_missing(kind, waits=waits))


def _length_missing(kind: StepKind, *, waits: bool) -> Said:
    if kind is StepKind.PLENARY:
        return said(
            "length is missing, and a step of the kind {kind} must end; write e.g."
            ' length = "10 min", or make it the last step, or let the organizers end it with'
            ' next = "organizer"',
            kind=quoted(kind),
        )
    if kind is StepKind.FILM:
        return said(
            "length is missing, and a step of the kind {kind} must end; write e.g."
            ' length = "10 min", or let the organizers end it with next = "organizer"',
            kind=quoted(kind),
        )
    if waits:
        return said(
            "length is missing; the organizers end this step, but people must see how long they"
            ' may count on; write e.g. length = "10 min"'
        )
    return said(
        'length is missing, and a step of the kind {kind} must end; write e.g. length = "10 min"',
        kind=quoted(kind),
    )


def _check_reminder(step: DraftStep) -> None:
    if step.length_s is None or step.remind_before_s is None:
        return
    if step.remind_before_s >= step.length_s:
        step.table.note(
            "remind_before",
            said(
                "remind_before is {before} before the close, but the step is only {length} long;"
                " write less than that",
                before=format_duration(step.remind_before_s),
                length=format_duration(step.length_s),
            ),
        )


def _check_turn(step: DraftStep) -> None:
    written = step.table.values
    if "scenario" in written and "scenarios" in written:
        step.table.note(
            "scenarios", said("there are both scenario and scenarios; keep one of them")
        )
    if "turn" in written and "scenarios" not in written:
        step.table.note(
            "turn", said("turn says which of the scenarios comes first; write scenarios too")
        )
    elif step.scenarios and step.turn > len(step.scenarios):
        step.table.note(
            "turn",
            said(
                "turn = {turn}, but there are only {count} scenarios; write at most that",
                turn=step.turn,
                count=len(step.scenarios),
            ),
        )


def _check_shown(step: DraftStep) -> None:
    if not step.sealed and not step.shown:
        step.table.note(
            "shown",
            said(
                "sealed = false lets everybody read the answers, and shown = false nobody in the"
                " group; remove one of them"
            ),
        )


def _check_opening(step: DraftStep, later: Sequence[DraftStep]) -> None:
    """A scenario that no group step takes up is most often one that is spelt in two ways."""
    groups = [other for other in later if other.may_be_group]
    if any(other.tie == step.tie for other in groups):
        return
    if step.scenarios:
        step.table.note(
            "scenarios",
            said(
                "no group step after this one has the same scenarios and turn, to open these"
                " sealed answers; add one, or write sealed = false"
            ),
        )
        return
    scenarios = {other.scenario for other in groups if other.scenario}
    remedy = said("add one, or remove scenario")
    if scenarios:
        remedy = suggestion(step.scenario, scenarios)
    step.table.note(
        "scenario",
        said(
            "no group step after this one has scenario = {scenario}, to open these"
            " sealed answers; {remedy}",
            scenario=quoted(step.scenario),
            remedy=remedy,
        ),
    )


def _check_one_group_step(steps: Sequence[DraftStep]) -> None:
    """There is one group answer per group and scenario."""
    first: dict[str, DraftStep] = {}
    for step in steps:
        if step.kind is not StepKind.GROUP or not step.tie:
            continue
        if step.tie in first:
            step.table.note(
                step.tied_by,
                said(
                    "{key} = {value} has a group step already {where}; give this one"
                    " a scenario of its own",
                    key=step.tied_by,
                    value=listed(step.scenarios) if step.scenarios else quoted(step.scenario),
                    where=_where(first[step.tie], step.tied_by),
                ),
            )
        first.setdefault(step.tie, step)


def _check_beginnings(steps: Sequence[DraftStep]) -> None:
    """Within a day, a step cannot begin at an hour by which the steps before it are not over."""
    free_at_s: int | None = None
    for step in steps:
        if step.begins_at is not None:
            hour, minute = step.begins_at
            begins_s = hour * 3600 + minute * 60
            if free_at_s is not None and begins_s < free_at_s < _DAY_S:
                step.table.note(
                    "begins_at",
                    said(
                        "begins_at is {at}, but the steps before this one last until {until};"
                        " write that or later, or shorten them",
                        at=_clock(begins_s),
                        until=_clock(free_at_s),
                    ),
                )
            free_at_s = begins_s
        if free_at_s is not None:
            free_at_s += step.length_s or 0


def _clock(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return f"{minutes // 60:02}.{minutes % 60:02}"


def _where(step: DraftStep, key: str) -> Said:
    line = step.table.line(key)
    return said("further up") if line is None else said("on line {line}", line=line)
