"""What falls due, once each. This table is the truth; the scheduler only rings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from flows.effects import AlarmKind
from flows.ids import DialogueId, EffectKey, StepId
from storage.instants import from_ms
from storage.tables import OccurrenceRow, table_of

_occurrence = table_of(OccurrenceRow)
_OPEN = sa.text("done_ms IS NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that is due at an instant. `wall_time` is the local time it was ordered for.

    `dialogue_id` is what it belongs to: a dialogue, or a series. `about` is what else the alarm
    says: which follow-up, which day of a series.
    """

    key: EffectKey
    dialogue_id: DialogueId
    alarm: AlarmKind
    step_id: StepId | None
    due_ms: int
    wall_time: str = ""
    about: str = ""


def wall_time(moment: datetime, zone: str) -> str:
    """An instant as it is kept beside an alarm, for people: what the wall shows, and where."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S} {zone}"


def of_no_step(key: EffectKey, *, whose: DialogueId, due_ms: int, zone: str = "UTC") -> Occurrence:
    """An alarm that no step of a dialogue has ordered; it stands still for no pause.

    `key` begins in a way of its own, by which it is known who rings for it.
    """
    return Occurrence(
        key=key,
        dialogue_id=whose,
        alarm=AlarmKind.REMIND,
        step_id=None,
        due_ms=due_ms,
        wall_time=wall_time(from_ms(due_ms), zone),
    )


class Occurrences:
    """Occurrences inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def plan(self, occurrence: Occurrence) -> None:
        """Order an alarm; ordered again under the same key it changes nothing."""
        known = sa.select(sa.literal(1)).where(_occurrence.c.key == occurrence.key)
        if self._db.scalar(known) is None:
            alarm = {
                "alarm": occurrence.alarm.value,
                "step_id": occurrence.step_id,
                "about": occurrence.about,
            }
            self._db.execute(
                sa.insert(_occurrence).values(
                    key=occurrence.key,
                    dialogue_id=occurrence.dialogue_id,
                    alarm=json.dumps(alarm),
                    wall_time=occurrence.wall_time,
                    due_ms=occurrence.due_ms,
                )
            )

    def due(self, *, now_ms: int) -> list[Occurrence]:
        """What is due and not done, in the order in which it fell due."""
        query = (
            sa.select(_occurrence)
            .where(_OPEN, _occurrence.c.due_ms <= now_ms)
            .order_by(_occurrence.c.due_ms, _occurrence.c.key)
        )
        return [_to_occurrence(row) for row in self._db.execute(query)]

    def done(self, key: EffectKey, *, now_ms: int) -> None:
        """Mark as done."""
        self._db.execute(
            sa.update(_occurrence).where(_occurrence.c.key == key).values(done_ms=now_ms)
        )

    def postpone(self, key: EffectKey, *, due_ms: int) -> None:
        """Ring again later."""
        self._db.execute(
            sa.update(_occurrence).where(_occurrence.c.key == key).values(due_ms=due_ms)
        )

    def move(self, key: EffectKey, *, due_ms: int, wall_time: str) -> None:
        """Order an alarm that has not rung for another time."""
        self._db.execute(
            sa.update(_occurrence)
            .where(_occurrence.c.key == key, _OPEN)
            .values(due_ms=due_ms, wall_time=wall_time)
        )

    def next_due_ms(self) -> int | None:
        """When the next alarm is due."""
        found: int | None = self._db.scalar(
            sa.select(sa.func.min(_occurrence.c.due_ms)).where(_OPEN)
        )
        return found

    def waiting_for(self, alarm: AlarmKind) -> list[Occurrence]:
        """All alarms of a kind that have not rung, in the order in which they fall due."""
        query = sa.select(_occurrence).where(_OPEN).order_by(_occurrence.c.due_ms)
        found = (_to_occurrence(row) for row in self._db.execute(query))
        return [one for one in found if one.alarm is alarm]

    def waiting(self, dialogue_id: DialogueId) -> list[Occurrence]:
        """A dialogue's alarms that have not rung."""
        query = (
            sa.select(_occurrence)
            .where(_OPEN, _occurrence.c.dialogue_id == dialogue_id)
            .order_by(_occurrence.c.due_ms)
        )
        return [_to_occurrence(row) for row in self._db.execute(query)]


def _to_occurrence(row: sa.Row[Any]) -> Occurrence:
    alarm = json.loads(row.alarm)
    return Occurrence(
        key=EffectKey(row.key),
        dialogue_id=DialogueId(row.dialogue_id),
        alarm=AlarmKind(alarm["alarm"]),
        step_id=None if alarm["step_id"] is None else StepId(alarm["step_id"]),
        due_ms=row.due_ms,
        wall_time=row.wall_time,
        about=alarm.get("about", ""),
    )
