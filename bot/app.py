"""The composition: every part made once, tied together, run in one task group."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING

import structlog

from bot.adapters.matrix.links import MatrixLinks
from bot.clock import Clock
from bot.commands.desk import CommandDesk
from bot.commands.tools import Tools
from bot.dialogues.board import Board
from bot.dialogues.dispatcher import Dispatcher
from bot.dialogues.live import LiveDigest
from bot.dialogues.own_pace import OwnPace
from bot.dialogues.prompting import Prompting
from bot.dialogues.reminding import Reminding
from bot.dialogues.returns import BEGINNINGS, Returns
from bot.dialogues.showing import Showing
from bot.digest.analyst import Analyst
from bot.digest.digests import DigestMaker, Digests
from bot.digest.llm import ChatWords
from bot.digest.meaning import MeaningReader
from bot.errors import ChatLoggedOut, ChatUnavailable, ConfigError, KeysUnusable
from bot.exports.exporting import Exporting
from bot.hearing import unreadable, wrong_room
from bot.hearing.answers import Answers
from bot.hearing.away import Away
from bot.hearing.consenting import Consenting
from bot.hearing.corrections import Corrections
from bot.hearing.doorkeeper import Doorkeeper
from bot.hearing.holds import HoldsBack
from bot.hearing.intake import DurableIntake
from bot.hearing.recount import Recount
from bot.hearing.taking_in import TakingIn
from bot.hearing.unreadable import Unreadable
from bot.hearing.upgrades import Upgrades
from bot.hearing.voting import Voting
from bot.hearing.watch import Watch
from bot.hearing.wrong_room import WrongRoom
from bot.keys import PROMPT_AGAIN
from bot.later import Later
from bot.packs.dropped import DroppedFileDesk
from bot.packs.dropped_packs import DroppedPacks
from bot.packs.known import find_packs
from bot.packs.shelf import Shelf
from bot.persons import contact_questions, contact_rooms, whisper
from bot.persons.care import Care
from bot.persons.contacts import Contacts
from bot.persons.erasing import Erasing
from bot.persons.helping import Helping
from bot.persons.ordered import ALARM as PERSON_ORDER_ALARM
from bot.persons.ordered import Ordered
from bot.persons.own_words import OwnWords
from bot.persons.private import PrivateChats
from bot.persons.retention import ALARM as RETENTION_ALARM
from bot.persons.retention import Retention
from bot.persons.whisper import Whisper
from bot.rehearsal.rehearsals import Rehearsals
from bot.seating.rooms import KEYS as SEATING_KEYS
from bot.seating.rooms import note_made
from bot.seating.showing import TablesMessage
from bot.seating.work import SeatingWork
from bot.sending.sender import Sender
from bot.sending.troubles import Troubles
from bot.sending.undeliverable import Undeliverable
from bot.service.health import HealthPages
from bot.service.supervisor import Supervisor
from bot.service.vitals import Vitals
from bot.settings import Settings
from bot.world import World
from storage.database import Database
from storage.errors import DatabaseUnusable
from storage.instants import to_ms

if TYPE_CHECKING:
    from bot.chat import Chat, Links
    from bot.config.values import Config
    from bot.hearing.taking_in import Fetched
    from flows.ids import DialogueId, EffectKey, EventId
    from storage.devices import Past
    from storage.occurrences import Occurrence
    from storage.transaction import Transaction

log = structlog.get_logger()

FINISHES_WITHIN_S = 8.0
"""Of the ten seconds in which a process that is told to stop shall have ended."""
_CONNECT_PAUSES_S = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)


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
        self._config = config
        self._database = database
        self._chat = chat
        self._now = now
        self._touched: set[DialogueId] = set()
        self.vitals = Vitals(ticks)
        database.on_change = self._database_changed
        self.ready = asyncio.Event()
        configured = Settings(
            language=config.language,
            quiet_hours=config.quiet_hours,
            board_interval_s=config.board_interval_s,
        )
        self.world = World(chat.own_id, config.organizers_room, configured)
        digests = Digests(self.world, links, self._catch_up)
        showing = Showing(self._catch_up)
        holds = HoldsBack(digests, showing)
        self._whisper = Whisper(self.world)
        self._care = Care(
            config.care,
            self.world,
            whisper=self._whisper,
            links=links,
            holds=holds,
            language=config.language,
            zone=config.zone,
        )
        self.watch = Watch(
            database=database,
            world=self.world,
            care=self._care,
            holds=holds,
            whisper=self._whisper,
            now=now,
            changed=self._changed,
            language=config.language,
        )
        self.taking_in = TakingIn(database=database, chat=chat, take=self._take_in, now=now)
        self._voting = voting = Voting(self.world)
        corrections = Corrections(self.world, voting)
        self._consenting = Consenting(self.world, corrections, let_in=self.taking_in.wake)
        self._contacts = Contacts(self.world, digests, self._consenting, config.language)
        self._wrong_room = WrongRoom(self.world, links, config.language)
        self._prompting = Prompting(
            self.world, links, self._contacts, self._consenting, help_lines=config.care.lines
        )
        erasing = Erasing(self.world, corrections=corrections, contacts=self._contacts)
        self._ordered = Ordered(corrections=corrections, erasing=erasing)
        self._retention = Retention(self.world, erasing=erasing, contacts=self._contacts)
        self._dispatcher = Dispatcher(
            self.world,
            retention=self._retention,
            prompting=self._prompting,
            reminding=Reminding(self.world, links),
            showing=showing,
            digests=digests,
        )
        self._returns = Returns(self.world, self._dispatcher)
        self._board = Board(self.world)
        self._live = LiveDigest(self.world) if config.live_digest else None
        self.troubles = Troubles(
            self.world,
            database,
            self.vitals,
            zone=config.zone,
            language=config.language,
            now=now,
            ticks=ticks,
            clock_ahead_s=clock_ahead_s,
            posted=lambda: self.sender.wake(),  # noqa: PLW0108  it is made below
        )
        self._away = Away(self.world, config.language)
        self.sender = Sender(
            database=database,
            away=self._away,
            chat=chat,
            undeliverable=Undeliverable(self.world, config.language),
            troubles=self.troubles,
            now=now,
            sent=self._note_sent,
        )
        self._analyst = Analyst()
        self.exporting = Exporting(
            database=database,
            world=self.world,
            links=links,
            analyst=self._analyst,
            now=now,
            posted=self.sender.wake,
            catch_up=self._catch_up,
            llm=config.llm,
        )
        self._meaning = MeaningReader(
            database=database,
            analyst=self._analyst,
            rest_s=config.meaning_rest_s,
            catch_up=self._catch_up,
        )
        self.digests = DigestMaker(
            digests,
            database=database,
            analyst=self._analyst,
            now=now,
            posted=self.sender.wake,
            words=None if config.llm is None else ChatWords(config.llm),
        )
        self.clock = Clock(
            database=database, now=now, ring=self._ring, rung=self._changed, tick=self._tick
        )
        shelf = Shelf(config.kept_packs)
        packs = partial(find_packs, config.pack_folders)
        self._rehearsals = Rehearsals(
            config=config,
            world=self.world,
            database=database,
            make_bot=lambda config, database, stage, now: App(
                replace(config, care=replace(config.care, alerts=False)),
                database=database,
                chat=stage,
                links=links,
                now=now,
            ),
            packs=packs,
            now=now,
            outbox_filled=self.sender.wake,
        )
        helping = Helping(self.world, config.language, config.zone)
        self._tables = TablesMessage(self.world, links)
        self.seating = SeatingWork(
            database=database,
            chat=chat,
            links=links,
            world=self.world,
            message=self._tables,
            now=now,
            outbox_filled=self.sender.wake,
        )
        tools = Tools(
            world=self.world,
            dispatcher=self._dispatcher,
            digests=digests,
            helping=helping,
            showing=showing,
            contacts=self._contacts,
            retention=self._retention,
            packs=packs,
            shelf=shelf,
            rehearsals=self._rehearsals,
            private_chat=links.private_chat(),
            zone=config.zone.key,
            language=config.language,
            pace=config.pace,
            seating=self.seating,
            tables=self._tables,
            encrypted_groups=config.encrypted_groups,
        )
        desk = CommandDesk(tools)
        self._dropped = DroppedFileDesk(
            database=database,
            chat=chat,
            world=self.world,
            desk=desk,
            readers=(DroppedPacks(shelf=shelf, packs=packs),),
            language=config.language,
            now=now,
            answered=self.sender.wake,
        )
        self._unreadable = Unreadable(self.world, config.zone, config.language)
        self.intake = DurableIntake(
            database=database,
            unreadable=self._unreadable,
            world=self.world,
            answers=Answers(
                self.world,
                corrections,
                voting,
                self._consenting,
                is_command=desk.knows,
                is_release=self._care.is_release,
            ),
            doorkeeper=Doorkeeper(
                self.world,
                self._wrong_room,
                Upgrades(self.world, self._prompting, config.language),
                self._away,
                config.language,
                allowed_servers=config.allowed_servers,
            ),
            private=PrivateChats(self.world, self._prompting, config.language),
            own_words=OwnWords(
                self.world,
                links=links,
                corrections=corrections,
                helping=helping,
                contacts=self._contacts,
                consenting=self._consenting,
                erasing=erasing,
                language=config.language,
                zone=config.zone.key,
            ),
            helping=helping,
            commands=desk,
            dropped=self._dropped,
            showing=showing,
            digests=digests,
            dispatcher=self._dispatcher,
            own_pace=OwnPace(self.world, self._dispatcher),
            contacts=self._contacts,
            care=self._care,
            consenting=self._consenting,
            now=now,
            changed=self._heard,
            outbox_filled=self.sender.wake,
        )
        self.recount = Recount(
            database=database,
            chat=chat,
            intake=self.intake,
            world=self.world,
            zone=config.zone,
            language=config.language,
            now=now,
            posted=self.sender.wake,
        )

    async def run(self) -> None:
        """Run until cancelled, or until the chat does not accept the account any more."""
        await self._connect()
        self.sender.past = await self._database.write(self._begin)
        try:
            await self._run()
        finally:
            await self._analyst.close()

    async def _connect(self) -> None:
        """Wait as long as the homeserver is away: whoever restarts us would do nothing else."""
        for pause_s in chain(_CONNECT_PAUSES_S, repeat(_CONNECT_PAUSES_S[-1])):
            try:
                return await self._chat.connect()
            except ChatUnavailable as error:
                wait_s = max(pause_s, error.retry_after_s or 0.0)
                log.warning("homeserver.unavailable", error=str(error), retry_after_s=wait_s)
            await asyncio.sleep(wait_s)
        return None

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
            tasks.create_task(self._meaning.run())
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
            tasks.create_task(self._dropped.run())
            tasks.create_task(self._keep_boards())
            tasks.create_task(self._rehearsals.run())
            tasks.create_task(self.recount.run())
            tasks.create_task(self.seating.run())
            tasks.create_task(self.taking_in.run())

    # ------------------------------------------------------------ what the parts call

    def _ring(self, tx: Transaction, occurrence: Occurrence, now: datetime) -> DialogueId | None:
        self.world.ready(tx)
        if occurrence.key.startswith(contact_questions.ALARM):
            return self._contacts.ring(tx, occurrence, now=now)
        if occurrence.key.startswith(unreadable.ALARM):
            self._unreadable.ring(tx, occurrence, now=now)
            return None
        if occurrence.key.startswith(RETENTION_ALARM):
            return self._retention.ring(tx, occurrence, now=now)
        if occurrence.key.startswith(PERSON_ORDER_ALARM):
            return self._carry_out(tx, occurrence, now)
        begins = occurrence.alarm in BEGINNINGS
        ring = self._returns.ring if begins else self._dispatcher.ring
        dialogue = ring(tx, occurrence, now=now)
        return None if dialogue is None else dialogue.id

    def _carry_out(
        self, tx: Transaction, occurrence: Occurrence, now: datetime
    ) -> DialogueId | None:
        """Do what an operator has ordered for a person, and what follows from it."""
        later = Later()
        self._ordered.ring(tx, occurrence, later, now=now)
        self.intake.do_later(tx, later, now)
        return min(later.touched, default=None)

    def _changed(self, dialogues: set[DialogueId]) -> None:
        self._touched |= dialogues
        self.digests.wake()
        self.sender.wake()

    def _heard(self, dialogues: set[DialogueId]) -> None:
        self.vitals.heard()
        if dialogues:
            self._touched |= dialogues
            self._meaning.wake()
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
        now = self._now()
        if self._care.lines_need_a_look(now):
            await self._database.write(partial(self._care.warn_of_old_lines, now=now))

    def _catch_up(self, tx: Transaction) -> None:
        self.watch.catch_up(tx, now=self._now())

    def _note_sent(self, tx: Transaction, key: EffectKey, event_id: EventId | None) -> None:
        if key.startswith(SEATING_KEYS):
            self._note_seating(tx, key, event_id)
        if event_id is None:
            return
        self._consenting.note_asked(tx, key, event_id, now=self._now())
        if key.endswith("/prompt/0") or f"/{PROMPT_AGAIN}/" in key:
            self._prompting.note_prompt(tx, key, event_id)
        elif contact_rooms.makes_room(key):
            self.world.ready(tx)
            self._contacts.room_opened(tx, key, event_id, now=self._now())
        elif whisper.makes_room(key):
            self.world.ready(tx)
            self._whisper.room_opened(tx, key, event_id, now=self._now())
        elif wrong_room.makes_room(key):
            self.world.ready(tx)
            self._wrong_room.room_opened(tx, key, event_id, now=self._now())
        room_id = self._prompting.room_of(key) if "prompt/" in key else None
        if room_id is not None:
            self._voting.prompt_is_known(tx, room_id, event_id, now_ms=to_ms(self._now()))

    def _note_seating(self, tx: Transaction, key: EffectKey, event_id: EventId | None) -> None:
        """A room of a table is made, or somebody is invited: the organizers see it."""
        self.world.ready(tx)
        if note_made(tx, key, event_id, self.world):
            tx.after_commit(self.seating.show_soon)

    async def _keep_boards(self) -> None:
        """Bring boards up to date, at most once in each interval."""
        while True:
            await asyncio.sleep(self.world.settings.board_interval_s)
            touched, self._touched = self._touched, set()
            # A group at its own pace takes weeks: its board is brought up to date when it writes.
            running = self.world.running.values()
            touched |= {dialogue.id for dialogue in running if not dialogue.own_pace}
            if touched:
                for dialogue_id in sorted(touched):
                    await self._write(self._board, dialogue_id, failed="board.failed")
                    if self._live is not None:
                        await self._write(self._live, dialogue_id, failed="live.failed")
                self.sender.wake()

    async def _write(
        self, message: Board | LiveDigest, dialogue_id: DialogueId, *, failed: str
    ) -> None:
        try:
            await self._database.write(
                partial(self._post, message=message, dialogue_id=dialogue_id)
            )
        except Exception:  # what cannot be drawn must not stop the dialogue it shows
            log.exception(failed, dialogue_id=dialogue_id)

    def _post(
        self, tx: Transaction, *, message: Board | LiveDigest, dialogue_id: DialogueId
    ) -> None:
        self.world.ready(tx)
        dialogue = tx.dialogues.get(dialogue_id)
        if dialogue is not None and dialogue.position >= 0:
            message.post(tx, dialogue, now=self._now())


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
            await _until_told_to_stop(app, database, supervisor)
    finally:
        await chat.close()
        database.close()
        log.info("bot.stopped")


async def _until_told_to_stop(app: App, database: Database, supervisor: Supervisor) -> None:
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(_supervised(app, database, supervisor))
    told = asyncio.Event()
    stopping = asyncio.ensure_future(_stop(app, running, supervisor, told))
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
            raise _first(plain) from None
        raise
    finally:
        stopping.cancel()


async def _stop(
    app: App, running: asyncio.Future[None], supervisor: Supervisor, told: asyncio.Event
) -> None:
    """Once told to: what is in hand is finished, then everything ends."""
    await told.wait()
    log.info("bot.finishing")
    supervisor.stopping()
    await app.finish()
    running.cancel()


async def _supervised(app: App, database: Database, supervisor: Supervisor) -> None:
    supervisor.waiting("Waiting for the homeserver, and reading what was missed")
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(supervisor.watch(database))
        told = tasks.create_task(_tell_ready(app, supervisor))
        try:
            await app.run()
        finally:
            watching.cancel()
            told.cancel()


async def _tell_ready(app: App, supervisor: Supervisor) -> None:
    await app.ready.wait()
    supervisor.ready()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
