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
    """Ring at an instant. `key` makes the alarm one: ordered twice, it rings once."""

    key: EffectKey
    alarm: AlarmKind
    step_id: StepId | None
    at: datetime
    kind: Literal["wake_at"] = "wake_at"


Effect = OpenStep | ShowSealed | Remind | AskForAnswer | CloseStep | MakeDigest | WakeAt
