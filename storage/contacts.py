"""Who is asked from afar, and what she was asked and has answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from flows.ids import DialogueId, EffectKey, EventId, GroupId, RoomId, UserId
from storage.tables import ContactQuestionRow, ContactRow, table_of

_contact = table_of(ContactRow)
_question = table_of(ContactQuestionRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody named for a role. `key` is the effect that makes her room, `room_id` that room."""

    role: str
    user_id: UserId
    key: EffectKey
    room_id: RoomId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question to a role. The pack's own have no group, nobody who asked, and no message.

    `key` tells it from every other: asked twice, it is asked once.
    """

    key: str
    dialogue_id: DialogueId
    role: str
    text: str
    asked_ms: int
    group_id: GroupId | None = None
    asker: UserId | None = None
    room_id: RoomId | None = None
    event_id: EventId | None = None
    thread: EventId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it stands now. `answer` is None until there is one, or again without one.

    `sent_key` is the effect that put it to her; `overdue_ms` when it had waited too long.
    """

    number: int
    asking: Asking
    sent_key: EffectKey | None
    answer_event: EventId | None
    answer: str | None
    answers: int
    """How many answers it has had: one taken back and given anew is the second."""
    answered_ms: int | None
    overdue_ms: int | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answer is None


class Contacts:
    """Contacts and their questions inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    # ------------------------------------------------------------------ people

    def name(self, named: Named) -> None:
        """Name somebody for a role, in the place of whoever had it."""
        self._db.execute(sa.delete(_contact).where(_contact.c.role == named.role))
        self._db.execute(
            sa.insert(_contact).values(
                role=named.role, user_id=named.user_id, key=named.key, room_id=named.room_id
            )
        )

    def note_room(self, key: EffectKey, room_id: RoomId) -> Named | None:
        """Her room is there; None if somebody else has been named meanwhile."""
        self._db.execute(sa.update(_contact).where(_contact.c.key == key).values(room_id=room_id))
        return self._one(_contact.c.key == key)

    def named(self, role: str) -> Named | None:
        """Who has a role."""
        return self._one(_contact.c.role == role)

    def has(self, user_id: UserId) -> bool:
        """Whether somebody is asked from afar, in any role, or was and has answered."""
        answered = sa.select(_question.c.number).where(_question.c.answerer == user_id).limit(1)
        return (
            self._one(_contact.c.user_id == user_id) is not None
            or self._db.scalar(answered) is not None
        )

    def roles_of(self, user_id: UserId) -> list[Named]:
        """The roles that somebody has."""
        query = sa.select(_contact).where(_contact.c.user_id == user_id).order_by(_contact.c.role)
        return [_to_named(row) for row in self._db.execute(query)]

    def unname(self, role: str) -> None:
        """Nobody has the role any more."""
        self._db.execute(sa.delete(_contact).where(_contact.c.role == role))

    def of_room(self, room_id: RoomId) -> Named | None:
        """Who is asked in a room."""
        return self._one(_contact.c.room_id == room_id)

    def _one(self, where: sa.ColumnElement[bool]) -> Named | None:
        row = self._db.execute(sa.select(_contact).where(where)).first()
        return None if row is None else _to_named(row)

    # --------------------------------------------------------------- questions

    def ask(self, asking: Asking) -> Question | None:
        """Keep a question; None if it is kept already."""
        known = sa.select(_question.c.number).where(_question.c.key == asking.key)
        if self._db.scalar(known) is not None:
            return None
        self._db.execute(
            sa.insert(_question).values(
                key=asking.key,
                dialogue_id=asking.dialogue_id,
                role=asking.role,
                text=asking.text,
                asked_ms=asking.asked_ms,
                group_id=asking.group_id,
                asker=asking.asker,
                room_id=asking.room_id,
                event_id=asking.event_id,
                thread=asking.thread,
                answers=0,
            )
        )
        return self._question(_question.c.key == asking.key)

    def get(self, number: int) -> Question | None:
        """A question by its number; None if it was taken back."""
        return self._question(_question.c.number == number)

    def of_role(self, role: str) -> list[Question]:
        """What a role was asked and nobody took back, oldest first."""
        return self._questions(_question.c.role == role)

    def of_dialogue(self, dialogue_id: DialogueId) -> list[Question]:
        """What was asked in a dialogue and not taken back, oldest first."""
        return self._questions(_question.c.dialogue_id == dialogue_id)

    def asked_by(self, room_id: RoomId, event_id: EventId) -> Question | None:
        """The question that a message of a group's room asked."""
        return self._question(
            sa.and_(_question.c.room_id == room_id, _question.c.event_id == event_id)
        )

    def of_asker(self, user_id: UserId) -> list[Question]:
        """What a person has asked and not taken back, oldest first."""
        return self._questions(_question.c.asker == user_id)

    def note_sent(self, number: int, key: EffectKey) -> None:
        """It was put to her, by this effect."""
        self._change(number, sent_key=key)

    def concerns(self, room_id: RoomId, event_id: EventId) -> bool:
        """Whether a message is a question or an answer."""
        asks = sa.and_(_question.c.room_id == room_id, _question.c.event_id == event_id)
        query = sa.select(_question.c.number).where(
            sa.or_(asks, _question.c.answer_event == event_id)
        )
        return self._db.execute(query).first() is not None

    def of_answerer(self, user_id: UserId) -> list[Question]:
        """What a person has answered and not taken back, oldest first."""
        return self._questions(_question.c.answerer == user_id)

    def people_of(self, dialogue_id: DialogueId) -> set[UserId]:
        """Who has asked or answered in a dialogue, and not taken it back."""
        here = _question.c.dialogue_id == dialogue_id
        rows = self._db.execute(sa.select(_question.c.asker, _question.c.answerer).where(here))
        return {UserId(one) for row in rows for one in row if one is not None}

    def answer(
        self, number: int, *, event_id: EventId, answerer: UserId, text: str, now_ms: int
    ) -> None:
        """Keep her answer."""
        self._change(
            number,
            answer_event=event_id,
            answer=text,
            answerer=answerer,
            answered_ms=now_ms,
            answers=_question.c.answers + 1,
        )

    def reword(self, number: int, *, text: str) -> None:
        """The question reads otherwise now."""
        self._change(number, text=text)

    def reword_answer(self, number: int, *, text: str) -> None:
        """The answer reads otherwise now."""
        self._change(number, answer=text)

    def take_back_answer(self, number: int) -> None:
        """Forget her answer; the question waits again."""
        self._change(number, answer_event=None, answer=None, answerer=None, answered_ms=None)

    def take_back(self, number: int) -> None:
        """Forget a question, and what it was answered."""
        self._db.execute(sa.delete(_question).where(_question.c.number == number))

    def note_overdue(self, number: int, *, now_ms: int) -> None:
        """It has waited too long."""
        self._change(number, overdue_ms=now_ms)

    def _change(self, number: int, **values: object) -> None:
        self._db.execute(sa.update(_question).where(_question.c.number == number).values(**values))

    def _question(self, where: sa.ColumnElement[bool]) -> Question | None:
        row = self._db.execute(sa.select(_question).where(where)).first()
        return None if row is None else _to_question(row)

    def _questions(self, where: sa.ColumnElement[bool]) -> list[Question]:
        query = sa.select(_question).where(where).order_by(_question.c.number)
        return [_to_question(row) for row in self._db.execute(query)]


def _to_named(row: sa.Row[Any]) -> Named:
    return Named(
        role=row.role,
        user_id=UserId(row.user_id),
        key=EffectKey(row.key),
        room_id=None if row.room_id is None else RoomId(row.room_id),
    )


def _to_question(row: sa.Row[Any]) -> Question:
    return Question(
        number=row.number,
        asking=Asking(
            key=row.key,
            dialogue_id=DialogueId(row.dialogue_id),
            role=row.role,
            text=row.text,
            asked_ms=row.asked_ms,
            group_id=None if row.group_id is None else GroupId(row.group_id),
            asker=None if row.asker is None else UserId(row.asker),
            room_id=None if row.room_id is None else RoomId(row.room_id),
            event_id=None if row.event_id is None else EventId(row.event_id),
            thread=None if row.thread is None else EventId(row.thread),
        ),
        sent_key=None if row.sent_key is None else EffectKey(row.sent_key),
        answer_event=None if row.answer_event is None else EventId(row.answer_event),
        answer=row.answer,
        answers=row.answers,
        answered_ms=row.answered_ms,
        overdue_ms=row.overdue_ms,
    )
