"""Told to stop, the real process finishes what is in hand; who watches it sees it come and go."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from demo.client import Client
from demo.homeserver import Homeserver
from flows.ids import RoomId
from storage.database import Database
from storage.outbox import OutboxState
from tests.fault_proxy import FaultProxy, Hangs, Holds
from tests.journeys.workshop import Bot, until, until_true, write_config

PATIENCE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The bot's process, the proxy before its homeserver, its page's port, and an organizer."""

    bot: Bot
    proxy: FaultProxy
    port: int
    person: Client
    room_id: RoomId


@pytest.fixture
async def scene(homeserver: Homeserver, fresh_name: str, tmp_path: Path) -> AsyncIterator[Scene]:
    account = await homeserver.register(f"{fresh_name}runda")
    bot = Bot(folder=tmp_path, user_id=account.user_id)
    olga = await homeserver.register(f"{fresh_name}olga")
    async with FaultProxy(homeserver.url) as proxy, Client(homeserver.url, olga) as person:
        room_id = await person.create_room("Arrangörer", invite=[bot.user_id])
        async with Client(homeserver.url, account, encrypts=False) as hand:
            await hand.join(room_id)
        write_config(tmp_path, homeserver, account, room_id, database=None)
        config = bot.config.read_text().replace(homeserver.url, proxy.url)
        port = free_port()
        bot.config.write_text(f'{config}\n[health]\nlisten = "127.0.0.1:{port}"\n')
        try:
            yield Scene(bot=bot, proxy=proxy, port=port, person=person, room_id=room_id)
        finally:
            if bot.process is not None and bot.process.poll() is None:
                bot.kill()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def readiness(port: int) -> tuple[int, list[str]]:
    """What `/readyz` says; 0 while nobody listens."""
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/readyz") as answer,
        ):
            return answer.status, json.loads(await answer.text())["why"]
    except aiohttp.ClientError:
        return 0, []


def how_many(bot: Bot, state: OutboxState) -> int:
    """How much of the outbox stands so."""
    database = Database.open(f"sqlite:///{bot.folder / 'data' / 'runda.db'}")
    try:
        return database.write_now(lambda tx: tx.outbox.count(state))
    finally:
        database.close()


@pytest.fixture
def notified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Where systemd would listen."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(str(tmp_path / "notify"))
        notified.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield notified


async def test_what_is_being_sent_arrives_and_is_noted_before_the_process_ends(
    scene: Scene, notified: socket.socket
) -> None:
    bot, proxy, person, room_id = scene.bot, scene.proxy, scene.person, scene.room_id
    # given a bot that answers people
    await bot.start()
    assert await readiness(scene.port) == (200, [])

    # and an answer of its that the homeserver is slow to take
    release = asyncio.Event()
    proxy.fail("PUT", "/send/", Holds(release))
    await person.write(room_id, "!hjälp")
    await until(lambda: bool(proxy.seen("PUT", "/send/")), within_s=PATIENCE_S)

    # when it is told to stop
    stopping = asyncio.create_task(bot.stop())
    await until(lambda: "bot.finishing" in bot.log.read_text(), within_s=PATIENCE_S)
    assert await readiness(scene.port) == (503, ["it is stopping"])
    release.set()

    # then it has ended well, with the answer sent, once, and noted
    assert await stopping == 0
    assert len(proxy.seen("PUT", "/send/")) == 1
    assert how_many(bot, OutboxState.SENT) == 1
    assert "sends.cut_off" not in bot.log.read_text()

    said = [notified.recv(4096).decode().splitlines()[0] for _ in range(3)]
    assert said == [
        "STATUS=Waiting for the homeserver, and reading what was missed",
        "READY=1",
        "STOPPING=1",
    ]


async def test_a_homeserver_that_hangs_does_not_keep_the_process(scene: Scene) -> None:
    bot, proxy, person, room_id = scene.bot, scene.proxy, scene.person, scene.room_id
    # given an answer that hangs for an hour
    await bot.start()
    proxy.fail("PUT", "/send/", Hangs(), times=1000)
    await person.write(room_id, "!hjälp")
    await until(lambda: bool(proxy.seen("PUT", "/send/")), within_s=PATIENCE_S)

    # when it is told to stop, then it ends all the same (`stop` waits twenty seconds at most)
    assert await bot.stop() == 0
    assert "sends.cut_off" in bot.log.read_text()
    assert how_many(bot, OutboxState.SENT) == 0

    # and the next one says it, once
    proxy.heal()
    await bot.start()

    async def said() -> bool:
        await person.sync()
        seen = await person.history(room_id)
        return any(one.sender == bot.user_id for one in seen)

    await until_true(said, "the answer")
    assert await bot.stop() == 0
    await person.sync()
    seen = await person.history(room_id)
    assert sum(one.sender == bot.user_id and one.is_message for one in seen) == 1
