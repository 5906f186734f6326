"""The one door: ``decide(dialogue, event)`` gives the dialogue's new state and what to do.

The walk of a dialogue through its steps::

    planned ──started──▶ step open ──time up──▶ (group step, answers missing) grace
                            ▲  │                                   │
                            │  └──time up, moved on──▶ closed ◀──grace over, moved on
                            └────── next step ◀───────────┘──▶ ended, after the last

Every event may arrive twice: after a crash the clock rings again, and an organizer may
press twice. So each branch first asks whether its work is already done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from flows.dialogue import Dialogue, Phase, Status
from flows.effects import (
    AlarmKind,
    AskForAnswer,
    CloseStep,
    Effect,
    MakeDigest,
    OpenStep,
    Remind,
    ShowSealed,
    WakeAt,
)
from flows.events import Event, GraceOver, MovedOn, ReminderDue, Started, Stopped, TimeUp
from flows.ids import EffectKey, GroupId, StepId
from flows.packs.pack import Step, StepKind


@dataclass(frozen=True, slots=True)
class Decision:
    """The dialogue as it is now, and what to do, in order."""

    dialogue: Dialogue
    effects: tuple[Effect, ...] = ()


def start_alarm(dialogue: Dialogue) -> WakeAt:
    """The alarm that starts a new dialogue."""
    return WakeAt(
        key=_alarm_key(dialogue, None, AlarmKind.START),
        alarm=AlarmKind.START,
        step_id=None,
        at=dialogue.starts_at,
    )


def decide(dialogue: Dialogue, event: Event) -> Decision:
    """What an event changes, and what follows from it."""
    match event:
        case Started():
            return _start(dialogue, event)
        case ReminderDue():
            return _remind(dialogue, event)
        case TimeUp():
            return _time_up(dialogue, event)
        case GraceOver():
            return _grace_over(dialogue, event)
        case MovedOn():
            return _move_on(dialogue, event)
        case Stopped():
            return _stop(dialogue, event)
        case _:
            assert_never(event)


def _start(dialogue: Dialogue, event: Started) -> Decision:
    if dialogue.status is not Status.PLANNED:
        return Decision(dialogue)
    return _open(dialogue, 0, event.at)


def _remind(dialogue: Dialogue, event: ReminderDue) -> Decision:
    closes_at = dialogue.closes_at
    still_open = dialogue.is_at(event.step_id) and dialogue.phase is Phase.OPEN
    # A reminder held up by downtime until after the close would remind of nothing.
    if not still_open or closes_at is None or event.at >= closes_at:
        return Decision(dialogue)
    return Decision(dialogue, (Remind(step_id=event.step_id, closes_at=closes_at),))


def _time_up(dialogue: Dialogue, event: TimeUp) -> Decision:
    due = dialogue.closes_at is not None and event.at >= dialogue.closes_at
    if not dialogue.is_at(event.step_id) or dialogue.phase is not Phase.OPEN or not due:
        return Decision(dialogue)
    step = dialogue.step
    if step is not None and step.kind is StepKind.GROUP and event.unanswered:
        return _wait_for_answers(dialogue, step, event)
    return _close_and_go_on(dialogue, event.at, event.unanswered)


def _wait_for_answers(dialogue: Dialogue, step: Step, event: TimeUp) -> Decision:
    until = event.at + dialogue.lasting(step.grace_s)
    ask = AskForAnswer(step_id=step.id, groups=event.unanswered, until=until)
    ring = WakeAt(
        key=_alarm_key(dialogue, step.id, AlarmKind.GRACE),
        alarm=AlarmKind.GRACE,
        step_id=step.id,
        at=until,
    )
    return Decision(replace(dialogue, phase=Phase.GRACE, closes_at=until), (ask, ring))


def _grace_over(dialogue: Dialogue, event: GraceOver) -> Decision:
    due = dialogue.closes_at is not None and event.at >= dialogue.closes_at
    if not dialogue.is_at(event.step_id) or dialogue.phase is not Phase.GRACE or not due:
        return Decision(dialogue)
    return _close_and_go_on(dialogue, event.at, event.unanswered)


def _move_on(dialogue: Dialogue, event: MovedOn) -> Decision:
    if not dialogue.is_at(event.step_id):
        return Decision(dialogue)
    return _close_and_go_on(dialogue, event.at, event.unanswered)


def _stop(dialogue: Dialogue, event: Stopped) -> Decision:
    if dialogue.status is Status.ENDED:
        return Decision(dialogue)
    if dialogue.step is None:
        return Decision(replace(dialogue, status=Status.ENDED))
    closing = _closing(dialogue, dialogue.step, event.at, event.unanswered)
    return _end(dialogue, closing)


def _close_and_go_on(dialogue: Dialogue, at: datetime, unanswered: frozenset[GroupId]) -> Decision:
    step = dialogue.step
    closing = () if step is None else _closing(dialogue, step, at, unanswered)
    following = dialogue.position + 1
    if following >= len(dialogue.pack.steps):
        return _end(dialogue, closing)
    opened = _open(dialogue, following, at)
    return Decision(opened.dialogue, _digests_last((*closing, *opened.effects)))


def _digests_last(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The same effects, digests at the end.

    A digest may quote sealed answers that the next step shows; that of the whole dialogue
    comes after those of its steps.
    """

    def turn(effect: Effect) -> int:
        if not isinstance(effect, MakeDigest):
            return 0
        return 2 if effect.step_id is None else 1

    return tuple(sorted(effects, key=turn))


def _closing(
    dialogue: Dialogue, step: Step, at: datetime, unanswered: frozenset[GroupId]
) -> tuple[Effect, ...]:
    missing = unanswered if step.kind is StepKind.GROUP else frozenset[GroupId]()
    effects: list[Effect] = [CloseStep(step_id=step.id, at=at, unanswered=missing)]
    if _opens_at_its_close(dialogue, step):
        effects.append(ShowSealed(step_id=step.id))
    if step.kind.collects:
        effects.append(MakeDigest(step_id=step.id))
    return tuple(effects)


def _opens_at_its_close(dialogue: Dialogue, step: Step) -> bool:
    """Whether private answers to the step wait for no group step that would show them."""
    if step.kind is not StepKind.INDIVIDUAL:
        return False
    later = dialogue.pack.steps[dialogue.position + 1 :]
    return not (step.sealed and any(_discusses(group_step, step) for group_step in later))


def _discusses(group_step: Step, individual: Step) -> bool:
    tied = group_step.scenario == individual.scenario != ""
    return group_step.kind is StepKind.GROUP and tied


def _open(dialogue: Dialogue, position: int, at: datetime) -> Decision:
    """Open a step; one without a length is over at once, and the next opens too."""
    dialogue = dialogue.at_step(position, at=at)
    step = dialogue.pack.steps[position]
    opening = OpenStep(step_id=step.id, at=at, closes_at=dialogue.closes_at)
    effects = (*_sealed_to_show(dialogue, position), opening)
    if dialogue.closes_at is None:
        gone_on = _close_and_go_on(dialogue, at, frozenset())
        return Decision(gone_on.dialogue, _digests_last((*effects, *gone_on.effects)))
    return Decision(dialogue, (*effects, *_alarms(dialogue, step)))


def _sealed_to_show(dialogue: Dialogue, position: int) -> tuple[Effect, ...]:
    """The sealed steps that a group step opens: those of its scenario, before it."""
    step = dialogue.pack.steps[position]
    return tuple(
        ShowSealed(step_id=earlier.id)
        for earlier in dialogue.pack.steps[:position]
        if earlier.kind is StepKind.INDIVIDUAL
        and earlier.sealed
        and _discusses(step, earlier)
        and not _shown_before(dialogue, earlier, position)
    )


def _shown_before(dialogue: Dialogue, sealed: Step, position: int) -> bool:
    """Whether a group step between the two has shown the answers already."""
    start = dialogue.pack.steps.index(sealed)
    return any(_discusses(step, sealed) for step in dialogue.pack.steps[start:position])


def _alarms(dialogue: Dialogue, step: Step) -> tuple[WakeAt, ...]:
    closes_at = dialogue.closes_at
    if closes_at is None:
        return ()
    times = [(AlarmKind.CLOSE, closes_at)]
    if step.remind_before_s is not None:
        times.append((AlarmKind.REMIND, closes_at - dialogue.lasting(step.remind_before_s)))
    return tuple(
        WakeAt(key=_alarm_key(dialogue, step.id, alarm), alarm=alarm, step_id=step.id, at=at)
        for alarm, at in times
    )


def _end(dialogue: Dialogue, closing: tuple[Effect, ...]) -> Decision:
    ended = replace(dialogue, status=Status.ENDED, closes_at=None)
    return Decision(ended, _digests_last((*closing, MakeDigest(step_id=None))))


def _alarm_key(dialogue: Dialogue, step_id: StepId | None, alarm: AlarmKind) -> EffectKey:
    return EffectKey(f"{dialogue.id}/{step_id or '-'}/-/{alarm}/0")
