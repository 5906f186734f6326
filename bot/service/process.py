"""The life of the process around a bot: signals, the supervisor, a homeserver that is away."""

from __future__ import annotations

import asyncio
import signal
from itertools import chain, repeat
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import ChatLoggedOut, ChatUnavailable, ConfigError, KeysUnusable, first_of
from storage.errors import DatabaseUnusable

if TYPE_CHECKING:
    from bot.chat import Chat
    from bot.service.supervisor import Supervisor
    from storage.database import Database

log = structlog.get_logger()

_CONNECT_PAUSES_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)


class Bot(Protocol):
    """What of the bot its process needs; `bot.app.App` is one. `ready` is set when it answers."""

    ready: asyncio.Event

    async def run(self) -> None:
        """Run until cancelled."""
        ...

    async def finish(self) -> None:
        """Begin nothing new, and bring what is on its way to its end."""
        ...


async def connected(chat: Chat) -> None:
    """Wait as long as the homeserver is away: whoever restarts us would do nothing else."""
    for pause_s in chain(_CONNECT_PAUSES_S, repeat(_CONNECT_PAUSES_S[-1])):
        try:
            return await chat.connect()
        except ChatUnavailable as error:
            wait_s = max(pause_s, error.retry_after_s or 0.0)
            log.warning("homeserver.unavailable", error=str(error), retry_after_s=wait_s)
        await asyncio.sleep(wait_s)
    return None


async def until_told_to_stop(bot: Bot, database: Database, supervisor: Supervisor) -> None:
    """Run a bot until SIGTERM or SIGINT, and tell the supervisor how it stands.

    Raises:
        ChatLoggedOut, ConfigError, KeysUnusable, DatabaseUnusable: it cannot go on.
    """
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(_supervised(bot, database, supervisor))
    told = asyncio.Event()
    stopping = asyncio.ensure_future(_stop(bot, running, supervisor, told))
    for number in (signal.SIGTERM, signal.SIGINT):
        # Told a second time, it does not wait for anything.
        loop.add_signal_handler(number, lambda: running.cancel() if told.is_set() else told.set())
    try:
        await running
    except asyncio.CancelledError:
        log.info("bot.stopping")
    except BaseExceptionGroup as group:
        # The task group's wrapping says nothing to an operator: the first cause does.
        plain = group.subgroup((ChatLoggedOut, ConfigError, KeysUnusable, DatabaseUnusable))
        if plain is not None:
            raise first_of(plain) from None
        raise
    finally:
        stopping.cancel()


async def _stop(
    bot: Bot, running: asyncio.Future[None], supervisor: Supervisor, told: asyncio.Event
) -> None:
    """Once told to: what is in hand is finished, then everything ends."""
    await told.wait()
    log.info("bot.finishing")
    supervisor.stopping()
    await bot.finish()
    running.cancel()


async def _supervised(bot: Bot, database: Database, supervisor: Supervisor) -> None:
    supervisor.waiting("Waiting for the homeserver, and reading what was missed")
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(supervisor.watch(database))
        told = tasks.create_task(_tell_ready(bot, supervisor))
        try:
            await bot.run()
        finally:
            watching.cancel()
            told.cancel()


async def _tell_ready(bot: Bot, supervisor: Supervisor) -> None:
    await bot.ready.wait()
    supervisor.ready()
