"""A chat network in memory: where a dialogue is rehearsed, and no real room is touched.

It keeps the promises of `bot.chat.Chat` for one process and one evening: what is sent is shown
to whoever watches, what is heard is delivered in order, and nothing outlives it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from bot.chat import Capabilities, Content, Intake, Join, OpenRoom, Parcel
from bot.errors import ChatRefused
from flows.ids import EffectKey, EventId, RoomId, UserId
from flows.messages import Incoming
from storage.instants import to_ms
from storage.journal import Arrived, Batch, Invitation, MemberChange, Membership, RoomFacts

_WHOLE_EVENT_BYTES = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room of the stage, and the people in it."""

    room_id: RoomId
    name: str
    people: tuple[UserId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Something the bot has done in a room of the stage."""

    room_id: RoomId
    event_id: EventId
    content: Content
    key: EffectKey


class Stage:
    """A `bot.chat.Chat` without a network.

    Args:
        show: called with everything the bot does, in order.
    """

    def __init__(
        self, own_id: UserId, *, now: Callable[[], datetime], show: Callable[[Shown], None]
    ) -> None:
        self._own_id = own_id
        self._now = now
        self._show = show
        self._rooms: dict[RoomId, Room] = {}
        self._waiting: asyncio.Queue[Batch] = asyncio.Queue()
        self._unheard = 0
        self._sent: dict[str, EventId | None] = {}
        self._by_key: dict[EffectKey, EventId] = {}
        self._said: dict[EventId, Incoming] = {}
        self._numbers = count(1)

    # ------------------------------------------------------------ what the bot asks of a chat

    @property
    def own_id(self) -> UserId:
        """The bot's own account."""
        return self._own_id

    @property
    def device_id(self) -> str:
        """One that forgets nothing."""
        return "STAGE"

    @property
    def capabilities(self) -> Capabilities:
        """As a homeserver's."""
        return Capabilities(
            sees_edits=True,
            sees_withdrawals=True,
            hears_without_mention=True,
            recognises_repeats=True,
            max_message_bytes=_WHOLE_EVENT_BYTES,
        )

    async def connect(self) -> None:
        """There is nothing to connect to."""

    async def catch_up(self, intake: Intake) -> None:
        """Hear what has been said before the bot came."""
        while not self._waiting.empty():
            await self._deliver(intake)

    async def listen(self, intake: Intake) -> None:
        """Hear what is said, for ever."""
        while True:
            await self._deliver(intake)

    async def _deliver(self, intake: Intake) -> None:
        batch = await self._waiting.get()
        await intake.take(batch)
        self._unheard -= 1

    async def send(self, parcel: Parcel) -> EventId | None:
        """Show what the bot does; the second time it changes nothing."""
        if parcel.transaction_id not in self._sent:
            self._sent[parcel.transaction_id] = self._carry_out(parcel)
        return self._sent[parcel.transaction_id]

    def _carry_out(self, parcel: Parcel) -> EventId | None:
        content = parcel.content
        if isinstance(content, Join):
            self._enter(self._rooms[parcel.room_id])
            return None
        if isinstance(content, OpenRoom):
            room = self._room(content.name, ())
            self._enter(room)
            return EventId(room.room_id)
        event_id = self._by_key[parcel.once_key] = self.event_id()
        self._show(
            Shown(
                room_id=parcel.room_id,
                event_id=event_id,
                content=content,
                key=parcel.once_key,
            )
        )
        return event_id

    async def find(
        self, room_id: RoomId, once_key: EffectKey, *, since: datetime, settled: bool = False
    ) -> EventId | None:
        """What has been sent under a key, however long ago."""
        del room_id, since, settled
        return self._by_key.get(once_key)

    async def look_back(
        self, room_id: RoomId, *, since: datetime
    ) -> AsyncIterator[Sequence[Arrived]]:
        """Nothing: here the bot is told everything."""
        del room_id, since
        for page in tuple[Sequence[Arrived], ...]():
            yield page

    async def fetch(self, address: str, *, most_bytes: int) -> bytes:
        """Made-up people send no files.

        Raises:
            ChatRefused: always.
        """
        del most_bytes
        raise ChatRefused(f"there is no file {address} in a rehearsal", code="M_NOT_FOUND")

    async def read(self, room_id: RoomId, event_id: EventId) -> Incoming | None:
        """What has been said on the stage."""
        del room_id
        return self._said.get(event_id)

    async def close(self) -> None:
        """There is nothing to give back."""

    # ------------------------------------------------------------ what is done on the stage

    @property
    def is_heard(self) -> bool:
        """Whether the bot has taken in everything."""
        return self._unheard == 0

    def add_room(
        self, name: str, people: Sequence[UserId], *, by: UserId, direct: bool = False
    ) -> Room:
        """A room into which somebody invites the bot."""
        room = self._room(name, people)
        self._hear(
            invitations=[
                Invitation(
                    room_id=room.room_id, inviter=by, direct=direct, name=name, encrypted=False
                )
            ]
        )
        return room

    def has_always_had(self, room_id: RoomId, name: str, people: Sequence[UserId]) -> None:
        """A room the bot is in from the beginning (the organizers')."""
        room = Room(room_id=room_id, name=name, people=tuple(people))
        self._rooms[room_id] = room
        self._enter(room)

    def happens(self, incoming: Iterable[Incoming]) -> None:
        """People do something, all at once."""
        done = list(incoming)
        self._said.update((one.event_id, one) for one in done)
        self._hear(
            events=[
                Arrived(
                    room_id=one.room_id,
                    event_id=one.event_id,
                    sender=one.sender,
                    sent_ms=one.sent_ms,
                    incoming=one,
                )
                for one in done
            ]
        )

    def event_id(self) -> EventId:
        """An id for something somebody does."""
        return EventId(f"$stage{next(self._numbers)}")

    def _room(self, name: str, people: Sequence[UserId]) -> Room:
        room_id = RoomId(f"!stage{next(self._numbers)}:rehearsal.invalid")
        room = self._rooms[room_id] = Room(room_id=room_id, name=name, people=tuple(people))
        return room

    def _enter(self, room: Room) -> None:
        """The bot comes into a room and sees who is there."""
        self._hear(
            rooms=[RoomFacts(room_id=room.room_id, name=room.name, encrypted=False, joined=True)],
            members=[
                MemberChange(
                    room_id=room.room_id,
                    user_id=user_id,
                    membership=Membership.JOIN,
                    name=None,
                    sent_ms=to_ms(self._now()),
                )
                for user_id in (self._own_id, *room.people)
            ],
        )

    def _hear(
        self,
        *,
        events: Sequence[Arrived] = (),
        rooms: Sequence[RoomFacts] = (),
        members: Sequence[MemberChange] = (),
        invitations: Sequence[Invitation] = (),
    ) -> None:
        self._unheard += 1
        self._waiting.put_nowait(
            Batch(
                account=self._own_id,
                position=f"s{next(self._numbers)}",
                events=events,
                rooms=rooms,
                members=members,
                invitations=invitations,
            )
        )
