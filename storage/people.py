"""Participants: who sits in which group of a dialogue."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from flows.ids import DialogueId, GroupId, UserId
from storage.pseudonyms import accounts, key_of, keys, pseudonym
from storage.tables import ParticipantRow, PersonRow, table_of

_participant = table_of(ParticipantRow)
_person = table_of(PersonRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person in a dialogue; `number` tells persons apart without naming them."""

    number: int
    user_id: UserId
    group_id: GroupId


class People:
    """Participants inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of_dialogue(self, dialogue_id: DialogueId) -> list[Participant]:
        """Everybody who has answered in a dialogue."""
        query = (
            sa.select(_participant)
            .where(_participant.c.dialogue_id == dialogue_id)
            .order_by(_participant.c.participant_no)
        )
        key = key_of(self._db, dialogue_id)
        behind = {} if key is None else accounts(self._db, key)
        return [
            Participant(
                number=row.participant_no,
                user_id=behind.get(row.user_id, UserId(row.user_id)),
                group_id=GroupId(row.group_id),
            )
            for row in self._db.execute(query)
        ]

    def number_of(self, dialogue_id: DialogueId, user_id: UserId, group_id: GroupId) -> int:
        """The person's number in the dialogue, given now if she has none yet."""
        key = key_of(self._db, dialogue_id)
        stored = user_id if key is None else pseudonym(key, user_id)
        here = (_participant.c.dialogue_id == dialogue_id, _participant.c.user_id == stored)
        known = self._db.scalar(sa.select(_participant.c.participant_no).where(*here))
        if known is not None:
            return int(known)
        added = self._db.execute(
            sa.insert(_participant)
            .values(dialogue_id=dialogue_id, user_id=stored, group_id=group_id)
            .returning(_participant.c.participant_no)
        )
        return int(added.scalar_one())

    def seats(self, user_id: UserId) -> list[tuple[DialogueId, int]]:
        """The dialogues a person has answered in and her number in each, oldest first."""
        query = (
            sa.select(_participant.c.dialogue_id, _participant.c.participant_no)
            .where(_participant.c.user_id.in_(self._stored_as(user_id)))
            .order_by(_participant.c.participant_no)
        )
        rows = self._db.execute(query)
        return [(DialogueId(row.dialogue_id), row.participant_no) for row in rows]

    def _stored_as(self, user_id: UserId) -> list[str]:
        """What may stand for a person: her account, and her pseudonyms that can still be made."""
        return [user_id, *(pseudonym(key, user_id) for key in keys(self._db))]

    def forget(self, user_id: UserId) -> None:
        """Cut every tie between a person and her numbers, and what she chose for herself.

        The rows stay: a number given anew to somebody else would make her heir of whatever
        still bears it.
        """
        number = sa.cast(_participant.c.participant_no, sa.String)
        self._db.execute(
            sa.update(_participant)
            .where(_participant.c.user_id.in_(self._stored_as(user_id)))
            .values(user_id=sa.literal("forgotten-").concat(number))
        )
        self._db.execute(sa.delete(_person).where(_person.c.user_id == user_id))

    def languages(self) -> dict[UserId, str]:
        """The languages people have chosen."""
        rows = self._db.execute(sa.select(_person.c.user_id, _person.c.language))
        return {UserId(row.user_id): row.language for row in rows}

    def speak(self, user_id: UserId, language: str) -> None:
        """Remember the language a person has chosen."""
        here = _person.c.user_id == user_id
        changed = self._db.execute(sa.update(_person).where(here).values(language=language))
        if not changed.rowcount:
            self._db.execute(sa.insert(_person).values(user_id=user_id, language=language))
