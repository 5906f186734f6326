"""Statements of the hot path, prepared once and handed to the driver as they are.

SQLAlchemy prepares each row of a long insert on its own, which costs several times what
writing the row costs. The schema stays where it is, in `storage.tables`; only the way of
the rows is shorter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

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
        marks = ", ".join([mark] * self._width)
        connection.exec_driver_sql(f"{self._head} VALUES ({marks})", list(rows))


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
    connection.exec_driver_sql("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT part")
        connection.exec_driver_sql("RELEASE SAVEPOINT part")
        raise
    connection.exec_driver_sql("RELEASE SAVEPOINT part")
