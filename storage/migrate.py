"""Bringing a database to this program's form, and refusing one that is newer.

Alembic does the work and is imported only when there is some: it takes longer to load
than everything else at start.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from storage.errors import DatabaseUnusable

NEWEST = "0025"
"""The newest migration; a test holds it equal to the newest file."""

MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(engine: sa.Engine) -> None:
    """Create or migrate the database; a newer one is refused.

    Raises:
        DatabaseUnusable: a newer program has written to it.
    """
    version = current_version(engine)
    if version == NEWEST:
        return
    if version is not None and version > NEWEST:
        message = (
            f"the database is of version {version} and this program knows only {NEWEST}; "
            "install the newer Runda again, or restore the backup made before upgrading"
        )
        raise DatabaseUnusable(message)
    upgrade(engine, NEWEST)


def current_version(engine: sa.Engine) -> str | None:
    """The database's version, None for an empty one."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)


def upgrade(engine: sa.Engine, revision: str) -> None:
    """Run the migrations up to `revision`, each in the same transaction as its note."""
    from alembic import command  # noqa: PLC0415  0.3 s that only a migration should cost
    from alembic.config import Config  # noqa: PLC0415  as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
