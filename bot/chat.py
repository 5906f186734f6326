"""What the bot needs of a chat network, and no more.

An adapter (Matrix today) satisfies `Chat` and hands what it hears to an `Intake`. Nothing
in here knows a homeserver, an event format or an HTTP status.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from flows.ids import EffectKey, EventId, RoomId, UserId
from flows.messages import Incoming
from storage.journal import Arrived, Batch, Resolved

# ---------------------------------------------------------------- what is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A new message. `markdown` is CommonMark; `mentions` are the only people it pings.

    `thread` roots the thread it goes into. `silent` messages are notices: clients do not
    notify for them, and other bots do not answer them.
    """

    markdown: str
    thread: EventId | None = None
    mentions: tuple[UserId, ...] = ()
    silent: bool = True
    kind: Literal["post"] = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostFile:
    """A new message that is a file; a picture is shown as one.

    `markdown` is its caption, "" for none. `thread` as in `Post`.
    """

    name: str
    mime: str
    data: bytes
    markdown: str = ""
    thread: EventId | None = None
    kind: Literal["post_file"] = "post_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revise:
    """New text for a message of our own, `target`."""

    target: EventId
    markdown: str
    silent: bool = True
    kind: Literal["revise"] = "revise"


@dataclass(frozen=True, slots=True, kw_only=True)
class React:
    """An emoji on a message."""

    target: EventId
    mark: str
    kind: Literal["react"] = "react"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Withdraw something of our own (a message, or a reaction)."""

    target: EventId
    kind: Literal["take_back"] = "take_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Accept an invitation to the room of the parcel; joining twice is harmless."""

    kind: Literal["join"] = "join"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Leave the room of the parcel, or decline its invitation."""

    kind: Literal["leave"] = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoom:
    """Make a room, once: a second call finds the first one's room by its address.

    The bot is in it, with every right. The room's id is what `Chat.send` returns.
    """

    name: str
    alias: str
    """The local part of its address, `alias` in `#alias:server`."""
    topic: str = ""
    encrypted: bool = False
    space: bool = False
    """A room of rooms; nobody but the bot writes in it."""
    parent: RoomId | None = None
    """The space it belongs to: it is listed there, and its members may join."""
    order: str = ""
    """Where it stands in the parent's list: sorted as text."""
    open_to_all: bool = False
    """Whoever has the address may join; without that and without a parent, the invited only."""
    direct: bool = False
    """A private chat with the one who is invited."""
    invited: tuple[UserId, ...] = ()
    kind: Literal["open_room"] = "open_room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Invite a person to the room of the parcel; harmless if she is invited or in it."""

    user_id: UserId
    kind: Literal["invite"] = "invite"


Content = Post | PostFile | Revise | React | TakeBack | Join | Leave | OpenRoom | Invite


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One effect on its way to a room.

    `once_key` is written into the event, so that it can be found again; `transaction_id`
    is derived from it and lets the homeserver recognise a second try for about a day.
    """

    room_id: RoomId
    content: Content
    once_key: EffectKey
    transaction_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a network can do, so that texts promise nothing it cannot."""

    sees_edits: bool
    sees_withdrawals: bool
    hears_without_mention: bool
    recognises_repeats: bool
    """True if a second send of the same transaction id posts nothing (Matrix, for a day)."""
    max_message_bytes: int


# ---------------------------------------------------------------- what is heard


class Intake(Protocol):
    """Where an adapter puts what it hears. When a call returns, it is on disk."""

    async def take(self, batch: Batch) -> None:
        """Keep a batch and act on what can be read of it, all in one transaction.

        The new read position is committed together with the events it stands behind.
        Events seen before change nothing.
        """
        ...

    async def resolve(self, resolved: Sequence[Resolved]) -> None:
        """Act on journaled events that have been decrypted (or given up), and mark them."""
        ...


class Chat(Protocol):
    """A chat network. Errors of every call: ChatUnavailable, ChatRefused, ChatLoggedOut."""

    @property
    def own_id(self) -> UserId:
        """The bot's own account."""
        ...

    @property
    def device_id(self) -> str:
        """By whose memory the network recognises repeats; another one remembers nothing."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this network can do."""
        ...

    async def connect(self) -> None:
        """Check the account, load keys and rooms; needed once, before the other calls.

        May be called again after ChatUnavailable.
        """
        ...

    async def catch_up(self, intake: Intake) -> None:
        """Hear everything missed while the process was down, holes included, then return."""
        ...

    async def listen(self, intake: Intake) -> None:
        """Hear what happens, for ever. Ends only by cancellation or ChatLoggedOut."""
        ...

    async def send(self, parcel: Parcel) -> EventId | None:
        """Carry out a parcel; None where the network gives no id back (join, leave, invite).

        For `OpenRoom` the room's id stands in the place of the event's.

        Calls with the same `transaction_id` take effect once, as far as
        `capabilities.recognises_repeats` reaches. Retries of its own are short (seconds);
        what lasts longer is ChatUnavailable and the outbox tries again.
        """
        ...

    async def find(
        self, room_id: RoomId, once_key: EffectKey, *, since: datetime, settled: bool = False
    ) -> EventId | None:
        """Look in the room for an event of ours that carries `once_key`, back to `since`.

        `settled`: this process has sent nothing under the key, so that one look at the room
        serves for all such keys.
        """
        ...

    def look_back(self, room_id: RoomId, *, since: datetime) -> AsyncIterator[Sequence[Arrived]]:
        """What the chat has of a room, page by page from now back to `since`, and not for ever.

        Each page is in order, the oldest first.
        """
        ...

    async def fetch(self, address: str, *, most_bytes: int) -> bytes:
        """The file that somebody's message brought (`flows.messages.Media.address`), in plain.

        Raises:
            ChatRefused: `code` is TOO_LARGE (no more than `most_bytes` is ever held),
                DAMAGED (it is not the file that was sent), BAD_ADDRESS, or the network's own.
        """
        ...

    async def read(self, room_id: RoomId, event_id: EventId) -> Incoming | None:
        """What somebody did, fetched anew and decrypted; None if it is gone or means nothing.

        A key that is missing is ChatUnavailable: it may come.
        """
        ...

    async def close(self) -> None:
        """Give back connections and the lock on the key store."""
        ...


class Links(Protocol):
    """Addresses a person can follow; pure, they ask nobody."""

    def message(self, room_id: RoomId, event_id: str) -> str:
        """A link to a message."""
        ...

    def room(self, room_id: RoomId) -> str:
        """A link to a room."""
        ...

    def address(self, alias: str) -> str:
        """The address, as people write it, of a room made with this `OpenRoom.alias`."""
        ...

    def by_address(self, alias: str) -> str:
        """A link to that room; it lasts when the room is replaced by another."""
        ...

    def person(self, user_id: UserId) -> str:
        """A link that opens a chat with somebody."""
        ...

    def private_chat(self) -> str:
        """A link that opens a private chat with the bot."""
        ...
