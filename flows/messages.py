"""What people do in a room, free of any chat network's own format.

Adapters make these; ``flows.collection`` says what each one means for the dialogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from flows.ids import EventId, RoomId, UserId


class MediaKind(StrEnum):
    """What an attached file is to a person."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A photo, voice note or file sent as a message.

    `address` is the network's own way to fetch it (JSON text), never interpreted here.
    """

    kind: MediaKind
    name: str
    mime: str
    size: int | None
    address: str


class Written(NamedTuple):
    """Somebody wrote a message; a tuple, since one is made for every message.

    `sent_ms` is the sender's homeserver's time, milliseconds since 1970 in UTC. It can be
    forged by that homeserver, so a deadline never rests on it alone.
    `thread` is the message that roots the thread, `reply_to` the message answered; for a
    file, `text` is its caption or name.
    """

    room_id: RoomId
    event_id: EventId
    sender: UserId
    sent_ms: int
    text: str
    thread: EventId | None = None
    reply_to: EventId | None = None
    media: Media | None = None
    kind: Literal["written"] = "written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """Somebody replaced the text of an earlier message, `target`."""

    room_id: RoomId
    event_id: EventId
    sender: UserId
    sent_ms: int
    target: EventId
    text: str
    kind: Literal["edited"] = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A message or a mark, `target`, was taken back, by its author or by a moderator."""

    room_id: RoomId
    event_id: EventId
    sender: UserId
    sent_ms: int
    target: EventId
    kind: Literal["withdrawn"] = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """Somebody put a reaction, `mark` (an emoji), on a message, `target`."""

    room_id: RoomId
    event_id: EventId
    sender: UserId
    sent_ms: int
    target: EventId
    mark: str
    kind: Literal["marked"] = "marked"


Incoming = Written | Edited | Withdrawn | Marked
