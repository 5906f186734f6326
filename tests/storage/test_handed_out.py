"""Files that were made, and what they told the public."""

from __future__ import annotations

from flows.digest.public import Release
from flows.ids import DialogueId, EffectKey, StepId, ThemeNo
from storage.database import Database
from storage.transaction import Transaction
from tests.builders import NOW_MS
from tests.storage.house import LUNCH

FIRST = Release(
    made_ms=NOW_MS,
    answered=30,
    present=None,
    chosen={StepId("poll"): (12, None, 9)},
    themes={ThemeNo(1): 20, ThemeNo(7): None},
)
SECOND = Release(made_ms=NOW_MS + 60_000)


async def test_what_was_published_is_remembered_as_it_was(database: Database) -> None:
    def work(tx: Transaction) -> None:
        add = tx.handed_out.add
        add(EffectKey("b"), LUNCH, made_ms=SECOND.made_ms, released=SECOND)
        add(EffectKey("a"), LUNCH, made_ms=FIRST.made_ms, released=FIRST)
        add(EffectKey("c"), LUNCH, made_ms=NOW_MS + 90_000)
        add(EffectKey("d"), DialogueId("other"), made_ms=NOW_MS + 99_000, released=FIRST)

    await database.write(work)

    assert await database.write(lambda tx: tx.handed_out.releases(LUNCH)) == (FIRST, SECOND)
    assert await database.write(lambda tx: tx.handed_out.newest_ms(LUNCH)) == NOW_MS + 90_000


async def test_nothing_was_handed_out(database: Database) -> None:
    assert await database.write(lambda tx: tx.handed_out.newest_ms(LUNCH)) is None
    assert await database.write(lambda tx: tx.handed_out.releases(LUNCH)) == ()
