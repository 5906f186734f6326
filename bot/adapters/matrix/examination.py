"""Looking at the homeserver, the account and a room, to say what is wrong with them.

For the command line: nothing here is part of the running bot.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from bot.adapters.matrix.account import MatrixAccount, check
from bot.adapters.matrix.transport import CLIENT, Transport, escaped
from bot.errors import ChatRefused, ChatUnavailable
from flows.ids import RoomId

_TIMEOUT = aiohttp.ClientTimeout(total=15)
_HALF_A_SECOND = 0.5
"""A Date header tells whole seconds: on average it is this much behind."""
_MEMBERS_LEVEL = 0
_WRITERS_LEVEL = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """A homeserver that answers. `clock_ahead_s` is how far our clock is before its."""

    versions: tuple[str, ...]
    clock_ahead_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomStanding:
    """What the account may do in a room; the rest says nothing if it has not `joined`."""

    joined: bool
    name: str = ""
    encrypted: bool = False
    may_write: bool = False


async def look_at_server(homeserver: str) -> ServerFacts:
    """What the homeserver says of itself, and what time it has.

    Raises:
        ChatUnavailable: It does not answer, or not as a homeserver.
    """
    address = f"{homeserver}/_matrix/client/versions"
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            asked_at = time.time()
            async with session.get(address) as response:
                answered_at = time.time()
                answer: Any = await response.json(content_type=None)
                told = response.headers.get("Date")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise ChatUnavailable(f"{address}: {type(error).__name__}: {error}") from error
    versions = answer.get("versions") if isinstance(answer, dict) else None
    if not isinstance(versions, list):
        raise ChatUnavailable(f"{address}: the answer is not that of a Matrix homeserver")
    return ServerFacts(
        versions=tuple(str(version) for version in versions),
        clock_ahead_s=_ahead_s(told, (asked_at + answered_at) / 2),
    )


def _ahead_s(told: str | None, our_time: float) -> float | None:
    try:
        their_time = parsedate_to_datetime(told or "").timestamp() + _HALF_A_SECOND
    except ValueError:
        return None
    return our_time - their_time


async def look_at_account(account: MatrixAccount) -> None:
    """Make sure that the token is that of the configured user and device.

    Raises:
        ConfigError: It is another's.
        ChatLoggedOut: The token is not valid.
    """
    async with Transport(account.homeserver, account.access_token) as transport:
        await check(transport, account)


async def look_at_room(account: MatrixAccount, room_id: RoomId) -> RoomStanding:
    """Where the account stands in a room."""
    async with Transport(account.homeserver, account.access_token) as transport:
        answer = await transport.get(f"{CLIENT}/joined_rooms")
        if room_id not in answer.get("joined_rooms", []):
            return RoomStanding(joined=False)
        base = f"{CLIENT}/rooms/{escaped(room_id)}/state"
        return RoomStanding(
            joined=True,
            name=str((await _state(transport, f"{base}/m.room.name/")).get("name", "")),
            encrypted=bool(await _state(transport, f"{base}/m.room.encryption/")),
            may_write=await _may_write(transport, base, account),
        )


async def _may_write(transport: Transport, base: str, account: MatrixAccount) -> bool:
    levels = await _state(transport, f"{base}/m.room.power_levels/")
    own = levels.get("users", {}).get(account.user_id)
    if own is None:
        own = levels.get("users_default", _MEMBERS_LEVEL)
        # In rooms of version 12 whoever made them stands above all levels, in no list.
        created = await _state(transport, f"{base}/m.room.create/?format=event")
        content = created.get("content", {})
        if account.user_id in (created.get("sender"), *content.get("additional_creators", ())):
            return True
    default = levels.get("events_default", _WRITERS_LEVEL)
    return int(own) >= int(levels.get("events", {}).get("m.room.message", default))


async def _state(transport: Transport, path: str) -> dict[str, Any]:
    """A piece of the room's state; empty if there is none."""
    try:
        return await transport.get(path)
    except ChatRefused as error:
        if error.code == "M_NOT_FOUND":
            return {}
        raise
