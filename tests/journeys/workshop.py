"""A workshop on a real homeserver: the bot as a process of its own, people as real clients."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo.client import Client
from demo.homeserver import Account, Homeserver
from demo.seen import Seen
from flows.ids import EventId, RoomId, UserId

REPOSITORY = Path(__file__).parents[2]
LEASH = REPOSITORY / "demo" / "leash.py"
_PATIENCE_S = 60.0


@dataclass
class Table:
    """A group: its room and its people."""

    name: str
    room_id: RoomId
    people: list[Client]


@dataclass
class Bot:
    """The bot's process, its account and its folder."""

    folder: Path
    user_id: UserId
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0

    @property
    def log(self) -> Path:
        """What it wrote, over all its lives."""
        return self.folder / "bot.log"

    def command(self, *arguments: str) -> list[str]:
        """A `runda` command with this bot's configuration."""
        return [sys.executable, "-m", "bot", *arguments, "--config", str(self.config)]

    @property
    def config(self) -> Path:
        """Its config.toml."""
        return self.folder / "config.toml"

    async def start(self) -> None:
        """Start the process and wait until it has caught up."""
        seen = self._ready_lines()
        self.process = self._launch()
        self.starts += 1
        await until(lambda: self._ready_lines() > seen or self._is_gone())
        assert not self._is_gone(), self.log.read_text()[-4000:]

    def _launch(self) -> subprocess.Popen[bytes]:
        # On a leash: it ends with the test's process, however that ends.
        command = [sys.executable, str(LEASH), "-", *self.command("run")[2:]]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=REPOSITORY
            )

    def _ready_lines(self) -> int:
        return self.log.read_text().count("bot.ready") if self.log.exists() else 0

    def _is_gone(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()

    async def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        status = await asyncio.to_thread(self.process.wait, 20)
        self._let_go()
        return status

    def run(self, *arguments: str) -> str:
        """Run another command to its end and return what it printed."""
        done = subprocess.run(
            self.command(*arguments), capture_output=True, check=False, cwd=REPOSITORY, timeout=60
        )
        assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
        return done.stdout.decode()

    def export(self) -> dict[str, Any]:
        """What `runda export` says."""
        exported: dict[str, Any] = json.loads(self.run("export", "--format", "json"))
        return exported


@dataclass
class Workshop:
    """Organizers' room, tables, people and bot."""

    homeserver: Homeserver
    bot: Bot
    organizer: Client
    organizers_room: RoomId
    tables: list[Table]
    private: dict[UserId, RoomId] = field(default_factory=dict)

    async def order(self, text: str) -> None:
        """The organizer writes in the organizers' room."""
        await self.organizer.write(self.organizers_room, text)

    async def open_private_chat(self, person: Client, *, encrypted: bool = False) -> RoomId:
        """A person opens a private chat and waits until the bot is in it and has spoken."""
        room_id = await person.direct_chat(self.bot.user_id, encrypted=encrypted)
        self.private[person.id] = room_id
        await self.shows(person, room_id, "Runda")
        return room_id

    async def seen(self, person: Client, room_id: RoomId) -> list[Seen]:
        """Everything a person's client shows of a room."""
        await person.sync()
        return await person.history(room_id)

    async def texts(self, person: Client, room_id: RoomId) -> list[str]:
        """The bot's messages in a room, oldest first, with the last wording of each."""
        return last_wordings(await self.seen(person, room_id), self.bot.user_id)

    async def shows(self, person: Client, room_id: RoomId, words: str, *, times: int = 1) -> None:
        """Wait until so many of the bot's messages in a room hold these words."""

        async def shown() -> bool:
            texts = await self.texts(person, room_id)
            return sum(words in text for text in texts) >= times

        await until_true(shown, f"“{words}” in {room_id}")

    async def marks(self, person: Client, room_id: RoomId) -> dict[EventId, list[str]]:
        """The bot's reactions that stand in a room, by message."""
        events = await self.seen(person, room_id)
        marks: dict[EventId, list[str]] = {}
        for event in events:
            if event.sender == self.bot.user_id and event.mark and event.target:
                marks.setdefault(event.target, []).append(event.mark)
        return marks

    async def marked(self, person: Client, room_id: RoomId, event_id: EventId, mark: str) -> None:
        """Wait until the bot's reactions on a message are just this mark."""

        async def there() -> bool:
            return (await self.marks(person, room_id)).get(event_id) == [mark]

        await until_true(there, f"{mark} on {event_id}")


def last_wordings(events: list[Seen], sender: UserId) -> list[str]:
    """The sender's messages with the words their last edit gave them."""
    texts: dict[EventId, str] = {}
    for event in events:
        if event.sender != sender:
            continue
        if event.is_message:
            texts[event.event_id] = event.text
        elif event.is_edit and event.target in texts:
            texts[event.target] = event.text
    return list(texts.values())


async def until(true: Callable[[], bool], what: str = "", *, within_s: float = _PATIENCE_S) -> None:
    """Wait until something is so."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, f"waited {within_s:.0f} s in vain: {what}"
        await asyncio.sleep(0.05)


async def until_true(true: Callable[[], Any], what: str, *, within_s: float = _PATIENCE_S) -> None:
    """The same for something that has to be asked for."""
    end = time.monotonic() + within_s
    while not await true():
        assert time.monotonic() < end, f"waited {within_s:.0f} s in vain: {what}"
        await asyncio.sleep(0.15)


def write_config(
    folder: Path,
    homeserver: Homeserver,
    account: Account,
    room_id: RoomId,
    *,
    database: str | None,
    duty: Sequence[UserId] = (),
    **more: object,
) -> None:
    """A configuration as `runda init` would write it."""
    address = "" if database is None else f"database = {json.dumps(database)}"
    token = folder / "access_token"
    token.write_text(account.access_token)
    token.chmod(0o600)
    dialogue = {"timezone": "Europe/Stockholm", "language": "sv", "board_interval_s": 1.0, **more}
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in dialogue.items())
    (folder / "config.toml").write_text(
        f"""
[matrix]
homeserver = "{homeserver.url}"
user_id = "{account.user_id}"
device_id = "{account.device_id}"
access_token_file = "access_token"

[care]
lines = ["112; SOS Alarm; {datetime.now(UTC).date()}"]
duty = {json.dumps(list(duty))}

[organizers]
room = "{room_id}"

[storage]
data_folder = "data"
{address}

[dialogue]
{lines}
"""
    )
    (folder / "config.toml").chmod(0o600)


@asynccontextmanager
async def workshop(
    homeserver: Homeserver,
    folder: Path,
    name: str,
    *,
    tables: int = 2,
    people: int = 2,
    encrypted: Callable[[int], bool] = lambda _table: False,
    version: Callable[[int], str] = lambda _table: "12",
    pack: str | None = None,
    database: str | None = None,
    encrypted_organizers: bool = False,
    **config: Any,
) -> AsyncIterator[Workshop]:
    """Set a workshop up: accounts, organizers' room, tables with people in them, the bot."""
    account = await homeserver.register(f"{name}runda")
    organizer = Client(homeserver.url, await homeserver.register(f"{name}organizer"))
    crowd: list[Client] = [organizer]
    bot = Bot(folder=folder, user_id=account.user_id)
    try:
        await organizer.start()
        room_id = await organizer.create_room(
            "Arrangörer", invite=[bot.user_id], encrypted=encrypted_organizers
        )
        async with Client(homeserver.url, account, encrypts=False) as hand:
            await hand.join(room_id)
        if pack is not None:
            (folder / "packs").mkdir()
            (folder / "packs" / "test.toml").write_text(pack)
            config["packs"] = ["packs"]
        write_config(folder, homeserver, account, room_id, database=database, **config)
        scene = Workshop(homeserver, bot, organizer, room_id, [])
        await bot.start()
        for number in range(1, tables + 1):
            seated = []
            for seat in range(1, people + 1):
                person = Client(
                    homeserver.url, await homeserver.register(f"{name}p{number}x{seat}")
                )
                crowd.append(person)
                await person.start()
                seated.append(person)
            table = await organizer.create_room(
                f"Bord {number}",
                invite=[bot.user_id, *(person.id for person in seated)],
                encrypted=encrypted(number),
                version=version(number),
            )
            for person in seated:
                await person.join(table)
            scene.tables.append(Table(f"Bord {number}", table, seated))
        await _until_everybody_is_there(scene)
        yield scene
    finally:
        if bot.process is not None and bot.process.poll() is None:
            bot.kill()
        for client in crowd:
            await client.close()


async def _until_everybody_is_there(scene: Workshop) -> None:
    expected = [
        f"{place}. {table.name}: {len(table.people)} person"
        for place, table in enumerate(scene.tables, start=1)
    ]

    async def there() -> bool:
        await scene.order("!grupper")
        await asyncio.sleep(0.5)
        texts = await scene.texts(scene.organizer, scene.organizers_room)
        return any(all(line in text for line in expected) for text in texts)

    await until_true(there, "everybody at the tables")


async def comes_in(person: Client) -> RoomId:
    """The private chat that the bot has opened with somebody."""

    async def invited() -> bool:
        await person.sync()
        return bool(person.invitations)

    await until_true(invited, "an invitation")
    (room_id,) = person.invitations
    await person.join(room_id)
    return room_id
