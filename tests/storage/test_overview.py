"""Looking into the database from outside, on both kinds of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows.ids import EffectKey, EventId, RoomId
from storage.database import Database, create_engine
from storage.errors import DatabaseUnusable, TransactionGone
from storage.outbox import Effect
from storage.overview import Form, Stuck, form_of, reading
from storage.transaction import Transaction

NOW_MS = 1_790_000_000_000
ROOM = RoomId("!room:example.org")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database.open(database_url)
    yield opened
    opened.close()


def put(database: Database, *keys: str) -> None:
    effects = [Effect(key=EffectKey(key), room_id=ROOM, content="{}") for key in keys]
    database.write_now(lambda tx: tx.outbox.put(effects, now_ms=NOW_MS))


def set_version(url: str, version: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    engine.dispose()


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/runda.db"

    assert form_of(url) is Form.ABSENT
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_stays_empty(database_url: str) -> None:
    assert form_of(database_url) is Form.ABSENT
    with pytest.raises(DatabaseUnusable, match="there is no database yet"), reading(database_url):
        pass


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("version", "form"), [("0000", Form.OLDER), ("9999", Form.NEWER), (None, Form.CURRENT)]
)
def test_how_a_database_compares(database_url: str, version: str | None, form: Form) -> None:
    if version is not None:
        set_version(database_url, version)

    assert form_of(database_url) is form


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("version", ["0000", "9999"])
def test_another_version_is_not_read(database_url: str, version: str) -> None:
    set_version(database_url, version)

    with pytest.raises(DatabaseUnusable), reading(database_url):
        pass


def test_something_else_than_a_database(tmp_path: Path) -> None:
    (tmp_path / "runda.db").write_text("shopping list: milk, bread, and a great many eggs" * 50)

    with pytest.raises(DatabaseUnusable):
        form_of(f"sqlite:///{tmp_path}/runda.db")


def test_a_reader_sees_one_moment_and_hinders_nobody(database: Database, database_url: str) -> None:
    put(database, "a")
    with reading(database_url) as seen:
        assert seen.overview.waiting() == (1, NOW_MS)

        # when the bot writes meanwhile
        put(database, "b")

        # then the reader still sees its own moment
        assert seen.overview.waiting() == (1, NOW_MS)
    with reading(database_url) as seen:
        assert seen.overview.waiting() == (2, NOW_MS)


def test_a_reader_cannot_write(database: Database, database_url: str) -> None:
    put(database, "a")
    with pytest.raises(TransactionGone) as refused, reading(database_url) as seen:
        seen.tx.outbox.put([Effect(key=EffectKey("b"), room_id=ROOM, content="{}")], now_ms=NOW_MS)

    assert isinstance(refused.value.__cause__, sa.exc.DBAPIError)


def test_a_database_nobody_has_open_can_be_read(database_url: str) -> None:
    opened = Database.open(database_url)
    put(opened, "a")
    opened.close()

    with reading(database_url) as seen:
        assert seen.overview.waiting() == (1, NOW_MS)


def test_what_is_stuck_and_why(database: Database, database_url: str) -> None:
    put(database, "sent", "waiting", "failed", "postponed")

    def try_to_send(tx: Transaction) -> None:
        tx.outbox.note_sent([(1, EventId("$sent"))], now_ms=NOW_MS)
        tx.outbox.fail(3, now_ms=NOW_MS, error="M_FORBIDDEN")
        tx.outbox.postpone(4, due_ms=NOW_MS + 1, error="no answer")

    database.write_now(try_to_send)

    with reading(database_url) as seen:
        assert seen.overview.waiting() == (2, NOW_MS)
        assert seen.overview.stuck(limit=9) == [
            Stuck(key=EffectKey("postponed"), room_id=ROOM, reason="no answer", failed=False),
            Stuck(key=EffectKey("failed"), room_id=ROOM, reason="M_FORBIDDEN", failed=True),
        ]
        assert len(seen.overview.stuck(limit=1)) == 1


def test_nothing_is_waiting(database: Database, database_url: str) -> None:
    assert database.write_now(lambda tx: tx.outbox.next_due_ms(after_ms=0)) is None
    with reading(database_url) as seen:
        assert seen.overview.waiting() == (0, None)
