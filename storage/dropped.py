"""Files that organizers dropped into their room and that have not been looked at yet."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from flows.ids import EventId, RoomId, UserId
from storage.tables import DroppedFileRow, table_of

_dropped = table_of(DroppedFileRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedFile:
    """A file in a room; `address` is how the chat fetches it."""

    room_id: RoomId
    event_id: EventId
    sender: UserId
    sent_ms: int
    name: str
    address: str


class DroppedFiles:
    """Dropped files inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, file: DroppedFile) -> None:
        """Keep it until it has been answered; one that is kept already changes nothing."""
        if self._db.scalar(sa.select(_dropped.c.event_id).where(*_is(file))) is not None:
            return
        self._db.execute(
            sa.insert(_dropped).values(
                room_id=file.room_id,
                event_id=file.event_id,
                sender=file.sender,
                sent_ms=file.sent_ms,
                name=file.name,
                address=file.address,
            )
        )

    def waiting(self) -> tuple[DroppedFile, ...]:
        """Those that have not been answered, the oldest first."""
        query = sa.select(_dropped).order_by(_dropped.c.sent_ms, _dropped.c.event_id)
        return tuple(
            DroppedFile(
                room_id=RoomId(row.room_id),
                event_id=EventId(row.event_id),
                sender=UserId(row.sender),
                sent_ms=row.sent_ms,
                name=row.name,
                address=row.address,
            )
            for row in self._db.execute(query)
        )

    def forget(self, file: DroppedFile) -> bool:
        """It has been answered; False if it had been before."""
        return self._db.execute(sa.delete(_dropped).where(*_is(file))).rowcount > 0


def _is(file: DroppedFile) -> tuple[sa.ColumnElement[bool], ...]:
    return _dropped.c.room_id == file.room_id, _dropped.c.event_id == file.event_id
