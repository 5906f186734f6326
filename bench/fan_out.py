"""One question to many rooms: how long until the last has it, and what that costs us.

The bot's way is the whole way: a dialogue's clock rings, the rows stand in the outbox, are
marked as tried, sent, and marked as sent. Measured is from the commit of the rows until the
homeserver has accepted the last; the raw client only sends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from shutil import copyfile, rmtree

from bench import bot as bots
from bench.crowd import Crowd
from bench.harness import Figure, Goal, Outcome, Plan, alternate, ratios
from bench.raw import QUIET_S
from bench.servers import Site, fake_homeserver, fake_site, furnish
from bench.worker import Json, Measure, Worker
from bot.adapters.matrix.client import MatrixChat
from bot.adapters.matrix.content import event_for
from bot.app import App, wall_clock
from bot.chat import Capabilities, Intake, Parcel, Post
from bot.packs.known import PackFile
from bot.sending.parcels import post
from demo.homeserver import Homeserver
from flows.ids import EffectKey, EventId, RoomId, UserId
from flows.messages import Incoming
from storage.database import Database
from storage.instants import to_ms
from storage.journal import Arrived

RATIO = Goal(1.10)
CPU_MS = Goal(0.6)
_SETTLE_S = 0.001
_MORE_BELOW = 60


# ------------------------------------------------------------------ in the bot's process


class _Watched:
    """The bot's chat; tells when so many prompts have been accepted."""

    def __init__(self, chat: MatrixChat, wanted: int, organizers_room: RoomId) -> None:
        self._chat = chat
        self._organizers_room = organizers_room
        self._missing = wanted
        self.accepted = asyncio.Event()
        self.greeted = asyncio.Event()
        self.accepted_at = 0.0
        self.content: Json = {}

    @property
    def own_id(self) -> UserId:
        return self._chat.own_id

    @property
    def device_id(self) -> str:
        return self._chat.device_id

    @property
    def capabilities(self) -> Capabilities:
        return self._chat.capabilities

    async def connect(self) -> None:
        await self._chat.connect()

    async def catch_up(self, intake: Intake) -> None:
        await self._chat.catch_up(intake)

    async def listen(self, intake: Intake) -> None:
        await self._chat.listen(intake)

    async def send(self, parcel: Parcel) -> EventId | None:
        event_id = await self._chat.send(parcel)
        if parcel.room_id == self._organizers_room:
            self.greeted.set()
            return event_id
        self._missing -= 1
        if not self._missing:
            self.accepted_at = time.perf_counter()
            if isinstance(parcel.content, Post):
                outgoing = event_for(parcel.content, parcel.once_key)
                self.content = outgoing.content
            self.accepted.set()
        return event_id

    async def find(
        self, room_id: RoomId, once_key: EffectKey, *, since: datetime, settled: bool = False
    ) -> EventId | None:
        return await self._chat.find(room_id, once_key, since=since, settled=settled)

    def look_back(self, room_id: RoomId, *, since: datetime) -> AsyncIterator[Sequence[Arrived]]:
        return self._chat.look_back(room_id, since=since)

    async def fetch(self, address: str, *, most_bytes: int) -> bytes:
        return await self._chat.fetch(address, most_bytes=most_bytes)

    async def read(self, room_id: RoomId, event_id: EventId) -> Incoming | None:
        return await self._chat.read(room_id, event_id)

    async def close(self) -> None:
        await self._chat.close()


@asynccontextmanager
async def prompting(*, site: Json, folder: str) -> AsyncIterator[Measure]:
    """Ask a number of rooms: each time with a database and connections of its own."""
    place = Site(**site)
    base = Path(folder)
    base.mkdir(parents=True)
    empty = base / "empty.db"
    Database.open(f"sqlite:///{empty}").close()
    numbers = count()

    async def measure(*, rooms_asked: int) -> Json:
        own = base / str(next(numbers))
        own.mkdir()
        copyfile(empty, own / "runda.db")
        # One device, one key store: a new one would have to be published each time.
        (base / "keys").mkdir(exist_ok=True)
        (own / "keys").symlink_to(base / "keys")
        asked = replace(place, rooms=place.rooms[:rooms_asked])
        try:
            async with bots.made(asked, own) as bot:
                return await _ask(bot, own)
        finally:
            rmtree(own)

    yield measure


async def _ask(bot: bots.Bot, folder: Path) -> Json:
    people = {
        room_id: [UserId(f"@somebody:{number}")] for number, room_id in enumerate(bot.site.rooms)
    }
    await bots.furnish(bot.database, bot.site, people)
    watched = _Watched(bot.chat, len(bot.site.rooms), bot.site.organizers_room)
    app = bots.app_of(bots.config_of(bot.site, folder), bot.database, watched)
    await watched.connect()
    # A name of its own: the homeserver would know the transaction ids of the last time again.
    pack = folder / f"q-{time.time_ns()}.toml"
    copyfile(bots.PACK.path, pack)
    await bots.order(bot.database, bot.site, PackFile(path=pack))
    await _greet(bot, app, watched)
    await asyncio.sleep(QUIET_S)
    async with asyncio.TaskGroup() as tasks:
        await app.clock.ring_due()
        began, cpu = time.perf_counter(), time.process_time()
        sending = tasks.create_task(app.sender.run())
        await watched.accepted.wait()
        while not app.sender.is_idle:
            await asyncio.sleep(_SETTLE_S)
        marked_at, used = time.perf_counter(), time.process_time() - cpu
        sending.cancel()
    return {
        "wall": watched.accepted_at - began,
        "marked": marked_at - began,
        "cpu": used,
        "content": watched.content,
    }


async def _greet(bot: bots.Bot, app: App, watched: _Watched) -> None:
    """Send one message: a bot that is asked to begin has been at work for a while."""
    greeting = post(EffectKey(f"greeting/{time.time_ns()}"), bot.site.organizers_room, "Hej!")
    now_ms = to_ms(wall_clock())
    await bot.database.write(lambda tx: tx.outbox.put([greeting], now_ms=now_ms))
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(app.sender.run())
        await watched.greeted.wait()
        while not app.sender.is_idle:
            await asyncio.sleep(_SETTLE_S)
        sending.cancel()


# --------------------------------------------------------------------------- the figures


async def on_synapse(plan: Plan) -> Outcome:
    """On a real homeserver."""
    sizes = [10, 30] if plan.quick else [10, 100, 300]
    async with Homeserver() as homeserver:
        seats = await furnish(homeserver, rooms=max(sizes), people=1)
        plan.tell(f"{max(sizes)} rooms made")
        found = await _compare(plan, seats.site, sizes)
    figures = []
    for size in sizes:
        ours, raw = found[size]["bot"], found[size]["raw"]
        walls, raw_walls = [one["wall"] for one in ours], [one["wall"] for one in raw]
        figures += [
            Figure(
                what=f"prompts to {size} rooms, bot / raw",
                unit="×",
                values=ratios(walls, raw_walls),
                goal=RATIO,
            ),
            Figure(what="  the bot, last one accepted", unit="s", values=walls, digits=3),
            Figure(
                what="  the bot, last one marked as sent",
                unit="s",
                values=[one["marked"] for one in ours],
                digits=3,
            ),
            Figure(what="  raw, 32 at once", unit="s", values=raw_walls, digits=3),
        ]
    return Outcome(title="Fan-out on a real Synapse", figures=figures)


async def on_the_fake(plan: Plan) -> Outcome:
    """On a homeserver that costs nothing: what is left is the bot."""
    size = 100 if plan.quick else 300
    async with fake_homeserver() as homeserver:
        site = fake_site(homeserver, Crowd(rooms=size, people=1))
        found = await _compare(plan, site, [size])
    ours, raw = found[size]["bot"], found[size]["raw"]
    return Outcome(
        title="Fan-out on a fake homeserver",
        figures=[
            Figure(
                what=f"CPU per prompt, {size} rooms",
                unit="ms",
                values=[one["cpu"] / size * 1000 for one in ours],
                goal=CPU_MS,
            ),
            Figure(
                what="  raw, 32 at once",
                unit="ms",
                values=[one["cpu"] / size * 1000 for one in raw],
            ),
            Figure(
                what="  the bot's prompts per second",
                unit="/s",
                digits=0,
                values=[size / one["marked"] for one in ours],
            ),
            Figure(
                what="  raw prompts per second",
                unit="/s",
                digits=0,
                values=[size / one["wall"] for one in raw],
            ),
        ],
    )


async def _compare(
    plan: Plan, site: Site, sizes: Sequence[int]
) -> dict[int, dict[str, list[Json]]]:
    folder = plan.folder / f"fan-out-{time.time_ns()}"
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(
            Worker("bench.fan_out:prompting", site=asdict(site), folder=str(folder))
        )
        sample = await bot.measure(rooms_asked=1)
        raw = await stack.enter_async_context(
            Worker(
                "bench.raw:putting",
                homeserver=site.homeserver,
                token=site.access_token,
                rooms=site.rooms,
                greeted=site.organizers_room,
                content=sample["content"],
            )
        )

        def job(worker: Worker, size: int) -> Callable[[], Awaitable[Json]]:
            return lambda: worker.measure(rooms_asked=size)

        return {
            size: await alternate(
                plan,
                {"bot": job(bot, size), "raw": job(raw, size)},
                # What takes a tenth of a second is measured more often; and nothing less than
                # twice as often as the rest, for the homeserver's own moods are in it.
                rounds=plan.rounds * max(2, _MORE_BELOW // size),
            )
            for size in sizes
        }
