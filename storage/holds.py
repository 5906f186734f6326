"""Replies that are held back: kept and counted, and shown to nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from flows.ids import EventId, ReplyNo, UserId
from storage.replies import Reply
from storage.tables import HoldRow, table_of

_hold = table_of(HoldRow)


class HoldKind(StrEnum):
    """Who holds a reply back, and what for."""

    ORGANIZER = "organizer"
    CARE = "care"
    """The bot: its author may be in danger. Only a person releases it."""
    PERSONAL = "personal"
    """The bot: there is personal data in it. Without it, an edit releases it."""
    CASE = "case"
    """The bot: it tells of one person. Without that, an edit releases it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A reply that is held back. `reason` is what its author was told, "" for nothing."""

    reply_no: ReplyNo
    event_id: EventId
    held_by: UserId
    reason: str
    held_ms: int
    kind: HoldKind = HoldKind.ORGANIZER


class Holds:
    """Replies held back, inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, hold: Hold) -> bool:
        """Hold a reply back; False if it is held already."""
        known = self._db.execute(sa.select(_hold).where(_hold.c.reply_no == hold.reply_no)).first()
        if known is not None and known.event_id == hold.event_id:
            return False
        self.release(hold.reply_no)
        self._db.execute(
            sa.insert(_hold).values(
                reply_no=hold.reply_no,
                event_id=hold.event_id,
                held_by=hold.held_by,
                reason=hold.reason,
                held_ms=hold.held_ms,
                kind=hold.kind.value,
            )
        )
        return True

    def of(self, reply: Reply) -> Hold | None:
        """What holds a reply back; None if nothing does."""
        row = self._db.execute(
            sa.select(_hold).where(
                _hold.c.reply_no == reply.reply_no, _hold.c.event_id == reply.event_id
            )
        ).first()
        return None if row is None else _to_hold(row)

    def release(self, reply_no: ReplyNo) -> bool:
        """Let a reply be shown again; False if it was not held."""
        gone = self._db.execute(sa.delete(_hold).where(_hold.c.reply_no == reply_no))
        return gone.rowcount == 1

    def among(self, replies: Sequence[Reply]) -> set[ReplyNo]:
        """Those of these replies that nobody is shown: held back, or not looked at yet."""
        # All there are, and not one variable per reply: few are held, and replies are many.
        # By the event too: a number may be given again after its reply was erased.
        rows = self._db.execute(sa.select(_hold.c.reply_no, _hold.c.event_id))
        held = {(row.reply_no, row.event_id) for row in rows}
        return {
            one.reply_no
            for one in replies
            if not one.looked or (one.reply_no, one.event_id) in held
        }

    def all(self) -> list[Hold]:
        """What is held back, in the order in which it was answered."""
        rows = self._db.execute(sa.select(_hold).order_by(_hold.c.reply_no))
        return [_to_hold(row) for row in rows]


def _to_hold(row: sa.Row[Any]) -> Hold:
    return Hold(
        reply_no=ReplyNo(row.reply_no),
        event_id=EventId(row.event_id),
        held_by=UserId(row.held_by),
        reason=row.reason,
        held_ms=row.held_ms,
        kind=HoldKind(row.kind),
    )
