"""Ordering a dialogue: from the organizers' room or from the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flows.dialogue import Dialogue, Group, Status
from flows.engine import start_alarm
from flows.ids import GroupId, RoomId
from flows.packs.parse import parse
from storage.instants import to_ms
from storage.occurrences import Occurrence
from storage.rooms import Room, RoomUse

if TYPE_CHECKING:
    from bot.packs import PackFile
    from storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A dialogue to be run. `zone` is an IANA name; `pace` divides the lengths of the pack."""

    pack: PackFile
    starts_at: datetime
    zone: str
    language: str
    organizers_room: RoomId
    pace: float = 1.0


class NoGroups(Exception):
    """There is no group room yet, so there is nobody to ask."""


class StillRunning(Exception):
    """Another dialogue uses the groups; `dialogue` is it."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        super().__init__(dialogue.id)


def group_rooms(tx: Transaction) -> list[Room]:
    """The rooms of the groups as people count them: Bord 1, Bord 2, Bord 10.

    Those without a number in the name come last, in the order in which they came.
    """
    rooms = tx.rooms.used_as(RoomUse.GROUP)
    return sorted(rooms, key=lambda room: (_counted(room.name), room.number or 0))


def _counted(name: str) -> tuple[bool, str, int]:
    found = re.fullmatch(r"(.*?)(\d{1,9})\D*", name, re.DOTALL)
    return (True, "", 0) if found is None else (False, found[1].casefold(), int(found[2]))


def order_start(tx: Transaction, order: Order, *, now: datetime) -> Dialogue:
    """Keep a new dialogue with all group rooms as its groups, and order its start.

    Nothing is sent here: the running bot begins when the start is due.

    Raises:
        NoGroups: the bot is in no group room.
        StillRunning: a dialogue is planned or running; groups do one thing at a time.
        flows.errors.PackError: the pack is not sound.
    """
    source = order.pack.source()
    pack = parse(source, name=order.pack.name)
    unfinished = tx.dialogues.in_status(Status.RUNNING, Status.PLANNED)
    if unfinished:
        raise StillRunning(unfinished[0])
    rooms = group_rooms(tx)
    if not rooms:
        raise NoGroups
    dialogue_id, number = tx.dialogues.next_id(pack.name)
    dialogue = Dialogue(
        id=dialogue_id,
        pack=pack,
        language=order.language if order.language in pack.languages else pack.language,
        organizers_room=order.organizers_room,
        groups=tuple(
            Group(id=GroupId(str(place)), name=room.name or str(place), room_id=room.room_id)
            for place, room in enumerate(rooms, start=1)
        ),
        zone=order.zone,
        starts_at=order.starts_at,
        pace=order.pace,
    )
    tx.dialogues.add(dialogue, number=number, pack_text=source, now=now)
    ring = start_alarm(dialogue)
    local = order.starts_at.astimezone(ZoneInfo(order.zone))
    tx.occurrences.plan(
        Occurrence(
            key=ring.key,
            dialogue_id=dialogue.id,
            alarm=ring.alarm,
            step_id=None,
            due_ms=to_ms(order.starts_at),
            wall_time=f"{local:%Y-%m-%dT%H:%M:%S} {order.zone}",
        )
    )
    return dialogue
