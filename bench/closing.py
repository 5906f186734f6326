"""From the close of a step to its digest, with all that belongs to it, in the organizers' room.

The whole bot runs as its own process. Sixty people answer in ten rooms of a real homeserver, an
organizer closes the step, which ends the dialogue: two digests come, that of the step and that of
the whole dialogue, with every answer in their threads and a picture. Measured is by the
homeserver's clock, from the event of the command to the events of the bot.
"""

from __future__ import annotations

import asyncio
import random
import tomllib
from collections.abc import Callable, Sequence

import aiohttp

from bench import bot as bots
from bench.backlog import prepare, say
from bench.harness import Figure, Goal, Outcome, Plan
from bench.servers import Seats, furnish
from demo.client import Client
from demo.desk import ANSWERS
from demo.homeserver import Account, Homeserver
from demo.seen import Seen
from flows.digest.sentences import model_name
from flows.ids import RoomId
from storage.overview import Reading, reading

POSTED_S = Goal(10.0)
ROOMS, PEOPLE = 10, 6
_HEAD = "Sammanställning"
_WITHIN_S = 300.0
_POLL_S = 0.5
_QUIET_S = 8.0
"""When nothing has come for so long, nothing more comes."""


async def run(plan: Plan) -> Outcome:
    """Each time with a homeserver of its own: a dialogue that has ended leaves its rooms full."""
    replies = 60 if plan.quick else 600
    firsts, overviews, lasts, messages = [], [], [], []
    rounds = 1 if plan.quick else min(plan.rounds, 2)
    for number in range(rounds):
        async with Homeserver() as homeserver:
            seats = await furnish(homeserver, rooms=ROOMS, people=PEOPLE)
            folder = plan.folder / f"closing-{number}"
            await prepare(seats, folder)
            config = bots.write_config(seats.site, folder)
            async with bots.running(config):
                await _answer(seats, replies, plan.chance)
                await _until_read(f"sqlite:///{folder / 'runda.db'}", replies)
                began_ms, came = await _close(seats)
        heads = [one.sent_ms for one in came if one.text.startswith(_HEAD)]
        firsts.append((min(heads) - began_ms) / 1000)
        overviews.append((max(heads) - began_ms) / 1000)
        lasts.append((max(one.sent_ms for one in came) - began_ms) / 1000)
        messages.append(float(len(came)))
        plan.tell(f"round {number + 1} of {rounds}")
    return Outcome(
        title=f"Digests of {replies} replies of {ROOMS * PEOPLE} people, real Synapse",
        figures=[
            Figure(what="close to the last message of all", unit="s", values=lasts, goal=POSTED_S),
            Figure(what="  close to the step's overview", unit="s", values=firsts),
            Figure(what="  close to the dialogue's overview", unit="s", values=overviews),
            Figure(what="  messages in both", unit="", values=messages, digits=0),
        ],
    )


async def _answer(seats: Seats, replies: int, chance: random.Random) -> None:
    """Everybody writes what the people of the demo write, each in her own room."""
    texts = _texts()
    people = [
        (room_id, account)
        for room_id, own in zip(seats.site.rooms, seats.people, strict=True)
        for account in own
    ]
    said: list[list[str]] = [[] for _ in people]
    for number in range(replies):
        said[number % len(people)].append(chance.choice(texts))

    async def write(place: tuple[RoomId, Account], own: Sequence[str]) -> None:
        for text in own:
            await say(session, *place, text)

    async with (
        aiohttp.ClientSession(seats.site.homeserver) as session,
        asyncio.TaskGroup() as tasks,
    ):
        for place, own in zip(people, said, strict=True):
            tasks.create_task(write(place, own))


def _texts() -> list[str]:
    listed = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))["individual"]
    return sorted({text for step in listed.values() for text in step})


async def _until_read(url: str, replies: int) -> None:
    """Wait until every answer is stored; then for those that are read as they come."""
    await _until(lambda: _received(url) >= replies)
    model, before = model_name() or "", -1
    while (now := _look(url, lambda seen: seen.tx.meanings.newest(model))) != before:
        before = now
        await asyncio.sleep(_QUIET_S)


def _received(url: str) -> int:
    def count(seen: Reading) -> int:
        return sum(seen.overview.counts(one.id).received for one in seen.tx.dialogues.in_status())

    return _look(url, count)


def _look(url: str, count: Callable[[Reading], int]) -> int:
    with reading(url) as seen:
        return count(seen)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(_WITHIN_S):
        while not await asyncio.to_thread(true):
            await asyncio.sleep(_POLL_S)


async def _close(seats: Seats) -> tuple[int, list[Seen]]:
    """Close the step; returns when that was, and what the bot wrote of digests after it."""
    room_id = seats.site.organizers_room
    async with Client(seats.site.homeserver, seats.observer, encrypts=False) as organizer:
        command = await organizer.write(room_id, "!nästa")
        seen: list[Seen] = []
        async with asyncio.timeout(_WITHIN_S):
            while True:
                await asyncio.sleep(_QUIET_S)
                await organizer.sync()
                before, seen = len(seen), await organizer.history(room_id)
                heads = [one for one in seen if one.text.startswith(_HEAD) and one.is_message]
                if len(heads) >= 2 and len(seen) == before:
                    break
    (began_ms,) = [one.sent_ms for one in seen if one.event_id == command]
    mine = [one for one in seen if one.sender == seats.site.user_id and one.is_message]
    return began_ms, [one for one in mine if one.sent_ms >= began_ms]
