"""A migrated, empty database of either kind, quickly."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.database import Database, create_engine
from storage.tables import METADATA
from tests import postgresql


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "runda.db"
    Database.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: postgresql.Server) -> Iterator[str]:
    url = postgresql_server.new_database("storage")
    Database.open(url).close()
    yield url
    postgresql_server.drop_database("storage")


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that has its tables, and nothing in them."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "runda.db")
        return f"sqlite:///{tmp_path / 'runda.db'}"
    url: str = request.getfixturevalue("migrated_postgresql")
    engine = create_engine(url)
    tables = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
    with engine.begin() as connection:
        # The log of deeds refuses to be emptied; between two tests it has to be.
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return url


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    opened = Database.open(migrated_url)
    yield opened
    opened.close()
