"""The bot as the bench runs it: the real parts, on a stage made without anybody's help."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from bench.pipes import given
from bench.servers import Site
from bot.adapters.matrix.account import MatrixAccount
from bot.adapters.matrix.client import MatrixChat
from bot.adapters.matrix.links import MatrixLinks
from bot.app import App, wall_clock
from bot.chat import Chat
from bot.config.values import Config, MatrixConfig
from bot.dialogues.orders import Order, order_start
from bot.packs.known import PackFile
from flows.dialogue import Dialogue, Status
from flows.ids import EventId, RoomId, StepId, UserId
from storage.database import Database
from storage.instants import to_ms
from storage.journal import MemberChange, Membership
from storage.outbox import Due
from storage.rooms import Room, RoomUse
from storage.transaction import Transaction

PACK = PackFile(path=Path(__file__).with_name("question.toml"))
STEP = StepId("question")
ZONE = "Europe/Stockholm"
READY_WITHIN_S = 60.0

People = Mapping[RoomId, Iterable[UserId]]


def config_of(site: Site, folder: Path) -> Config:
    """The configuration that `write_config` writes."""
    return Config(
        matrix=MatrixConfig(
            homeserver=site.homeserver,
            user_id=site.user_id,
            device_id=site.device_id,
            access_token=site.access_token,
        ),
        organizers_room=site.organizers_room,
        data_folder=folder,
        database_url=f"sqlite:///{folder / 'runda.db'}",
        zone=ZoneInfo(ZONE),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot whose parts can be run one by one."""

    site: Site
    database: Database
    chat: MatrixChat
    app: App


@asynccontextmanager
async def made(site: Site, folder: Path) -> AsyncIterator[Bot]:
    """A bot with its database and keys in `folder`, not yet connected."""
    folder.mkdir(parents=True, exist_ok=True)
    config = config_of(site, folder)
    database = Database.open(config.database_url)
    account = MatrixAccount(
        homeserver=site.homeserver,
        user_id=site.user_id,
        device_id=site.device_id,
        access_token=site.access_token,
    )
    chat = MatrixChat(account, folder / "keys", database)
    try:
        yield Bot(site=site, database=database, chat=chat, app=app_of(config, database, chat))
    finally:
        await chat.close()
        database.close()


def app_of(config: Config, database: Database, chat: Chat) -> App:
    """The program, around whatever chat."""
    return App(config, database=database, chat=chat, links=MatrixLinks(chat.own_id))


# --------------------------------------------------------------------------- the stage


async def furnish(database: Database, site: Site, people: People) -> None:
    """Let the database know the rooms and who is in them, as after the invitations."""
    now_ms = to_ms(wall_clock())

    def write(tx: Transaction) -> None:
        tx.rooms.put(Room(room_id=site.organizers_room, use=RoomUse.ORGANIZERS))
        for number, room_id in enumerate(site.rooms, start=1):
            name = f"Table {number}"
            tx.rooms.put(Room(room_id=room_id, use=RoomUse.GROUP, name=name, number=number))
            tx.rooms.apply(
                [
                    MemberChange(
                        room_id=room_id,
                        user_id=user_id,
                        membership=Membership.JOIN,
                        name=None,
                        sent_ms=now_ms,
                    )
                    for user_id in people[room_id]
                ]
            )
        if tx.journal.position(site.user_id) is None:
            tx.journal.move_position(site.user_id, "s0")

    await database.write(write)


async def order(database: Database, site: Site, pack: PackFile = PACK) -> Dialogue:
    """Order a dialogue that is due at once. The clock has not rung."""
    now = wall_clock()
    wanted = Order(
        pack=pack,
        starts_at=now - timedelta(seconds=1),
        zone=ZONE,
        language="sv",
        organizers_room=site.organizers_room,
    )
    return await database.write(lambda tx: order_start(tx, wanted, now=now))


async def ask(bot: Bot, prompts: Mapping[RoomId, EventId]) -> None:
    """Open a round in each room, as if its prompt had been sent and were this event."""
    dialogue = await order(bot.database, bot.site)
    await bot.app.clock.ring_due()

    def write(tx: Transaction) -> None:
        tx.outbox.drop([due.number for due in waiting(tx)])
        for round_ in tx.rounds.of_step(dialogue.id, STEP):
            tx.rounds.note_prompt(dialogue.id, STEP, round_.group_id, prompts[round_.room_id])
        bot.app.world.ready(tx).see_rounds(tx)

    await bot.database.write(write)


async def end_dialogue(bot: Bot) -> None:
    """Let the next one begin: groups do one thing at a time."""

    def write(tx: Transaction) -> None:
        for dialogue in tx.dialogues.in_status(Status.RUNNING):
            tx.dialogues.save(replace(dialogue, status=Status.ENDED))
        bot.app.world.forget()

    await bot.database.write(write)


async def replies(database: Database) -> int:
    """How many replies the running dialogue has."""

    def count(tx: Transaction) -> int:
        running = [dialogue.id for dialogue in tx.dialogues.in_status(Status.RUNNING)]
        numbers = [round_.round_no for round_ in tx.rounds.of_dialogues(running)]
        return sum(tally.replies for tally in tx.replies.tallies(numbers).values())

    return await database.write(count)


async def forget_acknowledgements(database: Database) -> None:
    """Empty the outbox, as the sender would have."""
    await database.write(lambda tx: tx.outbox.drop([due.number for due in waiting(tx)]))


def waiting(tx: Transaction) -> list[Due]:
    """Everything that waits to be sent."""
    return tx.outbox.due(now_ms=to_ms(wall_clock()) + 1, besides=(), limit=10_000_000)


# ------------------------------------------------------------------ as a process of its own


def write_config(site: Site, folder: Path) -> Path:
    """Write the configuration of `folder`'s bot; returns the file."""
    token = folder / "access_token"
    token.touch(mode=0o600)
    token.write_text(site.access_token, encoding="ascii")
    file = folder / "config.toml"
    file.write_text(
        f"""
[matrix]
homeserver = "{site.homeserver}"
user_id = "{site.user_id}"
device_id = "{site.device_id}"
access_token_file = "access_token"

[organizers]
room = "{site.organizers_room}"

[storage]
data_folder = "."

[dialogue]
timezone = "{ZONE}"

[log]
format = "json"
""",
        encoding="utf-8",
    )
    return file


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A bot that runs as operators run it."""

    pid: int
    ready_after_s: float
    """From the start of the process until it had caught up."""


class BotEnded(Exception):
    """The process ended instead of becoming ready; the text is its log."""


@asynccontextmanager
async def running(config: Path) -> AsyncIterator[Running]:
    """``runda run``, from ready to SIGTERM."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        "--config",
        config,
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        limit=2**20,
    )
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            await _wait_for(process, "bot.ready")
        ready_after_s = loop.time() - began
        reading = asyncio.create_task(_read_on(process))
        try:
            yield Running(pid=process.pid, ready_after_s=ready_after_s)
        finally:
            reading.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _wait_for(process: asyncio.subprocess.Process, wanted: str) -> None:
    log = given(process.stderr)
    said = []
    while line := await log.readline():
        said.append(line.decode(errors="replace"))
        if line.startswith(b"{") and orjson.loads(line).get("event") == wanted:
            return
    raise BotEnded("".join(said))


async def _read_on(process: asyncio.subprocess.Process) -> None:
    # A pipe that nobody reads would stop the bot when it is full; an error would be missed.
    log = given(process.stderr)
    while line := await log.readline():
        if b'"level":"error"' in line:
            sys.stderr.write(line.decode(errors="replace"))
