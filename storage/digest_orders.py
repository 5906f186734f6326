"""Digests that are to be made."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from flows.ids import DialogueId, StepId
from storage.tables import DigestOrderRow, table_of

_order = table_of(DigestOrderRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestOrder:
    """A digest that is due at `due_ms`.

    `fresh`: a message of its own; else the one that stands there already is written anew.
    `number` is another one if it was ordered again since.
    """

    dialogue_id: DialogueId
    scope: StepId | None
    due_ms: int
    fresh: bool
    number: int


class DigestOrders:
    """Orders inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def put(
        self, dialogue_id: DialogueId, scope: StepId | None, *, due_ms: int, fresh: bool
    ) -> None:
        """Order a digest. Ordered again before it is made it is made once, at the earlier time."""
        here = _is(dialogue_id, scope)
        known = self._db.execute(sa.select(_order).where(here)).one_or_none()
        if known is None:
            values = {"dialogue_id": dialogue_id, "scope": scope or "", "due_ms": due_ms}
            self._db.execute(sa.insert(_order).values(**values, fresh=fresh, number=1))
            return
        self._db.execute(
            sa.update(_order)
            .where(here)
            .values(
                due_ms=min(due_ms, known.due_ms),
                fresh=fresh or known.fresh,
                number=known.number + 1,
            )
        )

    def due(self, *, now_ms: int) -> DigestOrder | None:
        """The one that has been due longest."""
        query = (
            sa.select(_order)
            .where(_order.c.due_ms <= now_ms)
            # Of those due at once the whole dialogue comes last, as it is read.
            .order_by(_order.c.due_ms, _order.c.scope == "", _order.c.dialogue_id, _order.c.scope)
            .limit(1)
        )
        row = self._db.execute(query).one_or_none()
        if row is None:
            return None
        return DigestOrder(
            dialogue_id=DialogueId(row.dialogue_id),
            scope=StepId(row.scope) if row.scope else None,
            due_ms=row.due_ms,
            fresh=row.fresh,
            number=row.number,
        )

    def postpone(self, order: DigestOrder, *, due_ms: int) -> None:
        """It could not be made; it is tried again then."""
        here = _is(order.dialogue_id, order.scope)
        self._db.execute(sa.update(_order).where(here).values(due_ms=due_ms))

    def done(self, order: DigestOrder, *, again_ms: int) -> None:
        """The order is carried out; if it was ordered again meanwhile, it stays, and is quiet."""
        here = _is(order.dialogue_id, order.scope)
        same = sa.and_(here, _order.c.number == order.number)
        self._db.execute(sa.delete(_order).where(same))
        self._db.execute(sa.update(_order).where(here).values(fresh=False, due_ms=again_ms))


def _is(dialogue_id: DialogueId, scope: StepId | None) -> sa.ColumnElement[bool]:
    return sa.and_(_order.c.dialogue_id == dialogue_id, _order.c.scope == (scope or ""))
