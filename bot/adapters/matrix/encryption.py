"""End-to-end encryption as the rest of the adapter sees it."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from bot.adapters.matrix import key_file
from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.events import Raw
from bot.adapters.matrix.rooms import EncryptedRooms
from bot.adapters.matrix.sync import Heard
from bot.adapters.matrix.transport import Transport
from bot.errors import KeysUnusable
from bot.service.loading import undisturbed
from flows.ids import RoomId
from storage.journal import DeviceMessage, Pending, Resolved

if TYPE_CHECKING:
    from bot.adapters.matrix.keys import DeviceKeys
    from bot.adapters.matrix.olm import Machine
    from bot.adapters.matrix.reading import Reader
    from bot.adapters.matrix.sharing import RoomKeys

log = structlog.get_logger(__name__)

_BLOCK = 10
"""Messages to the device taken in at a time: one commit, and then others may run."""


class Encryption:
    """The device's keys, and all that is done with them. Use it after `start`."""

    _machine: Machine
    _keys: DeviceKeys
    _reader: Reader
    _room_keys: RoomKeys

    def __init__(
        self,
        transport: Transport,
        rooms: EncryptedRooms,
        account: MatrixAccount,
        folder: Path,
        *,
        password: str | None = None,
        replace_identity: bool = False,
    ) -> None:
        self._transport = transport
        self._rooms = rooms
        self._account = account
        self._folder = folder
        self._password = password
        self._replace_identity = replace_identity
        self._started = False

    async def start(self) -> None:
        """Open the key store, publish what the homeserver lacks, vouch for our device.

        Raises:
            ConfigError: The account's cross-signing keys are not ours.
        """
        # nio takes most of a second to import; the homeserver is being asked meanwhile.
        with undisturbed():
            await asyncio.to_thread(importlib.import_module, "bot.adapters.matrix.trust")
        from bot.adapters.matrix import (  # noqa: PLC0415  as said above
            keys,
            olm,
            reading,
            sharing,
            trust,
        )

        account = self._account
        secrets = key_file.load_or_make(self._folder / "secrets.json")
        self._machine = olm.Machine.open(
            self._folder, account.user_id, account.device_id, secrets.pickle_key
        )
        self._keys = keys.DeviceKeys(self._transport, self._machine)
        self._reader = reading.Reader(self._machine, self._keys, account.user_id)
        self._room_keys = sharing.RoomKeys(
            self._transport, self._machine, self._keys, account.user_id
        )
        self._started = True
        await self._keys.publish()
        identity = trust.CrossSigning(
            self._transport,
            self._machine,
            account,
            secrets,
            password=self._password,
            replace=self._replace_identity,
        )
        await identity.establish()
        log.info("identity.established", fingerprint=identity.fingerprint)

    def close(self) -> None:
        """Close the key store."""
        if self._started:
            self._machine.close()
            self._started = False

    # ------------------------------------------------------------------ hearing

    def open_event(self, raw: Raw, room_id: RoomId) -> Raw | None:
        """A room event in plain; None if it cannot be decrypted now."""
        return self._reader.open_event(raw, room_id)

    def judge(self, pending: Pending) -> Resolved:
        """What becomes of an event that waits in the journal."""
        return self._reader.judge(pending)

    async def hear_device_messages(self, messages: Sequence[DeviceMessage]) -> set[RoomId]:
        """Take in messages to this device; the rooms for which keys came."""
        rooms: set[RoomId] = set()
        for at in range(0, len(messages), _BLOCK):
            with self._machine.at_once():
                for message in messages[at : at + _BLOCK]:
                    key = self._hear(message)
                    if key is not None:
                        rooms.add(RoomId(key[0]))
                        self._reader.note_arrived(key[1])
            await asyncio.sleep(0)
        return rooms

    def _hear(self, message: DeviceMessage) -> tuple[str, str] | None:
        try:
            return self._machine.hear(orjson.loads(message.raw))
        except KeysUnusable:
            raise
        # Anybody, on any homeserver, can send one; whatever it makes nio stumble over,
        # this one message is dropped and the next is read.
        except Exception as error:  # noqa: BLE001
            log.warning("device_message.dropped", error=type(error).__name__)
            return None

    def note(self, heard: Heard) -> None:
        """Take over what an answer told that is not kept on disk."""
        self._keys.note_count(heard.key_count, fallback_used=heard.fallback_used)
        self._room_keys.note_members(heard.batch.members)
        self._keys.note_left(heard.left_devices)
        self._room_keys.note_devices(self._keys.note_changed(heard.changed_devices))

    # ------------------------------------------------------------------ sending

    async def encrypt(self, room_id: RoomId, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """The content of an encrypted event; see `RoomKeys.encrypt`."""
        return await self._room_keys.encrypt(room_id, kind, content)

    # ------------------------------------------------------------------- upkeep

    @property
    def has_work(self) -> bool:
        """Whether `upkeep` should run soon."""
        return (
            self._keys.has_stale
            or bool(self._machine.wedged_devices)
            or bool(self._machine.outgoing_to_device_messages)
            or self._keys.is_short
            or self._room_keys.has_comers
        )

    async def upkeep(self) -> None:
        """All that must be done with the homeserver now and then, off the way of messages."""
        await self._keys.publish()
        await self._keys.refresh()
        await self._keys.mend_sessions()
        await self._room_keys.renew()
        await self._room_keys.give_past(self._rooms.encrypted())
        await self._room_keys.sweep()
        await self._reader.ask_for_keys()

    @property
    def unreached(self) -> int:
        """How many devices cannot read what we write, as far as we know."""
        return self._room_keys.unreached
