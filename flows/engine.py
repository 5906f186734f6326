"""The one door: ``decide(dialogue, event)`` gives the dialogue's new state and what to do.

The walk of a dialogue through its steps::

    planned ──started──▶ step open ──time up──▶ (group step, answers missing) grace
                          ▲  ▲  │ └──enough answered──▶ a last moment ──┐      │
                          │  │  └──time up, moved on──▶ closed ◀────────┴──────┘
                          │  └──────── next step ◀───────┤
                          └─its time─ waiting for a time ◀┴──▶ ended, after the last

While the dialogue is paused no alarm moves it; when it goes on, everything that was still to
come is later by as much, and the alarms are set anew.

Every event may arrive twice: after a crash the clock rings again, and an organizer may
press twice. So each branch first asks whether its work is already done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from flows.dialogue import Dialogue, Phase, Status
from flows.effects import (
    AlarmKind,
    AskForAnswer,
    CloseStep,
    Effect,
    MakeDigest,
    MoveClose,
    News,
    OpenStep,
    Remind,
    ShowSealed,
    TellGroups,
    WakeAt,
)
from flows.events import (
    Answered,
    CloseMoved,
    Event,
    GraceOver,
    MovedOn,
    Paused,
    ReminderDue,
    Resumed,
    Skipped,
    Started,
    Stopped,
    TimeUp,
    WaitOver,
)
from flows.follow_ups import due_at
from flows.ids import EffectKey, GroupId, StepId
from flows.packs.pack import Opening, Step, StepKind
from flows.wall import on_the_wall

LAST_MOMENT_S = 20
"""When enough have answered, whoever is still writing has so long."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The dialogue as it is now, and what to do, in order."""

    dialogue: Dialogue
    effects: tuple[Effect, ...] = ()


def start_alarm(dialogue: Dialogue) -> WakeAt:
    """The alarm that starts a new dialogue."""
    return _alarm(dialogue, None, AlarmKind.START, dialogue.starts_at)


def decide(dialogue: Dialogue, event: Event) -> Decision:  # noqa: C901, PLR0911, PLR0912  one door: a line for each event there is
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
        case WaitOver():
            return _wait_over(dialogue, event)
        case Answered():
            return _answered(dialogue, event)
        case MovedOn():
            return _move_on(dialogue, event)
        case Paused():
            return _pause(dialogue, event)
        case Resumed():
            return _resume(dialogue, event)
        case CloseMoved():
            return _move_close(dialogue, event)
        case Skipped():
            return _skip(dialogue, event)
        case Stopped():
            return _stop(dialogue, event)
        case _:
            assert_never(event)


def _start(dialogue: Dialogue, event: Started) -> Decision:
    if dialogue.status is not Status.PLANNED:
        return Decision(dialogue)
    return _go_on(dialogue, event.at, ())


# ---------------------------------------------------------------- what alarms say


def _remind(dialogue: Dialogue, event: ReminderDue) -> Decision:
    step, closes_at = dialogue.step, dialogue.closes_at
    still_open = dialogue.is_at(event.step_id) and dialogue.phase is Phase.OPEN
    if not still_open or step is None or closes_at is None or dialogue.paused_at is not None:
        return Decision(dialogue)
    # Before its time it is the alarm of a close that was moved since. After the close, a
    # reminder held up by downtime would remind of nothing.
    remind_at = closes_at - dialogue.lasting(step.remind_before_s or 0)
    if not remind_at <= event.at < closes_at:
        return Decision(dialogue)
    return Decision(dialogue, (Remind(step_id=event.step_id, closes_at=closes_at),))


def _is_due(dialogue: Dialogue, at: datetime) -> bool:
    """Whether the open step's time is up, and the clock runs."""
    closes_at = dialogue.closes_at
    return dialogue.paused_at is None and closes_at is not None and at >= closes_at


def _time_up(dialogue: Dialogue, event: TimeUp) -> Decision:
    is_open = dialogue.phase in (Phase.OPEN, Phase.ENOUGH)
    if not (dialogue.is_at(event.step_id) and is_open and _is_due(dialogue, event.at)):
        return Decision(dialogue)
    step = dialogue.step
    # Where enough have answered, the others have had their last moment.
    waits = dialogue.phase is Phase.OPEN and bool(event.unanswered)
    if step is not None and step.kind is StepKind.GROUP and waits:
        return _wait_for_answers(dialogue, step, event)
    return _close_and_go_on(dialogue, event.at, event.unanswered)


def _wait_for_answers(dialogue: Dialogue, step: Step, event: TimeUp) -> Decision:
    until = event.at + dialogue.lasting(step.grace_s)
    ask = AskForAnswer(step_id=step.id, groups=event.unanswered, until=until)
    waiting = replace(dialogue, phase=Phase.GRACE, closes_at=until)
    return Decision(waiting, (ask, *_alarms(waiting)))


def _grace_over(dialogue: Dialogue, event: GraceOver) -> Decision:
    in_grace = dialogue.phase is Phase.GRACE
    if not (dialogue.is_at(event.step_id) and in_grace and _is_due(dialogue, event.at)):
        return Decision(dialogue)
    return _close_and_go_on(dialogue, event.at, event.unanswered)


def _wait_over(dialogue: Dialogue, event: WaitOver) -> Decision:
    due = dialogue.opens_at is not None and event.at >= dialogue.opens_at
    if not (_waits_for(dialogue, event.step_id) and due and dialogue.paused_at is None):
        return Decision(dialogue)
    return _go_on(dialogue, event.at, (), at_once=True)


def _waits_for(dialogue: Dialogue, step_id: StepId) -> bool:
    upcoming = dialogue.upcoming
    waits = dialogue.status is Status.RUNNING and dialogue.phase is Phase.WAITING
    return waits and upcoming is not None and upcoming.id == step_id


# ---------------------------------------------------------------- what people do


def _answered(dialogue: Dialogue, event: Answered) -> Decision:
    step = dialogue.step
    if step is None or step.id != event.step_id or not listens_for_answers(dialogue):
        return Decision(dialogue)
    if step.kind is StepKind.GROUP:
        have, of = event.groups_answered, len(dialogue.groups)
    else:
        have, of = event.answered, event.present
    share = step.quorum if step.opening is Opening.QUORUM else 1.0
    if have == 0 or have < share * of:
        return Decision(dialogue)
    until = event.at + dialogue.lasting(LAST_MOMENT_S)
    if dialogue.closes_at is not None and dialogue.closes_at <= until:
        return Decision(dialogue)
    moved = replace(dialogue, phase=Phase.ENOUGH, closes_at=until, moves=dialogue.moves + 1)
    return Decision(moved, (*_told(moved, News.ENOUGH), *_alarms(moved)))


def listens_for_answers(dialogue: Dialogue) -> bool:
    """Whether the open step closes when enough have answered, and so wants to hear of them."""
    step = dialogue.step
    on_answers = step is not None and step.opening in (Opening.QUORUM, Opening.EVERYONE)
    free = not (dialogue.own_pace or dialogue.by_hand or dialogue.paused_at is not None)
    return on_answers and free and dialogue.phase is Phase.OPEN


def _move_on(dialogue: Dialogue, event: MovedOn) -> Decision:
    if _waits_for(dialogue, event.step_id):
        return _go_on(dialogue, event.at, (), at_once=True)
    if not dialogue.is_at(event.step_id):
        return Decision(dialogue)
    return _close_and_go_on(dialogue, event.at, event.unanswered)


def _pause(dialogue: Dialogue, event: Paused) -> Decision:
    if dialogue.status is not Status.RUNNING or dialogue.paused_at is not None:
        return Decision(dialogue)
    paused = replace(dialogue, paused_at=event.at, moves=dialogue.moves + 1)
    step_id = None if paused.step is None else paused.step.id
    news = TellGroups(news=News.PAUSED, step_id=step_id, until=None, number=paused.moves)
    return Decision(paused, (news,))


def _resume(dialogue: Dialogue, event: Resumed) -> Decision:
    if dialogue.paused_at is None or dialogue.status is not Status.RUNNING:
        return Decision(dialogue)
    stood = event.at - dialogue.paused_at
    closes_at = None if dialogue.closes_at is None else dialogue.closes_at + stood
    going = replace(dialogue, paused_at=None, closes_at=closes_at, moves=dialogue.moves + 1)
    return Decision(going, (*_told(going, News.RESUMED), *_alarms(going)))


def _move_close(dialogue: Dialogue, event: CloseMoved) -> Decision:
    # What is to end in the past, ends now.
    closes_at = max(event.closes_at, dialogue.paused_at or event.at)
    if not dialogue.is_at(event.step_id) or closes_at == dialogue.closes_at:
        return Decision(dialogue)
    moved = replace(
        dialogue, phase=Phase.OPEN, closes_at=closes_at, moves=dialogue.moves + 1, by_hand=True
    )
    if moved.paused_at is not None:
        # Its alarms are set, and the groups told, when the clock goes on.
        return Decision(moved)
    return Decision(moved, (*_told(moved, News.MOVED), *_alarms(moved)))


def _skip(dialogue: Dialogue, event: Skipped) -> Decision:
    ids = [step.id for step in dialogue.pack.steps]
    is_to_come = event.step_id in ids[dialogue.position + 1 :]
    if dialogue.status is Status.ENDED or event.step_id in dialogue.skipped or not is_to_come:
        return Decision(dialogue)
    waited_for = _waits_for(dialogue, event.step_id)
    without = replace(dialogue, skipped=(*dialogue.skipped, event.step_id))
    return _go_on(without, event.at, ()) if waited_for else Decision(without)


def _stop(dialogue: Dialogue, event: Stopped) -> Decision:
    if dialogue.status is Status.ENDED:
        return Decision(dialogue)
    if dialogue.status is Status.PLANNED:
        return Decision(replace(dialogue, status=Status.ENDED))
    step = dialogue.step
    closing = () if step is None else _closing(dialogue, step, event.at, event.unanswered)
    return _end(dialogue, closing, event.at)


# ---------------------------------------------------------------- from step to step


def _close_and_go_on(dialogue: Dialogue, at: datetime, unanswered: frozenset[GroupId]) -> Decision:
    step = dialogue.step
    closing = () if step is None else _closing(dialogue, step, at, unanswered)
    return _go_on(dialogue, at, closing)


def _go_on(
    dialogue: Dialogue, at: datetime, done: tuple[Effect, ...], *, at_once: bool = False
) -> Decision:
    """Open the next step, or wait for its time (not if `at_once`), or end; `done` goes before."""
    following = dialogue.after(dialogue.position)
    passed = dialogue.pack.steps[dialogue.position + 1 : following]
    done = (*done, *_shown_by_skipped(dialogue, passed))
    if following is None:
        return _end(dialogue, done, at)
    opens_at = _not_before(dialogue, dialogue.pack.steps[following], at)
    if opens_at > at and not at_once:
        waiting = dialogue.waiting_for(dialogue.position, opens_at)
        effects = (*done, *_told(waiting, News.WAITING), *_alarms(waiting))
        return Decision(waiting, _digests_last(effects))
    opened = _open(dialogue, following, at)
    return Decision(opened.dialogue, _digests_last((*done, *opened.effects)))


def _not_before(dialogue: Dialogue, step: Step, at: datetime) -> datetime:
    """When a step begins that could begin `at`.

    A rehearsal in quick motion, and a group at its own pace, do not wait for the clock on the
    wall.
    """
    if step.begins_at is None or dialogue.own_pace or dialogue.pace != 1.0:
        return at
    zone = ZoneInfo(dialogue.zone)
    return max(at, on_the_wall(at.astimezone(zone).date(), step.begins_at, zone))


def _open(dialogue: Dialogue, position: int, at: datetime) -> Decision:
    """Open a step; one without a length is over at once, and the next opens too."""
    shown = _sealed_to_show(dialogue, position)
    dialogue = dialogue.at_step(position, at=at)
    step = dialogue.pack.steps[position]
    opening = OpenStep(step_id=step.id, at=at, closes_at=dialogue.closes_at)
    effects = (*shown, opening)
    if step.length_s is None and step.opening is Opening.TIME:
        gone_on = _close_and_go_on(dialogue, at, frozenset())
        return Decision(gone_on.dialogue, _digests_last((*effects, *gone_on.effects)))
    return Decision(dialogue, (*effects, *_alarms(dialogue)))


def _end(dialogue: Dialogue, closing: tuple[Effect, ...], at: datetime) -> Decision:
    ended = replace(
        dialogue,
        status=Status.ENDED,
        phase=Phase.OPEN,
        closes_at=None,
        opens_at=None,
        paused_at=None,
    )
    zone = ZoneInfo(dialogue.zone)
    booked = tuple(
        follow_up_alarm(dialogue, follow_up.id, due_at(follow_up, at, zone))
        for follow_up in dialogue.pack.follow_ups
    )
    return Decision(ended, _digests_last((*closing, MakeDigest(step_id=None), *booked)))


def follow_up_alarm(dialogue: Dialogue, follow_up_id: str, at: datetime) -> WakeAt:
    """The alarm that begins a follow-up; one per dialogue and follow-up."""
    key = EffectKey(f"{dialogue.id}/-/{follow_up_id}/{AlarmKind.FOLLOW_UP}/0")
    return WakeAt(key=key, alarm=AlarmKind.FOLLOW_UP, step_id=None, at=at, about=follow_up_id)


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


# ---------------------------------------------------------------- sealed answers


def _opens_at_its_close(dialogue: Dialogue, step: Step) -> bool:
    """Whether private answers to the step wait for no group step that would show them."""
    if not step.kind.asks_each or step.kind is StepKind.EXERCISE:
        return False
    return not (step.is_private and _discussed_after(dialogue, step, dialogue.position))


def _discussed_after(dialogue: Dialogue, individual: Step, position: int) -> bool:
    later = dialogue.pack.steps[position + 1 :]
    return any(_discusses(one, individual) and one.id not in dialogue.skipped for one in later)


def _discusses(group_step: Step, individual: Step) -> bool:
    tied = group_step.tie == individual.tie != ""
    return group_step.kind is StepKind.GROUP and tied


def _sealed_to_show(dialogue: Dialogue, position: int) -> tuple[Effect, ...]:
    """The sealed steps that a group step opens: those it is tied to, asked before it."""
    step = dialogue.pack.steps[position]
    return tuple(
        ShowSealed(step_id=earlier.id)
        for earlier in dialogue.pack.steps[:position]
        if earlier.is_private
        and earlier.id not in dialogue.skipped
        and _discusses(step, earlier)
        and not _shown_before(dialogue, earlier, position)
    )


def _shown_before(dialogue: Dialogue, sealed: Step, position: int) -> bool:
    """Whether a group step between the two has shown the answers already."""
    start = dialogue.pack.steps.index(sealed)
    between = dialogue.pack.steps[start:position]
    return any(_discusses(one, sealed) and one.id not in dialogue.skipped for one in between)


def _shown_by_skipped(dialogue: Dialogue, passed: tuple[Step, ...]) -> tuple[Effect, ...]:
    """What group steps would have shown that are not asked, where no later one does it."""
    steps = dialogue.pack.steps
    places = [steps.index(one) for one in passed if one.kind is StepKind.GROUP]
    to_show = (effect for place in places for effect in _sealed_to_show(dialogue, place))
    return tuple(
        effect
        for effect in dict.fromkeys(to_show)
        if isinstance(effect, ShowSealed)
        and (sealed := dialogue.pack.step(effect.step_id)) is not None
        and not _discussed_after(dialogue, sealed, dialogue.position)
    )


# ---------------------------------------------------------------- news and alarms


def _told(dialogue: Dialogue, news: News) -> tuple[Effect, ...]:
    """What the groups are told of the open step, or of the one that is waited for."""
    step = dialogue.upcoming if dialogue.phase is Phase.WAITING else dialogue.step
    until = dialogue.opens_at if dialogue.phase is Phase.WAITING else dialogue.closes_at
    step_id = None if step is None else step.id
    told = TellGroups(news=news, step_id=step_id, until=until, number=dialogue.moves)
    if dialogue.step is None or until is None:
        return (told,)
    return (MoveClose(step_id=dialogue.step.id, closes_at=until), told)


def _alarms(dialogue: Dialogue) -> tuple[WakeAt, ...]:
    """The alarms of the phase in which the dialogue is now."""
    step, closes_at = dialogue.step, dialogue.closes_at
    match dialogue.phase:
        case Phase.WAITING:
            upcoming, opens_at = dialogue.upcoming, dialogue.opens_at
            if upcoming is None or opens_at is None:
                return ()
            return (_alarm(dialogue, upcoming.id, AlarmKind.OPEN, opens_at),)
        case Phase.OPEN | Phase.ENOUGH | Phase.GRACE if step is None or closes_at is None:
            return ()
        case Phase.GRACE:
            return (_alarm(dialogue, step.id, AlarmKind.GRACE, closes_at),)
        case Phase.OPEN if step.remind_before_s is not None:
            remind_at = closes_at - dialogue.lasting(step.remind_before_s)
            return (
                _alarm(dialogue, step.id, AlarmKind.CLOSE, closes_at),
                _alarm(dialogue, step.id, AlarmKind.REMIND, remind_at),
            )
        case Phase.OPEN | Phase.ENOUGH:
            return (_alarm(dialogue, step.id, AlarmKind.CLOSE, closes_at),)
        case _:
            assert_never(dialogue.phase)


def _alarm(dialogue: Dialogue, step_id: StepId | None, alarm: AlarmKind, at: datetime) -> WakeAt:
    key = EffectKey(f"{dialogue.id}/{step_id or '-'}/-/{alarm}/{dialogue.moves}")
    return WakeAt(key=key, alarm=alarm, step_id=step_id, at=at)
