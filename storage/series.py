"""Packs that are run again and again, and how often they have been."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from flows.ids import RoomId
from flows.packs.pack import Pack
from flows.packs.parse import parse
from storage.tables import SeriesRow, table_of

_series = table_of(SeriesRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series. `rooms` are its groups'; `since` is the local day from which it counts.

    `ran` is how many dialogues it has had.
    """

    id: str
    pack: Pack
    pack_text: str
    language: str
    organizers_room: RoomId
    rooms: tuple[RoomId, ...]
    zone: str
    pace: float
    since: date
    ran: int = 0
    ended: bool = False


class AllSeries:
    """Series inside one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def next_id(self, pack_name: str) -> str:
        """An id for a new series of a pack."""
        query = sa.select(sa.func.count()).where(_series.c.pack_name == pack_name)
        return f"{pack_name}-series-{(self._db.scalar(query) or 0) + 1}"

    def add(self, series: Series) -> None:
        """Keep a new series."""
        state = {
            "language": series.language,
            "organizers_room": series.organizers_room,
            "rooms": list(series.rooms),
            "zone": series.zone,
            "pace": series.pace,
            "since": series.since.isoformat(),
        }
        self._db.execute(
            sa.insert(_series).values(
                series_id=series.id,
                pack_name=series.pack.name,
                pack_text=series.pack_text,
                state=json.dumps(state),
                ran=series.ran,
            )
        )

    def get(self, series_id: str) -> Series | None:
        """The series, or None if there is none of that id."""
        query = sa.select(_series).where(_series.c.series_id == series_id)
        row = self._db.execute(query).first()
        return None if row is None else _to_series(row)

    def going(self) -> Sequence[Series]:
        """The series that have not ended."""
        query = sa.select(_series).where(_series.c.ended_ms.is_(None)).order_by(_series.c.series_id)
        return [_to_series(row) for row in self._db.execute(query)]

    def move(self, old: RoomId, new: RoomId) -> None:
        """Another room takes the place of one."""
        for row in self._db.execute(sa.select(_series.c.series_id, _series.c.state)).all():
            state = json.loads(row.state)
            if old in (*state["rooms"], state["organizers_room"]):
                state["rooms"] = [new if room_id == old else room_id for room_id in state["rooms"]]
                if state["organizers_room"] == old:
                    state["organizers_room"] = new
                here = _series.c.series_id == row.series_id
                self._db.execute(sa.update(_series).where(here).values(state=json.dumps(state)))

    def count(self, series_id: str) -> None:
        """One more of its dialogues has begun."""
        here = _series.c.series_id == series_id
        self._db.execute(sa.update(_series).where(here).values(ran=_series.c.ran + 1))

    def end(self, series_id: str, *, now_ms: int) -> None:
        """No dialogue comes after those that have begun."""
        here = _series.c.series_id == series_id
        self._db.execute(sa.update(_series).where(here).values(ended_ms=now_ms))


def _to_series(row: sa.Row[Any]) -> Series:
    state = json.loads(row.state)
    return Series(
        id=row.series_id,
        pack=parse(row.pack_text, name=row.pack_name),
        pack_text=row.pack_text,
        language=state["language"],
        organizers_room=RoomId(state["organizers_room"]),
        rooms=tuple(RoomId(room_id) for room_id in state["rooms"]),
        zone=state["zone"],
        pace=state["pace"],
        since=date.fromisoformat(state["since"]),
        ran=row.ran,
        ended=row.ended_ms is not None,
    )
