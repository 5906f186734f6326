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
class MovedOn:
    """An organizer closed the step before its time: the next one opens at once."""

    step_id: StepId
    at: datetime
    unanswered: frozenset[GroupId] = frozenset()
    kind: Literal["moved_on"] = "moved_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """An organizer ended the dialogue."""

    at: datetime
    unanswered: frozenset[GroupId] = frozenset()
    kind: Literal["stopped"] = "stopped"


Event = Started | ReminderDue | TimeUp | GraceOver | MovedOn | Stopped
