"""From an answer of ``/sync`` to replies on the disk, a hundred at a time.

The bot listens as it always does: HTTP, JSON, what each event means, where it belongs, the
journal, the replies, the acknowledgements in the outbox and the read position, all in one
commit. The sender does not run: what sending costs is another figure.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from bench import bot as bots
from bench.crowd import Crowd
from bench.harness import Figure, Goal, Outcome, Plan, alternate, ratios
from bench.raw import INGEST_SCRIPT
from bench.servers import Site, fake_homeserver, fake_site, script
from bench.worker import Json, Measure, Worker
from bot.chat import Intake
from storage.journal import Batch, Resolved

CPU_US = Goal(30)
RATIO = Goal(5)
CROWD = Crowd(rooms=INGEST_SCRIPT["rooms"], people=INGEST_SCRIPT["people"])
PER_SYNC = INGEST_SCRIPT["per_sync"]


# ------------------------------------------------------------------ in the bot's process


class _Until:
    """The bot's intake; tells when it has come to a position."""

    def __init__(self, intake: Intake, position: str) -> None:
        self._intake = intake
        self._position = position
        self.there = asyncio.Event()

    async def take(self, batch: Batch) -> None:
        await self._intake.take(batch)
        if batch.position == self._position:
            self.there.set()

    async def resolve(self, resolved: Sequence[Resolved]) -> None:
        await self._intake.resolve(resolved)


@asynccontextmanager
async def listening(*, site: Json, folder: str) -> AsyncIterator[Measure]:
    """Listen from where it stopped to a position."""
    place = Site(**site)
    async with bots.made(place, Path(folder)) as bot:
        people = {CROWD.room_id(room): CROWD.user_ids(room) for room in range(CROWD.rooms)}
        await bots.furnish(bot.database, place, people)
        await bots.ask(bot, {room_id: CROWD.prompt(room_id) for room_id in CROWD.room_ids()})
        await bot.chat.connect()

        async def measure(*, syncs: int) -> Json:
            await bots.forget_acknowledgements(bot.database)
            before = await bots.replies(bot.database)
            # Up to where the script ends; it goes on only then.
            await bot.chat.catch_up(bot.app.intake)
            until, _ = await script(place.homeserver, CROWD, syncs=syncs, per_sync=PER_SYNC)
            intake = _Until(bot.app.intake, until)
            began, cpu = time.perf_counter(), time.process_time()
            hearing = asyncio.create_task(bot.chat.listen(intake))
            await intake.there.wait()
            wall, used = time.perf_counter() - began, time.process_time() - cpu
            hearing.cancel()
            await asyncio.wait([hearing])
            stored = await bots.replies(bot.database) - before
            if stored != syncs * PER_SYNC:
                raise AssertionError(f"{stored} of {syncs * PER_SYNC} replies were stored")
            return {"wall": wall, "cpu": used}

        yield measure


# --------------------------------------------------------------------------- the figures


async def run(plan: Plan) -> Outcome:
    """Both listen to a fake homeserver of their own, in turns."""
    syncs = 20 if plan.quick else 100
    async with AsyncExitStack() as stack:

        async def worker(work: str, **setup: object) -> Worker:
            return await stack.enter_async_context(Worker(work, **setup))

        ours, theirs = [await stack.enter_async_context(fake_homeserver()) for _ in range(2)]
        site = fake_site(ours, CROWD)
        bot = await worker(
            "bench.ingest:listening", site=asdict(site), folder=str(plan.folder / "ingest")
        )
        raw = await worker(
            "bench.raw:hearing",
            homeserver=theirs,
            token=site.access_token,
            folder=str(plan.folder / "ingest-raw"),
        )
        found = await alternate(
            plan,
            {
                "bot": lambda: bot.measure(syncs=syncs),
                "raw": lambda: raw.measure(syncs=syncs),
            },
        )
    replies = syncs * PER_SYNC
    cpu = [one["cpu"] / replies * 1e6 for one in found["bot"]]
    raw_cpu = [one["cpu"] / replies * 1e6 for one in found["raw"]]
    return Outcome(
        title=f"Replies from sync to commit, {PER_SYNC} per sync",
        figures=[
            Figure(what="CPU per reply", unit="µs", values=cpu, goal=CPU_US, digits=1),
            Figure(
                what="CPU per reply, bot / raw", unit="×", values=ratios(cpu, raw_cpu), goal=RATIO
            ),
            Figure(what="  raw parse and insert", unit="µs", values=raw_cpu, digits=1),
            Figure(
                what="  the bot's replies per second",
                unit="/s",
                values=[replies / one["wall"] for one in found["bot"]],
                digits=0,
            ),
            Figure(
                what="  raw replies per second",
                unit="/s",
                values=[replies / one["wall"] for one in found["raw"]],
                digits=0,
            ),
        ],
    )
