"""How long until a person sees that her answer was taken.

The whole bot runs as its own process. Sixty people write at times drawn by lot; somebody
who sits in all rooms sees the bot's reactions come. Measured is from the homeserver's
answer to the person's message until that observer has the reaction in hand, and beside it,
by the homeserver's own clock, from the one event to the other.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson

from bench import bot as bots
from bench.backlog import prepare, say
from bench.harness import Figure, Goal, Outcome, Plan, percentile
from bench.servers import Seats, furnish
from bench.worker import Json, Worker
from demo.homeserver import Account, Homeserver
from flows.ids import EventId, RoomId

P95_MS = Goal(300)
ROOMS, PEOPLE = 10, 6
MESSAGES_PER_S = 7.0
_WARM_UP_S = 6.0
_LAST_ONES_S = 20.0
_LISTENS_AFTER_S = 2.0
_CLIENT = "/_matrix/client/v3"
_FILTER = quote(
    orjson.dumps(
        {
            "presence": {"types": []},
            "account_data": {"types": []},
            "room": {
                "timeline": {"types": ["m.reaction"], "limit": 100},
                "state": {"types": []},
                "ephemeral": {"types": []},
                "account_data": {"types": []},
            },
        }
    )
)


@dataclass(slots=True)
class _Seen:
    """What happened to each message, by the writer's clock and by the homeserver's."""

    written: dict[EventId, float] = field(default_factory=dict)
    answered: dict[EventId, float] = field(default_factory=dict)
    answered_ms: dict[EventId, int] = field(default_factory=dict)

    def lags_ms(self) -> list[float]:
        """From the answer to the message until the reaction was seen."""
        return [(self.answered[one] - at) * 1000 for one, at in self.written.items()]


async def run(plan: Plan) -> Outcome:
    """First the raw client, then the bot: both would answer if both were there."""
    seconds = 8 if plan.quick else 30
    rounds = 1 if plan.quick else min(plan.rounds, 3)
    async with Homeserver() as homeserver:
        seats = await furnish(homeserver, rooms=ROOMS, people=PEOPLE)
        async with _observed(seats) as watch:
            raw = [await _raw_round(seats, watch, plan.chance, seconds) for _ in range(rounds)]
            folder = plan.folder / "acknowledgement"
            await prepare(seats, folder)
            ours = []
            async with bots.running(bots.write_config(seats.site, folder)):
                # Before it counts: what a homeserver and a new process do only once.
                await _round(seats, watch, plan.chance, _WARM_UP_S)
                for number in range(rounds):
                    ours.append(await _round(seats, watch, plan.chance, seconds))
                    plan.tell(f"round {number + 1} of {rounds}")
        server_ms = [await _by_the_server(seats, one) for one in ours]
    lags, raw_lags = [one.lags_ms() for one in ours], [one.lags_ms() for one in raw]
    return Outcome(
        title=f"Acknowledgement, {ROOMS * PEOPLE} people writing in {ROOMS} rooms, real Synapse",
        figures=[
            _figure("reply to acknowledgement, p95", 95, lags, P95_MS),
            _figure("  p50", 50, lags),
            _figure("  by the homeserver's clock, p95", 95, server_ms),
            _figure("  raw client, p95", 95, raw_lags),
            _figure("  raw client, p50", 50, raw_lags),
            Figure(
                what="  messages per second",
                unit="/s",
                values=[len(own) / seconds for own in lags],
                digits=1,
            ),
        ],
    )


def _figure(
    what: str, percent: int, lags_ms: Sequence[Sequence[float]], goal: Goal | None = None
) -> Figure:
    values = [percentile(own, percent) for own in lags_ms]
    return Figure(what=what, unit="ms", values=values, goal=goal, digits=0)


async def _raw_round(seats: Seats, watch: _Watch, chance: random.Random, seconds: float) -> _Seen:
    site = seats.site
    async with Worker(
        "bench.raw:acknowledging", homeserver=site.homeserver, token=site.access_token
    ) as raw:
        whole_s = _WARM_UP_S + seconds + _LAST_ONES_S
        answering = asyncio.create_task(raw.measure(seconds=whole_s))
        await asyncio.sleep(_LISTENS_AFTER_S)
        await _round(seats, watch, chance, _WARM_UP_S)
        seen = await _round(seats, watch, chance, seconds)
        answering.cancel()
        await asyncio.wait([answering])
    return seen


async def _round(seats: Seats, watch: _Watch, chance: random.Random, seconds: float) -> _Seen:
    seen = _Seen()
    watch.seen = seen
    mean_s = ROOMS * PEOPLE / MESSAGES_PER_S
    async with (
        aiohttp.ClientSession(seats.site.homeserver) as session,
        asyncio.TaskGroup() as tasks,
    ):
        until = asyncio.get_running_loop().time() + seconds
        for room_id, own in zip(seats.site.rooms, seats.people, strict=True):
            for account in own:
                pauses = random.Random(chance.random())
                tasks.create_task(
                    _write(
                        session,
                        room_id,
                        account,
                        seen=seen,
                        pauses=pauses,
                        mean_s=mean_s,
                        until=until,
                    )
                )
    async with asyncio.timeout(_LAST_ONES_S):
        while len(seen.answered) < len(seen.written):
            await asyncio.sleep(0.01)
    return seen


async def _write(
    session: aiohttp.ClientSession,
    room_id: RoomId,
    account: Account,
    *,
    seen: _Seen,
    pauses: random.Random,
    mean_s: float,
    until: float,
) -> None:
    loop = asyncio.get_running_loop()
    while True:
        pause_s = pauses.expovariate(1 / mean_s)
        if loop.time() + pause_s >= until:
            return
        await asyncio.sleep(pause_s)
        event_id = await say(session, room_id, account, "Det viktigaste är att alla är med.")
        seen.written[event_id] = loop.time()


# ------------------------------------------------------------------------ the observer


@dataclass(slots=True)
class _Watch:
    """Where the observer notes what it sees."""

    seen: _Seen


@asynccontextmanager
async def _observed(seats: Seats) -> AsyncIterator[_Watch]:
    watch = _Watch(_Seen())
    headers = {"Authorization": f"Bearer {seats.observer.access_token}"}
    async with aiohttp.ClientSession(seats.site.homeserver, headers=headers) as session:
        position = (await _sync(session, None))["next_batch"]
        task = asyncio.create_task(_look(session, position, watch))
        try:
            yield watch
        finally:
            task.cancel()
            await asyncio.wait([task])


async def _look(session: aiohttp.ClientSession, position: str, watch: _Watch) -> None:
    loop = asyncio.get_running_loop()
    while True:
        answer = await _sync(session, position)
        position = answer["next_batch"]
        now = loop.time()
        for room in answer.get("rooms", {}).get("join", {}).values():
            for event in room["timeline"]["events"]:
                target = _target(event)
                watch.seen.answered.setdefault(target, now)
                watch.seen.answered_ms.setdefault(target, event["origin_server_ts"])


async def _sync(session: aiohttp.ClientSession, since: str | None) -> Json:
    path = f"{_CLIENT}/sync?filter={_FILTER}&timeout={30_000 if since else 0}"
    if since is not None:
        path += f"&since={quote(since)}"
    async with session.get(path) as answer:
        answer.raise_for_status()
        decoded: Json = orjson.loads(await answer.read())
    return decoded


def _target(event: Mapping[str, Any]) -> EventId:
    return EventId(str(event["content"]["m.relates_to"]["event_id"]))


async def _by_the_server(seats: Seats, seen: _Seen) -> list[float]:
    """From the message to the reaction by the time that the homeserver wrote on each."""
    headers = {"Authorization": f"Bearer {seats.observer.access_token}"}
    written_ms: dict[str, int] = {}
    async with aiohttp.ClientSession(seats.site.homeserver, headers=headers) as session:
        for room_id in seats.site.rooms:
            path = f"{_CLIENT}/rooms/{quote(room_id)}/messages?dir=b&limit=1000"
            async with session.get(path) as answer:
                for event in orjson.loads(await answer.read())["chunk"]:
                    written_ms[event["event_id"]] = event["origin_server_ts"]
    return [
        float(answered_ms - written_ms[event_id])
        for event_id, answered_ms in seen.answered_ms.items()
        if event_id in written_ms
    ]
