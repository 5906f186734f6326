"""What is done once, when the bot is set up, before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.encryption import Encryption
from bot.adapters.matrix.lock import FolderLock
from bot.adapters.matrix.rooms import EncryptedRooms
from bot.adapters.matrix.transport import CLIENT, Transport
from bot.errors import ChatUnavailable
from flows.ids import RoomId, UserId

ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


async def make_room(
    account: MatrixAccount,
    *,
    name: str,
    invite: Sequence[UserId],
    encrypted: bool,
    topic: str = "",
) -> RoomId:
    """Make a private room and invite people to it.

    Not repeated by itself: a second call makes a second room.
    """
    body: dict[str, Any] = {
        "preset": "private_chat",
        "name": name,
        "invite": list(invite),
        "initial_state": [ENCRYPTION] if encrypted else [],
        **({"topic": topic} if topic else {}),
    }
    async with Transport(account.homeserver, account.access_token) as transport:
        answer = await transport.post(f"{CLIENT}/createRoom", body, deadline_s=0)
    room_id = answer.get("room_id")
    if not isinstance(room_id, str):
        raise ChatUnavailable("POST /createRoom: the homeserver's answer names no room")
    return RoomId(room_id)


async def establish_identity(
    account: MatrixAccount, store_folder: Path, *, password: str | None, replace_identity: bool
) -> None:
    """Make the device's keys and let the account vouch for them.

    The bot would do it at its start; here, somebody is there who has the password, which
    many homeservers want for it.

    Raises:
        ConfigError: The account has cross-signing keys that are not ours, or the homeserver
            wants a password that was not given. Nothing has been published then.
    """
    lock = _locked(store_folder)
    try:
        async with Transport(account.homeserver, account.access_token) as transport:
            encryption = Encryption(
                transport,
                EncryptedRooms(transport),
                account,
                store_folder,
                password=password,
                replace_identity=replace_identity,
            )
            try:
                await encryption.start()
            finally:
                encryption.close()
    finally:
        lock.release()


def _locked(folder: Path) -> FolderLock:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FolderLock(folder)
    lock.acquire()
    return lock


async def log_out(account: MatrixAccount) -> None:
    """End the device and its token."""
    async with Transport(account.homeserver, account.access_token) as transport:
        await transport.post(f"{CLIENT}/logout", {}, deadline_s=0)
