"""The log of deeds is appended to, and the database refuses everything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from flows.audit import EMPTY, Act, Fault, Wrong, faults
from flows.ids import DialogueId
from storage.database import Database, create_engine
from storage.transaction import Transaction
from tests.builders import NOW_MS

ANNA = "@anna:example.org"


def note_three(tx: Transaction) -> None:
    tx.audit.add(Act.START, actor=ANNA, at_ms=NOW_MS, dialogue="lunch-1")
    tx.audit.add(
        Act.HOLD,
        actor=ANNA,
        at_ms=NOW_MS + 1,
        dialogue="lunch-1",
        subject="7",
        reason="names\na person",
    )
    tx.audit.add(Act.SETTING, actor="operator:root", at_ms=NOW_MS + 2, subject="language")


async def test_a_deed_stands_as_it_was_noted_on_one_line(database: Database) -> None:
    await database.write(note_three)

    entries = await database.write(lambda tx: list(tx.audit.all()))
    assert [(one.number, one.deed.act, one.deed.reason) for one in entries] == [
        (1, "start", ""),
        (2, "hold back", "names a person"),
        (3, "setting", ""),
    ]
    assert faults(entries) == []
    assert await database.write(lambda tx: tx.audit.last(2)) == entries[1:]
    of_dialogue = await database.write(lambda tx: tx.audit.of_dialogue(DialogueId("lunch-1")))
    assert of_dialogue == entries[:2]
    head = await database.write(lambda tx: tx.audit.head())
    assert (head.number, head.digest) == (3, entries[2].digest)


async def test_what_is_rolled_back_is_not_noted(database: Database) -> None:
    def work(tx: Transaction) -> None:
        note_three(tx)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(work)

    assert await database.write(lambda tx: tx.audit.head()) == EMPTY


CHANGES = (
    "UPDATE audit SET reason = '' WHERE number = 2",
    "DELETE FROM audit WHERE number = 3",
    "DELETE FROM audit",
)


@pytest.mark.parametrize("statement", CHANGES)
async def test_the_database_refuses_to_change_what_is_noted(
    database: Database, migrated_url: str, statement: str
) -> None:
    await database.write(note_three)
    engine = create_engine(migrated_url)

    with (
        pytest.raises(sa.exc.DBAPIError, match="only ever appended"),
        engine.begin() as connection,
    ):
        connection.execute(sa.text(statement))

    engine.dispose()
    assert faults(await database.write(lambda tx: list(tx.audit.all()))) == []


async def test_the_database_refuses_to_replace_or_empty_it(
    database: Database, migrated_url: str
) -> None:
    await database.write(note_three)
    engine = create_engine(migrated_url)
    statement = (
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 2"
        if engine.dialect.name == "sqlite"
        else "TRUNCATE audit"
    )

    with (
        pytest.raises(sa.exc.DBAPIError, match="only ever appended"),
        engine.begin() as connection,
    ):
        connection.execute(sa.text(statement))

    engine.dispose()


def _without_triggers(engine: sa.Engine, *statements: str) -> None:
    """What somebody does who owns the database and knows of the triggers."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for name in ("update", "delete", "replace"):
                connection.execute(sa.text(f"DROP TRIGGER audit_no_{name}"))
        else:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(sa.text(statement))


@pytest.fixture
def tampered(migrated_url: str) -> Callable[..., list[Fault]]:
    """Do something to the rows behind the triggers; returns the faults that are found."""

    def tamper(*statements: str) -> list[Fault]:
        database = Database.open(migrated_url)
        database.write_now(note_three)
        head = database.write_now(lambda tx: tx.audit.head())
        engine = create_engine(migrated_url)
        _without_triggers(engine, *statements)
        engine.dispose()
        found = faults(database.write_now(lambda tx: list(tx.audit.all())), [head])
        database.close()
        return found

    return tamper


_COPY = (
    "INSERT INTO audit SELECT 4, at_ms, actor, act, dialogue_id, room_id, subject, reason, digest "
    "FROM audit WHERE number = 3"
)


@pytest.mark.parametrize(
    ("statements", "first"),
    [
        (["UPDATE audit SET actor = '@berit:example.org' WHERE number = 1"], (1, Wrong.CHANGED)),
        (["DELETE FROM audit WHERE number = 2"], (2, Wrong.MISSING)),
        (["DELETE FROM audit WHERE number = 3"], (3, Wrong.CUT)),
        (["DELETE FROM audit"], (3, Wrong.CUT)),
        ([_COPY], (4, Wrong.CHANGED)),
        (
            [
                "UPDATE audit SET number = 9 WHERE number = 1",
                "UPDATE audit SET number = 1 WHERE number = 2",
                "UPDATE audit SET number = 2 WHERE number = 9",
            ],
            (1, Wrong.CHANGED),
        ),
    ],
    ids=["edited", "taken out", "end cut", "emptied", "put in", "other order"],
)
def test_tampering_behind_the_triggers_is_found(
    tampered: Callable[..., list[Fault]], statements: list[str], first: tuple[int, Wrong]
) -> None:
    assert tampered(*statements)[0] == Fault(*first)
