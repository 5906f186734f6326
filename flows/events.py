"""What happens to a dialogue: the only inputs of the engine.

An event may come twice (a crash, a clock that rings again); the second changes nothing.
`unanswered` are the groups without a standing group answer at that moment, a fact the
engine cannot look up itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.ids import GroupId, StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The time to begin has come."""

    at: datetime
    kind: Literal["started"] = "started"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderDue:
    """The time has come to remind those who have not answered."""

    step_id: StepId
    at: datetime
    kind: Literal["reminder_due"] = "reminder_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUp:
    """The step's length has passed."""

    step_id: StepId
    at: datetime
    unanswered: frozenset[GroupId] = frozenset()
    kind: Literal["time_up"] = "time_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class GraceOver:
    """The wait for missing group answers is over."""

    step_id: StepId
    at: datetime
    unanswered: frozenset[GroupId] = frozenset()
    kind: Literal["grace_over"] = "grace_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitOver:
    """The time on the wall has come before which the step was not to begin."""

    step_id: StepId
    at: datetime
    kind: Literal["wait_over"] = "wait_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Somebody has answered: so many of those present, and so many of the groups, have now."""

    step_id: StepId
    at: datetime
    answered: int
    present: int
    groups_answered: int
    kind: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedOn:
    """Somebody who may went on before the time: the step closes, the next one opens at once.

    Where the dialogue waits for the time of a step, `step_id` is that step.
    """

    step_id: StepId
    at: datetime
    unanswered: frozenset[GroupId] = frozenset()
    kind: Literal["moved_on"] = "moved_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """An organizer stopped the dialogue's clock."""

    at: datetime
    kind: Literal["paused"] = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """An organizer let the clock go on."""

    at: datetime
    kind: Literal["resumed"] = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMoved:
    """An organizer gave the open step another end, `closes_at`, earlier or later."""

    step_id: StepId
    at: datetime
    closes_at: datetime
    kind: Literal["close_moved"] = "close_moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An organizer decided that a coming step is not asked."""

    step_id: StepId
    at: datetime
    kind: Literal["skipped"] = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """An organizer ended the dialogue."""

    at: datetime
    unanswered: frozenset[GroupId] = frozenset()
    kind: Literal["stopped"] = "stopped"


Event = (
    Started
    | ReminderDue
    | TimeUp
    | GraceOver
    | WaitOver
    | Answered
    | MovedOn
    | Paused
    | Resumed
    | CloseMoved
    | Skipped
    | Stopped
)
