"""Every database comes to the same form, and a newer one is left alone."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage.database import Database, create_engine
from storage.errors import DatabaseUnusable
from storage.migrate import MIGRATIONS, NEWEST, bring_up_to_date, current_version, upgrade
from storage.tables import METADATA

VERSIONS = sorted(
    file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py")
)


def differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))


def test_the_newest_version_is_that_of_the_newest_file() -> None:
    assert VERSIONS[-1] == NEWEST
    assert all(re.fullmatch(r"[0-9]{4}", version) for version in VERSIONS)


def test_a_new_database_is_as_the_tables_say(database_url: str) -> None:
    Database.open(database_url).close()
    engine = create_engine(database_url)

    assert current_version(engine) == NEWEST
    assert differences(engine) == []
    engine.dispose()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_older_version_is_brought_up_to_date(database_url: str, version: str) -> None:
    engine = create_engine(database_url)
    upgrade(engine, version)
    assert current_version(engine) == version

    bring_up_to_date(engine)

    assert current_version(engine) == NEWEST
    assert differences(engine) == []
    engine.dispose()


def test_conditions_of_partial_indexes_are_as_the_queries_write_them(sqlite_url: str) -> None:
    Database.open(sqlite_url).close()
    engine = create_engine(sqlite_url)
    query = sa.text("SELECT name, sql FROM sqlite_master WHERE sql LIKE '%WHERE%'")
    with engine.connect() as connection:
        partial = {name: sql.partition("WHERE ")[2] for name, sql in connection.execute(query)}

    assert partial == {
        "inbox_pending": "state <> 0",
        "reply_unlooked": "looked = 0",
        "occurrence_due": "done_ms IS NULL",
        "outbox_due": "state = 0",
        "reply_private": "sealed",
    }
    engine.dispose()


def test_a_newer_database_is_refused_and_left_alone(database_url: str) -> None:
    Database.open(database_url).close()
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseUnusable) as caught:
        Database.open(database_url)

    assert str(caught.value) == (
        f"the database is of version 9999 and this program knows only {NEWEST}; "
        "install the newer Runda again, or restore the backup made before upgrading"
    )
    assert current_version(engine) == "9999"
    engine.dispose()


def test_a_migration_that_fails_leaves_the_database_as_it_was(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        # In the way of the first migration, which makes this table near its end.
        connection.execute(sa.text("CREATE TABLE revision (in_the_way INTEGER)"))

    with pytest.raises(DatabaseUnusable):
        Database.open(database_url)

    assert sa.inspect(engine).get_table_names() == ["revision"]
    engine.dispose()
