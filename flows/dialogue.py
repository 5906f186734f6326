"""One run of a pack: its groups, and how far it has come.

Replies are not part of it. A reply is a row of its own, so that taking one never loads or
rewrites the dialogue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from flows.ids import DialogueId, GroupId, RoomId, StepId
from flows.packs.pack import Identity, Opening, Pack, Step


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
    ENOUGH = "enough"
    """So many have answered that the next step may begin; the others get a last moment."""
    WAITING = "waiting"
    """No step is open: the next one begins at a time on the wall, and that is later."""


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
    `position` is the index of the current step, -1 before the first; while the dialogue waits,
    that of the step before. `closes_at` is the first instant at which a reply to the current
    step is late, None if the step has no end of its own. `opens_at` is when the step begins
    that is waited for.
    `paused_at`: since then the clock of the dialogue stands. `moves` counts how often its times
    were moved, so that alarms set anew are other alarms. `by_hand`: an organizer gave the open
    step its end, and answers do not close it earlier.
    `skipped` are steps that are not asked. `own_pace`: its group goes on when it is done; no
    step closes by itself. `follows` is the dialogue that it follows up, as the pack's
    `follow_up`; `series` the series it belongs to. `registry` is the registry number that was set
    from the organizers' room, None where the pack's counts. `consent` is the version of the text
    that people say yes to before anything of theirs is kept, "" where nobody is asked.
    `erase_at` is when what people wrote is erased, unless there is a `legal_hold` (why it must
    be kept); `erased_at` is when it was.
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
    opens_at: datetime | None = None
    paused_at: datetime | None = None
    moves: int = 0
    by_hand: bool = False
    skipped: tuple[StepId, ...] = ()
    own_pace: bool = False
    follows: DialogueId | None = None
    follow_up: str = ""
    series: str = ""
    registry: str | None = None
    consent: str = ""
    erase_at: datetime | None = None
    erased_at: datetime | None = None
    legal_hold: str = ""

    @property
    def registry_number(self) -> str:
        """Under which number the organisation keeps it, "" for none."""
        return self.pack.registry if self.registry is None else self.registry

    @property
    def erased_on(self) -> date | None:
        """The local day on which what people wrote is erased, None where none is set."""
        return (
            None if self.erase_at is None else self.erase_at.astimezone(ZoneInfo(self.zone)).date()
        )

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody can tell, after its close, who gave a private answer."""
        return self.pack.identity is Identity.ANONYMOUS

    @property
    def step(self) -> Step | None:
        """The open step; None before the first, after the last, and between two."""
        running = self.status is Status.RUNNING and self.phase is not Phase.WAITING
        return self.pack.steps[self.position] if running and self.position >= 0 else None

    @property
    def upcoming(self) -> Step | None:
        """The step that comes next, None after the last."""
        ended = self.status is Status.ENDED
        following = None if ended else self.after(self.position)
        return None if following is None else self.pack.steps[following]

    def after(self, position: int) -> int | None:
        """The index of the first step after `position` that is asked, None if there is none."""
        steps = enumerate(self.pack.steps)
        left = (n for n, one in steps if n > position and one.id not in self.skipped)
        return next(left, None)

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
        ends = self.ends_by_itself(step) and step.length_s is not None
        return replace(
            self,
            status=Status.RUNNING,
            position=position,
            phase=Phase.OPEN,
            opened_at=at,
            closes_at=at + self.lasting(step.length_s or 0) if ends else None,
            opens_at=None,
            paused_at=None,
            by_hand=False,
        )

    def ends_by_itself(self, step: Step) -> bool:
        """Whether the step's length, or having none, ends it; else somebody has to go on."""
        waits_for_people = self.own_pace and step.length_s is not None
        return not waits_for_people and step.opening is not Opening.ORGANIZER

    def waiting_for(self, position: int, opens_at: datetime) -> Dialogue:
        """The dialogue with no step open, the one after `position` beginning at `opens_at`."""
        return replace(
            self,
            status=Status.RUNNING,
            position=position,
            phase=Phase.WAITING,
            opened_at=None,
            closes_at=None,
            opens_at=opens_at,
            paused_at=None,
        )
