"""Files that are asked for."""

from __future__ import annotations

from dataclasses import replace

from flows.ids import EffectKey
from storage.database import Database
from storage.export_orders import ExportOrder
from storage.transaction import Transaction
from tests.builders import NOW_MS, ORGANIZERS
from tests.storage.house import LUNCH, add_dialogue

FIRST = ExportOrder(
    key=EffectKey("lunch-1/-/-/export/$1"),
    dialogue_id=LUNCH,
    room_id=ORGANIZERS,
    wanted=("full/pdf", "public/md"),
    ordered_ms=NOW_MS,
)
SECOND = replace(FIRST, key=EffectKey("lunch-1/-/-/export/$0"), ordered_ms=NOW_MS + 1)


async def test_orders_are_carried_out_in_the_order_in_which_they_came(database: Database) -> None:
    def work(tx: Transaction) -> list[ExportOrder | None]:
        add_dialogue(tx)
        for order in (SECOND, FIRST, replace(FIRST, wanted=("full/csv",))):
            tx.export_orders.add(order)
        found = []
        for order in (FIRST, SECOND):
            found.append(tx.export_orders.oldest())
            assert tx.export_orders.done(order.key)
        return [*found, tx.export_orders.oldest()]

    assert await database.write(work) == [FIRST, SECOND, None]


async def test_an_order_is_done_once(database: Database) -> None:
    def work(tx: Transaction) -> list[bool]:
        add_dialogue(tx)
        tx.export_orders.add(FIRST)
        return [tx.export_orders.done(FIRST.key), tx.export_orders.done(FIRST.key)]

    assert await database.write(work) == [True, False]
