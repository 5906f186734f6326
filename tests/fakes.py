"""A chat network in memory, with the bot's account on it: the one fake, at the outer edge.

It keeps what each room shows, delivers what people do, and can fail as a network fails. It
outlives the bot: what happens while the bot is away is heard when it comes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from bot.chat import (
    Capabilities,
    Content,
    Intake,
    Invite,
    Join,
    Leave,
    OpenRoom,
    Parcel,
    Post,
    PostFile,
    React,
    Revise,
)
from bot.chat import TakeBack as Withdraw
from bot.errors import ChatLoggedOut, ChatRefused, ChatUnavailable
from flows.ids import EffectKey, EventId, RoomId, UserId
from flows.messages import Incoming
from storage.instants import to_ms
from storage.journal import (
    Arrived,
    Batch,
    Departure,
    InboxState,
    Invitation,
    MemberChange,
    Membership,
    Resolved,
    RoomFacts,
)
from tests.builders import BOT

_WHOLE_EVENT_BYTES = 20_000
_PAGE = 3


@dataclass(kw_only=True)
class Message:
    """A message as its room shows it; `marks` are by whom and what, keyed by their event."""

    event_id: EventId
    sender: UserId
    text: str
    sent_at: datetime
    key: EffectKey | None = None
    thread: EventId | None = None
    mentions: tuple[UserId, ...] = ()
    silent: bool = False
    withdrawn: bool = False
    edits: int = 0
    marks: dict[EventId, tuple[UserId, str]] = field(default_factory=dict)
    file: PostFile | None = None


@dataclass(kw_only=True)
class Room:
    """A room of the network: its people, and its messages in order."""

    room_id: RoomId
    name: str
    encrypted: bool = False
    members: set[UserId] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)
    made_as: OpenRoom | None = None
    invited: list[UserId] = field(default_factory=list)
    """Whom the bot has invited, in order."""


Heard = Batch | list[Resolved]


class FakeChat:
    """A `bot.chat.Chat`."""

    own_id = BOT
    device_id = "FAKE"
    capabilities = Capabilities(
        sees_edits=True,
        sees_withdrawals=True,
        hears_without_mention=True,
        recognises_repeats=True,
        max_message_bytes=_WHOLE_EVENT_BYTES,
    )

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._numbers = count(1)
        self._sent: dict[tuple[RoomId, str], EventId | None] = {}
        self._feed: list[Heard] = []
        self._taken = 0
        self._news = asyncio.Event()
        self.rooms: dict[RoomId, Room] = {}
        self.tried: list[EffectKey] = []
        self.looked_up: list[EffectKey] = []
        self.read_again: list[EventId] = []
        self._heard: dict[EventId, Incoming] = {}
        self._gone: set[EventId] = set()
        self.files: dict[str, bytes] = {}
        """What people's files hold, by their address."""
        # How it can fail:
        self.unavailable: set[RoomId] = set()
        self.retry_after_s: float | None = None
        self.refused: set[RoomId] = set()
        self.refusal = "M_FORBIDDEN"
        self.refuses_marks_on: set[EventId] = set()
        self.unreadable = False
        """Whether no event can be read again."""
        self.refuses_rooms = False
        """Whether the account may make no rooms."""
        self.unreachable: set[UserId] = set()
        """People whose own homeserver is away: they cannot be invited."""
        self.breaks_at = ""
        self.breaks_at_files = False
        self.files_away: set[str] = set()
        """Addresses whose server does not answer."""
        self.fetched: list[str] = []
        self.speaks = asyncio.Event()
        """Not set: it does not say anything to a bot that was just started."""
        self.speaks.set()
        self.is_asked = asyncio.Event()
        self.logged_out = False
        self.holds_before = False
        self.holds_after = False
        self.held = asyncio.Event()
        self.kept_back: list[Arrived] = []
        """What rooms hold and the bot was never told."""
        self.looked_back: list[RoomId] = []
        self.away_at_first = 0
        """So many times it cannot be connected to."""
        self._released = asyncio.Event()

    # ------------------------------------------------------------ what the bot calls

    async def connect(self) -> None:
        if self.away_at_first:
            self.away_at_first -= 1
            raise ChatUnavailable("no answer")
        self.held.clear()
        self.is_asked.clear()

    async def close(self) -> None:
        return

    async def catch_up(self, intake: Intake) -> None:
        self.is_asked.set()
        await self.speaks.wait()
        await self._deliver(intake)

    async def listen(self, intake: Intake) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._deliver(intake)

    async def send(self, parcel: Parcel) -> EventId | None:
        self.tried.append(parcel.once_key)
        await asyncio.sleep(0)
        self._fail(parcel)
        if self.holds_before:
            await self._hold()
        # As with a homeserver: known by its transaction in its room, and in no other.
        transaction = (parcel.room_id, parcel.transaction_id)
        if transaction not in self._sent:
            self._sent[transaction] = self._carry_out(parcel)
        if self.holds_after:
            await self._hold()
        return self._sent[transaction]

    async def find(
        self, room_id: RoomId, once_key: EffectKey, *, since: datetime, settled: bool = False
    ) -> EventId | None:
        del settled
        self.looked_up.append(once_key)
        found = (
            one.event_id
            for one in self.rooms[room_id].messages
            if one.key == once_key and one.sent_at >= since
        )
        return next(found, None)

    async def look_back(
        self, room_id: RoomId, *, since: datetime
    ) -> AsyncIterator[Sequence[Arrived]]:
        """Everything that was heard, and what was kept from the bot."""
        self.looked_back.append(room_id)
        if room_id in self.unavailable:
            raise ChatUnavailable("no answer")
        heard = [one for batch in self._feed if isinstance(batch, Batch) for one in batch.events]
        events = [one for one in (*heard, *self.kept_back) if one.room_id == room_id]
        events = [one for one in events if one.sent_ms >= to_ms(since)]
        for at in range(0, len(events), _PAGE):
            yield events[at : at + _PAGE]

    async def fetch(self, address: str, *, most_bytes: int) -> bytes:
        await asyncio.sleep(0)
        if self.logged_out:
            raise ChatLoggedOut("the token is not valid any more")
        if self.breaks_at_files:
            raise ArithmeticError("a mistake in the adapter")
        self.fetched.append(address)
        if address in self.files_away:
            raise ChatUnavailable("502 Bad Gateway", retry_after_s=self.retry_after_s)
        data = self.files.get(address)
        if data is None:
            raise ChatRefused("404 M_NOT_FOUND no such file", code="M_NOT_FOUND")
        if len(data) > most_bytes:
            raise ChatRefused(f"more than {most_bytes} bytes", code="TOO_LARGE")
        return data

    async def read(self, room_id: RoomId, event_id: EventId) -> Incoming | None:
        await asyncio.sleep(0)
        self.read_again.append(event_id)
        if self.unreadable:
            raise ChatUnavailable("no answer", retry_after_s=self.retry_after_s)
        found = self._heard.get(event_id)
        if found is None or found.room_id != room_id:
            raise ChatRefused("404 M_NOT_FOUND no such event", code="M_NOT_FOUND")
        return None if event_id in self._gone else found

    # ------------------------------------------------------------ how it fails

    def forget_transactions(self) -> None:
        """As a homeserver does after a day."""
        self._sent.clear()

    def let_go(self) -> None:
        """Hold nothing any more."""
        self.holds_before = self.holds_after = False
        self.held.clear()

    def let_through(self) -> None:
        """What is held goes on, and nothing is held any more."""
        self.let_go()
        self._released.set()

    async def _hold(self) -> None:
        self.held.set()
        await self._released.wait()

    def _fail(self, parcel: Parcel) -> None:
        if self.logged_out:
            raise ChatLoggedOut("the token is not valid any more")
        if parcel.room_id in self.unavailable:
            raise ChatUnavailable("no answer", retry_after_s=self.retry_after_s)
        if self.refuses_rooms and isinstance(parcel.content, OpenRoom):
            raise ChatRefused("403 M_FORBIDDEN you may make no rooms", code="M_FORBIDDEN")
        if self.unreachable.intersection(_invited(parcel.content)):
            raise ChatUnavailable("502 no answer from her homeserver")
        if parcel.room_id in self.refused:
            raise ChatRefused(f"403 {self.refusal} not in the room", code=self.refusal)
        if isinstance(parcel.content, React) and parcel.content.target in self.refuses_marks_on:
            raise ChatRefused("403 M_FORBIDDEN that message is gone", code="M_FORBIDDEN")
        text = parcel.content.markdown if isinstance(parcel.content, Post | Revise) else ""
        if self.breaks_at and self.breaks_at in text:
            raise ArithmeticError("a mistake in the adapter")
        if len(text.encode()) > self.capabilities.max_message_bytes:
            raise ChatRefused("413 M_TOO_LARGE event too large", code="M_TOO_LARGE")

    # ------------------------------------------------------------ what rooms show

    def add_room(
        self, name: str, *members: UserId, room_id: RoomId | None = None, encrypted: bool = False
    ) -> Room:
        room_id = room_id or RoomId(f"!room{next(self._numbers)}:example.org")
        room = Room(room_id=room_id, name=name, encrypted=encrypted, members=set(members))
        self.rooms[room_id] = room
        return room

    def message(self, event_id: EventId) -> Message:
        return next(one for one in self._messages() if one.event_id == event_id)

    def _messages(self) -> Iterator[Message]:
        for room in self.rooms.values():
            yield from room.messages

    def _carry_out(self, parcel: Parcel) -> EventId | None:
        if isinstance(parcel.content, Join | Leave):
            self._come_or_go(parcel.room_id, comes=isinstance(parcel.content, Join))
            return None
        if isinstance(parcel.content, OpenRoom):
            return EventId(self._open(parcel.content).room_id)
        if isinstance(parcel.content, Invite):
            self._invite_to(self.rooms[parcel.room_id], parcel.content.user_id)
            return None
        event_id = EventId(f"$bot{next(self._numbers):05}")
        self._show(parcel, parcel.content, event_id)
        return event_id

    def _show(self, parcel: Parcel, content: Content, event_id: EventId) -> None:
        match content:
            case Post():
                shown = self._put(parcel, content, event_id)
                shown.mentions, shown.silent = content.mentions, content.silent
            case Revise():
                revised = self.message(content.target)
                revised.text = content.markdown
                revised.edits += 1
            case React():
                self.message(content.target).marks[event_id] = (BOT, content.mark)
            case Withdraw():
                self.take_back(content.target)
            case PostFile():
                self._put(parcel, content, event_id).file = content
            case Join() | Leave() | OpenRoom() | Invite():
                return

    def _put(self, parcel: Parcel, content: Post | PostFile, event_id: EventId) -> Message:
        """Put a message of the bot's into its room."""
        shown = Message(
            event_id=event_id,
            sender=BOT,
            text=content.markdown,
            sent_at=self._now(),
            key=parcel.once_key,
            thread=content.thread,
        )
        self.rooms[parcel.room_id].messages.append(shown)
        return shown

    def _open(self, wanted: OpenRoom) -> Room:
        """As a homeserver does: an address belongs to one room."""
        for room in self.rooms.values():
            if room.made_as is not None and room.made_as.alias == wanted.alias:
                return room
        room = self.add_room(wanted.name, encrypted=wanted.encrypted)
        room.made_as = wanted
        self._come_or_go(room.room_id, comes=True)
        for user_id in wanted.invited:
            self._invite_to(room, user_id)
        return room

    def _invite_to(self, room: Room, user_id: UserId) -> None:
        if user_id not in room.invited and user_id not in room.members:
            room.invited.append(user_id)
            self.hear(members=[self._change(room, user_id, Membership.INVITE)])

    def take_back(self, target: EventId) -> None:
        """A message, or a mark, is there no more."""
        self._gone.add(target)
        for one in self._messages():
            one.marks.pop(target, None)
            if one.event_id == target:
                one.withdrawn, one.text = True, ""

    def _come_or_go(self, room_id: RoomId, *, comes: bool) -> None:
        room = self.rooms[room_id]
        if not comes:
            room.members.discard(BOT)
            self.hear(departures=[Departure(room_id=room_id, by=None, banned=False)])
            return
        room.members.add(BOT)
        facts = RoomFacts(
            room_id=room_id, name=room.name or None, encrypted=room.encrypted, joined=True
        )
        self.hear(rooms=[facts], members=[self._change(room, one) for one in sorted(room.members)])

    # ------------------------------------------------------------ what the bot hears

    def hear(self, **parts: object) -> Batch:
        """Put something before the bot, to be taken in its turn."""
        batch = Batch(account=BOT, position=f"s{len(self._feed) + 1}", **parts)  # type: ignore[arg-type]  # parts by name
        self._feed.append(batch)
        self._news.set()
        return batch

    def hear_again(self, batch: Batch) -> None:
        self._feed.append(batch)
        self._news.set()

    def hear_event(self, incoming: Incoming, *, encrypted: bool = False) -> Batch:
        self._heard[incoming.event_id] = incoming
        return self.hear(events=[arrived(incoming, encrypted=encrypted)])

    def key_arrives(self, *events: Incoming) -> None:
        """What was encrypted can be read now."""
        self._feed.append([resolved(one, InboxState.DONE) for one in events])
        self._news.set()

    def key_is_missing(self, *events: Incoming) -> None:
        self._feed.append([resolved(one, InboxState.UNREADABLE) for one in events])
        self._news.set()

    def invite(self, room: Room, inviter: UserId, *, direct: bool = False) -> None:
        invitation = Invitation(
            room_id=room.room_id,
            inviter=inviter,
            direct=direct,
            name=room.name or None,
            encrypted=room.encrypted,
        )
        self.hear(invitations=[invitation])

    def change_membership(
        self, room_id: RoomId, user_id: UserId, membership: Membership = Membership.JOIN
    ) -> None:
        room = self.rooms[room_id]
        if membership is Membership.JOIN:
            room.members.add(user_id)
        else:
            room.members.discard(user_id)
        self.hear(members=[self._change(room, user_id, membership)])

    def _change(
        self, room: Room, user_id: UserId, membership: Membership = Membership.JOIN
    ) -> MemberChange:
        name = user_id[1:].partition(":")[0].capitalize()
        return MemberChange(
            room_id=room.room_id,
            user_id=user_id,
            membership=membership,
            name=name,
            sent_ms=to_ms(self._now()),
        )

    @property
    def is_heard(self) -> bool:
        """Whether the bot has taken everything."""
        return self._taken == len(self._feed)

    async def _deliver(self, intake: Intake) -> None:
        while not self.is_heard:
            heard = self._feed[self._taken]
            if isinstance(heard, Batch):
                await intake.take(heard)
            else:
                await intake.resolve(heard)
            # Only now: what a crash interrupts is delivered again.
            self._taken += 1


def _invited(content: Content) -> Sequence[UserId]:
    match content:
        case OpenRoom(invited=invited):
            return invited
        case Invite(user_id=user_id):
            return (user_id,)
        case _:
            return ()


def arrived(incoming: Incoming, *, encrypted: bool = False) -> Arrived:
    return Arrived(
        room_id=incoming.room_id,
        event_id=incoming.event_id,
        sender=incoming.sender,
        sent_ms=incoming.sent_ms,
        incoming=None if encrypted else incoming,
        raw='{"algorithm":"m.megolm.v1.aes-sha2"}' if encrypted else None,
    )


def resolved(incoming: Incoming, state: InboxState) -> Resolved:
    return Resolved(
        room_id=incoming.room_id,
        event_id=incoming.event_id,
        sent_ms=incoming.sent_ms,
        state=state,
        incoming=incoming if state is InboxState.DONE else None,
    )
