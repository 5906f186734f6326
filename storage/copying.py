"""Copies of SQLite files that are in use, and whether a file is whole.

A copy is of one moment: SQLite's own backup reads in one transaction, and nobody who writes
meanwhile waits for it or shows in it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from storage.errors import DatabaseUnusable

_WAITS_S = 60


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database as it is now; the copy is one file, whole, and on the disk.

    Raises:
        DatabaseUnusable: it cannot be read, or the copy cannot be written.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with _reading(source) as original, closing(sqlite3.connect(target)) as copy:
            # All pages in one step: in several, each write in between would begin it anew.
            original.backup(copy, pages=-1)
            # With a write-ahead log the newest part would be in a file of its own.
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.Error as error:
        raise DatabaseUnusable.because(str(source), error) from error
    flush(target)


def damage_of(path: Path) -> str | None:
    """What SQLite finds wrong with a database; None if it is whole."""
    try:
        with _reading(path) as database:
            (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                return str(found)
            lost = database.execute("PRAGMA foreign_key_check").fetchone()
            return None if lost is None else f"a row of {lost[0]} belongs to none of {lost[2]}"
    except sqlite3.Error as error:
        return str(error)


def version_of(path: Path) -> str | None:
    """Which migration a database of ours has come to; None if it is not one."""
    try:
        with _reading(path) as database:
            row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else str(row[0])


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    address = f"file:{quote(str(path))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=_WAITS_S)) as database:
        yield database


def flush(path: Path) -> None:
    """Let the disk have a file, or what a folder says of its files, before going on."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
