"""What came from the chat, kept before it is acted on.

The read position, the events behind it, messages to the device, holes and changes of
membership are written in one transaction. An event that cannot be acted on yet (it is
encrypted) keeps its raw form here until it can; of the others only the id is kept, so
that a second arrival is recognised.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa

from flows.ids import EventId, RoomId, UserId
from flows.messages import Incoming, Written
from storage.hot import HotInsert, HotStatement, Row, savepoint
from storage.rights import Levels
from storage.tables import GapRow, InboxRow, PositionRow, ToDeviceRow, table_of

# ---------------------------------------------------------------- what an adapter brings


class Arrived(NamedTuple):
    """One event of a room; a tuple, since one is made for every event.

    `incoming` is what it means; None if it means nothing to a dialogue. An event that
    cannot be read yet has `raw` (the network's JSON text) instead, and waits in the journal.
    An `odd` one has `raw` as well, and waits for nothing: nobody can make sense of it.
    """

    room_id: RoomId
    event_id: EventId
    sender: UserId
    sent_ms: int
    incoming: Incoming | None = None
    raw: str | None = None
    odd: bool = False


class Membership(StrEnum):
    """Where a person stands towards a room."""

    JOIN = "join"
    INVITE = "invite"
    KNOCK = "knock"
    LEAVE = "leave"
    BAN = "ban"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChange:
    """A person came to stand so towards a room; `sent_ms` orders changes of one person."""

    room_id: RoomId
    user_id: UserId
    membership: Membership
    name: str | None
    sent_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Somebody invited the bot. `direct` is the inviter's word that it is a private chat."""

    room_id: RoomId
    inviter: UserId
    direct: bool
    name: str | None
    encrypted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """The bot is in the room no more. `by` is who did it, None if unknown or the bot itself."""

    room_id: RoomId
    by: UserId | None
    banned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFacts:
    """What changed of a joined room; None means unchanged."""

    room_id: RoomId
    name: str | None = None
    encrypted: bool | None = None
    joined: bool | None = None
    """True when the bot has come into the room."""
    successor: RoomId | None = None
    """The room that replaces this one (an upgrade), if it was replaced."""
    predecessor: RoomId | None = None
    """The room that this one replaces, if it does."""
    creators: frozenset[UserId] | None = None
    """Those who stand above all levels; empty where the room knows no such thing."""
    levels: Levels | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGap:
    """A hole in a room's history: page backwards from `start` until `stop`."""

    room_id: RoomId
    start: str
    stop: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapProgress:
    """A page of a hole was read; `start` is where the next begins, None when it is filled."""

    gap_id: int
    start: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Everything one answer of the chat brought; committed together or not at all."""

    account: UserId
    position: str | None = None
    """The new read position; None when the batch does not move it (a page of a hole)."""
    events: Sequence[Arrived] = ()
    rooms: Sequence[RoomFacts] = ()
    members: Sequence[MemberChange] = ()
    invitations: Sequence[Invitation] = ()
    departures: Sequence[Departure] = ()
    to_device: Sequence[str] = ()
    """Messages to this device, JSON text, in order."""
    gaps: Sequence[NewGap] = ()
    gap_progress: GapProgress | None = None


class InboxState(IntEnum):
    """How far an event has come."""

    DONE = 0
    WAITING = 1
    """Encrypted and not yet tried."""
    UNREADABLE = 2
    """Tried; the key is missing and may come."""
    BAD = 3
    """Will never be read: malformed, or not decryptable for another reason than a key."""
    ODD = 4
    """Readable, but not of a form that anybody's client gives a message. Nobody's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A journaled event that has not been acted on; `raw` is the network's JSON text."""

    room_id: RoomId
    event_id: EventId
    sender: UserId
    sent_ms: int
    raw: str
    state: InboxState


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What became of a pending event: read (DONE, with its meaning or None), or not."""

    room_id: RoomId
    event_id: EventId
    sent_ms: int
    state: InboxState
    incoming: Incoming | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A hole still to be filled."""

    gap_id: int
    room_id: RoomId
    start: str
    stop: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMessage:
    """A journaled message to this device, not yet handled; `raw` is JSON text."""

    number: int
    raw: str


# ---------------------------------------------------------------- the repository

_inbox = table_of(InboxRow)
_to_device = table_of(ToDeviceRow)
_gap = table_of(GapRow)
_position = table_of(PositionRow)

_MOST_ODD = 500
"""So many odd events are kept as they came: somebody may send them without end."""

_ADD = HotInsert(_inbox, ("sent_ms", "room_id", "event_id", "state", "sender", "raw"))

_MOVE = HotStatement(
    "INSERT INTO position (account, token) VALUES ({0}, {0}) "
    "ON CONFLICT (account) DO UPDATE SET token = excluded.token"
)

# Written out, not bound: a partial index is used only where its condition stands literally.
_NOT_DONE = sa.text("state <> 0")


class Journal:
    """The journal inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def position(self, account: UserId) -> str | None:
        """Where the account's reading continues; None before the first sync."""
        return self._db.scalar(sa.select(_position.c.token).where(_position.c.account == account))

    def move_position(self, account: UserId, token: str) -> None:
        """Remember where reading continues."""
        _MOVE.run(self._db, (account, token))

    def add(self, events: Sequence[Arrived]) -> Sequence[Arrived]:
        """Keep those events that are new, and return them in the order given."""
        if not events:
            return ()
        if any(event.odd for event in events):
            events = self._as_many_as_are_kept(events)
        # A sync answer hardly ever repeats an event, so the batch is tried whole first:
        # one statement, no look-up. Only if one of them is known is each looked up.
        try:
            with savepoint(self._db):
                _ADD.run(self._db, [_inbox_values(event) for event in events])
        except sa.exc.IntegrityError:
            fresh = self.unseen(events)
            if fresh:
                _ADD.run(self._db, [_inbox_values(event) for event in fresh])
            return fresh
        return events

    def _as_many_as_are_kept(self, events: Sequence[Arrived]) -> list[Arrived]:
        """The events; of odd ones that are too many, no more than that they came."""
        room = _MOST_ODD - self.count(InboxState.ODD)
        kept = []
        for event in events:
            room -= event.odd
            kept.append(event._replace(raw=None) if event.odd and room < 0 else event)
        return kept

    def unseen(self, events: Sequence[Arrived]) -> list[Arrived]:
        """Those that are not in the journal, each once, in the order given."""
        fresh: dict[tuple[str, str], Arrived] = {}
        for event in events:
            known = self._db.scalar(
                sa.select(sa.literal(1)).where(
                    _inbox.c.room_id == event.room_id,
                    _inbox.c.sent_ms == event.sent_ms,
                    _inbox.c.event_id == event.event_id,
                )
            )
            if known is None:
                fresh.setdefault((event.room_id, event.event_id), event)
        return list(fresh.values())

    def pending(
        self, *states: InboxState, room_id: RoomId | None = None, limit: int = 500
    ) -> list[Pending]:
        """Events not yet acted on, oldest first; WAITING and UNREADABLE if no state is named."""
        wanted = states or (InboxState.WAITING, InboxState.UNREADABLE)
        query = (
            sa.select(_inbox)
            .where(_NOT_DONE, _inbox.c.state.in_([int(state) for state in wanted]))
            # A sum: sorted by the key itself, SQLite would walk through the whole journal.
            .order_by(_inbox.c.sent_ms + 0, _inbox.c.event_id)
            .limit(limit)
        )
        if room_id is not None:
            query = query.where(_inbox.c.room_id == room_id)
        return [
            Pending(
                room_id=RoomId(row.room_id),
                event_id=EventId(row.event_id),
                sender=UserId(row.sender or ""),
                sent_ms=row.sent_ms,
                raw=row.raw or "",
                state=InboxState(row.state),
            )
            for row in self._db.execute(query)
        ]

    def mark(self, resolved: Sequence[Resolved]) -> list[Resolved]:
        """Note what became of pending events; returns those that were still pending.

        The raw form is dropped as soon as it has been read.
        """
        changed = []
        for one in resolved:
            values: dict[str, Any] = {"state": int(one.state)}
            if one.state is InboxState.DONE:
                values |= {"raw": None, "sender": None}
            update = (
                sa.update(_inbox)
                .where(
                    _inbox.c.room_id == one.room_id,
                    _inbox.c.sent_ms == one.sent_ms,
                    _inbox.c.event_id == one.event_id,
                    _inbox.c.state != int(InboxState.DONE),
                )
                .values(**values)
            )
            if self._db.execute(update).rowcount == 1:
                changed.append(one)
        return changed

    def set_aside(self, incoming: Incoming) -> None:
        """Keep what could not be acted on, so that it is counted and can be looked into."""
        self._db.execute(
            sa.update(_inbox)
            .where(
                _inbox.c.room_id == incoming.room_id,
                _inbox.c.sent_ms == incoming.sent_ms,
                _inbox.c.event_id == incoming.event_id,
            )
            .values(
                state=int(InboxState.BAD),
                sender=incoming.sender,
                raw=_as_text(incoming),
            )
        )

    def forget_raw(self, room_id: RoomId, event_id: EventId) -> bool:
        """Erase the raw form of a pending event that was withdrawn; True if there was one."""
        # By the event id alone: with the room, SQLite would walk the room's whole key.
        found = sa.select(_inbox.c.room_id).where(_NOT_DONE, _inbox.c.event_id == event_id)
        if room_id not in self._db.scalars(found):
            return False
        update = (
            sa.update(_inbox)
            .where(_NOT_DONE, _inbox.c.event_id == event_id)
            .values(state=int(InboxState.DONE), raw=None, sender=None)
        )
        return self._db.execute(update).rowcount > 0

    def forget_sender(self, sender: UserId) -> None:
        """Erase the raw form of everything of a person that is still pending."""
        self._db.execute(
            sa.update(_inbox)
            .where(_NOT_DONE, _inbox.c.sender == sender)
            .values(state=int(InboxState.DONE), raw=None, sender=None)
        )

    def unread(self, room_id: RoomId) -> bool:
        """Whether anything of the room may yet be read: an encrypted event, or a hole."""
        may_come = _inbox.c.state.in_((int(InboxState.WAITING), int(InboxState.UNREADABLE)))
        waiting = sa.select(sa.literal(1)).where(_NOT_DONE, may_come, _inbox.c.room_id == room_id)
        hole = sa.select(sa.literal(1)).where(_gap.c.room_id == room_id)
        return self._db.scalar(sa.union_all(waiting, hole).limit(1)) is not None

    def count(self, state: InboxState) -> int:
        """How many events stand in this state."""
        query = sa.select(sa.func.count()).where(_NOT_DONE, _inbox.c.state == int(state))
        return self._db.scalar(query) or 0

    def unreadable_by_room(self) -> dict[RoomId, int]:
        """How many messages per room could not be decrypted yet."""
        states = (int(InboxState.UNREADABLE), int(InboxState.BAD))
        # Counted here: asked to group them by room, SQLite walks through the whole journal.
        query = sa.select(_inbox.c.room_id).where(_NOT_DONE, _inbox.c.state.in_(states))
        return {RoomId(room): number for room, number in Counter(self._db.scalars(query)).items()}

    def keep_device_messages(self, raw: Sequence[str]) -> None:
        """Journal messages to this device, in order."""
        if raw:
            self._db.execute(sa.insert(_to_device), [{"raw": text} for text in raw])

    def device_messages(self) -> list[DeviceMessage]:
        """Messages to this device not yet handled, in order."""
        rows = self._db.execute(sa.select(_to_device).order_by(_to_device.c.number))
        return [DeviceMessage(number=row.number, raw=row.raw) for row in rows]

    def drop_device_messages(self, numbers: Sequence[int]) -> None:
        """Forget messages to this device that have been handled."""
        if numbers:
            self._db.execute(sa.delete(_to_device).where(_to_device.c.number.in_(numbers)))

    def keep_gaps(self, gaps: Sequence[NewGap]) -> None:
        """Journal holes."""
        if gaps:
            values = [{"room_id": g.room_id, "start": g.start, "stop": g.stop} for g in gaps]
            self._db.execute(sa.insert(_gap), values)

    def gaps(self) -> list[Gap]:
        """Holes still to be filled, oldest first."""
        rows = self._db.execute(sa.select(_gap).order_by(_gap.c.gap_id))
        return [
            Gap(gap_id=row.gap_id, room_id=RoomId(row.room_id), start=row.start, stop=row.stop)
            for row in rows
        ]

    def move_gap(self, progress: GapProgress) -> None:
        """Note that a page of a hole was read; the hole goes away when it is filled."""
        if progress.start is None:
            self._db.execute(sa.delete(_gap).where(_gap.c.gap_id == progress.gap_id))
        else:
            self._db.execute(
                sa.update(_gap).where(_gap.c.gap_id == progress.gap_id).values(start=progress.start)
            )


def _as_text(incoming: Incoming) -> str:
    """What was understood, as JSON."""
    said = incoming._asdict() if isinstance(incoming, Written) else asdict(incoming)
    return json.dumps(said, ensure_ascii=False, default=asdict)


def _inbox_values(event: Arrived) -> Row:
    if event.raw is None:
        return (event.sent_ms, event.room_id, event.event_id, 0, None, None)
    state = int(InboxState.ODD if event.odd else InboxState.WAITING)
    return (event.sent_ms, event.room_id, event.event_id, state, event.sender, event.raw)
