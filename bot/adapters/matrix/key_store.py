"""nio's store of keys and sessions, with what we do differently: one SQLite file."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from typing_extensions import override

from bot.adapters.matrix.nio_parts import (
    DeviceStore,
    InboundGroupSession,
    KeyStoreError,
    OlmAccount,
    OlmDevice,
    OutboundGroupSession,
    Session,
    SqliteDatabase,
    SqliteStore,
)
from bot.errors import KeysUnusable

_TIME = "%Y-%m-%d %H:%M:%S.%f"  # as nio's columns have it

_OWN_SESSIONS = (
    "CREATE TABLE IF NOT EXISTS own_sessions "
    "(number INTEGER PRIMARY KEY, room_id TEXT NOT NULL, session BLOB NOT NULL)"
)

_SESSIONS_KEPT = 2_000
"""Room keys kept in memory; the others are read from the store when they are needed."""


class GroupSessions:
    """Room keys, read from the store one by one.

    After a year there are many thousands; loading them all would take seconds at each start.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, str], InboundGroupSession] = OrderedDict()

    def add(self, session: InboundGroupSession) -> bool:
        """Keep a key unless we have one for it that reaches further back."""
        known = self.find(session.room_id, session.id)
        if (
            known is not None
            and known.sender_key == session.sender_key
            and known.first_known_index <= session.first_known_index
        ):
            return False
        self._keep(session)
        return True

    def get(self, room_id: str, sender_key: str, session_id: str) -> InboundGroupSession | None:
        """The key, if it is the sender's."""
        session = self.find(room_id, session_id)
        return session if session is not None and session.sender_key == sender_key else None

    def find(self, room_id: str, session_id: str) -> InboundGroupSession | None:
        """The key of a session; newer clients no longer say whose it is."""
        session = self._kept.get((room_id, session_id))
        if session is None:
            session = self._store.load_group_session(room_id, session_id)
            if session is not None:
                self._keep(session)
        return session

    def _keep(self, session: InboundGroupSession) -> None:
        self._kept[session.room_id, session.id] = session
        self._kept.move_to_end((session.room_id, session.id))
        if len(self._kept) > _SESSIONS_KEPT:
            self._kept.popitem(last=False)


class _File(SqliteDatabase):  # type: ignore[misc]  # peewee carries no types
    """The file; what is wrong with it ends the process, before a key is taken for kept."""

    @override
    def execute_sql(self, *arguments: Any, **more: Any) -> Any:
        with _whole(self.database):
            return super().execute_sql(*arguments, **more)

    @override
    def commit(self) -> Any:
        with _whole(self.database):
            return super().commit()


@contextmanager
def _whole(path: str) -> Iterator[None]:
    try:
        yield
    except KeyStoreError as error:
        raise KeysUnusable(
            f"the keys in {path} cannot be used ({error}); see that the disk is not full and that "
            "the file may be written, then start the bot again. If it is damaged, put the newest "
            "backup back: runda restore FOLDER --force"
        ) from error


class Store(SqliteStore):  # type: ignore[misc]  # nio carries no types
    """nio's store in one SQLite file. Trust is not kept: a bot cannot compare emoji."""

    @override
    def _create_database(self) -> SqliteDatabase:
        # Made by us first, so that it is ours alone to read.
        os.close(os.open(self.database_path, os.O_RDWR | os.O_CREAT, 0o600))
        return _File(
            self.database_path,
            # A write-ahead log costs one flush per commit instead of three. FULL, not
            # NORMAL: a message with a key is dropped from the journal once it is in here.
            pragmas={
                "foreign_keys": 1,
                "secure_delete": 1,
                "journal_mode": "wal",
                "synchronous": "full",
            },
        )

    @override
    def load_inbound_group_sessions(self) -> GroupSessions:
        return GroupSessions(self)

    # The four that follow are nio's, without asking for the account's row before each, and
    # in one statement instead of several: every key that is given out has to wait for them.

    @override
    def save_account(self, account: OlmAccount) -> None:
        self.database.execute_sql(
            "INSERT INTO accounts (user_id, device_id, shared, account) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (user_id, device_id) "
            "DO UPDATE SET shared = excluded.shared, account = excluded.account",
            (self.user_id, self.device_id, account.shared, account.pickle(self.pickle_key)),
        )

    @override
    def save_session(self, curve_key: str, session: Session) -> None:
        self.database.execute_sql(
            "INSERT OR REPLACE INTO olmsessions "
            "(creation_time, last_usage_date, sender_key, account_id, session, session_id) "
            "SELECT ?, ?, ?, id, ?, ? FROM accounts WHERE user_id = ? AND device_id = ?",
            (
                session.creation_time.strftime(_TIME),
                session.use_time.strftime(_TIME),
                curve_key,
                session.pickle(self.pickle_key),
                session.id,
                self.user_id,
                self.device_id,
            ),
        )

    @override
    def save_device_keys(self, device_keys: Mapping[str, Mapping[str, OlmDevice]]) -> None:
        with self.database.atomic():
            for devices in device_keys.values():
                for device in devices.values():
                    self._save_device(device)

    def _save_device(self, device: OlmDevice) -> None:
        self.database.execute_sql(
            "INSERT INTO devicekeys (user_id, device_id, display_name, deleted, account_id) "
            "SELECT ?, ?, ?, ?, id FROM accounts WHERE user_id = ? AND device_id = ? "
            "ON CONFLICT (account_id, user_id, device_id) "
            "DO UPDATE SET display_name = excluded.display_name, deleted = excluded.deleted",
            (
                device.user_id,
                device.device_id,
                device.display_name or "",
                device.deleted,
                self.user_id,
                self.device_id,
            ),
        )
        for kind, key in device.keys.items():
            self.database.execute_sql(
                "INSERT OR REPLACE INTO keys (key_type, key, device_id) "
                "SELECT ?, ?, d.id FROM devicekeys d JOIN accounts a ON a.id = d.account_id "
                "WHERE a.user_id = ? AND a.device_id = ? AND d.user_id = ? AND d.device_id = ?",
                (kind, key, self.user_id, self.device_id, device.user_id, device.device_id),
            )

    @override
    def save_inbound_group_session(self, session: InboundGroupSession) -> None:
        # nio's would also keep the first owner's name beside a later owner's key.
        with self.database.atomic():
            self.database.execute_sql(
                "INSERT OR REPLACE INTO megolminboundsessions "
                "(sender_key, account_id, fp_key, room_id, session, session_id) "
                "SELECT ?, id, ?, ?, ?, ? FROM accounts WHERE user_id = ? AND device_id = ?",
                (
                    session.sender_key,
                    session.ed25519,
                    session.room_id,
                    session.pickle(self.pickle_key),
                    session.id,
                    self.user_id,
                    self.device_id,
                ),
            )
            for chain in session.forwarding_chain:
                self.database.execute_sql(
                    "INSERT OR REPLACE INTO forwardedchains (sender_key, session_id) VALUES (?, ?)",
                    (chain, session.id),
                )

    def keep_own_session(self, room_id: str, session: OutboundGroupSession, *, most: int) -> None:
        """Keep a room key of our own as it is at its first message; of a room, the newest."""
        with self.database.atomic():
            self.database.execute_sql(_OWN_SESSIONS)
            self.database.execute_sql(
                "INSERT INTO own_sessions (room_id, session) VALUES (?, ?)",
                (room_id, session.pickle(self.pickle_key)),
            )
            self.database.execute_sql(
                "DELETE FROM own_sessions WHERE room_id = ? AND number NOT IN (SELECT number "
                "FROM own_sessions WHERE room_id = ? ORDER BY number DESC LIMIT ?)",
                (room_id, room_id, most),
            )

    def own_sessions(self, room_id: str) -> list[OutboundGroupSession]:
        """The room keys of our own that are kept of a room, the newest first."""
        self.database.execute_sql(_OWN_SESSIONS)
        rows = self.database.execute_sql(
            "SELECT session FROM own_sessions WHERE room_id = ? ORDER BY number DESC", (room_id,)
        )
        return [
            OutboundGroupSession.from_pickle(
                bytes(pickle) if not isinstance(pickle, str) else pickle.encode(), self.pickle_key
            )
            for (pickle,) in rows
        ]

    def load_group_session(self, room_id: str, session_id: str) -> InboundGroupSession | None:
        """One room key."""
        rows = self.database.execute_sql(
            "SELECT session, fp_key, sender_key FROM megolminboundsessions "
            "WHERE session_id = ? AND room_id = ?",
            (session_id, room_id),
        ).fetchall()
        if not rows:
            return None
        pickle, fp_key, sender_key = rows[0]
        chains = self.database.execute_sql(
            "SELECT sender_key FROM forwardedchains WHERE session_id = ?", (session_id,)
        )
        return InboundGroupSession.from_pickle(
            bytes(pickle) if not isinstance(pickle, str) else pickle.encode(),
            fp_key,
            sender_key,
            room_id,
            self.pickle_key,
            [chain for (chain,) in chains],
        )

    @override
    def load_device_keys(self) -> DeviceStore:
        # nio asks twice for each device; this asks once for all.
        rows = self.database.execute_sql(
            "SELECT d.user_id, d.device_id, d.display_name, d.deleted, k.key_type, k.key "
            "FROM devicekeys d JOIN keys k ON k.device_id = d.id "
            "JOIN accounts a ON a.id = d.account_id WHERE a.user_id = ? AND a.device_id = ?",
            (self.user_id, self.device_id),
        )
        found: dict[tuple[str, str], OlmDevice] = {}
        for user_id, device_id, name, deleted, kind, key in rows:
            device = found.get((user_id, device_id))
            if device is None:
                device = found[user_id, device_id] = OlmDevice(
                    user_id, device_id, {}, display_name=name, deleted=bool(deleted)
                )
            device.keys[kind] = key
        store = DeviceStore()
        for device in found.values():
            # Not store.add(): it compares with every device that is already in it.
            store[device.user_id][device.device_id] = device
        return store
