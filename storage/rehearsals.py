"""Rehearsals: which one is going on, so that one that was cut off can be told of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage.tables import RehearsalRow, table_of

_rehearsal = table_of(RehearsalRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A rehearsal of a pack. `language` is that of the organizer who asked for it."""

    number: int
    pack: str
    title: str
    language: str


class Rehearsals:
    """Rehearsals inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def begin(self, *, pack: str, title: str, language: str, now_ms: int) -> Rehearsal:
        """Note that one begins."""
        # Of this second: the address of its room follows from it. One counted from 1 would come
        # again in a new database or one put back from a copy, and anybody could take it before.
        last = self._db.scalar(sa.select(sa.func.max(_rehearsal.c.number))) or 0
        number = max(last + 1, now_ms // 1000)
        self._db.execute(
            sa.insert(_rehearsal).values(
                number=number, pack=pack, title=title, language=language, begun_ms=now_ms
            )
        )
        return Rehearsal(number=number, pack=pack, title=title, language=language)

    def current(self) -> Rehearsal | None:
        """The one that has begun and not ended; None if there is none."""
        query = sa.select(_rehearsal).where(_rehearsal.c.ended_ms.is_(None))
        row = self._db.execute(query.order_by(_rehearsal.c.number.desc())).first()
        return None if row is None else _to_rehearsal(row)

    def end(self, number: int, *, now_ms: int) -> bool:
        """Note that it has ended; False if it had before."""
        ended = self._db.execute(
            sa.update(_rehearsal)
            .where(_rehearsal.c.number == number, _rehearsal.c.ended_ms.is_(None))
            .values(ended_ms=now_ms)
        )
        return bool(ended.rowcount)


def _to_rehearsal(row: sa.Row[Any]) -> Rehearsal:
    return Rehearsal(number=row.number, pack=row.pack, title=row.title, language=row.language)
