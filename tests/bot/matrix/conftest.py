"""A bot on a real homeserver, with a real database, that keeps what it hears."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.matrix.account import MatrixAccount, login
from bot.adapters.matrix.client import MatrixChat
from bot.chat import Invite, Join, Parcel, Post
from demo.homeserver import Homeserver
from flows.ids import EffectKey, EventId, RoomId, UserId
from flows.messages import Incoming, Written
from storage.database import Database
from storage.journal import Batch, InboxState, Resolved
from storage.transaction import Transaction
from tests.bot.matrix.nio_person import NioPerson
from tests.bot.matrix.people import Person
from tests.fault_proxy import FaultProxy


class Journaling:
    """An intake that keeps what the journal keeps, and lists what could be acted on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.batches: list[Batch] = []
        self.resolved: list[Resolved] = []
        self.incoming: list[Incoming] = []

    async def take(self, batch: Batch) -> None:
        self.incoming += await self._database.write(lambda tx: _keep(tx, batch))
        self.batches.append(batch)

    async def resolve(self, resolved: Sequence[Resolved]) -> None:
        changed = await self._database.write(lambda tx: tx.journal.mark(resolved))
        self.resolved += changed
        self.incoming += [one.incoming for one in changed if one.incoming is not None]

    @property
    def texts(self) -> list[str]:
        """What people wrote, in the order in which it was heard."""
        return [one.text for one in self.incoming if isinstance(one, Written)]


def _keep(tx: Transaction, batch: Batch) -> list[Incoming]:
    fresh = tx.journal.add(batch.events)
    tx.journal.keep_device_messages(batch.to_device)
    tx.journal.keep_gaps(batch.gaps)
    if batch.gap_progress is not None:
        tx.journal.move_gap(batch.gap_progress)
    for facts in batch.rooms:
        tx.rooms.learn(facts)
    tx.rooms.apply(batch.members)
    if batch.position is not None:
        tx.journal.move_position(batch.account, batch.position)
    return [event.incoming for event in fresh if event.incoming is not None]


class Bot:
    """A process of the bot: chat, database, and what was heard."""

    def __init__(self, chat: MatrixChat, account: MatrixAccount, database: Database) -> None:
        self.chat = chat
        self.account = account
        self.database = database
        self.intake = Journaling(database)
        self._listening: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def id(self) -> UserId:
        return self.account.user_id

    @property
    def unreached(self) -> int:
        """Devices that wait for a room key."""
        return self.chat.unreached_devices

    async def catches_up(self) -> None:
        await self.chat.catch_up(self.intake)

    def listens(self) -> None:
        self._listening = asyncio.create_task(self.chat.listen(self.intake))

    def listens_from_here(self) -> None:
        """Catch up and then listen, while the test goes on."""

        async def both() -> None:
            await self.catches_up()
            await self.chat.listen(self.intake)

        self._listening = asyncio.create_task(both())

    async def joins(self, room_id: RoomId) -> None:
        await self.chat.send(parcel(room_id, Join()))

    async def posts(self, room_id: RoomId, markdown: str, *, key: str = "") -> EventId:
        event_id = await self.chat.send(parcel(room_id, Post(markdown=markdown), key=key))
        assert event_id is not None
        return event_id

    async def invites(self, room_id: RoomId, user_id: UserId) -> None:
        await self.chat.send(parcel(room_id, Invite(user_id=user_id)))

    async def forgets_rights(self) -> None:
        """As in a database from before they were kept."""

        def forget(tx: Transaction) -> None:
            for room in tx.rooms.all():
                tx.rooms.put(replace(room, rights=None))

        await self.database.write(forget)

    async def hears(self, *texts: str, within_s: float = 20) -> None:
        """Wait until these texts were heard."""
        await self.until(lambda: set(texts) <= set(self.intake.texts), within_s=within_s)

    async def until(self, came: Callable[[], bool], *, within_s: float = 20) -> None:
        """Wait until something has come about; what stopped the listening comes out here."""

        def came_or_stopped() -> bool:
            if self._listening is not None and self._listening.done():
                self._listening.result()
            return came()

        await until(came_or_stopped, within_s=within_s)

    async def state_of(self, event_id: EventId) -> InboxState | None:
        """How far an event has come, if it waits in the journal."""
        pending = await self.database.write(lambda tx: tx.journal.pending(*InboxState))
        return next((one.state for one in pending if one.event_id == event_id), None)

    async def stops(self) -> None:
        if self._stopped:
            return
        self._stopped = True
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
        await self.chat.close()


async def until(came: Callable[[], bool], *, within_s: float = 20) -> None:
    """Look again and again until something has come about."""
    async with asyncio.timeout(within_s):
        while not came():  # noqa: ASYNC110  what is looked at sets no event
            await asyncio.sleep(0.02)


def parcel(room_id: RoomId, content: object, *, key: str = "") -> Parcel:
    """A parcel with a key of its own."""
    key = key or secrets.token_hex(8)
    return Parcel(
        room_id=room_id,
        content=content,  # type: ignore[arg-type]  # any kind, for brevity
        once_key=EffectKey(key),
        transaction_id=f"tx-{key}",
    )


class World:
    """Makes people and bots on one homeserver, and puts them away afterwards."""

    def __init__(self, homeserver: Homeserver, folder: Path, stack: AsyncExitStack) -> None:
        self.homeserver = homeserver
        self.folder = folder
        self._stack = stack
        self._bots: list[Bot] = []

    async def person(self, name: str) -> Person:
        account = await self.homeserver.register(f"{name}-{secrets.token_hex(4)}")
        return await self._stack.enter_async_context(Person(self.homeserver, account))

    async def nio_person(self, name: str) -> NioPerson:
        account = await self.homeserver.register(f"{name}-{secrets.token_hex(4)}")
        person = NioPerson(self.homeserver, account, self.folder / account.device_id)
        return await self._stack.enter_async_context(person)

    async def next_device(self, person: NioPerson) -> NioPerson:
        """The same person, logged in once more."""
        device = await login(self.homeserver.url, person.id, person.account.password)
        account = replace(
            person.account, device_id=device.device_id, access_token=device.access_token
        )
        other = NioPerson(self.homeserver, account, self.folder / account.device_id)
        return await self._stack.enter_async_context(other)

    async def account(self) -> MatrixAccount:
        made = await self.homeserver.register(f"runda-{secrets.token_hex(4)}")
        return MatrixAccount(
            homeserver=self.homeserver.url,
            user_id=made.user_id,
            device_id=made.device_id,
            access_token=made.access_token,
        )

    async def bot(
        self,
        account: MatrixAccount | None = None,
        *,
        through: FaultProxy | None = None,
        send_deadline_s: float = 20,
        put_timeout_s: float = 10,
        password: str | None = None,
    ) -> Bot:
        """A bot that is connected; with an account of an earlier one, its next process."""
        account = account or await self.account()
        if through is not None:
            account = replace(account, homeserver=through.url)
        folder = self.folder / account.device_id
        folder.mkdir(exist_ok=True)
        database = Database.open(f"sqlite:///{folder / 'runda.db'}")
        self._stack.callback(database.close)
        chat = MatrixChat(
            account,
            folder / "keys",
            database,
            password=password,
            send_deadline_s=send_deadline_s,
            put_timeout_s=put_timeout_s,
        )
        bot = Bot(chat, account, database)
        self._bots.append(bot)
        self._stack.push_async_callback(bot.stops)
        await chat.connect()
        return bot

    async def ends_bots(self) -> None:
        """End every process of the bot, also one that never came to connect."""
        for bot in self._bots:
            await bot.stops()

    async def listening(self, through: FaultProxy | None = None) -> Bot:
        """A bot that has caught up and listens."""
        bot = await self.bot(through=through)
        await bot.catches_up()
        bot.listens()
        return bot


@pytest.fixture
async def proxy(homeserver: Homeserver) -> AsyncIterator[FaultProxy]:
    """Something between the bot and the homeserver that can be told to fail."""
    async with FaultProxy(homeserver.url) as proxy:
        yield proxy


@pytest.fixture
async def world(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[World]:
    """One homeserver, and everybody on it."""
    async with AsyncExitStack() as stack:
        yield World(homeserver, tmp_path, stack)
