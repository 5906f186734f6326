"""Files that were asked for and are not made yet: they survive a restart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from flows.ids import DialogueId, EffectKey, RoomId
from storage.tables import ExportOrderRow, table_of

_order = table_of(ExportOrderRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """Files of a dialogue for a room. `wanted` are their forms, as the one who orders names them.

    `key` begins the keys of the effects that post them.
    """

    key: EffectKey
    dialogue_id: DialogueId
    room_id: RoomId
    wanted: tuple[str, ...]
    ordered_ms: int


class ExportOrders:
    """Orders inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, order: ExportOrder) -> None:
        """Order files; ordered again under the same key it changes nothing."""
        known = sa.select(sa.literal(1)).where(_order.c.key == order.key)
        if self._db.scalar(known) is None:
            self._db.execute(
                sa.insert(_order).values(
                    key=order.key,
                    dialogue_id=order.dialogue_id,
                    room_id=order.room_id,
                    wanted=json.dumps(order.wanted),
                    ordered_ms=order.ordered_ms,
                )
            )

    def oldest(self) -> ExportOrder | None:
        """The order that has waited longest."""
        query = sa.select(_order).order_by(_order.c.ordered_ms, _order.c.key).limit(1)
        row = self._db.execute(query).first()
        return None if row is None else _to_order(row)

    def done(self, key: EffectKey) -> bool:
        """Forget an order; False if it was not there any more."""
        return self._db.execute(sa.delete(_order).where(_order.c.key == key)).rowcount > 0


def _to_order(row: sa.Row[Any]) -> ExportOrder:
    return ExportOrder(
        key=EffectKey(row.key),
        dialogue_id=DialogueId(row.dialogue_id),
        room_id=RoomId(row.room_id),
        wanted=tuple(json.loads(row.wanted)),
        ordered_ms=row.ordered_ms,
    )
