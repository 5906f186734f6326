"""Effects decided, until they are carried out and after."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import sqlalchemy as sa

from flows.ids import EffectKey, EventId, RoomId
from storage.chunks import chunked
from storage.hot import HotInsert, Row, savepoint
from storage.tables import OutboxRow, table_of

_outbox = table_of(OutboxRow)
_ADD = HotInsert(_outbox, ("key", "room_id", "content", "created_ms", "due_ms", "state", "tries"))
_WAITING = sa.text("outbox.state = 0")

_PARKED_MS = 2**53
"""Due at no time: it waits for something else than time."""


class OutboxState(IntEnum):
    """How far an effect has come."""

    WAITING = 0
    SENT = 1
    FAILED = 2
    """Refused for good; the organizers have been told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something to send. `content` is JSON text that `bot.sending.unpacking` understands."""

    key: EffectKey
    room_id: RoomId
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An effect to carry out now. `first_try_ms` is None if it was never attempted."""

    number: int
    key: EffectKey
    room_id: RoomId
    content: str
    created_ms: int
    first_try_ms: int | None
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of an earlier effect; `event_id` is None until it is sent.

    `parked`: it waits for its room, which may take days. `room_id` is where it was sent: a room
    that has been replaced since takes nothing that belongs to a message in the new one.
    """

    state: OutboxState
    event_id: EventId | None
    room_id: RoomId
    parked: bool = False


UNDOING = ("/gone", "/erased", "/taken-back")
"""How keys of effects end that take another back."""
_NO_UNDOING = tuple(~_outbox.c.key.endswith(one) for one in UNDOING)
_LATELY = 20_000
"""Effects: those of some days."""


class Outbox:
    """The outbox inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def put(self, effects: Sequence[Effect], *, now_ms: int, due_ms: int | None = None) -> None:
        """Add effects; those whose key was ever added before change nothing."""
        if not effects:
            return
        values = [
            outbox_row(one.key, one.room_id, one.content, now_ms=now_ms, due_ms=due_ms)
            for one in effects
        ]
        # As in the journal: repeats are rare, so look only when there is one.
        try:
            with savepoint(self._db):
                _ADD.run(self._db, values)
        except sa.exc.IntegrityError:
            for value in values:
                known = sa.select(_outbox.c.number).where(_outbox.c.key == value[0])
                if self._db.scalar(known) is None:
                    _ADD.run(self._db, [value])

    def put_new(self, effects: Sequence[Row]) -> None:
        """Add effects known to be new, rows of `outbox_row`: acknowledgements of new events."""
        if effects:
            _ADD.run(self._db, effects)

    def due(
        self,
        *,
        now_ms: int,
        besides: Collection[int],
        limit: int,
        not_in: Collection[RoomId] = (),
    ) -> list[Due]:
        """Effects that are due, oldest first.

        Args:
            besides: those already on their way.
            not_in: rooms that have to wait.
        """
        query = (
            sa.select(_outbox)
            .where(_WAITING, _outbox.c.due_ms <= now_ms)
            .order_by(_outbox.c.due_ms, _outbox.c.number)
            .limit(limit + len(besides))
        )
        if not_in:
            query = query.where(_outbox.c.room_id.not_in(not_in))
        rows = [row for row in self._db.execute(query) if row.number not in besides]
        return [_due(row) for row in rows[:limit]]

    def held_up(self, rooms: Collection[RoomId]) -> set[RoomId]:
        """Those rooms of these for which something waits that was tried in vain."""
        query = (
            sa.select(_outbox.c.room_id)
            .where(
                _WAITING,
                _outbox.c.tries > 0,
                _outbox.c.due_ms < _PARKED_MS,
                _outbox.c.room_id.in_(rooms),
            )
            .distinct()
        )
        return {RoomId(room_id) for room_id in self._db.scalars(query)}

    def next_due_ms(self, *, after_ms: int) -> int | None:
        """When the next of the effects is due that are not due yet."""
        found: int | None = self._db.scalar(
            sa.select(sa.func.min(_outbox.c.due_ms)).where(
                _WAITING, _outbox.c.due_ms > after_ms, _outbox.c.due_ms < _PARKED_MS
            )
        )
        return found

    def note_try(self, numbers: Sequence[int], *, now_ms: int) -> None:
        """Write down, before the first attempt, that it is made."""
        for chunk in chunked(numbers):
            self._db.execute(
                sa.update(_outbox)
                .where(_outbox.c.number.in_(chunk), _outbox.c.first_try_ms.is_(None))
                .values(first_try_ms=now_ms)
            )

    def note_sent(self, sent: Sequence[tuple[int, EventId | None]], *, now_ms: int) -> None:
        """Mark effects as carried out; what they said is dropped."""
        if sent:
            # A digest quotes people: what they withdraw later must not live on in here.
            values = {"state": int(OutboxState.SENT), "done_ms": now_ms, "content": ""}
            self._db.execute(
                sa.update(_outbox)
                .where(_outbox.c.number == sa.bindparam("n"))
                .values(event_id=sa.bindparam("e"), **values),
                [{"n": number, "e": event_id} for number, event_id in sent],
            )

    def drop(self, numbers: Sequence[int]) -> None:
        """Forget acknowledgements that are sent: the journal alone keeps them from repeating."""
        for chunk in chunked(numbers):
            self._db.execute(sa.delete(_outbox).where(_outbox.c.number.in_(chunk)))

    def postpone(self, number: int, *, due_ms: int, error: str) -> None:
        """Try again later."""
        self._db.execute(
            sa.update(_outbox)
            .where(_outbox.c.number == number)
            .values(due_ms=due_ms, error=error, tries=_outbox.c.tries + 1)
        )

    def park(self, numbers: Sequence[int], *, error: str) -> None:
        """Keep effects until their room can be written in again; they are not due before."""
        for chunk in chunked(numbers):
            self._db.execute(
                sa.update(_outbox)
                .where(_outbox.c.number.in_(chunk), _WAITING)
                .values(due_ms=_PARKED_MS, error=error)
            )

    def park_with(self, due: Due, others: Sequence[EffectKey]) -> bool:
        """Keep an effect as long as one is kept that it speaks of; False if none is."""
        query = sa.select(sa.literal(1)).where(
            _WAITING,
            _outbox.c.due_ms == _PARKED_MS,
            _outbox.c.room_id == due.room_id,
            _outbox.c.key.in_(others),
        )
        if self._db.scalar(query.limit(1)) is None:
            return False
        self.park([due.number], error="waits for an earlier message")
        return True

    def parked(self, room_id: RoomId) -> list[Due]:
        """What is kept for a room, oldest first."""
        kept = (_WAITING, _outbox.c.due_ms == _PARKED_MS, _outbox.c.room_id == room_id)
        rows = self._db.execute(sa.select(_outbox).where(*kept).order_by(_outbox.c.number))
        return [_due(row) for row in rows]

    def unpark(self, room_id: RoomId, *, now_ms: int) -> None:
        """Let what was kept for a room go out."""
        kept = (_WAITING, _outbox.c.due_ms == _PARKED_MS, _outbox.c.room_id == room_id)
        values = {"due_ms": now_ms, "error": None, "tries": 0}
        self._db.execute(sa.update(_outbox).where(*kept).values(**values))

    def fail(self, number: int, *, now_ms: int, error: str) -> None:
        """Give an effect up; what it would have said is dropped."""
        values = {"state": int(OutboxState.FAILED), "done_ms": now_ms, "content": ""}
        self._db.execute(
            sa.update(_outbox).where(_outbox.c.number == number).values(error=error, **values)
        )

    def fate(self, key: EffectKey) -> Sent | None:
        """What became of the effect with this key; None if there never was one."""
        columns = (_outbox.c.state, _outbox.c.event_id, _outbox.c.due_ms, _outbox.c.room_id)
        query = sa.select(*columns).where(_outbox.c.key == key)
        row = self._db.execute(query).first()
        if row is None:
            return None
        event_id = None if row.event_id is None else EventId(row.event_id)
        state = OutboxState(row.state)
        parked = state is OutboxState.WAITING and row.due_ms == _PARKED_MS
        return Sent(state=state, event_id=event_id, room_id=RoomId(row.room_id), parked=parked)

    def shown_in(self, room_id: RoomId, *, most: int) -> list[EffectKey]:
        """The newest messages of ours that stand in a room, by their keys, newest first.

        Looked for among what was sent lately: it is said of a private chat, and at once.
        """
        newest = self._db.scalar(sa.select(sa.func.max(_outbox.c.number))) or 0
        query = (
            sa.select(_outbox.c.key)
            .where(
                _outbox.c.number > newest - _LATELY,
                _outbox.c.room_id == room_id,
                _outbox.c.state == int(OutboxState.SENT),
                _outbox.c.event_id.is_not(None),
                _outbox.c.key.not_like("%/gone"),
            )
            .order_by(_outbox.c.number.desc())
            .limit(most)
        )
        return [EffectKey(key) for key in self._db.scalars(query)]

    def withdraw_waiting(self, key: EffectKey) -> bool:
        """Drop an effect that a newer one replaces, if it is not sent yet; True if dropped.

        It may have been tried, and have arrived: then the newer one replaces it there.
        """
        unsent = (_WAITING, _outbox.c.key == key)
        return self._db.execute(sa.delete(_outbox).where(*unsent)).rowcount == 1

    def sent_with(self, prefix: str) -> list[tuple[EffectKey, RoomId]]:
        """What has been sent under keys that begin so, with its room, oldest first."""
        query = (
            sa.select(_outbox.c.key, _outbox.c.room_id)
            .where(
                _outbox.c.key.startswith(prefix, autoescape=True),
                _outbox.c.state == int(OutboxState.SENT),
                _outbox.c.event_id.is_not(None),
            )
            .order_by(_outbox.c.number)
        )
        return [(EffectKey(row.key), RoomId(row.room_id)) for row in self._db.execute(query)]

    def forget(self, keys: Sequence[EffectKey]) -> None:
        """Forget effects that are done: they are to be decided, and sent, once more."""
        done = (_outbox.c.state != 0, _outbox.c.key.in_(keys))
        self._db.execute(sa.delete(_outbox).where(*done))

    def room_of_sent(self, key: EffectKey) -> RoomId | None:
        """Where what was sent under a key stands; None if nothing was."""
        here = (
            _outbox.c.key == key,
            _outbox.c.state == int(OutboxState.SENT),
            _outbox.c.event_id.is_not(None),
        )
        found = self._db.scalar(sa.select(_outbox.c.room_id).where(*here))
        return None if found is None else RoomId(found)

    def forget_keys(self, who: str) -> None:
        """Forget effects that are done and whose key has this as one of its parts: a person.

        A room that waits to be opened for her is not opened any more: its key ends with her.
        """
        hers = _outbox.c.key.endswith(f"/{who}", autoescape=True)
        self._db.execute(sa.delete(_outbox).where(_WAITING, hers))
        named = sa.or_(
            _outbox.c.key.contains(f"/{who}/", autoescape=True),
            _outbox.c.key.startswith(f"{who}/", autoescape=True),
            hers,
        )
        self._db.execute(sa.delete(_outbox).where(_outbox.c.state != 0, named))

    def is_ordered(self, prefix: str, who: str, *, after_ms: int) -> bool:
        """Whether anything waits, or was decided since, under a key of this beginning for a person.

        The person is the end of the key.
        """
        query = sa.select(sa.literal(1)).where(
            sa.or_(_outbox.c.state == 0, _outbox.c.created_ms > after_ms),
            _outbox.c.key.startswith(prefix, autoescape=True),
            _outbox.c.key.endswith(f"/{who}", autoescape=True),
        )
        return self._db.scalar(query.limit(1)) is not None

    def cancel(
        self, prefix: str, part: str = "", *, instead: str
    ) -> list[tuple[EffectKey, RoomId]]:
        """Never say what waits under keys that begin so and have this in them; redactions stay.

        What was not tried yet is dropped. What was may have arrived, or be on its way at this
        moment: its words go, and `instead` is sent under the same transaction, which changes
        nothing if they have arrived.

        Returns:
            What was tried, to be taken back after that.
        """
        return self._cancel(
            instead,
            _outbox.c.key.startswith(prefix, autoescape=True),
            _outbox.c.key.contains(part, autoescape=True),
            *_NO_UNDOING,
        )

    def cancel_in(
        self, rooms: Collection[RoomId], part: str, *, instead: str
    ) -> list[tuple[EffectKey, RoomId]]:
        """The same for what is to be said in these rooms."""
        found = []
        for chunk in chunked(sorted(rooms)):
            found += self._cancel(instead, *_in_rooms(chunk, part))
        return found

    def sent_in(self, rooms: Collection[RoomId], part: str) -> list[tuple[EffectKey, RoomId]]:
        """What stands in these rooms under keys that have this in them, and takes nothing back."""
        found = []
        for chunk in chunked(sorted(rooms)):
            query = sa.select(_outbox.c.key, _outbox.c.room_id).where(
                *_in_rooms(chunk, part),
                _outbox.c.state == int(OutboxState.SENT),
                _outbox.c.event_id.is_not(None),
            )
            found += [(EffectKey(row.key), RoomId(row.room_id)) for row in self._db.execute(query)]
        return found

    def cancel_one(self, key: EffectKey, *, instead: str) -> list[tuple[EffectKey, RoomId]]:
        """The same for one effect."""
        return self._cancel(instead, _outbox.c.key == key)

    def _cancel(
        self, instead: str, *which: sa.ColumnElement[bool]
    ) -> list[tuple[EffectKey, RoomId]]:
        may_have_arrived = sa.and_(
            _outbox.c.first_try_ms.is_not(None), _outbox.c.content.contains('"markdown"')
        )
        self._db.execute(sa.delete(_outbox).where(_WAITING, *which, ~may_have_arrived))
        query = sa.select(_outbox.c.key, _outbox.c.room_id).where(_WAITING, *which)
        found = [(EffectKey(row.key), RoomId(row.room_id)) for row in self._db.execute(query)]
        self._db.execute(sa.update(_outbox).where(_WAITING, *which).values(content=instead))
        return found

    def withdraw_all_waiting(self, prefix: str) -> None:
        """Drop all effects not sent yet whose key begins so."""
        unsent = (_WAITING, _outbox.c.key.startswith(prefix, autoescape=True))
        self._db.execute(sa.delete(_outbox).where(*unsent))

    def count(self, state: OutboxState) -> int:
        """How many effects stand in this state."""
        query = sa.select(sa.func.count()).where(_outbox.c.state == int(state))
        return self._db.scalar(query) or 0


def outbox_row(
    key: EffectKey, room_id: RoomId, content: str, *, now_ms: int, due_ms: int | None = None
) -> Row:
    """An effect as a row."""
    return (key, room_id, content, now_ms, now_ms if due_ms is None else due_ms, 0, 0)


def _due(row: sa.Row[Any]) -> Due:
    return Due(
        number=row.number,
        key=EffectKey(row.key),
        room_id=RoomId(row.room_id),
        content=row.content,
        created_ms=row.created_ms,
        first_try_ms=row.first_try_ms,
        tries=row.tries,
    )


def _in_rooms(rooms: Sequence[RoomId], part: str) -> tuple[sa.ColumnElement[bool], ...]:
    has_it = _outbox.c.key.contains(part, autoescape=True)
    return (_outbox.c.room_id.in_(rooms), has_it, *_NO_UNDOING)
