"""The bot that is killed, and the rooms around it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typing_extensions import override

from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import RoomId
from tests.chaos.play import Size, pack
from tests.chaos.points import TELLS, VARIABLE, Doom
from tests.journeys.workshop import LEASH, REPOSITORY, Bot, until, write_config

_AT_ONCE = 8
_WITHIN_S = 180.0


@dataclass
class DoomedBot(Bot):
    """A bot whose process may be told where to be killed."""

    doom: Doom | None = None
    _wakings: int = 0

    @override
    def _launch(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(LEASH), "-", "tests.chaos.doomed", *self._run()]
        environ = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        if self.doom is not None:
            environ[VARIABLE] = self.doom.as_text()
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=REPOSITORY,
                env=environ,
            )

    def _run(self) -> list[str]:
        return ["run", "--config", str(self.config)]

    def launch(self, doom: Doom | None) -> None:
        """Start a life that may end before it is ready."""
        self.doom = doom
        self._wakings = self._ready_lines()
        self.process = self._launch()
        self.starts += 1

    @property
    def is_awake(self) -> bool:
        """Whether this life has caught up."""
        return self._ready_lines() > self._wakings

    @property
    def is_gone(self) -> bool:
        """Whether this life has ended."""
        return self._is_gone()

    def ends_within(self, seconds: float) -> None:
        """Wait until this life ends; raises `subprocess.TimeoutExpired` if it does not."""
        assert self.process is not None
        self.process.wait(seconds)

    def bury(self) -> None:
        """See that it is dead, and say so if it died of something else than us."""
        assert self.process is not None
        self.kill()
        assert self.process.returncode == -9, self.log.read_text()[-4000:]

    def dooms(self) -> list[str]:
        """The boundaries at which it was killed, in order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line.removeprefix(f"{TELLS} ") for line in lines if line.startswith(TELLS)]

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Look into its database, while it runs or not."""
        path = self.folder / "data" / "runda.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(query).fetchall()

    def count(self, query: str) -> int:
        """The one number that a query gives."""
        return int(self.ask(query)[0][0])


@dataclass
class Seats:
    """A table: its room, and its people with the names that stand in what they write."""

    name: str
    room_id: RoomId
    people: dict[str, Client]
    encrypted: bool

    @property
    def first(self) -> Client:
        """Who looks at what the room shows."""
        return next(iter(self.people.values()))


@dataclass
class Stage:
    """Everything."""

    size: Size
    bot: DoomedBot
    organizer: Client
    organizers_room: RoomId
    password: str
    """The bot's, for another login."""
    tables: list[Seats] = field(default_factory=list)


@asynccontextmanager
async def stage(
    homeserver: Homeserver, folder: Path, name: str, size: Size
) -> AsyncIterator[Stage]:
    """Tables with people, every second one encrypted, and so are the organizers."""
    account = await homeserver.register(f"{name}runda")
    organizer = Client(homeserver.url, await homeserver.register(f"{name}organizer"))
    crowd = [organizer]
    bot = DoomedBot(folder=folder, user_id=account.user_id)
    try:
        await organizer.start()
        room_id = await organizer.create_room("Arrangörer", invite=[bot.user_id], encrypted=True)
        async with Client(homeserver.url, account, encrypts=False) as hand:
            await hand.join(room_id)
        (folder / "packs").mkdir(parents=True)
        (folder / "packs" / "kaos.toml").write_text(pack(size))
        write_config(folder, homeserver, account, room_id, database=None, packs=["packs"])
        scene = Stage(size, bot, organizer, room_id, account.password)
        await bot.start()
        for number in range(1, size.tables + 1):
            table = await _table(homeserver, scene, name, number)
            scene.tables.append(table)
            crowd += table.people.values()
        await _until_all_are_there(scene)
        yield scene
    finally:
        if bot.process is not None and bot.process.poll() is None:
            bot.kill()
        for client in crowd:
            await client.close()


async def _table(homeserver: Homeserver, scene: Stage, name: str, number: int) -> Seats:
    encrypted = number % 2 == 0
    room_id = await scene.organizer.create_room(
        f"Bord {number}", invite=[scene.bot.user_id], encrypted=encrypted, by_link=True
    )
    door = asyncio.Semaphore(_AT_ONCE)

    async def come_in(seat: int) -> tuple[str, Client]:
        async with door:
            account = await homeserver.register(f"{name}b{number}p{seat}")
            await homeserver.set_displayname(account, f"Person {number}.{seat}")
            client = Client(homeserver.url, account, encrypts=encrypted)
            await client.start()
            await client.join(room_id)
            return f"person {number}.{seat}", client

    seats = range(1, scene.size.seats + 1)
    people = dict(await asyncio.gather(*(come_in(seat) for seat in seats)))
    return Seats(f"Bord {number}", room_id, people, encrypted)


async def _until_all_are_there(scene: Stage) -> None:
    rooms = ", ".join(f"'{table.room_id}'" for table in scene.tables)
    query = f"SELECT count(*) FROM member WHERE room_id IN ({rooms}) AND membership = 'join'"
    everybody = scene.size.tables * (scene.size.seats + 2)
    await until(lambda: scene.bot.count(query) == everybody, "all seated", within_s=_WITHIN_S)
