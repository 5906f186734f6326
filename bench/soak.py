"""Floods and long days: nothing lost, answered in time, and no memory or files that stay.

The bot runs as operators run it, against the fake homeserver, whose crowd writes at a steady pace.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import bot as bots
from bench.crowd import Crowd
from bench.harness import Figure, Goal, Outcome, Plan
from bench.process import resident_mb, stage
from bench.servers import Site, fake_homeserver, fake_site, script, watched
from storage.database import Database

CROWD = Crowd(rooms=15, people=6)
"""Ninety people."""
GROWN_MB = Goal(15)
MORE_FILES = Goal(8)
"""Connections to the homeserver come and go; what stays open would be one for each message."""
_DONE_WITHIN_S = 300.0
_LOOK_S = 0.5
_HOURS = 24


async def steady(plan: Plan) -> Outcome:
    """Three hundred messages a minute for ten minutes."""
    seconds = 10 if plan.quick else 600
    return await _flood(plan, per_second=5, seconds=seconds)


async def rush(plan: Plan) -> Outcome:
    """A hundred messages a second for a minute."""
    seconds = 3 if plan.quick else 60
    return await _flood(plan, per_second=100, seconds=seconds)


async def _flood(plan: Plan, *, per_second: int, seconds: int) -> Outcome:
    sent = per_second * seconds
    folder = plan.folder / f"flood-{per_second}"
    async with fake_homeserver() as homeserver:
        site = fake_site(homeserver, CROWD)
        await stage(site, folder, crowd=CROWD)
        memory: list[float] = []
        async with bots.running(bots.write_config(site, folder)) as bot:
            began = time.monotonic()
            for second in range(seconds):
                await script(homeserver, CROWD, syncs=1, per_sync=per_second)
                memory.append(resident_mb(bot.pid))
                await asyncio.sleep(max(0.0, began + second + 1 - time.monotonic()))
            seen = await _all_marked(homeserver, sent)
        stored = await _stored(site, folder)
    marks, boards = seen["mark_lags"], seen["board_lags"]
    quarter = max(1, len(memory) // 4)
    return Outcome(
        title=f"{per_second} messages a second for {seconds} s, 90 people in 15 rooms",
        figures=[
            _all("messages stored", stored, sent),
            _all("messages acknowledged", seen["marked"], sent),
            _none("acknowledged twice", seen["twice"]),
            _s("from told to acknowledged, median", _part(marks, 0.5)),
            _s("  of 95 in 100", _part(marks, 0.95)),
            _s("  of all", marks[-1] if marks else math.nan),
            _s("from told to the next edit of a board, 95 in 100", _part(boards, 0.95)),
            Figure(
                what="more memory at the end than after a quarter",
                unit="MB",
                values=[memory[-1] - memory[quarter - 1]],
                goal=GROWN_MB,
                digits=1,
            ),
        ],
    )


async def day(plan: Plan) -> Outcome:
    """Twenty-four hours of a busy day, as fast as they go: memory and open files after each."""
    per_hour = 200 if plan.quick else 4_000
    folder = plan.folder / "day"
    memory: list[float] = []
    files: list[int] = []
    seen: dict[str, Any] = {}
    async with fake_homeserver() as homeserver:
        site = fake_site(homeserver, CROWD)
        await stage(site, folder, crowd=CROWD)
        async with bots.running(bots.write_config(site, folder)) as bot:
            for hour in range(_HOURS):
                await script(homeserver, CROWD, syncs=per_hour // 100, per_sync=100)
                seen = await _all_marked(homeserver, per_hour * (hour + 1))
                memory.append(resident_mb(bot.pid))
                files.append(_open_files(bot.pid))
                plan.tell(f"hour {hour + 1}: {memory[-1]:.0f} MB, {files[-1]} files")
        stored = await _stored(site, folder)
    settled = _HOURS // 4
    return Outcome(
        title=f"A day of {_HOURS * per_hour} messages, compressed",
        figures=[
            _all("messages stored", stored, per_hour * _HOURS),
            _all("messages acknowledged", seen["marked"], per_hour * _HOURS),
            _none("acknowledged twice", seen["twice"]),
            Figure(what="memory after 6 hours", unit="MB", values=[memory[settled - 1]], digits=0),
            Figure(
                what="  more after 24",
                unit="MB",
                values=[memory[-1] - memory[settled - 1]],
                goal=GROWN_MB,
                digits=1,
            ),
            Figure(what="open files after 6 hours", unit="", values=[files[settled - 1]], digits=0),
            Figure(
                what="  more after 24",
                unit="",
                values=[files[-1] - files[settled - 1]],
                goal=MORE_FILES,
                digits=0,
            ),
        ],
    )


async def _all_marked(homeserver: str, sent: int) -> dict[str, Any]:
    """Wait until everything is acknowledged; what was seen by then, also if that never comes."""
    give_up_at = time.monotonic() + _DONE_WITHIN_S
    seen = await watched(homeserver)
    while seen["marked"] < sent and time.monotonic() < give_up_at:
        await asyncio.sleep(_LOOK_S)
        seen = await watched(homeserver)
    return seen


async def _stored(site: Site, folder: Path) -> int:
    database = Database.open(bots.config_of(site, folder).database_url)
    try:
        return await bots.replies(database)
    finally:
        database.close()


def _open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def _part(values: Sequence[float], part: float) -> float:
    """The value that this part of them does not exceed; they are in order."""
    return values[min(len(values) - 1, math.ceil(len(values) * part) - 1)] if values else math.nan


def _all(what: str, found: int, wanted: int) -> Figure:
    return Figure(what=what, unit="", values=[found], goal=Goal(wanted, at_least=True), digits=0)


def _none(what: str, found: int) -> Figure:
    return Figure(what=what, unit="", values=[found], goal=Goal(0), digits=0)


def _s(what: str, value: float) -> Figure:
    return Figure(what=what, unit="s", values=[value], digits=3)
