"""Of whom messages of the bot speak that are no digests, so that they can be taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from flows.ids import DialogueId, EffectKey, ReplyNo, UserId
from storage.chunks import chunked
from storage.tables import ReplyRow, RoundRow, ToldOfRow, table_of

_told = table_of(ToldOfRow)
_reply = table_of(ReplyRow)
_round = table_of(RoundRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeaksOf:
    """Whom a message quotes or names.

    `replies` are quoted, `people` named by their account; `seating` is a list of participants
    with its names. A message of a `dialogue` alone stays when a person asks to be forgotten, and
    goes with the dialogue.
    """

    replies: frozenset[ReplyNo] = frozenset()
    people: frozenset[UserId] = frozenset()
    seating: int | None = None
    dialogue: DialogueId | None = None


NOBODY = SpeaksOf()


class Told:
    """What was told of whom, inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def note(self, key: EffectKey, of: SpeaksOf) -> None:
        """Remember of whom the message of an effect speaks."""
        rows: list[dict[str, object]] = [{"reply_no": one} for one in sorted(of.replies)]
        rows += [{"user_id": one} for one in sorted(of.people)]
        if of.seating is not None:
            rows.append({"seating_no": of.seating})
        if of.dialogue is not None:
            rows.append({"dialogue_id": of.dialogue})
        for row in rows:
            self._db.execute(sa.insert(_told).values(key=key, **row))

    def take_of_person(self, user_id: UserId, replies: Collection[ReplyNo]) -> list[EffectKey]:
        """The messages that name a person or quote one of these replies; forgotten with it."""
        return self._taken(self._keys(_told.c.user_id == user_id)) + self.take_of_replies(replies)

    def take_of_replies(self, replies: Collection[ReplyNo]) -> list[EffectKey]:
        """The messages that quote one of these replies; forgotten with it."""
        found: list[EffectKey] = []
        for some in chunked(list(replies)):
            found += self._keys(_told.c.reply_no.in_(some))
        return self._taken(found)

    def take_of_dialogue(self, dialogue_id: DialogueId) -> list[EffectKey]:
        """The messages that quote anybody in a dialogue, or were of it; forgotten with it."""
        replies = (
            sa.select(_reply.c.reply_no)
            .join(_round, _round.c.round_no == _reply.c.round_no)
            .where(_round.c.dialogue_id == dialogue_id)
        )
        here = sa.or_(_told.c.dialogue_id == dialogue_id, _told.c.reply_no.in_(replies))
        return self._taken(self._keys(here))

    def take_of_seating(self, number: int) -> list[EffectKey]:
        """The messages that name anybody on a list of participants; forgotten with it."""
        return self._taken(self._keys(_told.c.seating_no == number))

    def _keys(self, where: sa.ColumnElement[bool]) -> list[EffectKey]:
        query = sa.select(_told.c.key).where(where).order_by(_told.c.number)
        return [EffectKey(key) for key in self._db.scalars(query)]

    def _taken(self, found: list[EffectKey]) -> list[EffectKey]:
        keys = list(dict.fromkeys(found))
        for key in keys:
            self._db.execute(sa.delete(_told).where(_told.c.key == key))
        return keys
