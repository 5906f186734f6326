"""A flood on a real homeserver, whose limits are off: nothing lost, and one loud room starves none.

Everything is read from the homeserver afterwards, by its own clock: looking while it goes on would
cost the same two cores.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import quote

import aiohttp
import orjson

from bench import bot as bots
from bench.backlog import prepare, say
from bench.harness import Figure, Goal, Outcome, Plan, percentile
from bench.process import resident_mb
from bench.servers import Seats, furnish
from bench.worker import Json
from demo.homeserver import Account, Homeserver
from flows.ids import EventId, RoomId
from storage.overview import reading

ROOMS, PEOPLE = 15, 6
"""Ninety people."""
GROWN_MB = Goal(20)
STARVED_S = Goal(15)
_PER_SECOND = 5
_AS_MANY_AT_ONCE = 32
_LOUD_AT_ONCE = 12
_QUIET_PER_SECOND = 2
_DONE_WITHIN_S = 900.0
_LOOK_S = 2.0
_CLIENT = "/_matrix/client/v3"

Writer = tuple[RoomId, Account]


@dataclass(slots=True)
class _Scene:
    """What was written, by part of the play; and the memory of the bot, second by second."""

    seats: Seats
    session: aiohttp.ClientSession
    written: dict[str, list[EventId]] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)

    @property
    def sent(self) -> int:
        return sum(len(own) for own in self.written.values())

    def writers(self, rooms: slice = slice(None)) -> Iterator[Writer]:
        """People of these rooms, room by room in turn, without end."""
        pairs = list(zip(self.seats.site.rooms, self.seats.people, strict=True))[rooms]
        return cycle([(room, own[seat]) for seat in range(PEOPLE) for room, own in pairs])

    async def steadily(self, part: str, writers: Iterator[Writer], rate: int, seconds: int) -> None:
        """So many a second, whatever the homeserver takes to answer."""
        own = self.written.setdefault(part, [])
        began = time.monotonic()

        async def one(after_s: float) -> None:
            await asyncio.sleep(max(0.0, began + after_s - time.monotonic()))
            own.append(
                await say(self.session, *next(writers), "Det viktigaste är att alla är med.")
            )

        async with asyncio.TaskGroup() as tasks:
            for number in range(rate * seconds):
                tasks.create_task(one(number / rate))

    async def as_fast(
        self, part: str, writers: Iterator[Writer], at_once: int, seconds: int
    ) -> None:
        """As many as the homeserver takes from so many who wait for its answer."""
        own = self.written.setdefault(part, [])
        until = time.monotonic() + seconds

        async def go_on() -> None:
            while time.monotonic() < until:
                own.append(await say(self.session, *next(writers), "Och en sak till, fort."))

        async with asyncio.TaskGroup() as tasks:
            for _ in range(at_once):
                tasks.create_task(go_on())


async def run(plan: Plan) -> Outcome:
    """Three hundred a minute, then as many as go, then one room that does not stop."""
    minutes_s, rush_s = (10, 5) if plan.quick else (300, 60)
    async with Homeserver() as homeserver:
        seats = await furnish(homeserver, rooms=ROOMS, people=PEOPLE)
        folder = plan.folder / "siege"
        await prepare(seats, folder)
        config = bots.write_config(seats.site, folder)
        url = bots.config_of(seats.site, folder).database_url
        async with bots.running(config) as bot, _scene(seats, bot.pid) as scene:
            await scene.steadily("steady", scene.writers(), _PER_SECOND, minutes_s)
            await _all_done(scene, url)
            plan.tell(f"steady: {scene.sent} messages")
            await scene.as_fast("rush", scene.writers(), _AS_MANY_AT_ONCE, rush_s)
            await _all_done(scene, url)
            plan.tell(f"rush: {len(scene.written['rush'])} messages")
            async with asyncio.TaskGroup() as tasks:
                loud, others = scene.writers(slice(0, 1)), scene.writers(slice(1, None))
                tasks.create_task(scene.as_fast("loud", loud, _LOUD_AT_ONCE, rush_s))
                tasks.create_task(scene.steadily("quiet", others, _QUIET_PER_SECOND, rush_s))
            stored = await _all_done(scene, url)
            plan.tell(f"one loud room: {len(scene.written['loud'])} messages")
            seen = await _seen(scene)
    return _outcome(scene, seen, stored, rush_s)


@asynccontextmanager
async def _scene(seats: Seats, pid: int) -> AsyncIterator[_Scene]:
    connector = aiohttp.TCPConnector(limit=_AS_MANY_AT_ONCE * 2)
    async with aiohttp.ClientSession(seats.site.homeserver, connector=connector) as session:
        scene = _Scene(seats=seats, session=session)

        async def watch() -> None:
            while True:
                scene.memory.append(resident_mb(pid))
                await asyncio.sleep(1)

        watching = asyncio.create_task(watch())
        try:
            yield scene
        finally:
            watching.cancel()


async def _all_done(scene: _Scene, url: str) -> int:
    """Wait until all is stored and nothing waits to be sent; returns how many are stored."""
    give_up_at = time.monotonic() + _DONE_WITHIN_S
    while True:
        stored, waiting = await asyncio.to_thread(_how_far, url)
        if (stored >= scene.sent and not waiting) or time.monotonic() > give_up_at:
            return stored
        await asyncio.sleep(_LOOK_S)


def _how_far(url: str) -> tuple[int, int]:
    with reading(url) as seen:
        dialogues = [one.id for one in seen.tx.dialogues.in_status()]
        numbers = [round_.round_no for round_ in seen.tx.rounds.of_dialogues(dialogues)]
        stored = sum(tally.replies for tally in seen.tx.replies.tallies(numbers).values())
        return stored, seen.overview.waiting()[0]


# ------------------------------------------------------------------- what the homeserver has


@dataclass(slots=True)
class _Seen:
    """When messages came and were marked, and when the board was edited, in its milliseconds."""

    came_ms: dict[str, int] = field(default_factory=dict)
    marked_ms: dict[str, int] = field(default_factory=dict)
    marks: Counter[str] = field(default_factory=Counter)
    edits_ms: list[int] = field(default_factory=list)

    def lags_s(self, written: Sequence[EventId]) -> list[float]:
        """From each message to its mark."""
        return [
            (self.marked_ms[one] - self.came_ms[one]) / 1000
            for one in written
            if one in self.marked_ms
        ]

    def board_lags_s(self, written: Sequence[EventId]) -> list[float]:
        """From each message to the next edit of the board."""
        return [
            (min((at for at in self.edits_ms if at >= came), default=math.inf) - came) / 1000
            for came in (self.came_ms[one] for one in written)
        ]


async def _seen(scene: _Scene) -> _Seen:
    seen, site = _Seen(), scene.seats.site
    for room_id in (site.organizers_room, *site.rooms):
        async for event in _history(scene, room_id):
            content, at = event["content"], int(event["origin_server_ts"])
            relation = content.get("m.relates_to", {})
            if event["type"] == "m.reaction" and event["sender"] == site.user_id:
                target = str(relation.get("event_id"))
                seen.marks[target] += 1
                seen.marked_ms[target] = at
            elif event["type"] == "m.room.message" and relation.get("rel_type") == "m.replace":
                seen.edits_ms.append(at)
            elif event["type"] == "m.room.message":
                seen.came_ms[event["event_id"]] = at
    return seen


async def _history(scene: _Scene, room_id: RoomId) -> AsyncIterator[Json]:
    headers = {"Authorization": f"Bearer {scene.seats.observer.access_token}"}
    start = ""
    while True:
        path = f"{_CLIENT}/rooms/{quote(room_id)}/messages?dir=b&limit=1000{start}"
        async with scene.session.get(path, headers=headers) as answer:
            answer.raise_for_status()
            page: Json = orjson.loads(await answer.read())
        for event in page["chunk"]:
            yield event
        if page.get("end") is None:
            return
        start = f"&from={quote(page['end'])}"


# --------------------------------------------------------------------------------- figures


def _outcome(scene: _Scene, seen: _Seen, stored: int, rush_s: int) -> Outcome:
    everything = [one for own in scene.written.values() for one in own]
    marks = Counter(seen.marks[one] for one in everything)
    boards = seen.board_lags_s(everything)
    figures = [
        _count("messages stored", stored, Goal(scene.sent, at_least=True)),
        _count("  acknowledged", scene.sent - marks[0], Goal(scene.sent, at_least=True)),
        _count("  acknowledged twice", scene.sent - marks[0] - marks[1], Goal(0)),
    ]
    for part, name in _PARTS.items():
        own = scene.written[part]
        lags = seen.lags_s(own)
        figures += [
            _count(f"{name}: messages", len(own)),
            _s("  to acknowledged, p50", percentile(lags, 50)),
            _s("  p95", percentile(lags, 95), STARVED_S if part in ("steady", "quiet") else None),
        ]
    figures += [
        Figure(
            what="  as many as went: per second",
            unit="/s",
            values=[len(scene.written["rush"]) / rush_s],
            digits=0,
        ),
        _s("from a message to the next edit of the board, p95", percentile(boards, 95)),
        Figure(
            what="memory: more at the end than after a quarter",
            unit="MB",
            values=[scene.memory[-1] - scene.memory[len(scene.memory) // 4]],
            goal=GROWN_MB,
            digits=1,
        ),
        Figure(what="  at the end", unit="MB", values=[scene.memory[-1]], digits=0),
    ]
    return Outcome(title=f"{ROOMS * PEOPLE} people in {ROOMS} rooms, real Synapse", figures=figures)


_PARTS = {
    "steady": f"{_PER_SECOND} a second",
    "rush": "as many as go",
    "loud": "one loud room",
    "quiet": "the others beside it",
}


def _count(what: str, found: int, goal: Goal | None = None) -> Figure:
    return Figure(what=what, unit="", values=[found], goal=goal, digits=0)


def _s(what: str, value: float, goal: Goal | None = None) -> Figure:
    return Figure(what=what, unit="s", values=[value], goal=goal, digits=2)
