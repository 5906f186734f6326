"""The composition: every part made once, tied together, run in one task group."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.adapters.matrix.links import MatrixLinks
from bot.clock import Clock
from bot.service.health import HealthPages
from bot.service.process import connected, until_told_to_stop
from bot.service.supervisor import Supervisor
from bot.service.vitals import Vitals
from bot.settings import Settings
from bot.wiring.given import Given
from bot.wiring.whole import wire
from bot.world import World
from storage.database import Database
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.chat import Chat, Links
    from bot.config.values import Config
    from bot.hearing.taking_in import Fetched
    from flows.ids import DialogueId, EffectKey, EventId
    from storage.devices import Past
    from storage.transaction import Transaction

log = structlog.get_logger()

FINISHES_WITHIN_S = 8.0
"""Of the ten seconds in which a process that is told to stop shall have ended."""


def wall_clock() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  the one place that asks; everybody else is told


class App:
    """The running bot, free of any particular chat network.

    Args:
        now: the wall clock, aware; a test moves it by hand.
        ticks: seconds that nobody sets; a test moves them by hand, too.
        clock_ahead_s: by how much the homeserver's clock is ahead of ours.
    """

    def __init__(
        self,
        config: Config,
        *,
        database: Database,
        chat: Chat,
        links: Links,
        now: Callable[[], datetime] = wall_clock,
        ticks: Callable[[], float] = time.monotonic,
        clock_ahead_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._database = database
        self._chat = chat
        self._now = now
        self.vitals = Vitals(ticks)
        database.on_change = self._database_changed
        self.ready = asyncio.Event()
        self.world = World(chat.own_id, config.organizers_room, _settings(config))
        whole = wire(
            Given(
                config=config,
                database=database,
                chat=chat,
                links=links,
                world=self.world,
                vitals=self.vitals,
                now=now,
                ticks=ticks,
                clock_ahead_s=clock_ahead_s,
                posted=self._posted,
                changed=self._changed,
                heard=self._heard,
                catch_up=self._catch_up,
                take_in=self._take_in,
                sent=self._note_sent,
                make_bot=partial(_for_dry_run, links),
            )
        )
        behind, hearing = whole.behind, whole.hearing
        self.digesting, self.safety = behind.digests, behind.safety
        self.dialogues, self.steering = behind.dialogues, behind.steering
        self.digests, self.exporting = behind.digests.maker, behind.digests.exporting
        self.taking_in, self.watch = behind.replies.taking_in, behind.safety.watch
        self.sender, self.troubles = behind.sending.sender, behind.sending.troubles
        self.seating = behind.steering.seating
        self.intake, self.recount = hearing.intake, hearing.recount
        self.sent = whole.sent
        self.clock = Clock(
            database=database,
            now=now,
            ring=whole.alarms.ring,
            rung=self._changed,
            tick=self._tick,
        )

    async def run(self) -> None:
        """Run until cancelled, or until the chat does not accept the account any more."""
        await connected(self._chat)
        self.sender.past = await self._database.write(self._begin)
        try:
            await self._run()
        finally:
            await self.digesting.analyst.close()

    async def finish(self) -> None:
        """Begin nothing new, and bring what is on its way to its end, for a few seconds at most."""
        self.vitals.is_stopping = True
        try:
            async with asyncio.timeout(FINISHES_WITHIN_S):
                await self.sender.finish()
        except TimeoutError:
            # What was cut off is tried again by the next process, under the same transaction id.
            log.warning("sends.cut_off", within_s=FINISHES_WITHIN_S)

    def _begin(self, tx: Transaction) -> Past:
        chat = self._chat
        self.troubles.recall(tx)
        return tx.devices.begin(chat.own_id, chat.device_id, now_ms=to_ms(self._now()))

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.sender.run())
            tasks.create_task(self.troubles.watch())
            tasks.create_task(self.digests.run())
            tasks.create_task(self.watch.run())
            tasks.create_task(self.digesting.meaning.run())
            self.digests.wake()
            # First what was written while the bot was away, then the clock: an answer sent
            # in time shall not be late because the round was closed before it was read.
            await self._chat.catch_up(self.intake)
            log.info("bot.ready")
            self.vitals.heard()
            self.vitals.is_ready = True
            self.ready.set()
            tasks.create_task(self._chat.listen(self.intake))
            tasks.create_task(self.clock.run())
            tasks.create_task(self.exporting.run())
            tasks.create_task(self.steering.dropped.run())
            tasks.create_task(self.dialogues.boards.run())
            tasks.create_task(self.steering.rehearsals.run())
            tasks.create_task(self.recount.run())
            tasks.create_task(self.seating.run())
            tasks.create_task(self.taking_in.run())

    # ------------------------------------------------------------ what the parts call

    def _posted(self) -> None:
        self.sender.wake()

    def _changed(self, dialogues: set[DialogueId]) -> None:
        self.dialogues.boards.touch(dialogues)
        self.digests.wake()
        self.sender.wake()

    def _heard(self, dialogues: set[DialogueId]) -> None:
        self.vitals.heard()
        if dialogues:
            self.dialogues.boards.touch(dialogues)
            self.digesting.meaning.wake()
            self.watch.wake()
            # A command may have started a dialogue or closed a step, or asked for a digest.
            self.clock.poke()
            self.exporting.wake()
            self.digests.wake()

    def _database_changed(self, away: str | None) -> None:
        self.vitals.database_away = away
        self.troubles.database_changed(away)
        if away is None:
            log.info("database.back")
        else:
            log.warning("database.unavailable", reason=away)

    async def _take_in(self, fetched: Sequence[Fetched]) -> None:
        await self.intake.take_in(fetched)

    async def _tick(self) -> None:
        """As time passes: rows another process wrote may be due."""
        self.recount.tick()
        self.sender.wake()
        self.digests.wake()
        now, care = self._now(), self.safety.care
        if care.lines_need_a_look(now):
            await self._database.write(partial(care.warn_of_old_lines, now=now))

    def _catch_up(self, tx: Transaction) -> None:
        self.watch.catch_up(tx, now=self._now())

    def _note_sent(self, tx: Transaction, key: EffectKey, event_id: EventId | None) -> None:
        self.sent.note(tx, key, event_id)


def _settings(config: Config) -> Settings:
    """What organizers have not set from their room."""
    return Settings(
        language=config.language,
        quiet_hours=config.quiet_hours,
        board_interval_s=config.board_interval_s,
        rules=config.rules,
    )


def _for_dry_run(
    links: Links, config: Config, database: Database, stage: Chat, now: Callable[[], datetime]
) -> App:
    """A second bot, which calls nobody to somebody in danger: her like is only played."""
    return App(
        replace(config, care=replace(config.care, alerts=False)),
        database=database,
        chat=stage,
        links=links,
        now=now,
    )


async def run(config: Config) -> None:
    """Run the bot on Matrix until SIGTERM or SIGINT; both end it cleanly.

    Raises:
        ChatLoggedOut: the access token is not accepted any more.
    """
    # Imported here: it loads the encryption, which commands that never connect can spare.
    from bot.adapters.matrix.account import MatrixAccount  # noqa: PLC0415
    from bot.adapters.matrix.client import MatrixChat  # noqa: PLC0415

    account = MatrixAccount(
        homeserver=config.matrix.homeserver,
        user_id=config.matrix.user_id,
        device_id=config.matrix.device_id,
        access_token=config.matrix.access_token,
    )
    database = Database.open(config.database_url)
    chat = MatrixChat(account, config.data_folder / "keys", database)
    supervisor = Supervisor(os.environ)
    try:
        app = App(
            config,
            database=database,
            chat=chat,
            links=MatrixLinks(account.user_id),
            clock_ahead_s=lambda: chat.clock_ahead_s,
        )
        async with AsyncExitStack() as pages:
            if config.health_address is not None:
                health = HealthPages(app.vitals, database, config.health_address)
                await pages.enter_async_context(health)
            await until_told_to_stop(app, database, supervisor)
    finally:
        await chat.close()
        database.close()
        log.info("bot.stopped")
