"""What was written while the bot was off: found again, all of it, and how fast.

A sync after a long absence brings the newest hundred messages of each room and says that
there is a hole before them; what is in the hole must be asked for page by page.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from itertools import count
from pathlib import Path
from shutil import copyfile, rmtree
from urllib.parse import quote

import aiohttp
import orjson

from bench import bot as bots
from bench.harness import Figure, Goal, Outcome, Plan, alternate, ratios
from bench.raw import PAGE as RAW_PAGE
from bench.raw import ROOMS_AT_ONCE
from bench.servers import Seats, Site, furnish
from bench.worker import Json, Measure, Worker
from bot.adapters.matrix.history import PAGE
from demo.homeserver import Account, Homeserver
from flows.ids import EventId, RoomId, UserId

RATIO = Goal(1.5)
ROOMS, PEOPLE = 10, 6
_IN_FLIGHT = 32
_CLIENT = "/_matrix/client/v3"


# ------------------------------------------------------------------ in the bot's process


@asynccontextmanager
async def preparing(
    *, site: Json, people: Sequence[Sequence[str]], folder: str
) -> AsyncIterator[Measure]:
    """Bring a bot up to where it asks its question, and switch it off."""
    place = Site(**site)

    async def measure() -> Json:
        async with bots.made(place, Path(folder)) as bot:
            await bot.chat.connect()
            await bot.chat.catch_up(bot.app.intake)
            members: dict[RoomId, list[UserId]] = {
                room_id: [UserId(one) for one in own]
                for room_id, own in zip(place.rooms, people, strict=True)
            }
            await bots.furnish(bot.database, place, members)
            bot.app.world.forget()
            prompts = {room: EventId(f"$prompt-{n}") for n, room in enumerate(place.rooms)}
            await bots.ask(bot, prompts)
            since = await bot.database.write(lambda tx: tx.journal.position(place.user_id))
            return {"since": since}

    yield measure


@asynccontextmanager
async def catching_up(*, site: Json, prepared: str, folder: str) -> AsyncIterator[Measure]:
    """Catch up from the same moment again and again."""
    place, before = Site(**site), Path(prepared)
    numbers = count()

    async def measure() -> Json:
        own = Path(folder) / str(next(numbers))
        own.mkdir(parents=True)
        copyfile(before / "runda.db", own / "runda.db")
        (own / "keys").symlink_to(before / "keys")
        try:
            async with bots.made(place, own) as bot:
                await bot.chat.connect()
                began, cpu = time.perf_counter(), time.process_time()
                await bot.chat.catch_up(bot.app.intake)
                wall, used = time.perf_counter() - began, time.process_time() - cpu
                return {"wall": wall, "cpu": used, "stored": await bots.replies(bot.database)}
        finally:
            rmtree(own)

    yield measure


# --------------------------------------------------------------------------- the figures


async def run(plan: Plan) -> Outcome:
    """The bot and the raw client catch up in turns, on a real homeserver."""
    messages = 1200 if plan.quick else 5000
    async with Homeserver() as homeserver, AsyncExitStack() as stack:
        seats = await furnish(homeserver, rooms=ROOMS, people=PEOPLE)
        prepared = plan.folder / "backlog"
        since = await prepare(seats, prepared)
        await _write(seats, messages)
        plan.tell(f"{messages} messages written")

        async def worker(work: str, **setup: object) -> Worker:
            return await stack.enter_async_context(Worker(work, **setup))

        bot = await worker(
            "bench.backlog:catching_up",
            site=asdict(seats.site),
            prepared=str(prepared),
            folder=str(plan.folder / "backlog-bot"),
        )
        raw = await worker(
            "bench.raw:paging",
            homeserver=seats.site.homeserver,
            token=seats.site.access_token,
            folder=str(plan.folder / "backlog-raw"),
            page=RAW_PAGE,
            at_once=ROOMS_AT_ONCE,
        )
        found = await alternate(plan, {"bot": bot.measure, "raw": lambda: raw.measure(since=since)})
    return _outcome(messages, found["bot"], found["raw"])


def _outcome(messages: int, ours: Sequence[Json], raw: Sequence[Json]) -> Outcome:
    walls, raw_walls = [one["wall"] for one in ours], [one["wall"] for one in raw]
    return Outcome(
        title=f"A backlog of {messages} messages in {ROOMS} rooms, real Synapse",
        figures=[
            Figure(
                what="messages stored",
                unit="",
                values=[one["stored"] for one in ours],
                goal=Goal(messages, at_least=True),
                digits=0,
            ),
            Figure(
                what="time to catch up, bot / raw",
                unit="×",
                values=ratios(walls, raw_walls),
                goal=RATIO,
            ),
            Figure(what=f"  the bot, pages of {PAGE}", unit="s", values=walls),
            Figure(what=f"  raw, pages of {RAW_PAGE}", unit="s", values=raw_walls),
            Figure(
                what="  raw, messages stored",
                unit="",
                values=[one["stored"] for one in raw],
                digits=0,
            ),
        ],
    )


async def prepare(seats: Seats, folder: Path) -> str:
    """Let a bot come as far as its question; returns its read position."""
    people = [[account.user_id for account in own] for own in seats.people]
    async with Worker(
        "bench.backlog:preparing", site=asdict(seats.site), people=people, folder=str(folder)
    ) as worker:
        since: str = (await worker.measure())["since"]
    return since


async def _write(seats: Seats, messages: int) -> None:
    """Everybody writes in her room, one after the other, as fast as the homeserver takes it."""
    writers = [
        (room_id, account)
        for room_id, own in zip(seats.site.rooms, seats.people, strict=True)
        for account in own
    ]
    jobs = iter(range(messages))
    async with aiohttp.ClientSession(
        seats.site.homeserver, connector=aiohttp.TCPConnector(limit=_IN_FLIGHT)
    ) as session:

        async def write() -> None:
            for number in jobs:
                room_id, account = writers[number % len(writers)]
                await say(session, room_id, account, f"Så tänker jag om det, nummer {number}.")

        await asyncio.gather(*(write() for _ in range(_IN_FLIGHT)))


async def say(
    session: aiohttp.ClientSession, room_id: RoomId, account: Account, text: str
) -> EventId:
    """Write a message as somebody."""
    path = f"{_CLIENT}/rooms/{quote(room_id)}/send/m.room.message/{time.time_ns()}"
    content = {"msgtype": "m.text", "body": text, "m.mentions": {}}
    headers = {"Authorization": f"Bearer {account.access_token}"}
    async with session.put(path, data=orjson.dumps(content), headers=headers) as answer:
        answer.raise_for_status()
        return EventId(orjson.loads(await answer.read())["event_id"])
