"""How the database is opened, and the one thread that speaks with it.

All reading and writing happens in one thread, one transaction at a time. That thread is
the lock: what a transaction reads cannot change under it, so a decision and its effects
are one step. It also costs one hop between threads per transaction, where an async driver
costs one per statement.

A database that goes away (its server restarts, the network is cut, the disk is full) is waited
for: what was to be written is written when it is back, and nobody who writes has to know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from storage.errors import DatabaseAway, DatabaseDamaged, DatabaseUnusable, TransactionGone
from storage.migrate import bring_up_to_date
from storage.transaction import Transaction
from storage.trouble import Trouble, is_gone, trouble_of

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

SQLITE_SETTINGS = (
    # Readers (`runda status`) never wait for the bot, and the bot never for them.
    "PRAGMA journal_mode = WAL",
    # A commit is on the disk before anything is sent or acknowledged on the strength of it.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA cache_size = -8000",
    # 16 MB of log before it is folded in: a page written by many batches is copied once.
    "PRAGMA wal_autocheckpoint = 4000",
    # What a savepoint keeps to go back to would else be written to a file in /tmp: a third
    # of the cost of a batch, and people's words where nobody erases them.
    "PRAGMA temp_store = MEMORY",
    # What is erased is overwritten, not only unlinked.
    "PRAGMA secure_delete = ON",
)

PAUSES_S = (0.5, 1.0, 2.0, 5.0)
"""Between two looks whether a database that went away is back; the last one goes on."""

_CONNECTS_WITHIN_S = 5
_SILENT_MS = 15_000
_SERVER_SETTINGS = {
    # A server that is cut off says nothing: without these, half an hour would pass before
    # the connection counts as lost. What the address itself says goes before.
    "connect_timeout": _CONNECTS_WITHIN_S,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": _SILENT_MS,
}


class Database:
    """An open database. `write` from the event loop, `write_now` from a command line.

    Attributes:
        on_change: called in the event loop with the reason when the database is found to be
            away, and with None when it is back.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._is_away = False
        self._went_away = 0
        self._looking = asyncio.Lock()
        self.on_change: Callable[[str | None], None] = _tells_nobody
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._connection: sa.Connection | None = None

    @classmethod
    def open(cls, url: str) -> Database:
        """Open the database, creating or migrating it as needed.

        Args:
            url: an SQLAlchemy URL, ``sqlite:////var/lib/runda/runda.db`` or
                ``postgresql+psycopg://user@host/name``.

        Raises:
            DatabaseUnusable: it cannot be opened, or is newer than this program.
        """
        engine = create_engine(url)
        try:
            bring_up_to_date(engine)
        except sa.exc.DBAPIError as error:
            engine.dispose()
            if trouble_of(error) is Trouble.DAMAGE:
                raise DatabaseDamaged.found(url, error) from error
            raise DatabaseUnusable.because(url, error) from error
        except DatabaseUnusable:
            engine.dispose()
            raise
        return cls(engine)

    @property
    def name(self) -> str:
        """The database for a person to read, without a password."""
        return self._engine.url.render_as_string(hide_password=True)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in a transaction of its own and commit; its exception rolls back.

        A cancelled caller does not stop the transaction: it commits or fails as a whole. If
        the database is away, this waits until it is back, as long as that takes, and runs
        `work` again. Lost at its commit, nobody can say whether it was written: so `work` must
        bear to be done twice, as it must anyway after a crash.
        """
        while True:
            if self._is_away:
                await self._until_back()
            try:
                done = await self._in_thread(lambda: self._run(work))
            except DatabaseAway as error:
                self._note(error)
            else:
                self._went_away = 0
                return done

    async def answers(self) -> bool:
        """Whether the thread and the database answer; waits for neither to come back."""
        if self._is_away:
            return False
        try:
            await self._in_thread(self._ask)
        except DatabaseAway as error:
            self._note(error)
        return not self._is_away

    async def thread_answers(self, *, within_s: float) -> bool:
        """Whether the thread comes to something new within this time; the database is not asked."""
        try:
            async with asyncio.timeout(within_s):
                await self._in_thread(_nothing)
        except TimeoutError:
            return False
        return True

    async def _until_back(self) -> None:
        """Look now and then; one looks, and whoever writes meanwhile waits with it."""
        async with self._looking:
            # A disk that takes a byte, and not what is to be written, is asked ever more rarely.
            pauses = PAUSES_S[self._went_away - 1 :]
            for pause_s in chain(pauses, repeat(PAUSES_S[-1])):
                if not self._is_away:
                    return
                await asyncio.sleep(pause_s)
                try:
                    await self._in_thread(self._try)
                except DatabaseAway:
                    continue  # told when it went; another look follows
                self._is_away = False
                self.on_change(None)

    def _note(self, error: DatabaseAway) -> None:
        if not self._is_away:
            self._is_away = True
            self._went_away += 1
            self.on_change(str(error))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _ask(self) -> None:
        with self._transaction() as tx:
            tx.ask()

    def _try(self) -> None:
        with self._transaction() as tx:
            tx.try_writing()

    def write_now(self, work: Callable[[Transaction], T]) -> T:
        """The same, waiting for it; for command lines and tests without an event loop."""
        return self._thread.submit(self._run, work).result()

    def _run(self, work: Callable[[Transaction], T]) -> T:
        with self._transaction() as tx:
            return work(tx)

    @contextmanager
    def _transaction(self) -> Iterator[Transaction]:
        connection = self._connect()
        tx = Transaction(connection)
        try:
            with connection.begin():
                yield tx
                _is_still_there(connection)
        except BaseException as error:
            # Whatever came of it on the way up: a lost connection is what it began with.
            lost = connection.invalidated and isinstance(error, sa.exc.SQLAlchemyError)
            tx.run_hooks(committed=False)
            trouble = trouble_of(error)
            if trouble is Trouble.DAMAGE:
                raise DatabaseDamaged.found(self.name, error) from error
            if trouble is Trouble.DISK:
                # Opened anew: the file may be another when the disk is mended.
                connection.invalidate()
            if lost or trouble is not None or isinstance(error, TransactionGone):
                raise DatabaseAway.lost(error) from error
            raise
        tx.run_hooks(committed=True)

    def _connect(self) -> sa.Connection:
        if self._connection is None or self._connection.invalidated or self._connection.closed:
            try:
                self._connection = self._engine.connect()
            except sa.exc.OperationalError as error:
                raise DatabaseAway.lost(error) from error
        return self._connection

    def close(self) -> None:
        """Finish what runs and give the connection back."""
        self._thread.submit(self._disconnect).result()
        self._thread.shutdown()
        self._engine.dispose()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _tells_nobody(_reason: str | None) -> None:
    """What `Database.on_change` is until somebody wants to know."""


def _nothing() -> None:
    """What takes no time."""


def _is_still_there(connection: sa.Connection) -> None:
    # Else its commit would say nothing, and have committed nothing.
    if is_gone(connection):
        raise TransactionGone


def create_engine(url: str) -> sa.Engine:
    """An engine with our settings for SQLite or PostgreSQL."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        message = f"database url {url!r} cannot be read; write e.g. sqlite:///runda.db"
        raise DatabaseUnusable(message) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        engine = sa.create_engine(
            parsed, connect_args={"check_same_thread": False}, hide_parameters=True
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        # Repeatable prepared statements are psycopg's default after five uses; a server
        # behind a transaction pooler is asked to be reached directly (docs/operating.md).
        settings = {
            key: value for key, value in _SERVER_SETTINGS.items() if key not in parsed.query
        }
        return sa.create_engine(
            parsed, pool_pre_ping=True, hide_parameters=True, connect_args=settings
        )
    message = f"{backend} is not a database Runda knows; write sqlite:/// or postgresql+psycopg://"
    raise DatabaseUnusable(message)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401  the driver's own
    # The driver would begin transactions by itself, and only before some statements;
    # SAVEPOINT needs them begun explicitly.
    connection.isolation_level = None
    for setting in SQLITE_SETTINGS:
        connection.execute(setting)


def _begin_sqlite(connection: sa.Connection) -> None:
    # IMMEDIATE: a transaction that reads first and then writes would otherwise fail, not
    # wait, when another process wrote in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
