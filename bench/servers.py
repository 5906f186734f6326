"""The two homeservers of the bench: the fake one, and a real Synapse full of rooms."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bench.crowd import Crowd
from bench.fake_homeserver import BOT, DEVICE
from bench.pipes import given
from bot.adapters.matrix.transport import Transport
from demo.client import Client
from demo.homeserver import Account, Homeserver
from flows.ids import RoomId, UserId

_AT_ONCE = 8
"""Rooms made at the same time: more makes a homeserver no faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a bot lives, and the rooms that it serves."""

    homeserver: str
    user_id: UserId
    device_id: str
    access_token: str
    organizers_room: RoomId
    rooms: Sequence[RoomId]


# ------------------------------------------------------------------------- the fake one


@asynccontextmanager
async def fake_homeserver() -> AsyncIterator[str]:
    """A fake homeserver in a process of its own; yields its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.fake_homeserver",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    leash, said = given(process.stdin), given(process.stdout)
    try:
        port = int(await said.readline())
        yield f"http://127.0.0.1:{port}"
    finally:
        leash.close()
        await process.wait()


def fake_site(homeserver: str, crowd: Crowd) -> Site:
    """The bot's place on the fake homeserver."""
    return Site(
        homeserver=homeserver,
        user_id=UserId(BOT),
        device_id=DEVICE,
        access_token="bench-token",  # noqa: S106  the fake homeserver asks nobody for it
        organizers_room=RoomId("!organizers0000000:bench.test"),
        rooms=crowd.room_ids(),
    )


async def script(homeserver: str, crowd: Crowd, *, syncs: int, per_sync: int) -> tuple[str, int]:
    """Let the crowd write `per_sync` messages for each of `syncs` answers.

    Returns:
        The position after the last of them, and how many sends were accepted so far.
    """
    async with Transport(homeserver) as transport:
        answer = await transport.post(
            "/bench/script",
            {"rooms": crowd.rooms, "people": crowd.people, "syncs": syncs, "per_sync": per_sync},
        )
    return answer["position"], answer["accepted"]


async def watched(homeserver: str) -> dict[str, Any]:
    """What the fake homeserver saw: what it told, what was marked and when; see its `Watch`."""
    async with Transport(homeserver) as transport:
        return await transport.get("/bench/watch")


# ------------------------------------------------------------------------- the real one


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """A site on a real homeserver, and who sits in each of its rooms."""

    site: Site
    people: Sequence[Sequence[Account]]
    observer: Account
    """Sits in every room and says nothing."""


async def furnish(homeserver: Homeserver, *, rooms: int, people: int) -> Seats:
    """Make a bot, an organizers' room, and group rooms with so many people each.

    One person without a part in the dialogue makes the rooms, and stays as the observer; the
    bot comes in by itself, as its own code is not what is measured here.
    """
    bot = await homeserver.register("runda")
    await homeserver.lift_rate_limit(bot.user_id)
    accounts = [
        [await homeserver.register(f"person-{room}-{number}") for number in range(people)]
        for room in range(rooms)
    ]
    host = await homeserver.register("host")
    async with AsyncExitStack() as stack:

        async def client(account: Account) -> Client:
            made = Client(homeserver.url, account, encrypts=False)
            return await stack.enter_async_context(made)

        bot_client, host_client = await client(bot), await client(host)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def make(name: str, members: Sequence[Client]) -> RoomId:
            async with gate:
                room_id = await host_client.create_room(name, by_link=True)
                for member in (bot_client, *members):
                    await member.join(room_id)
                return room_id

        organizers_room = await make("Organizers", ())
        clients = [[await client(account) for account in own] for own in accounts]
        made = await asyncio.gather(
            *(make(f"Table {number}", own) for number, own in enumerate(clients, start=1))
        )
    site = _site(homeserver, bot, organizers_room, made)
    return Seats(site=site, people=accounts, observer=host)


def _site(
    homeserver: Homeserver, bot: Account, organizers_room: RoomId, rooms: Sequence[RoomId]
) -> Site:
    return Site(
        homeserver=homeserver.url,
        user_id=bot.user_id,
        device_id=bot.device_id,
        access_token=bot.access_token,
        organizers_room=organizers_room,
        rooms=rooms,
    )
