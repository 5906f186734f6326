"""One run of a pack: its groups, and how far it has come.

Replies are not part of it. A reply is a row of its own, so that taking one never loads or
rewrites the dialogue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from flows.ids import DialogueId, GroupId, RoomId, StepId
from flows.packs.pack import Pack, Step


class Status(StrEnum):
    """The life of a dialogue."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"


class Phase(StrEnum):
    """How far the current step has come."""

    OPEN = "open"
    GRACE = "grace"
    """The time is up; groups that have not answered were asked once, and are waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One table: its name for people and its room."""

    id: GroupId
    name: str
    room_id: RoomId


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """One run of a pack.

    `zone` is an IANA name; `starts_at` is the instant it means there. `pace` divides every
    length of the pack: 60 runs an hour in a minute, for rehearsals.
    `position` is the index of the current step, -1 before the first.
    `closes_at` is the first instant at which a reply to the current step is late, None if
    the step has no end of its own.
    """

    id: DialogueId
    pack: Pack
    language: str
    organizers_room: RoomId
    groups: tuple[Group, ...]
    zone: str
    starts_at: datetime
    pace: float = 1.0
    status: Status = Status.PLANNED
    position: int = -1
    phase: Phase = Phase.OPEN
    opened_at: datetime | None = None
    closes_at: datetime | None = None

    @property
    def step(self) -> Step | None:
        """The current step; None before the first and after the last."""
        running = self.status is Status.RUNNING and 0 <= self.position < len(self.pack.steps)
        return self.pack.steps[self.position] if running else None

    def is_at(self, step_id: StepId) -> bool:
        """Whether this is the current step."""
        return self.step is not None and self.step.id == step_id

    def lasting(self, seconds: int) -> timedelta:
        """A length of the pack, as long as this dialogue makes it."""
        return timedelta(seconds=seconds / self.pace)

    def group(self, group_id: GroupId) -> Group | None:
        """The group, or None if there is none of that id."""
        return next((group for group in self.groups if group.id == group_id), None)

    def at_step(self, position: int, *, at: datetime) -> Dialogue:
        """The dialogue with another step open since `at`."""
        step = self.pack.steps[position]
        closes_at = None if step.length_s is None else at + self.lasting(step.length_s)
        return replace(
            self,
            status=Status.RUNNING,
            position=position,
            phase=Phase.OPEN,
            opened_at=at,
            closes_at=closes_at,
        )
