"""Files of a digest that were made: when, and which numbers they told the public."""

from __future__ import annotations

import sqlalchemy as sa

from flows.digest.public import Release, as_text, from_text
from flows.ids import DialogueId, EffectKey
from storage.tables import HandedOutRow, table_of

_made = table_of(HandedOutRow)


class HandedOut:
    """What was handed out, inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(
        self,
        key: EffectKey,
        dialogue_id: DialogueId,
        *,
        made_ms: int,
        released: Release | None = None,
    ) -> None:
        """Remember files. `made_ms` is when their replies were read, `released` what is public."""
        text = None if released is None else as_text(released)
        values = {"key": key, "dialogue_id": dialogue_id, "made_ms": made_ms, "released": text}
        self._db.execute(sa.insert(_made).values(**values))

    def newest_ms(self, dialogue_id: DialogueId) -> int | None:
        """When the newest files of a dialogue were made, None if there are none."""
        newest = sa.select(sa.func.max(_made.c.made_ms)).where(_made.c.dialogue_id == dialogue_id)
        made_ms: int | None = self._db.scalar(newest)
        return made_ms

    def releases(self, dialogue_id: DialogueId) -> tuple[Release, ...]:
        """The numbers that were told the public, the oldest first."""
        query = (
            sa.select(_made.c.released)
            .where(_made.c.dialogue_id == dialogue_id, _made.c.released.is_not(None))
            .order_by(_made.c.made_ms, _made.c.key)
        )
        return tuple(map(from_text, self._db.scalars(query)))
