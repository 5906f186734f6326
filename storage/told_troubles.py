"""What lasts and has been told, so that the next process can tell of its end."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlalchemy as sa

from flows.ids import EffectKey, RoomId
from storage.tables import ToldTroubleRow, table_of

_told = table_of(ToldTroubleRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTrouble:
    """Something that lasts. `key` is that of the message that told of it.

    `rooms` are those that it is about, if it is about rooms; `detail` is what was told of it.
    """

    kind: str
    key: EffectKey
    since_ms: int
    detail: str = ""
    rooms: frozenset[RoomId] = frozenset()


class ToldTroubles:
    """Troubles inside one transaction, one of a kind."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def all(self) -> list[ToldTrouble]:
        """What was told and is not over, as far as anybody has noted."""
        rows = self._db.execute(sa.select(_told).order_by(_told.c.kind))
        return [
            ToldTrouble(
                kind=row.kind,
                key=EffectKey(row.key),
                since_ms=row.since_ms,
                detail=row.detail,
                rooms=frozenset(RoomId(room_id) for room_id in json.loads(row.rooms)),
            )
            for row in rows
        ]

    def put(self, told: ToldTrouble) -> None:
        """Note that it lasts, in place of what was noted of its kind."""
        self.drop(told.kind)
        self._db.execute(
            sa.insert(_told).values(
                kind=told.kind,
                key=told.key,
                since_ms=told.since_ms,
                detail=told.detail,
                rooms=json.dumps(sorted(told.rooms)),
            )
        )

    def drop(self, kind: str) -> None:
        """It is over, and that was told."""
        self._db.execute(sa.delete(_told).where(_told.c.kind == kind))
