"""Who has said yes to what, and what is left aside until somebody has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from flows.ids import DialogueId, EventId, RoomId, UserId
from storage.tables import (
    ConsentQuestionRow,
    ConsentRow,
    DialogueRow,
    LeftAsideRow,
    table_of,
)

_consent = table_of(ConsentRow)
_question = table_of(ConsentQuestionRow)
_aside = table_of(LeftAsideRow)
_dialogue = table_of(DialogueRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A yes: to which wording (`version`), when, and by which event in which room."""

    dialogue_id: DialogueId
    user_id: UserId
    version: str
    given_ms: int
    room_id: RoomId
    event_id: EventId
    withdrawn_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAside:
    """An event of somebody who had not consented; `received_ms` is when it was heard."""

    room_id: RoomId
    event_id: EventId
    dialogue_id: DialogueId
    user_id: UserId
    sent_ms: int
    received_ms: int
    tries: int = 0


class Consents:
    """Consents inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    # ------------------------------------------------------------ yes and no

    def give(self, consent: Consent) -> bool:
        """Keep a yes; False if the person has said it already."""
        here = (
            _consent.c.dialogue_id == consent.dialogue_id,
            _consent.c.user_id == consent.user_id,
        )
        if self._db.scalar(
            sa.select(sa.literal(1)).where(*here, _consent.c.withdrawn_ms.is_(None))
        ):
            return False
        self._db.execute(sa.delete(_consent).where(*here))
        self._db.execute(
            sa.insert(_consent).values(
                dialogue_id=consent.dialogue_id,
                user_id=consent.user_id,
                version=consent.version,
                given_ms=consent.given_ms,
                room_id=consent.room_id,
                event_id=consent.event_id,
            )
        )
        return True

    def take_over(
        self, dialogue_id: DialogueId, version: str, *, of: Collection[DialogueId]
    ) -> None:
        """Let a yes to the same wording in these earlier dialogues hold for this one too."""
        known = sa.select(_consent.c.user_id).where(_consent.c.dialogue_id == dialogue_id)
        earlier = self._db.execute(
            sa.select(_consent)
            .where(
                _consent.c.dialogue_id.in_(of),
                _consent.c.version == version,
                _consent.c.withdrawn_ms.is_(None),
                _consent.c.user_id.not_in(known),
            )
            .order_by(_consent.c.given_ms)
        )
        for one in {row.user_id: _to_consent(row) for row in earlier}.values():
            self.give(
                Consent(
                    dialogue_id=dialogue_id,
                    user_id=one.user_id,
                    version=version,
                    given_ms=one.given_ms,
                    room_id=one.room_id,
                    event_id=one.event_id,
                )
            )

    def withdraw(self, user_id: UserId, *, now_ms: int) -> list[DialogueId]:
        """Note that a person takes every yes of hers back; returns where it had held."""
        held = (_consent.c.user_id == user_id, _consent.c.withdrawn_ms.is_(None))
        found = list(
            self._db.scalars(
                sa.select(_consent.c.dialogue_id).where(*held).order_by(_consent.c.given_ms)
            )
        )
        self._db.execute(sa.update(_consent).where(*held).values(withdrawn_ms=now_ms))
        return [DialogueId(one) for one in found]

    def said_by(self, room_id: RoomId, event_id: EventId) -> UserId | None:
        """Whose yes an event said, as long as it holds."""
        query = sa.select(_consent.c.user_id).where(
            _consent.c.room_id == room_id,
            _consent.c.event_id == event_id,
            _consent.c.withdrawn_ms.is_(None),
        )
        found = self._db.scalar(query.limit(1))
        return None if found is None else UserId(found)

    def held(self, dialogues: Collection[DialogueId]) -> set[tuple[DialogueId, UserId]]:
        """Who has consented in these dialogues, as it is now."""
        rows = self._db.execute(
            sa.select(_consent.c.dialogue_id, _consent.c.user_id).where(
                _consent.c.dialogue_id.in_(dialogues), _consent.c.withdrawn_ms.is_(None)
            )
        )
        return {(DialogueId(row.dialogue_id), UserId(row.user_id)) for row in rows}

    def of_person(self, user_id: UserId) -> list[Consent]:
        """Everything a person has said yes to, withdrawn or not, oldest first."""
        rows = self._db.execute(
            sa.select(_consent).where(_consent.c.user_id == user_id).order_by(_consent.c.given_ms)
        )
        return [_to_consent(row) for row in rows]

    def forget(self, user_id: UserId) -> None:
        """Erase what a person has said, and what of hers is left aside."""
        self._db.execute(sa.delete(_consent).where(_consent.c.user_id == user_id))
        self._db.execute(sa.delete(_aside).where(_aside.c.user_id == user_id))

    def earlier_of_pack(self, pack_name: str, besides: DialogueId) -> list[DialogueId]:
        """The other dialogues of a pack, oldest first."""
        query = (
            sa.select(_dialogue.c.dialogue_id)
            .where(_dialogue.c.pack_name == pack_name, _dialogue.c.dialogue_id != besides)
            .order_by(_dialogue.c.number)
        )
        return [DialogueId(one) for one in self._db.scalars(query)]

    # ------------------------------------------------------------ what is asked

    def note_question(self, room_id: RoomId, event_id: EventId, dialogue_id: DialogueId) -> None:
        """Remember a message of ours that asks for consent."""
        known = sa.select(sa.literal(1)).where(
            _question.c.room_id == room_id, _question.c.event_id == event_id
        )
        if self._db.scalar(known) is None:
            self._db.execute(
                sa.insert(_question).values(
                    room_id=room_id, event_id=event_id, dialogue_id=dialogue_id
                )
            )

    def questions(
        self, dialogues: Collection[DialogueId]
    ) -> dict[EventId, tuple[DialogueId, RoomId]]:
        """The messages that ask for consent in these dialogues: for which, and where."""
        rows = self._db.execute(sa.select(_question).where(_question.c.dialogue_id.in_(dialogues)))
        return {
            EventId(row.event_id): (DialogueId(row.dialogue_id), RoomId(row.room_id))
            for row in rows
        }

    # ------------------------------------------------------------ what is left aside

    def leave_aside(self, event: LeftAside) -> bool:
        """Keep which event it was; True if it is the first of its author in the dialogue."""
        here = (_aside.c.room_id == event.room_id, _aside.c.event_id == event.event_id)
        if self._db.scalar(sa.select(sa.literal(1)).where(*here)) is not None:
            return False
        others = sa.select(sa.literal(1)).where(
            _aside.c.user_id == event.user_id, _aside.c.dialogue_id == event.dialogue_id
        )
        is_first = self._db.scalar(others.limit(1)) is None
        self._db.execute(
            sa.insert(_aside).values(
                room_id=event.room_id,
                event_id=event.event_id,
                dialogue_id=event.dialogue_id,
                user_id=event.user_id,
                sent_ms=event.sent_ms,
                received_ms=event.received_ms,
            )
        )
        return is_first

    def aside_for(self, room_id: RoomId, event_id: EventId) -> DialogueId | None:
        """The dialogue an event is left aside in, None if it is not."""
        here = (_aside.c.room_id == room_id, _aside.c.event_id == event_id)
        found = self._db.scalar(sa.select(_aside.c.dialogue_id).where(*here))
        return None if found is None else DialogueId(found)

    def aside_of(self, user_id: UserId) -> int:
        """How many events of a person are left aside."""
        query = sa.select(sa.func.count()).select_from(_aside).where(_aside.c.user_id == user_id)
        return self._db.scalar(query) or 0

    def drop(self, room_id: RoomId, event_id: EventId) -> bool:
        """Leave an event aside no longer; False if it was not."""
        here = (_aside.c.room_id == room_id, _aside.c.event_id == event_id)
        return self._db.execute(sa.delete(_aside).where(*here)).rowcount > 0

    def drop_of_dialogue(self, dialogue_id: DialogueId) -> None:
        """Forget what was left aside in a dialogue: it is over."""
        self._db.execute(sa.delete(_aside).where(_aside.c.dialogue_id == dialogue_id))

    def let_in(self, dialogue_id: DialogueId, user_id: UserId, *, now_ms: int) -> int:
        """Let a person's events be fetched from now on; returns how many there are."""
        hers = (_aside.c.dialogue_id == dialogue_id, _aside.c.user_id == user_id)
        return self._db.execute(sa.update(_aside).where(*hers).values(fetch_ms=now_ms)).rowcount

    def keep_out(self, user_id: UserId) -> None:
        """Let nothing of a person be fetched any more: she has taken her yes back."""
        self._db.execute(sa.update(_aside).where(_aside.c.user_id == user_id).values(fetch_ms=None))

    def to_fetch(self, *, now_ms: int, limit: int = 50) -> list[LeftAside]:
        """Events to fetch now, in the order in which they were sent.

        Of a person whose earliest one has to wait, the later ones wait too: an edit comes
        after what it edits.
        """
        waiting = (
            sa.select(_aside.c.user_id, _aside.c.dialogue_id)
            .where(_aside.c.fetch_ms > now_ms)
            .distinct()
        )
        held = {(row.user_id, row.dialogue_id) for row in self._db.execute(waiting)}
        rows = self._db.execute(
            sa.select(_aside)
            .where(_aside.c.fetch_ms <= now_ms)
            .order_by(_aside.c.sent_ms, _aside.c.received_ms, _aside.c.event_id)
            .limit(limit + len(held) * limit)
        )
        due = [_to_left_aside(row) for row in rows if (row.user_id, row.dialogue_id) not in held]
        return due[:limit]

    def next_fetch_ms(self) -> int | None:
        """When the next event is to be fetched, None if there is none."""
        found: int | None = self._db.scalar(sa.select(sa.func.min(_aside.c.fetch_ms)))
        return found

    def postpone(self, events: Sequence[LeftAside], *, fetch_ms: int) -> None:
        """Try these again later."""
        for event in events:
            here = (_aside.c.room_id == event.room_id, _aside.c.event_id == event.event_id)
            self._db.execute(
                sa.update(_aside)
                .where(*here, _aside.c.fetch_ms.is_not(None))
                .values(fetch_ms=fetch_ms, tries=_aside.c.tries + 1)
            )


def _to_consent(row: sa.Row[Any]) -> Consent:
    return Consent(
        dialogue_id=DialogueId(row.dialogue_id),
        user_id=UserId(row.user_id),
        version=row.version,
        given_ms=row.given_ms,
        room_id=RoomId(row.room_id),
        event_id=EventId(row.event_id),
        withdrawn_ms=row.withdrawn_ms,
    )


def _to_left_aside(row: sa.Row[Any]) -> LeftAside:
    return LeftAside(
        room_id=RoomId(row.room_id),
        event_id=EventId(row.event_id),
        dialogue_id=DialogueId(row.dialogue_id),
        user_id=UserId(row.user_id),
        sent_ms=row.sent_ms,
        received_ms=row.received_ms,
        tries=row.tries,
    )
