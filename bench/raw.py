"""What the bot is compared with: clients that do the same work and nothing else.

They keep what the homeserver says just well enough not to lose it: one table, one token,
commits that reach the disk. No dialogue, no outbox, no encryption, no retries.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson

from bench.worker import Json, Measure

IN_FLIGHT = 32
QUIET_S = 0.5
"""Before each fan-out: a homeserver goes on for a while with what it was sent before."""
PAGE = 1000
"""Events for each page of history: the most that Synapse gives."""
ROOMS_AT_ONCE = 4
INGEST_SCRIPT = {"rooms": 10, "people": 6, "per_sync": 100}
_LIMIT = 100
_CLIENT = "/_matrix/client/v3"

# What the bot asks for too, so that both get the same answers.
FILTER = quote(
    orjson.dumps(
        {
            "presence": {"types": []},
            "account_data": {"types": []},
            "room": {
                "timeline": {"limit": _LIMIT},
                "state": {
                    "types": [
                        "m.room.member",
                        "m.room.name",
                        "m.room.encryption",
                        "m.room.tombstone",
                    ]
                },
                "ephemeral": {"types": []},
                "account_data": {"types": []},
            },
        }
    )
)


@asynccontextmanager
async def _session(homeserver: str, token: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(
        homeserver,
        headers={"Authorization": f"Bearer {token}"},
        connector=aiohttp.TCPConnector(limit=IN_FLIGHT),
    ) as session:
        async with session.get(f"{_CLIENT}/account/whoami") as answer:
            answer.raise_for_status()
        yield session


# ------------------------------------------------------------------------------ writing


@asynccontextmanager
async def putting(
    *, homeserver: str, token: str, rooms: list[str], greeted: str, content: Json
) -> AsyncIterator[Measure]:
    """PUT the same message into rooms, 32 at a time, and note nothing."""
    numbers = count(time.time_ns())

    async def measure(*, rooms_asked: int) -> Json:
        async with _session(homeserver, token) as session:

            async def put(jobs: Iterator[str]) -> None:
                for room_id in jobs:
                    path = f"{_CLIENT}/rooms/{quote(room_id)}/send/m.room.message/b{next(numbers)}"
                    async with session.put(path, data=orjson.dumps(content)) as answer:
                        answer.raise_for_status()
                        orjson.loads(await answer.read())

            await put(iter([greeted]))
            await asyncio.sleep(QUIET_S)
            jobs = iter(rooms[:rooms_asked])
            began, cpu = time.perf_counter(), time.process_time()
            await asyncio.gather(*(put(jobs) for _ in range(IN_FLIGHT)))
            return {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}

    yield measure


@asynccontextmanager
async def acknowledging(*, homeserver: str, token: str) -> AsyncIterator[Measure]:
    """Put a mark on each message as soon as it is heard, and note nothing."""
    numbers = count(time.time_ns())

    async def measure(*, seconds: float) -> Json:
        async with _session(homeserver, token) as session:
            path = f"{_CLIENT}/sync?filter={FILTER}&timeout=0"
            position = (await _json(session, path))["next_batch"]
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds), asyncio.TaskGroup() as tasks:
                    while True:
                        path = f"{_CLIENT}/sync?filter={FILTER}&timeout=30000"
                        answer = await _json(session, f"{path}&since={quote(position)}")
                        position = answer["next_batch"]
                        for room_id, event_id in _messages(answer):
                            number = next(numbers)
                            tasks.create_task(_react(session, room_id, event_id, number))
        return {}

    yield measure


async def _react(session: aiohttp.ClientSession, room_id: str, event_id: str, number: int) -> None:
    path = f"{_CLIENT}/rooms/{quote(room_id)}/send/m.reaction/a{number}"
    relation = {"rel_type": "m.annotation", "event_id": event_id, "key": "👍"}
    async with session.put(path, data=orjson.dumps({"m.relates_to": relation})) as answer:
        answer.raise_for_status()


def _messages(answer: Json) -> Iterator[tuple[str, str]]:
    for room_id, room in answer.get("rooms", {}).get("join", {}).items():
        for event in room["timeline"]["events"]:
            if event["type"] == "m.room.message":
                yield room_id, event["event_id"]


# ------------------------------------------------------------------------------ reading


class _Table:
    """One table and one token in SQLite; a commit is on the disk when it returns."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS reply"
            " (event_id TEXT PRIMARY KEY, room TEXT, sender TEXT, ts INTEGER, body TEXT)"
        )
        self._db.execute("CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT)")

    def keep(self, room_events: Iterable[tuple[str, list[Json]]], token: str | None) -> None:
        """Everything of one answer, in one transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(
            "INSERT OR IGNORE INTO reply VALUES (?, ?, ?, ?, ?)", _rows(room_events)
        )
        if token is not None:
            self._db.execute("INSERT OR REPLACE INTO kept VALUES ('token', ?)", (token,))
        self._db.execute("COMMIT")

    def count(self) -> int:
        """How many there are."""
        found: int = self._db.execute("SELECT count(*) FROM reply").fetchone()[0]
        return found

    def close(self) -> None:
        """Close the file."""
        self._db.close()


@contextmanager
def _table(folder: str) -> Iterator[_Table]:
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    table = _Table(place / f"raw-{time.time_ns()}.db")
    try:
        yield table
    finally:
        table.close()


def _rows(room_events: Iterable[tuple[str, list[Json]]]) -> list[tuple[Any, ...]]:
    return [
        (
            event["event_id"],
            room_id,
            event["sender"],
            event["origin_server_ts"],
            event["content"]["body"],
        )
        for room_id, events in room_events
        for event in events
        if event["type"] == "m.room.message"
    ]


async def _json(session: aiohttp.ClientSession, path: str) -> Json:
    async with session.get(path) as answer:
        answer.raise_for_status()
        decoded: Json = orjson.loads(await answer.read())
    return decoded


async def _script(session: aiohttp.ClientSession, syncs: int) -> str:
    """Let the fake homeserver's crowd write; returns where its script ends."""
    wanted = {**INGEST_SCRIPT, "syncs": syncs}
    async with session.post("/bench/script", data=orjson.dumps(wanted)) as answer:
        position: str = orjson.loads(await answer.read())["position"]
    return position


@asynccontextmanager
async def hearing(*, homeserver: str, token: str, folder: str) -> AsyncIterator[Measure]:
    """GET sync after sync, and insert what is in it."""
    async with _session(homeserver, token) as session:
        with _table(folder) as table:

            async def measure(*, syncs: int) -> Json:
                position, until = await _script(session, 0), await _script(session, syncs)
                began, cpu = time.perf_counter(), time.process_time()
                while position != until:
                    answer = await _json(
                        session,
                        f"{_CLIENT}/sync?filter={FILTER}&timeout=30000&since={quote(position)}",
                    )
                    position = answer["next_batch"]
                    joined = answer["rooms"]["join"]
                    table.keep(
                        ((room, joined[room]["timeline"]["events"]) for room in joined), position
                    )
                return {"wall": time.perf_counter() - began, "cpu": time.process_time() - cpu}

            yield measure


@asynccontextmanager
async def paging(
    *, homeserver: str, token: str, folder: str, page: int, at_once: int
) -> AsyncIterator[Measure]:
    """One sync, then each room's hole page by page, back to where the sync began."""
    async with _session(homeserver, token) as session:

        async def fill(table: _Table, room_id: str, start: str, stop: str) -> None:
            position: str | None = start
            while position is not None:
                found = await _json(
                    session,
                    f"{_CLIENT}/rooms/{quote(room_id)}/messages?dir=b&limit={page}"
                    f"&from={quote(position)}&to={quote(stop)}",
                )
                table.keep([(room_id, found["chunk"])], None)
                position = found.get("end")

        async def measure(*, since: str) -> Json:
            with _table(folder) as table:
                began, cpu = time.perf_counter(), time.process_time()
                answer = await _json(
                    session, f"{_CLIENT}/sync?filter={FILTER}&timeout=0&since={quote(since)}"
                )
                joined = answer["rooms"]["join"]
                lines = {room: joined[room]["timeline"] for room in joined}
                table.keep(((room, line["events"]) for room, line in lines.items()), None)
                gate = asyncio.Semaphore(at_once)

                async def fill_one(room_id: str, start: str) -> None:
                    async with gate:
                        await fill(table, room_id, start, since)

                await asyncio.gather(
                    *(
                        fill_one(room, line["prev_batch"])
                        for room, line in lines.items()
                        if line["limited"]
                    )
                )
                # Only now is nothing missing before it.
                table.keep([], answer["next_batch"])
                wall, used = time.perf_counter() - began, time.process_time() - cpu
                return {"wall": wall, "cpu": used, "stored": table.count()}

        yield measure
