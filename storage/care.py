"""That somebody may be in danger, and words of the bot that wait for a private chat."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from flows.care.rules import Level
from flows.ids import EffectKey, EventId, ReplyNo, RoomId, UserId
from storage.tables import CareAlertRow, WhisperRow, table_of

_alert = table_of(CareAlertRow)
_whisper = table_of(WhisperRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class CareAlert:
    """Who wrote that she may be in danger, and where; never what.

    `reply_no` is None where the message answered no question, and is not kept.
    """

    user_id: UserId
    level: Level
    room_id: RoomId
    event_id: EventId
    reply_no: ReplyNo | None
    made_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisper:
    """A word for somebody; `key` is that of the effect it becomes."""

    key: EffectKey
    markdown: str
    silent: bool


class CareAlerts:
    """Alerts inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, alert: CareAlert) -> None:
        """Keep an alert."""
        self._db.execute(
            sa.insert(_alert).values(
                user_id=alert.user_id,
                level=alert.level.value,
                room_id=alert.room_id,
                event_id=alert.event_id,
                reply_no=alert.reply_no,
                made_ms=alert.made_ms,
            )
        )

    def since(self, user_id: UserId, *, from_ms: int) -> list[CareAlert]:
        """Those of a person since then, oldest first."""
        query = (
            sa.select(_alert)
            .where(_alert.c.user_id == user_id, _alert.c.made_ms >= from_ms)
            .order_by(_alert.c.number)
        )
        return [
            CareAlert(
                user_id=UserId(row.user_id),
                level=Level(row.level),
                room_id=RoomId(row.room_id),
                event_id=EventId(row.event_id),
                reply_no=None if row.reply_no is None else ReplyNo(row.reply_no),
                made_ms=row.made_ms,
            )
            for row in self._db.execute(query)
        ]

    def forget(self, user_id: UserId) -> None:
        """Erase everything of a person."""
        self._db.execute(sa.delete(_alert).where(_alert.c.user_id == user_id))
        self._db.execute(sa.delete(_whisper).where(_whisper.c.user_id == user_id))

    # ------------------------------------------------------------ words that wait

    def keep_whisper(self, user_id: UserId, whisper: Whisper) -> bool:
        """Keep a word until the person's private chat is open; False if it is kept already."""
        known = sa.select(_whisper.c.number).where(_whisper.c.key == whisper.key)
        if self._db.scalar(known) is not None:
            return False
        self._db.execute(
            sa.insert(_whisper).values(
                user_id=user_id,
                key=whisper.key,
                markdown=whisper.markdown,
                silent=whisper.silent,
            )
        )
        return True

    def take_whispers(self, user_id: UserId) -> list[Whisper]:
        """The words that waited for a person, in their order; they are not kept any longer."""
        query = sa.select(_whisper).where(_whisper.c.user_id == user_id).order_by(_whisper.c.number)
        found = [
            Whisper(key=EffectKey(row.key), markdown=row.markdown, silent=row.silent)
            for row in self._db.execute(query)
        ]
        self._db.execute(sa.delete(_whisper).where(_whisper.c.user_id == user_id))
        return found
