"""What the whole process costs: memory, and the time from its start until it is ready.

The bot runs as operators run it, against the fake homeserver.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from bench import bot as bots
from bench.crowd import Crowd
from bench.fill import Past
from bench.harness import Figure, Goal, Outcome, Plan, alternate
from bench.servers import Site, fake_homeserver, fake_site, script

IDLE_MB = Goal(110)
GROWN_MB = Goal(30)
READY_S = Goal(2.0)
CROWD = Crowd(rooms=10, people=6)
PER_SYNC = 100
_SETTLE_S = 3.0
_POLL_S = 0.2
_SENT_WITHIN_S = 600.0

RAW_IMPORTS = "import aiohttp, nio, sqlalchemy, sqlmodel"
OUR_IMPORTS = """
from bot.service.loading import undisturbed, without
with undisturbed(), without('rich'):
    import bot.app, bot.cli.run, bot.adapters.matrix.client, bot.adapters.matrix.trust
"""


async def memory(plan: Plan) -> Outcome:
    """Resident memory when nothing happens, and after many replies were taken and answered."""
    replies = 5_000 if plan.quick else 100_000
    idle, grown = [], []
    for number in range(1 if plan.quick else min(plan.rounds, 2)):
        async with fake_homeserver() as homeserver:
            site = fake_site(homeserver, CROWD)
            folder = plan.folder / f"memory-{number}"
            await stage(site, folder)
            async with bots.running(bots.write_config(site, folder)) as bot:
                await asyncio.sleep(_SETTLE_S)
                before = resident_mb(bot.pid)
                await _take(homeserver, replies)
                await asyncio.sleep(_SETTLE_S)
                idle.append(before)
                grown.append(resident_mb(bot.pid) - before)
        plan.tell(f"{replies} replies, {number + 1} times")
    return Outcome(
        title="Resident memory of `runda run`",
        figures=[
            Figure(what="idle, after the start", unit="MB", values=idle, goal=IDLE_MB, digits=0),
            Figure(
                what=f"more after {replies} replies",
                unit="MB",
                values=grown,
                goal=GROWN_MB,
                digits=0,
            ),
        ],
    )


async def start(plan: Plan) -> Outcome:
    """From the start of the process to `bot.ready`, on a database with a past."""
    replies = 5_000 if plan.quick else 100_000
    async with fake_homeserver() as homeserver:
        site = fake_site(homeserver, CROWD)
        folder = plan.folder / "start"
        await stage(site, folder, Past(crowd=CROWD, replies=replies))
        config = bots.write_config(site, folder)

        async def ready() -> float:
            async with bots.running(config) as bot:
                return bot.ready_after_s

        found = await alternate(
            plan,
            {
                "ready": ready,
                "ours": lambda: _python(OUR_IMPORTS),
                "raw": lambda: _python(RAW_IMPORTS),
                "python": lambda: _python("pass"),
            },
        )
    return Outcome(
        title=f"Start of `runda run` on a database of {replies} replies",
        figures=[
            Figure(what="start to ready", unit="s", values=found["ready"], goal=READY_S),
            Figure(what="  of it imports", unit="s", values=found["ours"]),
            Figure(what=f"  raw: {RAW_IMPORTS}", unit="s", values=found["raw"]),
            Figure(what="  raw: Python alone", unit="s", values=found["python"]),
        ],
    )


async def stage(
    site: Site, folder: Path, past: Past | None = None, *, crowd: Crowd = CROWD
) -> None:
    """A database with an open round in each room, and keys that are published already."""
    async with bots.made(site, folder) as bot:
        if past is not None:
            await asyncio.to_thread(past.fill, bot.database)
        people = {crowd.room_id(room): crowd.user_ids(room) for room in range(crowd.rooms)}
        await bots.furnish(bot.database, site, people)
        await bots.ask(bot, {room_id: crowd.prompt(room_id) for room_id in crowd.room_ids()})
        await bot.chat.connect()


async def _take(homeserver: str, replies: int) -> None:
    """Let the crowd write, and wait until each of them has got her acknowledgement."""
    _, accepted = await script(homeserver, CROWD, syncs=0, per_sync=PER_SYNC)
    wanted = accepted + replies
    await script(homeserver, CROWD, syncs=replies // PER_SYNC, per_sync=PER_SYNC)
    async with asyncio.timeout(_SENT_WITHIN_S):
        while accepted < wanted:
            await asyncio.sleep(_POLL_S)
            _, accepted = await script(homeserver, CROWD, syncs=0, per_sync=PER_SYNC)


def resident_mb(pid: int) -> float:
    """The memory that a process has in the machine."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} has no resident memory")


async def _python(code: str) -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    if await process.wait() != 0:
        raise RuntimeError(f"python -c {code!r} failed")
    return time.perf_counter() - began
