"""The Matrix network as the bot's chat: everything of this package tied together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.adapters.matrix import account as accounts
from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.encryption import Encryption
from bot.adapters.matrix.history import History
from bot.adapters.matrix.lock import FolderLock
from bot.adapters.matrix.media import MediaStore
from bot.adapters.matrix.opening import Opening
from bot.adapters.matrix.receiver import Receiver
from bot.adapters.matrix.rooms import EncryptedRooms
from bot.adapters.matrix.sender import PUT_TIMEOUT_S, Sender
from bot.adapters.matrix.transport import SEND_DEADLINE_S, Transport
from bot.chat import Capabilities, Intake, Parcel
from flows.ids import EffectKey, EventId, RoomId, UserId
from flows.messages import Incoming

if TYPE_CHECKING:
    from storage.database import Database
    from storage.journal import Arrived
    from storage.rooms import Room
    from storage.transaction import Transaction

log = structlog.get_logger(__name__)

_CAPABILITIES = Capabilities(
    sees_edits=True,
    sees_withdrawals=True,
    hears_without_mention=True,
    recognises_repeats=True,
    # An event may be 65,536 bytes in all. Encrypted it grows by a third, and the text
    # stands in it twice: plain and as HTML.
    max_message_bytes=20_000,
)


class MatrixChat:
    """A `bot.chat.Chat` on a Matrix homeserver.

    Args:
        account: The bot's own.
        store_folder: Where the keys are kept; of this account alone. It belongs into the
            same backup as the database.
        database: The journal is read from here; what is heard goes through the `Intake`.
        password: Only for homeservers that want it when cross-signing keys are published.
        replace_identity: Publish new cross-signing keys even though the account has others.
        send_deadline_s: How long `send` goes on trying by itself.
        put_timeout_s: How long one try to post an event may take.
    """

    def __init__(
        self,
        account: MatrixAccount,
        store_folder: Path,
        database: Database,
        *,
        password: str | None = None,
        replace_identity: bool = False,
        send_deadline_s: float = SEND_DEADLINE_S,
        put_timeout_s: float = PUT_TIMEOUT_S,
    ) -> None:
        self._account = account
        self._folder = store_folder
        self._database = database
        self._transport = Transport(account.homeserver, account.access_token)
        self._lock = FolderLock(store_folder)
        self._rooms = EncryptedRooms(self._transport)
        self._encryption = Encryption(
            self._transport,
            self._rooms,
            account,
            store_folder,
            password=password,
            replace_identity=replace_identity,
        )
        self._history = History(
            self._transport, database, account.user_id, self._encryption.open_event
        )
        self._media = MediaStore(self._transport, deadline_s=send_deadline_s)
        self._sender = Sender(
            self._transport,
            self._rooms,
            self._encryption,
            media=self._media,
            opening=Opening(
                self._transport, self._rooms, account.user_id, deadline_s=send_deadline_s
            ),
            deadline_s=send_deadline_s,
            put_timeout_s=put_timeout_s,
        )
        self._receiver = Receiver(
            transport=self._transport,
            database=database,
            own_id=account.user_id,
            rooms=self._rooms,
            encryption=self._encryption,
            history=self._history,
        )

    @property
    def own_id(self) -> UserId:
        """The bot's own account."""
        return self._account.user_id

    @property
    def device_id(self) -> str:
        """The device; a homeserver knows transaction ids of each by itself."""
        return self._account.device_id

    @property
    def capabilities(self) -> Capabilities:
        """What Matrix can do."""
        return _CAPABILITIES

    @property
    def unreached_devices(self) -> int:
        """Devices in encrypted rooms that have not been given the key to what we wrote."""
        return self._encryption.unreached

    @property
    def clock_ahead_s(self) -> float:
        """By how much the homeserver's clock is ahead of ours, as its last answer said."""
        return self._transport.clock_ahead_s

    async def connect(self) -> None:
        """Take the lock, check the account, load the keys, publish ours.

        May be called again after ChatUnavailable.

        Raises:
            ConfigError: Another process runs, the token is another's, or the account has
                cross-signing keys that are not ours.
            ChatUnavailable, ChatLoggedOut: As of every call.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.acquire()
        # An earlier try may have come as far as opening it.
        self._encryption.close()
        await accounts.check(self._transport, self._account)
        await self._load_rooms()
        await self._encryption.start()
        log.info("chat.connected", user_id=self.own_id, device_id=self._account.device_id)

    async def catch_up(self, intake: Intake) -> None:
        """Hear what was missed; see `Receiver.catch_up`."""
        await self._receiver.catch_up(intake)
        await self._load_rooms()

    async def listen(self, intake: Intake) -> None:
        """Hear for ever; see `Receiver.listen`."""
        await self._receiver.listen(intake)

    async def send(self, parcel: Parcel) -> EventId | None:
        """Carry out a parcel."""
        return await self._sender.send(parcel)

    async def find(
        self, room_id: RoomId, once_key: EffectKey, *, since: datetime, settled: bool = False
    ) -> EventId | None:
        """Look for an event of ours; see `History.find`."""
        return await self._history.find(room_id, once_key, since=since, settled=settled)

    def look_back(self, room_id: RoomId, *, since: datetime) -> AsyncIterator[Sequence[Arrived]]:
        """What the homeserver has of a room; see `History.look_back`."""
        return self._history.look_back(room_id, since=since)

    async def fetch(self, address: str, *, most_bytes: int) -> bytes:
        """The file of somebody's message, in plain; see `MediaStore.fetch`."""
        return await self._media.fetch(address, most_bytes=most_bytes)

    async def read(self, room_id: RoomId, event_id: EventId) -> Incoming | None:
        """What somebody did, fetched anew; see `History.read`."""
        return await self._history.read(room_id, event_id)

    async def close(self) -> None:
        """Give back connections and the lock on the key store."""
        self._encryption.close()
        await self._transport.close()
        self._lock.release()

    async def _load_rooms(self) -> None:
        def read(tx: Transaction) -> list[Room]:
            heard_before = tx.journal.position(self.own_id) is not None
            return tx.rooms.all() if heard_before else []

        self._rooms.load(await self._database.write(read))
