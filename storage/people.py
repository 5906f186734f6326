"""Participants: who sits in which group of a dialogue."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from flows.ids import DialogueId, GroupId, UserId
from storage.tables import ParticipantRow, table_of

_participant = table_of(ParticipantRow)


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
        return [
            Participant(
                number=row.participant_no,
                user_id=UserId(row.user_id),
                group_id=GroupId(row.group_id),
            )
            for row in self._db.execute(query)
        ]

    def number_of(self, dialogue_id: DialogueId, user_id: UserId, group_id: GroupId) -> int:
        """The person's number in the dialogue, given now if she has none yet."""
        here = (_participant.c.dialogue_id == dialogue_id, _participant.c.user_id == user_id)
        known = self._db.scalar(sa.select(_participant.c.participant_no).where(*here))
        if known is not None:
            return int(known)
        added = self._db.execute(
            sa.insert(_participant)
            .values(dialogue_id=dialogue_id, user_id=user_id, group_id=group_id)
            .returning(_participant.c.participant_no)
        )
        return int(added.scalar_one())
