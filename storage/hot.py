"""Statements of the hot path, handed to the driver as they are.

SQLAlchemy prepares each row of a long insert on its own, which costs several times what
writing the row costs, and its way to a savepoint costs ten times the savepoint. The schema
stays where it is, in `storage.tables`; only the way of the rows is shorter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor

from storage.errors import TransactionGone
from storage.trouble import is_gone, trouble_of

_PLACEHOLDERS = {"qmark": "?", "pyformat": "%s", "format": "%s"}

Row = tuple[object, ...]


class HotInsert:
    """``INSERT`` of many rows into some columns of a table.

    Columns left out must have a default in the database or take NULL. A column that is not
    a column of the table is found when the module is imported, not in operation.
    """

    def __init__(self, table: sa.Table, columns: Sequence[str]) -> None:
        self._head = f"INSERT INTO {table.name} ({', '.join(table.c[c].name for c in columns)})"
        self._width = len(columns)

    def run(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        """Insert the rows, each a tuple in the order of the columns."""
        mark = _PLACEHOLDERS[connection.dialect.paramstyle]
        statement = f"{self._head} VALUES ({', '.join([mark] * self._width)})"
        with _driver(connection, statement) as cursor:
            cursor.executemany(statement, rows)


class HotStatement:
    """A statement written out, with ``{0}`` where a value goes."""

    def __init__(self, text: str) -> None:
        self._text = text

    def run(self, connection: sa.Connection, values: Row) -> None:
        """Run it with these values."""
        mark = _PLACEHOLDERS[connection.dialect.paramstyle]
        connection.exec_driver_sql(self._text.format(mark), values)


@contextmanager
def savepoint(connection: sa.Connection) -> Iterator[None]:
    """A part of the transaction that can fail alone; an exception rolls back to here."""
    _run(connection, "SAVEPOINT part")
    try:
        yield
    except BaseException as error:
        if trouble_of(error) is not None or is_gone(connection):
            raise TransactionGone from error
        _run(connection, "ROLLBACK TO SAVEPOINT part")
        _run(connection, "RELEASE SAVEPOINT part")
        raise
    _run(connection, "RELEASE SAVEPOINT part")


def _run(connection: sa.Connection, statement: str) -> None:
    with _driver(connection, statement) as cursor:
        cursor.execute(statement)


@contextmanager
def _driver(connection: sa.Connection, statement: str) -> Iterator[DBAPICursor]:
    """The driver's cursor; what it raises comes as SQLAlchemy would raise it."""
    pooled = connection.connection
    cursor = pooled.cursor()
    try:
        yield cursor
    except connection.dialect.loaded_dbapi.Error as error:
        dialect = connection.dialect
        lost = dialect.is_disconnect(error, pooled.dbapi_connection, cursor)
        if lost:
            connection.invalidate(error)
        raise sa.exc.DBAPIError.instance(
            statement,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        ) from error
    finally:
        cursor.close()
