"""Groups that have called for help, until somebody has helped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from flows.ids import EffectKey, EventId, RoomId
from storage.tables import HelpCallRow, OutboxRow, table_of

_call = table_of(HelpCallRow)
_outbox = table_of(OutboxRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpCall:
    """A group calls for help. `event_id` is the message or the mark it called with.

    `key` is the effect that tells the organizers.
    """

    room_id: RoomId
    event_id: EventId
    key: EffectKey
    called_ms: int


class HelpCalls:
    """Calls for help inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, call: HelpCall) -> None:
        """Keep a call; the room has none open."""
        self._db.execute(
            sa.insert(_call).values(
                room_id=call.room_id,
                event_id=call.event_id,
                key=call.key,
                called_ms=call.called_ms,
            )
        )

    def open(self) -> dict[RoomId, HelpCall]:
        """The calls nobody has answered yet, by the room they came from."""
        rows = self._db.execute(sa.select(_call).where(_call.c.cleared_ms.is_(None)))
        return {RoomId(row.room_id): _to_call(row) for row in rows}

    def told_in(self, event_id: EventId) -> HelpCall | None:
        """The open call that the organizers were told of in this message."""
        query = (
            sa.select(_call)
            .join(_outbox, _outbox.c.key == _call.c.key)
            .where(_call.c.cleared_ms.is_(None), _outbox.c.event_id == event_id)
        )
        row = self._db.execute(query).first()
        return None if row is None else _to_call(row)

    def clear(self, call: HelpCall, *, now_ms: int) -> None:
        """Somebody has helped, or help is not needed any more."""
        self._db.execute(sa.update(_call).where(_call.c.key == call.key).values(cleared_ms=now_ms))


def _to_call(row: sa.Row[Any]) -> HelpCall:
    return HelpCall(
        room_id=RoomId(row.room_id),
        event_id=EventId(row.event_id),
        key=EffectKey(row.key),
        called_ms=row.called_ms,
    )
