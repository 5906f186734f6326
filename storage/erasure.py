"""Letting the disk forget what has been erased."""

from __future__ import annotations

import sqlalchemy as sa


def empty_log(connection: sa.Connection) -> None:
    """Empty SQLite's log, in which pages stay as they were before something was erased.

    To be called between two transactions. Whoever reads just now (`runda status`) keeps the
    log from being emptied, and is not waited for: the next erasure, or the end of the
    program, does it. PostgreSQL sees to it by itself, when it cleans up.
    """
    if connection.dialect.name != "sqlite":
        return
    driver = connection.connection.driver_connection
    if driver is None:
        return
    (waiting_ms,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        driver.execute(f"PRAGMA busy_timeout = {waiting_ms}")
