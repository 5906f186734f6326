"""Commands that wait for an organizer's ✅ on the bot's question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from flows.ids import EffectKey, EventId, RoomId
from storage.tables import ConfirmationRow, OutboxRow, table_of

_confirmation = table_of(ConfirmationRow)
_outbox = table_of(OutboxRow)
_KEPT_MS = 24 * 3600 * 1000
"""So long a question is known, that a late mark can be told it came too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A command that waits. `key` is the effect that asked; `line` is the command in English.

    `language` is that of the organizer who is asked.
    """

    key: EffectKey
    room_id: RoomId
    line: str
    language: str
    asked_ms: int


class Confirmations:
    """Commands that wait, inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def ask(self, confirmation: Confirmation) -> None:
        """Keep a command until it is confirmed; those long forgotten go."""
        forgotten = _confirmation.c.asked_ms < confirmation.asked_ms - _KEPT_MS
        self._db.execute(sa.delete(_confirmation).where(forgotten))
        self._db.execute(
            sa.insert(_confirmation).values(
                key=confirmation.key,
                room_id=confirmation.room_id,
                line=confirmation.line,
                language=confirmation.language,
                asked_ms=confirmation.asked_ms,
            )
        )

    def withdraw(self, key: EffectKey) -> None:
        """Ask no more what the effect `key` asked."""
        self._db.execute(sa.delete(_confirmation).where(_confirmation.c.key == key))

    def take(self, room_id: RoomId, event_id: EventId, *, now_ms: int) -> Confirmation | None:
        """The command that the bot's message `event_id` asks about; from now on it is done.

        Returns:
            None if that message asks nothing, or was answered before.
        """
        query = (
            sa.select(_confirmation)
            .join(_outbox, _outbox.c.key == _confirmation.c.key)
            .where(
                _confirmation.c.room_id == room_id,
                _confirmation.c.done_ms.is_(None),
                _outbox.c.event_id == event_id,
            )
        )
        row = self._db.execute(query).first()
        if row is None:
            return None
        self._db.execute(
            sa.update(_confirmation).where(_confirmation.c.key == row.key).values(done_ms=now_ms)
        )
        return _to_confirmation(row)


def _to_confirmation(row: sa.Row[Any]) -> Confirmation:
    return Confirmation(
        key=EffectKey(row.key),
        room_id=RoomId(row.room_id),
        line=row.line,
        language=row.language,
        asked_ms=row.asked_ms,
    )
