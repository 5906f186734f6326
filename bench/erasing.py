"""How long it takes until somebody is forgotten, while everybody else is writing.

The whole bot runs as its own process on a real homeserver. Sixty people have answered in ten
rooms, and a digest with all of it stands in the organizers' room. Then fifty-nine of them write
on, and one asks to be forgotten. Measured is from her request to the moment at which her words
stand in no byte of the database's files, and to that at which they stand in no message of the bot.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp

from bench import bot as bots
from bench.backlog import prepare, say
from bench.harness import Figure, Goal, Outcome, Plan
from bench.servers import Seats, furnish
from demo.client import Client
from demo.homeserver import Account, Homeserver
from flows.ids import RoomId
from storage.overview import reading

FORGOTTEN_S = Goal(60.0)
ROOMS, PEOPLE = 10, 6
_MARKER = "Zebrafink"
_EACH = 5
"""Answers of each person before, and again while it is measured."""
_DIGEST = "Sammanställning"
_POLL_S = 0.25
_WITHIN_S = 300.0


async def run(plan: Plan) -> Outcome:
    """Each time with a homeserver of its own."""
    kept, shown, written = [], [], []
    rounds = 1 if plan.quick else min(plan.rounds, 2)
    for number in range(rounds):
        async with Homeserver() as homeserver:
            seats = await furnish(homeserver, rooms=ROOMS, people=PEOPLE)
            folder = plan.folder / f"erasing-{number}"
            await prepare(seats, folder)
            async with bots.running(bots.write_config(seats.site, folder)):
                one = await _forgotten(seats, folder)
        kept.append(one[0])
        shown.append(one[1])
        written.append(one[2])
        plan.tell(f"round {number + 1} of {rounds}")
    return Outcome(
        title=f"Forgetting one of {ROOMS * PEOPLE} people while the others write, real Synapse",
        figures=[
            Figure(what="until no byte of the database", unit="s", values=kept, goal=FORGOTTEN_S),
            Figure(what="until no message of the bot", unit="s", values=shown, goal=FORGOTTEN_S),
            Figure(what="  answers of others meanwhile", unit="", values=written, digits=0),
        ],
    )


async def _forgotten(seats: Seats, folder: Path) -> tuple[float, float, float]:
    """Seconds until nothing is kept and until nothing is shown, and what was written meanwhile."""
    leaver, room_id = seats.people[0][0], seats.site.rooms[0]
    others = [
        (own_room, account)
        for own_room, own in zip(seats.site.rooms, seats.people, strict=True)
        for account in own
        if account is not leaver
    ]
    room = seats.site.organizers_room
    async with (
        aiohttp.ClientSession(seats.site.homeserver) as session,
        Client(seats.site.homeserver, seats.observer, encrypts=False) as organizer,
        Client(seats.site.homeserver, leaver, encrypts=False) as person,
    ):
        await _all_write(session, [*others, (room_id, leaver)], _EACH)
        await person.write(room_id, f"{_MARKER} behövs när det är kallt")
        private = await person.direct_chat(seats.site.user_id)
        answers = len(others) * _EACH + _EACH + 1
        url = f"sqlite:///{folder / 'runda.db'}"
        await _until(lambda: asyncio.to_thread(_received, url, answers))
        await organizer.write(room, "!sammanställning")

        async def quoted() -> bool:
            return any(_MARKER in text for text in await _said(organizer, seats, room))

        await _until(quoted)
        began = time.monotonic()
        await person.write(private, "ja, glöm mig")
        writing = asyncio.create_task(_all_write(session, others, _EACH))

        async def is_kept() -> bool:
            return not await asyncio.to_thread(_on_disk, folder)

        async def is_shown() -> bool:
            return not await quoted()

        kept, shown = await asyncio.gather(_since(began, is_kept), _since(began, is_shown))
        meanwhile = await writing
    return kept, shown, float(meanwhile)


async def _all_write(
    session: aiohttp.ClientSession, people: Sequence[tuple[RoomId, Account]], each: int
) -> int:
    """Everybody answers so many times, at the same time; returns how many answers that were."""

    async def write(place: tuple[RoomId, Account]) -> None:
        for number in range(each):
            await say(session, *place, f"Så tänker jag om värmen, nummer {number}.")

    async with asyncio.TaskGroup() as tasks:
        for place in people:
            tasks.create_task(write(place))
    return len(people) * each


def _received(url: str, answers: int) -> bool:
    with reading(url) as seen:
        dialogues = seen.tx.dialogues.in_status()
        return sum(seen.overview.counts(one.id).received for one in dialogues) >= answers


def _on_disk(folder: Path) -> bool:
    files = list(folder.glob("runda.db*"))
    return any(_MARKER.encode() in one.read_bytes() for one in files if one.exists())


async def _said(organizer: Client, seats: Seats, room_id: RoomId) -> list[str]:
    """What the bot has posted and not taken back, edits in the history included."""
    await organizer.sync()
    seen = await organizer.history(room_id)
    return [one.text for one in seen if one.sender == seats.site.user_id]


async def _since(began: float, true: Callable[[], Awaitable[bool]]) -> float:
    await _until(true)
    return time.monotonic() - began


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_WITHIN_S):
        while not await true():
            await asyncio.sleep(_POLL_S)
