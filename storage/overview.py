"""Looking into the database from outside, while the bot runs or before it does.

Read-only: nothing is created, migrated or locked, and the bot never waits for a reader.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from flows.ids import DialogueId, EffectKey, RoomId
from storage.database import create_engine
from storage.errors import DatabaseUnusable
from storage.migrate import NEWEST, current_version
from storage.outbox import OutboxState
from storage.tables import DialogueRow, OutboxRow, ReplyRow, RoundRow, table_of
from storage.transaction import Transaction

_dialogue = table_of(DialogueRow)
_outbox = table_of(OutboxRow)
_reply = table_of(ReplyRow)
_round = table_of(RoundRow)


class Form(Enum):
    """How a database compares with what this program knows."""

    ABSENT = auto()
    """There is none, or nothing in it; the first start makes it."""
    OLDER = auto()
    """The next start brings it up to date."""
    CURRENT = auto()
    NEWER = auto()
    """A newer program has written to it; this one must not."""


def form_of(url: str) -> Form:
    """Open the database for reading, and compare.

    Raises:
        DatabaseUnusable: it cannot be opened.
    """
    engine = _reading_engine(url)
    if engine is None:
        return Form.ABSENT
    try:
        version = current_version(engine)
    except sa.exc.DBAPIError as error:
        raise DatabaseUnusable.because(url, error) from error
    finally:
        engine.dispose()
    if version is None:
        return Form.ABSENT
    if version == NEWEST:
        return Form.CURRENT
    return Form.OLDER if version < NEWEST else Form.NEWER


@contextmanager
def reading(url: str) -> Iterator[Reading]:
    """The database as it was when the reading began.

    Raises:
        DatabaseUnusable: there is none, it cannot be opened, or it is of another version.
    """
    form = form_of(url)
    if form is not Form.CURRENT:
        raise DatabaseUnusable(_NOT_CURRENT[form])
    engine = _reading_engine(url)
    if engine is None:
        raise DatabaseUnusable(_NOT_CURRENT[Form.ABSENT])
    try:
        with engine.connect() as connection, connection.begin():
            yield Reading(tx=Transaction(connection), overview=Overview(connection))
    finally:
        engine.dispose()


_NOT_CURRENT = {
    Form.ABSENT: "there is no database yet; the bot makes it when it is started",
    Form.OLDER: "the database is of an older version; the bot upgrades it when it is started",
    Form.NEWER: "the database was made by a newer version of this program; use that one",
}


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None for one that a server keeps."""
    parsed = sa.make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def _reading_engine(url: str) -> sa.Engine | None:
    """An engine that cannot write; None for a file that is not there."""
    path = sqlite_file(url)
    if path is None:
        return create_engine(url).execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    if not path.exists():
        return None

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)

    engine = sa.create_engine(
        "sqlite://", creator=connect, poolclass=sa.NullPool, hide_parameters=True
    )
    sa.event.listen(engine, "begin", _begin_reading)
    return engine


def _begin_reading(connection: sa.Connection) -> None:
    # The driver begins nothing by itself before a SELECT: each would see another moment.
    connection.exec_driver_sql("BEGIN")


# ---------------------------------------------------------------- what is asked of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """An effect that waits and has failed at least once, or was given up (`failed`)."""

    key: EffectKey
    room_id: RoomId
    reason: str
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many replies of a dialogue are stored, and how many of these were withdrawn."""

    received: int
    withdrawn: int


class Overview:
    """What repositories are not asked while the bot runs."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def waiting(self) -> tuple[int, int | None]:
        """How many effects are not sent yet, and when the oldest of them was decided (ms)."""
        query = sa.select(sa.func.count(), sa.func.min(_outbox.c.created_ms)).where(
            _outbox.c.state == int(OutboxState.WAITING)
        )
        number, oldest_ms = self._db.execute(query).one()
        return number, oldest_ms

    def stuck(self, *, limit: int) -> list[Stuck]:
        """Effects with an error, the newest first."""
        query = (
            sa.select(_outbox)
            .where(_outbox.c.state != int(OutboxState.SENT), _outbox.c.error.is_not(None))
            .order_by(_outbox.c.number.desc())
            .limit(limit)
        )
        return [
            Stuck(
                key=EffectKey(row.key),
                room_id=RoomId(row.room_id),
                reason=row.error,
                failed=row.state == OutboxState.FAILED,
            )
            for row in self._db.execute(query)
        ]

    def created_ms(self, dialogue_id: DialogueId) -> int:
        """When the dialogue was ordered."""
        query = sa.select(_dialogue.c.created_ms).where(_dialogue.c.dialogue_id == dialogue_id)
        return int(self._db.execute(query).scalar_one())

    def counts(self, dialogue_id: DialogueId) -> Counts:
        """The replies of a dialogue, counted by the database."""
        query = (
            sa.select(sa.func.count(), sa.func.count(_reply.c.withdrawn_ms))
            .select_from(_reply.join(_round, _reply.c.round_no == _round.c.round_no))
            .where(_round.c.dialogue_id == dialogue_id)
        )
        received, withdrawn = self._db.execute(query).one()
        return Counts(received=received, withdrawn=withdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Both kinds of questions to one moment. What `tx` would write is refused."""

    tx: Transaction
    overview: Overview
