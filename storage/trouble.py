"""What the database's errors mean for a transaction: wait, or nobody can go on."""

from __future__ import annotations

from enum import Enum, auto

import sqlalchemy as sa


class Trouble(Enum):
    """What is wrong with the database as a whole."""

    BUSY = auto()
    """Another process holds the file."""
    DISK = auto()
    """Full, read-only, failing or not there: it may be mended, and then goes on."""
    DAMAGE = auto()
    """The file is not what it was."""


_TROUBLES = {
    5: Trouble.BUSY,  # SQLITE_BUSY
    6: Trouble.BUSY,  # SQLITE_LOCKED
    8: Trouble.DISK,  # SQLITE_READONLY
    10: Trouble.DISK,  # SQLITE_IOERR
    13: Trouble.DISK,  # SQLITE_FULL
    14: Trouble.DISK,  # SQLITE_CANTOPEN
    11: Trouble.DAMAGE,  # SQLITE_CORRUPT
    26: Trouble.DAMAGE,  # SQLITE_NOTADB
}

_STATES = (
    ("53", Trouble.DISK),  # insufficient resources: the server's disk is full, above all
    ("58", Trouble.DISK),  # the server's system says no
    ("25006", Trouble.DISK),  # read-only: a server that stands by
    ("XX00", Trouble.DAMAGE),  # XX001 and XX002: data or index corrupted
)
"""How PostgreSQL's five letters begin."""


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What an error of the driver, or what it led to, says of the database as a whole."""
    while error is not None:
        told = getattr(error, "orig", error)
        code, state = getattr(told, "sqlite_errorcode", None), getattr(told, "sqlstate", None)
        if isinstance(code, int):
            return _TROUBLES.get(code & 0xFF)
        if isinstance(state, str) and state != "XX000":
            return next((means for begins, means in _STATES if state.startswith(begins)), None)
        error = error.__cause__
    return None


def is_gone(connection: sa.Connection) -> bool:
    """Whether SQLite has taken the transaction back by itself, as it does on a full disk."""
    if connection.dialect.name != "sqlite" or connection.invalidated:
        return False
    driver = connection.connection.driver_connection
    return driver is not None and not driver.in_transaction
