"""What a dialogue wants done: the only outputs of the engine, in the order to do them.

None of it is done here. The running program turns each into rows of the outbox in the
transaction that keeps the dialogue's new state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from flows.ids import EffectKey, GroupId, StepId


class AlarmKind(StrEnum):
    """What an alarm means when it rings."""

    START = "start"
    REMIND = "remind"
    CLOSE = "close"
    GRACE = "grace"
    OPEN = "open"
    """A step begins that waited for its time on the wall."""
    FOLLOW_UP = "follow_up"
    """A follow-up of an ended dialogue begins; `WakeAt.about` is its id."""
    SERIES = "series"
    """The next dialogue of a series begins."""


class News(StrEnum):
    """What the groups are told of the course of their dialogue."""

    PAUSED = "paused"
    RESUMED = "resumed"
    MOVED = "moved"
    """The open step ends earlier or later than was said."""
    ENOUGH = "enough"
    """So many have answered that the step closes soon."""
    WAITING = "waiting"
    """The next step begins at a time, and that is later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStep:
    """Open a round for the step in every group and put its prompt to them."""

    step_id: StepId
    at: datetime
    closes_at: datetime | None
    kind: Literal["open_step"] = "open_step"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSealed:
    """Show every group its own sealed answers to a closed step, without names."""

    step_id: StepId
    kind: Literal["show_sealed"] = "show_sealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """Remind those who have not answered, and nobody else."""

    step_id: StepId
    closes_at: datetime
    kind: Literal["remind"] = "remind"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForAnswer:
    """Ask groups for the group answer they have not given; said once."""

    step_id: StepId
    groups: frozenset[GroupId]
    until: datetime
    kind: Literal["ask_for_answer"] = "ask_for_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveClose:
    """The open step's rounds close at another time."""

    step_id: StepId
    closes_at: datetime
    kind: Literal["move_close"] = "move_close"


@dataclass(frozen=True, slots=True, kw_only=True)
class TellGroups:
    """Tell every group something, once; `number` tells it apart from the same told earlier.

    `step_id` is the step it is about, None if it is about none. `until` is when that step
    closes, or (waiting) begins, None if it has no such time.
    """

    news: News
    step_id: StepId | None
    until: datetime | None
    number: int
    kind: Literal["tell_groups"] = "tell_groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseStep:
    """Close the step's rounds; for `unanswered` groups "no group answer" is recorded."""

    step_id: StepId
    at: datetime
    unanswered: frozenset[GroupId]
    kind: Literal["close_step"] = "close_step"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeDigest:
    """Compose a digest of a closed step, or of the whole dialogue (None), for the organizers."""

    step_id: StepId | None
    kind: Literal["make_digest"] = "make_digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeAt:
    """Ring at an instant. `key` makes the alarm one: ordered twice, it rings once.

    `about` is what the alarm is for, where neither its kind nor the step says so.
    """

    key: EffectKey
    alarm: AlarmKind
    step_id: StepId | None
    at: datetime
    about: str = ""
    kind: Literal["wake_at"] = "wake_at"


Effect = (
    OpenStep
    | ShowSealed
    | Remind
    | AskForAnswer
    | MoveClose
    | TellGroups
    | CloseStep
    | MakeDigest
    | WakeAt
)
