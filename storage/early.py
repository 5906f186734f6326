"""Edits, withdrawals and marks that came before what they speak of.

Their target is still encrypted, or in a hole not yet filled. They wait here and are acted
on when it comes.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import sqlalchemy as sa

from flows.ids import EventId, RoomId, UserId
from flows.messages import Edited, Marked, Withdrawn
from storage.tables import EarlyRow, table_of

_early = table_of(EarlyRow)

Pointing = Edited | Withdrawn | Marked
"""What speaks of an earlier message."""


class Early:
    """Early arrivals inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, incoming: Pointing) -> None:
        """Keep it until its target comes."""
        here = (_early.c.room_id == incoming.room_id, _early.c.event_id == incoming.event_id)
        if self._db.scalar(sa.select(sa.literal(1)).where(*here)) is None:
            self._db.execute(
                sa.insert(_early).values(
                    room_id=incoming.room_id,
                    event_id=incoming.event_id,
                    target=incoming.target,
                    incoming=json.dumps(asdict(incoming), ensure_ascii=False),
                )
            )

    def targets(self) -> set[EventId]:
        """The messages that are spoken of and have not come."""
        return {EventId(target) for target in self._db.scalars(sa.select(_early.c.target))}

    def take(self, room_id: RoomId, target: EventId) -> list[Pointing]:
        """What waits for this message, oldest first; it waits no longer."""
        here = (_early.c.room_id == room_id, _early.c.target == target)
        texts = list(self._db.scalars(sa.select(_early.c.incoming).where(*here)))
        self._db.execute(sa.delete(_early).where(*here))
        found = [_to_incoming(text) for text in texts]
        return sorted(found, key=lambda one: (one.sent_ms, one.event_id))

    def forget(self, room_id: RoomId, event_id: EventId) -> bool:
        """Drop an early edit or mark that was itself withdrawn; True if there was one."""
        here = (_early.c.room_id == room_id, _early.c.event_id == event_id)
        return self._db.execute(sa.delete(_early).where(*here)).rowcount > 0

    def forget_sender(self, sender: UserId) -> None:
        """Drop what a person has changed of messages that have not come."""
        rows = self._db.execute(sa.select(_early.c.room_id, _early.c.event_id, _early.c.incoming))
        for row in rows.all():
            if _to_incoming(row.incoming).sender == sender:
                here = (_early.c.room_id == row.room_id, _early.c.event_id == row.event_id)
                self._db.execute(sa.delete(_early).where(*here))


def _to_incoming(text: str) -> Pointing:
    values = json.loads(text)
    kind: str = values["kind"]
    common = {
        "room_id": RoomId(values["room_id"]),
        "event_id": EventId(values["event_id"]),
        "sender": UserId(values["sender"]),
        "sent_ms": values["sent_ms"],
        "target": EventId(values["target"]),
    }
    match kind:
        case "edited":
            return Edited(**common, text=values["text"])
        case "withdrawn":
            return Withdrawn(**common)
        case "marked":
            return Marked(**common, mark=values["mark"])
        case _:
            message = f"the database holds an early {kind!r}, which this program does not know"
            raise ValueError(message)
