"""Whether taking a reply costs the same in a small database and in a very large one.

Two databases, one process: what people wrote goes straight into the intake, as answers of
``/sync``, first into the one, then into the other.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from itertools import count
from pathlib import Path

import orjson

from bench import bot as bots
from bench.crowd import Crowd
from bench.fake_homeserver import answers
from bench.fill import Past
from bench.harness import Figure, Goal, Outcome, Plan, alternate, ratios
from bench.servers import Site, fake_site
from bench.worker import Json, Measure, Worker
from bot.adapters.matrix import sync
from bot.adapters.matrix.events import Raw

RATIO = Goal(1.2)
CROWD = Crowd(rooms=15, people=6)
PER_SYNC = 100
SYNCS = 30


@asynccontextmanager
async def taking(*, site: Json, folder: str, stored: dict[str, int]) -> AsyncIterator[Measure]:
    """Fill a database for each of `stored`, then take a few thousand replies in one of them."""
    place = Site(**site)
    async with AsyncExitStack() as stack:
        made: dict[str, bots.Bot] = {}
        for name, replies in stored.items():
            bot = await stack.enter_async_context(bots.made(place, Path(folder) / name))
            Past(crowd=CROWD, replies=replies).fill(bot.database)
            people = {CROWD.room_id(room): CROWD.user_ids(room) for room in range(CROWD.rooms)}
            await bots.furnish(bot.database, place, people)
            await bots.ask(bot, {room_id: CROWD.prompt(room_id) for room_id in CROWD.room_ids()})
            made[name] = bot
        numbers = count()

        async def measure(*, name: str) -> Json:
            bot = made[name]
            await bots.forget_acknowledgements(bot.database)
            first = next(numbers) * SYNCS
            texts = answers(CROWD, range(first, first + SYNCS), per_sync=PER_SYNC)
            cpu, began = time.process_time(), time.perf_counter()
            for text in texts:
                heard = sync.heard(
                    orjson.loads(text), own_id=place.user_id, since="s", open_event=_closed
                )
                await bot.app.intake.take(heard.batch)
            return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - began}

        yield measure


def _closed(_raw: Raw, _room_id: str) -> None:
    """Nothing here is encrypted."""


async def run(plan: Plan) -> Outcome:
    """Small and large in turns."""
    small, large = 1_000, 50_000 if plan.quick else 1_000_000
    site = asdict(fake_site("http://nowhere.test", CROWD))
    folder = str(plan.folder / "growth")
    stored = {"small": small, "large": large}
    async with Worker("bench.growth:taking", site=site, folder=folder, stored=stored) as worker:
        plan.tell(f"{large} replies stored")
        found = await alternate(
            plan,
            {
                "small": lambda: worker.measure(name="small"),
                "large": lambda: worker.measure(name="large"),
            },
            rounds=2 * plan.rounds,
        )
    taken = SYNCS * PER_SYNC
    cpu = {name: [one["cpu"] / taken * 1e6 for one in own] for name, own in found.items()}
    walls = {name: [one["wall"] for one in own] for name, own in found.items()}
    return Outcome(
        title="Cost per reply as replies are stored",
        figures=[
            Figure(
                what=f"CPU per reply at {large} stored / at {small}",
                unit="×",
                values=ratios(cpu["large"], cpu["small"]),
                goal=RATIO,
            ),
            Figure(what=f"  at {small}", unit="µs", values=cpu["small"], digits=1),
            Figure(what=f"  at {large}", unit="µs", values=cpu["large"], digits=1),
            Figure(
                what="  the same by the clock on the wall",
                unit="×",
                values=ratios(walls["large"], walls["small"]),
            ),
        ],
    )
