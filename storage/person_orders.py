"""What an operator has ordered for a person: it waits here for the running bot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from flows.ids import EffectKey, ReplyNo
from storage.tables import PersonOrderRow, table_of

_order = table_of(PersonOrderRow)


class Wanted(StrEnum):
    """What is to be done."""

    FORGET = "forget"
    """Erase everything of an account."""
    FORGET_NAME = "forget name"
    """Erase a name from the lists of participants."""
    WITHDRAW = "withdraw"
    """Take one reply of an account back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOrder:
    """An order. `who` is an account or, to forget a name, that name.

    `key` is the key of the occurrence that rings for it. `actor` and `reason` go into the log of
    deeds when it has been carried out.
    """

    key: EffectKey
    wanted: Wanted
    who: str
    reply_no: ReplyNo | None = None
    actor: str
    reason: str = ""
    ordered_ms: int


class PersonOrders:
    """Orders for persons inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, order: PersonOrder) -> None:
        """Keep an order until it is carried out."""
        self._db.execute(
            sa.insert(_order).values(
                key=order.key,
                act=order.wanted.value,
                who=order.who,
                reply_no=order.reply_no,
                actor=order.actor,
                reason=order.reason,
                ordered_ms=order.ordered_ms,
            )
        )

    def take(self, key: EffectKey) -> PersonOrder | None:
        """The order of that key, which is forgotten with it; None if it was taken before."""
        row = self._db.execute(sa.select(_order).where(_order.c.key == key)).first()
        if row is None:
            return None
        self._db.execute(sa.delete(_order).where(_order.c.key == key))
        return PersonOrder(
            key=EffectKey(row.key),
            wanted=Wanted(row.act),
            who=row.who,
            reply_no=None if row.reply_no is None else ReplyNo(row.reply_no),
            actor=row.actor,
            reason=row.reason,
            ordered_ms=row.ordered_ms,
        )
